//! Which call is answered what, on both adapters.

use dot11::KeyBytes;
use ihv::seam::*;
use oid::wire::{DefaultKeyValue, default_key_value};
use oid::{
    AuthAlgorithm, CipherAlgorithm, DefaultKey, KeyMaterial, NdisStatus, Request, SecurityRequest,
};
use wlan_model::Win32Error;

use super::bench::*;
use super::station::idle;
use crate::consts::ALREADY_EXISTS;
use crate::{Input, PortRequest};

fn default_key() -> DefaultKey {
    DefaultKey {
        index: 1,
        algorithm: CipherAlgorithm::CCMP,
        is_static: false,
        material: Some(KeyMaterial {
            receive_counter: 0,
            key: KeyBytes::copy_from(&[9; 16]),
        }),
    }
}

fn set_default_key(direction: i32) -> Call {
    let value = DefaultKeyValue {
        station: None,
        key: default_key(),
    };
    let key = KeyBytes::copy_from(&default_key_value(&value).unwrap());
    Call::SetDefaultKey { key, direction }
}

fn exempt(action: u16) -> Call {
    Call::SetEtherTypeHandling(EtherTypeHandling {
        max_backlog: 1,
        exemptions: vec![Exemption {
            ether_type: TYPE,
            action,
            packet_type: 1,
        }],
        registrations: vec![TYPE],
    })
}

type Answered = Result<Reply, Win32Error>;
const DONE: Answered = Ok(Reply::Done);
const DENIED: Answered = Err(Win32Error::ACCESS_DENIED);
const WRONG: Answered = Err(Win32Error::INVALID_PARAMETER);

/// Call; answer at the access point; answer at the station; what a station's goes down as.
fn rows() -> Vec<(Call, Answered, Answered, Option<PortRequest>)> {
    let request = |request| Some(PortRequest::Request(request));
    let security = |request| Some(PortRequest::Security(request));
    let nic = Call::NicSpecificExtension {
        input: vec![1],
        room: 4,
    };
    let no_support = Err(Win32Error::NOT_SUPPORTED);
    let per_station = DefaultKeyValue {
        station: Some(M),
        key: default_key(),
    };
    vec![
        (
            set_default_key(3),
            DENIED,
            DONE,
            request(Request::CipherDefaultKey(default_key())),
        ),
        (
            set_default_key(1),
            DENIED,
            DONE,
            request(Request::CipherDefaultKey(default_key())),
        ),
        (set_default_key(2), DENIED, WRONG, None),
        (
            Call::SetDefaultKey {
                key: KeyBytes::copy_from(&default_key_value(&per_station).unwrap()),
                direction: 3,
            },
            DENIED,
            DONE,
            security(SecurityRequest::CipherPerStationKey {
                station: M,
                key: default_key(),
            }),
        ),
        (
            Call::SetDefaultKey {
                key: KeyBytes::copy_from(&[0; 4]),
                direction: 3,
            },
            DENIED,
            Err(Win32Error(NdisStatus::BUFFER_OVERFLOW.win32())),
            None,
        ),
        (
            Call::SetDefaultKeyId(1),
            DENIED,
            DONE,
            request(Request::CipherDefaultKeyId(1)),
        ),
        (
            Call::SetAuthAlgorithm(7),
            DENIED,
            DONE,
            request(Request::EnabledAuthenticationAlgorithm(
                AuthAlgorithm::RSNA_PSK,
            )),
        ),
        (
            Call::SetUnicastCipherAlgorithm(4),
            DENIED,
            DONE,
            request(Request::EnabledUnicastCipherAlgorithm(
                CipherAlgorithm::CCMP,
            )),
        ),
        (
            Call::SetMulticastCipherAlgorithm(4),
            DENIED,
            DONE,
            request(Request::EnabledMulticastCipherAlgorithm(
                CipherAlgorithm::CCMP,
            )),
        ),
        (
            Call::SetExcludeUnencrypted(true),
            DONE,
            DONE,
            security(SecurityRequest::ExcludeUnencrypted(true)),
        ),
        (
            Call::SetExcludeUnencrypted(false),
            DENIED,
            DONE,
            security(SecurityRequest::ExcludeUnencrypted(false)),
        ),
        (nic, no_support.clone(), no_support, None),
        (
            Call::SetCurrentProfile {
                connection: ConnectionId(1),
                fragments: Fragments::default(),
            },
            Err(Win32Error::INVALID_STATE),
            Err(Win32Error::INVALID_STATE),
            None,
        ),
        (
            register(&[TYPE]),
            DONE,
            DONE,
            security(SecurityRequest::ReceiveEtherTypes(vec![TYPE])),
        ),
        (register(&[0x888e]), DENIED, DONE, None),
        (
            register(&[0x0800]),
            DENIED,
            DONE,
            security(SecurityRequest::ReceiveEtherTypes(vec![0x0800])),
        ),
        (register(&[0x05ff]), WRONG, WRONG, None),
        (register(&[TYPE; 65]), WRONG, WRONG, None),
        (
            exempt(2),
            DONE,
            DONE,
            security(SecurityRequest::ReceiveEtherTypes(vec![TYPE])),
        ),
        (
            Call::SetKeyMappingKey(KeyBytes::copy_from(&[0; 3])),
            Err(Win32Error::NDIS_INVALID_LENGTH),
            Err(Win32Error(NdisStatus::BUFFER_OVERFLOW.win32())),
            None,
        ),
        (
            Call::SetKeyMappingKey(KeyBytes::copy_from(&[0; 60])),
            Err(Win32Error::NDIS_INVALID_DATA),
            Err(Win32Error::NDIS_INVALID_DATA),
            None,
        ),
        (
            set(&[key(M)]),
            DONE,
            DONE,
            request(Request::CipherKeyMappingKey(key(M))),
        ),
    ]
}

