//! How a station dozes and wakes.

use clock::{Duration, Instant};
use dot11::element::{ElementId, Tim};
use dot11::frame::{BeaconView, DataHeader, FrameControl, PsPoll};

use super::Joined;
use crate::air::Receipt;
use crate::rule::FrameKind;
use crate::station::device::{Context, Device};
use crate::station::power::Power;
use crate::station::profile::PowerSaveStyle;

/// An unacknowledged Null frame is repeated.
const RETRY: Duration = Duration::from_millis(20);
const TRIES: u8 = 5;
/// How long a station waits for the answer to a PS-Poll, and for group frames after a DTIM.
const LISTEN: Duration = Duration::from_millis(50);
/// How long a station that woke for its frames stays awake.
const NAP: Duration = Duration::from_millis(100);

impl Joined {
    pub(in crate::station) fn announce_power(
        &mut self,
        doze: bool,
        device: &mut Device,
        cx: &mut Context<'_>,
    ) {
        self.announce(doze, false, device, cx);
    }

    fn announce(&mut self, doze: bool, nap: bool, device: &mut Device, cx: &mut Context<'_>) {
        self.power = Power::Announcing {
            doze,
            nap,
            tries: 0,
            retry: cx.now + RETRY,
        };
        device.send_null(self.link.bssid(), doze, cx);
    }

    pub(in crate::station) fn handle_power_receipt(&mut self, acked: bool, now: Instant) {
        let Power::Announcing { doze, nap, .. } = self.power else {
            return;
        };
        if acked {
            self.power = match (doze, nap) {
                (true, _) => Power::Dozing {
                    polling: None,
                    group: None,
                },
                (false, true) => Power::awake(Some(self.doze_after.unwrap_or(NAP)), now),
                (false, false) => Power::awake(self.doze_after, now),
            };
        }
    }

    pub(in crate::station) fn power_timeout(&mut self, device: &mut Device, cx: &mut Context<'_>) {
        if self.traffic.is_some() && self.power.is_dozing() {
            self.announce(false, true, device, cx);
            return;
        }
        match &mut self.power {
            Power::Awake { doze_at: Some(at) } if *at <= cx.now => {
                if self.traffic.is_some() {
                    *at = cx.now + NAP;
                } else {
                    self.announce(true, false, device, cx);
                }
            }
            Power::Announcing {
                doze, tries, retry, ..
            } if *retry <= cx.now => {
                *tries += 1;
                if *tries < TRIES {
                    *retry = cx.now + RETRY;
                    let doze = *doze;
                    device.send_null(self.link.bssid(), doze, cx);
                } else {
                    self.power = Power::awake(self.doze_after, cx.now);
                }
            }
            Power::Awake { .. } | Power::Announcing { .. } | Power::Dozing { .. } => {}
        }
    }

    /// A data frame was received: perhaps the one that was polled.
    pub(in crate::station) fn power_data(
        &mut self,
        header: &DataHeader,
        device: &mut Device,
        cx: &mut Context<'_>,
    ) {
        self.power.stir(self.doze_after, cx.now);
        let more = header.control.has(FrameControl::MORE_DATA);
        match &mut self.power {
            Power::Dozing { group, .. } if header.addr1.is_group() => {
                *group = more.then_some(cx.now + LISTEN);
            }
            Power::Dozing { polling, .. } => {
                *polling = more.then_some(cx.now + LISTEN);
                if more {
                    self.poll(device, cx);
                }
            }
            Power::Awake { .. } | Power::Announcing { .. } => {}
        }
    }

    pub(in crate::station) fn handle_beacon(
        &mut self,
        beacon: &BeaconView<'_>,
        device: &mut Device,
        cx: &mut Context<'_>,
    ) {
        let Some(tim) = beacon.elements.body(ElementId::TIM).and_then(Tim::parse) else {
            return;
        };
        let Power::Dozing { polling, group } = &mut self.power else {
            return;
        };
        if tim.group_traffic() {
            *group = Some(cx.now + LISTEN);
        }
        if !tim.has(self.link.aid()) {
            return;
        }
        match device.profile.power_save {
            PowerSaveStyle::PsPoll => {
                *polling = Some(cx.now + LISTEN);
                self.poll(device, cx);
            }
            PowerSaveStyle::Wake => self.announce(false, true, device, cx),
        }
    }

    fn poll(&mut self, device: &mut Device, cx: &mut Context<'_>) {
        let poll = PsPoll {
            aid: self.link.aid(),
            bssid: self.link.bssid(),
            transmitter: device.mac,
        };
        // A control frame has no number.
        device.send_numbered(poll.encode(), FrameKind::PsPoll, Receipt::None, cx);
    }
}
