//! Frames as a monitor interface gives and takes them: a radiotap header (radiotap.org, kernel
//! `Documentation/networking/radiotap-headers.rst`), then the 802.11 frame.

use dot11::MacAddr;
use dot11::frame::{
    DataHeader, DataView, FrameControl, SequenceControl, decapsulate_llc, encapsulate_llc,
};

/// The fixed part of the header: version, pad, length (2), present (4).
const HEADER_LEN: usize = 8;
const FCS_LEN: usize = 4;
/// Bits of a present word: which fields there are, and that another word follows.
const PRESENT_TSFT: u32 = 1;
const PRESENT_FLAGS: u32 = 1 << 1;
const PRESENT_MORE: u32 = 1 << 31;
/// Bits of the field "flags".
const FLAG_WEP: u8 = 0x04;
const FLAG_FCS: u8 = 0x10;
const FLAG_PADDED: u8 = 0x20;
const FLAG_BAD_FCS: u8 = 0x40;
/// Subtype bits of Frame Control that a frame with plain data has not: QoS is no matter.
const SUBTYPE_OTHERS: u8 = 0x7;

/// The 802.11 frame without FCS; `None` when the header is damaged, or says that the frame is.
#[must_use]
pub fn frame(bytes: &[u8]) -> Option<&[u8]> {
    let header: &[u8; HEADER_LEN] = bytes.first_chunk()?;
    let len = usize::from(u16::from_le_bytes([header[2], header[3]]));
    if header[0] != 0 || len < HEADER_LEN {
        return None;
    }
    let (header, frame) = bytes.split_at_checked(len)?;
    let flags = flags(header)?;
    if flags & (FLAG_BAD_FCS | FLAG_PADDED) != 0 {
        return None;
    }
    match flags & FLAG_FCS {
        0 => Some(frame),
        _ => frame.get(..frame.len().checked_sub(FCS_LEN)?),
    }
}

/// The field "flags", 0 where there is none. Only the timestamp lies before it.
fn flags(header: &[u8]) -> Option<u8> {
    let word = |at: usize| {
        let bytes = header.get(at..)?.first_chunk()?;
        Some(u32::from_le_bytes(*bytes))
    };
    let first = word(4)?;
    let mut at = HEADER_LEN;
    let mut last = first;
    while last & PRESENT_MORE != 0 {
        last = word(at)?;
        at += 4;
    }
    if first & PRESENT_FLAGS == 0 {
        return Some(0);
    }
    if first & PRESENT_TSFT != 0 {
        at = at.next_multiple_of(8) + 8;
    }
    header.get(at).copied()
}

/// What is in a data frame of a station to the access point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AirPacket<'a> {
    /// The station.
    pub peer: MacAddr,
    /// For whom it is in the end.
    pub destination: MacAddr,
    /// Tells a repetition from a new frame, together with `tid`.
    pub sequence: SequenceControl,
    /// Traffic identifier, where there is one: each counts its frames for itself.
    pub tid: Option<u8>,
    /// Whether the sender may have sent it before.
    pub retry: bool,
    /// In host order.
    pub ether_type: u16,
    /// Behind the EtherType.
    pub payload: &'a [u8],
}

/// The header of a data frame of a station to the access point `bssid`: whole (no part of one, no
/// A-MSDU) and with three addresses.
#[must_use]
pub fn to_access_point(frame: &[u8], bssid: MacAddr) -> Option<DataView<'_>> {
    let view = DataView::parse(frame).ok()?;
    let header = view.header();
    let control = header.control;
    let fits = control.has(FrameControl::TO_DS)
        && !control.has(FrameControl::HTC)
        && control.subtype() & SUBTYPE_OTHERS == 0
        && !view.is_fragment()
        && header.qos.is_none_or(|qos| !qos.is_amsdu())
        && header.addr1 == bssid
        && header.addr2.is_unicast();
    fits.then_some(view)
}

/// Reads such a frame that is in clear, or was made so.
#[must_use]
pub fn packet<'a>(view: &DataView<'a>) -> Option<AirPacket<'a>> {
    let header = view.header();
    if header.is_protected() {
        return None;
    }
    let (ether_type, payload) = decapsulate_llc(view.payload())?;
    Some(AirPacket {
        peer: header.addr2,
        destination: header.addr3,
        sequence: header.sequence,
        tid: view.tid(),
        retry: header.control.has(FrameControl::RETRY),
        ether_type,
        payload,
    })
}