#[test]
fn every_call_is_answered_as_decided() {
    for (number, (call, at_ap, at_station, down)) in rows().into_iter().enumerate() {
        let (mut bench, host, _) = Bench::joining(M);
        assert_eq!(bench.call(host, call.clone()), Some(at_ap), "row {number}");

        let (mut bench, host) = idle();
        if matches!(call, Call::SetCurrentProfile { .. }) {
            // No connection was ever named: that is no host.
            assert_eq!(bench.call(host, call), None);
            assert!(bench.killed.contains(&host));
            continue;
        }
        let before = bench.requests.len();
        let answer = bench.call(host, call);
        assert_eq!(answer, Some(at_station), "row {number}");
        let asked = &bench.requests[before..];
        match down {
            Some(down) => assert!(asked.contains(&(STATION, down)), "row {number}"),
            None => assert_eq!(asked, [], "row {number}"),
        }
    }
}

#[test]
fn a_refusal_of_the_driver_comes_back_as_its_win32_code() {
    for (status, code) in [
        (NdisStatus::INVALID_DATA, Win32Error::NDIS_INVALID_DATA),
        (NdisStatus::NOT_SUPPORTED, Win32Error::NOT_SUPPORTED),
        (NdisStatus::RESOURCES, Win32Error::NO_SYSTEM_RESOURCES),
        (NdisStatus::FAILURE, Win32Error::GEN_FAILURE),
        (NdisStatus::INVALID_STATE, Win32Error::INVALID_STATE),
    ] {
        let (mut bench, host, _) = Bench::joining(M);
        bench.mood = match status {
            NdisStatus::INVALID_DATA => |_| Some(NdisStatus::INVALID_DATA),
            NdisStatus::NOT_SUPPORTED => |_| Some(NdisStatus::NOT_SUPPORTED),
            NdisStatus::RESOURCES => |_| Some(NdisStatus::RESOURCES),
            NdisStatus::FAILURE => |_| Some(NdisStatus::FAILURE),
            _ => |_| Some(NdisStatus::INVALID_STATE),
        };
        for call in [set(&[key(M)]), register(&[TYPE]), exempt(1)] {
            assert_eq!(bench.call(host, call), Some(Err(code)));
        }
        // What was refused is not registered.
        bench.mood = |_| None;
        bench.indicate(
            AP,
            oid::Indication::ReceiveVendorPacket {
                peer: M,
                ether_type: TYPE,
                payload: Vec::new(),
            },
        );
        assert_eq!(bench.look(host), []);
        assert_eq!(bench.call(host, register(&[TYPE])), Some(DONE));
    }
}

#[test]
fn a_call_waits_as_long_as_the_driver() {
    let (mut bench, host, _) = Bench::joining(M);
    bench.hold = true;
    assert_eq!(bench.call(host, set(&[key(M)])), None);
    let id = bench.last_call();
    assert_eq!(bench.call(host, set(&[no_key(M)])), None);
    bench.pass(clock::Duration::from_secs(60));
    assert_eq!(bench.look(host), []);
    bench.complete();
    assert_eq!(bench.answer_to(host, id), Some(DONE));
}

#[test]
fn the_sixty_fifth_waiting_call_is_refused() {
    let (mut bench, host, _) = Bench::joining(M);
    bench.hold = true;
    for _ in 0..64 {
        assert_eq!(bench.call(host, set(&[key(M)])), None);
    }
    let answer = bench.call(host, set(&[key(M)]));
    assert_eq!(answer, Some(Err(Win32Error::NO_SYSTEM_RESOURCES)));
    bench.complete();
    let answers = bench.look(host);
    assert_eq!(answers.len(), 64);
    assert_eq!(
        bench.call(host, Call::SetExcludeUnencrypted(true)),
        Some(DONE)
    );
}

