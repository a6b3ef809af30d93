//! `DOT11_BSS_ENTRY` (`windot11.h`): what was heard, for extensions.

use oid::BssEntry;

use crate::consts::INFRASTRUCTURE;

/// Offset of `ucBuffer`.
const FIXED: usize = 64;
/// Bytes of entries that are handed over; what is heard best comes first.
const MOST: usize = 32 * 1024;
/// Element ID of the SSID (clause 9.4.2.2).
const SSID: u8 = 0;

/// Entries one directly behind the other, the strongest first, as many as fit.
pub(crate) fn entries(networks: &[BssEntry]) -> Vec<u8> {
    let mut sorted: Vec<_> = networks.iter().collect();
    sorted.sort_by_key(|entry| core::cmp::Reverse(entry.signal));
    let mut out = Vec::new();
    for entry in sorted {
        let Ok(len) = u32::try_from(entry.elements.len()) else {
            continue;
        };
        if out.len() + FIXED + entry.elements.len() > MOST {
            continue;
        }
        write(entry, len, &mut out);
    }
    out
}

fn write(entry: &BssEntry, len: u32, out: &mut Vec<u8>) {
    let signal = i32::from(entry.signal.unwrap_or(-100));
    // -100 dBm is nothing, -50 dBm is all (`WLAN_ASSOCIATION_ATTRIBUTES.wlanSignalQuality`).
    let quality = (2 * (signal + 100)).clamp(0, 100);
    let start = out.len();
    out.resize(start + FIXED, 0);
    let mut put = |at: usize, bytes: &[u8]| {
        out[start + at..start + at + bytes.len()].copy_from_slice(bytes);
    };
    // uPhyId 0; then the union: centre frequency in MHz.
    put(4, &entry.channel.mhz().to_le_bytes());
    put(16, &entry.bssid.0);
    put(24, &INFRASTRUCTURE.to_le_bytes());
    put(28, &signal.to_le_bytes());
    put(32, &quality.to_le_bytes());
    put(36, &[1]);
    put(38, &entry.beacon_interval.to_le_bytes());
    put(40, &entry.timestamp.to_le_bytes());
    // ullHostTimestamp: the engine has no clock that means something outside.
    put(56, &entry.capability.to_le_bytes());
    put(60, &len.to_le_bytes());
    out.extend_from_slice(&entry.elements);
}

/// Whether a network has this name.
pub(crate) fn is_named(entry: &BssEntry, ssid: &[u8]) -> bool {
    let mut rest = &entry.elements[..];
    while let [kind, len, body @ ..] = rest {
        let Some(information) = body.get(..usize::from(*len)) else {
            return false;
        };
        if *kind == SSID {
            return information == ssid;
        }
        rest = &body[usize::from(*len)..];
    }
    false
}
