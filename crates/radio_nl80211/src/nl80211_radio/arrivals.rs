//! What the kernel and the stations send.

use clock::{Duration, Instant};
use dot11::{MacAddr, ReasonCode};
use radio::{Cause, KeyScope, RadioEvent};
use rustix::io::Errno;

use super::Nl80211Radio;
use super::state::{Air, Deferred, Held, State, quick, radio_gone};
use crate::ap;
use crate::batch::Op;
use crate::consts;
use crate::event;
use crate::firmware;
use crate::netlink::messages;
use crate::route;
use crate::setup::Link;

/// Changes of the regulatory domain come in bursts; they are read once this much later.
const SETTLE: Duration = Duration::from_millis(200);

/// More datagrams than the event socket's buffer can hold.
const MAX_STALE: usize = 8192;

impl Nl80211Radio {
    pub(super) fn read_eapol(&mut self, most: usize) {
        let State::Held(Held {
            link,
            air: Air::Running(running),
            ..
        }) = &self.state
        else {
            // Nobody may speak yet: throw it away.
            while matches!(self.eapol.receive(), Ok(Some(_))) {}
            return;
        };
        for _ in 0..most {
            match self.eapol.receive() {
                Ok(Some(frame)) => {
                    if running.accepts(&frame, link.address) {
                        self.out.push_back(RadioEvent::Eapol {
                            peer: frame.source,
                            pdu: frame.pdu.to_vec(),
                        });
                    }
                }
                Ok(None) => return,
                Err(e) => {
                    tracing::warn!(error = %e, "EAPOL cannot be received");
                    return;
                }
            }
        }
    }

    pub(super) fn read_events(&mut self, most: usize, now: Instant) {
        for _ in 0..most {
            // The events borrow the socket's buffer, and handling them needs all of the radio.
            let mut deferred = None;
            match self.events.receive_now() {
                Ok(Some(datagram)) => {
                    for event in messages(datagram).filter_map(|m| event::parse(&m)) {
                        deferred = quick(&mut self.state, &mut self.out, event).or(deferred);
                    }
                }
                Ok(None) => return,
                Err(Errno::NOBUFS) => {
                    tracing::warn!("events were lost; reading the state anew");
                    self.resync();
                    return;
                }
                Err(e) => {
                    tracing::warn!(error = %e, "events cannot be received");
                    return;
                }
            }
            if let Some(deferred) = deferred {
                self.handle_deferred(deferred, now);
            }
        }
    }

    fn handle_deferred(&mut self, deferred: Deferred, now: Instant) {
        match deferred {
            Deferred::Probe(peer) => {
                let what = (None, Op::Preparation);
                self.push(consts::CMD_PROBE_CLIENT, what, |w, ifindex, _| {
                    ap::peer(w, ifindex, peer)
                });
            }
            Deferred::Drop(peer) => {
                self.remove_station(None, peer, ReasonCode::INACTIVITY);
                self.out.push_back(RadioEvent::StationLost { peer });
            }
            Deferred::Renewed(peer) => self.close_port(peer),
            Deferred::Gone(peer) => self.check_departure(peer),
            Deferred::ApStopped => self.explain_stop(),
            Deferred::Neighbours => self.refresh(false),
            Deferred::Scanned { aborted } => self.end_survey(aborted),
            Deferred::Regulatory => self.refresh_at = Some(now + SETTLE),
            Deferred::OwnType => {
                let State::Held(held) = &self.state else {
                    return;
                };
                let ifindex = held.link.ifindex;
                let still = |all: Vec<crate::interface::Interface>| {
                    all.iter()
                        .any(|i| i.ifindex == ifindex && i.iftype == consts::IFTYPE_AP)
                };
                if !self.kernel.interfaces().is_ok_and(still) {
                    let text = format!("Another program took the interface {}.", held.link.name);
                    let remedy = "Keep network managers off it, then start the service again.";
                    self.lose(Cause::new(text, remedy));
                }
            }
            Deferred::OwnGone => self.lose(radio_gone()),
            Deferred::Recover => self.recover(),
        }
    }

