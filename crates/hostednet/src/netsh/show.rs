//! The pages of `netsh wlan show ...`. No input, no output: what the service answered in, a page
//! out.

use wlan_client::Status;
use wlan_model::{
    HostedNetworkState, InterfaceDetails, InterfaceState, PrimaryKey, RadioState, SecondaryKey,
};

use super::page::Page;
use crate::text::key::{characters, shown};

const AUTHENTICATION: &str = "WPA2-Personal";
const CIPHER: &str = "CCMP";
const NOT_CONFIGURED: &str = "<Not configured>";
const NOT_SPECIFIED: &str = "<Not specified>";

/// An interface, and its address where the system told it.
pub(crate) type InterfaceRow = (InterfaceDetails, Option<String>);

/// `show hostednetwork`. `allowed` is the enable property.
pub(crate) fn hosted_network(page: &mut Page, status: &Status, allowed: bool) {
    page.empty().heading("Hosted network settings");
    page.row("Mode", if allowed { "Allowed" } else { "Disallowed" });
    match &status.ssid {
        Some(ssid) => page
            .row("SSID name", &format!("\"{ssid}\""))
            .row("Max number of clients", &status.max_peers.to_string())
            .row("Authentication", AUTHENTICATION)
            .row("Cipher", CIPHER),
        None => page.row("Settings", NOT_CONFIGURED),
    };
    page.empty().heading("Hosted network status");
    page.row("Status", state(status.state));
    if status.state == HostedNetworkState::Active {
        if let Some(bssid) = status.bssid {
            page.row("BSSID", &bssid.to_string());
        }
        page.row("Radio type", radio_type(status));
        if let Some(channel) = status.channel {
            page.row("Channel", &channel.to_string());
        }
        page.row("Number of clients", &status.peers.len().to_string());
        for peer in &status.peers {
            page.line(&format!("        {}        Authenticated", peer.mac));
        }
    }
    page.empty();
}

const fn state(state: HostedNetworkState) -> &'static str {
    match state {
        HostedNetworkState::Active => "Started",
        HostedNetworkState::Idle => "Not started",
        HostedNetworkState::Unavailable => "Not available",
    }
}

/// The PHY by the amendment that brought it.
fn radio_type(status: &Status) -> &'static str {
    status.phy.unwrap_or(dot11::Phy::Erp).amendment()
}

/// `show hostednetwork setting=security`. The primary key is there as soon as there is a network.
pub(crate) fn security(
    page: &mut Page,
    primary: Option<&PrimaryKey>,
    secondary: Option<&(SecondaryKey, bool)>,
) {
    page.empty().heading("Hosted network security settings");
    page.row("Authentication", AUTHENTICATION)
        .row("Cipher", CIPHER);
    match primary {
        Some(key) => page.row("System security key", &characters(key.expose())),
        None => page.row("System security key", NOT_CONFIGURED),
    };
    match secondary {
        Some((key, is_persistent)) => {
            let usage = if *is_persistent {
                "Persistent"
            } else {
                "Temporary"
            };
            page.row("User security key", &shown(key))
                .row("User security key usage", usage)
        }
        None => page
            .row("User security key", NOT_SPECIFIED)
            .row("User security key usage", NOT_SPECIFIED),
    };
    page.empty();
}

/// `show settings`.
pub(crate) fn settings(page: &mut Page, allowed: bool, interfaces: &[InterfaceRow]) {
    page.empty().heading("Wireless LAN settings");
    // Nothing here blocks networks or keeps profiles of stations: the answers are always these.
    for line in [
        "Show blocked networks in visible network list: No",
        "Only use GP profiles on GP-configured networks: No",
    ] {
        page.line(&format!("    {line}")).empty();
    }
    page.line(&format!(
        "    Hosted network mode allowed in WLAN service: {}",
        yes(allowed)
    ))
    .empty();
    page.line("    Block period: Not Configured.").empty();
    for (details, _) in interfaces {
        page.line(&format!(
            "    Auto configuration logic is disabled on interface \"{}\"",
            details.ifname
        ));
    }
    if !interfaces.is_empty() {
        page.empty();
    }
}

/// `show drivers`.
pub(crate) fn drivers(page: &mut Page, interfaces: &[InterfaceRow]) {
    for (details, _) in interfaces {
        page.empty()
            .message(&format!("Interface name: {}", details.ifname))
            .empty()
            .wide_row("Driver", 26, &details.interface.description)
            .wide_row("Type", 26, "Native Wi-Fi Driver")
            .wide_row("FIPS 140-2 mode supported", 26, "No")
            .line(&format!(
                "    802.11w Management Frame Protection supported : {}",
                yes(details.mfp_capable)
            ))
            .wide_row(
                "Hosted network supported",
                26,
                yes(details.hosted_network_capable),
            );
    }
    page.empty();
}

const fn yes(is: bool) -> &'static str {
    if is { "Yes" } else { "No" }
}

/// `show interfaces`.
pub(crate) fn interfaces(
    page: &mut Page,
    interfaces: &[InterfaceRow],
    network: HostedNetworkState,
) {
    let count = match interfaces.len() {
        1 => "There is 1 interface on the system:".to_owned(),
        n => format!("There are {n} interfaces on the system:"),
    };
    page.empty().message(&count);
    for (details, address) in interfaces {
        page.empty()
            .row("Name", &details.ifname)
            .row("Description", &details.interface.description)
            .row("GUID", &details.interface.id.to_string());
        if let Some(address) = address {
            page.row("Physical address", address);
        }
        page.row("State", interface_state(details.interface.state));
        if let Some(channel) = details.channel {
            page.row("Channel", &channel.to_string());
        }
        page.row("Radio status", &switch("Hardware", details.hardware))
            .line(&format!(
                "{:29}{}",
                "",
                switch("Software", details.software)
            ));
    }
    page.empty()
        .row("Hosted network status", state(network))
        .empty();
}

fn switch(which: &str, position: RadioState) -> String {
    let position = match position {
        RadioState::On => "On",
        RadioState::Off => "Off",
        RadioState::Unknown => "Unknown",
    };
    format!("{which} {position}")
}

const fn interface_state(state: InterfaceState) -> &'static str {
    match state {
        InterfaceState::NotReady => "not ready",
        InterfaceState::Connected => "connected",
        InterfaceState::AdHocNetworkFormed => "ad hoc network formed",
        InterfaceState::Disconnecting => "disconnecting",
        InterfaceState::Disconnected => "disconnected",
        InterfaceState::Associating => "associating",
        InterfaceState::Discovering => "discovering",
        InterfaceState::Authenticating => "authenticating",
    }
}
