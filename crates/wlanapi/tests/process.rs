//! What the library does to a process: threads, signals, forks, exec.
//!
//! A program of its own, without the test harness's threads. The service is another process (this
//! program again), so that no child inherits its descriptors.

#![expect(clippy::unwrap_used, reason = "a test may fail")]
#![expect(unsafe_code, reason = "forks, and calls the functions of C")]

use std::ffi::c_void;
use std::fs;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use clock::Duration;
use rustix::pipe::pipe;
use wlan_client::{Client, EventKind};
use wlanapi::exports::*;
use wlanapi::types::*;
use wlansvc::{Options, RadioChoice, Service};

/// Longest wait for what is expected to happen.
const LONG: Duration = Duration::from_secs(30);

/// Its name, and what it does in a process that has a service.
type Case = (&'static str, fn(&World));

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let [_, serve, folder] = &arguments[..]
        && serve == "--serve"
    {
        return run_service(folder.as_ref());
    }
    let cases: &[Case] = &[
        // First: there is nothing of ours in the process yet.
        (
            "no_thread_is_started_for_calls_alone",
            no_thread_is_started_for_calls_alone,
        ),
        (
            "threads_of_ours_take_no_signals",
            threads_of_ours_take_no_signals,
        ),
        (
            "a_forked_child_has_none_of_the_handles",
            a_forked_child_has_none_of_the_handles,
        ),
        (
            "parent_and_child_each_hear_for_themselves",
            parent_and_child_each_hear_for_themselves,
        ),
        (
            "the_death_of_a_parent_is_noticed_though_its_child_lives",
            the_death_of_a_parent_is_noticed_though_its_child_lives,
        ),
        (
            "a_program_started_by_exec_keeps_no_handle_alive",
            a_program_started_by_exec_keeps_no_handle_alive,
        ),
        ("a_callback_may_fork", a_callback_may_fork),
        (
            "forks_while_other_threads_call_leave_both_sides_working",
            forks_while_other_threads_call_leave_both_sides_working,
        ),
        (
            "a_process_without_descriptors_has_too_many_handles",
            a_process_without_descriptors_has_too_many_handles,
        ),
        (
            "a_service_that_is_gone_raises_no_sigpipe",
            a_service_that_is_gone_raises_no_sigpipe,
        ),
    ];
    let wanted = |name: &str| {
        let names: Vec<_> = arguments[1..]
            .iter()
            .filter(|a| !a.starts_with('-'))
            .collect();
        names.is_empty() || names.iter().any(|n| name.contains(n.as_str()))
    };
    if arguments.iter().any(|a| a == "--list") {
        cases.iter().for_each(|(name, _)| println!("{name}: test"));
        return;
    }
    for (name, case) in cases.iter().filter(|(name, _)| wanted(name)) {
        let world = World::new();
        case(&world);
        println!("test {name} ... ok");
    }
}

/// A service in another process; it ends with this one.
struct World {
    service: Child,
    folder: tempfile::TempDir,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut service = Command::new(std::env::current_exe().unwrap())
            .arg("--serve")
            .arg(folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut up = [0];
        service
            .stdout
            .as_mut()
            .unwrap()
            .read_exact(&mut up)
            .unwrap();
        // SAFETY: threads of the library, if there are any, do not read the environment.
        unsafe { std::env::set_var("HOSTEDNET_SOCKET", folder.path().join("control.sock")) };
        Self { service, folder }
    }

    /// Initialised, and listening to events.
    fn listener(&self) -> Client {
        let mut client = Client::connect(&self.folder.path().join("control.sock"), "test").unwrap();
        client.init_settings().unwrap();
        client.subscribe().unwrap();
        client
    }
}

impl Drop for World {
    fn drop(&mut self) {
        drop(self.service.stdin.take());
        let _ = self.service.wait();
    }
}

fn run_service(folder: &std::path::Path) {
    let service = Service::open(&Options {
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
    })
    .unwrap();
    let stopper = service.stopper();
    std::thread::spawn(move || {
        // Until the other side closes it, or dies.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        stopper.stop();
    });
    println!("!");
    service.run().unwrap();
}

