//! Seam D: what the miniport asks of a radio and what a radio reports.
//!
//! A radio here is what a driver that leaves the AP MLME to its user is: it beacons, moves frames,
//! keeps a station table and ciphers data with the keys it is given. Buffering for sleeping
//! stations, retries, aggregation and the TIM element are the radio's own business.
//!
//! ```text
//!  miniport --- RadioCommand ---> radio        every command carries an id and is answered by
//!           <-- RadioEvent ------              exactly one RadioEvent::Completed with that id
//! ```
//!
//! Commands take effect in the order given. Frames cross this seam without FCS.
//!
//! # Two roles
//! A radio is an access point (from [`Command::StartAp`] to [`Command::StopAp`]) or a station's (from
//! [`Command::Listen`] to [`Command::StopListening`]); one that offers both is two of these. Commands
//! on frames, station entries, keys and ports mean the same in both: the one peer of a station is its
//! access point.

mod capabilities;
mod command;
mod event;
mod packet;
pub mod refusal;

pub use cause::Cause;

pub use capabilities::{
    BandCapabilities, Capabilities, ChannelInfo, Country, HeCapabilities, HtCapabilities,
    OperatingChannel, VhtCapabilities, WiderChannels,
};
pub use command::{
    ApConfig, Command, CommandId, Key, KeyScope, ListenConfig, Protection, RadioCommand,
    StationEntry, StationFlags,
};
pub use event::{CommandError, CommandErrorKind, RadioEvent, StationReport, SurveyRow, Switches};
pub use packet::{Arrival, EtherTypeRule};

use clock::Instant;

/// A radio as the owner of the column drives it: give commands, then drain events.
pub trait Radio {
    /// Carries out `command`. The answer and everything else comes from [`Radio::poll_event`].
    fn command(&mut self, command: RadioCommand, now: Instant);

    /// Lets time pass up to `now`.
    fn handle_timeout(&mut self, now: Instant);

    /// When [`Radio::handle_timeout`] wants to be called next.
    fn poll_timeout(&self) -> Option<Instant>;

    /// The next thing that happened, oldest first.
    fn poll_event(&mut self) -> Option<RadioEvent>;
}
