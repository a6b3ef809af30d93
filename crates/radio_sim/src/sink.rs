//! What the access point's radio does, in order.

use std::collections::VecDeque;

use radio::RadioEvent;

use crate::air::{Outgoing, Receipt};
use crate::counters::ApCounters;

/// What the radio does now.
#[derive(Debug)]
pub(crate) enum ApOutput {
    Send(Outgoing),
    Event(RadioEvent),
}

/// The outputs of a call in order, and the counters, lent to whoever does the work.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    pub(crate) outputs: VecDeque<ApOutput>,
    pub(crate) counters: ApCounters,
}

impl Sink {
    pub(crate) fn send(&mut self, out: Outgoing) {
        self.outputs.push_back(ApOutput::Send(out));
    }

    pub(crate) fn event(&mut self, event: RadioEvent) {
        self.outputs.push_back(ApOutput::Event(event));
    }

    /// The sender of a frame is told that it was not acknowledged.
    pub(crate) fn report(&mut self, receipt: Receipt, acked: bool) {
        match receipt {
            Receipt::Command(id) => self.event(RadioEvent::FrameSent { id, acked }),
            Receipt::Probe(peer) => self.event(RadioEvent::ProbeResult { peer, acked }),
            Receipt::None | Receipt::Adapter(_) | Receipt::PowerManagement(_) => {}
        }
    }
}
