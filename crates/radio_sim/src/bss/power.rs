//! Frames kept for dozing stations (clause 11.2.3).

use clock::{Duration, Instant};
use dot11::MacAddr;
use dot11::frame::{FrameType, write_sequence_control};

use super::held::{Held, Power, drop_held};
use super::{Bss, set_more_data};
use crate::air::{Outgoing, Receipt};
use crate::rule::Direction;
use crate::sink::Sink;

/// Most group frames kept for the next DTIM; then the oldest goes.
const MAX_GROUP_HELD: usize = 128;
/// Frames are kept at least this long, and two listen intervals.
const MIN_KEPT: Duration = Duration::from_secs(10);

impl Bss {
    /// A frame of this station said whether it dozes from now on.
    pub(crate) fn note_power(&mut self, peer: MacAddr, dozes: bool, sink: &mut Sink) {
        let Some(row) = self.peers.get_mut(&peer) else {
            return;
        };
        match (&mut row.power, dozes) {
            (Power::Awake, false) | (Power::Dozing(_), true) => {}
            (power @ Power::Awake, true) => *power = Power::Dozing(Box::default()),
            (power @ Power::Dozing(_), false) => {
                let Power::Dozing(held) = core::mem::take(power) else {
                    return;
                };
                self.held -= held.len();
                let mut left = held.len();
                for frame in *held {
                    left -= 1;
                    self.release(peer, frame, left > 0, sink);
                }
            }
        }
    }

    /// A dozing station asks for one frame.
    pub(crate) fn answer_poll(&mut self, peer: MacAddr, sink: &mut Sink, now: Instant) {
        let Some(row) = self.peers.get_mut(&peer) else {
            return;
        };
        let frame = match &mut row.power {
            Power::Dozing(held) => held.pop_front(),
            Power::Awake => None,
        };
        match frame {
            Some(frame) => {
                let more = row.power.holds();
                self.held -= 1;
                self.release(peer, frame, more, sink);
            }
            // Nothing is left: say so, or the station waits.
            None => self.send_null_now(peer, Receipt::None, sink, now),
        }
    }

    /// Whether group frames must wait for a DTIM.
    pub(crate) fn anybody_dozes(&self) -> bool {
        self.peers.values().any(|p| p.power.is_dozing())
    }

    pub(crate) fn hold_group(&mut self, frame: Held, sink: &mut Sink) {
        self.group_held.push_back(frame);
        if self.group_held.len() > MAX_GROUP_HELD
            && let Some(oldest) = self.group_held.pop_front()
        {
            drop_held(&oldest, sink);
        }
    }

    /// All group frames, after a DTIM.
    pub(crate) fn release_group(&mut self, sink: &mut Sink) {
        while let Some(mut held) = self.group_held.pop_front() {
            set_more_data(&mut held.frame, !self.group_held.is_empty());
            self.cipher_and_send(MacAddr::BROADCAST, held, sink);
        }
    }

    /// Sends a frame that waited. Data is ciphered only now, so that packet numbers go out in order.
    fn release(&mut self, peer: MacAddr, mut held: Held, more: bool, sink: &mut Sink) {
        set_more_data(&mut held.frame, more);
        let management = dot11::frame::FrameControl::from_frame(&held.frame)
            .is_some_and(|fc| fc.frame_type() == FrameType::Management);
        if management {
            let sequence = self.next_sequence();
            write_sequence_control(&mut held.frame, sequence);
            let Held {
                frame,
                kind,
                receipt,
                ..
            } = held;
            let direction = Direction::FromAp;
            sink.send(Outgoing {
                frame,
                kind,
                peer,
                direction,
                receipt,
            });
        } else {
            self.cipher_and_send(peer, held, sink);
        }
    }

    /// Drops what was kept too long.
    pub(crate) fn expire_held(&mut self, sink: &mut Sink, now: Instant) {
        if self.held == 0 {
            return;
        }
        let interval = self.beacon_interval();
        for row in self.peers.values_mut() {
            let keep = MIN_KEPT.max(interval * 2 * u32::from(row.other.entry.listen_interval));
            let Power::Dozing(held) = &mut row.power else {
                continue;
            };
            while held.front().is_some_and(|f| now.since(f.since) > keep) {
                if let Some(frame) = held.pop_front() {
                    self.held -= 1;
                    drop_held(&frame, sink);
                }
            }
        }
    }
}
