//! Handshakes of peers, and the keys that come of them: pairwise ones, ports, the group key.

use std::collections::BTreeSet;

use clock::Instant;
use dot11::{MacAddr, ReasonCode};
use oid::{Failure, Request};
use rsn::{Network, Verdict};

use super::{Pending, SoftAp, State};
use crate::peer::{Handshaking, Joined, Peer as PeerState};
use crate::run::pairwise_key;
use crate::{Event, PeerKey, Refused, start};

impl SoftAp {
    pub(super) fn received(&mut self, mac: MacAddr, pdu: &[u8], now: Instant) {
        let State::Active(run) = &mut self.state else {
            return;
        };
        let Some(peer) = run.peers.get_mut(&mac) else {
            return;
        };
        let Some(authenticator) = peer.authenticator() else {
            return;
        };
        let network = Network {
            candidates: run.keys.candidates(),
            group: run.group.newest(),
        };
        // A dropped frame is counted there; it may still be worth telling why it was dropped.
        let _ = authenticator.handle_eapol(pdu, &network, now);
        self.settle(mac, now);
    }

    /// Carries out what a peer's authenticator wants, and notes when it wants to be woken.
    pub(super) fn settle(&mut self, mac: MacAddr, now: Instant) {
        while let Some(output) = self.next_from(mac) {
            self.carry_out(mac, output, now);
        }
        if let State::Active(run) = &mut self.state {
            run.note_deadline(mac);
        }
    }

    fn next_from(&mut self, mac: MacAddr) -> Option<rsn::Output> {
        match &mut self.state {
            State::Active(run) => run.peers.get_mut(&mac)?.authenticator()?.poll_output(),
            State::Idle | State::Starting(_) | State::Stopping => None,
        }
    }

    fn carry_out(&mut self, mac: MacAddr, output: rsn::Output, now: Instant) {
        match output {
            rsn::Output::SendEapol(pdu) => {
                self.request(Request::SendPacket { peer: mac, pdu }, Pending::Unwatched);
            }
            rsn::Output::InstallPairwiseKey { tk } => {
                let key = pairwise_key(mac, tk);
                self.request(Request::CipherKeyMappingKey(key), Pending::PairwiseKey(mac));
            }
            rsn::Output::Authorize { key } => {
                if let Some(PeerState::Handshaking(h)) = self.peer(mac) {
                    h.elected = Some(key);
                }
            }
            rsn::Output::PairwiseRekeyed => {}
            rsn::Output::GroupKeyDelivered { index } => {
                if let State::Active(run) = &mut self.state {
                    run.group.delivered(mac, index);
                }
                self.finish_group_renewal(now);
            }
            rsn::Output::Mismatch(verdict) => {
                if let Some(PeerState::Handshaking(h)) = self.peer(mac) {
                    h.mismatch_told = true;
                    let why = match verdict {
                        Verdict::WrongKey => Refused::WrongKey,
                        Verdict::RetiredKey(_) => Refused::RetiredKey,
                    };
                    self.event(Event::PeerRefused { mac, why });
                }
            }
            rsn::Output::RekeyRequested { pairwise: true } => {
                if let State::Active(run) = &mut self.state
                    && let Some(PeerState::Joined(joined)) = run.peers.get_mut(&mac)
                {
                    joined.authenticator.rekey_pairwise(&mut self.rng, now);
                }
            }
            rsn::Output::RekeyRequested { pairwise: false } => {
                if let State::Active(run) = &mut self.state {
                    run.group.ask(now);
                }
            }
            rsn::Output::Failed(failure) => {
                if let Some(PeerState::Handshaking(h)) = self.peer(mac)
                    && !h.mismatch_told
                {
                    let why = match failure {
                        rsn::Failure::PairwiseTimeout | rsn::Failure::GroupTimeout => {
                            Refused::HandshakeTimeout
                        }
                        rsn::Failure::ElementMismatch => Refused::HandshakeViolation,
                    };
                    self.event(Event::PeerRefused { mac, why });
                }
                self.send_away(mac, failure.reason(), now);
                self.finish_group_renewal(now);
            }
        }
    }

