//! Frames: whose they are, and that each is accounted for.

use ihv::seam::*;
use oid::{Indication, NdisStatus, SecurityRequest};
use softap::VendorEvent;

use super::bench::*;
use crate::{Input, PortRequest};

fn sent(bench: &Bench) -> usize {
    let is_packet = |(_, request): &&(_, PortRequest)| {
        matches!(
            request,
            PortRequest::Security(SecurityRequest::SendVendorPacket { .. })
                | PortRequest::Request(oid::Request::SendPacket { .. })
        )
    };
    bench.requests.iter().filter(is_packet).count()
}

#[test]
fn each_packet_is_accounted_for_once_whatever_becomes_of_it() {
    // To whom; EtherType; whether it goes down; what the miniport says.
    let rows: [(_, _, _, Mood); 5] = [
        (M, TYPE, true, |_| None),
        (M, TYPE, true, |_| Some(NdisStatus::INVALID_STATE)),
        (M, 0x888e, false, |_| None),
        (WPA2, TYPE, false, |_| None),
        (NOBODY, TYPE, false, |_| None),
    ];
    for (number, (peer, ether_type, goes_down, mood)) in rows.into_iter().enumerate() {
        let (mut bench, host, _) = Bench::joining(M);
        bench.mood = mood;
        bench.say(host, packet(9, peer, ether_type));
        assert_eq!(sent(&bench) == 1, goes_down, "row {number}");
        let accounted = ServiceMessage::PacketSent {
            adapter: A,
            packet: PacketId(9),
        };
        assert_eq!(bench.look(host), [accounted], "row {number}");
    }
}

#[test]
fn frames_go_to_the_extension_of_their_sender_if_it_asked_for_them() {
    let (mut bench, acme, _) = Bench::joining(M);
    bench.input(Input::Install(extension("beta", 2)));
    let beta = bench.host("beta", AP);
    bench.bring_up(beta);
    bench.vendor(VendorEvent::Associated {
        mac: N,
        element: element(2),
    });
    bench.look(beta);
    bench.call(acme, register(&[TYPE]));
    bench.call(beta, register(&[0x9000]));
    // From whom; EtherType; who gets it.
    for (peer, ether_type, to) in [
        (M, TYPE, Some(acme)),
        (N, 0x9000, Some(beta)),
        (M, 0x9000, None),
        (N, TYPE, None),
        (WPA2, TYPE, None),
        (NOBODY, TYPE, None),
    ] {
        bench.indicate(
            AP,
            Indication::ReceiveVendorPacket {
                peer,
                ether_type,
                payload: vec![1, 2],
            },
        );
        let data = [&peer.0[..], &ether_type.to_be_bytes(), &[1, 2]].concat();
        let up = ServiceMessage::ReceivePacket { adapter: A, data };
        let expected: Vec<_> = to.map(|host| (host, up)).into_iter().collect();
        assert_eq!(std::mem::take(&mut bench.told), expected);
    }
    let empty = EtherTypeHandling::default();
    bench.call(acme, Call::SetEtherTypeHandling(empty));
    bench.indicate(
        AP,
        Indication::ReceiveVendorPacket {
            peer: M,
            ether_type: TYPE,
            payload: Vec::new(),
        },
    );
    assert_eq!(bench.look(acme), []);
}

#[test]
fn packets_of_a_reset_are_not_accounted_for_again() {
    let (mut bench, host, _) = Bench::joining(M);
    bench.hold = true;
    bench.say(host, packet(1, M, TYPE));
    bench.vendor(VendorEvent::NetworkStopped);
    bench.look(host);
    bench.complete();
    bench.say(host, packet(2, M, TYPE));
    let late = ServiceMessage::PacketSent {
        adapter: A,
        packet: PacketId(2),
    };
    assert_eq!(bench.look(host), [late]);
}

#[test]
fn what_is_registered_in_the_last_reset_goes_with_the_host() {
    let (mut bench, host, _) = Bench::joining(M);
    bench.vendor(VendorEvent::NetworkStopped);
    // As it has to after every reset: it cannot know that this is the last.
    bench.call(host, register(&[TYPE]));
    for (task, _) in bench.tasks(host) {
        bench.returned(host, task, wlan_model::Win32Error::SUCCESS);
    }
    let (task, what) = bench.the_task(host);
    assert_eq!(what, Task::DeinitAdapter);
    bench.returned(host, task, wlan_model::Win32Error::SUCCESS);
    bench.say(host, HostMessage::Ended);
    bench.gone(host, None);
    let registered = bench
        .requests
        .iter()
        .rev()
        .find_map(|(_, asked)| match asked {
            PortRequest::Security(SecurityRequest::ReceiveEtherTypes(types)) => Some(types.clone()),
            _ => None,
        });
    assert_eq!(registered, Some(Vec::new()));
}
