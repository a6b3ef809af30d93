//! A service that is killed leaves no host process behind. It needs a process of its own for that: this
//! program, run with `--serve`.
#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use clock::Duration;
use libraries::{ihvhost, misdeed, serving};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use wlan_client::{Client, EventKind, ExtensionEvent, HostState};
use wlansvc::{Options, RadioChoice, Service};

#[path = "service/libraries.rs"]
#[expect(dead_code, reason = "the other tests use more of it")]
mod libraries;

fn main() {
    let words: Vec<_> = std::env::args_os().collect();
    if let [_, word, folder] = &words[..]
        && word == "--serve"
    {
        serve(Path::new(folder));
        return;
    }
    for define in ["CALLS", "HANG"] {
        no_host_outlives_a_killed_service(define);
    }
    println!("test no_host_outlives_a_killed_service ... ok");
}

fn serve(folder: &Path) {
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
        ihvhost: Some(ihvhost().to_owned()),
    })
    .unwrap();
    println!("!");
    service.run().unwrap();
}

fn start(folder: &Path) -> Child {
    let mut service = Command::new(std::env::current_exe().unwrap())
        .arg("--serve")
        .arg(folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut up = [0];
    let out = service.stdout.as_mut().unwrap();
    out.read_exact(&mut up).unwrap();
    service
}

fn no_host_outlives_a_killed_service(define: &str) {
    let folder = tempfile::tempdir().unwrap();
    let mut service = start(folder.path());
    let mut client = Client::connect(&folder.path().join("control.sock"), "test").unwrap();
    client.init_settings().unwrap();
    client
        .ihv_install(serving("bad"), &misdeed(define))
        .unwrap();
    client.subscribe().unwrap();
    client.force_start().unwrap();
    loop {
        let event = client.next_event(Some(Duration::from_secs(60))).unwrap();
        if let EventKind::Extension {
            what: ExtensionEvent::Ready { .. },
            ..
        } = event.expect("an event in time").kind
        {
            break;
        }
    }
    let rows = client.ihv_list().unwrap();
    let pid = rows
        .iter()
        .flat_map(|row| &row.hosts)
        .find_map(|(_, state)| match state {
            HostState::Running { pid, .. } => Some(*pid),
            _ => None,
        });
    let pid = i32::try_from(pid.expect("a host")).unwrap();
    let host = pidfd_open(Pid::from_raw(pid).unwrap(), PidfdFlags::empty()).unwrap();
    service.kill().unwrap();
    assert_eq!(service.wait().unwrap().signal(), Some(9));
    let minute = Timespec {
        tv_sec: 60,
        tv_nsec: 0,
    };
    let ended = poll(&mut [PollFd::new(&host, PollFlags::IN)], Some(&minute)).unwrap();
    assert_eq!(ended, 1, "{define}: the host outlives the service");
}
