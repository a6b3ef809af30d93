//! How the network uses the air: what may be wished for, and what a change does to a running one
//! (`docs/decisions/0027`).

use dot11::{Band, Channel, ChannelWidth};
use wlan_model::{AirSettings, Refusal};

use crate::access_point::AccessPoint;
use crate::engine::Engine;
use crate::refusal;
use crate::state::State;

/// Whether these wishes can be had of any radio at all.
pub(crate) fn check(air: &AirSettings) -> Result<(), Refusal> {
    if let (Some(channel), Some(band)) = (air.channel, air.band)
        && channel.band() != band
    {
        return Err(refusal::channel_outside(channel, band));
    }
    let band = air.band.or(air.channel.map(Channel::band));
    if band == Some(Band::Ghz2) && air.width == Some(ChannelWidth::Mhz80) {
        return Err(refusal::too_wide());
    }
    Ok(())
}

/// Whether a network under way has to end for the change.
pub(crate) fn moves(old: &AirSettings, new: &AirSettings) -> bool {
    let but_isolation = |air: &AirSettings| AirSettings {
        isolate: false,
        ..*air
    };
    but_isolation(old) != but_isolation(new)
}

impl<A: AccessPoint> Engine<A> {
    /// The channel wished for: that of the settings, or else the service's own default where it lies
    /// in the band they name.
    pub(crate) fn wished_channel(&self) -> Option<Channel> {
        let air = &self.settings.air;
        let in_band = |c: &Channel| air.band.is_none_or(|band| c.band() == band);
        air.channel.or(self.fixed.channel.filter(in_band))
    }

    /// What is on the disk about isolation holds from now on, without a new start.
    pub(crate) fn apply_isolation(&mut self) {
        if matches!(self.state, State::Starting { .. } | State::Active(_)) {
            self.access_point.set_isolation(self.settings.air.isolate);
        }
    }
}
