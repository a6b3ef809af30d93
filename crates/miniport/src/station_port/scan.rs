//! Looking around: one channel after the other, and a bounded table of what was heard.

use std::collections::{BTreeMap, VecDeque};

use clock::{Duration, Instant};
use dot11::element::ElementId;
use dot11::frame::{BeaconView, CapabilityInfo, ManagementAddresses, ManagementBuilder};
use dot11::{Channel, MacAddr, Ssid};
use oid::BssEntry;
use radio::{Capabilities, ChannelInfo, Command, ListenConfig};
use serde::{Deserialize, Serialize};

use super::network::{is_named, rates_of};
use crate::mlme::rejection::Rejection;
use crate::outbox::Outbox;

/// Networks that are remembered.
pub(crate) const MAX_NETWORKS: usize = 256;

/// How long to stay where one may ask, and where one may only hear: a little more than the usual
/// beacon interval.
pub(crate) const ACTIVE_DWELL: Duration = Duration::from_millis(40);
pub(crate) const PASSIVE_DWELL: Duration = Duration::from_millis(120);

/// What was heard this long ago may be gone.
const FRESH: Duration = Duration::from_secs(10);

/// Where a scan stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Scan {
    own: MacAddr,
    /// Asked for by name too, so that a network which hides answers.
    ssid: Option<Ssid>,
    rest: VecDeque<ChannelInfo>,
    /// Where it hears now.
    pub(super) channel: Channel,
    pub(super) until: Instant,
}

impl Scan {
    /// Begins on the first channel; `None` when the radio has none.
    pub(super) fn start(
        radio: &Capabilities,
        ssid: Option<Ssid>,
        now: Instant,
        out: &mut Outbox,
    ) -> Option<Self> {
        let usable = radio.channels.iter().filter(|c| !c.disabled);
        let rest: VecDeque<ChannelInfo> = usable.copied().collect();
        let mut scan = Self {
            own: radio.address,
            ssid,
            channel: rest.front()?.channel,
            rest,
            until: now,
        };
        scan.advance(now, out);
        Some(scan)
    }

    /// Goes to the next channel; `false` when there is none.
    pub(super) fn advance(&mut self, now: Instant, out: &mut Outbox) -> bool {
        let Some(next) = self.rest.pop_front() else {
            return false;
        };
        self.channel = next.channel;
        out.send(Command::Listen(ListenConfig {
            channel: next.channel,
            bssid: None,
        }));
        // Nobody may speak first where radar or another owner may be.
        let active = next.usable();
        if active {
            self.probe(&[], out);
            if let Some(ssid) = &self.ssid {
                self.probe(ssid.as_bytes(), out);
            }
        }
        self.until = now + if active { ACTIVE_DWELL } else { PASSIVE_DWELL };
        true
    }

    fn probe(&self, ssid: &[u8], out: &mut Outbox) {
        let frame = ManagementBuilder::probe_request(ManagementAddresses::to_all(self.own))
            .with(|e| {
                e.ssid(ssid).rates(rates_of(self.channel.is_2ghz()));
                if self.channel.is_2ghz() {
                    e.ds_parameter_set(self.channel.number());
                }
            })
            .finish();
        out.send(Command::SendManagement { frame });
    }
}

/// What was heard, and when.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Networks(BTreeMap<MacAddr, (Instant, BssEntry)>);

impl Networks {
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn entries(&self) -> Vec<BssEntry> {
        self.0.values().map(|(_, entry)| entry.clone()).collect()
    }

    /// Those heard lately.
    pub(super) fn fresh(&self, now: Instant) -> impl Iterator<Item = &BssEntry> {
        let is_fresh = move |at: Instant| at + FRESH >= now;
        let entries = self.0.values();
        entries.filter_map(move |(at, entry)| is_fresh(*at).then_some(entry))
    }

    /// Takes a beacon or probe response. When the table is full only networks of the name `wanted`
    /// get in, each for the one of another name that was not heard for the longest time.
    ///
    /// # Errors
    /// When the frame is malformed, no infrastructure network's, or there is no room.
    pub(super) fn note(
        &mut self,
        from: MacAddr,
        beacon: &BeaconView<'_>,
        heard: (Channel, Option<i8>, Instant),
        wanted: Option<&Ssid>,
    ) -> Result<(), Rejection> {
        let (tuned, signal, now) = heard;
        let elements = beacon.elements;
        let Some(name) = elements.body(ElementId::SSID) else {
            return Err(Rejection::Malformed);
        };
        if !elements.is_well_formed() || name.len() > 32 {
            return Err(Rejection::Malformed);
        }
        if !beacon.capability.has(CapabilityInfo::ESS) {
            return Err(Rejection::OtherNetwork);
        }
        // Frames leak in from neighbouring channels: the network says where it is.
        let told = match elements.body(ElementId::DS_PARAMETER_SET) {
            Some([number]) if tuned.is_2ghz() => Channel::new(*number).filter(|c| c.is_2ghz()),
            _ => None,
        };
        let hides = name.iter().all(|byte| *byte == 0);
        if let Some((at, entry)) = self.0.get_mut(&from)
            && hides
        {
            // Its beacons say less than its probe response did.
            *at = now;
            entry.signal = signal.or(entry.signal);
            return Ok(());
        }
        if !self.0.contains_key(&from) && self.0.len() >= MAX_NETWORKS {
            let is_wanted = |elements| wanted.is_some_and(|ssid| is_named(elements, ssid));
            let others = self.0.iter().filter(|(_, (_, e))| !is_wanted(&e.elements));
            let oldest = others.min_by_key(|(_, (at, _))| *at).map(|(mac, _)| *mac);
            match oldest.filter(|_| is_wanted(elements.as_bytes())) {
                Some(mac) => self.0.remove(&mac),
                None => return Err(Rejection::Flood),
            };
        }
        let entry = BssEntry {
            bssid: from,
            channel: told.unwrap_or(tuned),
            signal,
            beacon_interval: beacon.interval,
            capability: beacon.capability.0,
            timestamp: beacon.timestamp,
            elements: elements.as_bytes().to_vec(),
        };
        self.0.insert(from, (now, entry));
        Ok(())
    }
}
