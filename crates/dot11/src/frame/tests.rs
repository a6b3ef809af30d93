//! Frames against bytes recorded from other implementations (hostapd 2.10 and wpa_supplicant 2.10 on
//! mac80211_hwsim, Linux 6.1) and against the layouts of clauses 9.2 and 9.3.

use proptest::prelude::*;

use super::*;
use crate::element::{
    ElementId, HtCapabilities, HtOperation, Rates, Rsne, WmmInformation, WmmParameters,
};
use crate::{MacAddr, ReasonCode, StatusCode};

const AP: MacAddr = MacAddr([2, 0, 0, 0, 0, 0]);
const STA: MacAddr = MacAddr([2, 0, 0, 0, 1, 0]);
const RATES: [u8; 12] = [
    0x82, 0x84, 0x8b, 0x96, 0x0c, 0x12, 0x18, 0x24, 0x30, 0x48, 0x60, 0x6c,
];

/// hostapd's probe response: channel 6, WPA2-PSK, HT20, WMM.
const PROBE_RESPONSE: &str = "50000000020000000100020000000000020000000000000000000000000000006400\
    110400036c6162010882848b960c1218240301062a010432043048606c30140100000fac040100000fac040100000f\
    ac020c003b0251002d1a0c001bffff0000000000000000000001000000000000000000003d16060000000000000000\
    000000000000000000000000007f080400400200000040dd180050f2020101010003a4000027a4000042435e006232\
    2f00";

/// wpa_supplicant's association request for the same network.
const ASSOCIATION_REQUEST: &str = "00003a0102000000000002000000010002000000000020003104050000036c6162\
    010802040b160c12182432043048606c30140100000fac040100000fac040100000fac0200002d1a7e101bffff0000\
    000000000000000001000000000000000000007f0b04004a02014040400001203b155151525354737475767778797a\
    7b7c7d7e7f808182dd070050f202000100";

fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(u8::is_ascii_hexdigit).collect();
    digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(core::str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn body(frame: &[u8]) -> ManagementBody<'_> {
    ManagementView::parse(frame).unwrap().body().unwrap()
}

#[test]
fn a_recorded_probe_response_is_read() {
    let frame = hex(PROBE_RESPONSE);

    let view = ManagementView::parse(&frame).unwrap();
    assert_eq!(view.subtype(), ManagementSubtype::PROBE_RESPONSE);
    assert_eq!(
        (view.receiver(), view.transmitter(), view.bssid()),
        (STA, AP, AP)
    );
    let ManagementBody::ProbeResponse(response) = view.body().unwrap() else {
        panic!()
    };
    assert_eq!((response.interval, response.capability.0), (100, 0x0411));
    assert!(response.elements.is_well_formed());
    assert_eq!(response.elements.body(ElementId::SSID), Some(&b"lab"[..]));
    assert_eq!(Rates::from_elements(response.elements).as_bytes(), RATES);
    assert_eq!(
        response.elements.body(ElementId::DS_PARAMETER_SET),
        Some(&[6][..])
    );
    let rsne = Rsne::parse(response.elements.body(ElementId::RSN).unwrap()).unwrap();
    assert_eq!(rsne.capabilities.0, 0x000c);
    assert_eq!(
        WmmParameters::from_elements(response.elements)
            .unwrap()
            .categories[2]
            .txop,
        94
    );
    let ht = response.elements.body(ElementId::HT_CAPABILITIES).unwrap();
    assert_eq!(HtCapabilities::parse(ht).unwrap().info, 0x000c);
}

#[test]
fn our_probe_response_is_the_recorded_one_byte_for_byte() {
    let mut mcs = [0; 16];
    mcs[..2].fill(0xff);
    mcs[12] = 1;
    let ht = HtCapabilities {
        info: 0x000c,
        ampdu: 0x1b,
        mcs,
        ..HtCapabilities::default()
    };
    let mut rsne = Rsne::wpa2_personal();
    rsne.capabilities.0 = 0x000c;
    let mut wmm = WmmParameters {
        qos_info: 1,
        ..WmmParameters::default()
    };
    wmm.categories[3].aifsn = 2;

    let frame = ManagementBuilder::probe_response(
        ManagementAddresses::from_ap(AP, STA),
        100,
        CapabilityInfo(0x0411),
    )
    .with(|e| {
        e.ssid(b"lab")
            .supported_rates(&RATES)
            .ds_parameter_set(6)
            .erp(4)
            .extended_rates(&RATES);
        e.rsne(&rsne)
            .unwrap()
            .operating_classes(81, &[0])
            .ht_capabilities(&ht);
        e.ht_operation(&HtOperation::twenty_mhz(6));
        e.extended_capabilities(8, &[2, 22, 25, 62])
            .wmm_parameters(&wmm);
    })
    .finish();

    assert_eq!(frame, hex(PROBE_RESPONSE));
}

