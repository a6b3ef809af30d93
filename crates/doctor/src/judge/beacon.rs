//! The own beacon, read back and compared with what was asked for.

use cause::Cause;
use dot11::element::{ElementId, Elements, Rsne};
use dot11::{AkmSuite, Channel, CipherSuite};

use crate::facts::{Beacon, Facts, Looked, Network, Service};
use crate::{Finding, Severity};

/// Time units between two beacons, as the miniport asks for.
const INTERVAL: u16 = 100;

pub(super) fn judge(facts: &Facts, found: &mut Vec<Finding>) {
    let Service::Answers(network) = &facts.service else {
        return;
    };
    if !network.active || network.radio.as_deref() == Some("sim") {
        return;
    }
    kernel(facts, network, found);
    match &facts.beacon {
        Looked::Unseen(why) => {
            let cause = Cause::new(
                format!("The network's own beacon was not read back: {why}."),
                "Look for the network with another device.",
            );
            found.push(Finding::new("beacon-not-read", Severity::Hint, cause));
        }
        Looked::Seen(beacon) => found.push(compare(network, beacon)),
    }
}

/// What the kernel says of the access point's interface.
fn kernel(facts: &Facts, network: &Network, found: &mut Vec<Finding>) {
    let name = network.radio.as_deref().unwrap_or_default();
    let all = facts.radios.iter().flat_map(|r| &r.interfaces);
    let Some(interface) = all.into_iter().find(|i| i.name == name) else {
        return;
    };
    let channel = interface
        .mhz
        .and_then(Channel::from_mhz)
        .map(Channel::number);
    let mut wrong = Vec::new();
    if interface.ssid != network.ssid {
        wrong.push(differs(
            "name",
            network.ssid.as_deref(),
            interface.ssid.as_deref(),
        ));
    }
    if channel != network.channel {
        wrong.push(differs(
            "channel",
            network.channel.map(|n| n.to_string()).as_deref(),
            channel.map(|n| n.to_string()).as_deref(),
        ));
    }
    if !interface.up {
        wrong.push(format!("{name} is down"));
    }
    if wrong.is_empty() {
        return;
    }
    let cause = Cause::new(
        format!("{name} is not as the service set it up: another program has changed it."),
        "Keep other programs (network managers, hostapd) off this interface, then start the network again.",
    );
    found.push(
        Finding::new("interface-changed", Severity::Obstacle, cause)
            .all_seen(wrong)
            .run("hostednet stop; hostednet start"),
    );
}

fn compare(network: &Network, beacon: &Beacon) -> Finding {
    let elements = Elements::new(&beacon.elements);
    let body = |id| elements.body(id);
    let mut wrong = Vec::new();
    let mut seen = Vec::new();
    let mut check = |what: &str, wanted: Option<String>, found: Option<String>| {
        if wanted == found {
            seen.push(format!("{what}: {}", found.unwrap_or_default()));
        } else {
            wrong.push(differs(what, wanted.as_deref(), found.as_deref()));
        }
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    check(
        "name",
        network.ssid.clone(),
        body(ElementId::SSID).map(text),
    );
    check(
        "address",
        network.bssid.as_ref().map(|a| a.to_lowercase()),
        Some(beacon.bssid.to_lowercase()),
    );
    let heard = Channel::from_mhz(beacon.mhz).map(|c| c.number().to_string());
    check("channel", network.channel.map(|n| n.to_string()), heard);
    check(
        "beacon interval",
        Some(INTERVAL.to_string()),
        Some(beacon.interval.to_string()),
    );
    // Key management beside PSK (PSK with SHA-256, for protected management frames) is an offer more.
    let wanted = Rsne::wpa2_personal();
    let rsn = body(ElementId::RSN).map(|b| match Rsne::parse(b) {
        Ok(mut rsne) => {
            if rsne.akm.contains(&AkmSuite::PSK) {
                rsne.akm = vec![AkmSuite::PSK];
            }
            security(&rsne)
        }
        Err(error) => error.to_string(),
    });
    check("security", Some(security(&wanted)), rsn);
    let by = format!("heard by {}", beacon.heard_by);
    if wrong.is_empty() {
        let cause = Cause::new(
            "The network's own beacon was read back, and is as asked.",
            "Nothing to do.",
        );
        return Finding::new("beacon", Severity::Ok, cause)
            .seen(by)
            .all_seen(seen);
    }
    let cause = Cause::new(
        "The network's own beacon is not as asked.",
        "Update the radio's driver or use another radio; another program may also have changed the interface.",
    );
    Finding::new("beacon-differs", Severity::Obstacle, cause)
        .seen(by)
        .all_seen(wrong)
}

fn differs(what: &str, wanted: Option<&str>, found: Option<&str>) -> String {
    let or = |text: Option<&str>| text.unwrap_or("none").escape_debug().to_string();
    format!("{what}: asked {}, found {}", or(wanted), or(found))
}

/// Ciphers and key management in words. Management frame protection is the radio's to offer, so it does
/// not count.
fn security(rsne: &Rsne) -> String {
    let ciphers: Vec<String> = rsne.pairwise.iter().map(cipher).collect();
    let akm: Vec<String> = rsne
        .akm
        .iter()
        .map(|a| match *a {
            AkmSuite::PSK => "PSK".to_owned(),
            other => format!("{other:?}"),
        })
        .collect();
    format!(
        "RSN, group {}, pairwise {}, {}",
        cipher(&rsne.group_cipher),
        ciphers.join(" "),
        akm.join(" ")
    )
}

fn cipher(suite: &CipherSuite) -> String {
    suite
        .meaning()
        .map_or_else(|| format!("{suite:?}"), str::to_owned)
}
