//! A service in a thread of the test, and a socket that does not keep to the rules.

use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use cause::Cause;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketAddrUnix, SocketFlags, SocketType, bind, connect,
    recv, send, socket_with,
};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tempfile::TempDir;
use wlan_client::{Answer, Call, Client};
use wlan_model::Refusal;
use wlan_rpc::{CallId, ClientMessage, MAX_MESSAGE, ServiceMessage};
use wlansvc::{Options, RadioChoice, Service, Stopper};

pub(crate) fn options(folder: &Path) -> Options {
    Options {
        socket: folder.join("control.sock"),
        state_dir: folder.join("state"),
        runtime_dir: folder.to_owned(),
        policy: None,
        radio: RadioChoice::Sim,
        channel: None,
        group_rekey: None,
        pairwise_rekey: None,
        record: None,
        pcap: None,
        addresses: false,
        ihvhost: None,
    }
}

/// Room for crowds of connections, whose both ends are in this process.
fn raise_limit() {
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(32_768, |most| most.min(32_768));
    if limit.current.is_some_and(|current| current < wanted) {
        let current = Some(wanted);
        setrlimit(Resource::Nofile, Rlimit { current, ..limit }).unwrap();
    }
}

/// Whether so many connections can be had here; said loudly where not.
pub(crate) fn has_room(connections: usize) -> bool {
    raise_limit();
    let needed = 2 * connections as u64 + 512;
    let enough = getrlimit(Resource::Nofile)
        .current
        .is_none_or(|n| n >= needed);
    if !enough {
        eprintln!("SKIPPED: this needs {needed} open files (ulimit -n)");
    }
    enough
}

/// A service that is stopped when dropped.
pub(crate) struct Running {
    pub(crate) socket: PathBuf,
    pub(crate) options: Options,
    task: PathBuf,
    stopper: Stopper,
    thread: Option<JoinHandle<Result<(), Cause>>>,
    folder: Option<TempDir>,
}

impl Running {
    pub(crate) fn start() -> Self {
        Self::start_in(tempfile::tempdir().unwrap())
    }

    pub(crate) fn start_in(folder: TempDir) -> Self {
        Self::start_with(folder, |_| {})
    }

    pub(crate) fn start_with(folder: TempDir, change: impl FnOnce(&mut Options)) -> Self {
        raise_limit();
        // Other users may come in.
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let mut options = options(folder.path());
        change(&mut options);
        let service = Service::open(&options).unwrap();
        let stopper = service.stopper();
        let (tell, told) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            tell.send(rustix::thread::gettid()).unwrap();
            service.run()
        });
        let id = told.recv().unwrap().as_raw_nonzero();
        Self {
            socket: options.socket.clone(),
            options,
            task: PathBuf::from(format!("/proc/self/task/{id}/status")),
            stopper,
            thread: Some(thread),
            folder: Some(folder),
        }
    }

    /// Has it read its policy again.
    pub(crate) const fn stopper(&self) -> &Stopper {
        &self.stopper
    }

    pub(crate) fn client(&self) -> Client {
        Client::connect(&self.socket, "test").unwrap()
    }

    /// How often the service's thread has slept.
    pub(crate) fn wakeups(&self) -> u64 {
        let status = fs::read_to_string(&self.task).unwrap();
        let line = status
            .lines()
            .find(|l| l.starts_with("voluntary_ctxt_switches"))
            .unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// Stops it orderly.
    pub(crate) fn stop(mut self) -> TempDir {
        self.stopper.stop();
        self.thread.take().unwrap().join().unwrap().unwrap();
        self.folder.take().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stopper.stop();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Does something as another user, in a thread that has this user's rights alone. `None`, said
/// loudly, where the test has no right to do so.
pub(crate) fn as_user<T: Send>(
    uid: u32,
    groups: &[u32],
    act: impl FnOnce() -> T + Send,
) -> Option<T> {
    use rustix::process::{Gid, Uid, geteuid};
    use rustix::thread::{set_thread_groups, set_thread_res_gid, set_thread_res_uid};
    if !geteuid().is_root() {
        eprintln!("SKIPPED: only root can act as another user");
        return None;
    }
    let groups: Vec<Gid> = groups.iter().map(|gid| Gid::from_raw(*gid)).collect();
    std::thread::scope(|scope| {
        let other = scope.spawn(|| {
            // These are of one thread alone, other than the C library's functions of these names.
            set_thread_groups(&groups).unwrap();
            let (user, group) = (Uid::from_raw(uid), Gid::from_raw(uid));
            set_thread_res_gid(group, group, group).unwrap();
            set_thread_res_uid(user, user, user).unwrap();
            act()
        });
        Some(other.join().unwrap())
    })
}

/// A client without manners.
pub(crate) struct Raw(OwnedFd);

impl Raw {
    fn socket() -> OwnedFd {
        let (family, kind) = (AddressFamily::UNIX, SocketType::SEQPACKET);
        socket_with(family, kind, SocketFlags::CLOEXEC, None).unwrap()
    }

    pub(crate) fn bind(path: &Path) -> Self {
        let socket = Self::socket();
        bind(&socket, &SocketAddrUnix::new(path).unwrap()).unwrap();
        Self(socket)
    }

    /// Connected, without a handle.
    pub(crate) fn connect(path: &Path) -> Self {
        let socket = Self::socket();
        connect(&socket, &SocketAddrUnix::new(path).unwrap()).unwrap();
        Self(socket)
    }

    /// Connected, with a handle.
    pub(crate) fn open(path: &Path) -> Self {
        let mut raw = Self::connect(path);
        raw.send_call(
            1,
            Call::Open {
                client_version: 2,
                program: "raw".into(),
            },
        );
        raw.answer().unwrap();
        raw
    }

    pub(crate) fn send(&mut self, packet: &[u8]) {
        send(&self.0, packet, SendFlags::NOSIGNAL).unwrap();
    }

    pub(crate) fn send_call(&mut self, id: u32, call: Call) {
        self.send(&wlan_rpc::encode(&ClientMessage {
            id: CallId(id),
            call,
        }));
    }

    /// `false` when the socket takes no more for a while.
    pub(crate) fn try_send_call(&mut self, id: u32, call: Call) -> bool {
        let packet = wlan_rpc::encode(&ClientMessage {
            id: CallId(id),
            call,
        });
        (0..100).any(|_| {
            let taken = send(&self.0, &packet, SendFlags::NOSIGNAL | SendFlags::DONTWAIT).is_ok();
            if !taken {
                std::thread::sleep(std::time::Duration::from_millis(2));
            }
            taken
        })
    }

    /// The next packet; `None` when the service has closed.
    pub(crate) fn receive(&mut self) -> Option<Vec<u8>> {
        let mut buffer = vec![0; MAX_MESSAGE];
        match recv(&self.0, &mut buffer[..], RecvFlags::empty()) {
            Ok((_, 0)) | Err(_) => None,
            Ok((_, len)) => {
                buffer.truncate(len);
                Some(buffer)
            }
        }
    }

    pub(crate) fn answer(&mut self) -> Result<Answer, Refusal> {
        match wlan_rpc::decode(&self.receive().expect("an answer")) {
            Ok(ServiceMessage::Answer { result, .. }) => result,
            other => panic!("not an answer: {other:?}"),
        }
    }
}
