//! Why a radio cannot carry an access point here: the sentences that more than one layer needs.

use cause::Cause;
use dot11::Channel;

use crate::ChannelInfo;

/// What keeps an access point from a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forbidden {
    /// The radio does not have it.
    Absent,
    /// The regulatory domain forbids it.
    Disabled,
    /// Nobody may transmit first there.
    NoIr,
    /// Radar must be looked for first, which nobody does here.
    Radar,
}

impl Forbidden {
    /// What keeps an access point from this channel; `None` when nothing does.
    #[must_use]
    pub const fn of(known: Option<&ChannelInfo>) -> Option<Self> {
        match known {
            None => Some(Self::Absent),
            Some(c) if c.disabled => Some(Self::Disabled),
            // Such channels are also no-IR: radar is the reason, and no country's choice helps.
            Some(c) if c.radar => Some(Self::Radar),
            Some(c) if c.no_ir => Some(Self::NoIr),
            Some(_) => None,
        }
    }

    /// As the end of a sentence.
    #[must_use]
    pub const fn why(self) -> &'static str {
        match self {
            Self::Absent => "the radio does not have it",
            Self::Disabled => "the regulatory domain forbids it",
            Self::NoIr => "the regulatory domain forbids to transmit there first",
            Self::Radar => "it needs radar detection (DFS), which is not offered",
        }
    }

    const fn remedy(self) -> &'static str {
        match self {
            Self::Absent => "Choose another channel.",
            Self::Disabled | Self::NoIr => {
                "Choose another channel, or set the country with `iw reg set`."
            }
            Self::Radar => {
                "Choose a channel without radar: 36 to 48 or 149 to 165 where the country allows them."
            }
        }
    }

    /// As a refusal of this channel.
    #[must_use]
    pub fn cause(self, channel: Channel) -> Cause {
        Cause::new(
            format!(
                "Channel {} cannot carry an access point: {}.",
                channel.number(),
                self.why()
            ),
            self.remedy(),
        )
    }
}

/// No channel at all is left.
#[must_use]
pub fn no_channel(radio: &str) -> Cause {
    Cause::new(
        format!("The radio {radio} has no channel for an access point."),
        "Set the country with `iw reg set`.",
    )
}

/// A cipher that the radio lacks.
#[must_use]
pub fn no_cipher(radio: &str, cipher: &str) -> Cause {
    Cause::new(
        format!("The radio {radio} cannot encrypt with {cipher}."),
        "Use another radio.",
    )
}