#[test]
fn a_recorded_association_request_is_read_and_can_be_built() {
    let recorded = hex(ASSOCIATION_REQUEST);
    let ManagementBody::AssociationRequest(request) = body(&recorded) else {
        panic!()
    };
    assert_eq!((request.capability.0, request.listen_interval), (0x0431, 5));
    assert_eq!(request.current_ap, None);
    assert!(request.elements.is_well_formed());
    let rsne = request.elements.find(ElementId::RSN).unwrap();
    assert_eq!(rsne.as_bytes().len(), 22);
    assert_eq!(Rsne::parse(rsne.body()), Ok(Rsne::wpa2_personal()));
    assert_eq!(
        WmmInformation::from_elements(request.elements)
            .unwrap()
            .qos_info,
        0
    );

    let mut built = ManagementBuilder::association_request(
        ManagementAddresses::to_ap(AP, STA),
        request.capability,
        5,
        None,
    )
    .with(|e| {
        let rates: Vec<u8> = RATES.iter().map(|r| r & 0x7f).collect();
        e.ssid(b"lab")
            .rates(&rates)
            .rsne(&rsne_of(rsne.body()))
            .unwrap();
        e.raw(
            request
                .elements
                .find(ElementId::HT_CAPABILITIES)
                .unwrap()
                .as_bytes(),
        );
        e.raw(
            request
                .elements
                .find(ElementId::EXTENDED_CAPABILITIES)
                .unwrap()
                .as_bytes(),
        );
        e.raw(
            request
                .elements
                .find(ElementId::SUPPORTED_OPERATING_CLASSES)
                .unwrap()
                .as_bytes(),
        );
        e.wmm_information(WmmInformation::default());
    })
    .finish();
    // The kernel had filled in Duration and Sequence Control.
    built[2..4].copy_from_slice(&[0x3a, 0x01]);
    assert!(write_sequence_control(
        &mut built,
        SequenceControl::new(2, 0)
    ));
    assert_eq!(built, recorded);
}

fn rsne_of(body: &[u8]) -> Rsne {
    Rsne::parse(body).unwrap()
}

#[test]
fn recorded_authentication_frames_are_read_and_built() {
    let request = hex("b0003a010200000000000200000001000200000000001000000001000000");
    let response = hex("b00000000200000001000200000000000200000000000000000002000000");

    let ManagementBody::Authentication(auth) = body(&request) else {
        panic!()
    };
    assert_eq!(auth.algorithm, AuthenticationAlgorithm::OPEN_SYSTEM);
    assert_eq!((auth.transaction, auth.status), (1, StatusCode::SUCCESS));

    let built = ManagementBuilder::authentication(
        ManagementAddresses::from_ap(AP, STA),
        AuthenticationAlgorithm::OPEN_SYSTEM,
        2,
        StatusCode::SUCCESS,
    );
    assert_eq!(built.finish(), response);
}

#[test]
fn a_recorded_broadcast_deauthentication_is_built() {
    let built = ManagementBuilder::deauthentication(
        ManagementAddresses::from_ap(AP, MacAddr::BROADCAST),
        ReasonCode::INVALID_AUTHENTICATION,
    );
    assert_eq!(
        built.finish(),
        hex("c0000000ffffffffffff02000000000002000000000000000200")
    );
}

#[test]
fn an_association_id_carries_its_two_top_bits_on_the_air_only() {
    let to_sta = ManagementAddresses::from_ap(AP, STA);
    let accept = ManagementBuilder::association_response(
        to_sta,
        false,
        CapabilityInfo(0x0411),
        StatusCode::SUCCESS,
        1,
    )
    .finish();
    assert_eq!(&accept[24..], hex("1104 0000 01c0"));
    let ManagementBody::AssociationResponse(view) = body(&accept) else {
        panic!()
    };
    assert_eq!(view.aid, 1);

    let refuse = ManagementBuilder::association_response(
        to_sta,
        true,
        CapabilityInfo(0x0411),
        StatusCode::DENIED_NO_MORE_STAS,
        0,
    )
    .finish();
    assert_eq!(refuse[0], 0x30);
    assert_eq!(&refuse[24..], hex("1104 1100 0000"));
}

