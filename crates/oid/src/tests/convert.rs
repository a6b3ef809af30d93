//! Between the typed seam and bytes.

use std::collections::BTreeMap;

use dot11::{Band, Channel, ChannelWidth, KeyBytes, MacAddr, Phy, ReasonCode, Ssid, StatusCode};

use super::{AP, M, STATION, hex};
use crate::wire::{
    AssocFrames, ErrorSource, IncomingAssocCompletion, PortContext, SetRequest, Structure,
    indication, indication_bytes, set_bytes, set_requests,
};
use crate::{
    AssocDecision, AssocRequest, AssocTicket, AuthAlgorithm, Cause, CipherAlgorithm, DefaultKey,
    Direction, DisassocReason, ExemptionAction, ExemptionPackets, Indication, IndicationCode,
    KeyMappingKey, KeyMaterial, NdisStatus, Oid, OperationMode, Pmkid, PrivacyExemption, Request,
    SecurityRequest, StopApReason,
};

const OWN: MacAddr = MacAddr([2, 0, 0, 0, 0, 1]);

fn blocks() -> BTreeMap<MacAddr, AssocTicket> {
    BTreeMap::from([(M, AssocTicket(7))])
}

fn port(mode: OperationMode, blocks: &BTreeMap<MacAddr, AssocTicket>) -> PortContext<'_> {
    PortContext {
        mode,
        address: OWN,
        blocks,
    }
}

fn material() -> Option<KeyMaterial> {
    Some(KeyMaterial {
        receive_counter: 5,
        key: KeyBytes::new(vec![0x5A; 16]),
    })
}

fn default_key() -> DefaultKey {
    DefaultKey {
        index: 1,
        algorithm: CipherAlgorithm::CCMP,
        is_static: true,
        material: material(),
    }
}

#[test]
fn every_request_with_bytes_comes_back_from_them() {
    let rows: Vec<(Request, Oid)> = vec![
        (
            Request::CurrentOperationMode(AP),
            Oid::CURRENT_OPERATION_MODE,
        ),
        (
            Request::CurrentOperationMode(OperationMode::NetworkMonitor),
            Oid::CURRENT_OPERATION_MODE,
        ),
        (
            Request::DesiredSsid(Ssid::new("hi").unwrap()),
            Oid::DESIRED_SSID_LIST,
        ),
        (Request::BeaconPeriod(100), Oid::BEACON_PERIOD),
        (Request::DtimPeriod(2), Oid::DTIM_PERIOD),
        (Request::DtimPeriod(1), Oid::DTIM_PERIOD),
        (
            Request::EnabledAuthenticationAlgorithm(AuthAlgorithm::RSNA_PSK),
            Oid::ENABLED_AUTHENTICATION_ALGORITHM,
        ),
        (
            Request::EnabledUnicastCipherAlgorithm(CipherAlgorithm::CCMP),
            Oid::ENABLED_UNICAST_CIPHER_ALGORITHM,
        ),
        (
            Request::EnabledMulticastCipherAlgorithm(CipherAlgorithm(0x8000_0002)),
            Oid::ENABLED_MULTICAST_CIPHER_ALGORITHM,
        ),
        (
            Request::CurrentChannel(Channel::new(11)),
            Oid::CURRENT_CHANNEL,
        ),
        (Request::StartAp, Oid::START_AP_REQUEST),
        (Request::Reset { default_mib: true }, Oid::RESET_REQUEST),
        (
            Request::IncomingAssociationDecision(AssocDecision {
                ticket: AssocTicket(7),
                status: StatusCode(17),
            }),
            Oid::INCOMING_ASSOCIATION_DECISION,
        ),
        (
            Request::IncomingAssociationDecision(AssocDecision {
                ticket: AssocTicket(7),
                status: StatusCode::SUCCESS,
            }),
            Oid::INCOMING_ASSOCIATION_DECISION,
        ),
        (
            Request::DisassociatePeer {
                peer: MacAddr::BROADCAST,
                reason: ReasonCode(3),
            },
            Oid::DISASSOCIATE_PEER_REQUEST,
        ),
        (
            Request::CipherDefaultKey(default_key()),
            Oid::CIPHER_DEFAULT_KEY,
        ),
        (
            Request::CipherDefaultKeyId(0xFFFF_FFFF),
            Oid::CIPHER_DEFAULT_KEY_ID,
        ),
        (
            Request::CipherKeyMappingKey(KeyMappingKey {
                peer: M,
                algorithm: CipherAlgorithm::CCMP,
                direction: Direction::Both,
                is_static: false,
                material: material(),
            }),
            Oid::CIPHER_KEY_MAPPING_KEY,
        ),
        (
            Request::PortStateNotification {
                peer: M,
                open: true,
            },
            Oid::PORT_STATE_NOTIFICATION,
        ),
    ];
    let blocks = blocks();
    for (request, oid) in rows {
        let request = SetRequest::Request(request);
        for mode in [AP, STATION] {
            let port = port(mode, &blocks);
            let (number, bytes) = set_bytes(&request, &port).unwrap().unwrap();
            assert_eq!(number, oid);
            assert_eq!(
                set_requests(oid, &bytes, &port),
                [Ok(request.clone())],
                "{oid}"
            );
        }
    }
}

