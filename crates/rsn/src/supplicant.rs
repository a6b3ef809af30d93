//! The station's side of the four-way and group handshakes, for simulated stations.
//!
//! It answers and never speaks first, so it has no timers: whoever owns the station gives up when
//! [`SupplicantOutput::Done`] does not come.

use core::fmt;
use std::collections::VecDeque;

use dot11::eapol::{Kde, KdeIter, KeyFrame, KeyFrameView, KeyInfo};
use dot11::{KeyBytes, MacAddr};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::RngCore;
use serde::{Deserialize, Serialize};

use crate::candidates::mic_fits;
use crate::key::{Gtk, Igtk, ManagementKey, Pmk, Ptk, Session};
use crate::message::{Failure, Rejection, first_rsne_is, seal, unwrap};

/// What is fixed for one association.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SupplicantConfig {
    /// The access point's address.
    pub ap: MacAddr,
    /// Our address.
    pub station: MacAddr,
    /// The key.
    pub pmk: Pmk,
    /// RSN element of the beacon, id and length bytes included.
    pub ap_rsne: Vec<u8>,
    /// RSN element of our association request, id and length bytes included.
    pub station_rsne: Vec<u8>,
    /// Protection of management frames was agreed: without a key for them the handshake is broken.
    pub management_protection: bool,
}

/// What must happen now, in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SupplicantOutput {
    /// Send this PDU to the access point.
    SendEapol(Vec<u8>),
    /// Install the pairwise key. Never given twice for the same key.
    InstallPairwiseKey {
        /// The temporal key, 16 bytes.
        tk: KeyBytes,
    },
    /// Install a group key. Never given twice for the same key.
    InstallGroupKey {
        /// Key ID, 0 to 3.
        index: u8,
        /// The key, 16 bytes.
        gtk: KeyBytes,
        /// Frames up to this packet number are old.
        rsc: u64,
    },
    /// Install a key of group-addressed management frames. Never given twice for the same key.
    InstallManagementKey {
        /// Key ID, 4 or 5.
        index: u8,
        /// The key, 16 bytes.
        igtk: KeyBytes,
        /// Frames up to this packet number are old.
        ipn: u64,
    },
    /// The four-way handshake is complete (the first one or a rekey): the port is open.
    Done,
    /// It is over: leave with [`Failure::reason`].
    Failed(Failure),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
enum State {
    Waiting,
    Negotiating {
        anonce: [u8; 32],
        snonce: [u8; 32],
        ptk: Ptk,
        /// What is in force during a rekey.
        current: Option<Installed>,
    },
    Established(Installed),
    Failed(Failure),
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Installed {
    anonce: [u8; 32],
    ptk: Ptk,
    groups: [Option<Gtk>; 4],
    /// Of the Key IDs 4 and 5.
    management: [Option<Igtk>; 2],
}

/// The supplicant of one association.
#[derive(Clone, Serialize, Deserialize)]
pub struct Supplicant {
    config: SupplicantConfig,
    rng: ChaCha20Rng,
    /// Highest counter of a verified frame.
    last_counter: Option<u64>,
    /// Requests sent so far: they have a replay counter of their own (12.7.2 d).
    requests: u64,
    state: State,
    outputs: VecDeque<SupplicantOutput>,
}

impl Supplicant {
    /// For an association that was just completed. SNonces are drawn from `rng`.
    #[must_use]
    pub const fn new(config: SupplicantConfig, rng: ChaCha20Rng) -> Self {
        let outputs = VecDeque::new();
        Self {
            config,
            rng,
            last_counter: None,
            requests: 0,
            state: State::Waiting,
            outputs,
        }
    }

    /// Whether keys are installed.
    #[must_use]
    pub const fn is_done(&self) -> bool {
        match &self.state {
            State::Established(_) => true,
            State::Negotiating { current, .. } => current.is_some(),
            State::Waiting | State::Failed(_) => false,
        }
    }

    /// The next thing to do, oldest first. Drain to `None` after every call.
    pub fn poll_output(&mut self) -> Option<SupplicantOutput> {
        self.outputs.pop_front()
    }

    /// Asks the access point to renew the pairwise (else the group) key. Does nothing before keys are
    /// installed.
    pub fn request_rekey(&mut self, pairwise: bool) {
        let (State::Established(installed)
        | State::Negotiating {
            current: Some(installed),
            ..
        }) = &self.state
        else {
            return;
        };
        let ptk = installed.ptk.clone();
        self.requests = self.requests.saturating_add(1);
        let mut info = KeyInfo::VERSION_2 | KeyInfo::MIC | KeyInfo::SECURE | KeyInfo::REQUEST;
        if pairwise {
            info |= KeyInfo::PAIRWISE;
        }
        self.answer(info, self.requests, None, &[], &ptk);
    }

