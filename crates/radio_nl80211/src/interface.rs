//! Wireless interfaces, and which of them an access point can have.

use dot11::{Channel, MacAddr};
use radio::{Cause, CommandError, CommandErrorKind};

use crate::consts;
use crate::netlink::Attrs;
use crate::wiphy::Wiphy;

/// A wireless interface as the kernel describes it (`GET_INTERFACE`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interface {
    /// Index; 0 for one without a network device (P2P device).
    pub ifindex: u32,
    /// Name.
    pub name: String,
    /// Number of its radio.
    pub wiphy: u32,
    /// `NL80211_IFTYPE_*`.
    pub iftype: u32,
    /// Its address.
    pub address: MacAddr,
    /// Centre frequency in MHz while it holds a channel.
    pub mhz: Option<u32>,
    /// The network it belongs to, while it does.
    pub ssid: Option<Vec<u8>>,
}

impl Interface {
    /// Whether somebody communicates through it.
    #[must_use]
    pub const fn in_use(&self) -> bool {
        self.mhz.is_some() || self.ssid.is_some()
    }

    /// The channel it holds.
    #[must_use]
    pub fn channel(&self) -> Option<Channel> {
        self.mhz.and_then(Channel::from_mhz)
    }
}

/// Reads the attributes of one interface.
#[must_use]
pub fn parse(attrs: Attrs<'_>) -> Interface {
    let mut out = Interface::default();
    for attr in attrs {
        match attr.kind {
            consts::ATTR_IFINDEX => out.ifindex = attr.u32().unwrap_or_default(),
            consts::ATTR_IFNAME => out.name = attr.text().unwrap_or_default().to_owned(),
            consts::ATTR_WIPHY => out.wiphy = attr.u32().unwrap_or_default(),
            consts::ATTR_IFTYPE => out.iftype = attr.u32().unwrap_or_default(),
            consts::ATTR_MAC => out.address = attr.mac().unwrap_or_default(),
            consts::ATTR_WIPHY_FREQ => out.mhz = attr.u32(),
            consts::ATTR_SSID if !attr.data.is_empty() => out.ssid = Some(attr.data.to_vec()),
            _ => {}
        }
    }
    out
}

/// How the access point gets its interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// An interface of its own beside the others.
    Create,
    /// This interface changes its type while the access point needs it.
    Convert(Interface),
}

/// Why this radio can never carry an access point of ours; `None` when it can.
pub(crate) fn unfit(wiphy: &Wiphy) -> Option<Cause> {
    let name = &wiphy.name;
    if !wiphy.has_iftype(consts::IFTYPE_AP) {
        return Some(Cause::new(
            format!("The driver of radio {name} offers no access point mode."),
            "Use another radio (`iw list` shows \"AP\" under \"Supported interface modes\").",
        ));
    }
    let lacks = |c| !wiphy.commands.contains(&c);
    if lacks(consts::CMD_START_AP) {
        return Some(Cause::new(
            format!("The driver of radio {name} starts no access point over nl80211."),
            "Update the kernel, or use another radio.",
        ));
    }
    // Firmware that answers stations by itself needs no frames of ours.
    if !wiphy.own_sme && lacks(consts::CMD_FRAME) {
        return Some(Cause::new(
            format!("The driver of radio {name} sends no frames for programs."),
            "Use a radio whose driver does (one built on mac80211).",
        ));
    }
    None
}

/// Whether this radio can carry an access point of ours, not asking what it is used for just now.
pub(crate) fn capable(wiphy: &Wiphy) -> bool {
    unfit(wiphy).is_none() && wiphy.channels_for(&[consts::IFTYPE_AP]).is_some()
}

/// Whether no access point of ours stands beside an interface of this type: an ad hoc network and
/// monitoring exclude one (the Hosted Network's documentation: "incompatible connection").
pub(crate) const fn excludes(iftype: u32) -> bool {
    matches!(iftype, consts::IFTYPE_ADHOC | consts::IFTYPE_MONITOR)
}

/// Why no access point can stand beside this interface while it is up.
pub(crate) fn exclusion(interface: &Interface) -> Cause {
    let name = &interface.name;
    let text = if interface.iftype == consts::IFTYPE_ADHOC {
        format!("{name} is in an ad hoc network, beside which the radio carries no access point.")
    } else {
        format!("{name} monitors the air, beside which the radio carries no access point.")
    };
    let remedy = format!("End that (`ip link set {name} down`), then start the network again.");
    Cause::new(text, remedy)
}

fn refuse(kind: CommandErrorKind, text: impl Into<String>, remedy: &str) -> CommandError {
    CommandError {
        kind,
        cause: Cause::new(text, remedy),
    }
}

