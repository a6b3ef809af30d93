//! A host at the access point, from the network's start to its stop.

use clock::Duration;
use oid::{Indication, Request, SecurityRequest};
use softap::{VendorEvent, VendorVerdict};
use wlan_model::Win32Error;
use wlan_rpc::{ExtensionEvent, HostState};

use ihv::seam::*;

use super::bench::*;
use crate::{Input, PortRequest};

fn is_ready(bench: &Bench) -> bool {
    bench.serves.last().is_some_and(|list| list[0].ready)
}

#[test]
fn stations_are_served_once_the_pre_association_succeeded_and_not_before() {
    let mut bench = Bench::new();
    bench.input(Input::Install(acme()));
    assert_eq!(bench.serves.len(), 1);
    assert!(bench.alive.is_empty(), "no network, no host");
    bench.start_network();
    let host = bench.ap();
    assert_eq!(bench.look(host), []);
    bench.loaded(host);
    let (task, what) = bench.the_task(host);
    let Task::InitAdapter(adapter) = what else {
        panic!("{what:?}")
    };
    assert_eq!(adapter.mode, 8);
    assert!(!is_ready(&bench));
    bench.returned(host, task, OK);
    let (task, what) = bench.the_task(host);
    let Task::PerformPreAssociate {
        connection,
        profile,
        ..
    } = what
    else {
        panic!("{what:?}")
    };
    assert_eq!(profile.ssids.len(), 1);
    assert_eq!(profile.fragments.connectivity.unwrap().expose(), b"<c/>");
    assert!(!is_ready(&bench));
    bench.returned(host, task, OK);
    assert!(!is_ready(&bench));
    bench.say(host, pre_done(connection, OK));
    assert!(is_ready(&bench));
    assert_eq!(
        bench.events,
        [("acme".to_owned(), AP, ExtensionEvent::Ready { version: 0 })]
    );
}

#[test]
fn a_station_comes_gets_a_key_and_its_port_opens() {
    let mut bench = Bench::ready();
    let host = bench.ap();
    assert_eq!(bench.call(host, register(&[TYPE])), Some(Ok(Reply::Done)));
    bench.associate(M);
    let (task, what) = bench.the_task(host);
    let Task::PerformPostAssociate {
        port, association, ..
    } = what
    else {
        panic!("{what:?}")
    };
    let expected = Association {
        peer: M,
        reassociation: false,
        auth: 7,
        unicast_cipher: 4,
        multicast_cipher: 4,
        authorized: false,
        request: vec![1; 5],
        response: vec![2; 6],
        beacon: vec![3; 7],
    };
    assert_eq!(association, expected);
    bench.returned(host, task, OK);

    bench.say(host, packet(1, M, TYPE));
    let sent = SecurityRequest::SendVendorPacket {
        peer: M,
        ether_type: TYPE,
        payload: b"hello".to_vec(),
    };
    assert_eq!(
        bench.requests.last(),
        Some(&(AP, PortRequest::Security(sent)))
    );
    let done = ServiceMessage::PacketSent {
        adapter: A,
        packet: PacketId(1),
    };
    assert_eq!(bench.look(host), [done]);

    bench.indicate(
        AP,
        Indication::ReceiveVendorPacket {
            peer: M,
            ether_type: TYPE,
            payload: b"ha".to_vec(),
        },
    );
    let data = [&M.0[..], &[0x88, 0xb5], b"ha"].concat();
    let up = ServiceMessage::ReceivePacket { adapter: A, data };
    assert_eq!(bench.look(host), [up]);

    assert_eq!(bench.call(host, set(&[key(M)])), Some(Ok(Reply::Done)));
    assert_eq!(
        bench.requests.last(),
        Some(&(
            AP,
            PortRequest::Request(Request::CipherKeyMappingKey(key(M)))
        ))
    );
    assert_eq!(bench.verdicts, []);
    bench.say(host, post_done(port, M, OK));
    assert_eq!(bench.verdicts, [(M, VendorVerdict::Open)]);
    let ports = bench.engine.rows()[0].hosts[0].1.clone();
    assert_eq!(ports, HostState::Running { pid: 0, ports: 1 });
}

#[test]
fn a_failed_completion_refuses_and_a_later_one_closes() {
    for later in [false, true] {
        let (mut bench, host, port) = Bench::joining(M);
        let mut expected = Vec::new();
        if later {
            bench.say(host, post_done(port, M, OK));
            bench.say(host, post_done(port, M, OK));
            expected.push((M, VendorVerdict::Open));
        }
        bench.say(host, post_done(port, M, Win32Error::GEN_FAILURE));
        bench.say(host, post_done(port, M, OK));
        expected.push((M, VendorVerdict::Refuse));
        assert_eq!(bench.verdicts, expected);
        assert_eq!(bench.tasks(host), [], "the port lives until the peer left");
    }
}

#[test]
fn a_departed_station_stops_its_port_with_the_drivers_reason() {
    for (reason, status) in [
        (None, 7),
        (
            Some(oid::DisassocReason::PeerDisassociated(dot11::ReasonCode(8))),
            0x2_0008,
        ),
        (Some(oid::DisassocReason::PeerUnreachable), 2),
    ] {
        let (mut bench, host, port) = Bench::joining(M);
        if let Some(reason) = reason {
            bench.indicate(AP, Indication::Disassociation { peer: M, reason });
        }
        bench.vendor(VendorEvent::Departed { mac: M });
        let (task, what) = bench.the_task(host);
        assert_eq!(what, Task::StopPostAssociate { port, status });
        bench.returned(host, task, OK);
        bench.say(host, post_done(port, M, OK));
        assert_eq!(bench.verdicts, [], "it came too late");
        let next = bench.join(host, M);
        assert_ne!(next, port);
    }
}

#[test]
fn the_end_of_the_network_ends_the_host_in_good_order() {
    let (mut bench, host, port) = Bench::joining(M);
    bench.vendor(VendorEvent::NetworkStopped);
    assert!(!is_ready(&bench));
    let tasks = bench.tasks(host);
    let stop = Task::StopPostAssociate { port, status: 9 };
    assert_eq!(
        tasks.iter().map(|(_, task)| task).collect::<Vec<_>>(),
        [&stop, &Task::AdapterReset]
    );
    for (task, _) in tasks {
        bench.returned(host, task, OK);
    }
    let (task, what) = bench.the_task(host);
    assert_eq!(what, Task::DeinitAdapter);
    bench.returned(host, task, OK);
    assert_eq!(bench.look(host), [ServiceMessage::Shutdown]);
    bench.say(host, HostMessage::Ended);
    bench.gone(host, None);
    assert!(matches!(
        bench.events.last(),
        Some((_, AP, ExtensionEvent::Ended))
    ));
    assert_eq!(bench.verdicts, []);
    bench.pass(Duration::from_secs(100));
    assert!(bench.alive.is_empty());
    bench.start_network();
    let again = bench.ap();
    assert_ne!(again, host);
}