#[test]
fn profile_and_user_data_are_given_back_at_the_next_connection() {
    let mut bench = Bench::new();
    bench.input(Input::Install(acme()));
    bench.start_network();
    let host = bench.ap();
    bench.loaded(host);
    let (task, _) = bench.the_task(host);
    bench.returned(host, task, OK);
    let (task, what) = bench.the_task(host);
    bench.returned(host, task, OK);
    let Task::PerformPreAssociate {
        connection,
        profile,
        ..
    } = what
    else {
        panic!("{what:?}")
    };
    let call = Call::SetCurrentProfile {
        connection,
        fragments: Fragments {
            security: Some(KeyBytes::copy_from(b"<s/>")),
            ..Fragments::default()
        },
    };
    assert_eq!(bench.call(host, call), Some(DONE));
    let data = UserData {
        session: 1,
        data: KeyBytes::copy_from(b"mine"),
    };
    bench.say(
        host,
        HostMessage::UserData {
            adapter: A,
            profile: profile.name.clone(),
            data: data.clone(),
        },
    );
    bench.crash(host);
    bench.pass(clock::Duration::from_millis(250));
    let host = bench.ap();
    bench.loaded(host);
    let (task, _) = bench.the_task(host);
    bench.returned(host, task, OK);
    let (_, what) = bench.the_task(host);
    let Task::PerformPreAssociate { profile, .. } = what else {
        panic!("{what:?}")
    };
    assert_eq!(profile.user_data, [data]);
    assert_eq!(profile.fragments.connectivity.unwrap().expose(), b"<c/>");
    assert_eq!(profile.fragments.security.unwrap().expose(), b"<s/>");
}

#[test]
fn an_ethertype_belongs_to_the_first_and_the_miniport_gets_them_all() {
    let mut bench = Bench::ready();
    bench.input(Input::Install(extension("beta", 2)));
    let acme = bench.ap();
    let beta = bench.host("beta", AP);
    bench.bring_up(beta);
    assert_eq!(bench.call(acme, register(&[TYPE])), Some(DONE));
    let taken = Some(Err(ALREADY_EXISTS));
    assert_eq!(bench.call(beta, register(&[0x9000, TYPE])), taken);
    assert_eq!(bench.call(beta, register(&[0x9000])), Some(DONE));
    let both = SecurityRequest::ReceiveEtherTypes(vec![TYPE, 0x9000]);
    assert_eq!(
        bench.requests.last(),
        Some(&(AP, PortRequest::Security(both)))
    );
    bench.crash(acme);
    let one = SecurityRequest::ReceiveEtherTypes(vec![0x9000]);
    assert_eq!(
        bench.requests.last(),
        Some(&(AP, PortRequest::Security(one)))
    );
    assert_eq!(bench.call(beta, register(&[0x9000, TYPE])), Some(DONE));
}

#[test]
fn exemptions_go_down_if_they_change_something_and_only_for_own_frames() {
    let mut bench = Bench::ready();
    let host = bench.ap();
    assert_eq!(bench.call(host, exempt(1)), Some(DONE));
    let lists = |bench: &Bench| {
        let list = |(_, request): &(_, PortRequest)| match request {
            PortRequest::Security(SecurityRequest::PrivacyExemptionList(list)) => {
                Some(list.iter().map(|e| (e.ethertype, e.action.0)).collect())
            }
            _ => None,
        };
        let all = bench.requests.iter().filter_map(list);
        all.collect::<Vec<Vec<(u16, u16)>>>()
    };
    // Without an entry: in clear until there is a key.
    assert_eq!(bench.call(host, exempt(2)), Some(DONE));
    assert_eq!(lists(&bench), [[(TYPE, 1)], [(TYPE, 2)]]);
    assert_eq!(bench.call(host, register(&[TYPE])), Some(DONE));
    assert_eq!(lists(&bench), [[(TYPE, 1)], [(TYPE, 2)]]);
    assert_eq!(bench.call(host, register(&[TYPE, 0x9000])), Some(DONE));
    assert_eq!(lists(&bench)[2], [(TYPE, 2), (0x9000, 2)]);
    let foreign = Call::SetEtherTypeHandling(EtherTypeHandling {
        max_backlog: 1,
        exemptions: vec![Exemption {
            ether_type: 0x0800,
            action: 1,
            packet_type: 3,
        }],
        registrations: vec![TYPE],
    });
    assert_eq!(bench.call(host, foreign), Some(DENIED));
}
