//! What is written is read back, and what is read is written back; any bytes are survived.

use std::collections::BTreeMap;

use dot11::{KeyBytes, MacAddr};
use proptest::collection::vec;
use proptest::prelude::*;

use super::{AP, STATION};
use crate::wire::{
    AdditionalIe, AssociationCompletion, DefaultKeyValue, ErrorSource, IncomingAssocCompletion,
    IncomingAssocDecision, KeyData, KeyMappingKeys, List, PhyList, PortContext, Structure,
    default_key_value, indication, key_mapping_array, parse_default_key, set_bytes, set_requests,
};
use crate::{
    AuthAlgorithm, CipherAlgorithm, DefaultKey, Direction, ExemptionAction, ExemptionPackets,
    IndicationCode, KeyMappingKey, KeyMaterial, Oid, PrivacyExemption,
};

fn mac() -> impl Strategy<Value = MacAddr> {
    any::<[u8; 6]>().prop_map(MacAddr)
}

/// A cipher with material that fits it.
fn cipher_and_material(bip: bool) -> impl Strategy<Value = (CipherAlgorithm, KeyMaterial)> {
    let mut shapes = vec![
        (1u32, 5usize, false),
        (5, 13, false),
        (0x101, 29, false),
        (2, 32, true),
        (4, 16, true),
        (8, 16, true),
        (9, 32, true),
        (10, 32, true),
        (0x8000_0000, 0, false),
        (0xFFFF_FFFF, 77, false),
    ];
    if bip {
        shapes.extend([
            (6, 16, true),
            (11, 16, true),
            (12, 32, true),
            (13, 32, true),
        ]);
    }
    (
        prop::sample::select(shapes),
        any::<u64>(),
        vec(any::<u8>(), 77),
    )
        .prop_map(|((cipher, len, counted), counter, bytes)| {
            let material = KeyMaterial {
                receive_counter: if counted { counter >> 16 } else { 0 },
                key: KeyBytes::copy_from(&bytes[..len]),
            };
            (CipherAlgorithm(cipher), material)
        })
}

fn mapping_key() -> impl Strategy<Value = KeyMappingKey> {
    let direction = prop::sample::select(vec![
        Direction::Inbound,
        Direction::Outbound,
        Direction::Both,
    ]);
    let parts = (
        mac(),
        cipher_and_material(false),
        direction,
        any::<bool>(),
        any::<bool>(),
    );
    parts.prop_map(
        |(peer, (algorithm, material), direction, is_static, delete)| KeyMappingKey {
            peer,
            algorithm,
            direction,
            is_static: is_static && !delete,
            material: (!delete).then_some(material),
        },
    )
}

fn back<'a, T: Structure<'a> + PartialEq + std::fmt::Debug>(
    value: &T,
) -> Result<(), TestCaseError> {
    // Leaked: the structure borrows from it for as long as the test's data lives.
    let bytes = value.to_bytes().leak();
    prop_assert_eq!(&T::parse(bytes).unwrap(), value);
    Ok(())
}

