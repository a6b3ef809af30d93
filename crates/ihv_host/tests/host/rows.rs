//! The rows of the reference that an extension can see.

use ihv::seam::*;
use wlan_model::Win32Error;

use crate::service::*;

/// The byte array of one CCMP key for M that is all `fill`, without padding garbage.
fn array(fill: u8) -> Vec<u8> {
    [
        &[0x80, 1, 16, 0, 48, 0, 0, 0, 48, 0, 0, 0][..],
        &[
            2, 0, 0, 0, 0, 0x10, 0, 0, 4, 0, 0, 0, 3, 0, 0, 0, 0, 0, 28, 0,
        ],
        &[0; 8],
        &[16, 0, 0, 0],
        &[fill; 16],
    ]
    .concat()
}

fn key_of(call: &Call) -> &[u8] {
    match call {
        Call::SetKeyMappingKey(array) => array.expose(),
        other => panic!("{other:?}"),
    }
}

/// §9.1: number, case, what happens.
const KEY_ROWS: &[(u32, &str, fn())] = &[
    (
        1,
        "valid CCMP key in phase P: one set with one entry",
        row_1_13,
    ),
    (2, "inside InitAdapter", row_2),
    (
        3,
        "before InitAdapter, and with the handle of no adapter",
        row_3,
    ),
    (4, "handle NULL", row_4),
    (5, "inside DeinitAdapter and after it", row_5),
    (6, "after AdapterReset", row_6),
    (7, "key NULL", row_7),
    (8, "the driver answers INVALID_DATA", row_8_9),
    (9, "the driver answers NOT_SUPPORTED", row_8_9),
    (10, "the driver pends", row_10),
    (11, "two threads, same peer, different keys", row_11),
    (12, "inside ReceivePacket", row_12),
    (
        13,
        "the caller wipes the structure after the return",
        row_1_13,
    ),
    (14, "the adapter is removed while the call waits", row_14),
];

/// §9.8.
const SEQUENCE_ROWS: &[(u32, &str, fn())] = &[
    (
        14,
        "Pre, Post, Stop, Reset with nothing pending",
        sequence_14,
    ),
    (
        15,
        "AdapterReset with a pending pre-association",
        sequence_15,
    ),
    (16, "StopPostAssociate, then a late completion", sequence_16),
    (17, "SendPacket, then AdapterReset", sequence_17),
    (18, "backlog 4, handler blocks in frame 1", sequence_18),
];

#[test]
fn rows_of_set_key_mapping_key() {
    for (number, case, row) in KEY_ROWS {
        eprintln!("9.1 row {number}: {case}");
        row();
    }
    assert_eq!(KEY_ROWS.len(), 14);
}

#[test]
fn rows_of_whole_sequences() {
    for (number, case, row) in SEQUENCE_ROWS {
        eprintln!("9.8 row {number}: {case}");
        row();
    }
}

/// The driver for a key that is all `fill`; counts.
fn wants(fill: u8, sets: &mut u32) -> impl FnMut(&Call) -> Result<Reply, Win32Error> {
    move |call| {
        assert_eq!(key_of(call), array(fill));
        *sets += 1;
        Ok(Reply::Done)
    }
}

fn row_1_13() {
    let mut s = Service::with_adapter(&probe("ROW_1"));
    assert_eq!(s.run(post(1), never).code, OK);
    let mut sets = 0;
    // The probe fills its structure with 0xff as soon as the call returns.
    assert_eq!(s.order(b"k\x5a", wants(0x5a, &mut sets)), 0);
    assert_eq!(sets, 1);
    // A deletion looks like the key it undoes, and BOOLEAN 0x80 is TRUE.
    let code = s.order(b"d", |call| {
        let mut expected = array(0);
        expected[28] = 1;
        expected[40..44].fill(0);
        assert_eq!(key_of(call), expected);
        Ok(Reply::Done)
    });
    assert_eq!(code, 0);
}

fn row_2() {
    let mut s = Service::start(&probe("KEY_IN_INIT"));
    let mut sets = 0;
    assert_eq!(s.run(init(), wants(0x11, &mut sets)).code, OK);
    assert_eq!((sets, s.told()), (1, ('I', 0)));
}

fn row_3() {
    // The probe tries NULL and 1 in InitService, and does not load if the codes are others than 6.
    let mut s = Service::with_adapter(&probe("ROW_3"));
    assert_eq!(s.order(b"b", never), 6);
}

fn row_4() {
    let mut s = Service::with_adapter(&probe("ROW_4"));
    assert_eq!(s.order(b"0", never), 6);
    assert_eq!(s.order(b"z", never), 6, "and of every other function");
}

fn row_5() {
    let mut s = Service::with_adapter(&probe("ROW_5"));
    assert_eq!(s.run(Task::DeinitAdapter, never).code, OK);
    assert_eq!(s.shut_down(), "deinit 6 1\nafter 6\nlate 6\n");
}

