//! Channels and the regulatory domain.

use cause::Cause;
use dot11::Channel as Number;
use radio::refusal::{Forbidden, no_channel};
use radio::{ChannelInfo, WiderChannels};
use wlan_model::Reason;

use crate::facts::{Channel, Facts, Radio, Service};
use crate::{Finding, Severity};

pub(super) fn judge(facts: &Facts, radio: &Radio, found: &mut Vec<Finding>) {
    let active = matches!(&facts.service, Service::Answers(n) if n.active);
    let usable = radio.channels.iter().filter(|c| forbidden(c).is_none());
    let none_left = usable.count() == 0;
    if none_left {
        let mut finding = Finding::new("no-channel", Severity::Obstacle, no_channel(&radio.phy))
            .seen(domain(facts, radio))
            .all_seen(by_fate(radio))
            .leads_to(Reason::ApStartFailed);
        if radio.self_managed {
            finding.cause.remedy =
                "Use another radio: the driver decides alone, so `iw reg set` does not help."
                    .to_owned();
        }
        found.push(finding);
    } else {
        let cause = Cause::new(
            format!(
                "{} of {} channels may carry an access point.",
                radio
                    .channels
                    .iter()
                    .filter(|c| forbidden(c).is_none())
                    .count(),
                radio.channels.len()
            ),
            "Nothing to do.",
        );
        found.push(
            Finding::new("channels", Severity::Ok, cause)
                .seen(domain(facts, radio))
                .all_seen(by_fate(radio)),
        );
    }
    forced(radio, active, found);
    wish(facts, radio, active, found);
    domains(facts, radio, none_left, found);
}

/// The channel that a connection of the same radio dictates.
fn forced(radio: &Radio, active: bool, found: &mut Vec<Finding>) {
    let Some((number, channel)) = radio
        .forced_channel
        .and_then(|n| Some((n, Number::new(n)?)))
    else {
        return;
    };
    let seen = super::radio::interfaces(radio);
    match refused(radio, number) {
        Some(why) if !active => found.push(
            Finding::new("forced-channel-forbidden", Severity::Obstacle, why.cause(channel))
                .seen(format!(
                    "a connection of radio {} holds channel {number}, and the radio has no second channel",
                    radio.phy
                ))
                .all_seen(seen)
                .leads_to(Reason::ApStartFailed),
        ),
        _ => {
            let cause = Cause::new(
                format!(
                    "A connection of radio {} holds channel {number}: the network goes there too.",
                    radio.phy
                ),
                "Nothing to do; disconnect it for another channel.",
            );
            found.push(Finding::new("forced-channel", Severity::Hint, cause).all_seen(seen));
        }
    }
}

/// The channel that a person asked for.
fn wish(facts: &Facts, radio: &Radio, active: bool, found: &mut Vec<Finding>) {
    let Service::Answers(network) = &facts.service else {
        return;
    };
    if active || radio.forced_channel.is_some() {
        return;
    }
    if let Some((number, channel)) = network.wish.and_then(|n| Some((n, Number::new(n)?)))
        && let Some(why) = refused(radio, number)
    {
        found.push(
            Finding::new("channel-forbidden", Severity::Obstacle, why.cause(channel))
                .seen(format!("channel {number} was asked for"))
                .seen(domain(facts, radio))
                .all_seen(by_fate(radio))
                .run("hostednet set --channel auto")
                .leads_to(Reason::ApStartFailed),
        );
    }
}

fn domains(facts: &Facts, radio: &Radio, none_left: bool, found: &mut Vec<Finding>) {
    let country = country(facts, radio);
    if radio.self_managed {
        let cause = Cause::new(
            format!(
                "The driver of {} decides its regulatory domain alone ({}).",
                radio.phy,
                country.unwrap_or("unknown")
            ),
            "Nothing to do; `iw reg set` changes nothing for this radio.",
        );
        found.push(Finding::new("self-managed-domain", Severity::Hint, cause));
    } else if country == Some("00") {
        let cause = Cause::new(
            "No country is set (regulatory domain 00, the world's): fewer channels and less power than allowed.",
            "Set it with `iw reg set` and its two letters.",
        );
        let severity = if none_left {
            Severity::Warning
        } else {
            Severity::Hint
        };
        found.push(Finding::new("world-domain", severity, cause).seen(domain(facts, radio)));
    }
    super::unseen(
        facts,
        &facts.country,
        ("unseen-domain", "the regulatory domain"),
        found,
    );
}

fn country<'a>(facts: &'a Facts, radio: &'a Radio) -> Option<&'a str> {
    let own = radio.country.as_deref();
    own.or_else(|| facts.country.seen().map(String::as_str))
}

fn domain(facts: &Facts, radio: &Radio) -> String {
    let country = country(facts, radio).unwrap_or("unknown");
    if radio.self_managed {
        format!("regulatory domain {country}, the driver's own")
    } else {
        format!("regulatory domain {country}")
    }
}

fn forbidden(channel: &Channel) -> Option<Forbidden> {
    Forbidden::of(Some(&info(channel)?))
}

fn info(channel: &Channel) -> Option<ChannelInfo> {
    Some(ChannelInfo {
        channel: Number::new(channel.number)?,
        disabled: channel.disabled,
        no_ir: channel.no_ir,
        radar: channel.radar,
        wider: WiderChannels::default(),
    })
}

fn refused(radio: &Radio, number: u8) -> Option<Forbidden> {
    let known = radio.channels.iter().find(|c| c.number == number);
    Forbidden::of(known.and_then(info).as_ref())
}

/// Which channels are free and which not, a line for each fate.
fn by_fate(radio: &Radio) -> Vec<String> {
    let of = |fate: Option<Forbidden>| {
        let numbers = radio.channels.iter().filter(|c| forbidden(c) == fate);
        let numbers: Vec<String> = numbers.map(|c| c.number.to_string()).collect();
        numbers.join(" ")
    };
    [
        (None, "free"),
        (Some(Forbidden::NoIr), "nobody may transmit first"),
        (Some(Forbidden::Radar), "radar detection needed"),
        (Some(Forbidden::Disabled), "forbidden"),
    ]
    .into_iter()
    .map(|(fate, name)| (of(fate), name))
    .filter(|(numbers, _)| !numbers.is_empty())
    .map(|(numbers, name)| format!("{name}: {numbers}"))
    .collect()
}