    pub(super) fn pairwise_key_installed(&mut self, mac: MacAddr, now: Instant) {
        let State::Active(run) = &mut self.state else {
            return;
        };
        // A renewed key needs nothing more; the first one opens the port.
        if matches!(run.peers.get(&mac), Some(PeerState::Handshaking(_))) {
            self.open_port(mac, now);
        }
    }

    /// Asks for an open port, if there is still a place.
    pub(super) fn open_port(&mut self, mac: MacAddr, now: Instant) {
        let State::Active(run) = &mut self.state else {
            return;
        };
        let opening = |p: &&Pending| matches!(p, Pending::OpenPort(other) if *other != mac);
        let ahead = run.joined_count() + self.pending.values().filter(opening).count();
        if ahead >= usize::from(run.settings.max_peers) {
            // Others were quicker while this one's handshake ran.
            self.event(Event::PeerRefused {
                mac,
                why: Refused::Full,
            });
            return self.send_away(mac, ReasonCode::NO_MORE_STAS, now);
        }
        let open = Request::PortStateNotification {
            peer: mac,
            open: true,
        };
        self.request(open, Pending::OpenPort(mac));
    }

    pub(super) fn port_opened(&mut self, mac: MacAddr, now: Instant) {
        let State::Active(run) = &mut self.state else {
            return;
        };
        let handshaking = match run.peers.remove(&mac) {
            Some(PeerState::Handshaking(h)) => *h,
            Some(PeerState::Vendor(peer)) => {
                run.peers.insert(mac, PeerState::Vendor(peer));
                return self.vendor_port_opened(mac, now);
            }
            Some(other) => {
                run.peers.insert(mac, other);
                return;
            }
            None => return,
        };
        let Handshaking {
            authenticator,
            elected: Some(key),
            ..
        } = handshaking
        else {
            return;
        };
        let standing = run.keys.standing(key, now);
        let joined = Joined {
            authenticator,
            key,
            since: now,
            retired_since: now,
            was_live: !matches!(standing, PeerKey::Retired { .. }),
            rekey_due: run.settings.pairwise_rekey.map(|p| now + p),
        };
        run.peers.insert(mac, PeerState::Joined(Box::new(joined)));
        run.note_deadline(mac);
        self.event(Event::PeerArrived { mac, key: standing });
    }

    pub(super) fn radio_refused(&mut self, mac: MacAddr, failure: Failure, now: Instant) {
        if matches!(self.peer(mac), Some(PeerState::Vendor(_))) {
            return self.vendor_port_refused(mac, failure, now);
        }
        if matches!(
            self.peer(mac),
            Some(PeerState::Associating(_) | PeerState::Handshaking(_))
        ) {
            self.event(Event::PeerRefused {
                mac,
                why: Refused::Radio(failure.cause),
            });
        }
        self.send_away(mac, ReasonCode::UNSPECIFIED, now);
    }

    pub(super) fn renew_group_key(&mut self, now: Instant) {
        let State::Active(run) = &mut self.state else {
            return;
        };
        let joined: BTreeSet<MacAddr> = run
            .peers
            .iter()
            .filter(|(_, p)| matches!(p, PeerState::Joined(_)))
            .map(|(mac, _)| *mac)
            .collect();
        let Some(next) = run.group.begin(&mut self.rng, joined) else {
            return;
        };
        let next = next.clone();
        let known: Vec<MacAddr> = run.peers.keys().copied().collect();
        for mac in known {
            if let Some(authenticator) = self.peer(mac).and_then(PeerState::authenticator) {
                authenticator.rekey_group(&next, now);
                self.settle(mac, now);
            }
        }
        self.finish_group_renewal(now);
    }

    pub(super) fn finish_group_renewal(&mut self, now: Instant) {
        let State::Active(run) = &mut self.state else {
            return;
        };
        if let Some(key) = run.group.finish(now) {
            for request in start::group_key(key) {
                self.request(request, Pending::Unwatched);
            }
        }
    }
}
