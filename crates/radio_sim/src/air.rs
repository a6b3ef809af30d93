//! The air between the access point and its stations.
//!
//! A frame given to [`Air::send`] arrives after a delay, in order, at most once, unless the
//! configuration or a rule wants otherwise. A radio's own retries are behind it: a lost frame was
//! lost in all of them. All chance comes from one seeded generator.

use std::collections::BTreeMap;

use clock::{Duration, Instant};
use dot11::MacAddr;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::RngCore;
use serde::{Deserialize, Serialize};

use crate::rule::{Action, Direction, FrameKind, Rule, Rules};

/// A probability in thousandths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Permille(pub u16);

impl Permille {
    /// Whether it happens this time. Certain from 1000 on.
    pub(crate) fn happens(self, rng: &mut ChaCha20Rng) -> bool {
        // No draw for the impossible: a clean air stays the same whatever else is configured.
        self.0 > 0 && rng.next_u32() % 1000 < u32::from(self.0)
    }
}

/// What the air does to frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AirConfig {
    /// From the send to the arrival.
    pub delay: Duration,
    /// Up to this much is added to the delay by chance.
    pub jitter: Duration,
    /// A frame is lost and not acknowledged.
    pub loss: Permille,
    /// A frame arrives but its acknowledgement does not.
    pub ack_loss: Permille,
    /// A frame arrives twice.
    pub duplication: Permille,
    /// A frame is overtaken by others sent up to [`AirConfig::reorder_by`] later.
    pub reorder: Permille,
    /// How late an overtaken frame is.
    pub reorder_by: Duration,
}

impl Default for AirConfig {
    /// A clean air: 200 us of delay, nothing else.
    fn default() -> Self {
        Self {
            delay: Duration::from_micros(200),
            jitter: Duration::ZERO,
            loss: Permille(0),
            ack_loss: Permille(0),
            duplication: Permille(0),
            reorder: Permille(0),
            reorder_by: Duration::from_millis(5),
        }
    }
}

/// Who wants to know whether a frame was acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Receipt {
    /// Nobody.
    None,
    /// The command that sent the frame.
    Command(radio::CommandId),
    /// The access point probes this station.
    Probe(MacAddr),
    /// The command of the station adapter that sent the frame.
    Adapter(radio::CommandId),
    /// The station of this address tells the access point of its power management.
    PowerManagement(MacAddr),
}

/// A frame to be sent.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) frame: Vec<u8>,
    pub(crate) kind: FrameKind,
    /// The station at the other end (or the group address it goes to).
    pub(crate) peer: MacAddr,
    pub(crate) direction: Direction,
    pub(crate) receipt: Receipt,
}

/// A frame that arrives, or the news that it did not.
#[derive(Debug)]
pub(crate) struct Arrival {
    /// `None` when it was lost.
    pub(crate) frame: Option<Vec<u8>>,
    pub(crate) peer: MacAddr,
    pub(crate) direction: Direction,
    pub(crate) receipt: Receipt,
    /// The acknowledgement gets through, if the receiver sends one.
    pub(crate) ack_arrives: bool,
}

/// What became of frames, for tests and for people.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AirCounters {
    /// Frames sent.
    pub sent: u64,
    /// Lost by chance or by rule.
    pub lost: u64,
    /// Copies made by chance or by rule.
    pub duplicated: u64,
    /// Not sent because too many frames were under way.
    pub overflowed: u64,
}

/// Frames in flight.
#[derive(Debug)]
pub(crate) struct Air {
    config: AirConfig,
    rules: Rules,
    rng: ChaCha20Rng,
    flights: BTreeMap<(Instant, u64), Arrival>,
    order: u64,
    /// Last arrival each way: frames do not overtake by jitter alone, the medium is one.
    last_arrival: [Instant; 2],
    pub(crate) counters: AirCounters,
}

impl Air {
    /// Most frames under way: what a flood may cost, about 30 MB in frames of 1500 bytes.
    pub(crate) const MAX_IN_FLIGHT: usize = 20_000;

    pub(crate) fn new(config: AirConfig, rng: ChaCha20Rng) -> Self {
        Self {
            config,
            rules: Rules::default(),
            rng,
            flights: BTreeMap::new(),
            order: 0,
            last_arrival: [Instant::ZERO; 2],
            counters: AirCounters::default(),
        }
    }

    pub(crate) fn configure(&mut self, config: AirConfig) {
        self.config = config;
    }