/// A frame of the access point `bssid` to `peer`, for a monitor interface. The kernel numbers it, and
/// encrypts it if `encrypt` is set and there is a pairwise key.
pub(crate) fn inject(
    out: &mut Vec<u8>,
    (bssid, peer): (MacAddr, MacAddr),
    (ether_type, payload): (u16, &[u8]),
    encrypt: bool,
) {
    const LEN: u8 = 9; // with one field of one byte
    out.clear();
    out.extend_from_slice(&[0, 0, LEN, 0]);
    out.extend_from_slice(&PRESENT_FLAGS.to_le_bytes());
    out.push(if encrypt { FLAG_WEP } else { 0 });
    DataHeader::from_ds(bssid, bssid, peer).encode_into(out);
    out.extend_from_slice(&encapsulate_llc(ether_type, payload));
}

#[cfg(test)]
mod tests {
    use dot11::frame::QosControl;
    use proptest::prelude::*;

    use super::*;
    use crate::filter;
    use crate::filter::tests::accepts;

    const BSSID: MacAddr = MacAddr([2, 0, 0, 0, 0, 1]);
    const PEER: MacAddr = MacAddr([2, 0, 0, 0, 1, 0]);
    const TYPE: u16 = 0x88b5;

    /// As mac80211 writes it: timestamp, flags, rate, channel...
    fn tapped(flags: u8, frame: &[u8]) -> Vec<u8> {
        let mut out = vec![0, 0, 26, 0];
        out.extend((PRESENT_TSFT | PRESENT_FLAGS | 0xc).to_le_bytes());
        out.extend([9; 8]);
        out.extend([flags, 2, 0x85, 9, 0x80, 4, 0, 0, 0, 0]);
        out.extend(frame);
        out
    }

    fn data(header: &DataHeader) -> Vec<u8> {
        header.encode(&encapsulate_llc(TYPE, &[1, 2, 3]))
    }

