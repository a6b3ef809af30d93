//! The examples against a peer that speaks their handshake.

use std::path::{Path, PathBuf};
use std::process::Command;

use hmac::{Hmac, KeyInit as _, Mac as _};
use ihv::seam::*;
use sha2::Sha256;

use crate::service::*;

const SECRET: &[u8] = b"correct horse battery";
const FRAGMENT: &str = "<v:ext><sharedSecret>correct horse battery</sharedSecret></v:ext>";
const THEIRS: [u8; 16] = [0x77; 16];

fn tag(secret: &[u8], label: &str, ours: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(label.as_bytes());
    mac.update(ours);
    mac.update(&THEIRS);
    mac.finalize().into_bytes()[..16].to_vec()
}

/// Builds the example in Rust.
fn rust_example() -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap();
    let built = Command::new(env!("CARGO"))
        .args([
            "build",
            "-q",
            "-p",
            "ihv_extension",
            "--example",
            "ihv_handshake",
            "--target-dir",
        ])
        .arg(target)
        .status()
        .unwrap();
    assert!(built.success());
    target.join("debug/examples/libihv_handshake.so")
}

#[test]
fn the_extension_in_c_installs_a_key_and_deletes_it() {
    handshake(&compile("examples/ihv/c/handshake.c", "EXAMPLE"));
}

#[test]
fn the_extension_in_rust_installs_a_key_and_deletes_it() {
    handshake(&rust_example());
}

fn sent(s: &mut Service) -> (PacketId, Vec<u8>) {
    match s.next_seen() {
        HostMessage::SendPacket { packet, data, .. } => {
            assert_eq!(data[..8], *b"\x02\0\0\0\0\x10\x88\xb5");
            (packet, data[8..].to_vec())
        }
        other => panic!("{other:?}"),
    }
}

/// Waits for a call, answers it, and returns it.
fn called(s: &mut Service) -> Call {
    match s.receive() {
        Some(HostMessage::Call { id, call, .. }) => {
            s.answer(id, Ok(Reply::Done));
            call
        }
        other => panic!("{other:?}"),
    }
}

fn handshake(extension: &Path) {
    let mut s = Service::start(extension);
    let listening = |call: &Call| {
        assert!(
            matches!(call, Call::SetEtherTypeHandling(e) if e.registrations == [0x88b5]
                && e.exemptions[0].ether_type == 0x88b5 && e.exemptions[0].action == 2)
        );
        Ok(Reply::Done)
    };
    assert_eq!(s.run(init(), listening).code, OK);

    // A profile without a secret fails, one with a secret goes on.
    for (fragment, well) in [("<nothing/>", false), (FRAGMENT, true)] {
        assert_eq!(s.run(pre(fragment), done).code, OK);
        let end = loop {
            match s.next_seen() {
                HostMessage::Call { id, call, .. } => {
                    assert_eq!(call, Call::SetUnicastCipherAlgorithm(4));
                    s.answer(id, Ok(Reply::Done));
                }
                HostMessage::PreAssociateCompletion { end, .. } => break end,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(end.is_success(), well, "{end:?}");
    }

    // HELLO, a REPLY of somebody else, the right one.
    assert_eq!(s.run(post(1), never).code, OK);
    let (packet, hello) = sent(&mut s);
    s.send(&ServiceMessage::PacketSent { adapter: A, packet });
    assert_eq!((hello[0], hello.len()), (1, 17));
    let ours = &hello[1..];
    for secret in [b"somebody else", SECRET] {
        let reply = [&[2][..], &THEIRS, &tag(secret, "reply", ours)].concat();
        s.frame(0x88b5, &reply);
    }
    let (_, done_frame) = sent(&mut s);
    assert_eq!(done_frame, [&[3][..], &tag(SECRET, "done", ours)].concat());
    let Call::SetKeyMappingKey(array) = called(&mut s) else {
        panic!("no key");
    };
    let array = array.expose();
    assert_eq!(array.len(), 60);
    assert_eq!(
        (array[16], array[20..24].to_vec()),
        (0x00, vec![4, 0, 0, 0])
    );
    assert_eq!(array[28], 0, "not a deletion");
    assert_eq!(array[44..], tag(SECRET, "key", ours));
    assert!(matches!(
        s.next_seen(),
        HostMessage::PostAssociateCompletion { end, peer: M, .. } if end.is_success()
    ));

    // BYE: deleted, and the port closed.
    s.frame(0x88b5, &[&[4][..], &tag(SECRET, "bye", ours)].concat());
    let Call::SetKeyMappingKey(array) = called(&mut s) else {
        panic!("no deletion");
    };
    assert_eq!((array.len(), array.expose()[28]), (60, 1));
    assert!(matches!(
        s.next_seen(),
        HostMessage::PostAssociateCompletion { end, .. } if !end.is_success()
    ));

    // The REPLY again: a key is not installed twice.
    let reply = [&[2][..], &THEIRS, &tag(SECRET, "reply", ours)].concat();
    s.frame(0x88b5, &reply);
    assert_eq!(s.run(stop(1), never).code, OK);
    assert_eq!(s.run(Task::AdapterReset, listening).code, OK);
    assert_eq!(s.run(Task::DeinitAdapter, never).code, OK);
    assert_eq!(s.shut_down(), "");
}
