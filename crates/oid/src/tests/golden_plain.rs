//! Golden bytes of lists and small structures.

use dot11::{MacAddr, ReasonCode};

use super::{M, at, golden, header_matters, hex};
use crate::wire::{
    AdditionalIe, Addresses, AssociationInfo, AssociationInfoList, AuthCipherPair, ByteArray,
    CanSustainAp, ChannelNumber, CurrentOperationMode, DisassociatePeerRequest, Disassociation,
    Flag, Frequency, LinkQuality, LinkQualityEntry, List, MacCounters, MacInfo, MacParameters,
    MpduMaxLength, NicSpecificExtension, OperationModeCapability, PeerInfo, PeerInfoList,
    PhyCounters, PhyFrequencyAdopted, PhyId, PhyState, PortStateNotification, RateSet,
    ResetRequest, ResetType, SsidEntry, SsidList, Statistics, StatusIndication, StopAp, Structure,
    TkipMicFailure, Ulong,
};
use crate::{
    AuthAlgorithm, CipherAlgorithm, ExemptionAction, ExemptionPackets, NdisStatus, Pmkid,
    PrivacyExemption,
};

#[test]
fn a_byte_array_has_its_data_at_12_and_says_16() {
    let bytes = hex("80011000 03000000 03000000 aabbcc");
    golden(&ByteArray::new(&[0xAA, 0xBB, 0xCC]), &bytes);
    header_matters::<ByteArray<'_>>(&bytes);
}

#[test]
fn algorithm_lists() {
    let bytes = hex("80011000 02000000 02000000 07000000 01000080");
    let auths = List::new(vec![AuthAlgorithm::RSNA_PSK, AuthAlgorithm(0x8000_0001)]);
    golden(&auths, &bytes);
    header_matters::<List<AuthAlgorithm>>(&bytes);

    let bytes = hex("80011000 02000000 02000000 04000000 01010000");
    let ciphers = List::new(vec![CipherAlgorithm::CCMP, CipherAlgorithm::WEP]);
    golden(&ciphers, &bytes);

    let bytes = hex("80011400 01000000 01000000 07000000 04000000");
    let pairs = List::new(vec![AuthCipherPair {
        auth: AuthAlgorithm::RSNA_PSK,
        cipher: CipherAlgorithm::CCMP,
    }]);
    golden(&pairs, &bytes);
    header_matters::<List<AuthCipherPair>>(&bytes);
}

#[test]
fn other_lists() {
    let name = "68 69 00000000 00000000 00000000 00000000 00000000 00000000 00000000 0000";
    let bytes = hex(&format!("80013000 01000000 01000000 02000000 {name}"));
    golden(&List::new(vec![SsidEntry::new(b"hi").unwrap()]), &bytes);
    header_matters::<SsidList>(&bytes);

    // EtherType big-endian, the rest little-endian.
    let bytes = hex("80011400 02000000 02000000 888e 0200 0100 0806 0100 0300");
    let exemptions = List::new(vec![
        PrivacyExemption {
            ethertype: 0x888E,
            action: ExemptionAction::ON_KEY_MAPPING_KEY_UNAVAILABLE,
            packets: ExemptionPackets::UNICAST,
        },
        PrivacyExemption {
            ethertype: 0x0806,
            action: ExemptionAction::ALWAYS,
            packets: ExemptionPackets::BOTH,
        },
    ]);
    golden(&exemptions, &bytes);
    header_matters::<List<PrivacyExemption>>(&bytes);

    let bytes = hex("80011400 02000000 02000000 020000000010 ffffffffffff");
    golden(&List::new(vec![M, MacAddr::BROADCAST]), &bytes);
    let bytes = hex(
        "80012800 01000000 01000000 020000000010 000102030405060708090a0b0c0d0e0f 0000 01000000",
    );
    let pmkid = Pmkid {
        bssid: M,
        pmkid: core::array::from_fn(|i| i as u8),
        flags: 1,
    };
    golden(&List::new(vec![pmkid]), &bytes);
    let bytes = hex("80011000 01000000 01000000 ffffffff");
    golden(&List::new(vec![PhyId::ANY]), &bytes);
    let bytes = hex("80011000 02000000 02000000 01000000 0b000000");
    golden(
        &List::new(vec![ChannelNumber(1), ChannelNumber(11)]),
        &bytes,
    );
    let bytes = hex("80011000 01000000 01000000 85090000");
    golden(&List::new(vec![Frequency(2437)]), &bytes);
    let bytes = hex("80011000 00000000 00000000");
    golden(&List::<AuthAlgorithm>::new(Vec::new()), &bytes);
}

