//! A scripted service: the other end of seam B.

use std::ffi::OsStr;
use std::io::Read as _;
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use dot11::MacAddr;
use ihv::seam::*;
use ihv::{MAX_MESSAGE, decode, encode};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, recv, send, socketpair,
};
use wlan_model::{Guid, Win32Error};

pub(crate) const A: AdapterId = AdapterId(1);
pub(crate) const M: MacAddr = MacAddr([2, 0, 0, 0, 0, 0x10]);
pub(crate) const OK: Win32Error = Win32Error::SUCCESS;
/// A descriptor that every host inherits, and should not keep.
pub(crate) const LEFT_OPEN: i32 = 200;
/// Nothing here takes so long, whatever else the machine does.
const PATIENCE: Duration = Duration::from_secs(60);

/// Compiles an extension in C.
pub(crate) fn compile(source: &str, define: &str) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let out = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("extension-{count}-{define}.so"));
    let done = Command::new("cc")
        .args([
            "-std=c11",
            "-D_DEFAULT_SOURCE",
            "-Wall",
            "-Wextra",
            "-Wpedantic",
            "-Werror",
        ])
        .args(["-O1", "-shared", "-fPIC", "-pthread", "-D", define, "-I"])
        .arg(root.join("include"))
        .arg("-o")
        .args([out.as_path(), &root.join(source)])
        .status()
        .expect("a C compiler is needed for these tests");
    assert!(done.success());
    out
}

pub(crate) fn probe(define: &str) -> PathBuf {
    compile("crates/ihv_host/tests/bad/probe.c", define)
}

/// A host process, and the service's end of its socket.
pub(crate) struct Service {
    child: Child,
    socket: OwnedFd,
    stderr: Option<ChildStderr>,
    task: u64,
    /// Everything but calls and results, in order.
    pub(crate) seen: Vec<HostMessage>,
    /// What could not be given up on this machine.
    missing: Vec<String>,
}

impl Service {
    /// Starts the host; the first message is still to come.
    pub(crate) fn spawn(extension: &OsStr, limit_millis: u64) -> Self {
        Self::spawn_with(&[], extension, limit_millis)
    }

    /// The same with more options.
    #[expect(unsafe_code, reason = "gives the child its descriptor 3")]
    pub(crate) fn spawn_with(options: &[&str], extension: &OsStr, limit_millis: u64) -> Self {
        let (ours, theirs) = socketpair(
            AddressFamily::UNIX,
            SocketType::SEQPACKET,
            SocketFlags::CLOEXEC,
            None,
        )
        .unwrap();
        // Not 3 itself, of which a duplicate would be closed at exec.
        let theirs = rustix::io::fcntl_dupfd_cloexec(&theirs, 10).unwrap();
        let theirs_raw = theirs.as_raw_fd();
        let mut command = Command::new(env!("CARGO_BIN_EXE_hostednet-ihvhost"));
        command
            .args(["--handler-limit", &limit_millis.to_string()])
            .args(options)
            .arg(extension)
            .stderr(Stdio::piped());
        // SAFETY: dup2 may be called between fork and exec.
        unsafe {
            command.pre_exec(move || {
                // One that the service forgot to close, and the socket.
                for wanted in [LEFT_OPEN, 3] {
                    if libc::dup2(theirs_raw, wanted) != wanted {
                        return Err(std::io::Error::last_os_error());
                    }
                }
                Ok(())
            });
        }
        let mut child = command.spawn().unwrap();
        let stderr = child.stderr.take();
        Self {
            child,
            socket: ours,
            stderr,
            task: 0,
            seen: Vec::new(),
            missing: Vec::new(),
        }
    }

    /// Whether this part of the confinement cannot be had here.
    pub(crate) fn lacks(&self, part: &str) -> bool {
        self.missing.iter().any(|text| text.contains(part))
    }

    /// Starts the host with an extension that loads.
    pub(crate) fn start(extension: &Path) -> Self {
        let mut service = Self::spawn(extension.as_os_str(), 30_000);
        match service.receive() {
            Some(HostMessage::Loaded(loaded)) => assert_eq!(loaded.version, 0),
            other => panic!("{other:?}"),
        }
        service
    }

