//! Rules for single frames: what a test does to the third message 2 of one station.

use clock::Duration;
use dot11::MacAddr;
use dot11::eapol::{KeyFrameView, KeyInfo};
use dot11::frame::{
    ControlSubtype, DataView, FrameControl, FrameType, ManagementSubtype, decapsulate_llc,
};
use serde::{Deserialize, Serialize};

/// Which way a frame flies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// From a station (or an injector) to the access point.
    ToAp,
    /// From the access point to a station or to all of them.
    FromAp,
}

/// What a frame is, seen by its sender: also encrypted EAPOL frames are told apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum FrameKind {
    /// A management frame of this subtype.
    Management(ManagementSubtype),
    /// PS-Poll.
    PsPoll,
    /// A Null frame, with or without QoS.
    Null,
    /// Message 1 to 4 of the four-way handshake.
    Message(u8),
    /// Message 1 or 2 of the group key handshake.
    GroupMessage(u8),
    /// Another EAPOL frame.
    Eapol,
    /// A frame of this EtherType that its sender sends beside the data
    /// ([`radio::Command::SendPacket`]).
    Packet(u16),
    /// Any other data frame.
    Data,
    /// Anything else.
    Other,
}

impl FrameKind {
    /// Of a frame as it stands; an encrypted data frame is [`FrameKind::Data`].
    #[must_use]
    pub fn of_frame(frame: &[u8]) -> Self {
        let Some(control) = FrameControl::from_frame(frame) else {
            return Self::Other;
        };
        match control.frame_type() {
            FrameType::Management => Self::Management(ManagementSubtype(control.subtype())),
            FrameType::Control if control.subtype() == ControlSubtype::PS_POLL.0 => Self::PsPoll,
            FrameType::Data => match DataView::parse(frame) {
                Ok(view) if view.header().is_null() => Self::Null,
                Ok(view) if !view.header().is_protected() => Self::of_payload(view.payload()),
                _ => Self::Data,
            },
            FrameType::Control | FrameType::Extension => Self::Other,
        }
    }

    /// Of the plain body of a data frame, from its LLC header.
    #[must_use]
    pub fn of_payload(body: &[u8]) -> Self {
        match decapsulate_llc(body) {
            Some((dot11::ETHERTYPE_EAPOL, pdu)) => Self::of_eapol(pdu),
            _ => Self::Data,
        }
    }

    /// Of an EAPOL PDU.
    #[must_use]
    pub fn of_eapol(pdu: &[u8]) -> Self {
        let Ok(frame) = KeyFrameView::parse(pdu) else {
            return Self::Eapol;
        };
        let info = frame.info();
        if info.intersects(KeyInfo::REQUEST | KeyInfo::ERROR) {
            return Self::Eapol;
        }
        let from_ap = info.contains(KeyInfo::ACK);
        match (info.contains(KeyInfo::PAIRWISE), from_ap) {
            (true, true) => Self::Message(if info.contains(KeyInfo::MIC) { 3 } else { 1 }),
            (true, false) => Self::Message(if frame.key_data().is_empty() { 4 } else { 2 }),
            (false, true) => Self::GroupMessage(1),
            (false, false) => Self::GroupMessage(2),
        }
    }
}

/// Which frames a rule is for. `None` matches everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matcher {
    /// Which way it flies.
    pub direction: Option<Direction>,
    /// What it is.
    pub kind: Option<FrameKind>,
    /// The station it comes from or goes to.
    pub station: Option<MacAddr>,
}

impl Matcher {
    pub(crate) fn matches(&self, direction: Direction, kind: FrameKind, peer: MacAddr) -> bool {
        self.direction.is_none_or(|d| d == direction)
            && self.kind.is_none_or(|k| k == kind)
            && self.station.is_none_or(|s| s == peer)
    }
}

/// What happens to a matching frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Action {
    /// It is lost, and not acknowledged.
    Drop,
    /// It arrives, but its acknowledgement is lost.
    DropAck,
    /// It arrives this much later than its successors.
    Delay(Duration),
    /// It arrives, and again, as if somebody had recorded it, this many times.
    Replay {
        /// How many more copies.
        copies: u8,
        /// From each copy to the next.
        every: Duration,
    },
    /// The lowest bit of this byte is flipped, if the frame is so long.
    FlipBit {
        /// Which byte, from the start of the MAC header.
        at: u16,
    },
}

/// A matcher, an action and for how many frames. Of several matching rules the oldest acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// Which frames.
    pub matcher: Matcher,
    /// Leave this many matching frames alone first.
    pub skip: u32,
    /// Then act on this many; the rule is gone afterwards. `None`: for ever.
    pub times: Option<u32>,
    /// What to do.
    pub action: Action,
}