#[test]
fn every_station_request_comes_back_from_its_bytes() {
    let rows = vec![
        SecurityRequest::CipherPerStationKey {
            station: M,
            key: default_key(),
        },
        SecurityRequest::EnabledAuthenticationAlgorithms(vec![
            AuthAlgorithm::RSNA,
            AuthAlgorithm(0x8000_0000),
        ]),
        SecurityRequest::EnabledUnicastCipherAlgorithms(vec![
            CipherAlgorithm::CCMP,
            CipherAlgorithm::TKIP,
        ]),
        SecurityRequest::EnabledMulticastCipherAlgorithms(vec![
            CipherAlgorithm::TKIP,
            CipherAlgorithm::WEP,
        ]),
        SecurityRequest::ExcludeUnencrypted(true),
        SecurityRequest::PrivacyExemptionList(vec![PrivacyExemption {
            ethertype: 0x888E,
            action: ExemptionAction(9),
            packets: ExemptionPackets::UNICAST,
        }]),
        SecurityRequest::PrivacyExemptionList(Vec::new()),
        SecurityRequest::UnicastUseGroupEnabled(false),
        SecurityRequest::ExcludedMacAddressList(vec![M]),
        SecurityRequest::SafeModeEnabled(true),
        SecurityRequest::PmkidList(vec![Pmkid {
            bssid: M,
            pmkid: [3; 16],
            flags: 0,
        }]),
        SecurityRequest::WpsEnabled(false),
        SecurityRequest::AdditionalIe {
            beacon: vec![0xDD, 0],
            response: Vec::new(),
        },
    ];
    let blocks = blocks();
    let port = port(STATION, &blocks);
    for request in rows {
        let request = SetRequest::Security(request);
        let (oid, bytes) = set_bytes(&request, &port).unwrap().unwrap();
        assert_eq!(set_requests(oid, &bytes, &port), [Ok(request)], "{oid}");
    }
}

#[test]
fn what_windows_has_no_set_for_has_no_bytes() {
    let blocks = blocks();
    for request in [
        Request::CurrentChannel(None),
        Request::BandAndWidth {
            band: Some(Band::Ghz5),
            width: None,
        },
        Request::IsolatePeers(true),
        Request::SendPacket {
            peer: M,
            pdu: vec![2],
        },
        Request::QueryKeyCounter(1),
        Request::EnumPeerInfo,
    ] {
        let request = SetRequest::Request(request);
        assert_eq!(set_bytes(&request, &port(AP, &blocks)), Ok(None));
    }
}

