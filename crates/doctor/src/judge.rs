//! From facts to findings.

mod beacon;
mod channel;
mod network;
mod owner;
mod radio;
mod service;

use cause::Cause;

use crate::facts::{Facts, Looked, Radio, Room, Service};
use crate::{Finding, Report, Severity};

/// Everything that can be said of these facts, worst first.
#[must_use]
pub fn judge(facts: &Facts) -> Report {
    let mut found = Vec::new();
    service::judge(facts, &mut found);
    radio::judge(facts, &mut found);
    if let Some(radio) = chosen(facts) {
        channel::judge(facts, radio, &mut found);
        owner::judge(facts, radio, &mut found);
    }
    network::judge(facts, &mut found);
    beacon::judge(facts, &mut found);
    Report::new(found)
}

/// The radio that the service uses, or would: the one of the interface that was named, else the first
/// that can now, else the first that could.
fn chosen(facts: &Facts) -> Option<&Radio> {
    let has = |name: &str| {
        facts
            .radios
            .iter()
            .find(|r| r.interfaces.iter().any(|i| i.name == name))
    };
    let in_use = match &facts.service {
        Service::Answers(network) => network.radio.as_deref(),
        _ => None,
    };
    if let Some(radio) = in_use.and_then(has) {
        return Some(radio);
    }
    if let Some(name) = &facts.wanted {
        return has(name);
    }
    let fit = |r: &&Radio| r.unfit.is_none() && !r.gone;
    facts
        .radios
        .iter()
        .find(|r| fit(r) && !matches!(r.room, Room::None(_)))
        .or_else(|| facts.radios.iter().find(fit))
        .or_else(|| facts.radios.first())
}

/// Says that something could not be looked at: the finding's name, and what.
fn unseen<T>(
    facts: &Facts,
    looked: &Looked<T>,
    (id, what): (&'static str, &str),
    found: &mut Vec<Finding>,
) {
    let Looked::Unseen(why) = looked else { return };
    let text = format!("Not looked at: {what} ({why}).");
    found.push(if facts.caller.uid == 0 {
        let cause = Cause::new(text, "Look at it yourself, or take that reason away.");
        Finding::new(id, Severity::Hint, cause)
    } else {
        let cause = Cause::new(text, "Run the doctor as root to have it looked at.");
        Finding::new(id, Severity::Hint, cause).run("sudo hostednet doctor")
    });
}
