//! `hostednet set --band --channel --width --isolate`: how the network uses the air.

use dot11::{Band, Channel, ChannelWidth};
use wlan_client::{Client, ClientError};
use wlan_model::AirSettings;

use crate::args::set::SetArguments;
use crate::args::values::Choice;

/// What is to change; the rest stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct AirChange {
    pub(crate) band: Option<Choice<Band>>,
    pub(crate) channel: Option<Choice<Channel>>,
    pub(crate) width: Option<Choice<ChannelWidth>>,
    pub(crate) isolate: Option<bool>,
}

impl From<&SetArguments> for AirChange {
    fn from(settings: &SetArguments) -> Self {
        Self {
            band: settings.band,
            channel: settings.channel,
            width: settings.width,
            isolate: settings.isolate,
        }
    }
}

impl AirChange {
    /// What `old` becomes. A wish that was not named anew gives way where it cannot stand beside one that
    /// was: who asks for another band does not have to know which channel was kept.
    pub(crate) fn apply(self, old: AirSettings) -> AirSettings {
        let mut air = old;
        if let Some(band) = self.band {
            air.band = band.wish();
        }
        if let Some(channel) = self.channel {
            air.channel = channel.wish();
        }
        if let Some(width) = self.width {
            air.width = width.wish();
        }
        if let Some(isolate) = self.isolate {
            air.isolate = isolate;
        }
        if let (Some(band), Some(channel)) = (air.band, air.channel)
            && band != channel.band()
        {
            match (self.band, self.channel) {
                (Some(_), None) => air.channel = None,
                (None, Some(_)) => air.band = None,
                _ => {}
            }
        }
        let band = air.band.or(air.channel.map(Channel::band));
        if band == Some(Band::Ghz2)
            && air.width == Some(ChannelWidth::Mhz80)
            && self.width.is_none()
        {
            air.width = None;
        }
        air
    }

    /// Asks the service for it, if it changes anything.
    pub(crate) fn carry_out(self, client: &mut Client) -> Result<(), ClientError> {
        if self == Self::default() {
            return Ok(());
        }
        let old = client.query_air_settings()?;
        let new = self.apply(old);
        if new != old {
            client.set_air_settings(new)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> AirSettings {
        AirSettings {
            band: Some(Band::Ghz5),
            channel: Channel::new(36),
            width: Some(ChannelWidth::Mhz80),
            isolate: true,
        }
    }

    #[test]
    fn what_is_not_named_stays() {
        let change = AirChange {
            isolate: Some(false),
            ..AirChange::default()
        };
        let expected = AirSettings {
            isolate: false,
            ..kept()
        };
        assert_eq!(change.apply(kept()), expected);
    }

    #[test]
    fn another_band_lets_go_of_the_channel_and_width_of_the_old_one() {
        let change = AirChange {
            band: Some(Choice::Is(Band::Ghz2)),
            ..AirChange::default()
        };
        let air = change.apply(kept());
        assert_eq!(
            (air.band, air.channel, air.width),
            (Some(Band::Ghz2), None, None)
        );
        let change = AirChange {
            channel: Some(Choice::Is(Channel::new(6).unwrap())),
            ..AirChange::default()
        };
        let air = change.apply(kept());
        assert_eq!((air.band, air.channel), (None, Channel::new(6)));
    }

    #[test]
    fn a_contradiction_in_one_command_is_left_for_the_service_to_refuse() {
        let change = AirChange {
            band: Some(Choice::Is(Band::Ghz5)),
            channel: Some(Choice::Is(Channel::new(6).unwrap())),
            ..AirChange::default()
        };
        let air = change.apply(AirSettings::default());
        assert_eq!((air.band, air.channel), (Some(Band::Ghz5), Channel::new(6)));
    }
}
