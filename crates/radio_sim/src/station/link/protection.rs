//! A station's protected management frames (802.11-2020, 12.6.19 and 11.13).

use std::borrow::Cow;

use clock::{Duration, Instant};
use dot11::frame::{ActionView, ManagementAddresses, ManagementBody, ManagementView, SaQuery};
use dot11::{MacAddr, ReasonCode};

use super::Link;
use crate::air::Receipt;
use crate::counters::StationCounters;
use crate::key::Ciphering;
use crate::rule::FrameKind;
use crate::station::device::{Context, Device};
use crate::station::management::Query;

/// The access point is asked again after this, and given up after that.
const RETRY: Duration = Duration::from_micros(201 * 1_024);
const MAXIMUM: Duration = Duration::from_micros(1_000 * 1_024);

impl Link {
    /// Management frames are protected from now on: agreed on, and there is a key.
    fn protects_management(&self) -> bool {
        self.management.is_some() && self.has_key()
    }

    /// The frame in clear, if it is to be believed. One in clear that says that there is no association
    /// makes the station ask.
    pub(in crate::station) fn open_management<'f>(
        &mut self,
        frame: &'f [u8],
        device: &mut Device,
        counters: &mut StationCounters,
        cx: &mut Context<'_>,
    ) -> Option<Cow<'f, [u8]>> {
        let view = ManagementView::parse(frame).ok()?;
        if !self.protects_management() || !view.is_robust() || view.transmitter() != self.bssid() {
            return Some(Cow::Borrowed(frame));
        }
        if view.receiver().is_group() {
            if self.management.as_mut()?.believes(frame) {
                return Some(Cow::Borrowed(frame));
            }
        } else if view.is_protected() {
            let mut plain = Vec::new();
            if self
                .pairwise
                .as_mut()
                .is_some_and(|key| key.receiver.unprotect(frame, &mut plain).is_ok())
            {
                return Some(Cow::Owned(plain));
            }
        }
        counters.unprotected_management += 1;
        if !view.is_protected() && says_unknown(&view) {
            self.begin_query(device, cx);
        }
        None
    }

    /// The next time [`Link::management_timeout`] has something to do.
    pub(in crate::station) fn management_deadline(&self) -> Option<Instant> {
        Some(self.management.as_ref()?.query.as_ref()?.next)
    }

    /// Asks again. `false`: the access point did not answer in time.
    pub(in crate::station) fn management_timeout(
        &mut self,
        device: &mut Device,
        cx: &mut Context<'_>,
    ) -> bool {
        let Some(query) = self.management.as_mut().and_then(|m| m.query.as_mut()) else {
            return true;
        };
        if query.next > cx.now {
            return true;
        }
        let end = query.begun + MAXIMUM;
        if end <= cx.now {
            return false;
        }
        query.next = (cx.now + RETRY).min(end);
        self.ask(device, cx);
        true
    }

    fn begin_query(&mut self, device: &mut Device, cx: &mut Context<'_>) {
        let Some(management) = &mut self.management else {
            return;
        };
        if management.query.is_none() {
            management.query = Some(Query {
                begun: cx.now,
                next: cx.now + RETRY,
            });
            self.ask(device, cx);
        }
    }

    fn ask(&mut self, device: &mut Device, cx: &mut Context<'_>) {
        if let Some(management) = &mut self.management {
            management.last_transaction = management.last_transaction.wrapping_add(1);
            let query = SaQuery::Request(management.last_transaction);
            self.say(query, device, cx);
        }
    }

    fn say(&mut self, query: SaQuery, device: &mut Device, cx: &mut Context<'_>) {
        let frame = query.frame(self.addresses(device.mac));
        self.send_management(frame, device, cx);
    }

    fn addresses(&self, own: MacAddr) -> ManagementAddresses {
        ManagementAddresses::to_ap(self.bssid(), own)
    }

    /// An action frame that is to be believed.
    pub(in crate::station) fn handle_action(
        &mut self,
        action: &ActionView<'_>,
        device: &mut Device,
        cx: &mut Context<'_>,
    ) {
        match SaQuery::from_action(action) {
            Some(SaQuery::Request(transaction)) if self.protects_management() => {
                self.say(SaQuery::Response(transaction), device, cx);
            }
            Some(SaQuery::Response(_)) => {
                if let Some(management) = &mut self.management {
                    management.query = None;
                }
            }
            Some(SaQuery::Request(_)) | None => {}
        }
    }

    /// Sends a robust management frame, protected where that was agreed on.
    pub(in crate::station) fn send_management(
        &mut self,
        mut frame: Vec<u8>,
        device: &mut Device,
        cx: &mut Context<'_>,
    ) {
        let kind = FrameKind::of_frame(&frame);
        let cipher = match self.protects_management() {
            true => Ciphering::Must,
            false => Ciphering::Never,
        };
        device.number(&mut frame);
        if let Some(frame) = cipher.apply(self.pairwise.as_mut(), frame) {
            device.send_numbered(frame, kind, Receipt::None, cx);
        }
    }
}

/// "You are not authenticated", "you are not associated".
fn says_unknown(view: &ManagementView<'_>) -> bool {
    matches!(
        view.body(),
        Ok(ManagementBody::Deauthentication(reason) | ManagementBody::Disassociation(reason))
            if matches!(
                reason,
                ReasonCode::INVALID_CLASS2_FRAME | ReasonCode::INVALID_CLASS3_FRAME
            )
    )
}