#[test]
fn wrong_requests_get_the_documented_status() {
    let data = NdisStatus::INVALID_DATA;
    let ssids = |count: u8, len: u8| {
        let entry = format!("{len:02x}000000 {}", "61".repeat(32));
        format!(
            "80013000 {count:02x}000000 {count:02x}000000 {}",
            entry.repeat(count.into())
        )
    };
    let rows = [
        (
            "unknown OID",
            Oid(0x0E01_FFFF),
            String::new(),
            NdisStatus::NOT_SUPPORTED,
        ),
        (
            "query only",
            Oid::ENUM_PEER_INFO,
            String::new(),
            NdisStatus::NOT_SUPPORTED,
        ),
        (
            "mode",
            Oid::CURRENT_OPERATION_MODE,
            "00000000 10000000".into(),
            NdisStatus::BAD_VERSION,
        ),
        ("no SSID", Oid::DESIRED_SSID_LIST, ssids(0, 0), data),
        ("wildcard", Oid::DESIRED_SSID_LIST, ssids(1, 0), data),
        (
            "wildcard and another",
            Oid::DESIRED_SSID_LIST,
            ssids(2, 0),
            data,
        ),
        (
            "two SSIDs",
            Oid::DESIRED_SSID_LIST,
            ssids(2, 3),
            NdisStatus::INVALID_LENGTH,
        ),
        (
            "beacon period 0",
            Oid::BEACON_PERIOD,
            "00000000".into(),
            data,
        ),
        (
            "beacon period 65536",
            Oid::BEACON_PERIOD,
            "00000100".into(),
            data,
        ),
        ("DTIM period 256", Oid::DTIM_PERIOD, "00010000".into(), data),
        ("channel 15", Oid::CURRENT_CHANNEL, "0f000000".into(), data),
        (
            "no algorithm",
            Oid::ENABLED_AUTHENTICATION_ALGORITHM,
            "80011000 00000000 00000000".into(),
            data,
        ),
        (
            "no cipher",
            Oid::ENABLED_UNICAST_CIPHER_ALGORITHM,
            "80011000 00000000 00000000".into(),
            data,
        ),
        (
            "short",
            Oid::CIPHER_DEFAULT_KEY_ID,
            "000000".into(),
            NdisStatus::INVALID_LENGTH,
        ),
        (
            "no flag",
            Oid::EXCLUDE_UNENCRYPTED,
            String::new(),
            NdisStatus::INVALID_LENGTH,
        ),
        (
            "reset type",
            Oid::RESET_REQUEST,
            "04000000 020000000001 00 00".into(),
            data,
        ),
        (
            "reset address",
            Oid::RESET_REQUEST,
            "03000000 020000000002 00 00".into(),
            NdisStatus::NOT_SUPPORTED,
        ),
        (
            "decision about nobody",
            Oid::INCOMING_ASSOCIATION_DECISION,
            "80011800 020000000099 01 00 0000 0000 00000000 00000000".into(),
            data,
        ),
        (
            "decision with elements",
            Oid::INCOMING_ASSOCIATION_DECISION,
            "80011800 020000000010 01 00 0000 0000 18000000 02000000 dd00".into(),
            NdisStatus::NOT_SUPPORTED,
        ),
        (
            "per-station key of an access point",
            Oid::CIPHER_DEFAULT_KEY,
            "80011800 01000000 04000000 020000000010 01 00 0000 0000".into(),
            data,
        ),
        (
            "empty array",
            Oid::CIPHER_KEY_MAPPING_KEY,
            "80011000 00000000 00000000".into(),
            data,
        ),
    ];
    let blocks = blocks();
    for (row, oid, text, status) in rows {
        let bytes = hex(&text);
        let [Err(error)] = &set_requests(oid, &bytes, &port(AP, &blocks))[..] else {
            panic!("{row} was taken");
        };
        assert_eq!(error.status, status, "{row}");
        if status == NdisStatus::INVALID_LENGTH && error.bytes_needed.is_some() {
            let [Err(error)] = &set_requests(oid, &bytes, &port(STATION, &blocks))[..] else {
                panic!("{row} was taken");
            };
            assert_eq!(error.status, NdisStatus::BUFFER_OVERFLOW, "{row}");
        }
    }
    // A station resets both or fails.
    let bytes = hex("02000000 020000000001 00 00");
    let [Err(error)] = &set_requests(Oid::RESET_REQUEST, &bytes, &port(STATION, &blocks))[..]
    else {
        panic!("taken");
    };
    assert_eq!(error.status, NdisStatus::FAILURE);
}

#[test]
fn a_refusal_without_a_reason_is_not_success() {
    let blocks = blocks();
    let bytes = hex("80011800 020000000010 00 00 0000 0000 00000000 00000000");
    let read = set_requests(
        Oid::INCOMING_ASSOCIATION_DECISION,
        &bytes,
        &port(AP, &blocks),
    );
    let expected = Request::IncomingAssociationDecision(AssocDecision {
        ticket: AssocTicket(7),
        status: StatusCode(1),
    });
    assert_eq!(read, [Ok(SetRequest::Request(expected))]);
}

