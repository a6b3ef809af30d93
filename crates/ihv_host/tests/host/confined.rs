//! What the process has given up before an extension runs, tried by an extension.

use ihv::seam::*;

use crate::service::*;

/// errno of the attempt, 0 when it succeeded.
fn attempt(s: &mut Service, what: u8, path: &str) -> u32 {
    let order = [&[b'T', what], path.as_bytes()].concat();
    s.order(&order, never)
}

#[test]
fn an_extension_has_threads_and_memory_and_nothing_else_of_the_system() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "key").unwrap();
    let secret = secret.to_str().unwrap();
    let new = folder.path().join("new");
    let new = new.to_str().unwrap();
    let mut s = Service::with_adapter(&probe("EVIL"));
    let rows = [
        (b'o', new, "make a file"),
        (b'o', "/dev/null", "open a device for writing"),
        (b'a', secret, "write a file"),
        (b'd', new, "make a folder"),
        (b'u', secret, "remove a file"),
        (b's', "", "make a socket of IP"),
        (b'S', "", "make a Unix socket"),
        (b'N', "", "make a netlink socket"),
        (b'p', "", "trace the service"),
        (b'v', "", "read the service's memory"),
        (b'k', "", "signal the service"),
        (b'f', "", "fork"),
        (b'V', "", "clone a process"),
        (b'e', "", "run a program"),
        (b'E', "", "run a program by another call"),
        (b'm', "", "mount"),
        (b'b', "", "load BPF"),
        (b'i', "", "set up io_uring"),
        (b'K', "", "reach keyrings"),
        (b'U', "", "handle page faults"),
        (b'P', "", "measure performance"),
        (b'n', "", "leave for a user namespace"),
        (b'D', "", "become readable"),
        (b'q', "", "outlive the service"),
        (b'L', "", "raise its limits"),
        (b'F', "", "make a file of memory"),
        #[cfg(target_arch = "x86_64")]
        (b'x', "", "call by the numbers of x32"),
    ];
    for (what, path, words) in rows {
        let errno = attempt(&mut s, what, path);
        assert_eq!(
            errno,
            libc::EPERM.unsigned_abs(),
            "an extension could {words}"
        );
    }
    assert_eq!(std::fs::read(folder.path().join("secret")).unwrap(), b"key");
    for (what, words) in [
        (b'T', "start a thread"),
        (b'J', "have memory"),
        (b'w', "say something"),
    ] {
        assert_eq!(
            attempt(&mut s, what, ""),
            0,
            "an extension could not {words}"
        );
    }
    assert_eq!(attempt(&mut s, b'r', "/etc/ld.so.cache"), 0);
    let errno = attempt(&mut s, b'r', secret);
    if s.lacks("Landlock") {
        eprintln!("SKIPPED: without Landlock files of the same user can be read");
    } else {
        assert_eq!(errno, libc::EACCES.unsigned_abs());
        for path in ["/etc/shadow", "/proc/self/environ", "/etc/passwd"] {
            let errno = attempt(&mut s, b'r', path);
            assert!(errno != 0, "an extension could read {path}");
        }
    }
    // It works as before.
    assert_eq!(s.order(b"k\x11", done), 0);
    assert!(s.shut_down().contains("a word"));
}

#[test]
fn a_host_of_another_user_has_no_right_of_root() {
    if !rustix::process::geteuid().is_root() {
        eprintln!("SKIPPED: only root can become another user");
        return;
    }
    // The path is closed to that user, as the service's folder is.
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("closed.so");
    std::fs::copy(probe("USER"), &library).unwrap();
    let mut s = Service::spawn_with(&["--user", "65534:65534"], library.as_os_str(), 30_000);
    match s.receive() {
        Some(HostMessage::Loaded(loaded)) => assert_eq!(loaded.name, "closed.so"),
        other => panic!("{other:?}"),
    }
    let status = s.proc("status");
    for wanted in [
        "Uid:\t65534\t65534\t65534\t65534",
        "Gid:\t65534\t65534\t65534\t65534",
        "Groups:\t \n",
        "CapPrm:\t0000000000000000",
        "CapEff:\t0000000000000000",
        "NoNewPrivs:\t1",
        "Seccomp:\t2",
    ] {
        assert!(status.contains(wanted), "{wanted:?} is not in {status}");
    }
    assert_eq!(s.run(init(), done).code, OK);
    assert_eq!(s.order(b"k\x11", done), 0);
    s.shut_down();
}

#[test]
fn a_host_never_runs_as_root_when_told_to_be_another() {
    let mut s = Service::spawn_with(&["--user", "0:0"], probe("ROOT").as_os_str(), 30_000);
    assert!(s.receive().is_none());
    assert!(s.printed().contains("cannot be confined"));
}
