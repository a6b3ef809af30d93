//! The radios: whether one can carry an access point now.

use cause::Cause;
use wlan_model::Reason;

use super::chosen;
use crate::facts::{Facts, Radio, Room, Service};
use crate::{Finding, Severity};

pub(super) fn judge(facts: &Facts, found: &mut Vec<Finding>) {
    if let Some(cause) = &facts.no_radio {
        found.push(
            Finding::new("no-radio", Severity::Obstacle, cause.clone())
                .leads_to(Reason::InterfaceUnavailable),
        );
    }
    let Some(radio) = chosen(facts) else { return };
    one(facts, radio, found);
    for other in &facts.radios {
        if other.phy != radio.phy {
            found.push(beside(radio, other));
        }
    }
}

/// The radio that counts.
fn one(facts: &Facts, radio: &Radio, found: &mut Vec<Finding>) {
    let before = found.len();
    let phy = &radio.phy;
    if radio.gone {
        let cause = Cause::new(
            format!("Radio {phy} went away while it was looked at."),
            "Plug it in again; one that comes and goes has a bad plug or driver (`dmesg`).",
        );
        found.push(
            Finding::new("radio-gone", Severity::Obstacle, cause)
                .seen(named(radio))
                .leads_to(Reason::InterfaceUnavailable),
        );
        return;
    }
    if let Some(cause) = &radio.unfit {
        let id = if radio.access_point {
            "unfit-driver"
        } else {
            "no-ap-mode"
        };
        found.push(
            Finding::new(id, Severity::Obstacle, cause.clone())
                .seen(named(radio))
                .leads_to(Reason::InterfaceUnavailable),
        );
    } else if radio.firmware {
        let cause = Cause::new(
            format!("The firmware of radio {phy} answers stations by itself."),
            "Nothing to do. This way was tried with recorded and simulated radios only, not with hardware.",
        );
        found.push(Finding::new("firmware-radio", Severity::Hint, cause).seen(named(radio)));
    }
    switches(radio, found);
    if radio.unfit.is_none() {
        room(facts, radio, found);
    }
    if let Some(cause) = &radio.excluded {
        found.push(
            Finding::new("incompatible-interface", Severity::Obstacle, cause.clone())
                .all_seen(interfaces(radio))
                .leads_to(Reason::IncompatibleConnectionStarted),
        );
    }
    if !radio.ccmp {
        found.push(
            Finding::new(
                "no-ccmp",
                Severity::Obstacle,
                ::radio::refusal::no_cipher(phy, "CCMP"),
            )
            .seen(named(radio))
            .leads_to(Reason::ApStartFailed),
        );
    }
    if !radio.bip {
        let cause = Cause::new(
            format!("Radio {phy} has no BIP: management frames stay unprotected (802.11w)."),
            "Nothing to do; anybody near can send its stations away for a moment.",
        );
        found.push(Finding::new("no-bip", Severity::Hint, cause).seen(named(radio)));
    }
    station_limit(facts, radio, found);
    gone(radio, found);
    if found
        .get(before..)
        .is_some_and(|mine| mine.iter().all(|f| f.severity < Severity::Obstacle))
    {
        let how = match &radio.room {
            Room::Instead(name) => format!("{name} becomes the access point meanwhile"),
            _ => "the access point gets an interface of its own".to_owned(),
        };
        let cause = Cause::new(
            format!("Radio {phy} can carry the network: {how}."),
            "Nothing to do.",
        );
        found.push(Finding::new("radio", Severity::Ok, cause).seen(named(radio)));
    }
}

fn switches(radio: &Radio, found: &mut Vec<Finding>) {
    let Some(cause) = &radio.silent else { return };
    let hard = radio.switches.iter().any(|s| s.hard);
    let seen = radio.switches.iter().map(|s| {
        let state = |off: bool| if off { "off" } else { "on" };
        format!(
            "/sys/class/rfkill/{} of {}: software {}, hardware {}",
            s.name,
            radio.phy,
            state(s.soft),
            state(s.hard)
        )
    });
    let id = if hard { "rfkill-hard" } else { "rfkill-soft" };
    let finding = Finding::new(id, Severity::Obstacle, cause.clone())
        .all_seen(seen)
        .leads_to(Reason::InterfaceUnavailable);
    found.push(if hard {
        finding
    } else {
        finding.run("rfkill unblock wifi")
    });
}