    fn read(bytes: &[u8]) -> Option<AirPacket<'_>> {
        packet(&to_access_point(frame(bytes)?, BSSID)?)
    }

    #[test]
    fn a_stations_frame_is_read_with_and_without_qos_and_fcs() {
        let header = DataHeader::to_ds(BSSID, PEER, BSSID);
        let program = filter::air(BSSID, &[TYPE], &[]);
        for qos in [None, Some(QosControl::new(5))] {
            let header = qos.map_or(header, |qos| header.with_qos(qos));
            let mut frame = data(&header.with(FrameControl::RETRY));
            for flags in [0, FLAG_FCS] {
                if flags != 0 {
                    frame.extend([0xff; FCS_LEN]);
                }
                let bytes = tapped(flags, &frame);
                let got = read(&bytes).unwrap();
                assert_eq!((got.peer, got.destination), (PEER, BSSID));
                assert_eq!((got.ether_type, got.payload), (TYPE, &[1, 2, 3][..]));
                assert_eq!((got.tid, got.retry), (qos.map(QosControl::tid), true));
                assert!(accepts(&program, &bytes));
            }
        }
    }

    /// What a hostile or broken sender, or driver, could put on the air or into the header.
    #[test]
    fn hostile_frames_are_not_packets_and_do_not_pass_the_filter() {
        let good = DataHeader::to_ds(BSSID, PEER, BSSID);
        let qos = good.with_qos(QosControl::new(0));
        let with = |flags| data(&good.with(flags));
        let other = MacAddr([2, 0, 0, 0, 0, 2]);
        let mut amsdu = qos;
        amsdu.qos = Some(QosControl(0x0080));
        let mut htc = data(&qos);
        htc[1] |= 0x80;
        let mut version = data(&good);
        version[0] |= 1;
        let mut management = data(&good);
        management[0] = 0xb0;
        let mut control = data(&good);
        control[0] = 0xd4;
        let mut bridge = data(&good);
        bridge[24 + 5] = 0xf8;
        let mut other_type = data(&good);
        other_type[24 + 7] ^= 1;
        let rows: Vec<(&str, Vec<u8>)> = vec![
            (
                "from an access point",
                data(&DataHeader::from_ds(BSSID, PEER, BSSID)),
            ),
            ("four addresses", with(FrameControl::FROM_DS)),
            ("neither way", {
                let mut frame = data(&good);
                frame[1] = 0;
                frame
            }),
            (
                "to another network",
                data(&DataHeader::to_ds(other, PEER, BSSID)),
            ),
            ("first part", with(FrameControl::MORE_FRAGMENTS)),
            (
                "last part",
                data(&good.with_sequence(SequenceControl::new(7, 1))),
            ),
            ("protected, of a stranger", with(FrameControl::PROTECTED)),
            ("null", data(&good.as_null())),
            ("QoS null", data(&qos.as_null())),
            ("A-MSDU", data(&amsdu)),
            ("HT Control", htc),
            ("another version", version),
            ("management", management),
            ("control", control),
            ("bridge-tunnel SNAP", bridge),
            ("no LLC", good.encode(&[0; 64])),
            (
                "only half an LLC header",
                good.encode(&[0xaa, 0xaa, 3, 0, 0]),
            ),
            ("nothing behind the header", good.encode(&[])),
            ("half a header", data(&good)[..20].to_vec()),
            ("one byte", vec![0x08]),
            ("nothing", Vec::new()),
        ];
        let program = filter::air(BSSID, &[TYPE], &[other]);
        for (what, frame) in rows {
            let bytes = tapped(0, &frame);
            assert_eq!(read(&bytes), None, "{what}");
            assert!(!accepts(&program, &bytes), "{what} passes the filter");
        }
        // EtherTypes are the rules' affair, so only the filter knows them.
        assert!(!accepts(&program, &tapped(0, &other_type)));
        let damaged: [(&str, Vec<u8>); 8] = [
            ("wrong FCS", tapped(FLAG_BAD_FCS, &data(&good))),
            ("padded", tapped(FLAG_PADDED, &data(&good))),
            ("FCS longer than the frame", tapped(FLAG_FCS, &[8, 1])),
            ("header longer than all", {
                let mut bytes = tapped(0, &data(&good));
                bytes[3] = 0xff;
                bytes
            }),
            ("header shorter than itself", {
                let mut bytes = tapped(0, &data(&good));
                bytes[2] = 7;
                bytes
            }),
            ("another version", {
                let mut bytes = tapped(0, &data(&good));
                bytes[0] = 1;
                bytes
            }),
            ("present words without end", {
                let mut bytes = vec![0, 0, 40, 0];
                bytes.extend([0xff; 36]);
                bytes.extend(data(&good));
                bytes
            }),
            ("a flags field behind the end", {
                let mut bytes = vec![0, 0, 8, 0];
                bytes.extend(PRESENT_FLAGS.to_le_bytes());
                bytes.extend(data(&good));
                bytes
            }),
        ];
        for (what, bytes) in damaged {
            assert_eq!(read(&bytes), None, "{what}");
        }
    }

    #[test]
    fn protected_frames_pass_only_of_the_named_stations() {
        let frame = data(&DataHeader::to_ds(BSSID, PEER, BSSID).with(FrameControl::PROTECTED));
        let bytes = tapped(0, &frame);
        let stations: Vec<MacAddr> = (0..filter::MAX_KEYED as u8)
            .map(|i| MacAddr([2, 0, 0, 0, 1, i]))
            .collect();
        for (named, passes) in [(&stations[..], true), (&stations[1..], false), (&[], false)] {
            assert_eq!(accepts(&filter::air(BSSID, &[TYPE], named), &bytes), passes);
        }
        assert_eq!(read(&bytes), None, "nobody can read it");
    }

    #[test]
    fn an_injected_frame_says_whether_to_encrypt_and_never_that_it_is() {
        let mut out = vec![1; 99];
        for (encrypt, flags) in [(false, 0), (true, FLAG_WEP)] {
            inject(&mut out, (BSSID, PEER), (TYPE, &[7, 8]), encrypt);
            assert_eq!(out[8], flags);
            let view = DataView::parse(frame(&out).unwrap()).unwrap();
            let header = view.header();
            assert!(!header.is_protected() && header.control.has(FrameControl::FROM_DS));
            assert_eq!(
                (header.addr1, header.addr2, header.addr3),
                (PEER, BSSID, BSSID)
            );
            assert_eq!(decapsulate_llc(view.payload()), Some((TYPE, &[7, 8][..])));
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic_the_reader_and_what_it_takes_has_passed_the_filter(
            bytes in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            check(&bytes)?;
        }

        #[test]
        fn no_damage_to_a_frame_panics_the_reader_or_outwits_the_filter(
            qos in proptest::option::of(0u8..16),
            damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
            cut in any::<prop::sample::Index>(),
        ) {
            let header = DataHeader::to_ds(BSSID, PEER, BSSID);
            let header = qos.map_or(header, |tid| header.with_qos(QosControl::new(tid)));
            let mut bytes = tapped(0, &data(&header));
            for (at, value) in damage {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
            bytes.truncate(cut.index(bytes.len()) + 1);
            check(&bytes)?;
        }
    }

    /// The filter may let through what the reader refuses, never the other way round.
    fn check(bytes: &[u8]) -> Result<(), TestCaseError> {
        if let Some(packet) = read(bytes) {
            prop_assert!(accepts(
                &filter::air(BSSID, &[packet.ether_type], &[]),
                bytes
            ));
        }
        Ok(())
    }
}
