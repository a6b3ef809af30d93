use proptest::prelude::*;

use super::*;
use crate::frame::MAX_AID;
use crate::{AkmSuite, CipherSuite};

#[test]
fn a_cut_element_ends_the_walk_with_an_error() {
    let elements = Elements::new(&[0, 1, b'x', 3, 2, 6]);
    let mut walk = elements.iter();
    assert_eq!(walk.next().unwrap().unwrap().body(), b"x");
    assert_eq!(walk.next(), Some(Err(MalformedElements)));
    assert_eq!(walk.next(), None);
    assert!(!elements.is_well_formed());
    assert!(elements.find(ElementId::SSID).is_some());
    assert!(elements.find(ElementId::DS_PARAMETER_SET).is_none());
    assert!(!Elements::new(&[0]).is_well_formed());
    assert!(Elements::new(&[]).is_well_formed());
}

#[test]
fn the_first_element_of_an_id_wins() {
    let elements = Elements::new(&[0, 1, b'a', 0, 1, b'b']);
    assert_eq!(elements.body(ElementId::SSID), Some(&b"a"[..]));
}

#[test]
fn vendor_elements_are_found_by_oui_and_type() {
    let bytes = [
        221, 3, 0, 0x50, 0xf2, 221, 5, 0, 0x50, 0xf2, 4, 9, 221, 4, 0, 0x50, 0xf2, 2,
    ];
    let elements = Elements::new(&bytes);
    assert_eq!(elements.vendor(OUI_MICROSOFT, 4), Some(&[9][..]));
    assert_eq!(elements.vendor(OUI_MICROSOFT, 2), Some(&[][..]));
    assert_eq!(elements.vendor(OUI_MICROSOFT, 1), None);
}

#[test]
fn too_long_bodies_are_refused_whole() {
    let mut w = ElementWriter::new();
    assert_eq!(
        w.element(ElementId(200), &[0; 256]).unwrap_err(),
        ElementTooLong { len: 256 }
    );
    assert!(w.finish().is_empty());
}

#[test]
fn nine_rates_need_two_elements() {
    let mut w = ElementWriter::new();
    w.rates(&[1, 2, 3, 4, 5, 6, 7, 8, 0x89]);
    let bytes = w.finish();
    assert_eq!(bytes, [1, 8, 1, 2, 3, 4, 5, 6, 7, 8, 50, 1, 0x89]);
    let rates = Rates::from_elements(Elements::new(&bytes));
    assert!(rates.has(9) && rates.has(0x81) && !rates.has(10));
    assert_eq!(rates.basic().collect::<Vec<_>>(), [9]);
}

#[test]
fn a_huge_rate_list_is_cut() {
    let mut bytes = vec![50, 255];
    bytes.extend([2; 255]);
    assert_eq!(
        Rates::from_elements(Elements::new(&bytes)).as_bytes().len(),
        Rates::MAX
    );
}

#[test]
fn extended_capabilities_grow_to_their_highest_bit() {
    let mut w = ElementWriter::new();
    w.extended_capabilities(0, &[2, 62]);
    assert_eq!(w.finish(), [127, 8, 4, 0, 0, 0, 0, 0, 0, 0x40]);
    let mut w = ElementWriter::new();
    w.extended_capabilities(0, &[]);
    assert!(w.finish().is_empty());
}

// TIM: the examples follow the rules of 9.4.2.5.1 for N1 and N2.

#[test]
fn an_empty_tim_has_one_bitmap_byte() {
    assert_eq!(encode_tim(1, 2, false, []), [1, 2, 0, 0]);
    assert_eq!(encode_tim(0, 2, true, []), [0, 2, 1, 0]);
}

#[test]
fn the_tim_bitmap_starts_at_an_even_byte() {
    // AID 24 is bit 0 of byte 3, so N1 is 2 and the offset 1.
    assert_eq!(encode_tim(0, 1, false, [24]), [0, 1, 2, 0, 1]);
    // AID 16 is bit 0 of byte 2.
    assert_eq!(encode_tim(0, 1, true, [16]), [0, 1, 3, 1]);
    assert_eq!(encode_tim(0, 1, false, [1, 24]), [0, 1, 0, 2, 0, 0, 1]);
    assert_eq!(encode_tim(0, 1, false, [2007]), [0, 1, 250, 0x80]);
}

#[test]
fn ids_out_of_range_are_in_no_tim() {
    let body = encode_tim(0, 1, false, [0, 2008, 0xffff]);
    assert_eq!(body, [0, 1, 0, 0]);
    let full = [0_u8, 1, 0, 0xff];
    let tim = Tim::parse(&full).unwrap();
    assert!(!tim.has(0) && tim.has(7) && !tim.has(8) && !tim.has(2008));
    assert_eq!(Tim::parse(&full[..3]), None);
}