#[test]
fn every_kind_of_management_frame_round_trips() {
    let up = ManagementAddresses::to_ap(AP, STA);
    let down = ManagementAddresses::from_ap(AP, STA);
    let capability = CapabilityInfo(CapabilityInfo::ESS | CapabilityInfo::PRIVACY);

    let frame = ManagementBuilder::association_request(up, capability, 3, Some(STA)).finish();
    assert_eq!(frame[0], 0x20);
    assert!(matches!(body(&frame), ManagementBody::AssociationRequest(r)
        if r.current_ap == Some(STA) && r.listen_interval == 3));

    let frame = ManagementBuilder::probe_request(ManagementAddresses::to_all(STA))
        .with(|e| {
            e.ssid(b"");
        })
        .finish();
    assert_eq!(&frame[24..], [0, 0]);
    assert!(matches!(body(&frame), ManagementBody::ProbeRequest(e)
        if e.body(ElementId::SSID) == Some(b"")));

    let mut frame = ManagementBuilder::beacon(AP, 100, capability).finish();
    assert!(write_timestamp(&mut frame, 0x0102_0304));
    assert!(matches!(body(&frame), ManagementBody::Beacon(b)
        if b.timestamp == 0x0102_0304 && b.interval == 100));

    let frame =
        ManagementBuilder::disassociation(up, ReasonCode::LEAVING_NETWORK_DISASSOC).finish();
    assert!(matches!(body(&frame), ManagementBody::Disassociation(r)
        if r == ReasonCode::LEAVING_NETWORK_DISASSOC));

    let frame = ManagementBuilder::action(down, ActionCategory::SA_QUERY, &[0, 7, 8]).finish();
    assert!(matches!(body(&frame), ManagementBody::Action(a)
        if a.category == ActionCategory::SA_QUERY && a.details == [0, 7, 8]));

    let mut frame = ManagementBuilder::deauthentication(down, ReasonCode(7)).finish();
    assert!(!write_timestamp(&mut frame, 1));
}

#[test]
fn ht_control_moves_the_body() {
    let mut frame = ManagementBuilder::deauthentication(
        ManagementAddresses::to_ap(AP, STA),
        ReasonCode::UNSPECIFIED,
    )
    .finish();
    assert!(write_flags(&mut frame, FrameControl::HTC));
    assert!(matches!(
        ManagementView::parse(&frame),
        Err(FrameError::Truncated)
    ));
    frame.splice(24..24, [9, 9, 9, 9]);
    assert!(matches!(
        body(&frame),
        ManagementBody::Deauthentication(ReasonCode(1))
    ));
}

#[test]
fn encrypted_and_fragmented_bodies_are_not_read() {
    let plain = ManagementBuilder::deauthentication(
        ManagementAddresses::to_ap(AP, STA),
        ReasonCode::UNSPECIFIED,
    )
    .finish();
    let mut protected = plain.clone();
    assert!(write_flags(&mut protected, FrameControl::PROTECTED));
    let mut fragment = plain;
    assert!(write_sequence_control(
        &mut fragment,
        SequenceControl::new(5, 1)
    ));

    assert_eq!(
        ManagementView::parse(&protected)
            .unwrap()
            .body()
            .unwrap_err(),
        FrameError::Protected
    );
    assert_eq!(
        ManagementView::parse(&fragment)
            .unwrap()
            .body()
            .unwrap_err(),
        FrameError::Fragmented
    );
}

#[test]
fn frames_of_other_types_and_versions_are_refused() {
    let poll = PsPoll {
        aid: 1,
        bssid: AP,
        transmitter: STA,
    }
    .encode();
    assert_eq!(
        ManagementView::parse(&poll).unwrap_err(),
        FrameError::WrongType
    );
    assert_eq!(DataView::parse(&poll).unwrap_err(), FrameError::WrongType);
    let mut deauth = hex("c0000000ffffffffffff02000000000002000000000000000200");
    assert_eq!(PsPoll::parse(&deauth).unwrap_err(), FrameError::WrongType);
    deauth[0] |= 1;
    assert_eq!(
        ManagementView::parse(&deauth).unwrap_err(),
        FrameError::UnknownVersion
    );
    assert_eq!(
        ManagementView::parse(&[0xc0]).unwrap_err(),
        FrameError::Truncated
    );
}

#[test]
fn ps_poll_is_sixteen_bytes_with_the_id_in_the_duration() {
    let poll = PsPoll {
        aid: 0x0123,
        bssid: AP,
        transmitter: STA,
    };
    let frame = poll.encode();
    assert_eq!(frame, hex("a400 23c1 020000000000 020000000100"));
    assert_eq!(PsPoll::parse(&frame), Ok(poll));
    assert_eq!(PsPoll::parse(&frame[..15]), Err(FrameError::Truncated));
}

