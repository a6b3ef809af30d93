//! The stations by their names.

use clock::Instant;
use dot11::{CipherSuite, KeyBytes, MacAddr};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;

use super::{MAX_STATIONS, SimRadio};
use crate::adapter::STATION_ADAPTER;
use crate::counters::StationCounters;
use crate::ether_type::check_packet;
use crate::event::{SimError, SimEvent};
use crate::key::{CipherKey, Ciphering};
use crate::station::{CheckedProfile, Station, StationKey, StationProfile};

impl SimRadio {
    /// A station begins to join; it is made if there is none of that name. One that is joined joins
    /// anew without having left. [`SimEvent::Joined`] or [`SimEvent::JoinFailed`] follows within
    /// [`SimConfig::join_timeout`](crate::SimConfig::join_timeout).
    ///
    /// # Errors
    /// [`SimError::BadName`], [`SimError::TooManyStations`], [`SimError::AlreadyJoining`].
    pub fn join(&mut self, name: &str, key: StationKey, now: Instant) -> Result<MacAddr, SimError> {
        let mac = self.station(name)?;
        let began = self.with_station(mac, now, |s, cx| s.join(key, cx));
        if began == Some(true) {
            Ok(mac)
        } else {
            Err(SimError::AlreadyJoining)
        }
    }

    /// A station leaves with a deauthentication frame, or gives up joining.
    ///
    /// # Errors
    /// [`SimError::NoSuchStation`], [`SimError::NotJoined`].
    pub fn leave(&mut self, name: &str, now: Instant) -> Result<(), SimError> {
        let mac = self.known(name)?;
        match self.with_station(mac, now, |s, cx| s.leave(cx)) {
            Some(true) => Ok(()),
            _ => Err(SimError::NotJoined),
        }
    }

    /// A station is gone without a word, as with an empty battery.
    ///
    /// # Errors
    /// [`SimError::NoSuchStation`].
    pub fn vanish(&mut self, name: &str, now: Instant) -> Result<(), SimError> {
        let mac = self.known(name)?;
        self.with_station(mac, now, |s, cx| s.vanish(cx));
        Ok(())
    }

    /// Name, address and state (one word for people) of every station, by name.
    #[must_use]
    pub fn list(&self) -> Vec<(String, MacAddr, &'static str)> {
        self.names
            .iter()
            .filter_map(|(name, mac)| {
                self.stations
                    .get(mac)
                    .map(|s| (name.clone(), *mac, s.state_text()))
            })
            .collect()
    }

    /// A joined station sends this many encrypted echo requests to the host behind the access point,
    /// one each millisecond. [`SimEvent::TrafficDone`] follows when all answers are there, or a
    /// second after the last request.
    ///
    /// # Errors
    /// [`SimError::NoSuchStation`], [`SimError::BadCount`] (1 to 1000), [`SimError::NotJoined`],
    /// [`SimError::NoKey`], [`SimError::TrafficRunning`].
    pub fn traffic(&mut self, name: &str, frames: u32, now: Instant) -> Result<(), SimError> {
        self.start_traffic(name, None, frames, now)
    }

    /// As [`SimRadio::traffic`], but to another station, through the access point.
    ///
    /// # Errors
    /// As [`SimRadio::traffic`].
    pub fn traffic_between(
        &mut self,
        name: &str,
        other: &str,
        frames: u32,
        now: Instant,
    ) -> Result<(), SimError> {
        let to = self.known(other)?;
        self.start_traffic(name, Some(to), frames, now)
    }

    fn start_traffic(
        &mut self,
        name: &str,
        to: Option<MacAddr>,
        frames: u32,
        now: Instant,
    ) -> Result<(), SimError> {
        let mac = self.known(name)?;
        if !(1..=1000).contains(&frames) {
            return Err(SimError::BadCount);
        }
        match self.stations.get(&mac) {
            Some(station) if !station.is_joined() => return Err(SimError::NotJoined),
            Some(station) if !station.has_key() => return Err(SimError::NoKey),
            _ => {}
        }
        match self.with_station(mac, now, |s, cx| s.start_traffic(frames, to, cx)) {
            Some(true) => Ok(()),
            _ => Err(SimError::TrafficRunning),
        }
    }

    /// Sets what kind of station it is, making it if there is none of that name. Holds from its next
    /// join on.
    ///
    /// # Errors
    /// [`SimError::BadName`], [`SimError::TooManyStations`], [`SimError::BadProfile`].
    pub fn set_profile(
        &mut self,
        name: &str,
        profile: StationProfile,
    ) -> Result<MacAddr, SimError> {
        let checked = CheckedProfile::new(profile)?;
        let mac = self.station(name)?;
        if let Some(station) = self.stations.get_mut(&mac) {
            station.set_profile(checked);
        }
        Ok(mac)
    }

    /// A joined station begins to doze, or wakes.
    ///
    /// # Errors
    /// [`SimError::NoSuchStation`], [`SimError::NotJoined`].
    pub fn set_dozing(&mut self, name: &str, doze: bool, now: Instant) -> Result<(), SimError> {
        let mac = self.known(name)?;
        match self.with_station(mac, now, |s, cx| s.set_dozing(doze, cx)) {
            Some(true) => Ok(()),
            _ => Err(SimError::NotJoined),
        }
    }