/// Waits until the network's state has changed to this.
fn wait_for_state(client: &mut Client, wanted: i32) -> i32 {
    loop {
        let event = client
            .next_event(Some(LONG))
            .unwrap()
            .expect("an event in time");
        if let EventKind::State { new, reason, .. } = event.kind
            && new.value() == wanted
        {
            return reason.value();
        }
    }
}

fn open() -> HANDLE {
    let (mut handle, mut version) = (null_mut(), 0);
    // SAFETY: both pointers are good.
    let rc = unsafe { WlanOpenHandle(2, null(), &raw mut version, &raw mut handle) };
    assert_eq!(rc, 0);
    handle
}

fn close(handle: HANDLE) -> u32 {
    // SAFETY: any handle may be passed.
    unsafe { WlanCloseHandle(handle, null()) }
}

fn start_using(handle: HANDLE) -> u32 {
    // SAFETY: no reason is wanted.
    unsafe { WlanHostedNetworkStartUsing(handle, null_mut(), null()) }
}

fn stop_using(handle: HANDLE) -> u32 {
    // SAFETY: no reason is wanted.
    unsafe { WlanHostedNetworkStopUsing(handle, null_mut(), null()) }
}

fn query_status(handle: HANDLE) -> u32 {
    let mut status: *mut WLAN_HOSTED_NETWORK_STATUS = null_mut();
    // SAFETY: the pointer is good; a status is ours to free.
    unsafe {
        let rc = WlanHostedNetworkQueryStatus(handle, &raw mut status, null());
        WlanFreeMemory(status.cast());
        rc
    }
}

static HEARD: AtomicU32 = AtomicU32::new(0);

unsafe extern "C" fn count(_: *mut WLAN_NOTIFICATION_DATA, _: *mut c_void) {
    HEARD.fetch_add(1, Ordering::SeqCst);
}

type Listener = unsafe extern "C" fn(*mut WLAN_NOTIFICATION_DATA, *mut c_void);

fn register(handle: HANDLE, listener: Listener) -> u32 {
    // SAFETY: the listeners here use no context.
    unsafe {
        WlanRegisterNotification(
            handle,
            0x80,
            0,
            Some(listener),
            null_mut(),
            null(),
            null_mut(),
        )
    }
}

fn wait_until(done: impl Fn() -> bool) {
    let end = clock::monotonic() + LONG;
    while !done() {
        assert!(clock::monotonic() < end, "not in time");
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
}

/// The status files of threads whose name says that they are ours.
fn our_threads() -> Vec<String> {
    fs::read_dir("/proc/self/task")
        .unwrap()
        .filter_map(|task| fs::read_to_string(task.unwrap().path().join("status")).ok())
        .filter(|status| status.starts_with("Name:\twlanapi"))
        .collect()
}

/// Runs `child` in a forked child and returns its pid; what it returns is its exit status.
fn fork(child: impl FnOnce() -> i32) -> i32 {
    // SAFETY: the child does only what the library says a child may do.
    match unsafe { libc::fork() } {
        0 => {
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(child));
            // SAFETY: ends the child without running what the parent has registered.
            unsafe { libc::_exit(outcome.unwrap_or(99)) }
        }
        pid => {
            assert!(pid > 0);
            pid
        }
    }
}

/// Its exit status.
fn wait(pid: i32) -> i32 {
    let mut status = 0;
    // SAFETY: waits for a child of ours.
    let waited = unsafe { libc::waitpid(pid, &raw mut status, 0) };
    assert_eq!(waited, pid);
    if libc::WIFEXITED(status) {
        libc::WEXITSTATUS(status)
    } else {
        -status
    }
}

fn kill(pid: i32) {
    // SAFETY: a child of ours that was not waited for.
    unsafe { libc::kill(pid, libc::SIGKILL) };
    wait(pid);
}

fn byte_from(end: OwnedFd) {
    let mut byte = [0];
    fs::File::from(end).read_exact(&mut byte).unwrap();
}

