//! Golden bytes of association blocks and of a station's indications.

use super::{M, at, golden, header_matters, hex};
use crate::wire::{
    AssociationCompletion, AssociationStart, ConnectionStart, ErrorSource, IncomingAssocCompletion,
    IncomingAssocDecision, IncomingAssocRequestReceived, IncomingAssocStarted, PhyList,
    PmkidCandidate, PmkidCandidates, RoamingStart, SsidEntry, StatusParameters, Structure,
};
use crate::{AuthAlgorithm, CipherAlgorithm, NdisStatus};

#[test]
fn started_has_10_bytes() {
    let bytes = hex("80010a00 020000000010");
    golden(&IncomingAssocStarted { peer: M }, &bytes);
    header_matters::<IncomingAssocStarted>(&bytes);
}

#[test]
fn request_received_is_followed_by_the_frame() {
    let bytes = hex("80011400 020000000010 01 00 14000000 04000000 31040a00");
    let received = IncomingAssocRequestReceived {
        peer: M,
        reassociation: true,
        request: &[0x31, 0x04, 0x0A, 0x00],
    };
    golden(&received, &bytes);
    header_matters::<IncomingAssocRequestReceived<'_>>(&bytes);
    let error = IncomingAssocRequestReceived::parse(&bytes[..23]).unwrap_err();
    assert_eq!(
        error.status,
        NdisStatus::INVALID_DATA,
        "the frame is cut off"
    );
}

#[test]
fn a_decision_has_24_bytes_or_28() {
    let bytes = hex("80011800 020000000010 01 00 0000 0000 00000000 00000000");
    let yes = IncomingAssocDecision {
        peer: M,
        accept: true,
        reason: 0,
        elements: &[],
        wfd_status: None,
    };
    golden(&yes, &bytes);
    header_matters::<IncomingAssocDecision<'_>>(&bytes);
    let bytes = hex("80021c00 020000000010 00 00 1100 0000 1c000000 02000000 05 000000 dd00");
    let no = IncomingAssocDecision {
        peer: M,
        accept: false,
        reason: 17,
        elements: &[0xDD, 0],
        wfd_status: Some(5),
    };
    golden(&no, &bytes);
    // A second version that ends like a first one.
    let error = IncomingAssocDecision::parse(&bytes[..24]).unwrap_err();
    assert_eq!(error.bytes_needed, Some(28));
    // Neither revision 2 with the first size nor the other way round.
    for wrong in ["80021800", "80011c00"] {
        let mut bytes = bytes.clone();
        bytes[..4].copy_from_slice(&hex(wrong));
        let error = IncomingAssocDecision::parse(&bytes).unwrap_err();
        assert_eq!(error.status, NdisStatus::INVALID_DATA);
    }
}

#[test]
fn a_completion_has_64_bytes_and_points_to_four_things() {
    let bytes = at(
        64 + 4 + 2 + 3 + 1,
        &[
            (0, "80014000 020000000010"),
            (12, "00000000 00 01 01"),
            (20, "44000000 02000000"),
            (28, "46000000 03000000"),
            (36, "07000000 04000000 04000000"),
            (48, "40000000 04000000"),
            (56, "49000000 01000000"),
            (64, "01000000 a1a2 b1b2b3 c1"),
        ],
    );
    let done = IncomingAssocCompletion {
        peer: M,
        status: 0,
        source: ErrorSource::OS,
        reassociation_request: true,
        reassociation_response: true,
        request: &[0xA1, 0xA2],
        response: &[0xB1, 0xB2, 0xB3],
        auth: AuthAlgorithm::RSNA_PSK,
        unicast: CipherAlgorithm::CCMP,
        multicast: CipherAlgorithm::CCMP,
        phys: PhyList::new(&[1, 0, 0, 0]).unwrap(),
        beacon: &[0xC1],
    };
    golden(&done, &bytes);
    header_matters::<IncomingAssocCompletion<'_>>(&bytes);
    assert_eq!(done.phys.iter().collect::<Vec<_>>(), [1]);
    let mut odd = bytes;
    odd[52] = 3;
    let error = IncomingAssocCompletion::parse(&odd).unwrap_err();
    assert_eq!(error.status, NdisStatus::INVALID_DATA, "3 bytes of PHYs");

    let refused = at(64, &[(0, "80014000 020000000010"), (12, "25000000 01")]);
    let refused = IncomingAssocCompletion::parse(refused.leak()).unwrap();
    assert_eq!((refused.status, refused.source), (37, ErrorSource::REMOTE));
}

