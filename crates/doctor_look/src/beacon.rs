//! Reading the network's own beacon back.
//!
//! A radio does not hear itself, so another one of the machine must have heard the network: what an
//! interface keeps of its last scan is enough while it is fresh, else one that is not connected is asked
//! to listen on that channel. Connected interfaces are left alone.

use clock::{Duration, monotonic};
use doctor::facts::{Beacon, Facts, Looked, Network};
use dot11::{Channel, MacAddr};
use radio_nl80211::look::{Files, Heard, Looker};

/// How old a beacon may be that counts without listening.
const FRESH_MS: u32 = 3000;
/// How long listening may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Listening lasts about as long as one beacon interval: it may just miss one.
const ATTEMPTS: u32 = 3;

/// An interface of another radio.
struct Listener {
    name: String,
    index: u32,
    may_listen: bool,
}

/// The beacon as another radio of this machine hears it.
pub(crate) fn look(looker: &mut Looker, network: &Network, facts: &Facts) -> Looked<Beacon> {
    let unseen = |why: &str| Looked::Unseen(why.to_owned());
    let own = network.radio.as_deref().unwrap_or_default();
    if own == "sim" {
        return unseen("the radio is simulated");
    }
    let bssid = network
        .bssid
        .as_ref()
        .and_then(|text| text.parse::<MacAddr>().ok());
    let (Some(bssid), Some(channel)) = (bssid, network.channel.and_then(Channel::new)) else {
        return unseen("the service does not tell its address and channel");
    };
    let listeners = listeners(looker.files(), facts, own);
    let beacon = |listener: &Listener, heard: &Heard| Beacon {
        heard_by: listener.name.clone(),
        mhz: heard.mhz,
        bssid: heard.bssid.to_string(),
        interval: heard.beacon_interval,
        elements: heard.elements.clone(),
    };
    let find = |looker: &mut Looker, listener: &Listener, oldest: u32| {
        let heard = looker.heard(listener.index).ok()?;
        let mine = heard
            .iter()
            .find(|h| h.bssid == bssid && h.age_ms <= oldest)?;
        Some(beacon(listener, mine))
    };
    for listener in &listeners {
        if let Some(found) = find(looker, listener, FRESH_MS) {
            return Looked::Seen(found);
        }
    }
    if listeners.is_empty() {
        return unseen(
            "no other radio of this machine has an interface that is up, and a radio does not hear itself",
        );
    }
    let mut why = "all other radios are connected, and are not disturbed for this".to_owned();
    for listener in listeners.iter().filter(|l| l.may_listen) {
        for _ in 0..ATTEMPTS {
            if let Err(error) = looker.listen(listener.index, channel, monotonic, PATIENCE) {
                why = format!(
                    "{} could not listen: {}",
                    listener.name,
                    error.cause.text.trim_end_matches('.')
                );
                break;
            }
            if let Some(found) = find(looker, listener, FRESH_MS) {
                return Looked::Seen(found);
            }
            why = format!(
                "{} listened on channel {} and did not hear it",
                listener.name,
                channel.number()
            );
        }
    }
    Looked::Unseen(why)
}

/// Station interfaces of the other radios that are up.
fn listeners(files: &Files, facts: &Facts, own: &str) -> Vec<Listener> {
    let others = facts
        .radios
        .iter()
        .filter(|r| r.silent.is_none() && !r.interfaces.iter().any(|i| i.name == own));
    others
        .flat_map(|r| &r.interfaces)
        .filter(|i| i.kind == "station" && i.up)
        .filter_map(|i| {
            let path = format!("/sys/class/net/{}/ifindex", i.name);
            let index = files.keep(&path, str::to_owned)?;
            Some(Listener {
                name: i.name.clone(),
                index: index.trim().parse().ok()?,
                may_listen: !i.running && i.mhz.is_none(),
            })
        })
        .collect()
}
