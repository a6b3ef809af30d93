//! What there is to show: plain data, so that drawing can be tried without a service.

use std::collections::{BTreeMap, VecDeque};

use cause::Cause;
use clock::{Instant, WallTime};
use dot11::MacAddr;
use wlan_client::{Lease, PeerTraffic, SharingStatus, Status};
use wlan_model::{PrimaryKey, SecondaryKey};

use crate::names::Names;

/// Events kept for the view.
const KEPT: usize = 200;

/// Frames of a simulated station and how many came back.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Frames {
    pub(crate) sent: u64,
    pub(crate) received: u64,
}

/// A line of the view's log.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) at: WallTime,
    pub(crate) text: String,
}

/// Everything the view shows.
#[derive(Debug)]
pub(crate) struct Facts {
    /// Since when somebody watches.
    pub(crate) started: Instant,
    pub(crate) note: Option<String>,
    /// The secondary key was made for this run.
    pub(crate) made_key: bool,
    /// Stations of a demonstration are still on their way in.
    pub(crate) joining: bool,
    /// The service does not answer; the rest is what it said last.
    pub(crate) lost: Option<Cause>,
    pub(crate) status: Status,
    pub(crate) primary: Option<PrimaryKey>,
    pub(crate) secondary: Option<(SecondaryKey, bool)>,
    /// Names of simulated stations.
    pub(crate) names: Names,
    /// Their frames.
    pub(crate) frames: BTreeMap<String, Frames>,
    /// As the radio counts, where it does.
    pub(crate) traffic: BTreeMap<MacAddr, PeerTraffic>,
    pub(crate) sharing: Option<SharingStatus>,
    pub(crate) lines: VecDeque<Line>,
}

impl Facts {
    pub(crate) fn push(&mut self, at: WallTime, text: String) {
        if self.lines.len() == KEPT {
            self.lines.pop_front();
        }
        self.lines.push_back(Line { at, text });
    }

    pub(crate) fn lease(&self, mac: MacAddr) -> Option<&Lease> {
        let leases = &self.sharing.as_ref()?.leases;
        // The newest of an address family that is read easily: IPv4 before IPv6.
        leases
            .iter()
            .filter(|lease| lease.mac == mac)
            .min_by_key(|lease| lease.address.is_ipv6())
    }

    /// What people call a peer: the simulated station's name, or what it calls itself.
    pub(crate) fn name(&self, mac: MacAddr) -> Option<&str> {
        let simulated = self.names.get(&mac);
        simulated
            .or_else(|| self.lease(mac)?.host_name.as_ref())
            .map(String::as_str)
    }
}