#[test]
fn the_key_mapping_oid_asks_once_for_each_entry() {
    let key = |last| KeyMappingKey {
        peer: MacAddr([2, 0, 0, 0, 0, last]),
        algorithm: CipherAlgorithm::CCMP,
        direction: Direction::Both,
        is_static: false,
        material: material(),
    };
    let mut bytes = crate::wire::key_mapping_array(&[key(1), key(2)]).unwrap();
    let len = bytes.len();
    let blocks = blocks();
    let read = set_requests(Oid::CIPHER_KEY_MAPPING_KEY, &bytes, &port(AP, &blocks));
    let expected =
        [key(1), key(2)].map(|k| Ok(SetRequest::Request(Request::CipherKeyMappingKey(k))));
    assert_eq!(read, expected);
    // The inner length of the second key.
    bytes[len - 20] = 17;
    let read = set_requests(Oid::CIPHER_KEY_MAPPING_KEY, &bytes, &port(AP, &blocks));
    assert_eq!(read[0], expected[0], "the first one stays applied");
    assert_eq!(
        read[1].as_ref().unwrap_err().status,
        NdisStatus::INVALID_DATA
    );
}

#[test]
fn every_indication_with_bytes_comes_back_from_them() {
    let rsne = hex("3014 0100 000fac04 0100 000fac04 0100 000fac02 0000");
    let mut frame = hex("3104 0a00 0002 6869");
    frame.extend_from_slice(&rsne);
    let frames = AssocFrames {
        request: &frame,
        ..AssocFrames::none()
    };
    let rows = vec![
        (
            Indication::RadioSwitched {
                software: false,
                hardware: true,
            },
            IndicationCode::PHY_STATE_CHANGED,
        ),
        (
            Indication::PhyFrequencyAdopted {
                channel: Channel::new(6).unwrap(),
                width: ChannelWidth::Mhz20,
                phy: Phy::Ht,
                bssid: OWN,
            },
            IndicationCode::PHY_FREQUENCY_ADOPTED,
        ),
        (
            Indication::IncomingAssociationStarted { peer: M },
            IndicationCode::INCOMING_ASSOC_STARTED,
        ),
        (
            Indication::IncomingAssociationRequestReceived {
                ticket: AssocTicket(7),
                peer: M,
                request: AssocRequest {
                    reassociation: false,
                    rsne: rsne.clone(),
                    body: frame.clone(),
                    beacon_rsne: vec![0x30, 0],
                },
            },
            IndicationCode::INCOMING_ASSOC_REQUEST_RECEIVED,
        ),
        (
            Indication::IncomingAssociationCompletion {
                peer: M,
                status: StatusCode::SUCCESS,
            },
            IndicationCode::INCOMING_ASSOC_COMPLETION,
        ),
        (
            Indication::IncomingAssociationCompletion {
                peer: M,
                status: StatusCode(43),
            },
            IndicationCode::INCOMING_ASSOC_COMPLETION,
        ),
        (
            Indication::Disassociation {
                peer: M,
                reason: DisassocReason::PeerDeauthenticated(ReasonCode(3)),
            },
            IndicationCode::DISASSOCIATION,
        ),
        (
            Indication::Disassociation {
                peer: M,
                reason: DisassocReason::PeerDisassociated(ReasonCode(8)),
            },
            IndicationCode::DISASSOCIATION,
        ),
        (
            Indication::Disassociation {
                peer: M,
                reason: DisassocReason::PeerUnreachable,
            },
            IndicationCode::DISASSOCIATION,
        ),
        (Indication::CanSustainAp, IndicationCode::CAN_SUSTAIN_AP),
    ];
    let blocks = blocks();
    let port = port(AP, &blocks);
    for (told, code) in rows {
        let (number, bytes) = indication_bytes(&told, &frames).unwrap();
        assert_eq!(number, code);
        assert_eq!(
            indication(code, &bytes, &port, &[0x30, 0]),
            Ok(told),
            "{code}"
        );
    }
    for reason in [
        StopApReason::FrequencyNotAvailable,
        StopApReason::ChannelNotAvailable,
        StopApReason::ApActive,
        StopApReason::Driver,
    ] {
        let cause = Cause::new("It is so.", "Wait.");
        let (code, bytes) =
            indication_bytes(&Indication::StopAp { reason, cause }, &frames).unwrap();
        let Ok(Indication::StopAp {
            reason: back,
            cause,
        }) = indication(code, &bytes, &port, &[])
        else {
            panic!("{code}");
        };
        assert_eq!(back, reason);
        assert!(cause.text.ends_with('.'));
    }
    let pdu = Indication::ReceivePacket {
        peer: M,
        pdu: vec![2],
    };
    assert_eq!(indication_bytes(&pdu, &frames), None);
}

