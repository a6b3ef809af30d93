//! The engine itself.

use std::collections::VecDeque;

use clock::Instant;
use oid::{Completion, Indication};
use softap::VendorEvent;
use wlan_rpc::{ExtensionAdapter, ExtensionRow};

use crate::{Input, Output};

/// The engine. Contract: call a `handle_*` method, then drain [`Extensions::poll_output`].
#[derive(Debug, Default)]
pub struct Extensions {
    outputs: VecDeque<Output>,
}

impl Extensions {
    /// Without extensions.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Something happened outside.
    pub fn handle(&mut self, input: Input, now: Instant) {
        let _ = (input, now);
    }

    /// The hosted network tells.
    pub fn handle_vendor_event(&mut self, event: VendorEvent, now: Instant) {
        let _ = (event, now);
    }

    /// The miniport of an adapter answered a request.
    pub fn handle_completion(
        &mut self,
        adapter: ExtensionAdapter,
        completion: Completion,
        now: Instant,
    ) {
        let _ = (adapter, completion, now);
    }

    /// The miniport of an adapter indicated. Of the access point's only
    /// [`Indication::ReceiveVendorPacket`] matters here.
    pub fn handle_indication(
        &mut self,
        adapter: ExtensionAdapter,
        indication: Indication,
        now: Instant,
    ) {
        let _ = (adapter, indication, now);
    }

    /// Time passed.
    pub fn handle_timeout(&mut self, now: Instant) {
        let _ = now;
    }

    /// When [`Extensions::handle_timeout`] wants to be called next.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    /// What is to be done next, in order.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// All extensions, for [`IhvCall::List`](wlan_rpc::IhvCall::List). Process ids are 0 here.
    #[must_use]
    pub fn rows(&self) -> Vec<ExtensionRow> {
        Vec::new()
    }
}