fn row_6() {
    let mut s = Service::with_adapter(&probe("ROW_6"));
    assert_eq!(s.run(Task::AdapterReset, never).code, OK);
    let mut sets = 0;
    assert_eq!(s.order(b"k\x01", wants(1, &mut sets)), 0);
    assert_eq!(sets, 1);
}

fn row_7() {
    let mut s = Service::with_adapter(&probe("ROW_7"));
    assert_eq!(s.order(b"n", never), 87);
}

fn row_8_9() {
    let mut s = Service::with_adapter(&probe("ROW_8"));
    for code in [Win32Error::NDIS_INVALID_DATA, Win32Error::NOT_SUPPORTED] {
        assert_eq!(s.order(b"k\x01", |_| Err(code)), code.0);
    }
}

fn row_10() {
    let mut s = Service::with_adapter(&probe("ROW_10"));
    let task = s.begin(control(b"k\x01"));
    let Some(HostMessage::Call { id, .. }) = s.receive() else {
        panic!("no call");
    };
    // Meanwhile the host lives: a handler of another lane runs and returns.
    let other = TaskId(1000);
    s.send(&ServiceMessage::SystemTask {
        task: other,
        what: SystemTask::SessionChange {
            event: 6,
            session: 42,
        },
    });
    assert_eq!(s.finish(other, never).code, Win32Error(42));
    s.answer(id, Err(Win32Error::GEN_FAILURE));
    assert_eq!(number(&s.finish(task, never)), 31);
}

fn row_11() {
    let mut s = Service::with_adapter(&probe("ROW_11"));
    let mut sets = [0; 5];
    let code = s.order(b"t", |call| {
        let key = key_of(call);
        assert!((1..=4).contains(&key[44]));
        assert_eq!(key, array(key[44]), "a key is whole");
        sets[usize::from(key[44])] += 1;
        Ok(Reply::Done)
    });
    assert_eq!((code, sets), (0, [0, 50, 50, 50, 50]));
}

fn row_12() {
    let mut s = Service::with_adapter(&probe("ROW_12"));
    assert_eq!(s.order(b"e\x04", done), 0);
    assert_eq!(s.order(b"r\x01", never), 0);
    s.frame(0x888e, &[0x33]);
    let Some(HostMessage::Call { id, call, .. }) = s.receive() else {
        panic!("no call");
    };
    assert_eq!(key_of(&call), array(0x33));
    s.answer(id, Ok(Reply::Done));
    assert_eq!((s.told(), s.told()), (('k', 0), ('f', 0x33)));
}

fn row_14() {
    let mut s = Service::with_adapter(&probe("ROW_14"));
    let task = s.begin(control(b"k\x01"));
    let Some(HostMessage::Call { id, .. }) = s.receive() else {
        panic!("no call");
    };
    let removal = s.begin(Task::DeinitAdapter);
    assert_eq!(number(&s.finish(task, never)), 995);
    // The driver's answer is late, and nobody's.
    s.answer(id, Ok(Reply::Done));
    assert_eq!(s.finish(removal, never).code, OK);
    assert_eq!(s.shut_down(), "deinit 6 1\nafter 6\nlate 6\n");
}

fn sequence_14() {
    let mut s = Service::with_adapter(&probe("SEQ_14"));
    for task in [pre(""), post(1), stop(1), Task::AdapterReset] {
        assert_eq!(s.run(task, never).code, OK);
    }
    // Inside PerformPreAssociate the user's data are not to be had; nothing else was said.
    assert_eq!(s.told(), ('p', 5023));
    assert_eq!(s.seen, []);
}

fn sequence_15() {
    let mut s = Service::with_adapter(&probe("SEQ_15"));
    assert_eq!(s.run(pre(""), never).reason, 0x9_0001);
    assert_eq!(s.run(Task::AdapterReset, never).code, OK);
    let cancelled = completion(b'p', 0x1_0001, 1223);
    assert_eq!(s.order(&cancelled, never), 0);
    assert_eq!(s.order(&cancelled, never), 5023);
    assert_eq!(s.told(), ('p', 5023));
    assert_eq!(s.seen, []);
}

fn sequence_16() {
    let mut s = Service::with_adapter(&probe("SEQ_16"));
    s.run(post(1), never);
    assert_eq!(s.order(&completion(b'P', 0, 0), never), 0);
    assert_eq!(
        s.next_seen(),
        HostMessage::PostAssociateCompletion {
            adapter: A,
            port: PortId(1),
            peer: M,
            end: Completion {
                win32: OK,
                reason: 0
            },
        }
    );
    assert_eq!(s.run(stop(1), never).code, OK);
    assert_eq!(s.order(&completion(b'P', 0, 0), never), 5023);
    assert_eq!(s.seen, []);
}

fn sequence_17() {
    let mut s = Service::with_adapter(&probe("SEQ_17"));
    assert_eq!(s.order(b"s\x05", never), 5023, "not without a port");
    s.run(post(1), never);
    assert_eq!(s.order(b"s\x05", never), 0);
    let HostMessage::SendPacket { packet, data, .. } = s.next_seen() else {
        panic!("no packet");
    };
    assert_eq!(data, b"\x02\0\0\0\0\x10\x88\xb5!");
    assert_eq!(s.order(b"c", never), 0);
    assert_eq!(s.run(Task::AdapterReset, never).code, OK);
    assert_eq!(s.order(b"c", never), 5);
    s.send(&ServiceMessage::PacketSent { adapter: A, packet });
    assert_eq!(s.order(b"c", never), 5, "once and no more");
}