    /// The same with an adapter, in phase A.
    pub(crate) fn with_adapter(extension: &Path) -> Self {
        let mut service = Self::start(extension);
        assert_eq!(service.run(init(), done).code, OK);
        service
    }

    pub(crate) fn send(&mut self, message: &ServiceMessage) {
        send(&self.socket, &encode(message), SendFlags::NOSIGNAL).unwrap();
    }

    /// The next message, or `None` when the host is gone. What the machine lacks is only noted.
    pub(crate) fn receive(&mut self) -> Option<HostMessage> {
        loop {
            match self.receive_any() {
                Some(HostMessage::Log {
                    level: Level::Info,
                    text,
                }) => self.missing.push(text),
                other => return other,
            }
        }
    }

    fn receive_any(&mut self) -> Option<HostMessage> {
        let ready = {
            let mut fds = [PollFd::new(&self.socket, PollFlags::IN)];
            let patience = Timespec::try_from(PATIENCE).unwrap();
            poll(&mut fds, Some(&patience)).unwrap()
        };
        assert_eq!(ready, 1, "the host says nothing");
        let mut buffer = vec![0; MAX_MESSAGE];
        match recv(&self.socket, &mut buffer[..], RecvFlags::empty()) {
            Ok((0, _)) | Err(rustix::io::Errno::CONNRESET) => None,
            Ok((len, _)) => Some(decode(&buffer[..len]).unwrap()),
            Err(error) => panic!("{error}"),
        }
    }

    pub(crate) fn begin(&mut self, what: Task) -> TaskId {
        self.task += 1;
        let task = TaskId(self.task);
        self.send(&ServiceMessage::AdapterTask {
            task,
            adapter: A,
            what,
        });
        task
    }

    pub(crate) fn answer(&mut self, id: CallId, result: Result<Reply, Win32Error>) {
        self.send(&ServiceMessage::Answer { id, result });
    }

    /// Waits for the result of a task, and answers calls until then.
    pub(crate) fn finish(
        &mut self,
        task: TaskId,
        mut driver: impl FnMut(&Call) -> Result<Reply, Win32Error>,
    ) -> TaskResult {
        loop {
            match self.receive().expect("the host has gone") {
                HostMessage::Call { id, call, .. } => self.answer(id, driver(&call)),
                HostMessage::Returned { task: done, result } if done == task => return result,
                other => self.seen.push(other),
            }
        }
    }

    pub(crate) fn run(
        &mut self,
        what: Task,
        driver: impl FnMut(&Call) -> Result<Reply, Win32Error>,
    ) -> TaskResult {
        let task = self.begin(what);
        self.finish(task, driver)
    }

    /// Orders the probe to do something; its answer.
    pub(crate) fn order(
        &mut self,
        order: &[u8],
        driver: impl FnMut(&Call) -> Result<Reply, Win32Error>,
    ) -> u32 {
        let result = self.run(control(order), driver);
        assert_eq!(result.code, OK);
        number(&result)
    }

    /// The next message that is none of a call or result.
    pub(crate) fn next_seen(&mut self) -> HostMessage {
        if self.seen.is_empty() {
            return self.receive().expect("the host has gone");
        }
        self.seen.remove(0)
    }

