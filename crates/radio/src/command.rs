//! Requests down to the radio.

use dot11::{Channel, CipherSuite, KeyBytes, MacAddr, Phy, ReasonCode, Ssid};
use serde::{Deserialize, Serialize};

use crate::{EtherTypeRule, OperatingChannel};

/// Ties a command to its completion. Chosen by the giver of the command, unique while outstanding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CommandId(pub u64);

/// A command and its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RadioCommand {
    /// Answered by [`RadioEvent::Completed`](crate::RadioEvent::Completed) with the same id.
    pub id: CommandId,
    /// What to do.
    pub command: Command,
}

/// What a radio can be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// Begin to beacon. Completed when the access point is on the air. Forgets stations and keys
    /// of an earlier run.
    StartAp(Box<ApConfig>),
    /// Replace beacon contents while on the air.
    UpdateBeacon {
        /// As [`ApConfig::beacon_head`].
        head: Vec<u8>,
        /// As [`ApConfig::beacon_tail`].
        tail: Vec<u8>,
    },
    /// Cease to beacon; drop all stations and keys. Succeeds when nothing is on the air.
    StopAp,
    /// Send a management frame, whole MAC header included; the radio fills in the sequence number.
    /// Completion means "queued"; the fate on the air follows as
    /// [`RadioEvent::FrameSent`](crate::RadioEvent::FrameSent) with the same id.
    SendManagement {
        /// The frame from Frame Control to its last element.
        frame: Vec<u8>,
    },
    /// Send an EAPOL PDU to a station. It goes out encrypted exactly when a pairwise key is installed.
    /// No acknowledgement is reported.
    SendEapol {
        /// The station.
        peer: MacAddr,
        /// The EAPOL PDU from its version byte.
        pdu: Vec<u8>,
    },
    /// Send a data frame of another EtherType to a station, whatever its port's state. Completion
    /// means that the radio has taken it.
    SendPacket {
        /// The station.
        peer: MacAddr,
        /// In host order; neither EAPOL nor below 0x0600.
        ether_type: u16,
        /// Behind the EtherType.
        payload: Vec<u8>,
        /// Never encrypt it; else it goes out encrypted exactly when a pairwise key is installed.
        in_clear: bool,
    },
    /// Replace all rules for EtherTypes. They survive the end of a run.
    SetEtherTypes(Vec<EtherTypeRule>),
    /// Station: be on this channel and hear. Beacons, probe responses and frames to our address come
    /// as [`RadioEvent::Management`](crate::RadioEvent::Management). Another one replaces it; one for
    /// another network forgets the access point's entry and all keys. While its access point is
    /// associated the radio may keep the beacons to itself; when they cease it says
    /// [`RadioEvent::StationLost`](crate::RadioEvent::StationLost).
    Listen(ListenConfig),
    /// Station: hear nothing any more; forget the access point's entry and all keys.
    StopListening,
    /// Enter a station into the table. It may replace one of the same address, whose keys go.
    AddStation(Box<StationEntry>),
    /// Change an entered station.
    UpdateStation(Box<StationEntry>),
    /// Open or close a station's controlled port for data.
    Authorize {
        /// The station.
        peer: MacAddr,
        /// Open (`true`) or closed.
        open: bool,
    },
    /// Remove a station with its keys, without a frame on the air. Succeeds for an unknown station.
    RemoveStation {
        /// The station.
        peer: MacAddr,
        /// Recorded by drivers that want it.
        reason: ReasonCode,
    },
    /// Install or replace a key. Installing the same key again must not reset its counters.
    InstallKey(Key),
    /// Remove a key. Succeeds when it does not exist.
    RemoveKey {
        /// Whose key.
        scope: KeyScope,
        /// Key index, 0 for pairwise keys.
        index: u8,
    },
    /// From now on encrypt group-addressed frames with the group key at `index`: data with those
    /// up to 3, robust management frames with 4 and 5.
    UseGroupKey {
        /// 0 to 5.
        index: u8,
    },
    /// Ask for the transmit counter of the group key at `index`:
    /// [`RadioEvent::GroupCounter`](crate::RadioEvent::GroupCounter) precedes the completion.
    QueryGroupCounter {
        /// 1 to 3.
        index: u8,
    },
    /// Ask how long a station has been silent:
    /// [`RadioEvent::Station`](crate::RadioEvent::Station) precedes the completion.
    QueryStation {
        /// The station.
        peer: MacAddr,
    },
    /// Keep stations from reaching one another through the access point from now on, or let them.
    Isolate(bool),
    /// Ask how busy the channels are: [`RadioEvent::Survey`](crate::RadioEvent::Survey) precedes the
    /// completion. It may take seconds, as channels are visited; only while nothing is on the air.
    /// [`Command::StartAp`] and [`Command::StopAp`] end one that is under way.
    Survey {
        /// The channels to visit; those where nothing may be transmitted first are only listened to.
        channels: Vec<Channel>,
    },
    /// Protect otherwise from now on. Nothing else of the access point changes.
    Protect(Protection),
    /// Send a null frame to learn whether the station is still there;
    /// [`RadioEvent::ProbeResult`](crate::RadioEvent::ProbeResult) follows.
    ProbeStation {
        /// The station.
        peer: MacAddr,
    },
}

