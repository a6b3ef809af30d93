//! What this engine needs of the access point below it, so that tests can script one.

use core::fmt;

use clock::Instant;
use dot11::MacAddr;
use softap::{Candidates, Output, Peer, RunSettings, SoftAp, VendorService, VendorVerdict};

/// The methods of [`SoftAp`] in use here, with their contracts.
pub(crate) trait AccessPoint: fmt::Debug {
    fn start(&mut self, settings: RunSettings, candidates: Candidates, now: Instant);
    fn stop(&mut self);
    fn set_keys(&mut self, candidates: Candidates, now: Instant);
    fn set_isolation(&mut self, on: bool);
    fn peers(&self) -> Vec<Peer>;
    fn serve_vendors(&mut self, services: Vec<VendorService>);
    fn vendor_verdict(&mut self, mac: MacAddr, verdict: VendorVerdict, now: Instant);
    fn handle_completion(&mut self, completion: oid::Completion, now: Instant);
    fn handle_indication(&mut self, indication: oid::Indication, now: Instant);
    fn handle_timeout(&mut self, now: Instant);
    fn poll_timeout(&self) -> Option<Instant>;
    fn poll_output(&mut self) -> Option<Output>;
}

impl AccessPoint for SoftAp {
    fn start(&mut self, settings: RunSettings, candidates: Candidates, now: Instant) {
        Self::start(self, settings, candidates, now);
    }

    fn stop(&mut self) {
        Self::stop(self);
    }

    fn set_keys(&mut self, candidates: Candidates, now: Instant) {
        Self::set_keys(self, candidates, now);
    }

    fn set_isolation(&mut self, on: bool) {
        Self::set_isolation(self, on);
    }

    fn peers(&self) -> Vec<Peer> {
        Self::peers(self).collect()
    }

    fn serve_vendors(&mut self, services: Vec<VendorService>) {
        Self::serve_vendors(self, services);
    }

    fn vendor_verdict(&mut self, mac: MacAddr, verdict: VendorVerdict, now: Instant) {
        Self::vendor_verdict(self, mac, verdict, now);
    }

    fn handle_completion(&mut self, completion: oid::Completion, now: Instant) {
        Self::handle_completion(self, completion, now);
    }

    fn handle_indication(&mut self, indication: oid::Indication, now: Instant) {
        Self::handle_indication(self, indication, now);
    }

    fn handle_timeout(&mut self, now: Instant) {
        Self::handle_timeout(self, now);
    }

    fn poll_timeout(&self) -> Option<Instant> {
        Self::poll_timeout(self)
    }

    fn poll_output(&mut self) -> Option<Output> {
        Self::poll_output(self)
    }
}
