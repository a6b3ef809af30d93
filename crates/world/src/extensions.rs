//! Extensions of vendors in a world: their host processes, and simulated stations that speak with them.

use std::collections::BTreeMap;

use cause::Cause;
use clock::{Duration, Instant};
use column::Input;
use dot11::{CipherSuite, KeyBytes, MacAddr, Oui, VendorElement};
use ihv::seam::{Call, HostMessage, Level, Reply};
use ihv_service::{HostId, HostOrder};
use radio_sim::{LeaveReason, STATION_ADAPTER, SimEvent, StationKey, StationProfile};
use wlan_model::{Extension, ExtensionPorts, VendorFragments, VendorProfile, Win32Error};
use wlan_rpc::{EventKind, ExtensionAdapter, ExtensionEvent, KeyIdentity};

use crate::host::{Block, ELEMENT, ETHER_TYPE, Mail, Script, ScriptedHost, key_of, kind, sum};
use crate::world::{PATIENCE, World};

/// All host processes, and what is between them and the service.
#[derive(Debug)]
pub struct Hosts {
    /// Those that are there.
    pub running: BTreeMap<HostId, ScriptedHost>,
    /// How hosts behave that start from now on.
    pub scripts: BTreeMap<(String, ExtensionAdapter), Script>,
    /// How long a message from a host is under way.
    pub latency: Duration,
    /// Every start: when, which one, for what.
    pub started: Vec<(Instant, HostId, ExtensionAdapter)>,
    /// Lines of their logs: of which extension, how bad, what.
    pub log: Vec<(String, Level, String)>,
    mail: BTreeMap<(Instant, u64), (HostId, Mail)>,
    next_mail: u64,
}

impl Default for Hosts {
    fn default() -> Self {
        Self {
            running: BTreeMap::new(),
            scripts: BTreeMap::new(),
            latency: Duration::from_micros(50),
            started: Vec::new(),
            log: Vec::new(),
            mail: BTreeMap::new(),
            next_mail: 0,
        }
    }
}

impl Hosts {
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        self.mail.keys().next().map(|(at, _)| *at)
    }

    pub(crate) fn carry_out(&mut self, host: HostId, order: HostOrder, now: Instant) {
        match order {
            HostOrder::Start { extension, adapter } => {
                let script = self.scripts.get(&(extension.clone(), adapter));
                let script = script.copied().unwrap_or_default();
                let process = ScriptedHost::new(extension, adapter, script, host.0);
                let before = self.running.insert(host, process);
                assert!(before.is_none(), "{host:?} was started twice");
                self.started.push((now, host, adapter));
            }
            HostOrder::Tell(message) => {
                // It may have died meanwhile.
                if let Some(process) = self.running.get_mut(&host) {
                    process.hear(*message);
                }
            }
            HostOrder::Kill => {
                if self.running.remove(&host).is_some() {
                    let cause = Cause::new("The host was killed by signal 9.", "See its log.");
                    self.post(host, Mail::Gone(Some(cause)), now);
                }
            }
        }
        self.collect(host, now);
    }

    /// Sends what a host has to say on its way.
    pub(crate) fn collect(&mut self, host: HostId, now: Instant) {
        let Some(process) = self.running.get_mut(&host) else {
            return;
        };
        for mail in process.take_mail() {
            self.post(host, mail, now);
        }
    }

    fn post(&mut self, host: HostId, mail: Mail, now: Instant) {
        self.next_mail += 1;
        self.mail
            .insert((now + self.latency, self.next_mail), (host, mail));
    }

    /// The next message that is there.
    pub(crate) fn take_mail(&mut self, now: Instant) -> Option<Input> {
        loop {
            let first = self.mail.first_entry()?;
            if first.key().0 > now {
                return None;
            }
            let (host, mail) = first.remove();
            let input = match mail {
                // What a killed process had still to say is lost with it.
                Mail::Says(_) if !self.running.contains_key(&host) => continue,
                Mail::Says(message) => ihv_service::Input::Said { host, message },
                Mail::Gone(cause) => {
                    self.running.remove(&host);
                    ihv_service::Input::Gone { host, cause }
                }
            };
            return Some(Input::Extension(input));
        }
    }

    /// The host of an adapter that was started last and is there.
    #[must_use]
    pub fn of(&self, adapter: ExtensionAdapter) -> Option<HostId> {
        let mut hosts = self.running.iter().rev();
        hosts
            .find(|(_, host)| host.adapter == adapter)
            .map(|(id, _)| *id)
    }
}