    /// A frame of the access point, from its EAPOL version byte.
    ///
    /// # Errors
    /// The frame was dropped; nothing changed. See [`Rejection`].
    pub fn handle_eapol(&mut self, pdu: &[u8]) -> Result<(), Rejection> {
        let frame = KeyFrameView::parse(pdu).map_err(Rejection::NotKeyFrame)?;
        let info = frame.info();
        if info.version() != 2 {
            return Err(Rejection::DescriptorVersion(info.version()));
        }
        if !info.contains(KeyInfo::ACK) || info.intersects(KeyInfo::ERROR | KeyInfo::REQUEST) {
            return Err(Rejection::Unexpected);
        }
        if matches!(self.state, State::Failed(_)) {
            return Err(Rejection::Closed);
        }
        if self
            .last_counter
            .is_some_and(|last| frame.replay_counter() <= last)
        {
            return Err(Rejection::ReplayCounter);
        }
        let secured = KeyInfo::MIC | KeyInfo::SECURE | KeyInfo::ENCRYPTED;
        match info.contains(KeyInfo::PAIRWISE) {
            true if info.contains(secured | KeyInfo::INSTALL) => self.message_3(&frame),
            true if !info.intersects(secured | KeyInfo::INSTALL) => self.message_1(&frame),
            false if info.contains(secured) => self.group_message_1(&frame),
            _ => Err(Rejection::Unexpected),
        }
    }

    fn message_1(&mut self, frame: &KeyFrameView<'_>) -> Result<(), Rejection> {
        let (snonce, current) = match &self.state {
            // The same message 1 again gets the same SNonce, so that a late message 3 still fits.
            State::Negotiating {
                anonce,
                snonce,
                current,
                ..
            } if anonce == frame.nonce() => (Some(*snonce), current.clone()),
            State::Negotiating { current, .. } => (None, current.clone()),
            // Message 1 has no MIC: it must not bring back the nonce of the key in force.
            State::Established(i) if i.anonce == *frame.nonce() => {
                return Err(Rejection::Duplicate);
            }
            State::Established(i) => (None, Some(i.clone())),
            State::Waiting => (None, None),
            State::Failed(_) => return Err(Rejection::Closed),
        };
        let snonce = snonce.unwrap_or_else(|| {
            let mut fresh = [0; 32];
            self.rng.fill_bytes(&mut fresh);
            fresh
        });
        let anonce = *frame.nonce();
        let session = Session::new(self.config.ap, self.config.station, &anonce, &snonce);
        let ptk = Ptk::derive(&self.config.pmk, &session);
        let info = KeyInfo::VERSION_2 | KeyInfo::PAIRWISE | KeyInfo::MIC;
        let rsne = self.config.station_rsne.clone();
        self.answer(info, frame.replay_counter(), Some(&snonce), &rsne, &ptk);
        self.state = State::Negotiating {
            anonce,
            snonce,
            ptk,
            current,
        };
        Ok(())
    }

    fn message_3(&mut self, frame: &KeyFrameView<'_>) -> Result<(), Rejection> {
        let (anonce, ptk, installed) = match &self.state {
            State::Negotiating {
                anonce,
                ptk,
                current,
                ..
            } => {
                let (groups, management) = current
                    .as_ref()
                    .map(|c| (c.groups.clone(), c.management.clone()))
                    .unwrap_or_default();
                (
                    anonce,
                    ptk,
                    Installed {
                        anonce: *anonce,
                        ptk: ptk.clone(),
                        groups,
                        management,
                    },
                )
            }
            State::Established(i) => (&i.anonce, &i.ptk, i.clone()),
            State::Waiting | State::Failed(_) => return Err(Rejection::Unexpected),
        };
        if frame.nonce() != anonce {
            return Err(Rejection::Unexpected);
        }
        if !mic_fits(&ptk.mic_key(), frame) {
            return Err(Rejection::Mic);
        }
        let data = unwrap(ptk, frame.key_data()).ok_or(Rejection::KeyData)?;
        if !first_rsne_is(&data, &self.config.ap_rsne) {
            self.outputs
                .push_back(SupplicantOutput::Failed(Failure::ElementMismatch));
            self.state = State::Failed(Failure::ElementMismatch);
            return Ok(());
        }
        let keys = self.group_keys(&data)?;
        let again = matches!(self.state, State::Established(_));
        self.last_counter = Some(frame.replay_counter());
        let info = KeyInfo::VERSION_2 | KeyInfo::PAIRWISE | KeyInfo::MIC | KeyInfo::SECURE;
        self.answer(info, frame.replay_counter(), None, &[], &installed.ptk);
        if !again {
            let tk = KeyBytes::copy_from(installed.ptk.tk());
            self.outputs
                .push_back(SupplicantOutput::InstallPairwiseKey { tk });
        }
        let installed = self.install_group(installed, keys, frame.rsc());
        self.state = State::Established(installed);
        if !again {
            self.outputs.push_back(SupplicantOutput::Done);
        }
        Ok(())
    }