/// There is no radio at all.
pub(crate) fn no_radio() -> Cause {
    Cause::new(
        "This machine has no radio that the kernel knows.",
        "Plug one in or load its driver, or use the simulated radio (`--radio sim`).",
    )
}

/// There is no interface of this name.
pub(crate) fn no_interface(name: &str) -> Cause {
    Cause::new(
        format!("There is no wireless interface {name}."),
        "Name one that `iw dev` shows, or `auto`.",
    )
}

/// Picks the radio and how its access point gets an interface: the radio of the interface `wanted`,
/// or the first that can carry an access point now.
pub(crate) fn choose<'a>(
    wiphys: &'a [Wiphy],
    interfaces: &[Interface],
    wanted: Option<&str>,
    convert: bool,
) -> Result<(&'a Wiphy, Plan), CommandError> {
    use CommandErrorKind::{NotFound, NotSupported};
    let attempt = |wiphy: &'a Wiphy| match unfit(wiphy) {
        Some(cause) => Err(CommandError {
            kind: NotSupported,
            cause,
        }),
        None => plan(wiphy, &on(wiphy, interfaces), wanted, convert).map(|plan| (wiphy, plan)),
    };
    if let Some(name) = wanted {
        let wiphy = interfaces
            .iter()
            .find(|i| i.name == name)
            .and_then(|i| wiphys.iter().find(|w| w.index == i.wiphy))
            .ok_or_else(|| CommandError {
                kind: NotFound,
                cause: no_interface(name),
            })?;
        return attempt(wiphy);
    }
    let mut best = CommandError {
        kind: NotFound,
        cause: no_radio(),
    };
    for wiphy in wiphys {
        match attempt(wiphy) {
            Ok(found) => return Ok(found),
            // A radio that could, were it not in use, is a better thing to tell of.
            Err(e) if e.kind == CommandErrorKind::Busy || best.kind == NotFound => best = e,
            Err(_) => {}
        }
    }
    Err(best)
}

/// The interfaces of one radio.
pub(crate) fn on<'a>(wiphy: &Wiphy, interfaces: &'a [Interface]) -> Vec<&'a Interface> {
    interfaces
        .iter()
        .filter(|i| i.wiphy == wiphy.index)
        .collect()
}

/// Decides how an access point gets an interface on `wiphy`. `others` are the interfaces there are
/// on it; `convert` rules an additional one out.
fn plan(
    wiphy: &Wiphy,
    others: &[&Interface],
    wanted: Option<&str>,
    convert: bool,
) -> Result<Plan, CommandError> {
    let mut kinds: Vec<u32> = others.iter().map(|i| i.iftype).collect();
    kinds.push(consts::IFTYPE_AP);
    if !convert && wiphy.channels_for(&kinds).is_some() {
        return Ok(Plan::Create);
    }
    // A monitor or a P2P device is not what a person means by "the interface".
    let candidate = others
        .iter()
        .filter(|i| i.ifindex != 0 && i.iftype == consts::IFTYPE_STATION)
        .find(|i| wanted.is_none_or(|name| i.name == name));
    let Some(candidate) = candidate else {
        return Err(refuse(
            CommandErrorKind::Busy,
            format!(
                "Radio {} cannot have another interface beside those it has.",
                wiphy.name
            ),
            "Remove interfaces that nobody needs (`iw dev`).",
        ));
    };
    if candidate.in_use() {
        let network = candidate
            .ssid
            .as_deref()
            .map(|s| format!(" to \"{}\"", String::from_utf8_lossy(s).escape_default()))
            .unwrap_or_default();
        return Err(refuse(
            CommandErrorKind::Busy,
            format!(
                "{} is connected{network}, and radio {} cannot be an access point at the same time.",
                candidate.name, wiphy.name
            ),
            "Disconnect it first, or use another radio.",
        ));
    }
    kinds.clear();
    kinds.extend(
        others
            .iter()
            .filter(|i| i.ifindex != candidate.ifindex)
            .map(|i| i.iftype),
    );
    kinds.push(consts::IFTYPE_AP);
    if wiphy.channels_for(&kinds).is_none() {
        return Err(refuse(
            CommandErrorKind::Busy,
            format!(
                "Radio {} has interfaces that exclude an access point.",
                wiphy.name
            ),
            "Remove interfaces that nobody needs (`iw dev`).",
        ));
    }
    Ok(Plan::Convert((*candidate).clone()))
}

/// The channel an access point must use because another interface of the radio holds it and the
/// radio has no second one.
pub(crate) fn forced_channel(wiphy: &Wiphy, others: &[&Interface]) -> Option<Channel> {
    let mut kinds: Vec<u32> = others.iter().map(|i| i.iftype).collect();
    kinds.push(consts::IFTYPE_AP);
    let mut held: Vec<Channel> = others
        .iter()
        .filter(|i| i.iftype != consts::IFTYPE_MONITOR)
        .filter_map(|i| i.channel())
        .collect();
    held.sort_unstable();
    held.dedup();
    let room = usize::try_from(wiphy.channels_for(&kinds).unwrap_or(1)).unwrap_or(1);
    if held.len() < room {
        None
    } else {
        held.first().copied()
    }
}