/// A simulated station's side of the protocol.
#[derive(Clone, Debug)]
pub(crate) struct VendorStation {
    mine: Block,
    theirs: Option<Block>,
    /// It says nothing.
    mute: bool,
}

/// How a vendor's station was kept out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeptOut {
    /// Its association was refused, or it was sent away before it was associated.
    Join(radio_sim::JoinFailure),
    /// It was associated and sent away.
    SentAway(LeaveReason),
}

/// An extension `name` that serves stations with [`ELEMENT`].
#[must_use]
pub fn extension(name: &str) -> Extension {
    let oui = Oui([0x02, 0xca, 0xfe]);
    Extension {
        name: name.to_owned(),
        oui,
        ports: Some(ExtensionPorts {
            element: VendorElement { oui, kind: Some(1) },
            fragments: VendorFragments::default(),
        }),
    }
}

/// A profile for the network of the world with the vendor's element.
///
/// # Panics
/// Never: the name is one.
#[must_use]
pub fn profile() -> VendorProfile {
    VendorProfile {
        name: "world".to_owned(),
        ssid: dot11::Ssid::new("world").expect("a name"),
        oui: Oui([0x02, 0xca, 0xfe]),
        elements: ELEMENT.to_vec(),
        fragments: VendorFragments::default(),
    }
}

impl World {
    // --- Host processes ------------------------------------------------------------------------

    /// Installs an extension.
    pub fn install(&mut self, extension: Extension) {
        self.input(Input::Extension(ihv_service::Input::Install(extension)));
    }

    /// Removes an extension.
    pub fn remove_extension(&mut self, name: &str) {
        let name = name.to_owned();
        self.input(Input::Extension(ihv_service::Input::Remove { name }));
    }

    /// How hosts of the extension `name` behave that start from now on.
    pub fn script(&mut self, name: &str, adapter: ExtensionAdapter, script: Script) {
        self.hosts
            .scripts
            .insert((name.to_owned(), adapter), script);
    }