fn byte_to(end: OwnedFd) {
    fs::File::from(end).write_all(&[1]).unwrap();
}

fn no_thread_is_started_for_calls_alone(_world: &World) {
    let handle = open();
    assert_eq!(query_status(handle), 0);
    assert_eq!(start_using(handle), 0);
    assert!(our_threads().is_empty());
    assert_eq!(fs::read_dir("/proc/self/task").unwrap().count(), 1);

    assert_eq!(register(handle, count), 0);
    // A thread takes its name once it runs: the pump, and one for the callback.
    wait_until(|| our_threads().len() == 2);
    assert_eq!(close(handle), 0);
    wait_until(|| our_threads().is_empty());
}

fn threads_of_ours_take_no_signals(_world: &World) {
    let handle = open();
    assert_eq!(register(handle, count), 0);
    wait_until(|| our_threads().len() == 2);
    for status in our_threads() {
        let line = status
            .lines()
            .find(|line| line.starts_with("SigBlk:"))
            .unwrap();
        let blocked = u64::from_str_radix(line[7..].trim(), 16).unwrap();
        for signal in [
            libc::SIGINT,
            libc::SIGTERM,
            libc::SIGCHLD,
            libc::SIGUSR1,
            libc::SIGALRM,
        ] {
            assert_ne!(blocked & (1 << (signal - 1)), 0, "signal {signal}");
        }
        assert_eq!(
            blocked & (1 << (libc::SIGSEGV - 1)),
            0,
            "its own faults are its own"
        );
    }
    close(handle);
}

fn a_forked_child_has_none_of_the_handles(_world: &World) {
    let handle = open();
    let child = fork(|| {
        assert_eq!(query_status(handle), 6);
        assert_eq!(close(handle), 6);
        let own = open();
        assert_ne!(own, handle);
        assert_eq!(query_status(own), 0);
        assert_eq!(query_status(handle), 6);
        assert_eq!(close(own), 0);
        7
    });
    assert_eq!(wait(child), 7);
    assert_eq!(query_status(handle), 0, "the parent's is as it was");
    close(handle);
}

fn parent_and_child_each_hear_for_themselves(_world: &World) {
    let handle = open();
    assert_eq!(register(handle, count), 0);
    let before = HEARD.load(Ordering::SeqCst);
    let child = fork(|| {
        let own = open();
        assert_eq!(register(own, count), 0);
        assert_eq!(start_using(own), 0);
        assert_eq!(stop_using(own), 0);
        wait_until(|| HEARD.load(Ordering::SeqCst) == before + 2);
        assert_eq!(close(own), 0);
        7
    });
    assert_eq!(wait(child), 7);
    wait_until(|| HEARD.load(Ordering::SeqCst) == before + 2);
    close(handle);
}

fn the_death_of_a_parent_is_noticed_though_its_child_lives(world: &World) {
    let mut listener = world.listener();
    let (ready, tell) = pipe().unwrap();
    let (hold, keep) = pipe().unwrap();
    let parent = fork(|| {
        let handle = open();
        assert_eq!(start_using(handle), 0);
        fork(|| {
            // Lives until the test lets go.
            drop(keep);
            let _ = fs::File::from(hold).read(&mut [0]);
            0
        });
        byte_to(tell);
        loop {
            std::thread::park();
        }
    });
    byte_from(ready);
    wait_for_state(&mut listener, 2);

    kill(parent);

    assert_eq!(wait_for_state(&mut listener, 1), 18, "client_abort");
}

fn a_program_started_by_exec_keeps_no_handle_alive(world: &World) {
    let mut listener = world.listener();
    let (ready, tell) = pipe().unwrap();
    let (hold, keep) = pipe().unwrap();
    let parent = fork(|| {
        let handle = open();
        assert_eq!(start_using(handle), 0);
        drop(keep);
        // Waits for the end of its input, which the test keeps.
        let mut program = Command::new("cat")
            .stdin(Stdio::from(hold))
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        byte_to(tell);
        // Not before the test has killed this process.
        program.wait().unwrap().code().unwrap_or(1)
    });
    byte_from(ready);
    wait_for_state(&mut listener, 2);

    kill(parent);

    assert_eq!(wait_for_state(&mut listener, 1), 18, "client_abort");
}