#[test]
fn a_list_that_lies_about_itself_is_refused() {
    let parse = |text| List::<AuthAlgorithm>::parse(hex(text).leak());
    let error = parse("80011000 02000000 01000000 07000000 01000000").unwrap_err();
    assert_eq!(
        error.status,
        NdisStatus::INVALID_DATA,
        "fewer in all than here"
    );
    let error = parse("80011000 03000000 03000000 07000000 01000000").unwrap_err();
    assert_eq!(error.status, NdisStatus::INVALID_LENGTH);
    assert_eq!(error.bytes_needed, Some(24));
    let error = parse("80011000 ffffffff ffffffff 07000000").unwrap_err();
    assert_eq!(error.bytes_needed, Some(u32::MAX), "no wrap-around");
    let list = parse("80011000 01000000 05000000 07000000").unwrap();
    assert_eq!((list.entries.len(), list.total), (1, 5));

    let long = format!("80013000 01000000 01000000 21000000 {}", "00".repeat(32));
    let error = SsidList::parse(hex(&long).leak()).unwrap_err();
    assert_eq!(error.status, NdisStatus::INVALID_DATA, "33 bytes of 32");
}

#[test]
fn peer_info_has_entries_of_352_bytes_at_16() {
    let bytes = at(
        16 + 352,
        &[
            (0, "80017001 01000000 01000000"),
            (16, "020000000010 3104 07000000 04000000 04000000 01"),
            (16 + 22, "0a00 82848b96"),
            (16 + 280, "0100"),
            (16 + 284, "03000000 02000000"),
            (16 + 296, "8096980000000000"),
            (16 + 304, "0100000000000000 ffffffffffffffff"),
            (16 + 344, "0600000000000000"),
        ],
    );
    let mut rates = [0; 255];
    rates[..4].copy_from_slice(&[0x82, 0x84, 0x8B, 0x96]);
    let peer = PeerInfo {
        peer: M,
        capability: 0x0431,
        auth: AuthAlgorithm::RSNA_PSK,
        unicast: CipherAlgorithm::CCMP,
        multicast: CipherAlgorithm::CCMP,
        wps: true,
        listen_interval: 10,
        rates,
        aid: Some(1),
        state: 3,
        power_mode: 2,
        up_time: 10_000_000,
        counters: [1, u64::MAX, 0, 0, 0, 6],
    };
    golden(&List::new(vec![peer]), &bytes);
    header_matters::<PeerInfoList>(&bytes);

    let mut without = bytes.clone();
    without[16 + 280..16 + 282].copy_from_slice(&[0xFF, 0xFF]);
    let list = PeerInfoList::parse(without.leak()).unwrap();
    assert_eq!(list.entries[0].aid, None);
}

#[test]
fn association_info_has_entries_of_328_bytes_at_16() {
    let bytes = at(
        16 + 328,
        &[
            (0, "80015801 01000000 01000000"),
            (16, "020000000010 020000000001 0104 0a00 82"),
            (16 + 272, "01c0"),
            (16 + 276, "03000000 01000000"),
            (
                16 + 288,
                "0100000000000000 0200000000000000 0300000000000000",
            ),
            (16 + 312, "0400000000000000 0500000000000000"),
        ],
    );
    let mut rates = [0; 255];
    rates[0] = 0x82;
    let info = AssociationInfo {
        peer: M,
        bssid: MacAddr([2, 0, 0, 0, 0, 1]),
        capability: 0x0401,
        listen_interval: 10,
        rates,
        aid: 0xC001,
        state: 3,
        power_mode: 1,
        up_time: 1,
        counters: [2, 3, 4, 5],
    };
    golden(&List::new(vec![info]), &bytes);
    header_matters::<AssociationInfoList>(&bytes);
}

