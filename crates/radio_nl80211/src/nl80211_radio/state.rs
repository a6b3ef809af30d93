//! What the radio holds, and what events do to it.

use std::collections::{BTreeMap, VecDeque};

use dot11::{Channel, MacAddr};
use radio::{Capabilities, Cause, CommandError, CommandErrorKind, CommandId, KeyScope, RadioEvent};

use crate::event::{Event, What};
use crate::setup::Link;

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "there is one of it")]
pub(super) enum State {
    /// An interface is held.
    Held(Held),
    /// The radio is gone; it may come back.
    Gone,
    /// Everything was given back.
    Closed,
}

#[derive(Debug)]
pub(super) struct Held {
    pub(super) link: Link,
    pub(super) capabilities: Capabilities,
    pub(super) air: Air,
}

#[derive(Debug)]
pub(super) enum Air {
    /// Switched off by rfkill.
    Silenced,
    /// Ready for an access point.
    Idle,
    /// An access point is on the air.
    Running(Running),
}

#[derive(Debug)]
pub(super) struct Running {
    /// For stations that are entered before they said theirs.
    pub(super) rates: Vec<u8>,
    pub(super) stations: BTreeMap<MacAddr, Station>,
    /// Frames whose fate the kernel will report, by its number for them. The number arrives
    /// within the exchange that sent the frame, so a report is never read before it.
    pub(super) awaited: BTreeMap<u64, CommandId>,
    /// Stations replaced by themselves: the kernel will report the departure of the first entry.
    pub(super) replaced: Vec<MacAddr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Station {
    /// The kernel has it: not the case before association with a driver that wants it then.
    pub(super) entered: bool,
    pub(super) associated: bool,
    /// Frames to it get lost; a probe of our own is on its way.
    pub(super) suspected: bool,
}

/// No radio, or none on the air: what every command but a few then answers.
pub(super) fn not_running() -> CommandError {
    CommandError {
        kind: CommandErrorKind::PoweredDown,
        cause: Cause::new("The access point is not running.", "Start it first."),
    }
}

pub(super) fn radio_gone() -> Cause {
    Cause::new(
        "The radio or its interface was removed.",
        "Plug the radio in again, or start the service again if only the interface was removed.",
    )
}

/// What cannot be done while the event is being read.
pub(super) enum Deferred {
    Probe(MacAddr),
    Drop(MacAddr),
    ApStopped,
    Neighbours,
    Regulatory,
    OwnType,
    OwnGone,
    Recover,
}

/// Handles the events of every day; the others are handed back. (One datagram has one event.)
pub(super) fn quick(
    state: &mut State,
    out: &mut VecDeque<RadioEvent>,
    event: Event<'_>,
) -> Option<Deferred> {
    let held = match state {
        State::Held(held) => held,
        State::Gone => {
            return matches!(event.what, What::WiphyAdded | What::InterfaceAdded { .. })
                .then_some(Deferred::Recover);
        }
        State::Closed => return None,
    };
    if event.ifindex != held.link.ifindex {
        return match event.what {
            What::WiphyRemoved { wiphy } if wiphy == held.link.wiphy.index => {
                Some(Deferred::OwnGone)
            }
            What::ConnectionChanged
            | What::ChannelSwitched { .. }
            | What::InterfaceAdded { .. }
            | What::InterfaceRemoved
            | What::InterfaceChanged => Some(Deferred::Neighbours),
            What::RegulatoryChanged => Some(Deferred::Regulatory),
            _ => None,
        };
    }
    match event.what {
        What::InterfaceRemoved => return Some(Deferred::OwnGone),
        What::InterfaceChanged => return Some(Deferred::OwnType),
        _ => {}
    }
    let Air::Running(running) = &mut held.air else {
        return None;
    };
    match event.what {
        What::Frame { frame, signal } => {
            out.push_back(RadioEvent::Management {
                frame: frame.to_vec(),
                signal,
            });
        }
        What::FrameSent { cookie, acked } => {
            if let Some(id) = running.awaited.remove(&cookie) {
                out.push_back(RadioEvent::FrameSent { id, acked });
            }
        }
        What::UnexpectedData { peer } => out.push_back(RadioEvent::UnexpectedData { peer }),
        What::ProbeResult { peer, acked } => {
            let suspected = running
                .stations
                .get_mut(&peer)
                .is_some_and(|s| core::mem::replace(&mut s.suspected, false));
            match (suspected, acked) {
                (false, _) => out.push_back(RadioEvent::ProbeResult { peer, acked }),
                (true, true) => {}
                (true, false) => return Some(Deferred::Drop(peer)),
            }
        }
        What::StationGone { peer } => {
            if let Some(at) = running.replaced.iter().position(|r| *r == peer) {
                running.replaced.swap_remove(at);
            } else if running.stations.remove(&peer).is_some() {
                out.push_back(RadioEvent::StationLost { peer });
            }
        }
        What::PacketLoss { peer } => {
            let station = running.stations.get_mut(&peer)?;
            if !core::mem::replace(&mut station.suspected, true) {
                return Some(Deferred::Probe(peer));
            }
        }
        What::ApStopped => return Some(Deferred::ApStopped),
        What::ChannelSwitched { channel } => out.extend(channel.map(RadioEvent::ChannelChanged)),
        _ => {}
    }
    None
}

/// Refuses a channel the regulatory domain keeps from access points, and says which rule it is.
pub(super) fn check_channel(c: &Capabilities, channel: Channel) -> Result<(), CommandError> {
    let number = channel.number();
    let refuse = |text: String, remedy: &str| {
        Err(CommandError {
            kind: CommandErrorKind::Regulatory,
            cause: Cause::new(text, remedy),
        })
    };
    let other = "Choose another channel, or set the country you are in (`iw reg set`).";
    match c.channels.iter().find(|i| i.channel == channel) {
        None => refuse(
            format!("The radio has no channel {number}."),
            "Choose another channel.",
        ),
        Some(i) if i.disabled => refuse(
            format!("Channel {number} is not allowed in this regulatory domain."),
            other,
        ),
        Some(i) if i.radar => refuse(
            format!("Channel {number} needs radar detection, which is not offered."),
            "Choose another channel.",
        ),
        Some(i) if i.no_ir => refuse(
            format!(
                "The regulatory domain lets nobody transmit first on channel {number}, so no access point."
            ),
            other,
        ),
        Some(_) => Ok(()),
    }
}

/// A station the kernel does not have, has no key there either.
pub(super) fn is_keyless(running: &Running, scope: KeyScope) -> bool {
    match scope {
        KeyScope::Pairwise(peer) => !running.stations.get(&peer).is_some_and(|s| s.entered),
        KeyScope::Group => false,
    }
}