#[test]
fn a_failed_completion_names_its_source_and_nothing_negotiated() {
    let mut frames = AssocFrames {
        request: &[1],
        beacon: &[2],
        ..AssocFrames::none()
    };
    let told = Indication::IncomingAssociationCompletion {
        peer: M,
        status: StatusCode(37),
    };
    for (source, status) in [
        (ErrorSource::REMOTE, 37),
        (ErrorSource::OS, NdisStatus::FAILURE.0),
        (ErrorSource::OTHER, 37),
    ] {
        frames.source = source;
        let (_, bytes) = indication_bytes(&told, &frames).unwrap();
        let done = IncomingAssocCompletion::parse(&bytes).unwrap();
        assert_eq!((done.source, done.status), (source, status));
        assert_eq!((done.auth.0, done.unicast.0, done.multicast.0), (0, 0, 0));
        assert_eq!((done.request, done.beacon), (&[1][..], &[][..]));
    }
    // A reassociation response is one that was sent to a reassociation request.
    for (reassociation, response) in [(false, &[][..]), (true, &[]), (false, &[3]), (true, &[3])] {
        frames.reassociation = reassociation;
        frames.response = response;
        let (_, bytes) = indication_bytes(&told, &frames).unwrap();
        let done = IncomingAssocCompletion::parse(&bytes).unwrap();
        assert_eq!(done.reassociation_request, reassociation);
        assert_eq!(
            done.reassociation_response,
            reassociation && response == [3]
        );
    }
}

#[test]
fn indications_the_seam_has_no_word_for_are_refused() {
    let blocks = blocks();
    let rows = [
        (
            IndicationCode::LINK_QUALITY,
            "80010c00 00000000 00000000",
            NdisStatus::NOT_SUPPORTED,
        ),
        (IndicationCode(0x4003_00FF), "", NdisStatus::NOT_SUPPORTED),
        (
            IndicationCode::STOP_AP,
            "80010800 04000000",
            NdisStatus::INVALID_DATA,
        ),
        (
            IndicationCode::STOP_AP,
            "80010800 ",
            NdisStatus::INVALID_LENGTH,
        ),
        (
            IndicationCode::DISASSOCIATION,
            "80011800 020000000010 0000 09000000 00000000 00000000",
            NdisStatus::INVALID_DATA,
        ),
        (
            IndicationCode::PHY_FREQUENCY_ADOPTED,
            "80010c00 00000000 0f000000",
            NdisStatus::INVALID_DATA,
        ),
        (
            IndicationCode::INCOMING_ASSOC_REQUEST_RECEIVED,
            "80011400 020000000099 00 00 14000000 04000000 31040a00",
            NdisStatus::INVALID_DATA,
        ),
        (
            IndicationCode::INCOMING_ASSOC_REQUEST_RECEIVED,
            "80011400 020000000010 01 00 14000000 04000000 31040a00",
            NdisStatus::INVALID_DATA,
        ),
    ];
    for (code, text, status) in rows {
        let error = indication(code, &hex(text), &port(AP, &blocks), &[]).unwrap_err();
        assert_eq!(error.status, status, "{code}");
    }
    // A frequency where a channel would do.
    let bytes = hex("80010c00 00000000 85090000");
    let adopted = indication(
        IndicationCode::PHY_FREQUENCY_ADOPTED,
        &bytes,
        &port(AP, &blocks),
        &[],
    );
    assert!(
        matches!(adopted, Ok(Indication::PhyFrequencyAdopted { channel, phy: Phy::Erp, .. }) if channel.number() == 6)
    );
}
