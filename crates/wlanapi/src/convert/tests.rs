use dot11::{ChannelWidth, Phy, Ssid};
use wlan_model::InterfaceState;
use wlan_rpc::{KeyIdentity, PeerRow};

use super::*;
use crate::types::{dot11_phy_type_erp, dot11_phy_type_ht, dot11_phy_type_ofdm};

fn active() -> Status {
    Status {
        state: HostedNetworkState::Active,
        ssid: Some(Ssid::new("net").unwrap()),
        device: Some(Guid([1; 16])),
        bssid: Some(MacAddr([2, 0, 0, 0, 0, 1])),
        channel: Some(6),
        phy: Some(Phy::Ht),
        width: Some(ChannelWidth::Mhz20),
        isolate: false,
        max_peers: 100,
        radio: Some("sim".into()),
        enabled: true,
        secondary_key: None,
        peers: vec![PeerRow {
            mac: MacAddr([2, 0, 0, 0, 0, 2]),
            key: KeyIdentity::Primary,
            connected_ms: 0,
            retired_ms: None,
            management_protection: false,
        }],
        unavailable: None,
        rejected_frames: 0,
    }
}

#[test]
fn a_guid_has_its_text_in_its_members() {
    let bytes = *b"\x6f\x96\x19\xff\x8b\x86\xd0\x11\xb4\x2d\x00\xcf\x4f\xc9\x64\xff";
    let structure = guid(Guid(bytes));

    assert_eq!(
        (structure.data1, structure.data2, structure.data3),
        (0x6f96_19ff, 0x8b86, 0xd011)
    );
    assert_eq!(structure.data4, bytes[8..]);
    assert_eq!(from_guid(structure), Guid(bytes));
}

#[test]
fn a_status_has_only_what_its_state_allows() {
    let mut given = active();
    let (structure, peers) = status(&given);
    assert_eq!(structure.dwNumberOfPeers, 1);
    assert_eq!(
        (structure.dot11PhyType, structure.ulChannelFrequency),
        (7, 6)
    );
    assert_eq!(
        (peers[0].PeerMacAddress, peers[0].PeerAuthState),
        ([2, 0, 0, 0, 0, 2], 1)
    );

    given.state = HostedNetworkState::Idle;
    let (structure, peers) = status(&given);
    assert_eq!(structure.wlanHostedNetworkBSSID, [2, 0, 0, 0, 0, 1]);
    assert_eq!(structure.IPDeviceID, guid(Guid([1; 16])));
    assert_eq!(
        (structure.dot11PhyType, structure.ulChannelFrequency),
        (0, 0)
    );
    assert_eq!((structure.dwNumberOfPeers, peers.len()), (0, 0));

    given.state = HostedNetworkState::Unavailable;
    let (structure, _) = status(&given);
    assert_eq!(structure, WLAN_HOSTED_NETWORK_STATUS::default());
}

#[test]
fn the_phy_is_told_by_its_windows_number() {
    let phy = |phy| {
        let given = Status {
            phy: Some(phy),
            ..active()
        };
        status(&given).0.dot11PhyType
    };
    assert_eq!(phy(Phy::Erp), dot11_phy_type_erp);
    assert_eq!(phy(Phy::Ofdm), dot11_phy_type_ofdm);
    assert_eq!(phy(Phy::Ht), dot11_phy_type_ht);
    assert_eq!(phy(Phy::Vht), 8);
    assert_eq!(phy(Phy::He), 10);
}

#[test]
fn a_long_description_is_cut_between_characters() {
    let described = |description: String| {
        let row = interface(&Interface {
            id: Guid::NIL,
            description,
            state: InterfaceState::Disconnected,
        });
        assert_eq!(row.isState, 4);
        let end = row.strInterfaceDescription.iter().position(|u| *u == 0);
        String::from_utf16(&row.strInterfaceDescription[..end.expect("a NUL")]).expect("whole")
    };

    assert_eq!(described("ath9k wlan0".into()), "ath9k wlan0");
    assert_eq!(described("a".repeat(300)), "a".repeat(255));
    // Two units each: the 128th has room for one only.
    assert_eq!(described("😀".repeat(200)), "😀".repeat(127));
    assert_eq!(described("a\0b".into()), "ab");
}

#[test]
fn wide_text_is_terminated_and_counted_in_bytes() {
    assert_eq!(
        wide_bytes("aé"),
        [0x61_u16, 0xe9, 0].map(u16::to_ne_bytes).concat()
    );
}
