//! Judges a capture of the air: which data frames between two stations were protected, and with what.

use core::fmt;
use std::collections::BTreeSet;

use dot11::frame::{DataView, FrameControl, decapsulate_llc};
use dot11::{ETHERTYPE_EAPOL, MacAddr};
use radio_nl80211::radiotap;
use rsn::ccmp::{CCMP_HEADER_LEN, CcmpReceiver};

use crate::Failure;
use crate::handshake::ETHER_TYPE;

const PCAP_HEADER_LEN: usize = 24;
const RECORD_HEADER_LEN: usize = 16;
/// Link type "802.11 behind a radiotap header".
const RADIOTAP: u32 = 127;

/// What was seen.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    /// Of the vendor's EtherType, in clear.
    clear_vendor: u32,
    /// EAPOL in clear.
    clear_eapol: u32,
    /// Anything else in clear.
    clear_data: u32,
    /// Protected with the key: of the vendor's EtherType.
    vendor: u32,
    /// Protected with the key: anything else.
    data: u32,
    /// Sent again.
    repeated: u32,
    /// Other frames with a packet number that was there before.
    number_reused: u32,
    /// Protected with another key.
    other_key: u32,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "clear-vendor={} clear-eapol={} clear-data={} vendor={} data={} repeated={} number-reused={} other-key={}",
            self.clear_vendor,
            self.clear_eapol,
            self.clear_data,
            self.vendor,
            self.data,
            self.repeated,
            self.number_reused,
            self.other_key
        )
    }
}

pub(crate) fn key(digits: &str) -> Option<[u8; 16]> {
    let mut out = [0; 16];
    for (i, byte) in out.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(2 * i..2 * i + 2)?, 16).ok()?;
    }
    (digits.len() == 32).then_some(out)
}

/// The packets of a capture file in this machine's byte order.
pub(crate) fn packets(file: &[u8]) -> Result<Vec<&[u8]>, Failure> {
    let word = |at: usize| {
        let bytes = file.get(at..)?.first_chunk()?;
        Some(u32::from_ne_bytes(*bytes))
    };
    if !matches!(word(0), Some(0xa1b2_c3d4 | 0xa1b2_3c4d)) || word(20) != Some(RADIOTAP) {
        return Err("not a capture of radiotap frames".into());
    }
    let mut out = Vec::new();
    let mut at = PCAP_HEADER_LEN;
    while let Some(len) = word(at + 8) {
        at += RECORD_HEADER_LEN;
        let len = usize::try_from(len)?;
        // The last one may be cut off: the file is read while it grows.
        let Some(packet) = file.get(at..at + len) else {
            break;
        };
        out.push(packet);
        at += len;
    }
    Ok(out)
}

pub(crate) fn count(
    file: &[u8],
    (bssid, peer): (MacAddr, MacAddr),
    key: &[u8; 16],
) -> Result<Counts, Failure> {
    let mut counts = Counts::default();
    let mut numbers = BTreeSet::new();
    let mut plain = Vec::new();
    for packet in packets(file)? {
        let Some(frame) = radiotap::frame(packet) else {
            continue;
        };
        let Ok(view) = DataView::parse(frame) else {
            continue;
        };
        let header = view.header();
        let ends = (header.addr1, header.addr2);
        if ends != (bssid, peer) && ends != (peer, bssid) {
            continue;
        }
        if header.is_null() {
            continue;
        }
        if !header.is_protected() {
            let ether_type = decapsulate_llc(view.payload()).map(|(t, _)| t);
            let count = match ether_type {
                _ if header.control.has(FrameControl::RETRY) => &mut counts.repeated,
                Some(ETHER_TYPE) => &mut counts.clear_vendor,
                Some(ETHERTYPE_EAPOL) => &mut counts.clear_eapol,
                _ => &mut counts.clear_data,
            };
            *count += 1;
            continue;
        }
        // Two processors may send in another order than they numbered: each frame for itself.
        if CcmpReceiver::new(key, 0)
            .unprotect(frame, &mut plain)
            .is_err()
        {
            counts.other_key += 1;
            continue;
        }
        let ccmp_header = view.payload().get(..CCMP_HEADER_LEN).unwrap_or_default();
        let number = (header.addr2, ccmp_header.to_vec());
        if !numbers.insert(number) {
            match header.control.has(FrameControl::RETRY) {
                true => counts.repeated += 1,
                false => counts.number_reused += 1,
            }
            continue;
        }
        let body = plain.get(view.header_bytes().len()..).unwrap_or_default();
        match decapsulate_llc(body) {
            Some((ETHER_TYPE, _)) => counts.vendor += 1,
            _ => counts.data += 1,
        }
    }
    Ok(counts)
}