fn room(facts: &Facts, radio: &Radio, found: &mut Vec<Finding>) {
    match &radio.room {
        Room::Own => {}
        Room::Instead(name) => {
            let cause = Cause::new(
                format!(
                    "Radio {} cannot be a station beside an access point: while the network runs, {name} is \
                     the access point and no station.",
                    radio.phy
                ),
                "Connect this machine by cable or another radio if it needs the internet meanwhile.",
            );
            found.push(
                Finding::new("not-beside-station", Severity::Warning, cause)
                    .seen(beside_station(radio))
                    .all_seen(interfaces(radio)),
            );
        }
        Room::None(cause) => found.push(
            Finding::new("no-room", Severity::Obstacle, cause.clone())
                .seen(beside_station(radio))
                .all_seen(interfaces(radio))
                .leads_to(Reason::InterfaceUnavailable),
        ),
    }
    let connected = radio
        .interfaces
        .iter()
        .any(|i| i.kind == "station" && i.mhz.is_some());
    let active = matches!(&facts.service, Service::Answers(n) if n.active);
    if radio.room == Room::Own && radio.beside_station == Some(1) && !connected && !active {
        let cause = Cause::new(
            format!(
                "Radio {} has one channel for everything: once it is also a station, that network's channel \
                 is ours.",
                radio.phy
            ),
            "Nothing to do.",
        );
        found.push(Finding::new("one-channel", Severity::Ok, cause).seen(beside_station(radio)));
    }
}

fn station_limit(facts: &Facts, radio: &Radio, found: &mut Vec<Finding>) {
    let Some(most) = radio.max_stations else {
        return;
    };
    let wanted = match &facts.service {
        Service::Answers(network) => network.max_peers,
        _ => return,
    };
    if u32::from(most) < wanted {
        let cause = Cause::new(
            format!(
                "Radio {} serves {most} stations, the network's limit is {wanted}: the next one is refused.",
                radio.phy
            ),
            format!("Set the limit to {most} if that should show, or use another radio."),
        );
        found.push(
            Finding::new("station-limit", Severity::Hint, cause)
                .seen(named(radio))
                .run(format!("hostednet set --max-peers {most}")),
        );
    }
}

/// Interfaces that were there when the kernel was asked for all, and not when it was asked for one.
fn gone(radio: &Radio, found: &mut Vec<Finding>) {
    for interface in radio.interfaces.iter().filter(|i| i.gone) {
        let cause = Cause::new(
            format!("{} went away while it was looked at.", interface.name),
            "Run the doctor again; a radio that comes and goes has a bad plug or driver (`dmesg`).",
        );
        found.push(Finding::new("interface-gone", Severity::Hint, cause).seen(named(radio)));
    }
}

/// Another radio of the machine, in one line.
fn beside(chosen: &Radio, other: &Radio) -> Finding {
    let phy = &other.phy;
    let gone = other
        .gone
        .then(|| Cause::new("it went away while it was looked at.", "Plug it in again."));
    let why = gone
        .as_ref()
        .or(other.unfit.as_ref())
        .or(other.silent.as_ref())
        .or(match &other.room {
            Room::None(cause) => Some(cause),
            _ => None,
        });
    let cause = match (why, other.interfaces.iter().find(|i| i.maker.is_none())) {
        (Some(why), _) => Cause::new(
            format!(
                "The other radio {phy} could not carry the network: {}",
                why.text
            ),
            why.remedy.clone(),
        ),
        (None, Some(interface)) => Cause::new(
            format!(
                "There is another radio, {phy}, which could carry the network instead of {}.",
                chosen.phy
            ),
            format!(
                "Name it with `--radio {}` if you want that.",
                interface.name
            ),
        ),
        (None, None) => Cause::new(
            format!("There is another radio, {phy}, which has no interface."),
            format!(
                "Make one if you want to use it (`iw phy {phy} interface add wlan9 type station`)."
            ),
        ),
    };
    Finding::new("other-radio", Severity::Ok, cause).seen(named(other))
}

fn named(radio: &Radio) -> String {
    let driver = radio.driver.as_deref().unwrap_or("unknown");
    let limit = radio
        .max_stations
        .map(|n| format!(", at most {n} stations"))
        .unwrap_or_default();
    format!("{}, driver {driver}{limit}", radio.phy)
}

fn beside_station(radio: &Radio) -> String {
    match radio.beside_station {
        Some(n) => format!(
            "the driver's interface combinations allow station and access point together, on {n} channel{}",
            if n == 1 { "" } else { "s" }
        ),
        None => {
            "the driver's interface combinations allow no access point beside a station".to_owned()
        }
    }
}

/// All interfaces of a radio, a line each.
pub(super) fn interfaces(radio: &Radio) -> Vec<String> {
    let line = |i: &crate::facts::Interface| {
        // A P2P device has neither a name nor a link that could be up.
        if i.name.is_empty() {
            return format!("{} without a network interface", i.kind);
        }
        let mut line = format!("{}: {}", i.name, i.kind);
        line.push_str(if i.up { ", up" } else { ", down" });
        if let Some(ssid) = &i.ssid {
            line.push_str(&format!(", network \"{}\"", ssid.escape_default()));
        }
        if let Some(channel) = i.mhz.and_then(dot11::Channel::from_mhz) {
            line.push_str(&format!(", channel {}", channel.number()));
        }
        if let Some((pid, alive)) = i.maker {
            let state = if alive { "runs" } else { "has ended" };
            line.push_str(&format!(
                ", made by hostednet (process {pid}, which {state})"
            ));
        }
        line
    };
    radio.interfaces.iter().map(line).collect()
}
