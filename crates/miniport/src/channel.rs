//! Where the network goes: which channel, and how wide (`docs/decisions/0027`).
//!
//! In this order: the channel that another connection of the radio holds; the one wished for; the
//! quietest of those worth having in the band. A survey tells which is quiet; without one there is a
//! fixed order.

use dot11::{Band, Channel, ChannelWidth};
use oid::{Failure, NdisStatus};
use radio::refusal::Forbidden;
use radio::{Capabilities, ChannelInfo, HtCapabilities, OperatingChannel, SurveyRow};
use serde::{Deserialize, Serialize};

use crate::outbox::failure;

/// 2.4 GHz: the three that do not overlap, in the order in which they are taken.
const CHOICE_2GHZ: [u8; 3] = [6, 1, 11];
/// 5 GHz: those without radar anywhere, in the order in which they are taken.
const CHOICE_5GHZ: [u8; 9] = [36, 40, 44, 48, 149, 153, 157, 161, 165];

/// How many numbers a network in 2.4 GHz reaches to either side of its own.
const REACH_2GHZ: u8 = 4;
/// A network of 40 MHz in 2.4 GHz must keep this many numbers from the middle clear of others (clause
/// 11.15.3.2: 25 MHz).
const CLEAR_40_2GHZ: i16 = 5;
/// What one network counts beside airtime in thousandths: most of them are silent most of the time.
const PER_NETWORK: u64 = 60;
/// A channel later in the order has to be better by more than this: a short look is no exact one.
const MARGIN: u64 = 40;
/// What is assumed of a channel that was not visited.
const UNKNOWN: u64 = 250;

/// What a person or program asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wish {
    pub(crate) channel: Option<Channel>,
    pub(crate) band: Option<Band>,
    /// The widest.
    pub(crate) width: Option<ChannelWidth>,
}

/// What comes before a start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Plan {
    /// Nothing: this is the place.
    At(OperatingChannel),
    /// Ask how busy these are, then [`choose`].
    Survey(Vec<Channel>),
}

/// Decides as far as that is possible without a survey.
///
/// # Errors
/// When nothing the wish allows can carry an access point.
pub(crate) fn plan(wish: &Wish, radio: &Capabilities) -> Result<Plan, Failure> {
    let place = choose(wish, radio, None)?;
    let channels = survey_for(wish, radio, place.primary);
    Ok(if channels.is_empty() {
        Plan::At(place)
    } else {
        Plan::Survey(channels)
    })
}

/// The channels to be visited: none when the decision does not depend on them.
fn survey_for(wish: &Wish, radio: &Capabilities, without: Channel) -> Vec<Channel> {
    let band = without.band();
    let fixed = radio.forced_channel.or(wish.channel).is_some();
    let neighbours_matter = band == Band::Ghz2 && wants_forty_2ghz(wish, radio);
    let choice = choice(band).filter(|c| radio.allows(*c)).count();
    if !radio.survey
        || radio.forced_channel.is_some()
        || (fixed && !neighbours_matter)
        || (choice < 2 && !neighbours_matter)
    {
        return Vec::new();
    }
    let usable = radio.channels.iter().filter(|c| c.usable());
    usable
        .map(|c| c.channel)
        .filter(|c| c.band() == band)
        .collect()
}

/// Decides, with what a survey told where there was one.
///
/// # Errors
/// As [`plan`].
pub(crate) fn choose(
    wish: &Wish,
    radio: &Capabilities,
    survey: Option<&[SurveyRow]>,
) -> Result<OperatingChannel, Failure> {
    let primary = match radio.forced_channel.or(wish.channel) {
        Some(channel) => permitted(channel, radio)?,
        None => free_choice(wish, radio, survey)?,
    };
    Ok(widest(primary, wish, radio, survey))
}

fn choice(band: Band) -> impl Iterator<Item = Channel> {
    let numbers: &[u8] = match band {
        Band::Ghz2 => &CHOICE_2GHZ,
        Band::Ghz5 => &CHOICE_5GHZ,
    };
    numbers.iter().filter_map(|n| Channel::new(*n))
}

/// The best channel of the band wished for; without a wish 2.4 GHz where that is possible.
fn free_choice(
    wish: &Wish,
    radio: &Capabilities,
    survey: Option<&[SurveyRow]>,
) -> Result<Channel, Failure> {
    let bands: &[Band] = match wish.band {
        Some(Band::Ghz2) => &[Band::Ghz2],
        Some(Band::Ghz5) => &[Band::Ghz5],
        None => &[Band::Ghz2, Band::Ghz5],
    };
    bands
        .iter()
        .find_map(|band| best_of(*band, wish, radio, survey))
        .ok_or_else(|| no_channel(wish.band, radio))
}

