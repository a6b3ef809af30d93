//! Simulated stations.
//!
//! ```text
//! Idle --join--> Joining(Scanning -> Authenticating -> Associating -> Handshaking) --> Joined
//!  ^                  ^ a step without answer goes back to Scanning |                    |
//!  +--- refused, out of time, told to leave -----------------------+--- leaves, is sent away
//! ```

mod device;
mod join;
mod link;
mod management;
mod pmk_cache;
mod power;
mod profile;

use std::borrow::Cow;

use clock::{Duration, Instant, earliest};
use dot11::MacAddr;
use dot11::frame::{
    DataView, FrameControl, FrameType, ManagementBody, ManagementSubtype, ManagementView,
};
use rand_chacha::ChaCha20Rng;

use crate::counters::StationCounters;
use crate::ether_type::EtherTypes;
use crate::event::{JoinFailure, LeaveReason, SimEvent};
use crate::key::{CipherKey, Ciphering};
use crate::traffic::Traffic;
use device::Device;
use join::Joining;
use link::Joined;

pub(crate) use device::{Context, StationOutput};
pub(crate) use pmk_cache::PmkCache;
pub(crate) use profile::CheckedProfile;
pub use profile::{ManagementProtection, PowerSaveStyle, StationKey, StationProfile};

#[derive(Debug, Default)]
enum State {
    #[default]
    Idle,
    Joining(Box<Joining>),
    Joined(Box<Joined>),
    /// Sent away; joins again at that time.
    Pausing(StationKey, Instant),
}

/// A station.
#[derive(Debug)]
pub(crate) struct Station {
    name: String,
    device: Device,
    join_timeout: Duration,
    runs: u32,
    state: State,
    pub(crate) counters: StationCounters,
}