    pub(crate) fn add_rule(&mut self, rule: Rule) {
        self.rules.add(rule);
    }

    pub(crate) fn clear_rules(&mut self) {
        self.rules.clear();
    }

    /// `false` when the frame was dropped for want of room; nobody hears of it any more.
    pub(crate) fn send(&mut self, out: Outgoing, now: Instant) -> bool {
        self.counters.sent += 1;
        if self.flights.len() >= Self::MAX_IN_FLIGHT {
            self.counters.overflowed += 1;
            return false;
        }
        let Outgoing {
            mut frame,
            kind,
            peer,
            direction,
            receipt,
        } = out;
        let action = self.rules.apply(direction, kind, peer);
        // A group frame is lost by each receiver for itself, see `reaches_one`.
        let lost = action == Some(Action::Drop)
            || (!peer.is_group() && self.config.loss.happens(&mut self.rng));
        let ack_arrives =
            action != Some(Action::DropAck) && !self.config.ack_loss.happens(&mut self.rng);
        let at = now + self.config.delay + self.jitter();
        let way = direction as usize;
        let in_order = self.last_arrival.get(way).map_or(at, |last| at.max(*last));
        let at = match action {
            Some(Action::Delay(by)) => in_order + by,
            _ if self.config.reorder.happens(&mut self.rng) => {
                in_order + self.up_to(self.config.reorder_by)
            }
            _ => {
                if let Some(last) = self.last_arrival.get_mut(way) {
                    *last = in_order;
                }
                in_order
            }
        };
        if let Some(Action::FlipBit { at }) = action
            && let Some(byte) = frame.get_mut(usize::from(at))
        {
            *byte ^= 1;
        }
        if lost {
            self.counters.lost += 1;
            if receipt != Receipt::None {
                self.fly(
                    at,
                    Arrival {
                        frame: None,
                        peer,
                        direction,
                        receipt,
                        ack_arrives,
                    },
                );
            }
            return true;
        }
        let (copies, every) = match action {
            Some(Action::Replay { copies, every }) => (copies, every),
            _ if self.config.duplication.happens(&mut self.rng) => (1, self.config.delay),
            _ => (0, Duration::ZERO),
        };
        for n in 1..=copies {
            let receipt = Receipt::None;
            let frame = Some(frame.clone());
            let copy = Arrival {
                frame,
                peer,
                direction,
                receipt,
                ack_arrives: false,
            };
            self.counters.duplicated += 1;
            self.fly(at + every * u32::from(n), copy);
        }
        self.fly(
            at,
            Arrival {
                frame: Some(frame),
                peer,
                direction,
                receipt,
                ack_arrives,
            },
        );
        true
    }

    /// Sends a frame where nobody listens; its sender hears of that.
    pub(crate) fn send_unheard(&mut self, out: Outgoing, now: Instant) {
        self.counters.sent += 1;
        self.counters.lost += 1;
        if out.receipt == Receipt::None || self.flights.len() >= Self::MAX_IN_FLIGHT {
            return;
        }
        let news = Arrival {
            frame: None,
            peer: out.peer,
            direction: out.direction,
            receipt: out.receipt,
            ack_arrives: false,
        };
        self.fly(now + self.config.delay, news);
    }

    fn fly(&mut self, at: Instant, arrival: Arrival) {
        self.order += 1;
        self.flights.insert((at, self.order), arrival);
    }

    fn jitter(&mut self) -> Duration {
        self.up_to(self.config.jitter)
    }

    fn up_to(&mut self, most: Duration) -> Duration {
        let micros = u64::try_from(most.as_micros()).unwrap_or(u64::MAX);
        if micros == 0 {
            return Duration::ZERO;
        }
        Duration::from_micros(self.rng.next_u64() % micros.saturating_add(1))
    }

    /// Whether one of the receivers of a group frame gets it.
    pub(crate) fn reaches_one(&mut self) -> bool {
        !self.config.loss.happens(&mut self.rng)
    }

    /// When the next frame arrives.
    pub(crate) fn next_arrival(&self) -> Option<Instant> {
        self.flights.first_key_value().map(|((at, _), _)| *at)
    }

    /// The next frame if it arrives by `now`, and when.
    pub(crate) fn arrive(&mut self, now: Instant) -> Option<(Instant, Arrival)> {
        let entry = self.flights.first_entry()?;
        let (at, _) = *entry.key();
        (at <= now).then(|| (at, entry.remove()))
    }