#[test]
fn a_stations_association() {
    let bytes = at(
        58,
        &[
            (0, "80013800 020000000010"),
            (12, "02000000 6869"),
            (48, "38000000 02000000 beef"),
        ],
    );
    let start = AssociationStart {
        peer: M,
        ssid: SsidEntry::new(b"hi").unwrap(),
        ihv_data: &[0xBE, 0xEF],
    };
    golden(&start, &bytes);
    header_matters::<AssociationStart<'_>>(&bytes);

    let mut done = AssociationCompletion {
        peer: M,
        status: 0x3_0025,
        reassociation_request: false,
        reassociation_response: true,
        request: &[0xA1],
        response: &[0xB1],
        beacon: &[0xC1],
        ihv_data: &[0xD1],
        auth: AuthAlgorithm(0x8000_0000),
        unicast: CipherAlgorithm::CCMP,
        multicast: CipherAlgorithm::TKIP,
        phys: PhyList::new(&[0, 0, 0, 0]).unwrap(),
        four_address: true,
        port_authorized: false,
        qos: 1,
        distribution: 2,
        encapsulations: &[0xE1, 0xE2],
        second: None,
    };
    let tail = "00000000 a1 b1 c1 d1 e1e2";
    let bytes = at(
        98,
        &[
            (0, "80015800 020000000010"),
            (12, "25000300 00 01"),
            (
                20,
                "5c000000 01000000 5d000000 01000000 5e000000 01000000 5f000000 01000000",
            ),
            (52, "00000080 04000000 02000000"),
            (
                64,
                "58000000 04000000 01 00 01 00 02000000 60000000 02000000",
            ),
            (88, tail),
        ],
    );
    golden(&done, &bytes);
    header_matters::<AssociationCompletion<'_>>(&bytes);

    done.second = Some((CipherAlgorithm::BIP, 7));
    let bytes = at(
        106,
        &[
            (0, "80026000 020000000010"),
            (12, "25000300 00 01"),
            (
                20,
                "64000000 01000000 65000000 01000000 66000000 01000000 67000000 01000000",
            ),
            (52, "00000080 04000000 02000000"),
            (
                64,
                "60000000 04000000 01 00 01 00 02000000 68000000 02000000",
            ),
            (88, "06000000 07000000"),
            (96, tail),
        ],
    );
    golden(&done, &bytes);
}

#[test]
fn a_stations_connection_and_roaming() {
    let ssid = SsidEntry::new(b"hi").unwrap();
    let bytes = at(
        52,
        &[(0, "80013400 02000000 020000000010"), (16, "02000000 6869")],
    );
    let start = ConnectionStart {
        bss_type: 2,
        bssid: M,
        ssid: ssid.clone(),
    };
    golden(&start, &bytes);
    header_matters::<ConnectionStart>(&bytes);
    let bytes = at(
        52,
        &[
            (0, "80013400 020000000010"),
            (12, "02000000 6869"),
            (48, "0c000000"),
        ],
    );
    let roaming = RoamingStart {
        bssid: M,
        ssid,
        reason: 12,
    };
    golden(&roaming, &bytes);
    header_matters::<RoamingStart>(&bytes);
    let bytes = hex("80010800 06000000");
    golden(&StatusParameters { status: 6 }, &bytes);
    header_matters::<StatusParameters>(&bytes);
    let bytes = hex("80010c00 01000000 0c000000 020000000010 0000 01000000");
    let candidates = PmkidCandidates {
        entries: vec![PmkidCandidate { bssid: M, flags: 1 }],
    };
    golden(&candidates, &bytes);
    header_matters::<PmkidCandidates>(&bytes);
}
