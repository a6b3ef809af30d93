//! `peers --json`, and the peers of `status --json`.

use clock::WallTime;
use serde::Serialize;
use wlan_client::{KeyIdentity, Lease, PeerRow, PeerTraffic, Status};

use crate::names::{Leases, Names};

/// One peer of `status --json` and `peers --json`.
#[derive(Serialize)]
pub(crate) struct PeerView {
    mac: String,
    auth: &'static str,
    key: KeyIdentity,
    since: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    retired_since: Option<String>,
    /// Whether its management frames are protected.
    management_protection: bool,
    /// The simulated station's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Its address, once it has one from us; only in `peers --json`.
    #[serde(flatten)]
    lease: Option<LeaseView>,
    #[serde(flatten)]
    traffic: Option<TrafficView>,
}

/// What the radio counts of a peer; only in `peers --json`.
#[derive(Serialize)]
struct TrafficView {
    rx_bytes: u64,
    tx_bytes: u64,
    signal_dbm: Option<i8>,
    inactive_ms: u32,
    /// Of the last frame to it.
    tx_kbit_s: Option<u32>,
}

impl From<&PeerTraffic> for TrafficView {
    fn from(row: &PeerTraffic) -> Self {
        Self {
            rx_bytes: row.rx_bytes,
            tx_bytes: row.tx_bytes,
            signal_dbm: row.signal,
            inactive_ms: row.inactive_ms,
            tx_kbit_s: row.tx_rate.map(|rate| rate.saturating_mul(100)),
        }
    }
}

/// A peer's address, and what it calls itself.
#[derive(Serialize)]
struct LeaseView {
    address: String,
    host_name: Option<String>,
}

impl From<&Lease> for LeaseView {
    fn from(lease: &Lease) -> Self {
        Self {
            address: lease.address.to_string(),
            host_name: lease.host_name.clone(),
        }
    }
}

fn ago(now: WallTime, millis: u64) -> String {
    WallTime::from_unix_millis(now.as_unix_millis().saturating_sub(millis)).to_rfc3339()
}

/// All peers, with what is known of them.
pub(crate) fn peers(
    status: &Status,
    traffic: &[PeerTraffic],
    names: &Names,
    leases: &Leases,
    now: WallTime,
) -> Vec<PeerView> {
    let row = |peer: &PeerRow| PeerView {
        mac: peer.mac.to_string(),
        auth: "authenticated",
        key: peer.key,
        since: ago(now, peer.connected_ms),
        retired_since: peer.retired_ms.map(|millis| ago(now, millis)),
        management_protection: peer.management_protection,
        name: names.get(&peer.mac).cloned(),
        lease: leases.get(&peer.mac).map(Into::into),
        traffic: traffic.iter().find(|t| t.mac == peer.mac).map(Into::into),
    };
    status.peers.iter().map(row).collect()
}