// RSN element.

const CCMP: [u8; 4] = [0, 0x0f, 0xac, 4];
const PSK: [u8; 4] = [0, 0x0f, 0xac, 2];

fn whole_rsne() -> Vec<u8> {
    let mut b = vec![1, 0];
    b.extend(CCMP);
    b.extend([1, 0]);
    b.extend(CCMP);
    b.extend([1, 0]);
    b.extend(PSK);
    b.extend([0x80, 0]);
    b.extend([1, 0]);
    b.extend([7; 16]);
    b.extend([0, 0x0f, 0xac, 6]);
    b
}

#[test]
fn wpa2_personal_is_twenty_bytes() {
    let mut w = ElementWriter::new();
    w.rsne(&Rsne::wpa2_personal()).unwrap();
    let mut expected = vec![48, 20];
    expected.extend(&whole_rsne()[..18]);
    expected.extend([0, 0]);
    assert_eq!(w.finish(), expected);
}

#[test]
fn an_rsne_may_end_after_any_field() {
    let whole = whole_rsne();
    let full = Rsne::parse(&whole).unwrap();
    assert_eq!(full.group_management, Some(CipherSuite::BIP_CMAC_128));
    assert_eq!(full.pmkids, [[7; 16]]);
    assert!(full.capabilities.has(RsnCapabilities::MFP_CAPABLE));
    assert_eq!(full.encode().unwrap(), whole);

    // version | group | pairwise | akm | capabilities | pmkids | group management
    let ends = [2, 6, 12, 18, 20, 38, 42];
    for len in 0..=whole.len() {
        assert_eq!(
            Rsne::parse(&whole[..len]).is_ok(),
            ends.contains(&len),
            "length {len}"
        );
    }
    let bare = Rsne::parse(&whole[..2]).unwrap();
    assert_eq!(
        (bare.group_cipher, &bare.pairwise[..]),
        (CipherSuite::CCMP, &[CipherSuite::CCMP][..])
    );
    assert_eq!(bare.akm, [AkmSuite::IEEE_802_1X]);
}

#[test]
fn bytes_behind_the_last_known_field_are_ignored() {
    let mut longer = whole_rsne();
    longer.extend([1, 2, 3]);
    assert_eq!(Rsne::parse(&longer), Rsne::parse(&whole_rsne()));
}

#[test]
fn lying_counts_are_refused() {
    let mut b = whole_rsne();
    b[6..8].copy_from_slice(&[0xff, 0xff]);
    assert_eq!(Rsne::parse(&b), Err(RsneError::Truncated));
    b[6..8].copy_from_slice(&[0, 0]);
    assert_eq!(Rsne::parse(&b), Err(RsneError::EmptyList));
    b[0] = 2;
    assert_eq!(Rsne::parse(&b), Err(RsneError::UnsupportedVersion(2)));
}

#[test]
fn an_rsne_without_pmkids_but_with_group_management_writes_a_zero_count() {
    let rsne = Rsne {
        group_management: Some(CipherSuite::BIP_CMAC_128),
        ..Rsne::wpa2_personal()
    };
    let body = rsne.encode().unwrap();
    assert_eq!(body[20..], [0, 0, 0, 0x0f, 0xac, 6]);
    assert_eq!(Rsne::parse(&body), Ok(rsne));
}

#[test]
fn an_rsne_too_long_for_an_element_is_refused() {
    let rsne = Rsne {
        pmkids: vec![[0; 16]; 15],
        ..Rsne::wpa2_personal()
    };
    assert_eq!(rsne.encode(), Err(ElementTooLong { len: 262 }));
}

// HT and WMM.

#[test]
fn ht_elements_round_trip_and_refuse_short_bodies() {
    let ht = HtCapabilities {
        info: 0x1234,
        ampdu: 0x1b,
        mcs: core::array::from_fn(|i| i as u8),
        extended: 0x5678,
        beamforming: 0x9abc_def0,
        antenna_selection: 0x7f,
    };
    let body = ht.encode();
    assert_eq!(body[..4], [0x34, 0x12, 0x1b, 0]);
    assert_eq!(body[19..], [0x78, 0x56, 0xf0, 0xde, 0xbc, 0x9a, 0x7f]);
    assert_eq!(HtCapabilities::parse(&body), Some(ht));
    assert_eq!(HtCapabilities::parse(&body[..25]), None);

    let op = HtOperation::twenty_mhz(11);
    assert_eq!(HtOperation::parse(&op.encode()), Some(op));
    assert_eq!(HtOperation::parse(&op.encode()[..21]), None);
}