    pub(crate) fn in_flight(&self) -> usize {
        self.flights.len()
    }
}

#[cfg(test)]
mod tests {
    use rand_chacha::rand_core::SeedableRng;

    use super::*;

    const STATION: MacAddr = MacAddr([2, 0, 0, 0, 0, 7]);

    fn air(config: AirConfig) -> Air {
        Air::new(config, ChaCha20Rng::from_seed([7; 32]))
    }

    fn send(air: &mut Air, tag: u8, receipt: Receipt) {
        let direction = Direction::ToAp;
        let kind = FrameKind::Data;
        let out = Outgoing {
            frame: vec![tag],
            kind,
            peer: STATION,
            direction,
            receipt,
        };
        air.send(out, Instant::ZERO + Duration::from_micros(u64::from(tag)));
    }

    fn tags(air: &mut Air) -> Vec<u8> {
        let mut out = Vec::new();
        while let Some((_, arrival)) = air.arrive(Instant::from_micros(u64::MAX)) {
            out.extend(arrival.frame.and_then(|f| f.first().copied()));
        }
        out
    }

    #[test]
    fn a_clean_air_delivers_all_in_order_after_the_delay() {
        let mut air = air(AirConfig::default());
        (0..5).for_each(|n| send(&mut air, n, Receipt::None));

        assert_eq!(air.next_arrival(), Some(Instant::from_micros(200)));
        assert!(air.arrive(Instant::from_micros(199)).is_none());
        assert_eq!(tags(&mut air), [0, 1, 2, 3, 4]);
    }

    #[test]
    fn jitter_alone_never_reorders() {
        let config = AirConfig {
            jitter: Duration::from_millis(3),
            ..AirConfig::default()
        };
        let mut air = air(config);
        (0..100).for_each(|n| send(&mut air, n, Receipt::None));

        assert!(tags(&mut air).is_sorted());
    }

    #[test]
    fn reordering_delivers_all_in_another_order() {
        let config = AirConfig {
            reorder: Permille(300),
            ..AirConfig::default()
        };
        let mut air = air(config);
        (0..100).for_each(|n| send(&mut air, n, Receipt::None));

        let mut tags = tags(&mut air);

        assert!(!tags.is_sorted());
        tags.sort_unstable();
        assert_eq!(tags, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn loss_and_duplication_come_as_often_as_configured() {
        let config = AirConfig {
            loss: Permille(200),
            duplication: Permille(100),
            ..AirConfig::default()
        };
        let mut air = air(config);

        for _ in 0..100 {
            (0..100).for_each(|n| send(&mut air, n, Receipt::None));
        }

        assert!(
            (1_800..2_200).contains(&air.counters.lost),
            "{:?}",
            air.counters
        );
        assert!(
            (650..950).contains(&air.counters.duplicated),
            "{:?}",
            air.counters
        );
    }

    #[test]
    fn the_sender_hears_of_a_lost_frame_when_it_asked() {
        let mut air = air(AirConfig {
            loss: Permille(1000),
            ..AirConfig::default()
        });
        send(&mut air, 1, Receipt::None);
        send(&mut air, 2, Receipt::Probe(STATION));

        let (_, news) = air.arrive(Instant::from_micros(1_000)).unwrap();

        assert_eq!(news.receipt, Receipt::Probe(STATION));
        assert!(news.frame.is_none());
        assert_eq!(air.in_flight(), 0);
    }

    #[test]
    fn a_delayed_frame_is_overtaken_and_a_replayed_one_comes_again() {
        let mut air = air(AirConfig::default());
        air.add_rule(Rule::once(
            FrameKind::Data,
            Action::Delay(Duration::from_millis(1)),
        ));
        let every = Duration::from_millis(10);
        air.add_rule(Rule::once(
            FrameKind::Data,
            Action::Replay { copies: 2, every },
        ));
        (0..3).for_each(|n| send(&mut air, n, Receipt::None));

        assert_eq!(tags(&mut air), [1, 2, 0, 1, 1]);
    }

    #[test]
    fn a_flood_is_cut_at_the_bound() {
        let mut air = air(AirConfig::default());
        for _ in 0..Air::MAX_IN_FLIGHT + 10 {
            send(&mut air, 0, Receipt::None);
        }
        assert_eq!(air.in_flight(), Air::MAX_IN_FLIGHT);
        assert_eq!(air.counters.overflowed, 10);
    }
}
