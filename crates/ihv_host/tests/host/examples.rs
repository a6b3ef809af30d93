//! The examples against a peer that speaks their handshake.

use std::path::{Path, PathBuf};
use std::process::Command;

use dot11::MacAddr;
use hmac::{Hmac, KeyInit as _, Mac as _};
use ihv::seam::*;
use sha2::Sha256;
use wlan_model::Win32Error;

use crate::service::*;

const SECRET: &[u8] = b"correct horse battery";
const FRAGMENT: &str = "<v:ext><sharedSecret>correct horse battery</sharedSecret></v:ext>";
const PEER_NONCE: [u8; 16] = [0x77; 16];

/// `a` and `s`: the nonces of the access point and of the station.
fn tag(secret: &[u8], label: &str, a: &[u8], s: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).unwrap();
    mac.update(label.as_bytes());
    mac.update(a);
    mac.update(s);
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
        // What instruments this program would want a standard library of its own for that one.
        .env_remove("RUSTFLAGS")
        .status()
        .unwrap();
    assert!(built.success());
    target.join("debug/examples/libihv_handshake.so")
}

#[test]
fn the_extension_in_c_is_an_access_point() {
    access_point(&compile("examples/ihv/c/handshake.c", "AP"));
}

#[test]
fn the_extension_in_c_is_a_station() {
    station(&compile("examples/ihv/c/handshake.c", "STATION"));
}

#[test]
fn the_extension_in_rust_is_an_access_point() {
    access_point(&rust_example());
}

#[test]
fn the_extension_in_rust_is_a_station() {
    station(&rust_example());
}

/// Loaded, with an adapter of this mode and a profile with the secret.
fn connected(extension: &Path, mode: u32) -> Service {
    let mut s = Service::start(extension);
    let Task::InitAdapter(adapter) = init() else {
        unreachable!()
    };
    let init = Task::InitAdapter(Adapter { mode, ..adapter });
    assert_eq!(s.run(init, listening).code, OK);
    // A profile without a secret fails, one with a secret goes on.
    for (fragment, well) in [("<nothing/>", false), (FRAGMENT, true)] {
        // An access point's ciphers are its network's. A station's thread may be faster than the
        // handler's return.
        let mut calls = Vec::new();
        let result = s.run(pre(fragment), |call| {
            calls.push(call.clone());
            Ok(Reply::Done)
        });
        assert_eq!(result.code, OK);
        let end = loop {
            match s.next_seen() {
                HostMessage::Call { id, call, .. } => {
                    calls.push(call);
                    s.answer(id, Ok(Reply::Done));
                }
                HostMessage::PreAssociateCompletion { end, .. } => break end,
                other => panic!("{other:?}"),
            }
        };
        match mode {
            4 if well => assert_eq!(calls, [Call::SetUnicastCipherAlgorithm(4)]),
            _ => assert_eq!(calls, []),
        }
        assert_eq!(end.is_success(), well, "{end:?}");
    }
    s
}

/// Ends it; the port is `port`, and there is a key to delete if it was left open.
fn disconnected(mut s: Service, port: u64, open: bool) {
    let mut deletions = 0;
    let result = s.run(stop(port), |call| {
        assert!(matches!(call, Call::SetKeyMappingKey(array) if array.expose()[28] == 1));
        deletions += 1;
        Ok(Reply::Done)
    });
    assert_eq!(result.code, OK);
    assert_eq!(deletions, u32::from(open));
    assert_eq!(s.run(Task::AdapterReset, listening).code, OK);
    assert_eq!(s.run(Task::DeinitAdapter, never).code, OK);
    assert_eq!(s.shut_down(), "");
}

fn listening(call: &Call) -> Result<Reply, Win32Error> {
    assert!(
        matches!(call, Call::SetEtherTypeHandling(e) if e.registrations == [0x88b5]
            && e.exemptions[0].ether_type == 0x88b5 && e.exemptions[0].action == 2)
    );
    Ok(Reply::Done)
}

/// What the extension sends next, and to whom.
fn packet(s: &mut Service) -> (MacAddr, Vec<u8>) {
    match s.next_seen() {
        HostMessage::SendPacket { packet, data, .. } => {
            s.send(&ServiceMessage::PacketSent { adapter: A, packet });
            assert_eq!(data[6..8], *b"\x88\xb5");
            (MacAddr(data[..6].try_into().unwrap()), data[8..].to_vec())
        }
        other => panic!("{other:?}"),
    }
}

