//! What stations that know less need of everybody (clause 10.27).

use dot11::Channel;
use dot11::element::{HtCapabilities, HtOperation, Rates, erp};
use dot11::frame::CapabilityInfo;
use radio::{OperatingChannel, SurveyRow};
use serde::{Deserialize, Serialize};

use super::join::Join;
use crate::channel::members;

/// What stations need, as a set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Needs(u8);

impl Needs {
    /// A member has the rates of 802.11b only.
    const NON_ERP: Self = Self(1 << 0);
    /// A member has no short preambles.
    const LONG_PREAMBLE: Self = Self(1 << 1);
    /// A member has no short slot time.
    const LONG_SLOT: Self = Self(1 << 2);
    /// A member has no HT.
    const NON_HT: Self = Self(1 << 3);
    /// A member with HT can do no more than 20 MHz.
    const TWENTY_MHZ: Self = Self(1 << 4);
    /// A member with HT cannot receive greenfield format.
    const NON_GREENFIELD: Self = Self(1 << 5);
    /// A network without ERP, or with such stations, was heard.
    const NEIGHBOUR_NON_ERP: Self = Self(1 << 6);
    /// A network without HT was heard.
    const NEIGHBOUR_NON_HT: Self = Self(1 << 7);

    /// Those that members have.
    pub(super) const OF_MEMBERS: [Self; 6] = [
        Self::NON_ERP,
        Self::LONG_PREAMBLE,
        Self::LONG_SLOT,
        Self::NON_HT,
        Self::TWENTY_MHZ,
        Self::NON_GREENFIELD,
    ];

    /// Of a station that associates with a network there, which has HT or not.
    pub(super) fn of_station(join: &Join, place: &OperatingChannel, has_ht: bool) -> Self {
        let mut needs = Self::default();
        if place.primary.is_2ghz() {
            needs.add_if(!Rates::new(&join.rates).has_ofdm(), Self::NON_ERP);
            let lacks = |flag| !join.capability.has(flag);
            needs.add_if(lacks(CapabilityInfo::SHORT_PREAMBLE), Self::LONG_PREAMBLE);
            needs.add_if(lacks(CapabilityInfo::SHORT_SLOT_TIME), Self::LONG_SLOT);
        }
        if has_ht {
            let ht = join.phys.ht.as_deref().and_then(HtCapabilities::parse);
            needs.add_if(ht.is_none(), Self::NON_HT);
            let lacks = |flag| ht.is_some_and(|ht| ht.info & flag == 0);
            needs.add_if(lacks(HtCapabilities::CHANNEL_WIDTH_40), Self::TWENTY_MHZ);
            needs.add_if(lacks(HtCapabilities::GREENFIELD), Self::NON_GREENFIELD);
        }
        needs
    }

    /// Of the networks that were heard before the start, on the channels that will be used. Nobody
    /// elsewhere would understand what is sent for his sake.
    pub(crate) fn of_neighbours(rows: &[SurveyRow], place: &OperatingChannel) -> Self {
        let mut needs = Self::default();
        let here = |channel: Channel| members(place).any(|member| member == channel);
        for row in rows.iter().filter(|row| here(row.channel)) {
            needs.add_if(row.without_erp > 0, Self::NEIGHBOUR_NON_ERP);
            needs.add_if(row.without_ht > 0, Self::NEIGHBOUR_NON_HT);
        }
        needs
    }

    pub(super) fn add_if(&mut self, condition: bool, other: Self) {
        if condition {
            *self = self.with(other);
        }
    }

    pub(super) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    const fn has_any(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The ERP element's flags (clause 9.4.2.11). What neighbours need is not said of members: the
    /// neighbours' neighbours would repeat it.
    pub(super) fn erp(self) -> u8 {
        let flag = |condition, flag| if condition { flag } else { 0 };
        flag(self.has(Self::NON_ERP), erp::NON_ERP_PRESENT)
            | flag(self.cts(), erp::USE_PROTECTION)
            | flag(self.long_preamble(), erp::BARKER_PREAMBLE)
    }

    /// Whether OFDM is announced by a CTS.
    pub(super) const fn cts(self) -> bool {
        self.has_any(Self::NON_ERP.with(Self::NEIGHBOUR_NON_ERP))
    }

    pub(super) const fn long_preamble(self) -> bool {
        self.has(Self::LONG_PREAMBLE)
    }

    pub(super) const fn long_slot(self) -> bool {
        self.has(Self::LONG_SLOT)
    }

    /// The byte of HT Operation (clause 9.4.2.56) with HT Protection, whose values are defined in clause
    /// 10.27.3. Of a network wider than 20 MHz or not.
    pub(super) const fn ht(self, wide: bool) -> u8 {
        let protection = if self.has(Self::NON_HT) {
            HtOperation::NON_HT_MIXED
        } else if self.has(Self::NEIGHBOUR_NON_HT) {
            HtOperation::NONMEMBER_PROTECTION
        } else if wide && self.has(Self::TWENTY_MHZ) {
            HtOperation::TWENTY_MHZ_PROTECTION
        } else {
            HtOperation::NO_PROTECTION
        };
        let greenfield = if self.has(Self::NON_GREENFIELD) {
            HtOperation::NON_GREENFIELD_PRESENT
        } else {
            0
        };
        let around = if self.has_any(Self::NON_HT.with(Self::NEIGHBOUR_NON_HT)) {
            HtOperation::OBSS_NON_HT_PRESENT
        } else {
            0
        };
        protection | greenfield | around
    }
}