    fn group_message_1(&mut self, frame: &KeyFrameView<'_>) -> Result<(), Rejection> {
        let installed = match &self.state {
            State::Established(i) => i,
            State::Negotiating {
                current: Some(i), ..
            } => i,
            State::Negotiating { current: None, .. } | State::Waiting | State::Failed(_) => {
                return Err(Rejection::Unexpected);
            }
        }
        .clone();
        if !mic_fits(&installed.ptk.mic_key(), frame) {
            return Err(Rejection::Mic);
        }
        let data = unwrap(&installed.ptk, frame.key_data()).ok_or(Rejection::KeyData)?;
        let keys = self.group_keys(&data)?;
        self.last_counter = Some(frame.replay_counter());
        let info = KeyInfo::VERSION_2 | KeyInfo::MIC | KeyInfo::SECURE;
        self.answer(info, frame.replay_counter(), None, &[], &installed.ptk);
        let installed = self.install_group(installed, keys, frame.rsc());
        match &mut self.state {
            State::Negotiating { current, .. } => *current = Some(installed),
            state => *state = State::Established(installed),
        }
        Ok(())
    }

    /// The keys in key data: one group key, and one of management frames when that was agreed.
    fn group_keys(&self, key_data: &[u8]) -> Result<GroupKeys, Rejection> {
        let (mut group, mut management) = (None, None);
        for kde in KdeIter::new(key_data) {
            let twice = match kde.map_err(|_| Rejection::KeyData)? {
                Kde::Gtk { key_id, gtk, .. } => {
                    let gtk = Gtk::from_slice(gtk).ok_or(Rejection::KeyData)?;
                    group.replace((key_id, gtk)).is_some()
                }
                Kde::Igtk { key_id, ipn, igtk } => {
                    let igtk = Igtk::from_slice(igtk).ok_or(Rejection::KeyData)?;
                    let index = u8::try_from(key_id).ok().filter(|id| matches!(id, 4 | 5));
                    let index = index.ok_or(Rejection::KeyData)?;
                    management
                        .replace(ManagementKey { igtk, index, ipn })
                        .is_some()
                }
                _ => false,
            };
            if twice {
                return Err(Rejection::KeyData);
            }
        }
        if management.is_some() != self.config.management_protection {
            return Err(Rejection::KeyData);
        }
        let (index, gtk) = group.ok_or(Rejection::KeyData)?;
        Ok(GroupKeys {
            index,
            gtk,
            management,
        })
    }

    fn install_group(&mut self, mut to: Installed, keys: GroupKeys, rsc: u64) -> Installed {
        let GroupKeys {
            index,
            gtk,
            management,
        } = keys;
        if let Some(slot) = to.groups.get_mut(usize::from(index)) {
            // A key that is installed already keeps its counters (CVE-2017-13080).
            if slot.as_ref() != Some(&gtk) {
                let gtk = KeyBytes::copy_from(gtk.expose());
                self.outputs
                    .push_back(SupplicantOutput::InstallGroupKey { index, gtk, rsc });
            }
            *slot = Some(gtk);
        }
        if let Some(ManagementKey { igtk, index, ipn }) = management
            && let Some(slot) = to.management.get_mut(usize::from(index & 1))
        {
            // CVE-2017-13081.
            if slot.as_ref() != Some(&igtk) {
                let igtk = KeyBytes::copy_from(igtk.expose());
                self.outputs
                    .push_back(SupplicantOutput::InstallManagementKey { index, igtk, ipn });
            }
            *slot = Some(igtk);
        }
        to
    }

    fn answer(
        &mut self,
        info: KeyInfo,
        replay_counter: u64,
        nonce: Option<&[u8; 32]>,
        key_data: &[u8],
        ptk: &Ptk,
    ) {
        let frame = KeyFrame {
            info,
            replay_counter,
            nonce,
            key_data,
            ..KeyFrame::default()
        };
        let mut pdu = frame.encode();
        seal(&mut pdu, ptk);
        self.outputs.push_back(SupplicantOutput::SendEapol(pdu));
    }
}

/// The keys of group-addressed frames in one message.
struct GroupKeys {
    index: u8,
    gtk: Gtk,
    management: Option<ManagementKey>,
}

impl fmt::Debug for Supplicant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Waiting => "Waiting",
            State::Negotiating { .. } => "Negotiating",
            State::Established(_) => "Established",
            State::Failed(_) => "Failed",
        };
        f.debug_struct("Supplicant")
            .field("station", &self.config.station)
            .field("state", &state)
            .finish_non_exhaustive()
    }
}