#[test]
fn port_state_and_disassociate_request() {
    let bytes = hex("80010c00 020000000010 01 00");
    golden(
        &PortStateNotification {
            peer: M,
            open: true,
        },
        &bytes,
    );
    header_matters::<PortStateNotification>(&bytes);
    let odd = hex("80010c00 020000000010 80 ff");
    let told = PortStateNotification::parse(&odd).unwrap();
    assert!(told.open, "any byte but 0 is true");

    let bytes = hex("80010c00 ffffffffffff 0300");
    let all = DisassociatePeerRequest {
        peer: MacAddr::BROADCAST,
        reason: ReasonCode(3),
    };
    golden(&all, &bytes);
    header_matters::<DisassociatePeerRequest>(&bytes);
}

#[test]
fn elements_and_vendor_data() {
    let bytes = hex("80011400 14000000 03000000 17000000 02000000 dd01aa dd00");
    let ie = AdditionalIe {
        beacon: &[0xDD, 1, 0xAA],
        response: &[0xDD, 0],
    };
    golden(&ie, &bytes);
    header_matters::<AdditionalIe<'_>>(&bytes);
    let none = hex("80011400 00000000 00000000 00000000 00000000");
    golden(
        &AdditionalIe {
            beacon: &[],
            response: &[],
        },
        &none,
    );

    let bytes = hex("03000000 03000000 010203");
    let data = NicSpecificExtension {
        data: &[1, 2, 3],
        total: 3,
    };
    golden(&data, &bytes);
    let error = NicSpecificExtension::parse(&bytes[..10]).unwrap_err();
    assert_eq!(error.bytes_needed, Some(11));
}

#[test]
fn an_offset_must_point_behind_the_fixed_part_and_into_the_buffer() {
    for (offset, len) in [
        (20u32, 4u32),
        (19, 1),
        (0, 1),
        (24, 1),
        (0xFFFF_FFFF, 1),
        (0xFFFF_FFF8, 0x20),
        (20, 0xFFFF_FFFF),
    ] {
        let mut bytes = hex("80011400 00000000 00000000 00000000 00000000 dd01aa");
        bytes[4..8].copy_from_slice(&offset.to_le_bytes());
        bytes[8..12].copy_from_slice(&len.to_le_bytes());
        let error = AdditionalIe::parse(&bytes).unwrap_err();
        assert_eq!(error.status, NdisStatus::INVALID_DATA, "{offset} {len}");
    }
    // Nothing has no place, wherever that is.
    let bytes = hex("80011400 ffffffff 00000000 14000000 03000000 dd01aa");
    let ie = AdditionalIe::parse(&bytes).unwrap();
    assert_eq!((ie.beacon, ie.response), (&[][..], &[0xDD, 1, 0xAA][..]));
}

#[test]
fn modes_and_macs() {
    golden(&CurrentOperationMode { mode: 8 }, &hex("00000000 08000000"));
    let capability = OperationModeCapability {
        major: 2,
        minor: 1,
        tx_buffers: 64,
        rx_buffers: 128,
        modes: 0x8000_000C,
    };
    golden(
        &capability,
        &hex("00000000 02000000 01000000 40000000 80000000 0c000080"),
    );
    let mac = MacInfo {
        port: 1,
        address: M,
    };
    golden(&mac, &hex("00000000 01000000 020000000010 0000"));
    let bytes = hex("80010800 0c000000");
    golden(&MacParameters { modes: 12 }, &bytes);
    header_matters::<MacParameters>(&bytes);
}

#[test]
fn reset_and_its_answer() {
    let reset = ResetRequest {
        kind: ResetType::PHY_AND_MAC,
        address: M,
        default_mib: true,
    };
    golden(&reset, &hex("03000000 020000000010 01 00"));
    let done = StatusIndication {
        kind: StatusIndication::RESET_CONFIRM,
        status: NdisStatus::SUCCESS,
    };
    golden(&done, &hex("04000000 00000000"));
    let failed = StatusIndication {
        kind: StatusIndication::RESET_CONFIRM,
        status: NdisStatus::FAILURE,
    };
    golden(&failed, &hex("04000000 010000c0"));
}

#[test]
fn scalars() {
    golden(&Ulong(0x0102_0304), &hex("04030201"));
    golden(&Flag(true), &hex("01"));
    golden(&Flag(false), &hex("00"));
    assert_eq!(Flag::parse(&[0x80]), Ok(Flag(true)));
    golden(
        &Addresses(vec![M, MacAddr::BROADCAST]),
        &hex("020000000010 ffffffffffff"),
    );
    assert_eq!(
        Addresses::parse(&[0; 7]).unwrap_err().bytes_needed,
        Some(12)
    );
    let rates = RateSet::new(&[0x82, 0x84]).unwrap();
    golden(&rates, &at(132, &[(0, "02000000 8284")]));
    let error = RateSet::parse(at(132, &[(0, "7f000000")]).leak()).unwrap_err();
    assert_eq!(error.status, NdisStatus::INVALID_DATA);
    assert!(RateSet::new(&[0; 127]).is_none());
}