fn sent(s: &mut Service) -> Vec<u8> {
    let (to, payload) = packet(s);
    assert_eq!(to, M);
    payload
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

fn installed(s: &mut Service, key: &[u8]) {
    let Call::SetKeyMappingKey(array) = called(s) else {
        panic!("no key");
    };
    let array = array.expose();
    assert_eq!(array.len(), 60);
    assert_eq!(
        (array[16], array[20..24].to_vec()),
        (0x00, vec![4, 0, 0, 0])
    );
    assert_eq!(array[28], 0, "not a deletion");
    assert_eq!(array[44..], *key);
    completed(s, true);
}

fn deleted(s: &mut Service) {
    let Call::SetKeyMappingKey(array) = called(s) else {
        panic!("no deletion");
    };
    assert_eq!((array.len(), array.expose()[28]), (60, 1));
    completed(s, false);
}

fn completed(s: &mut Service, well: bool) {
    match s.next_seen() {
        HostMessage::PostAssociateCompletion { end, peer: M, .. } => {
            assert_eq!(end.is_success(), well);
        }
        other => panic!("{other:?}"),
    }
}

fn access_point(extension: &Path) {
    let mut s = connected(extension, 8);
    let n = &PEER_NONCE[..];

    // HELLO, the same again for who came late, a REPLY of somebody else, the right one.
    assert_eq!(s.run(post(1), never).code, OK);
    let hello = sent(&mut s);
    assert_eq!((hello[0], hello.len()), (1, 17));
    s.frame(0x88b5, &[0]);
    assert_eq!(sent(&mut s), hello);
    let a = &hello[1..];
    for secret in [b"somebody else", SECRET] {
        let reply = [&[2][..], n, &tag(secret, "reply", a, n)].concat();
        s.frame(0x88b5, &reply);
    }
    assert_eq!(
        sent(&mut s),
        [&[3][..], &tag(SECRET, "done", a, n)].concat()
    );
    installed(&mut s, &tag(SECRET, "key", a, n));

    // START and REPLY again say nothing new; BYE: deleted, and the port closed.
    let reply = [&[2][..], n, &tag(SECRET, "reply", a, n)].concat();
    s.frame(0x88b5, &[0]);
    s.frame(0x88b5, &reply);
    s.frame(0x88b5, &[&[4][..], &tag(SECRET, "bye", a, n)].concat());
    deleted(&mut s);

    // The REPLY again: a key is not installed twice.
    s.frame(0x88b5, &reply);
    assert_eq!(s.run(stop(1), never).code, OK);

    // A station that leaves without a word, and one that came meanwhile with other nonces.
    assert_eq!(s.run(post(2), never).code, OK);
    let hello = sent(&mut s);
    let b = &hello[1..];
    assert_ne!(a, b);
    s.frame(0x88b5, &reply);
    s.frame(0x88b5, &[&[2][..], n, &tag(SECRET, "reply", b, n)].concat());
    assert_eq!(sent(&mut s)[0], 3);
    installed(&mut s, &tag(SECRET, "key", b, n));
    disconnected(s, 2, true);
}

fn station(extension: &Path) {
    let mut s = connected(extension, 4);
    let a = &PEER_NONCE[..];

    // START, and each HELLO answered for its own nonce.
    assert_eq!(s.run(post(1), never).code, OK);
    assert_eq!(sent(&mut s), [0]);
    let mut n = Vec::new();
    for hello in [&[0x55; 16][..], a] {
        s.frame(0x88b5, &[&[1][..], hello].concat());
        let reply = sent(&mut s);
        assert_eq!((reply[0], reply.len()), (2, 33));
        if n.is_empty() {
            n = reply[1..17].to_vec();
        }
        assert_eq!(reply[1..17], n);
        assert_eq!(reply[17..], tag(SECRET, "reply", hello, &n));
    }

    // A DONE of somebody else, one for the first HELLO, a REPLY, which is no station's business.
    s.frame(
        0x88b5,
        &[&[3][..], &tag(b"somebody else", "done", a, &n)].concat(),
    );
    s.frame(
        0x88b5,
        &[&[3][..], &tag(SECRET, "done", &[0x55; 16], &n)].concat(),
    );
    s.frame(
        0x88b5,
        &[&[2][..], &n, &tag(SECRET, "reply", a, &n)].concat(),
    );
    s.frame(0x88b5, &[&[3][..], &tag(SECRET, "done", a, &n)].concat());
    installed(&mut s, &tag(SECRET, "key", a, &n));

    // HELLO and DONE again say nothing new; the access point says BYE.
    s.frame(0x88b5, &[&[1][..], a].concat());
    s.frame(0x88b5, &[&[3][..], &tag(SECRET, "done", a, &n)].concat());
    s.frame(0x88b5, &[&[4][..], &tag(SECRET, "bye", a, &n)].concat());
    deleted(&mut s);
    disconnected(s, 1, false);
}

/// As many peers as a network has, each with a handshake and a key of its own, all at the same time.
fn many(extension: &Path) {
    const PEERS: u16 = 100;
    let mut s = connected(extension, 8);
    let n = &PEER_NONCE[..];
    let mac = |i: u16| {
        let [high, low] = i.to_be_bytes();
        MacAddr([2, 0, 0, 1, high, low])
    };
    let frame = |s: &mut Service, i: u16, payload: &[u8]| {
        let data = [&mac(i).0[..], &[0x88, 0xb5], payload].concat();
        s.send(&ServiceMessage::ReceivePacket { adapter: A, data });
    };
    let mut hellos = Vec::new();
    for i in 0..PEERS {
        let Task::PerformPostAssociate {
            session,
            mut association,
            ..
        } = post(1)
        else {
            unreachable!()
        };
        association.peer = mac(i);
        let port = PortId(u64::from(i) + 1);
        let task = Task::PerformPostAssociate {
            port,
            session,
            association,
        };
        assert_eq!(s.run(task, never).code, OK);
        let (to, hello) = packet(&mut s);
        assert_eq!((to, hello[0]), (mac(i), 1));
        hellos.push(hello);
    }
    for i in (0..PEERS).rev() {
        let a = &hellos[usize::from(i)][1..];
        let reply = [&[2][..], n, &tag(SECRET, "reply", a, n)].concat();
        frame(&mut s, i, &reply);
        let (to, _) = packet(&mut s);
        assert_eq!(to, mac(i));
        let Call::SetKeyMappingKey(array) = called(&mut s) else {
            panic!("no key");
        };
        assert_eq!(array.expose()[12..18], mac(i).0);
        assert_eq!(array.expose()[44..], tag(SECRET, "key", a, n));
        match s.next_seen() {
            HostMessage::PostAssociateCompletion { end, peer, .. } => {
                assert!(end.is_success() && peer == mac(i));
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(s.run(Task::AdapterReset, listening).code, OK);
    assert_eq!(s.run(Task::DeinitAdapter, never).code, OK);
    assert_eq!(s.shut_down(), "");
}

#[test]
fn both_extensions_serve_many_stations_at_a_time() {
    many(&compile("examples/ihv/c/handshake.c", "MANY"));
    many(&rust_example());
}

/// The two of them with each other: frames of one are given to the other.
#[test]
fn the_two_extensions_agree_on_a_key() {
    let mut ap = connected(&compile("examples/ihv/c/handshake.c", "PAIR"), 8);
    let mut sta = connected(&rust_example(), 4);
    assert_eq!(ap.run(post(1), never).code, OK);
    assert_eq!(sta.run(post(1), never).code, OK);
    let _lost = sent(&mut ap);
    let start = sent(&mut sta);
    ap.frame(0x88b5, &start);
    let hello = sent(&mut ap);
    sta.frame(0x88b5, &hello);
    let reply = sent(&mut sta);
    ap.frame(0x88b5, &reply);
    let done = sent(&mut ap);
    sta.frame(0x88b5, &done);
    let key = tag(SECRET, "key", &hello[1..], &reply[1..17]);
    installed(&mut ap, &key);
    installed(&mut sta, &key);
    disconnected(ap, 1, true);
    disconnected(sta, 1, true);
}
