//! Grammar as a table, pages against the files in `tests/netsh`, commands against a scripted
//! service.

mod commands;
mod grammar;
mod pages;
mod script;

use std::env;
use std::fs;
use std::path::Path;

use dot11::{MacAddr, Ssid};
use wlan_client::{KeyIdentity, PeerRow, Status};
use wlan_model::{
    Guid, HostedNetworkState, Interface, InterfaceDetails, InterfaceState, OperationMode,
    RadioState,
};

use super::words::{Word, words_of_line};

/// Compares `text` with the file of this name, every blank of it. `HOSTEDNET_BLESS=1` writes the
/// files instead; look at the difference before you commit it.
#[track_caller]
fn golden(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/netsh")
        .join(format!("{name}.txt"));
    if env::var_os("HOSTEDNET_BLESS").is_some() {
        fs::write(&path, text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, expected, "{}", path.display());
}

/// The words a shell makes of a line.
fn words(line: &str) -> Vec<Word> {
    words_of_line(line.as_bytes())
}

/// The network of the reference's sample, in this state.
fn status(state: HostedNetworkState) -> Status {
    let peer = |last| PeerRow {
        mac: MacAddr([last, 0xff, 0xff, 0xff, 0xff, 0xff]),
        key: KeyIdentity::Secondary,
        connected_ms: 1,
        retired_ms: None,
        management_protection: false,
    };
    let is_active = state == HostedNetworkState::Active;
    Status {
        state,
        ssid: Some(Ssid::new("hu-test").unwrap()),
        device: None,
        bssid: Some(MacAddr([0x68, 0x94, 0x23, 0xb9, 0x86, 0x9d])),
        channel: is_active.then_some(11),
        phy: Some(dot11::Phy::Ht),
        width: Some(dot11::ChannelWidth::Mhz20),
        isolate: false,
        max_peers: 100,
        radio: Some("wlan0".into()),
        enabled: true,
        secondary_key: None,
        peers: if is_active {
            vec![peer(0), peer(1)]
        } else {
            Vec::new()
        },
        unavailable: None,
        rejected_frames: 0,
    }
}

fn interface(ifname: &str, state: InterfaceState) -> InterfaceDetails {
    InterfaceDetails {
        interface: Interface {
            id: Guid::of_station(ifname),
            description: format!("ath9k_htc ({ifname})"),
            state,
        },
        ifname: ifname.into(),
        software: RadioState::On,
        hardware: RadioState::On,
        channel: (state == InterfaceState::Connected).then_some(11),
        mode: OperationMode::ExtensibleStation,
        hosted_network_capable: true,
        mfp_capable: true,
    }
}