/// Addresses to try for an interface of its own, best first: from the hardware's list, else the
/// radio's address made locally administered. The same radio gives the same address every time.
pub(crate) fn addresses(wiphy: &Wiphy, permanent: MacAddr, taken: &[MacAddr]) -> Vec<MacAddr> {
    let mask = wiphy.address_mask.0;
    let any = mask == [0; 6];
    let within_mask = |a: MacAddr| {
        any || a
            .0
            .iter()
            .zip(permanent.0)
            .zip(mask)
            .all(|((x, p), m)| (x ^ p) & !m == 0)
    };
    let derived = (0u8..32).flat_map(|i| {
        let [a, b, c, d, e, f] = permanent.0;
        let local = (a | 0x02) ^ (i << 2);
        [
            MacAddr([local, b, c, d, e, f]),
            MacAddr([a, b, c, d, e, f ^ i]),
        ]
    });
    let mut out: Vec<MacAddr> = Vec::new();
    for address in wiphy.addresses.iter().copied().chain(derived) {
        let fits = address.is_unicast() && within_mask(address);
        if fits && !taken.contains(&address) && !out.contains(&address) {
            out.push(address);
        }
    }
    // The last byte may only vary where nothing better is left.
    if any {
        out.retain(|a| a.0[0] & 0x02 != 0);
    }
    out.truncate(4);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wiphy::Combination;

    const AP: u32 = 1 << 3;
    const STATION: u32 = 1 << 2;
    const P2P_DEVICE: u32 = 1 << 10;

    fn wiphy(combinations: Vec<Combination>) -> Wiphy {
        Wiphy {
            name: "phy0".into(),
            iftypes: AP | STATION,
            commands: vec![consts::CMD_FRAME, consts::CMD_START_AP],
            combinations,
            ..Wiphy::default()
        }
    }

    fn one_of_each() -> Vec<Combination> {
        vec![Combination {
            max: 2,
            channels: 1,
            limits: vec![(1, STATION), (1, AP)],
        }]
    }

    fn station(name: &str, ifindex: u32) -> Interface {
        Interface {
            name: name.into(),
            ifindex,
            iftype: consts::IFTYPE_STATION,
            ..Interface::default()
        }
    }

    #[test]
    fn an_own_interface_is_made_where_the_combinations_allow_it() {
        let w = wiphy(one_of_each());
        assert_eq!(
            plan(&w, &[&station("wlan0", 2)], None, false),
            Ok(Plan::Create)
        );
    }

    #[test]
    fn a_radio_without_combinations_gives_its_only_interface() {
        let w = wiphy(vec![]);
        let wlan0 = station("wlan0", 2);
        assert_eq!(
            plan(&w, &[&wlan0], None, false),
            Ok(Plan::Convert(wlan0.clone()))
        );
        assert_eq!(plan(&w, &[], None, false), Ok(Plan::Create));
    }

    #[test]
    fn a_connected_interface_is_not_converted() {
        let mut wlan0 = station("wlan0", 2);
        wlan0.mhz = Some(2437);
        wlan0.ssid = Some(b"Home\x1b".to_vec());
        let error = plan(&wiphy(vec![]), &[&wlan0], None, false).unwrap_err();
        assert_eq!(error.kind, CommandErrorKind::Busy);
        assert!(
            error
                .cause
                .text
                .contains("wlan0 is connected to \"Home\\u{1b}\""),
            "{error}"
        );
    }

    #[test]
    fn another_interface_than_the_named_one_is_never_converted() {
        let (wlan0, wlan1) = (station("wlan0", 2), station("wlan1", 3));
        let two = wiphy(vec![Combination {
            max: 2,
            channels: 1,
            limits: vec![(2, STATION), (1, AP)],
        }]);
        let got = plan(&two, &[&wlan0, &wlan1], Some("wlan1"), false);
        assert_eq!(got, Ok(Plan::Convert(wlan1.clone())));
    }

    #[test]
    fn other_interfaces_that_exclude_an_access_point_are_named_as_the_reason() {
        let w = wiphy(vec![Combination {
            max: 1,
            channels: 1,
            limits: vec![(1, STATION | AP)],
        }]);
        let p2p = Interface {
            iftype: 10,
            ..Interface::default()
        };
        let error = plan(&w, &[&station("wlan0", 2), &p2p], None, false).unwrap_err();
        assert_eq!(error.kind, CommandErrorKind::Busy);
        let with_p2p = wiphy(vec![Combination {
            max: 2,
            channels: 1,
            limits: vec![(1, STATION | AP), (1, P2P_DEVICE)],
        }]);
        let wlan0 = station("wlan0", 2);
        assert_eq!(
            plan(&with_p2p, &[&wlan0, &p2p], None, false),
            Ok(Plan::Convert(wlan0.clone()))
        );
    }

    #[test]
    fn a_connection_on_a_single_channel_radio_forces_its_channel() {
        let mut wlan0 = station("wlan0", 2);
        let single = wiphy(one_of_each());
        assert_eq!(forced_channel(&single, &[&wlan0]), None);
        wlan0.mhz = Some(2462);
        assert_eq!(forced_channel(&single, &[&wlan0]), Channel::new(11));
        let mut dual = one_of_each();
        dual[0].channels = 2;
        assert_eq!(forced_channel(&wiphy(dual), &[&wlan0]), None);
    }

    #[test]
    fn a_radio_without_access_point_mode_is_refused_with_its_reason() {
        let mut w = wiphy(vec![]);
        w.iftypes = STATION;
        let error = choose(&[w.clone()], &[], None, false).unwrap_err();
        assert_eq!(error.kind, CommandErrorKind::NotSupported);
        w.iftypes = AP;
        w.commands = vec![consts::CMD_START_AP];
        let error = choose(&[w.clone()], &[], None, false).unwrap_err();
        assert!(error.cause.text.contains("no frames"), "{error}");
        w.own_sme = true;
        assert!(choose(&[w.clone()], &[], None, false).is_ok());
        w.commands = vec![consts::CMD_FRAME];
        let error = choose(&[w.clone()], &[], None, false).unwrap_err();
        assert!(
            error.cause.text.contains("starts no access point"),
            "{error}"
        );
        w.own_sme = false;
        w.commands = vec![consts::CMD_FRAME, consts::CMD_START_AP];
        assert!(choose(&[w.clone()], &[], None, false).is_ok());
        assert_eq!(
            choose(&[w], &[], Some("wlan9"), false).unwrap_err().kind,
            CommandErrorKind::NotFound
        );
        assert_eq!(
            choose(&[], &[], None, false).unwrap_err().kind,
            CommandErrorKind::NotFound
        );
    }

    #[test]
    fn an_exclusion_names_the_interface_and_what_it_does() {
        let mut other = station("ibss0", 4);
        assert!(!excludes(other.iftype));
        other.iftype = consts::IFTYPE_ADHOC;
        assert!(excludes(other.iftype) && exclusion(&other).text.contains("ibss0 is in an ad hoc"));
        other.iftype = consts::IFTYPE_MONITOR;
        assert!(excludes(other.iftype) && exclusion(&other).text.contains("ibss0 monitors"));
    }

    #[test]
    fn a_busy_radio_is_still_capable_and_one_without_access_point_mode_never() {
        let mut w = wiphy(vec![]);
        assert!(capable(&w));
        w.combinations = vec![Combination {
            max: 1,
            channels: 1,
            limits: vec![(1, STATION)],
        }];
        assert!(!capable(&w));
        w.combinations.clear();
        w.iftypes = STATION;
        assert!(!capable(&w));
    }

    #[test]
    fn own_addresses_are_local_free_and_stable() {
        let w = wiphy(vec![]);
        let permanent = MacAddr([0x00, 0x1b, 0x21, 0, 0, 7]);
        let first = addresses(&w, permanent, &[permanent]);
        assert_eq!(first.first(), Some(&MacAddr([0x02, 0x1b, 0x21, 0, 0, 7])));
        assert_eq!(first, addresses(&w, permanent, &[permanent]));
        let next = addresses(&w, permanent, &first[..1]);
        assert_eq!(next.first(), Some(&MacAddr([0x06, 0x1b, 0x21, 0, 0, 7])));
    }

    #[test]
    fn own_addresses_obey_the_hardware() {
        let mut w = wiphy(vec![]);
        let permanent = MacAddr([0x00, 0x1b, 0x21, 0, 0, 8]);
        w.address_mask = MacAddr([0, 0, 0, 0, 0, 0x07]);
        let masked = addresses(&w, permanent, &[permanent]);
        assert_eq!(masked.first(), Some(&MacAddr([0x00, 0x1b, 0x21, 0, 0, 9])));
        assert!(
            masked
                .iter()
                .all(|a| a.0[..5] == permanent.0[..5] && a.0[5] & !7 == 8)
        );
        w.address_mask = MacAddr([0; 6]);
        w.addresses = vec![permanent, MacAddr([0x42, 0, 0, 0, 0, 0])];
        let listed = addresses(&w, permanent, &[permanent]);
        assert_eq!(listed.first(), Some(&MacAddr([0x42, 0, 0, 0, 0, 0])));
    }
}