/// What the child of the callback ended with.
static OUTCOME: AtomicU32 = AtomicU32::new(0);
static HANDLE_OF_CALLBACK: AtomicUsize = AtomicUsize::new(0);

unsafe extern "C" fn fork_and_return(_: *mut WLAN_NOTIFICATION_DATA, _: *mut c_void) {
    // SAFETY: as in fork(), except that the child leaves the callback.
    match unsafe { libc::fork() } {
        0 => {
            let handle: HANDLE =
                std::ptr::without_provenance_mut(HANDLE_OF_CALLBACK.load(Ordering::SeqCst));
            if query_status(handle) != 6 {
                // SAFETY: ends the child.
                unsafe { libc::_exit(1) };
            }
        }
        pid => OUTCOME.store(u32::try_from(wait(pid)).unwrap_or(98) + 1, Ordering::SeqCst),
    }
}

fn a_callback_may_fork(_world: &World) {
    let (handle, other) = (open(), open());
    HANDLE_OF_CALLBACK.store(handle.addr(), Ordering::SeqCst);
    assert_eq!(register(handle, fork_and_return), 0);
    assert_eq!(start_using(other), 0);
    // The child's only thread is the one of the callback: when it returns the child ends.
    wait_until(|| OUTCOME.load(Ordering::SeqCst) == 1);
    assert_eq!(query_status(handle), 0);
    close(handle);
    close(other);
}

fn forks_while_other_threads_call_leave_both_sides_working(_world: &World) {
    let stop = AtomicU32::new(0);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while stop.load(Ordering::Relaxed) == 0 {
                    let handle = open();
                    assert_eq!(register(handle, count), 0);
                    assert_eq!(query_status(handle), 0);
                    assert_eq!(close(handle), 0);
                }
            });
        }
        for _ in 0..100 {
            let child = fork(|| {
                let own = open();
                assert_eq!(query_status(own), 0);
                assert_eq!(close(own), 0);
                7
            });
            assert_eq!(wait(child), 7);
        }
        stop.store(1, Ordering::Relaxed);
    });
}

fn a_process_without_descriptors_has_too_many_handles(_world: &World) {
    let child = fork(|| {
        let limit = libc::rlimit {
            rlim_cur: 40,
            rlim_max: 40,
        };
        // SAFETY: the limit is good; it is the child's alone.
        let set = unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) };
        assert_eq!(set, 0);
        let mut handles = Vec::new();
        loop {
            let (mut handle, mut version) = (null_mut(), 0);
            // SAFETY: both pointers are good.
            match unsafe { WlanOpenHandle(2, null(), &raw mut version, &raw mut handle) } {
                0 => handles.push(handle),
                code => {
                    assert_eq!((code, handle.is_null()), (1220, true));
                    break;
                }
            }
        }
        assert!(handles.len() > 20);
        // Without a descriptor to spare: those that are open work, but nothing more is begun.
        assert_eq!(query_status(handles[0]), 0);
        assert_eq!(register(handles[0], count), 8);
        for handle in handles {
            assert_eq!(close(handle), 0);
        }
        assert!(our_threads().is_empty());
        7
    });
    assert_eq!(wait(child), 7);
}

fn a_service_that_is_gone_raises_no_sigpipe(world: &World) {
    // The standard library ignores it; programs in C do not.
    // SAFETY: the default action is what is tested.
    unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
    let handle = open();
    let pid = i32::try_from(world.service.id()).unwrap();
    // SAFETY: a child of ours that was not waited for.
    unsafe { libc::kill(pid, libc::SIGKILL) };
    wait_until(|| query_status(handle) == 1062);
    assert_eq!(query_status(handle), 1062);
    assert_eq!(close(handle), 0);
}