fn best_of(
    band: Band,
    wish: &Wish,
    radio: &Capabilities,
    survey: Option<&[SurveyRow]>,
) -> Option<Channel> {
    let worth_having = choice(band).filter(|c| radio.allows(*c));
    let best = match survey {
        Some(rows) => worth_having
            .map(|c| (load(c, wish, radio, rows), c))
            .reduce(|best, next| if next.0 + MARGIN < best.0 { next } else { best })
            .map(|(_, channel)| channel),
        None => choice(band).find(|c| radio.allows(*c)),
    };
    best.or_else(|| {
        let usable = radio.channels.iter().filter(|c| c.usable());
        usable.map(|c| c.channel).find(|c| c.band() == band)
    })
}

/// How much a network there would have to share: airtime in thousandths, and networks.
fn load(primary: Channel, wish: &Wish, radio: &Capabilities, rows: &[SurveyRow]) -> u64 {
    let place = widest(primary, wish, radio, Some(rows));
    match primary.band() {
        Band::Ghz2 => {
            // What overlaps is in the airtime of the channel itself.
            let own = rows.iter().find(|row| row.channel == primary);
            let networks: u64 = rows
                .iter()
                .filter(|row| row.channel.is_2ghz())
                .map(|row| {
                    // The farther away the less of it falls into ours.
                    let apart = row.channel.number().abs_diff(primary.number());
                    let share = u64::from((REACH_2GHZ + 1).saturating_sub(apart));
                    PER_NETWORK * u64::from(row.networks) * share / u64::from(REACH_2GHZ + 1)
                })
                .sum();
            own.map_or(UNKNOWN, airtime) + networks
        }
        Band::Ghz5 => members(&place)
            .map(|member| {
                let row = rows.iter().find(|row| row.channel == member);
                let load = row.map_or(UNKNOWN, row_load);
                // All of the network's beacons and slow frames are on the primary channel.
                if member == primary { 2 * load } else { load }
            })
            .sum::<u64>()
            .checked_div(members(&place).count() as u64)
            .unwrap_or_default(),
    }
}

fn row_load(row: &SurveyRow) -> u64 {
    airtime(row) + PER_NETWORK * u64::from(row.networks)
}

/// In thousandths.
fn airtime(row: &SurveyRow) -> u64 {
    let busy = row.busy_ms.min(row.active_ms) * 1000;
    busy.checked_div(row.active_ms).unwrap_or_default()
}

// --- width --------------------------------------------------------------------------------------

/// As wide as wish, radio, regulatory domain and neighbours allow.
fn widest(
    primary: Channel,
    wish: &Wish,
    radio: &Capabilities,
    survey: Option<&[SurveyRow]>,
) -> OperatingChannel {
    // How wide the connection is that holds the channel is not known: a radio of one channel may be
    // able to carry no more.
    if radio.forced_channel.is_some() {
        return primary.into();
    }
    let most = wish.width.unwrap_or(match primary.band() {
        Band::Ghz2 => ChannelWidth::Mhz20,
        Band::Ghz5 => ChannelWidth::Mhz80,
    });
    [ChannelWidth::Mhz80, ChannelWidth::Mhz40]
        .into_iter()
        .filter(|width| *width <= most)
        .find_map(|width| {
            sides(primary, width)
                .into_iter()
                .flatten()
                .find(|place| is_possible(place, radio, survey))
        })
        .unwrap_or_else(|| primary.into())
}

/// The channels of this width that `primary` could be the primary one of. In 5 GHz there is one at most;
/// in 2.4 GHz the other half may be above or below.
pub(crate) fn sides(primary: Channel, width: ChannelWidth) -> [Option<OperatingChannel>; 2] {
    let place = |number: u8| {
        // Numbers are 5 MHz apart, also those that name the middle of wider channels.
        let base = if primary.is_2ghz() { 2407 } else { 5000 };
        OperatingChannel {
            primary,
            width,
            center_mhz: base + 5 * u32::from(number),
        }
    };
    let number = primary.number();
    match (primary.band(), width) {
        (_, ChannelWidth::Mhz20) => [Some(primary.into()), None],
        (Band::Ghz2, ChannelWidth::Mhz40) => {
            let above = (number <= 9).then(|| place(number + 2));
            let below = (5..=13).contains(&number).then(|| place(number - 2));
            [above, below]
        }
        (Band::Ghz2, ChannelWidth::Mhz80) => [None, None],
        (Band::Ghz5, _) => {
            // Channels are four numbers apart and paired, or put in fours, from the first of each part
            // of the band on (table E-4).
            let first = if number < 149 { 36 } else { 149 };
            let size: u8 = if width == ChannelWidth::Mhz40 { 2 } else { 4 };
            let index = (number - first) / 4;
            let low = first + 4 * (index - index % size);
            let place = place(low + 2 * (size - 1));
            let whole = members(&place).count() == usize::from(size);
            [whole.then_some(place), None]
        }
    }
}

/// The 20 MHz channels a wider one is made of.
pub(crate) fn members(place: &OperatingChannel) -> impl Iterator<Item = Channel> + use<> {
    let half = u32::from(place.width.mhz()) / 2;
    let low = place.center_mhz - half + 10;
    (0..half / 10).filter_map(move |n| Channel::from_mhz(low + 20 * n))
}