    /// A joined station sends any body (from its LLC header) to any address, ciphered with its key.
    ///
    /// # Errors
    /// [`SimError::NoSuchStation`], [`SimError::NotJoined`].
    pub fn send_body(
        &mut self,
        name: &str,
        to: MacAddr,
        body: &[u8],
        now: Instant,
    ) -> Result<(), SimError> {
        let mac = self.known(name)?;
        match self.with_station(mac, now, |s, cx| s.send_raw_body(to, body, cx)) {
            Some(true) => Ok(()),
            _ => Err(SimError::NotJoined),
        }
    }

    // --- Stations of a vendor ------------------------------------------------------------------

    /// A joined station sends a frame of this EtherType to the access point, whatever the state of
    /// its port: ciphered exactly when it has a key, unless `in_clear`.
    ///
    /// # Errors
    /// [`SimError::NoSuchStation`], [`SimError::NotJoined`], [`SimError::BadPacket`] (EAPOL, below
    /// 0x0600, more than 2296 bytes).
    pub fn send_packet(
        &mut self,
        name: &str,
        ether_type: u16,
        payload: &[u8],
        in_clear: bool,
        now: Instant,
    ) -> Result<(), SimError> {
        let mac = self.known(name)?;
        check_packet(ether_type, payload).map_err(|_| SimError::BadPacket)?;
        let cipher = Ciphering::of_packet(in_clear);
        let packet = (ether_type, payload);
        match self.with_station(mac, now, |s, cx| s.send_packet(packet, cipher, cx)) {
            Some(true) => Ok(()),
            _ => Err(SimError::NotJoined),
        }
    }

    /// Gives a joined station its pairwise key (CCMP or GCMP-128, 16 bytes), or another one in its
    /// place. The same key again keeps its counters.
    ///
    /// # Errors
    /// [`SimError::NoSuchStation`], [`SimError::NotJoined`], [`SimError::BadKey`].
    pub fn install_key(
        &mut self,
        name: &str,
        cipher: CipherSuite,
        key: &KeyBytes,
        now: Instant,
    ) -> Result<(), SimError> {
        let mac = self.known(name)?;
        let key = CipherKey::new(cipher, key, 0, 0).ok_or(SimError::BadKey)?;
        match self.with_station(mac, now, |s, _| s.install_key(key)) {
            Some(true) => Ok(()),
            _ => Err(SimError::NotJoined),
        }
    }

    /// Takes a joined station's pairwise key, if it has one: its data ceases.
    ///
    /// # Errors
    /// [`SimError::NoSuchStation`], [`SimError::NotJoined`].
    pub fn remove_key(&mut self, name: &str, now: Instant) -> Result<(), SimError> {
        let mac = self.known(name)?;
        match self.with_station(mac, now, |s, _| s.remove_key()) {
            Some(true) => Ok(()),
            _ => Err(SimError::NotJoined),
        }
    }

    // --- About stations ------------------------------------------------------------------------

    /// A station's address.
    #[must_use]
    pub fn mac(&self, name: &str) -> Option<MacAddr> {
        self.names.get(name).copied()
    }

    /// What a station did with frames.
    #[must_use]
    pub fn station_counters(&self, name: &str) -> Option<StationCounters> {
        self.stations.get(self.names.get(name)?).map(|s| s.counters)
    }

    /// What became of stations, oldest first. Beyond 8192 that nobody fetched the oldest goes.
    pub fn poll_sim_event(&mut self) -> Option<SimEvent> {
        self.sim_events.pop_front()
    }

    fn known(&self, name: &str) -> Result<MacAddr, SimError> {
        self.names.get(name).copied().ok_or(SimError::NoSuchStation)
    }

    /// The station of this name, new if need be.
    fn station(&mut self, name: &str) -> Result<MacAddr, SimError> {
        if let Some(mac) = self.names.get(name) {
            return Ok(*mac);
        }
        if !(1..=32).contains(&name.len()) || name == STATION_ADAPTER {
            return Err(SimError::BadName);
        }
        if self.stations.len() >= MAX_STATIONS {
            let idle = self
                .stations
                .values()
                .find(|s| s.is_idle())
                .map(|s| s.name().to_owned());
            let Some(mac) = idle.and_then(|name| self.names.remove(&name)) else {
                return Err(SimError::TooManyStations);
            };
            self.stations.remove(&mac);
        }
        let mac = self.free_address(name);
        // A station's chance depends on nothing but the seed and its address.
        let mut seed = [0; 32];
        seed[..8].copy_from_slice(&self.config.seed.to_le_bytes());
        seed[8..14].copy_from_slice(&mac.0);
        seed[14] = 1;
        let rng = ChaCha20Rng::from_seed(seed);
        self.stations
            .insert(mac, Station::new(name, mac, self.config.join_timeout, rng));
        self.names.insert(name.to_owned(), mac);
        Ok(mac)
    }

    /// The address a name stands for, or the next one that is free.
    fn free_address(&self, name: &str) -> MacAddr {
        let mut hash = fnv_1a(name.as_bytes());
        loop {
            let [_, _, _, b, c, d, e, f] = hash.to_be_bytes();
            let mac = MacAddr([0x02, b, c, d, e, f]);
            if ![self.ap.bssid(), self.adapter.address()].contains(&mac)
                && !self.stations.contains_key(&mac)
            {
                return mac;
            }
            hash = hash.wrapping_add(1);
        }
    }
}

/// FNV-1a: the same address for the same name on every machine. Nothing depends on its strength.
fn fnv_1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |h, b| {
        (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3)
    })
}