    /// The next notification: code and number.
    pub(crate) fn told(&mut self) -> (char, u32) {
        match self.next_seen() {
            HostMessage::Notification { code, data, .. } => (
                char::from_u32(code).unwrap(),
                u32::from_le_bytes(data.try_into().unwrap()),
            ),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn frame(&mut self, ether_type: u16, payload: &[u8]) {
        let data = [&M.0[..], &ether_type.to_be_bytes(), payload].concat();
        self.send(&ServiceMessage::ReceivePacket { adapter: A, data });
    }

    /// Shuts the host down in good order; what it printed.
    pub(crate) fn shut_down(mut self) -> String {
        self.send(&ServiceMessage::Shutdown);
        loop {
            match self.receive() {
                Some(HostMessage::Ended) => break,
                Some(_) => {}
                None => panic!("the host has gone without a word"),
            }
        }
        let status = self.child.wait().unwrap();
        assert_eq!(status.code(), Some(0));
        self.printed()
    }

    pub(crate) fn printed(&mut self) -> String {
        let mut text = String::new();
        let mut stderr = self.stderr.take().unwrap();
        stderr.read_to_string(&mut text).unwrap();
        text
    }

    /// Reads until the socket closes: the signal that ended the process, and the last log line.
    pub(crate) fn ends(mut self) -> (Option<i32>, String) {
        let mut last = String::new();
        while let Some(message) = self.receive() {
            if let HostMessage::Log { text, .. } | HostMessage::LoadFailed(text) = message {
                last = text;
            }
        }
        (self.child.wait().unwrap().signal(), last)
    }

    /// Closes the service's end: the exit status of the host.
    pub(crate) fn without_socket(mut self) -> Option<i32> {
        let (other, _) = socketpair(
            AddressFamily::UNIX,
            SocketType::SEQPACKET,
            SocketFlags::CLOEXEC,
            None,
        )
        .unwrap();
        drop(std::mem::replace(&mut self.socket, other));
        self.child.wait().unwrap().code()
    }

    pub(crate) fn send_raw(&mut self, packet: &[u8]) {
        send(&self.socket, packet, SendFlags::NOSIGNAL).unwrap();
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// A file of the process in /proc.
    pub(crate) fn proc(&self, name: &str) -> String {
        std::fs::read_to_string(format!("/proc/{}/{name}", self.child.id())).unwrap()
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A driver that likes everything.
pub(crate) fn done(_: &Call) -> Result<Reply, Win32Error> {
    Ok(Reply::Done)
}

/// A driver that must not be asked.
pub(crate) fn never(call: &Call) -> Result<Reply, Win32Error> {
    panic!("nothing should have come to the driver: {call:?}")
}

pub(crate) fn init() -> Task {
    Task::InitAdapter(Adapter {
        guid: Guid([7; 16]),
        description: "wlan0 (test)".to_owned(),
        mode: 4,
    })
}

pub(crate) fn pre(fragment: &str) -> Task {
    Task::PerformPreAssociate {
        connection: ConnectionId(1),
        profile: Profile {
            name: "home".to_owned(),
            ssids: vec![dot11::Ssid::new(*b"home").unwrap()],
            bss_type: 1,
            fragments: Fragments {
                connectivity: None,
                security: Some(dot11::KeyBytes::copy_from(fragment.as_bytes())),
                use_onex: false,
            },
            user_data: Vec::new(),
        },
        networks: vec![1, 2, 3],
    }
}

pub(crate) fn post(port: u64) -> Task {
    Task::PerformPostAssociate {
        port: PortId(port),
        session: 1,
        association: Association {
            peer: M,
            reassociation: false,
            auth: 1,
            unicast_cipher: 4,
            multicast_cipher: 4,
            authorized: false,
            request: vec![0; 5],
            response: vec![0; 7],
            beacon: vec![0; 9],
        },
    }
}

pub(crate) fn stop(port: u64) -> Task {
    Task::StopPostAssociate {
        port: PortId(port),
        status: 0x2_0008,
    }
}

pub(crate) fn control(order: &[u8]) -> Task {
    Task::Control {
        input: order.to_vec(),
        room: 4,
    }
}

/// Order, reason, code.
pub(crate) fn completion(order: u8, reason: u32, win32: u32) -> Vec<u8> {
    [&[order][..], &reason.to_le_bytes(), &win32.to_le_bytes()].concat()
}

pub(crate) fn number(result: &TaskResult) -> u32 {
    match &result.data {
        TaskData::Bytes { returned: 4, data } => u32::from_le_bytes(data[..].try_into().unwrap()),
        other => panic!("{other:?}"),
    }
}