    /// Of an association that firmware has replaced nothing may be left: no key, no open port.
    fn close_port(&mut self, peer: MacAddr) {
        let what = (None, Op::Port(peer, false));
        self.push(consts::CMD_SET_STATION, what, |w, ifindex, _| {
            ap::authorize(w, ifindex, peer, false);
        });
        let what = (None, Op::KeyRemoval(peer));
        self.push(consts::CMD_DEL_KEY, what, |w, ifindex, _| {
            ap::remove_key(w, ifindex, KeyScope::Pairwise(peer), 0);
        });
    }

    /// The kernel says that a station left which we have not removed. It may be an old entry's
    /// report, and the station in again since.
    fn check_departure(&mut self, peer: MacAddr) {
        let State::Held(Held {
            link,
            air: Air::Running(running),
            ..
        }) = &mut self.state
        else {
            return;
        };
        if !self.kernel.has_station(link.ifindex, peer) && running.stations.remove(&peer).is_some()
        {
            self.out.push_back(RadioEvent::StationLost { peer });
        }
    }

    /// Interfaces were set up or down. Only a few of them matter.
    pub(super) fn read_links(&mut self) {
        let mut matters = false;
        loop {
            match self.links.receive_now() {
                Ok(Some(datagram)) => {
                    let State::Held(held) = &self.state else {
                        continue;
                    };
                    matters |= messages(datagram)
                        .filter_map(|m| route::subject(&m))
                        .any(|ifindex| held.excluding.contains(&ifindex));
                }
                // Something was lost: look for oneself.
                Err(Errno::NOBUFS) => matters = true,
                Ok(None) | Err(_) => break,
            }
        }
        if matters {
            self.refresh(false);
        }
    }

    /// The kernel ended the access point: because of a switch, another program, or by itself.
    fn explain_stop(&mut self) {
        let State::Held(held) = &mut self.state else {
            return;
        };
        let Air::Running(_) = held.air else { return };
        held.air = Air::Idle;
        if let Some(cause) = held.follow_switches(&mut self.out) {
            held.air = Air::Silenced;
            self.out.push_back(RadioEvent::Unavailable { cause });
            return;
        }
        let name = &held.link.name;
        let cause = match self.kernel.route.link(held.link.ifindex) {
            Err(e) if e.is(Errno::NODEV) => return self.lose(radio_gone()),
            Ok(link) if !link.up => Cause::new(
                format!("Another program set the interface {name} down."),
                "Keep network managers off it, then start the network again.",
            ),
            _ => Cause::new(
                "The driver ended the access point.",
                "See the kernel's log (`dmesg`), then start the network again.",
            ),
        };
        self.out.push_back(RadioEvent::ApStopped { cause });
    }

    /// The interface is not ours any more.
    fn lose(&mut self, cause: Cause) {
        if let State::Held(held) = core::mem::replace(&mut self.state, State::Gone) {
            held.link.forget();
            // A radio that is switched off was reported as unavailable before, for another cause.
            self.out.push_back(RadioEvent::Unavailable { cause });
        }
    }

    /// A radio appeared while there was none.
    fn recover(&mut self) {
        if let State::Gone = self.state {
            match Link::acquire(&mut self.kernel, &self.options).and_then(|link| self.hold(link)) {
                Ok(()) => tracing::info!("the radio is back"),
                Err(e) => tracing::debug!(error = %e, "the new radio does not serve"),
            }
        }
    }