/// All that is fixed for one run of the access point.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApConfig {
    /// The network's name.
    pub ssid: Ssid,
    /// The BSSID; equals [`Capabilities::address`](crate::Capabilities::address).
    pub bssid: MacAddr,
    /// Where.
    pub channel: OperatingChannel,
    /// The fastest PHY announced; those before it in the band are too.
    pub phy: Phy,
    /// Beacon from Frame Control up to the place of the TIM element (after DS Parameter Set).
    pub beacon_head: Vec<u8>,
    /// Elements after the TIM element.
    pub beacon_tail: Vec<u8>,
    /// Beacon interval in time units of 1024 microseconds.
    pub beacon_interval: u16,
    /// DTIM period in beacons.
    pub dtim_period: u8,
    /// The pairwise and group cipher.
    pub cipher: CipherSuite,
    /// Basic rates in units of 500 kbit/s.
    pub basic_rates: Vec<u8>,
    /// Keep stations from reaching one another through the access point.
    pub isolate: bool,
    /// Protected management frames are offered (clause 12.6.17), not required.
    pub management_protection: bool,
    /// How older stations are respected at the start; [`Command::Protect`] changes it.
    pub protection: Protection,
}

/// What the radio does for the sake of stations that know less than it does (clause 10.27). The default
/// is what it does where there are none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Protection {
    /// In 2.4 GHz: it announces OFDM frames by a CTS in a form that 802.11b stations understand.
    pub cts: bool,
    /// In 2.4 GHz: it uses long preambles with the rates of 802.11b.
    pub long_preamble: bool,
    /// In 2.4 GHz: it uses the long slot time of 20 microseconds.
    pub long_slot: bool,
    /// Where the network has HT: the byte of HT Operation that says how HT frames are to be protected
    /// (clause 9.4.2.56), byte 1 of `HtOperation::info`.
    pub ht: Option<u8>,
}

/// Where a station's radio is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListenConfig {
    /// 20 MHz channel.
    pub channel: Channel,
    /// The network it is about to join; `None` while it looks around.
    pub bssid: Option<MacAddr>,
}

/// A row of the radio's station table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StationEntry {
    /// The station's address.
    pub peer: MacAddr,
    /// Association id, 1 to 2007.
    pub aid: u16,
    /// Listen interval in beacon intervals.
    pub listen_interval: u16,
    /// Capability Information field of the (re)association request.
    pub capability: u16,
    /// Supported and extended rates, basic-rate bit included, in units of 500 kbit/s.
    pub rates: Vec<u8>,
    /// HT Capabilities element body (26 bytes), when the station has one and HT is in use.
    pub ht_capabilities: Option<Vec<u8>>,
    /// VHT Capabilities element body (12 bytes), when the station has one and VHT is in use.
    pub vht_capabilities: Option<Vec<u8>>,
    /// HE Capabilities element body behind the extension id, when the station has one and HE is in use.
    pub he_capabilities: Option<Vec<u8>>,
    /// Extended Capabilities element body, when the station has one.
    pub extended_capabilities: Vec<u8>,
    /// What the station has reached.
    pub flags: StationFlags,
}

/// How far a station has come and what it can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StationFlags {
    /// Open-system authentication is done.
    pub authenticated: bool,
    /// It is associated.
    pub associated: bool,
    /// It speaks WMM.
    pub wme: bool,
    /// It uses short preambles.
    pub short_preamble: bool,
    /// Its robust management frames are protected.
    pub management_protection: bool,
}

/// Whom a key protects traffic with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum KeyScope {
    /// Unicast with this station.
    Pairwise(MacAddr),
    /// Group-addressed frames of the network.
    Group,
}

/// A key to install.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Key {
    /// Whose.
    pub scope: KeyScope,
    /// 0 for pairwise keys, 1 to 3 for group keys (0 too with WEP), 4 and 5 for those of robust
    /// management frames (BIP).
    pub index: u8,
    /// For which cipher.
    pub cipher: CipherSuite,
    /// The bare key, its length and layout fixed by `cipher`: 16 bytes for CCMP, GCMP and BIP-CMAC-128,
    /// 32 for the 256-bit ciphers, 5 and 13 for WEP-40 and WEP-104. TKIP has 32: temporal key (16), MIC
    /// key of **received** frames (8), MIC key of **sent** frames (8), as this side receives and sends.
    /// A vendor's cipher has its own bytes.
    pub material: KeyBytes,
    /// Where the receive counter starts (48 bits); `None` for zero, and with ciphers without one
    /// (WEP).
    pub receive_counter: Option<u64>,
}
