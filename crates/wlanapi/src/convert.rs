//! From our vocabulary to the structures of the Windows headers.

use dot11::{MacAddr, Phy};
use wlan_model::{
    ConnectionSettings, Guid, HostedNetworkState, Interface, PeerAuthState, RadioState, Reason,
};
use wlan_rpc::Status;

use crate::types::{
    DOT11_PHY_TYPE, DOT11_RADIO_STATE, DOT11_SSID, GUID, WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS,
    WLAN_HOSTED_NETWORK_DATA_PEER_STATE_CHANGE, WLAN_HOSTED_NETWORK_PEER_AUTH_STATE,
    WLAN_HOSTED_NETWORK_PEER_STATE, WLAN_HOSTED_NETWORK_RADIO_STATE,
    WLAN_HOSTED_NETWORK_STATE_CHANGE, WLAN_HOSTED_NETWORK_STATUS, WLAN_INTERFACE_INFO,
    WLAN_MAX_NAME_LENGTH,
};

#[cfg(test)]
mod tests;

/// The structure: its first three members are numbers, in the order of the text form.
pub(crate) const fn guid(guid: Guid) -> GUID {
    let [a, b, c, d, e, f, g, h, rest @ ..] = guid.0;
    GUID {
        data1: u32::from_be_bytes([a, b, c, d]),
        data2: u16::from_be_bytes([e, f]),
        data3: u16::from_be_bytes([g, h]),
        data4: rest,
    }
}

/// The way back.
pub(crate) fn from_guid(guid: GUID) -> Guid {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&guid.data1.to_be_bytes());
    bytes[4..6].copy_from_slice(&guid.data2.to_be_bytes());
    bytes[6..8].copy_from_slice(&guid.data3.to_be_bytes());
    bytes[8..].copy_from_slice(&guid.data4);
    Guid(bytes)
}

pub(crate) const fn radio_state(state: RadioState) -> DOT11_RADIO_STATE {
    match state {
        RadioState::Unknown => 0,
        RadioState::On => 1,
        RadioState::Off => 2,
    }
}

const fn auth_state(state: PeerAuthState) -> WLAN_HOSTED_NETWORK_PEER_AUTH_STATE {
    match state {
        PeerAuthState::Invalid => 0,
        PeerAuthState::Authenticated => 1,
    }
}

const fn peer(mac: MacAddr, state: PeerAuthState) -> WLAN_HOSTED_NETWORK_PEER_STATE {
    WLAN_HOSTED_NETWORK_PEER_STATE {
        PeerMacAddress: mac.0,
        padding: [0; 2],
        PeerAuthState: auth_state(state),
    }
}

pub(crate) const fn state_change(
    old: HostedNetworkState,
    new: HostedNetworkState,
    reason: Reason,
) -> WLAN_HOSTED_NETWORK_STATE_CHANGE {
    WLAN_HOSTED_NETWORK_STATE_CHANGE {
        OldState: old.value(),
        NewState: new.value(),
        StateChangeReason: reason.value(),
    }
}

pub(crate) const fn peer_state_change(
    mac: MacAddr,
    old: PeerAuthState,
    new: PeerAuthState,
    reason: Reason,
) -> WLAN_HOSTED_NETWORK_DATA_PEER_STATE_CHANGE {
    WLAN_HOSTED_NETWORK_DATA_PEER_STATE_CHANGE {
        OldState: peer(mac, old),
        NewState: peer(mac, new),
        PeerStateChangeReason: reason.value(),
    }
}

pub(crate) const fn radio_state_change(
    software: RadioState,
    hardware: RadioState,
) -> WLAN_HOSTED_NETWORK_RADIO_STATE {
    WLAN_HOSTED_NETWORK_RADIO_STATE {
        dot11SoftwareRadioState: radio_state(software),
        dot11HardwareRadioState: radio_state(hardware),
    }
}

pub(crate) fn connection_settings(
    settings: &ConnectionSettings,
) -> WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS {
    let name = settings.ssid.as_bytes();
    let mut ssid = DOT11_SSID::default();
    for (to, from) in ssid.ucSSID.iter_mut().zip(name) {
        *to = *from;
    }
    ssid.uSSIDLength = u32::try_from(name.len()).unwrap_or_default();
    WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS {
        hostedNetworkSSID: ssid,
        dwMaxNumberOfPeers: settings.max_peers,
    }
}

/// The fixed part of a status, and its peers. What is not to be used in a state is zero.
pub(crate) fn status(
    status: &Status,
) -> (
    WLAN_HOSTED_NETWORK_STATUS,
    Vec<WLAN_HOSTED_NETWORK_PEER_STATE>,
) {
    let mut out = WLAN_HOSTED_NETWORK_STATUS {
        HostedNetworkState: status.state.value(),
        ..Default::default()
    };
    if status.state == HostedNetworkState::Unavailable {
        return (out, Vec::new());
    }
    out.IPDeviceID = status.device.map_or_else(GUID::default, guid);
    out.wlanHostedNetworkBSSID = status.bssid.map_or([0; 6], |mac| mac.0);
    if status.state != HostedNetworkState::Active {
        return (out, Vec::new());
    }
    out.dot11PhyType = phy_type(status);
    out.ulChannelFrequency = status.channel.unwrap_or_default().into();
    let peers: Vec<_> = status
        .peers
        .iter()
        .map(|row| peer(row.mac, PeerAuthState::Authenticated))
        .collect();
    out.dwNumberOfPeers = u32::try_from(peers.len()).unwrap_or(u32::MAX);
    (out, peers)
}

fn phy_type(status: &Status) -> DOT11_PHY_TYPE {
    let phy = status.phy.unwrap_or(Phy::Erp).dot11_phy_type();
    DOT11_PHY_TYPE::try_from(phy).unwrap_or_default()
}

pub(crate) fn interface(interface: &Interface) -> WLAN_INTERFACE_INFO {
    let mut description = [0; WLAN_MAX_NAME_LENGTH];
    // The last unit stays zero; a character of two units is never cut in half.
    let mut room = &mut description[..WLAN_MAX_NAME_LENGTH - 1];
    for character in interface.description.chars().filter(|c| *c != '\0') {
        if character.len_utf16() > room.len() {
            break;
        }
        let len = character.encode_utf16(room).len();
        room = &mut room[len..];
    }
    WLAN_INTERFACE_INFO {
        InterfaceGuid: guid(interface.id),
        strInterfaceDescription: description,
        isState: interface.state.value(),
    }
}

/// UTF-16 with its NUL, as bytes in memory order.
pub(crate) fn wide_bytes(text: &str) -> Vec<u8> {
    text.encode_utf16()
        .chain([0])
        .flat_map(u16::to_ne_bytes)
        .collect()
}