    pub(super) fn follow_switch(&mut self) {
        let State::Held(held) = &mut self.state else {
            return;
        };
        let before = held.switches;
        match (held.follow_switches(&mut self.out), &held.air) {
            (Some(cause), Air::Idle | Air::Running(_)) => {
                held.air = Air::Silenced;
                self.out.push_back(RadioEvent::Unavailable { cause });
            }
            (None, Air::Silenced) => {
                held.air = Air::Idle;
                let ready = Box::new(held.capabilities.clone());
                self.out.push_back(RadioEvent::Ready(ready));
                self.refresh(true);
            }
            // Another switch keeps it silent now, and another remedy helps.
            (Some(cause), Air::Silenced) if held.switches != before => {
                self.out.push_back(RadioEvent::Unavailable { cause });
            }
            (Some(_), Air::Silenced) | (None, Air::Idle | Air::Running(_)) => {}
        }
    }

    /// Reads anew what the radio can do; tells when it changed.
    pub(super) fn refresh(&mut self, channels: bool) {
        let State::Held(held) = &mut self.state else {
            return;
        };
        if channels {
            match self.kernel.wiphys(Some(held.link.wiphy.index)) {
                Ok(mut found) => {
                    if let Some(mut wiphy) = found.pop() {
                        wiphy.country_code = self.kernel.country(wiphy.index);
                        held.link.wiphy = wiphy;
                    }
                }
                Err(e) => tracing::warn!(errno = e.errno, "the radio cannot be described"),
            }
        }
        let interfaces = match self.kernel.interfaces() {
            Ok(interfaces) => self.packets.without_monitor(interfaces),
            Err(e) => {
                tracing::warn!(errno = e.errno, "the interfaces cannot be listed");
                return;
            }
        };
        held.follow_neighbours(&interfaces, &mut self.kernel.route, &mut self.out);
        let capabilities = held.link.capabilities(&interfaces);
        if capabilities != held.capabilities {
            held.capabilities = capabilities;
            if !matches!(held.air, Air::Silenced) {
                let ready = Box::new(held.capabilities.clone());
                self.out.push_back(RadioEvent::Ready(ready));
            }
        }
    }

    /// Events were lost: find out what they could have told.
    fn resync(&mut self) {
        // What is still queued is older than the state that is read now.
        for _ in 0..MAX_STALE {
            match self.events.receive_now() {
                Ok(Some(_)) | Err(Errno::NOBUFS) => {}
                Ok(None) | Err(_) => break,
            }
        }
        self.end_survey(true);
        self.follow_switch();
        self.refresh(true);
        let State::Held(held) = &mut self.state else {
            return self.recover();
        };
        let ifindex = held.link.ifindex;
        let Ok(interfaces) = self.kernel.interfaces() else {
            return;
        };
        let Some(own) = interfaces.iter().find(|i| i.ifindex == ifindex) else {
            return self.lose(radio_gone());
        };
        let Air::Running(running) = &mut held.air else {
            return;
        };
        if !own.in_use() {
            return self.explain_stop();
        }
        // Whether these frames arrived nobody knows; a lost one is noticed by what should follow.
        for id in core::mem::take(&mut running.awaited).into_values() {
            self.out
                .push_back(RadioEvent::FrameSent { id, acked: true });
        }
        running.own_removals.clear();
        if let Ok(there) = self.kernel.stations(ifindex) {
            let lost: Vec<MacAddr> = running
                .stations
                .iter()
                .filter(|(peer, s)| s.entered && !there.contains(peer))
                .map(|(peer, _)| *peer)
                .collect();
            for peer in lost {
                running.stations.remove(&peer);
                self.out.push_back(RadioEvent::StationLost { peer });
            }
            let unknown: Vec<MacAddr> = there
                .into_iter()
                .filter(|peer| running.firmware && !running.stations.contains_key(peer))
                .collect();
            // What they asked for is lost: they have to ask again.
            for peer in unknown {
                let what = (None, Op::Departure(peer));
                self.push(consts::CMD_DEL_STATION, what, |w, ifindex, _| {
                    ap::remove_station(w, ifindex, peer, firmware::NOT_ANNOUNCED);
                });
            }
        }
    }
}
