//! Respect for stations that know less: what the beacon says of them, and what the radio does (clause
//! 10.27).
//!
//! A need is announced at once. What is not needed any more is withdrawn after [`HOLD`] only, so that
//! stations which come and go in crowds, or pretend to, change the beacon a handful of times in that
//! time at most: each need rises once, and all fall together.

use clock::{Duration, Instant};
use dot11::Channel;
use dot11::element::{HtCapabilities, HtOperation, Rates, erp};
use dot11::frame::CapabilityInfo;
use radio::{Command, OperatingChannel, SurveyRow};
use serde::{Deserialize, Serialize};

use super::bss::Join;
use super::{Context, Mlme};
use crate::channel::members;

/// What nobody needs any more is withdrawn so long after it was first seen.
pub(crate) const HOLD: Duration = Duration::from_secs(5);

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

    /// Those that members have: the first so many bits.
    const OF_MEMBERS: usize = 6;

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

    fn add_if(&mut self, condition: bool, other: Self) {
        if condition {
            *self = self.with(other);
        }
    }

    pub(super) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    const fn has(self, other: Self) -> bool {
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

/// Who needs what.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Older {
    /// Members with each need.
    members: [u16; Needs::OF_MEMBERS],
    neighbours: Needs,
    /// When what is announced and not needed any more is withdrawn.
    withdraw_at: Option<Instant>,
}

impl Older {
    pub(crate) fn new(neighbours: Needs) -> Self {
        Self {
            neighbours,
            ..Self::default()
        }
    }

    fn count(&mut self, needs: Needs, change: impl Fn(u16) -> u16) {
        for (bit, members) in self.members.iter_mut().enumerate() {
            if needs.has(Needs(1 << bit)) {
                *members = change(*members);
            }
        }
    }

    fn needs(&self) -> Needs {
        let mut needs = self.neighbours;
        for (bit, members) in self.members.iter().enumerate() {
            needs.add_if(*members > 0, Needs(1 << bit));
        }
        needs
    }

    pub(super) const fn poll_timeout(&self) -> Option<Instant> {
        self.withdraw_at
    }

    /// What is announced now, and is not needed, has its time to go.
    fn watch(&mut self, announced: Needs, now: Instant) {
        let surplus = !self.needs().has(announced);
        let at = self.withdraw_at.take().unwrap_or(now + HOLD);
        self.withdraw_at = surplus.then_some(at);
    }
}

impl Mlme {
    /// A station is about to be in the radio's table; whether others must be told
    /// ([`Mlme::tell_needs`]).
    pub(super) fn count_in(&mut self, needs: Needs, now: Instant) -> bool {
        self.older.count(needs, |n| n.saturating_add(1));
        let announced = self.bss.needs().with(self.older.needs());
        self.older.watch(announced, now);
        self.bss.set_needs(announced)
    }

    /// A station is out of it.
    pub(super) fn count_out(&mut self, needs: Needs, now: Instant) {
        self.older.count(needs, |n| n.saturating_sub(1));
        self.older.watch(self.bss.needs(), now);
    }

    /// The beacon as it is now, and the radio's part.
    pub(super) fn tell_needs(&self, cx: &mut Context<'_>) {
        let (head, tail) = (self.bss.beacon_head(), self.bss.beacon_tail());
        cx.out.send(Command::UpdateBeacon { head, tail });
        // Firmware looks after its stations itself.
        if !self.radio.firmware_mlme {
            cx.out.send(Command::Protect(self.bss.protection()));
        }
    }

    /// Withdraws what has not been needed for a while.
    pub(super) fn withdraw_needs(&mut self, cx: &mut Context<'_>) {
        if self.older.withdraw_at.is_none_or(|at| at > cx.now) {
            return;
        }
        self.older.withdraw_at = None;
        if self.bss.set_needs(self.older.needs()) {
            self.tell_needs(cx);
        }
    }
}