#[test]
fn statistics_have_400_bytes_with_one_phy() {
    let mut unicast = MacCounters::UNKNOWN;
    unicast.transmitted = 1;
    unicast.ccmp_replays = 9;
    unicast.decrypt_failed = 14;
    let mut phy = PhyCounters::UNKNOWN;
    phy.transmitted = 0x15;
    phy.fcs_errors = 0x18;
    let statistics = Statistics {
        four_way_failures: 3,
        countermeasures: 4,
        unicast,
        multicast: MacCounters::UNKNOWN,
        phys: vec![phy],
    };
    let mut bytes = vec![0xFF; 400];
    for (at, text) in [
        (0, "80019001 00000000"),
        (8, "0300000000000000"),
        (16, "0400000000000000"),
        (24, "0000000000000000"),
        (32, "0100000000000000"),
        (32 + 64, "0900000000000000"),
        (32 + 104, "0e00000000000000"),
        (256, "1500000000000000"),
        (256 + 136, "1800000000000000"),
    ] {
        bytes[at..at + hex(text).len()].copy_from_slice(&hex(text));
    }
    golden(&statistics, &bytes);
    header_matters::<Statistics>(&bytes);
    let two = [bytes.clone(), bytes[256..].to_vec()].concat();
    assert_eq!(Statistics::parse(&two).unwrap().phys.len(), 2);
}

#[test]
fn indications_of_an_access_point() {
    let bytes = hex("80010800 03000000");
    golden(&StopAp { reason: 3 }, &bytes);
    header_matters::<StopAp>(&bytes);
    let bytes = hex("80010800 000000ff");
    golden(
        &CanSustainAp {
            reason: 0xFF00_0000,
        },
        &bytes,
    );
    header_matters::<CanSustainAp>(&bytes);
    let bytes = hex("80010c00 01000000 06000000");
    let adopted = PhyFrequencyAdopted {
        phy: PhyId(1),
        place: 6,
    };
    golden(&adopted, &bytes);
    header_matters::<PhyFrequencyAdopted>(&bytes);
    let bytes = hex("80010c00 ffffffff 01 00 0000");
    let state = PhyState {
        phy: PhyId::ANY,
        hardware: true,
        software: false,
    };
    golden(&state, &bytes);
    header_matters::<PhyState>(&bytes);
    let bytes = hex("80011400 01 000000 02000000 020000000010 0000");
    let failure = TkipMicFailure {
        default_key: true,
        key_index: 2,
        peer: M,
    };
    golden(&failure, &bytes);
    header_matters::<TkipMicFailure>(&bytes);
    let bytes = hex("80010c00 00000000 20090000");
    let longest = MpduMaxLength {
        phy: PhyId(0),
        length: 2336,
    };
    golden(&longest, &bytes);
    header_matters::<MpduMaxLength>(&bytes);
    let bytes = hex("80011800 020000000010 0000 03000100 18000000 02000000 beef");
    let gone = Disassociation {
        peer: M,
        reason: 0x1_0003,
        ihv_data: &[0xBE, 0xEF],
    };
    golden(&gone, &bytes);
    header_matters::<Disassociation<'_>>(&bytes);
    let bytes = hex("80010c00 02000000 0c000000 020000000010 64 ffffffffffff 00");
    let quality = LinkQuality {
        entries: vec![
            LinkQualityEntry {
                peer: M,
                quality: 100,
            },
            LinkQualityEntry {
                peer: MacAddr::BROADCAST,
                quality: 0,
            },
        ],
    };
    golden(&quality, &bytes);
    header_matters::<LinkQuality>(&bytes);
    // 0x4924_9249 entries of 7 bytes are 2^33 - 1 bytes, and would be 0xFFFF_FFFF in 32 bits.
    let bait = hex("80010c00 49922449 0c000000 020000000010 64");
    assert!(LinkQuality::parse(&bait).is_err());
}