#[test]
fn wmm_parameters_have_the_recorded_form() {
    let mut w = ElementWriter::new();
    w.wmm_parameters(&WmmParameters::default());
    let bytes = w.finish();
    assert_eq!(
        bytes,
        [
            0xdd, 0x18, 0x00, 0x50, 0xf2, 0x02, 0x01, 0x01, 0x00, 0x00, 0x03, 0xa4, 0x00, 0x00,
            0x27, 0xa4, 0x00, 0x00, 0x42, 0x43, 0x5e, 0x00, 0x62, 0x32, 0x2f, 0x00
        ]
    );
    let elements = Elements::new(&bytes);
    assert_eq!(
        WmmParameters::from_elements(elements),
        Some(WmmParameters::default())
    );
    assert_eq!(WmmInformation::from_elements(elements), None);
    assert_eq!(
        WmmParameters::default()
            .category(AccessCategory::Voice)
            .txop,
        47
    );
}

proptest! {
    #[test]
    fn no_bytes_make_an_element_parser_panic(
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        aid in any::<u16>(),
    ) {
        let elements = Elements::new(&bytes);
        let total: usize = elements.iter().flatten().map(|e| e.as_bytes().len()).sum();
        prop_assert!(total <= bytes.len());
        prop_assert_eq!(total == bytes.len(), elements.is_well_formed());
        let _ = Rates::from_elements(elements);
        let _ = WmmParameters::from_elements(elements);
        let _ = WmmInformation::from_elements(elements);
        let _ = HtCapabilities::parse(&bytes);
        let _ = HtOperation::parse(&bytes);
        if let Some(tim) = Tim::parse(&bytes) {
            let _ = tim.has(aid);
        }
        if let Ok(rsne) = Rsne::parse(&bytes) {
            prop_assert!(rsne.pairwise.len() * 4 <= bytes.len());
        }
    }

    #[test]
    fn a_tim_has_exactly_the_ids_it_was_made_from(
        aids in proptest::collection::btree_set(1..=MAX_AID, 0..40),
        group in any::<bool>(),
    ) {
        let body = encode_tim(0, 2, group, aids.iter().copied());
        let tim = Tim::parse(&body).unwrap();
        prop_assert_eq!(tim.group_traffic(), group);
        for aid in 0..=MAX_AID + 10 {
            prop_assert_eq!(tim.has(aid), aids.contains(&aid), "aid {}", aid);
        }
        // No shorter bitmap would do: its last byte is in use.
        prop_assert!(aids.is_empty() || *body.last().unwrap() != 0);
    }

    #[test]
    fn rsn_elements_round_trip(
        group in any::<u32>(),
        pairwise in proptest::collection::vec(any::<u32>(), 1..10),
        akm in proptest::collection::vec(any::<u32>(), 1..10),
        capabilities in any::<u16>(),
        pmkids in proptest::collection::vec(any::<[u8; 16]>(), 0..5),
        group_management in proptest::option::of(any::<u32>()),
    ) {
        let rsne = Rsne {
            version: 1,
            group_cipher: CipherSuite(group),
            pairwise: pairwise.into_iter().map(CipherSuite).collect(),
            akm: akm.into_iter().map(AkmSuite).collect(),
            capabilities: RsnCapabilities(capabilities),
            pmkids,
            group_management: group_management.map(CipherSuite),
        };
        prop_assert_eq!(Rsne::parse(&rsne.encode().unwrap()), Ok(rsne));
    }
}

#[test]
fn a_country_is_filled_up_to_an_even_length() {
    let mut e = ElementWriter::new();
    e.country(*b"DE", &[[1, 13, 20]])
        .country(*b"US", &[[36, 4, 23], [149, 5, 30]]);
    let expected = [
        &[7, 6][..],
        b"DE ",
        &[1, 13, 20, 7, 10],
        b"US ",
        &[36, 4, 23, 149, 5, 30, 0],
    ];
    assert_eq!(e.finish(), expected.concat());
    let mut e = ElementWriter::new();
    e.country(*b"DE", &[[1, 1, 20]; 200]);
    let bytes = e.finish();
    assert_eq!(bytes.len(), 2 + 252, "83 triplets");
    assert!(Elements::new(&bytes).is_well_formed());
}

#[test]
fn a_power_envelope_has_a_byte_for_each_width() {
    let mut e = ElementWriter::new();
    e.transmit_power_envelope(0, 20)
        .transmit_power_envelope(2, 23)
        .transmit_power_envelope(9, 255);
    let expected = [
        &[195, 2, 0, 40][..],
        &[195, 4, 2, 46, 46, 46],
        &[195, 4, 2, 126, 126, 126],
    ];
    assert_eq!(e.finish(), expected.concat());
}