#[test]
fn a_qos_data_frame_has_the_layout_of_9_3_2() {
    let other = MacAddr([2, 0, 0, 0, 2, 0]);
    let header = DataHeader::to_ds(AP, STA, other)
        .with_qos(QosControl::new(5))
        .with(FrameControl::PROTECTED | FrameControl::POWER_MANAGEMENT)
        .with_sequence(SequenceControl::new(0xabc, 0));
    let frame = header.encode(b"payload");

    assert_eq!(
        frame,
        [
            &hex("8851 0000 020000000000 020000000100 020000000200 c0ab 0500")[..],
            b"payload"
        ]
        .concat()
    );
    let view = DataView::parse(&frame).unwrap();
    assert_eq!(*view.header(), header);
    assert_eq!(
        (view.header_bytes().len(), view.payload()),
        (26, &b"payload"[..])
    );
    assert_eq!((view.tid(), view.is_fragment()), (Some(5), false));
    let h = view.header();
    assert_eq!((h.bssid(), h.source(), h.destination()), (AP, STA, other));
}

#[test]
fn addresses_of_a_frame_from_the_access_point_are_told_apart() {
    let other = MacAddr([2, 0, 0, 0, 2, 0]);
    let frame = DataHeader::from_ds(AP, other, STA)
        .with(FrameControl::MORE_DATA)
        .encode(&[]);
    let view = DataView::parse(&frame).unwrap();
    let h = view.header();
    assert_eq!((h.bssid(), h.source(), h.destination()), (AP, other, STA));
    assert!(h.control.has(FrameControl::MORE_DATA) && !h.is_null());
    assert_eq!(view.tid(), None);
}

#[test]
fn null_frames_carry_only_the_power_bit() {
    let null = DataHeader::to_ds(AP, STA, AP)
        .as_null()
        .with(FrameControl::POWER_MANAGEMENT)
        .encode(&[]);
    assert_eq!(null[..2], [0x48, 0x11]);
    let view = DataView::parse(&null).unwrap();
    assert!(view.header().is_null() && view.payload().is_empty());

    let qos_null = DataHeader::to_ds(AP, STA, AP)
        .as_null()
        .with_qos(QosControl::new(0))
        .encode(&[]);
    assert_eq!(qos_null[0], 0xc8);
}

#[test]
fn four_address_frames_are_refused() {
    let mut frame = DataHeader::to_ds(AP, STA, AP).encode(&[0; 16]);
    assert!(write_flags(&mut frame, FrameControl::FROM_DS));
    assert_eq!(
        DataView::parse(&frame).unwrap_err(),
        FrameError::FourAddresses
    );
}

#[test]
fn llc_header_is_rfc_1042() {
    let body = encapsulate_llc(crate::ETHERTYPE_EAPOL, b"xyz");
    assert_eq!(body, hex("aaaa03000000 888e 78797a"));
    assert_eq!(
        decapsulate_llc(&body),
        Some((crate::ETHERTYPE_EAPOL, &b"xyz"[..]))
    );
    assert_eq!(decapsulate_llc(&body[..7]), None);
    assert_eq!(decapsulate_llc(&hex("aaaa030000f8 888e")), None);
}

proptest! {
    #[test]
    fn no_bytes_make_a_frame_parser_panic(
        mut frame in proptest::collection::vec(any::<u8>(), 0..300),
        kind in any::<u8>(),
    ) {
        if let Some(first) = frame.first_mut() {
            *first = kind & 0xfc;
        }
        if let Ok(view) = ManagementView::parse(&frame)
            && let Ok(ManagementBody::AssociationRequest(r)) = view.body()
        {
            prop_assert!(r.elements.as_bytes().len() < frame.len());
        }
        if let Ok(view) = DataView::parse(&frame) {
            prop_assert_eq!(view.header_bytes().len() + view.payload().len(), frame.len());
            let _ = decapsulate_llc(view.payload());
        }
        let _ = PsPoll::parse(&frame);
        write_sequence_control(&mut frame, SequenceControl(1));
        write_timestamp(&mut frame, 1);
    }

    #[test]
    fn data_headers_round_trip(
        flags in any::<u16>(), a in any::<[u8; 6]>(), b in any::<[u8; 6]>(),
        sequence in any::<u16>(), qos in proptest::option::of(any::<u16>()),
    ) {
        let flags = flags & 0xff00 & !FrameControl::FROM_DS & !FrameControl::HTC;
        let mut header = DataHeader::to_ds(MacAddr(a), MacAddr(b), MacAddr(a))
            .with(flags)
            .with_sequence(SequenceControl(sequence));
        if let Some(qos) = qos {
            header = header.with_qos(QosControl(qos));
        }
        let frame = header.encode(&[1, 2, 3]);
        let view = DataView::parse(&frame).unwrap();
        prop_assert_eq!(view.header(), &header);
    }
}
