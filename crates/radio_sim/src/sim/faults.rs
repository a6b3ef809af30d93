//! What happens to the radio from outside: switches, other connections, drivers with a will of
//! their own.

use cause::Cause;
use clock::{Duration, Instant};
use dot11::{Channel, MacAddr};
use radio::{Capabilities, CommandError, RadioEvent, Switches};

use super::SimRadio;
use crate::air::{Outgoing, Receipt};
use crate::fault::CommandKind;
use crate::rule::{Direction, FrameKind};

impl SimRadio {
    /// Declines a command of this kind, after letting `skip` of them pass. Several faults may wait.
    pub fn refuse_next(&mut self, kind: CommandKind, skip: u32, error: CommandError) {
        self.ap.refuse_next(kind, skip, error);
    }

    /// Puts any bytes on the air towards stations, as somebody who pretends to be the access point. Whom
    /// they are for is in the bytes.
    pub fn inject_to_stations(&mut self, frame: Vec<u8>, now: Instant) {
        let peer = frame
            .get(4..)
            .and_then(MacAddr::from_slice)
            .unwrap_or_default();
        let out = Outgoing {
            kind: FrameKind::of_frame(&frame),
            frame,
            peer,
            direction: Direction::FromAp,
            receipt: Receipt::None,
        };
        self.transmit(out, now);
    }

    /// The radio is pulled out; what was on the air is gone without a word. How it is switched stays
    /// as it is.
    pub fn set_unavailable(&mut self, cause: Cause, now: Instant) {
        self.finish_stops(now);
        self.ap.set_unavailable(cause);
        self.flush_ap(now);
        self.note_air(now);
    }

    /// The radio is there again; it can be used when it is switched on.
    pub fn set_available(&mut self, now: Instant) {
        self.ap.set_available();
        self.flush_ap(now);
    }

    /// The driver ends the access point; the radio stays.
    pub fn stop_ap_by_driver(&mut self, cause: Cause, now: Instant) {
        self.ap.stop_by_driver(cause);
        self.flush_ap(now);
        self.note_air(now);
    }

    /// The driver moves the access point to another channel.
    pub fn change_channel(&mut self, channel: Channel, now: Instant) {
        if let Some((bss, sink)) = self.ap.bss_mut() {
            bss.config.channel = channel.into();
            sink.event(RadioEvent::ChannelChanged(channel));
        }
        self.flush_ap(now);
        self.note_adapter(now);
    }

    /// The driver drops a station by itself.
    pub fn lose_station(&mut self, peer: MacAddr, now: Instant) {
        if let Some((bss, sink)) = self.ap.bss_mut()
            && bss.remove_station(peer, sink)
        {
            sink.event(RadioEvent::StationLost { peer });
        }
        self.flush_ap(now);
    }

    /// What the radio can do changes; it says so.
    pub fn change_capabilities(&mut self, change: impl FnOnce(&mut Capabilities), now: Instant) {
        self.ap.change_capabilities(change);
        self.flush_ap(now);
    }

    /// How the radio is switched; on by both at the beginning.
    #[must_use]
    pub const fn switches(&self) -> Switches {
        self.ap.switches()
    }

    /// Switches the radio. A change is told as [`RadioEvent::Switched`], followed by
    /// [`RadioEvent::Unavailable`] with a cause that names the switch, or by [`RadioEvent::Ready`]
    /// when both are on again. What was on the air when one goes off is gone without a word.
    pub fn set_switches(&mut self, switches: Switches, now: Instant) {
        if switches == self.ap.switches() {
            return;
        }
        if !(switches.software && switches.hardware) {
            self.finish_stops(now);
        }
        self.ap.set_switches(switches);
        self.flush_ap(now);
        self.note_air(now);
    }

    /// The other connection of this radio that no access point can stand beside.
    #[must_use]
    pub const fn incompatible(&self) -> Option<&Cause> {
        self.ap.incompatible()
    }

    /// Such a connection begins (and why nothing can stand beside it), or ends. A change is told as
    /// [`RadioEvent::Incompatible`]. An access point on the air stays until its owner stops it; a
    /// start is declined as busy.
    pub fn set_incompatible(&mut self, cause: Option<Cause>, now: Instant) {
        self.ap.set_incompatible(cause);
        self.flush_ap(now);
    }

    /// From now on a stop takes this long: until then the network stays on the air, and its command
    /// is answered after it. Zero at the beginning.
    pub const fn set_stop_delay(&mut self, delay: Duration) {
        self.stop_delay = delay;
    }
}