impl Rule {
    /// For the next frame of this kind, whichever way it flies.
    #[must_use]
    pub fn once(kind: FrameKind, action: Action) -> Self {
        let matcher = Matcher {
            kind: Some(kind),
            ..Matcher::default()
        };
        Self {
            matcher,
            skip: 0,
            times: Some(1),
            action,
        }
    }

    /// For every frame of this kind from now on.
    #[must_use]
    pub fn always(kind: FrameKind, action: Action) -> Self {
        Self {
            times: None,
            ..Self::once(kind, action)
        }
    }

    /// The same for frames from and to one station only.
    #[must_use]
    pub const fn with(mut self, station: MacAddr) -> Self {
        self.matcher.station = Some(station);
        self
    }

    /// The same after leaving `frames` matching frames alone.
    #[must_use]
    pub const fn after(mut self, frames: u32) -> Self {
        self.skip = frames;
        self
    }

    /// The same for `frames` frames.
    #[must_use]
    pub const fn times(mut self, frames: u32) -> Self {
        self.times = Some(frames);
        self
    }
}

/// The rules in force.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rules(Vec<Rule>);

impl Rules {
    pub(crate) fn add(&mut self, rule: Rule) {
        if rule.times != Some(0) {
            self.0.push(rule);
        }
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// What happens to a frame that is sent now.
    pub(crate) fn apply(
        &mut self,
        direction: Direction,
        kind: FrameKind,
        peer: MacAddr,
    ) -> Option<Action> {
        let mut found = None;
        for (index, rule) in self.0.iter_mut().enumerate() {
            if !rule.matcher.matches(direction, kind, peer) {
                continue;
            }
            if rule.skip > 0 {
                rule.skip -= 1;
                continue;
            }
            if let Some(left) = &mut rule.times {
                *left -= 1;
            }
            found = Some((index, rule.action, rule.times == Some(0)));
            break;
        }
        let (index, action, spent) = found?;
        if spent {
            self.0.remove(index);
        }
        Some(action)
    }
}

#[cfg(test)]
mod tests {
    use dot11::eapol::KeyFrame;

    use super::*;

    const STATION: MacAddr = MacAddr([2, 0, 0, 0, 0, 7]);

    #[test]
    fn a_rule_skips_then_acts_then_is_gone() {
        let mut rules = Rules::default();
        rules.add(
            Rule::once(FrameKind::Message(2), Action::Drop)
                .after(1)
                .times(2),
        );

        let fates: Vec<_> = (0..4)
            .map(|_| {
                rules
                    .apply(Direction::ToAp, FrameKind::Message(2), STATION)
                    .is_some()
            })
            .collect();

        assert_eq!(fates, [false, true, true, false]);
        assert!(rules.0.is_empty());
    }

    #[test]
    fn a_rule_for_one_station_leaves_others_alone() {
        let mut rules = Rules::default();
        rules.add(Rule::always(FrameKind::Data, Action::Drop).with(STATION));

        let other = MacAddr([2, 0, 0, 0, 0, 8]);

        assert_eq!(rules.apply(Direction::ToAp, FrameKind::Data, other), None);
        assert_eq!(rules.apply(Direction::ToAp, FrameKind::Null, STATION), None);
        assert_eq!(
            rules.apply(Direction::FromAp, FrameKind::Data, STATION),
            Some(Action::Drop)
        );
    }

    #[test]
    fn handshake_messages_are_told_apart() {
        let message = |info: KeyInfo, key_data: &[u8]| {
            FrameKind::of_eapol(
                &KeyFrame {
                    info,
                    key_data,
                    ..KeyFrame::default()
                }
                .encode(),
            )
        };
        let pairwise = KeyInfo::VERSION_2 | KeyInfo::PAIRWISE;
        let secure = KeyInfo::MIC | KeyInfo::SECURE;

        assert_eq!(message(pairwise | KeyInfo::ACK, &[]), FrameKind::Message(1));
        assert_eq!(
            message(pairwise | KeyInfo::MIC, &[48, 0]),
            FrameKind::Message(2)
        );
        assert_eq!(
            message(pairwise | KeyInfo::ACK | secure, &[0; 24]),
            FrameKind::Message(3)
        );
        assert_eq!(message(pairwise | secure, &[]), FrameKind::Message(4));
        assert_eq!(
            message(KeyInfo::ACK | secure, &[0; 24]),
            FrameKind::GroupMessage(1)
        );
        assert_eq!(message(secure, &[]), FrameKind::GroupMessage(2));
        assert_eq!(FrameKind::of_eapol(&[1, 1, 0, 0]), FrameKind::Eapol);
    }
}
