//! A station port (Extensible Station).

use clock::Instant;
use oid::{NdisStatus, Request, RequestId, SecurityRequest, StationRequest};
use radio::RadioEvent;
use serde::{Deserialize, Serialize};

use crate::Output;
use crate::outbox::{Outbox, failure};

/// The engine. Contract: as [`Miniport`](crate::Miniport).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct StationPort {
    out: Outbox,
}

impl StationPort {
    /// A port in INIT without a radio.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What is to be done next.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.out.poll()
    }

    /// When [`StationPort::handle_timeout`] wants to be called next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    /// Time passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        let _ = now;
    }

    /// The radio reports.
    pub fn handle_radio_event(&mut self, event: RadioEvent, now: Instant) {
        let _ = (event, now);
    }

    /// The service asks. Every request is answered by exactly one completion.
    pub fn handle_request(&mut self, id: RequestId, request: Request, now: Instant) {
        let _ = (request, now);
        self.refuse(id);
    }

    /// The service asks. Every request is answered by exactly one completion.
    pub fn handle_security_request(
        &mut self,
        id: RequestId,
        request: SecurityRequest,
        now: Instant,
    ) {
        let _ = (request, now);
        self.refuse(id);
    }

    /// The service asks. Every request is answered by exactly one completion.
    pub fn handle_station_request(&mut self, id: RequestId, request: StationRequest, now: Instant) {
        let _ = (request, now);
        self.refuse(id);
    }

    fn refuse(&mut self, id: RequestId) {
        let refusal = failure(
            NdisStatus::NOT_SUPPORTED,
            "There is no station port.",
            "Use the access point.",
        );
        self.out.fail(id, &refusal);
    }
}
