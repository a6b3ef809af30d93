//! The radios, from what `radio_nl80211` sees of them.

use doctor::facts::{Channel, Facts, Interface, Looked, Radio, Room, Switch};
use doctor::read;
use dot11::CipherSuite;
use radio_nl80211::look::{self, Domain, Files, LinkLook, Looker, RadioLook};

/// Fills in everything about radios.
pub(crate) fn look(looker: &mut Looker, own: Option<&str>, facts: &mut Facts) {
    let looks = match looker.radios(facts.wanted.as_deref(), own) {
        Ok(looks) => looks,
        Err(error) => {
            facts.no_radio = Some(error.cause);
            return;
        }
    };
    facts.no_radio = look::missing(&looks, facts.wanted.as_deref());
    let domains = match looker.domains() {
        Ok(domains) => domains,
        Err(error) => {
            facts.country = Looked::Unseen(error.cause.text);
            Vec::new()
        }
    };
    if let Some(world) = domains.iter().find(|d| d.wiphy.is_none()) {
        facts.country = Looked::Seen(world.country.clone());
    }
    let files = looker.files();
    facts.radios = looks
        .into_iter()
        .map(|l| radio(files, l, &domains))
        .collect();
}

fn radio(files: &Files, look: RadioLook, domains: &[Domain]) -> Radio {
    let wiphy = &look.description.wiphy;
    let own = domains.iter().find(|d| d.wiphy == Some(wiphy.index));
    let has = |cipher| wiphy.ciphers.contains(&cipher);
    Radio {
        phy: wiphy.name.clone(),
        driver: look.driver,
        access_point: look.access_point,
        firmware: wiphy.own_sme,
        switches: look
            .switches
            .into_iter()
            .map(|s| Switch {
                name: s.name,
                soft: s.soft,
                hard: s.hard,
            })
            .collect(),
        interfaces: look
            .description
            .interfaces
            .iter()
            .zip(&look.links)
            .map(|(i, link)| interface(files, i, *link))
            .collect(),
        room: match look.room {
            look::Room::Own => Room::Own,
            look::Room::Instead(name) => Room::Instead(name),
            look::Room::None(cause) => Room::None(cause),
        },
        excluded: look.excluded,
        gone: look.gone,
        forced_channel: look.forced_channel.map(dot11::Channel::number),
        beside_station: look.beside_station,
        channels: wiphy
            .channels
            .iter()
            .map(|c| Channel {
                number: c.channel.number(),
                disabled: c.disabled,
                no_ir: c.no_ir,
                radar: c.radar,
            })
            .collect(),
        country: own.map(|d| d.country.clone()),
        self_managed: own.is_some_and(|d| d.self_managed),
        ccmp: has(CipherSuite::CCMP),
        bip: has(CipherSuite::BIP_CMAC_128),
        max_stations: wiphy.max_stations,
        unfit: look.description.unfit,
        silent: look.description.switched_off,
    }
}

fn interface(files: &Files, i: &radio_nl80211::interface::Interface, link: LinkLook) -> Interface {
    // The rest of the file names networks and addresses that say nothing here.
    let managed = |state: &str| {
        let is_it = |line: &&str| line.trim().starts_with("managed=");
        state.lines().find(is_it).unwrap_or_default().to_owned()
    };
    let state = files.keep(
        &format!("/run/NetworkManager/devices/{}", i.ifindex),
        managed,
    );
    Interface {
        name: i.name.clone(),
        kind: look::iftype_name(i.iftype).to_owned(),
        up: link.up,
        running: link.running,
        ssid: i
            .ssid
            .as_deref()
            .map(|ssid| String::from_utf8_lossy(ssid).into_owned()),
        mhz: i.mhz,
        maker: link.maker,
        gone: link.gone,
        network_manager: state.and_then(|state| read::network_manager_manages(&state)),
    }
}