/// Whether the secondary channel of 40 MHz (or of the half of 80 MHz that holds the primary one) is
/// above the primary channel.
pub(crate) fn is_secondary_above(place: &OperatingChannel) -> bool {
    match place.width {
        ChannelWidth::Mhz20 | ChannelWidth::Mhz40 => place.center_mhz > place.primary.mhz(),
        ChannelWidth::Mhz80 => {
            let from_low = (place.primary.mhz() + 40).saturating_sub(place.center_mhz) / 20;
            from_low.is_multiple_of(2)
        }
    }
}

/// Number of the channel's middle, as VHT Operation wants it.
pub(crate) fn center_number(place: &OperatingChannel) -> u8 {
    let base = if place.primary.is_2ghz() { 2407 } else { 5000 };
    u8::try_from(place.center_mhz.saturating_sub(base) / 5).unwrap_or_default()
}

pub(crate) fn is_possible(
    place: &OperatingChannel,
    radio: &Capabilities,
    survey: Option<&[SurveyRow]>,
) -> bool {
    let band = place.primary.band();
    let Some(info) = find(place.primary, radio) else {
        return false;
    };
    let forty_forbidden = if is_secondary_above(place) {
        info.wider.no_ht40_plus
    } else {
        info.wider.no_ht40_minus
    };
    let able = match place.width {
        ChannelWidth::Mhz20 => true,
        ChannelWidth::Mhz40 => has_forty(radio.ht(band)) && !forty_forbidden,
        ChannelWidth::Mhz80 => {
            let vht = radio.band(band).is_some_and(|b| b.vht.is_some());
            vht && has_forty(radio.ht(band)) && !forty_forbidden && !info.wider.no_80mhz
        }
    };
    able && members(place).all(|c| radio.allows(c))
        && (band == Band::Ghz5 || is_clear(place, survey))
}

fn has_forty(ht: Option<HtCapabilities>) -> bool {
    ht.is_some_and(|ht| ht.info & dot11::element::HtCapabilities::CHANNEL_WIDTH_40 != 0)
}

fn wants_forty_2ghz(wish: &Wish, radio: &Capabilities) -> bool {
    wish.width > Some(ChannelWidth::Mhz20) && has_forty(radio.ht(Band::Ghz2))
}

/// Whether 40 MHz in 2.4 GHz would disturb nobody. Who has not looked does not know.
fn is_clear(place: &OperatingChannel, survey: Option<&[SurveyRow]>) -> bool {
    let middle = i16::from(center_number(place));
    survey.is_some_and(|rows| {
        !rows.is_empty()
            && rows
                .iter()
                .filter(|row| row.channel.is_2ghz())
                .filter(|row| (i16::from(row.channel.number()) - middle).abs() <= CLEAR_40_2GHZ)
                .all(|row| row.networks == 0)
    })
}

// --- refusals -----------------------------------------------------------------------------------

fn find(channel: Channel, radio: &Capabilities) -> Option<&ChannelInfo> {
    radio.channels.iter().find(|c| c.channel == channel)
}

/// A channel that was named, if it can carry an access point.
fn permitted(channel: Channel, radio: &Capabilities) -> Result<Channel, Failure> {
    match Forbidden::of(find(channel, radio)) {
        None => Ok(channel),
        Some(why) => {
            let cause = why.cause(channel);
            Err(failure(
                NdisStatus::DOT11_AP_CHANNEL_NOT_ALLOWED,
                &cause.text,
                &cause.remedy,
            ))
        }
    }
}

fn no_channel(band: Option<Band>, radio: &Capabilities) -> Failure {
    let refuse = |text: String, remedy: &str| {
        failure(NdisStatus::DOT11_AP_CHANNEL_NOT_ALLOWED, &text, remedy)
    };
    let name = &radio.name;
    let Some(band) = band else {
        let cause = radio::refusal::no_channel(name);
        return refuse(cause.text, &cause.remedy);
    };
    let mut there = radio.channels.iter().filter(|c| c.channel.band() == band);
    if there.clone().next().is_none() {
        return refuse(
            format!("The radio {name} has no {band} band."),
            "Use another radio, or the other band (`hostednet set --band auto`).",
        );
    }
    let country = "Set the country with `iw reg set`, or use the other band.";
    let why = if there.clone().all(|c| c.disabled) {
        "the regulatory domain forbids all of it"
    } else if there.clone().all(|c| c.disabled || c.radar) {
        "what the regulatory domain allows needs radar detection (DFS), which is not offered"
    } else if there.all(|c| !c.usable()) {
        "the regulatory domain forbids to transmit there first"
    } else {
        "nothing of it is left"
    };
    refuse(
        format!("The radio {name} has no channel for an access point in {band}: {why}."),
        country,
    )
}

#[cfg(test)]
pub(crate) mod tests;
