//! What an eavesdropper would record, and the file format for it.

use std::collections::VecDeque;

use clock::{Instant, WallTime};

/// A frame as it was sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TapFrame {
    /// When it was sent.
    pub at: Instant,
    /// From Frame Control to the end of its body, without FCS, encrypted where it was.
    pub bytes: Vec<u8>,
}

/// Recorded frames that nobody has fetched yet.
#[derive(Debug, Default)]
pub(crate) struct Tap {
    frames: VecDeque<TapFrame>,
    lost: u64,
}

impl Tap {
    /// Most frames kept; then the oldest goes.
    const MAX: usize = 8_192;

    pub(crate) fn record(&mut self, at: Instant, frame: &[u8]) {
        if self.frames.len() >= Self::MAX {
            self.frames.pop_front();
            self.lost += 1;
        }
        self.frames.push_back(TapFrame {
            at,
            bytes: frame.to_vec(),
        });
    }

    pub(crate) fn poll(&mut self) -> Option<TapFrame> {
        self.frames.pop_front()
    }

    /// How many frames were dropped because nobody fetched them.
    pub(crate) const fn lost(&self) -> u64 {
        self.lost
    }
}

/// Writes capture files that Wireshark, tshark and tcpdump read: pcap, version 2.4, microseconds,
/// link type 105 (`LINKTYPE_IEEE802_11`: bare frames without FCS).
///
/// ```text
/// header() once, then record(frame) for each frame, all appended to one file
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PcapEncoder {
    epoch: WallTime,
}

impl PcapEncoder {
    /// Longest frame that is written whole, in bytes.
    pub const SNAP_LEN: u32 = 65_535;
    const LINKTYPE_IEEE802_11: u32 = 105;

    /// `epoch` is the calendar time of [`Instant::ZERO`].
    #[must_use]
    pub const fn new(epoch: WallTime) -> Self {
        Self { epoch }
    }

    /// The 24 bytes a file begins with.
    #[must_use]
    pub fn header(&self) -> [u8; 24] {
        let mut out = [0; 24];
        out[..4].copy_from_slice(&0xa1b2_c3d4_u32.to_le_bytes());
        out[4..6].copy_from_slice(&2_u16.to_le_bytes());
        out[6..8].copy_from_slice(&4_u16.to_le_bytes());
        out[16..20].copy_from_slice(&Self::SNAP_LEN.to_le_bytes());
        out[20..].copy_from_slice(&Self::LINKTYPE_IEEE802_11.to_le_bytes());
        out
    }

    /// Appends one frame.
    pub fn record(&self, frame: &TapFrame, out: &mut Vec<u8>) {
        let micros = self.epoch.as_unix_millis() * 1_000 + frame.at.as_micros();
        let whole = u32::try_from(frame.bytes.len()).unwrap_or(u32::MAX);
        let kept = whole.min(Self::SNAP_LEN);
        // Seconds are 32 bits wide in this format; they wrap in 2106.
        out.extend_from_slice(&((micros / 1_000_000) as u32).to_le_bytes());
        out.extend_from_slice(&((micros % 1_000_000) as u32).to_le_bytes());
        out.extend_from_slice(&kept.to_le_bytes());
        out.extend_from_slice(&whole.to_le_bytes());
        out.extend(frame.bytes.iter().take(kept as usize));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_capture_has_exactly_these_bytes() {
        let pcap = PcapEncoder::new(WallTime::from_unix_millis(1_000));
        let mut file = pcap.header().to_vec();
        let at = Instant::from_micros(2_000_003);
        pcap.record(
            &TapFrame {
                at,
                bytes: vec![0xd4, 0, 0, 0],
            },
            &mut file,
        );

        #[rustfmt::skip]
        assert_eq!(file, [
            0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 105, 0, 0, 0,
            3, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 4, 0, 0, 0, 0xd4, 0, 0, 0,
        ]);
    }

    #[test]
    fn a_tap_nobody_reads_keeps_the_newest_frames() {
        let mut tap = Tap::default();
        for n in 0..Tap::MAX + 2 {
            tap.record(Instant::from_micros(n as u64), &[]);
        }
        assert_eq!(tap.lost(), 2);
        assert_eq!(tap.poll().unwrap().at, Instant::from_micros(2));
    }
}
