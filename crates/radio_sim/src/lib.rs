//! A simulated radio: an air with loss and rules, stations, real CCMP, a capture tap.
//!
//! ```text
//!   RadioCommand -> +--------------+   frames    +-----+   frames    +----------+ <- join, leave,
//!                   | access point | ----------> | air | ----------> | stations |    traffic ..
//!   RadioEvent  <-- | radio (bss)  | <---------- |     | <---------- |          | -> SimEvent
//!                   +--------------+             +-----+             +----------+
//!                                                   | tap (pcap)
//! ```
//!
//! Real management frames, EAPOL and ciphered data fly between both sides, so that all of the
//! column above works as with hardware; a capture of the tap can be read by Wireshark. Nothing here
//! reads a clock or the system's randomness: equal seeds and equal calls make equal runs.
//!
//! A second radio, the station adapter, is on the same air in a station's role and run by commands as
//! the first ([`SimRadio::station_command`]); with it a whole column can be a station.
//!
//! The access point's side behaves as mac80211 does towards a user that brings its own MLME: power
//! save is its own business, data passes an open port only, EAPOL passes once a station is
//! associated and is never forwarded. Left out: aggregation, fragments, rates and airtime.
//!
//! # Idle cost
//! Beacons are simulated only while a station scans, the station adapter listens without being
//! associated, a tap is attached, or frames wait for dozing stations. A network with joined, silent
//! stations has no timers at all; that the network is gone is told to stations, and by the station
//! adapter, when seven beacons would have been missed.
//!
//! # Speed
//! A data frame is deciphered into one kept buffer and ciphered into the buffer that flies.

mod adapter;
mod address_map;
mod air;
mod ap;
mod bss;
mod config;
mod counters;
mod echo;
mod ether_type;
mod event;
mod fault;
mod key;
mod refusal;
mod rule;
mod sim;
mod sink;
mod station;
mod tap;
mod traffic;

pub use adapter::STATION_ADAPTER;
pub use air::{AirConfig, AirCounters, Permille};
pub use config::SimConfig;
pub use counters::{ApCounters, StationCounters, StationRow};
pub use event::{JoinFailure, LeaveReason, SimError, SimEvent};
pub use fault::CommandKind;
pub use rule::{Action, Direction, FrameKind, Matcher, Rule};
pub use sim::{MAX_STATIONS, SimRadio};
pub use station::{ManagementProtection, PowerSaveStyle, StationKey, StationProfile};
pub use tap::{PcapEncoder, TapFrame};