    /// The running host of an adapter.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn host(&self, adapter: ExtensionAdapter) -> (HostId, &ScriptedHost) {
        let id = self.hosts.of(adapter).expect("a host is running");
        (id, &self.hosts.running[&id])
    }

    /// A host says this, whatever its script wants.
    pub fn host_says(&mut self, host: HostId, message: HostMessage) {
        let said = ihv_service::Input::Said { host, message };
        self.input(Input::Extension(said));
    }

    /// Another script for a host that is running.
    ///
    /// # Panics
    /// When it is not.
    pub fn rewrite(&mut self, host: HostId, change: impl FnOnce(&mut Script)) {
        change(&mut self.hosts.running.get_mut(&host).expect("it runs").script);
    }

    /// An extension calls and waits for the answer.
    ///
    /// # Errors
    /// As the service answers.
    ///
    /// # Panics
    /// When there is no such host, or no answer.
    pub fn host_call(&mut self, host: HostId, call: Call) -> Result<Reply, Win32Error> {
        let process = self.hosts.running.get_mut(&host).expect("it runs");
        let id = process.call(call);
        self.hosts.collect(host, self.now());
        let answer = |w: &Self| w.hosts.running.get(&host)?.answers.get(&id).cloned();
        let answered = self.run_until(PATIENCE, |w| answer(w).is_some());
        assert!(answered, "the extension's call was not answered");
        answer(self).expect("it is there")
    }

    /// The extension ends a peer's port: BYE, and the key goes.
    ///
    /// # Panics
    /// When there is no such host.
    pub fn host_bye(&mut self, host: HostId, peer: MacAddr) {
        let process = self.hosts.running.get_mut(&host).expect("it runs");
        process.say_bye(peer);
        self.hosts.collect(host, self.now());
    }

    /// A host process dies.
    ///
    /// # Panics
    /// When there is no such host.
    pub fn crash_host(&mut self, host: HostId) {
        assert!(self.hosts.running.remove(&host).is_some(), "it runs");
        let cause = Cause::new("The host was killed by signal 11.", "Ask its vendor.");
        let cause = Some(cause);
        let gone = ihv_service::Input::Gone { host, cause };
        self.input(Input::Extension(gone));
    }

    /// Whether stations with [`ELEMENT`] would be asked about now.
    pub fn wait_for_extension(&mut self) {
        let pre_associated = |w: &mut Self| {
            let Some(id) = w.hosts.of(ExtensionAdapter::AccessPoint) else {
                return false;
            };
            let told = &w.hosts.running[&id].told;
            told.iter().any(|m| {
                matches!(
                    m,
                    ihv::seam::ServiceMessage::AdapterTask {
                        what: ihv::seam::Task::PerformPreAssociate { .. },
                        ..
                    }
                )
            })
        };
        self.run_until(PATIENCE, pre_associated);
        self.run(Duration::from_millis(5));
    }

    /// What the service shows of extensions.
    #[must_use]
    pub fn extensions(&self) -> Vec<wlan_rpc::ExtensionRow> {
        self.column.extensions()
    }

    /// What happened to extensions, in order.
    #[must_use]
    pub fn extension_events(&self) -> Vec<(ExtensionAdapter, ExtensionEvent)> {
        self.events
            .iter()
            .filter_map(|(_, kind)| match kind {
                EventKind::Extension { adapter, what, .. } => Some((*adapter, what.clone())),
                _ => None,
            })
            .collect()
    }

    // --- The station adapter -------------------------------------------------------------------

    /// The station adapter connects, or (with the cause) does not.
    ///
    /// # Errors
    /// What the event says.
    ///
    /// # Panics
    /// When nothing is said.
    pub fn connect_station(&mut self, profile: VendorProfile) -> Result<MacAddr, Cause> {
        let seen = self.events.len();
        let profile = Box::new(profile);
        self.input(Input::Extension(ihv_service::Input::Connect(profile)));
        let end = |w: &Self| {
            w.events.iter().skip(seen).find_map(|(_, kind)| match kind {
                EventKind::Extension {
                    adapter: ExtensionAdapter::Station,
                    what,
                    ..
                } => match what {
                    ExtensionEvent::Connected { bssid } => Some(Ok(*bssid)),
                    ExtensionEvent::Disconnected { cause }
                    | ExtensionEvent::Failed { cause, .. } => Some(Err(cause.clone())),
                    ExtensionEvent::Ready { .. } | ExtensionEvent::Ended => None,
                },
                _ => None,
            })
        };
        let done = self.run_until(PATIENCE, |w| end(w).is_some());
        assert!(done, "the station adapter neither connects nor fails");
        let result = end(self).expect("it is there");
        self.run(Duration::from_millis(10));
        result
    }

    /// The station adapter disconnects.
    pub fn disconnect_station(&mut self) {
        self.input(Input::Extension(ihv_service::Input::Disconnect));
        self.run(Duration::from_millis(100));
    }

    /// The host behind the station adapter sends echo requests; how many answers it got. 0 too when
    /// it cannot send.
    pub fn station_traffic(&mut self, frames: u32) -> u32 {
        let seen = self.sim_events.len();
        if self.radio.station_traffic(frames, self.now()).is_err() {
            return 0;
        }
        let answers = |w: &Self| {
            w.sim_events.iter().skip(seen).find_map(|(_, e)| match e {
                SimEvent::TrafficDone { name, received, .. } if name == STATION_ADAPTER => {
                    Some(*received)
                }
                _ => None,
            })
        };
        let done = self.run_until(PATIENCE, |w| answers(w).is_some());
        assert!(done, "the traffic of the station adapter does not end");
        answers(self).unwrap_or_default()
    }

    // --- Stations of the vendor ----------------------------------------------------------------

    /// A station of the vendor, known to the world from now on.
    ///
    /// # Panics
    /// When there cannot be one.
    pub fn vendor_station(&mut self, name: &str) -> MacAddr {
        let profile = StationProfile::vendor(ELEMENT.to_vec(), ETHER_TYPE);
        let mac = self.radio.set_profile(name, profile).expect("a station");
        let mut mine = [0x5a; 16];
        mine[..6].copy_from_slice(&mac.0);
        let station = VendorStation {
            mine,
            theirs: None,
            mute: false,
        };
        self.vendor_stations.insert(name.to_owned(), station);
        mac
    }

    /// A station of the vendor says nothing from now on, or speaks again.
    ///
    /// # Panics
    /// When it is not known.
    pub fn mute(&mut self, name: &str, mute: bool) {
        let station = self.vendor_stations.get_mut(name);
        station.expect("it is known").mute = mute;
    }

    /// A station of the vendor joins, or is kept out.
    ///
    /// # Errors
    /// How it was kept out.
    ///
    /// # Panics
    /// When neither happens.
    pub fn join_vendor(&mut self, name: &str) -> Result<MacAddr, KeptOut> {
        let mac = self.begin_vendor(name);
        self.end_vendor(name, mac)
    }

    /// As [`World::join_vendor`], without waiting for the end.
    ///
    /// # Panics
    /// When it cannot begin.
    pub fn begin_vendor(&mut self, name: &str) -> MacAddr {
        let mac = if self.vendor_stations.contains_key(name) {
            self.radio.mac(name).expect("it is known")
        } else {
            self.vendor_station(name)
        };
        self.vendor_marks
            .insert(name.to_owned(), self.sim_events.len());
        self.radio
            .join(name, StationKey::Vendor, self.now())
            .expect("the station can try");
        self.pump();
        mac
    }

    /// Waits for the end of what [`World::begin_vendor`] began.
    ///
    /// # Errors
    /// How it was kept out.
    ///
    /// # Panics
    /// When nothing happens.
    pub fn end_vendor(&mut self, name: &str, mac: MacAddr) -> Result<MacAddr, KeptOut> {
        let seen = self.vendor_marks.get(name).copied().unwrap_or_default();
        let kept_out = |w: &Self| {
            w.sim_events.iter().skip(seen).find_map(|(_, e)| match e {
                SimEvent::JoinFailed { mac: m, reason, .. } if *m == mac => {
                    Some(KeptOut::Join(*reason))
                }
                SimEvent::Left { mac: m, why, .. }
                    if *m == mac && *why != LeaveReason::Rejoining =>
                {
                    Some(KeptOut::SentAway(*why))
                }
                _ => None,
            })
        };
        // It may be shown still for an association before this one.
        let is_in = |w: &Self| {
            let anew = |e: &SimEvent| matches!(e, SimEvent::Associated { mac: m, .. } if *m == mac);
            w.key_of(mac) == Some(KeyIdentity::Vendor)
                && w.sim_events.iter().skip(seen).any(|(_, e)| anew(e))
        };
        let done = self.run_until(PATIENCE, |w| is_in(w) || kept_out(w).is_some());
        assert!(done, "{name} is neither in nor out");
        self.run(Duration::from_millis(10));
        kept_out(self).map_or(Ok(mac), Err)
    }

    /// A station of the vendor hears something.
    pub(crate) fn react(&mut self, event: &SimEvent) {
        match event {
            SimEvent::Associated { name, .. } => {
                if let Some(station) = self.vendor_stations.get_mut(name) {
                    station.theirs = None;
                    self.station_says(name, kind::START, &[]);
                }
            }
            SimEvent::Packet {
                name,
                ether_type: ETHER_TYPE,
                payload,
                ..
            } => self.station_hears(name, payload),
            _ => {}
        }
    }

    fn station_hears(&mut self, name: &str, payload: &[u8]) {
        let Some(station) = self.vendor_stations.get_mut(name) else {
            return;
        };
        let Some((kind, rest)) = payload.split_first() else {
            return;
        };
        let block: Option<Block> = rest.get(..16).and_then(|b| b.try_into().ok());
        let mine = station.mine;
        match (*kind, block, station.theirs) {
            (kind::HELLO, Some(theirs), _) => {
                station.theirs = Some(theirs);
                let tag = sum(kind::REPLY, theirs, mine);
                self.station_says(name, kind::REPLY, &[mine, tag]);
            }
            (kind::DONE, Some(tag), Some(theirs)) if tag == sum(kind::DONE, theirs, mine) => {
                let key = KeyBytes::copy_from(&key_of(theirs, mine));
                let cipher = CipherSuite::CCMP;
                let now = self.now();
                // It may be gone already.
                let _ = self.radio.install_key(name, cipher, &key, now);
            }
            (kind::BYE, ..) => {
                let now = self.now();
                let _ = self.radio.remove_key(name, now);
            }
            _ => {}
        }
    }

    fn station_says(&mut self, name: &str, kind: u8, parts: &[Block]) {
        if self.vendor_stations.get(name).is_some_and(|s| s.mute) {
            return;
        }
        let mut payload = vec![kind];
        payload.extend(parts.concat());
        let now = self.now();
        let _ = self
            .radio
            .send_packet(name, ETHER_TYPE, &payload, false, now);
    }
}