fn sequence_18() {
    let mut s = Service::with_adapter(&probe("SEQ_18"));
    assert_eq!(s.order(b"e\x04", done), 0);
    assert_eq!(s.order(b"r\x01", never), 0);
    s.frame(0x888e, &[1]);
    // The handler of frame 1 waits for its key.
    let Some(HostMessage::Call { id, .. }) = s.receive() else {
        panic!("no call");
    };
    s.frame(0x88b5, &[99]);
    for n in 2..=6 {
        s.frame(0x888e, &[n]);
    }
    s.answer(id, Ok(Reply::Done));
    assert_eq!(s.told(), ('k', 0));
    for n in [1, 3, 4, 5, 6] {
        assert_eq!(s.told(), ('f', n));
    }
    assert_eq!(s.order(b"c", never), 0);
    assert_eq!(s.seen, []);
}

#[test]
fn every_other_handler_is_called_with_what_it_needs() {
    let mut s = Service::with_adapter(&probe("OTHERS"));
    let profile = Profile::default();
    let invalid = s.run(Task::ValidateProfile(profile.clone()), never);
    assert_eq!((invalid.code.0, invalid.reason), (1206, 0x9_0007));
    let networks = vec![1, 2, 3];
    let matched = Task::PerformCapabilityMatch {
        profile: profile.clone(),
        networks,
    };
    assert_eq!(s.run(matched, never).code, OK);
    let found = s.run(
        Task::CreateDiscoveryProfiles {
            insecure: true,
            profile,
            networks: Vec::new(),
        },
        never,
    );
    let TaskData::Profiles(profiles) = found.data else {
        panic!("no profiles");
    };
    assert_eq!(profiles[0].connectivity.as_ref().unwrap().expose(), b"<a/>");
    assert_eq!(profiles[0].security, None);

    let query = |s: &mut Service, phase| s.run(Task::QueryUiRequest { phase }, never);
    let asked = query(&mut s, 0);
    assert_eq!((asked.code.0, asked.data), (120, TaskData::UiRequest(None)));
    assert!(matches!(query(&mut s, 1).data, TaskData::UiRequest(Some(r)) if r.session == 9));

    for (first, is_pending) in [(1, true), (0, false)] {
        let task = TaskId(2000 + u64::from(first));
        let guid = wlan_model::Guid([first, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        let what = SystemTask::IsUiRequestPending(guid);
        s.send(&ServiceMessage::SystemTask { task, what });
        assert_eq!(s.finish(task, never).data, TaskData::Pending(is_pending));
    }

    s.send(&ServiceMessage::ReceiveIndication {
        adapter: A,
        kind: 4,
        data: vec![0; 9],
    });
    assert_eq!(s.told(), ('i', 4 << 16 | 9));
}

#[test]
fn every_other_call_does_its_work_or_is_refused() {
    let mut s = Service::with_adapter(&probe("CALLS"));
    assert_eq!(s.order(b"8", never), 5023, "802.1X without a port");
    s.run(post(1), never);
    assert_eq!(s.order(b"8", never), 50, "802.1X");
    assert_eq!(s.order(b"v", never), 50, "virtual station");
    // A vendor's request: not there, answered, answered at too great length.
    assert_eq!(
        s.order(b"N\x04", |_| Err(Win32Error::NOT_SUPPORTED)),
        4 << 16 | 50
    );
    assert_eq!(s.order(b"N\x04", |_| Ok(Reply::Bytes(vec![1; 3]))), 3 << 16);
    assert_eq!(
        s.order(b"N\x02", |_| Ok(Reply::Bytes(vec![1; 3]))),
        3 << 16 | 234
    );
    // A page for a user is accepted, and answered without one.
    assert_eq!(s.order(b"U", never), 0);
    assert!(matches!(s.next_seen(), HostMessage::UiRequest { .. }));
    assert_eq!(s.told(), ('u', 1));
    // What is kept for a profile.
    assert_eq!(
        s.order(b"u", never),
        6,
        "no connection handle was ever given out"
    );
    s.run(pre(""), never);
    assert_eq!(s.told(), ('p', 5023));
    assert_eq!(s.order(b"u", never), 0);
    assert!(matches!(s.next_seen(), HostMessage::UserData { data, .. } if data.session == 7));
    // Code and reason must go together; the attempt ends in either case.
    assert_eq!(s.order(&completion(b'p', 0x1_0001, 0), never), 87);
    assert!(matches!(
        s.next_seen(),
        HostMessage::PreAssociateCompletion { end, .. } if !end.is_success()
    ));
    assert_eq!(s.order(b"e\x01", done), 0, "no connection was let through");
}