proptest! {
    #[test]
    fn key_mapping_arrays(keys in vec(mapping_key(), 1..5), shift in 0usize..4) {
        let bytes = key_mapping_array(&keys).unwrap();
        let moved = [&vec![0; shift], &bytes[..]].concat();
        let read: Result<Vec<_>, _> = KeyMappingKeys::parse(&moved[shift..], AP).unwrap().collect();
        prop_assert_eq!(read.unwrap(), keys);
    }

    #[test]
    fn default_keys(
        (algorithm, material) in cipher_and_material(true),
        (index, station, is_static, delete) in (any::<u32>(), mac(), any::<bool>(), any::<bool>()),
    ) {
        let value = DefaultKeyValue {
            station: (station != MacAddr::default()).then_some(station),
            key: DefaultKey {
                index,
                algorithm,
                is_static: is_static && !delete,
                material: (!delete).then_some(material),
            },
        };
        let bytes = default_key_value(&value).unwrap();
        prop_assert_eq!(parse_default_key(&bytes).unwrap(), value);
    }

    #[test]
    fn key_structures((algorithm, material) in cipher_and_material(true)) {
        let data = KeyData::from_material(algorithm, &material).unwrap();
        let mut bytes = Vec::new();
        data.write(&mut bytes);
        prop_assert_eq!(bytes.len(), data.len());
        if let Some(len) = KeyData::len_of(algorithm) {
            prop_assert_eq!(bytes.len(), len);
        }
        let read = KeyData::parse(algorithm, &bytes).unwrap();
        prop_assert_eq!(&read, &data);
        prop_assert_eq!(read.into_material(), material);
    }

    #[test]
    fn exemptions(entries in vec(any::<(u16, u16, u16)>(), 0..9), more in 0u32..9) {
        let entries = entries.into_iter().map(|(ethertype, action, packets)| PrivacyExemption {
            ethertype,
            action: ExemptionAction(action),
            packets: ExemptionPackets(packets),
        });
        let mut list = List::new(entries.collect());
        list.total += more;
        back(&list)?;
    }

    #[test]
    fn structures_that_point(
        frames in vec(vec(any::<u8>(), 0..40), 4),
        phys in vec(any::<[u8; 4]>(), 0..4),
        (peer, number, small) in (mac(), any::<[u32; 5]>(), any::<u8>()),
        (one, two) in any::<(bool, bool)>(),
    ) {
        let frames: &'static [Vec<u8>] = frames.leak();
        let phys = PhyList::new(phys.concat().leak()).unwrap();
        let [a, b, c, d, e] = number;
        back(&AdditionalIe { beacon: &frames[0], response: &frames[1] })?;
        back(&IncomingAssocDecision {
            peer,
            accept: one,
            reason: (a & 0xFFFF) as u16,
            elements: &frames[0],
            wfd_status: two.then_some(small),
        })?;
        back(&IncomingAssocCompletion {
            peer,
            status: a,
            source: ErrorSource(small),
            reassociation_request: one,
            reassociation_response: two,
            request: &frames[0],
            response: &frames[1],
            auth: AuthAlgorithm(b),
            unicast: CipherAlgorithm(c),
            multicast: CipherAlgorithm(d),
            phys,
            beacon: &frames[2],
        })?;
        back(&AssociationCompletion {
            peer,
            status: a,
            reassociation_request: one,
            reassociation_response: two,
            request: &frames[0],
            response: &frames[1],
            beacon: &frames[2],
            ihv_data: &frames[3],
            auth: AuthAlgorithm(b),
            unicast: CipherAlgorithm(c),
            multicast: CipherAlgorithm(d),
            phys,
            four_address: two,
            port_authorized: one,
            qos: small,
            distribution: e,
            encapsulations: &frames[1],
            second: one.then_some((CipherAlgorithm(e), a)),
        })?;
    }

    #[test]
    fn a_set_that_is_taken_says_the_same_when_it_is_written_again(
        oid in prop::sample::select(Oid::ALL),
        head in prop::sample::select(vec![
            "80011000", "80011400", "80011800", "80010c00", "80013000", "80012800", "00000000",
        ]),
        counts in vec(0u8..4, 8),
        body in vec(any::<u8>(), 0..80),
    ) {
        let mut bytes = super::hex(head);
        for pair in counts.chunks(4) {
            bytes.extend_from_slice(&[pair[0], 0, 0, 0]);
        }
        bytes.extend_from_slice(&body);
        let blocks = BTreeMap::new();
        for mode in [AP, STATION] {
            let port = PortContext { mode, address: MacAddr::default(), blocks: &blocks };
            for asked in set_requests(oid, &bytes, &port).into_iter().flatten() {
                let (again, written) = set_bytes(&asked, &port).unwrap().unwrap();
                prop_assert_eq!(again, oid);
                prop_assert_eq!(set_requests(oid, &written, &port), vec![Ok(asked)]);
            }
        }
    }

    #[test]
    fn any_bytes_are_survived(
        number in any::<u32>(),
        pick in any::<prop::sample::Index>(),
        bytes in vec(any::<u8>(), 0..500),
    ) {
        let blocks = BTreeMap::new();
        let port = PortContext { mode: AP, address: MacAddr::default(), blocks: &blocks };
        for oid in [Oid(number), *pick.get(Oid::ALL)] {
            let read = set_requests(oid, &bytes, &port);
            prop_assert!(!read.is_empty());
        }
        let _ = indication(*pick.get(IndicationCode::ALL), &bytes, &port, &[]);
    }
}
