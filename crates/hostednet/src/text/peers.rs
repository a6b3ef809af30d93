//! `peers`, and the peers of `status`.

use std::io::{self, Write};

use clock::Duration;
use wlan_client::{PeerRow, PeerTraffic};

use super::amount::{bytes, lasting};
use super::key;
use crate::names::Names;

/// A line for each.
pub(crate) fn rows(
    out: &mut impl Write,
    peers: &[PeerRow],
    traffic: &[PeerTraffic],
    names: &Names,
) -> io::Result<()> {
    for peer in peers {
        let since = lasting(Duration::from_millis(peer.connected_ms));
        write!(
            out,
            "  {}  {:<9}  for {since}",
            peer.mac,
            key::name(peer.key)
        )?;
        if let Some(name) = names.get(&peer.mac) {
            write!(out, "  {name}")?;
        }
        if let Some(row) = traffic.iter().find(|row| row.mac == peer.mac) {
            write!(out, "  {}", traffic_words(row))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

/// Traffic as a person reads it: `12.3 kB in, 1.0 MB out, -52 dBm`.
fn traffic_words(row: &PeerTraffic) -> String {
    let signal = row
        .signal
        .map_or_else(String::new, |dbm| format!(", {dbm} dBm"));
    format!(
        "{} in, {} out{signal}",
        bytes(row.rx_bytes),
        bytes(row.tx_bytes)
    )
}

#[cfg(test)]
mod tests {
    use dot11::MacAddr;
    use wlan_client::KeyIdentity;

    use super::*;

    const MAC: MacAddr = MacAddr([2, 0, 0, 0, 0, 9]);

    #[test]
    fn a_peer_is_a_line_with_what_is_known_of_it() {
        let mut out = Vec::new();
        let row = PeerRow {
            mac: MAC,
            key: KeyIdentity::Vendor,
            connected_ms: 42_000,
            retired_ms: None,
            management_protection: false,
        };
        rows(&mut out, core::slice::from_ref(&row), &[], &Names::new()).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "  02:00:00:00:00:09  vendor     for 42 s\n"
        );
        let traffic = PeerTraffic {
            mac: MAC,
            inactive_ms: 10,
            rx_bytes: 1_500,
            tx_bytes: 20,
            signal: Some(-52),
            tx_rate: None,
        };
        let mut out = Vec::new();
        rows(&mut out, &[row], &[traffic], &Names::new()).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "  02:00:00:00:00:09  vendor     for 42 s  1.5 kB in, 20 B out, -52 dBm\n"
        );
    }
}
