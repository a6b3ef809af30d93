//! The whole column in one thread: engines above, ports below, pumped to rest.
//!
//! ```text
//!   Input --> hosted_network <------ seam C (oid) ------> miniport <----- Input::Radio
//!                |    ^                                   ^              Output::Radio
//!                |    | who is served, verdicts           |
//!                v    |                                   v
//!   Input --> ihv_service <--------- seam C ----------> station port <-- Input::StationRadio
//!    hosts: Output::Host, Input::Extension                               Output::StationRadio
//! ```
//!
//! Everything that can happen to the service is one [`Input`], taken one at a time. It can be
//! serialised: a recorded session is a file of inputs with their times, and feeding it to a fresh
//! column built from the same [`Config`] makes the same outputs. The daemon, the tests and the
//! replay tool differ only in where inputs come from.

mod ids;
mod input;
mod output;
mod pump;

pub use hosted_network::{ClientId, Config, Rights};
pub use input::Input;
pub use output::Output;

use std::collections::VecDeque;

use clock::{Instant, earliest};
use hosted_network::HostedNetwork;
use ihv_service::Extensions;
use miniport::{Miniport, StationPort};
use wlan_rpc::{ExtensionRow, Status};

use pump::ShutDown;

/// The column. Contract: [`Column::handle`] one input, then drain [`Column::poll_output`].
#[derive(Debug)]
pub struct Column {
    service: HostedNetwork,
    miniport: Miniport,
    station: StationPort,
    extensions: Extensions,
    shut_down: ShutDown,
    outputs: VecDeque<Output>,
}

impl Column {
    /// A column at rest. Its first input should be the radio's
    /// [`Ready`](radio::RadioEvent::Ready) or [`Unavailable`](radio::RadioEvent::Unavailable).
    #[must_use]
    pub fn new(config: Config) -> Self {
        let miniport = Miniport::new(config.seed);
        Self {
            service: HostedNetwork::new(config),
            miniport,
            station: StationPort::new(),
            extensions: Extensions::new(),
            shut_down: ShutDown::default(),
            outputs: VecDeque::new(),
        }
    }

    /// One thing happened.
    pub fn handle(&mut self, input: Input, now: Instant) {
        match input {
            Input::ClientConnected { client, rights } => {
                self.service.connect_client(client, rights, now);
            }
            Input::ClientGone { client } => self.service.handle_client_gone(client, now),
            Input::Call { client, id, call } => self.service.handle_call(client, id, call, now),
            Input::Radio(event) => self.miniport.handle_radio_event(event, now),
            Input::StationRadio(event) => self.station.handle_radio_event(event, now),
            Input::Extension(input) => self.extensions.handle(input, now),
            Input::Persisted(result) => self.service.handle_persisted(result, now),
            Input::Timeout => {
                self.miniport.handle_timeout(now);
                self.station.handle_timeout(now);
                self.service.handle_timeout(now);
                self.extensions.handle_timeout(now);
            }
            Input::PolicyChanged(policy) => self.service.set_policy(policy, now),
            Input::Suspend => self.service.stop_for_suspend(now),
            Input::ShutDown => {
                self.service.shut_down(now);
                // The extensions hear of the network's end before their own.
                self.pump(now);
                self.extensions.handle(ihv_service::Input::ShutDown, now);
            }
        }
        self.pump(now);
    }

    /// When [`Input::Timeout`] is wanted next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        [
            self.service.poll_timeout(),
            self.miniport.poll_timeout(),
            self.extensions.poll_timeout(),
            self.station.poll_timeout(),
        ]
        .into_iter()
        .fold(None, earliest)
    }

    /// What is to be done next, in order.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// The state of everything, for views in the same process.
    #[must_use]
    pub fn status(&self, now: Instant) -> Status {
        let mut status = self.service.status(now);
        status.rejected_frames = self.rejected_frames();
        status
    }

    /// Whether a client may do what needs privileges, by the policy in force.
    #[must_use]
    pub fn is_privileged(&self, client: ClientId) -> bool {
        self.service.is_privileged(client)
    }

    /// All extensions of vendors. Process ids are 0 here.
    #[must_use]
    pub fn extensions(&self) -> Vec<ExtensionRow> {
        self.extensions.rows()
    }

    fn rejected_frames(&self) -> u64 {
        self.miniport
            .rejections()
            .iter()
            .map(|(_, count)| count)
            .sum()
    }
}