impl Station {
    pub(crate) fn new(name: &str, mac: MacAddr, join_timeout: Duration, rng: ChaCha20Rng) -> Self {
        Self {
            name: name.to_owned(),
            device: Device {
                mac,
                sequence: 0,
                profile: StationProfile::default(),
                ether_types: EtherTypes::default(),
                rng,
            },
            join_timeout,
            runs: 0,
            state: State::Idle,
            counters: StationCounters::default(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) const fn mac(&self) -> MacAddr {
        self.device.mac
    }

    pub(crate) fn set_profile(&mut self, profile: CheckedProfile) {
        (self.device.profile, self.device.ether_types) = profile.into_parts();
    }

    pub(crate) const fn is_idle(&self) -> bool {
        matches!(self.state, State::Idle)
    }

    pub(crate) const fn is_joined(&self) -> bool {
        matches!(self.state, State::Joined(_))
    }

    pub(crate) fn has_key(&self) -> bool {
        matches!(&self.state, State::Joined(joined) if joined.link.has_key())
    }

    pub(crate) fn is_scanning(&self) -> bool {
        matches!(&self.state, State::Joining(j) if j.is_scanning())
    }

    /// One word for people.
    pub(crate) fn state_text(&self) -> &'static str {
        match &self.state {
            State::Idle => "idle",
            State::Pausing(..) => "pausing",
            State::Joining(joining) => joining.text(),
            State::Joined(joined) if joined.power.is_dozing() => "dozing",
            State::Joined(_) => "joined",
        }
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        match &self.state {
            State::Idle => None,
            State::Pausing(_, until) => Some(*until),
            State::Joining(joining) => Some(joining.deadline()),
            State::Joined(joined) => earliest(
                joined.link.management_deadline(),
                earliest(
                    joined.power.deadline(),
                    joined.traffic.as_ref().map(Traffic::deadline),
                ),
            ),
        }
    }

    /// Whether its receiver is on for a frame of this kind.
    pub(crate) fn listens(&self, group: bool, beacon: bool, now: Instant) -> bool {
        match &self.state {
            State::Joined(joined) => joined.power.listens(group, beacon, now),
            State::Joining(_) => true,
            // Its radio is off: it acknowledges nothing.
            State::Idle | State::Pausing(..) => false,
        }
    }

    // --- What its owner wants ------------------------------------------------------------------

    /// Begins to join. `false` while it is at it already.
    pub(crate) fn join(&mut self, key: StationKey, cx: &mut Context<'_>) -> bool {
        let previous = match &self.state {
            State::Joining(_) => return false,
            State::Joined(joined) => Some(joined.link.bssid()),
            State::Idle | State::Pausing(..) => None,
        };
        if previous.is_some() {
            self.end_association(LeaveReason::Rejoining, cx);
        }
        let give_up = cx.now + self.join_timeout;
        let mut joining = Joining::new(key, previous, give_up, cx.now);
        joining.scan(&mut self.device, cx);
        self.state = State::Joining(Box::new(joining));
        true
    }

    /// Leaves politely, or gives up joining. `false` when it is idle.
    pub(crate) fn leave(&mut self, cx: &mut Context<'_>) -> bool {
        if self.is_idle() {
            return false;
        }
        self.deauthenticate(dot11::ReasonCode::LEAVING_NETWORK_DEAUTH, cx);
        match &self.state {
            State::Joining(_) => self.fail(JoinFailure::Aborted, cx),
            State::Idle | State::Joined(_) | State::Pausing(..) => {
                self.end_association(LeaveReason::Asked, cx);
            }
        }
        true
    }

    /// Vanishes without a word, as with an empty battery.
    pub(crate) fn vanish(&mut self, cx: &mut Context<'_>) {
        match &self.state {
            State::Joining(_) => self.fail(JoinFailure::Aborted, cx),
            State::Idle | State::Joined(_) | State::Pausing(..) => {
                self.end_association(LeaveReason::Vanished, cx);
            }
        }
    }

    /// Tells its access point, if it has one.
    fn deauthenticate(&mut self, reason: dot11::ReasonCode, cx: &mut Context<'_>) {
        let (bssid, link) = match &mut self.state {
            State::Idle | State::Pausing(..) => return,
            State::Joining(joining) => (joining.bssid(), joining.link_mut()),
            State::Joined(joined) => (Some(joined.link.bssid()), Some(&mut joined.link)),
        };
        let Some(bssid) = bssid else { return };
        let addresses = dot11::frame::ManagementAddresses::to_ap(bssid, self.device.mac);
        let frame = dot11::frame::ManagementBuilder::deauthentication(addresses, reason).finish();
        match link {
            Some(link) => link.send_management(frame, &mut self.device, cx),
            None => self.device.send_management(frame, cx),
        }
    }

    /// Sends `frames` echo requests to `to` (`None`: the access point's host). `false` when it is not
    /// joined or at it already.
    pub(crate) fn start_traffic(
        &mut self,
        frames: u32,
        to: Option<MacAddr>,
        cx: &mut Context<'_>,
    ) -> bool {
        let State::Joined(joined) = &mut self.state else {
            return false;
        };
        if joined.traffic.is_some() {
            return false;
        }
        self.runs = self.runs.wrapping_add(1);
        let to = to.unwrap_or_else(|| joined.link.bssid());
        joined.traffic = Some(Traffic::new(self.runs, to, frames, cx.now));
        true
    }

    /// Tells the access point that it dozes (or wakes) from now on. `false` when it is not joined.
    pub(crate) fn set_dozing(&mut self, doze: bool, cx: &mut Context<'_>) -> bool {
        let State::Joined(joined) = &mut self.state else {
            return false;
        };
        joined.announce_power(doze, &mut self.device, cx);
        true
    }

    /// The access point has not been on the air for some beacons.
    pub(crate) fn handle_beacon_loss(&mut self, cx: &mut Context<'_>) {
        if self.is_joined() {
            self.sent_away(LeaveReason::NetworkGone, cx);
        }
    }

    /// Sends bytes as a body (from its LLC header) whatever the state of things is: ciphered when
    /// there is a key.
    pub(crate) fn send_raw_body(&mut self, to: MacAddr, body: &[u8], cx: &mut Context<'_>) -> bool {
        let State::Joined(joined) = &mut self.state else {
            return false;
        };
        let dozing = joined.power.is_dozing();
        joined
            .link
            .send_body(to, body, dozing, &mut self.device, cx)
    }

    /// Sends a frame of this EtherType to the access point. `false` when it is not joined.
    pub(crate) fn send_packet(
        &mut self,
        packet: (u16, &[u8]),
        cipher: Ciphering,
        cx: &mut Context<'_>,
    ) -> bool {
        let State::Joined(joined) = &mut self.state else {
            return false;
        };
        let dozing = joined.power.is_dozing();
        joined
            .link
            .send_packet(packet, cipher, dozing, &mut self.device, cx)
    }

    /// `false` when it is not joined.
    pub(crate) fn install_key(&mut self, key: CipherKey) -> bool {
        let State::Joined(joined) = &mut self.state else {
            return false;
        };
        self.counters.pairwise_installs += 1;
        joined.link.install_key(key);
        true
    }

    /// `false` when it is not joined.
    pub(crate) fn remove_key(&mut self) -> bool {
        let State::Joined(joined) = &mut self.state else {
            return false;
        };
        joined.link.remove_key();
        true
    }

    // --- What happens to it --------------------------------------------------------------------

    pub(crate) fn handle_timeout(&mut self, cx: &mut Context<'_>) {
        if self.deadline().is_none_or(|at| at > cx.now) {
            return;
        }
        match &mut self.state {
            State::Idle => {}
            State::Pausing(..) => {
                if let State::Pausing(key, _) = core::mem::take(&mut self.state) {
                    self.join(key, cx);
                }
            }
            State::Joining(joining) => {
                if let Err(failure) = joining.handle_timeout(&mut self.device, cx) {
                    self.fail(failure, cx);
                }
            }
            State::Joined(joined) => {
                joined.handle_timeout(&self.name, &mut self.device, cx);
                if !joined.link.management_timeout(&mut self.device, cx) {
                    self.sent_away(LeaveReason::NoAnswer, cx);
                }
            }
        }
    }

    /// Its Null frame was acknowledged, or not.
    pub(crate) fn handle_power_receipt(&mut self, acked: bool, cx: &mut Context<'_>) {
        if let State::Joined(joined) = &mut self.state {
            joined.handle_power_receipt(acked, cx.now);
        }
    }

    /// A frame of the access point arrived.
    pub(crate) fn receive(&mut self, frame: &[u8], cx: &mut Context<'_>) {
        let Some(control) = FrameControl::from_frame(frame) else {
            return;
        };
        match control.frame_type() {
            FrameType::Management => {
                let Some(frame) = self.open_management(frame, cx) else {
                    return;
                };
                if let Ok(view) = ManagementView::parse(&frame) {
                    self.receive_management(&view, cx);
                }
            }
            FrameType::Data => {
                if let Ok(view) = DataView::parse(frame) {
                    self.receive_data(&view, frame, cx);
                }
            }
            FrameType::Control | FrameType::Extension => {}
        }
    }

    /// A management frame in clear, if it is to be believed.
    fn open_management<'f>(
        &mut self,
        frame: &'f [u8],
        cx: &mut Context<'_>,
    ) -> Option<Cow<'f, [u8]>> {
        let link = match &mut self.state {
            State::Idle | State::Pausing(..) => None,
            State::Joining(joining) => joining.link_mut(),
            State::Joined(joined) => Some(&mut joined.link),
        };
        match link {
            Some(link) => link.open_management(frame, &mut self.device, &mut self.counters, cx),
            None => Some(Cow::Borrowed(frame)),
        }
    }

    fn receive_management(&mut self, view: &ManagementView<'_>, cx: &mut Context<'_>) {
        let Ok(body) = view.body() else {
            return;
        };
        match &mut self.state {
            State::Idle | State::Pausing(..) => {}
            State::Joining(joining) => {
                let from = view.transmitter();
                match joining.handle_management(from, &body, &mut self.device, cx) {
                    Ok(()) if joining.is_done() => self.enter(cx),
                    Ok(()) => {}
                    Err(failure) => self.fail(failure, cx),
                }
            }
            State::Joined(joined) => {
                if view.transmitter() != joined.link.bssid() {
                    return;
                }
                match body {
                    ManagementBody::Beacon(beacon) => {
                        joined.handle_beacon(&beacon, &mut self.device, cx);
                    }
                    ManagementBody::Deauthentication(reason)
                    | ManagementBody::Disassociation(reason) => {
                        self.sent_away(LeaveReason::SentAway(reason), cx);
                    }
                    ManagementBody::Action(action) => {
                        joined.link.handle_action(&action, &mut self.device, cx);
                    }
                    _ => {}
                }
            }
        }
    }

    fn receive_data(&mut self, view: &DataView<'_>, frame: &[u8], cx: &mut Context<'_>) {
        let counters = &mut self.counters;
        match &mut self.state {
            State::Idle | State::Pausing(..) => {}
            State::Joining(joining) => {
                let Some(link) = joining.link_mut() else {
                    return;
                };
                let Some(pdu) = link.receive_eapol(view, frame, counters) else {
                    return;
                };
                let done = joining.handle_eapol(&pdu, &mut self.device, counters, cx);
                match done {
                    Ok(false) => {}
                    Ok(true) => self.enter(cx),
                    Err(failure) => {
                        self.deauthenticate(failure.reason(), cx);
                        self.fail(JoinFailure::Handshake(failure), cx);
                    }
                }
            }
            State::Joined(joined) => {
                let own = self.device.mac;
                if view.header().source() == own {
                    return;
                }
                match joined.receive_data(view, frame, &mut self.device, counters, cx) {
                    Ok(None) => {}
                    Ok(Some(packet)) => cx.event(SimEvent::Packet {
                        name: self.name.clone(),
                        mac: own,
                        ether_type: packet.ether_type,
                        payload: packet.payload,
                        protected: packet.protected,
                    }),
                    Err(failure) => {
                        self.deauthenticate(failure.reason(), cx);
                        self.sent_away(LeaveReason::HandshakeFailed(failure), cx);
                    }
                }
            }
        }
    }

    // --- Ends ----------------------------------------------------------------------------------

    /// The handshake is finished, or there is none to do.
    fn enter(&mut self, cx: &mut Context<'_>) {
        match core::mem::take(&mut self.state) {
            State::Joining(joining) => {
                match (*joining).into_joined(self.device.profile.doze_after, cx.now) {
                    Ok(joined) => {
                        let (name, mac) = (self.name.clone(), self.device.mac);
                        cx.event(match joined.key {
                            StationKey::Vendor => SimEvent::Associated { name, mac },
                            StationKey::Passphrase(_) | StationKey::Raw(_) => {
                                SimEvent::Joined { name, mac }
                            }
                        });
                        self.state = State::Joined(Box::new(joined));
                    }
                    Err(joining) => self.state = State::Joining(joining),
                }
            }
            other => self.state = other,
        }
    }

    fn fail(&mut self, reason: JoinFailure, cx: &mut Context<'_>) {
        self.state = State::Idle;
        let (name, mac) = (self.name.clone(), self.device.mac);
        cx.event(SimEvent::JoinFailed { name, mac, reason });
    }

    fn sent_away(&mut self, why: LeaveReason, cx: &mut Context<'_>) {
        let key = match &self.state {
            State::Joined(joined) if self.device.profile.reconnects => Some(joined.key.clone()),
            _ => None,
        };
        self.end_association(why, cx);
        if let Some(key) = key {
            self.state = State::Pausing(key, cx.now + Duration::from_secs(1));
        }
    }

    fn end_association(&mut self, why: LeaveReason, cx: &mut Context<'_>) {
        let (name, mac) = (self.name.clone(), self.device.mac);
        match core::mem::take(&mut self.state) {
            State::Joined(joined) => {
                if let Some(traffic) = joined.traffic {
                    cx.event(traffic.done(&name));
                }
                cx.event(SimEvent::Left { name, mac, why });
            }
            State::Pausing(..) => cx.event(SimEvent::Left { name, mac, why }),
            State::Idle | State::Joining(_) => {}
        }
    }
}

/// Whether a frame of the access point is one that dozing stations wake for by themselves.
pub(crate) fn is_beacon(frame: &[u8]) -> bool {
    FrameControl::from_frame(frame).is_some_and(|fc| {
        fc.frame_type() == FrameType::Management && fc.subtype() == ManagementSubtype::BEACON.0
    })
}
