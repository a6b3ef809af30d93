//! What a station has in every state, and what it is lent for one call.

use std::collections::VecDeque;

use clock::Instant;
use dot11::MacAddr;
use dot11::frame::{DataHeader, FrameControl, SequenceControl, write_sequence_control};
use rand_chacha::ChaCha20Rng;

use super::pmk_cache::PmkCache;
use super::profile::StationProfile;
use crate::air::{Outgoing, Receipt};
use crate::ether_type::EtherTypes;
use crate::event::SimEvent;
use crate::rule::{Direction, FrameKind};

/// What a station does now.
#[derive(Debug)]
pub(crate) enum StationOutput {
    Send(Outgoing),
    Event(SimEvent),
}

/// What a station is lent for one call.
pub(crate) struct Context<'a> {
    pub(crate) now: Instant,
    pub(crate) pmks: &'a mut PmkCache,
    pub(crate) out: &'a mut VecDeque<StationOutput>,
}

impl Context<'_> {
    pub(super) fn event(&mut self, event: SimEvent) {
        self.out.push_back(StationOutput::Event(event));
    }
}

/// What a station has in every state.
#[derive(Debug)]
pub(super) struct Device {
    pub(super) mac: MacAddr,
    pub(super) sequence: u16,
    pub(super) profile: StationProfile,
    pub(super) ether_types: EtherTypes,
    pub(super) rng: ChaCha20Rng,
}

impl Device {
    pub(super) fn send(
        &mut self,
        mut frame: Vec<u8>,
        kind: FrameKind,
        receipt: Receipt,
        cx: &mut Context<'_>,
    ) {
        self.number(&mut frame);
        self.send_numbered(frame, kind, receipt, cx);
    }

    pub(super) fn send_numbered(
        &self,
        frame: Vec<u8>,
        kind: FrameKind,
        receipt: Receipt,
        cx: &mut Context<'_>,
    ) {
        let out = Outgoing {
            frame,
            kind,
            peer: self.mac,
            direction: Direction::ToAp,
            receipt,
        };
        cx.out.push_back(StationOutput::Send(out));
    }

    pub(super) fn number(&mut self, frame: &mut [u8]) {
        self.sequence = self.sequence.wrapping_add(1) & 0xfff;
        write_sequence_control(frame, SequenceControl::new(self.sequence, 0));
    }

    pub(super) fn send_management(&mut self, frame: Vec<u8>, cx: &mut Context<'_>) {
        let kind = FrameKind::of_frame(&frame);
        self.send(frame, kind, Receipt::None, cx);
    }

    pub(super) fn send_null(&mut self, bssid: MacAddr, dozes: bool, cx: &mut Context<'_>) {
        let flags = if dozes {
            FrameControl::POWER_MANAGEMENT
        } else {
            0
        };
        let header = DataHeader::to_ds(bssid, self.mac, bssid)
            .as_null()
            .with(flags);
        let receipt = Receipt::PowerManagement(self.mac);
        self.send(header.encode(&[]), FrameKind::Null, receipt, cx);
    }
}
