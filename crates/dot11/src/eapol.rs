//! EAPOL PDUs and the EAPOL-Key frame of RSN (IEEE 802.1X-2020, 11; IEEE 802.11-2020, 12.7.2).
//!
//! ```text
//!  0 version   1 packet type   2 body length (2)          EAPOL header
//!  4 descriptor type   5 key information (2)   7 key length (2)   9 replay counter (8)
//! 17 nonce (32)   49 key IV (16)   65 key RSC (8)   73 reserved (8)   81 MIC (16)
//! 97 key data length (2)   99 key data
//! ```

use core::fmt;
use core::ops::{BitOr, BitOrAssign};

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::MacAddr;

/// EAPOL protocol version that is sent (IEEE 802.1X-2004); any version is accepted.
pub const EAPOL_VERSION: u8 = 2;
/// EAPOL packet type of EAPOL-Start.
pub const PACKET_TYPE_START: u8 = 1;
/// EAPOL packet type of EAPOL-Key.
pub const PACKET_TYPE_KEY: u8 = 3;
/// Bytes of the EAPOL header.
pub const EAPOL_HEADER_LEN: usize = 4;
/// Bytes of an EAPOL-Key PDU without key data, EAPOL header included.
pub const KEY_FRAME_MIN_LEN: usize = 99;
/// Most key data a frame may carry here, in bytes: far above anything WPA2-PSK needs.
pub const KEY_DATA_MAX_LEN: usize = 1024;
/// Where the MIC lies in an EAPOL-Key PDU.
pub const MIC_RANGE: core::ops::Range<usize> = 81..97;

/// Descriptor type of an RSN key frame.
const DESCRIPTOR_RSN: u8 = 2;

/// The Key Information field (12.7.2, figure 12-33).
#[derive(Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct KeyInfo(pub u16);

impl KeyInfo {
    /// Key descriptor version 2: HMAC-SHA1-128 MIC and AES key wrap.
    pub const VERSION_2: Self = Self(0x0002);
    /// The frame belongs to a pairwise (else group) handshake.
    pub const PAIRWISE: Self = Self(0x0008);
    /// The receiver shall install the pairwise key.
    pub const INSTALL: Self = Self(0x0040);
    /// An answer is wanted: the frame is the authenticator's.
    pub const ACK: Self = Self(0x0080);
    /// The frame carries a MIC.
    pub const MIC: Self = Self(0x0100);
    /// The initial key exchange is complete.
    pub const SECURE: Self = Self(0x0200);
    /// A MIC failure is reported.
    pub const ERROR: Self = Self(0x0400);
    /// The supplicant asks for a handshake.
    pub const REQUEST: Self = Self(0x0800);
    /// The key data is encrypted.
    pub const ENCRYPTED: Self = Self(0x1000);

    /// The key descriptor version, 0 to 7.
    #[must_use]
    pub const fn version(self) -> u8 {
        (self.0 & 0x7) as u8
    }

    /// Whether all bits of `other` are set.
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Whether any bit of `other` is set.
    #[must_use]
    pub const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// All bits of both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl BitOr for KeyInfo {
    type Output = Self;

    fn bitor(self, rhs: Self) -> Self {
        self.union(rhs)
    }
}

impl BitOrAssign for KeyInfo {
    fn bitor_assign(&mut self, rhs: Self) {
        *self = self.union(rhs);
    }
}

impl fmt::Debug for KeyInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyInfo({:#06x})", self.0)
    }
}

/// Why a PDU is not an RSN EAPOL-Key frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotKeyFrame {
    /// A length does not fit the others.
    Malformed,
    /// EAPOL, but not EAPOL-Key; carries the packet type.
    OtherPacket(u8),
    /// EAPOL-Key, but not of RSN; carries the descriptor type.
    OtherDescriptor(u8),
}

impl fmt::Display for NotKeyFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed => f.write_str("malformed EAPOL PDU"),
            Self::OtherPacket(t) => write!(f, "EAPOL packet type {t} is not a key frame"),
            Self::OtherDescriptor(t) => write!(f, "key descriptor type {t} is not RSN"),
        }
    }
}

impl core::error::Error for NotKeyFrame {}

/// An RSN EAPOL-Key frame, checked once.
///
/// Only the frame's form is checked: nothing in it is to be believed before the MIC is.
#[derive(Clone, Copy, Debug)]
pub struct KeyFrameView<'a> {
    pdu: &'a [u8],
    head: &'a [u8; KEY_FRAME_MIN_LEN],
    data: &'a [u8],
}

impl<'a> KeyFrameView<'a> {
    /// Checks `pdu`, which begins at the EAPOL version byte. Bytes past the length that the EAPOL
    /// header states (padding of short Ethernet frames) are cut off.
    ///
    /// # Errors
    /// See [`NotKeyFrame`].
    pub fn parse(pdu: &'a [u8]) -> Result<Self, NotKeyFrame> {
        let [_, packet_type, len_hi, len_lo] = *pdu
            .first_chunk::<EAPOL_HEADER_LEN>()
            .ok_or(NotKeyFrame::Malformed)?;
        if packet_type != PACKET_TYPE_KEY {
            return Err(NotKeyFrame::OtherPacket(packet_type));
        }
        let body_len = usize::from(u16::from_be_bytes([len_hi, len_lo]));
        let pdu = pdu
            .get(..EAPOL_HEADER_LEN + body_len)
            .ok_or(NotKeyFrame::Malformed)?;
        let descriptor = *pdu.get(EAPOL_HEADER_LEN).ok_or(NotKeyFrame::Malformed)?;
        if descriptor != DESCRIPTOR_RSN {
            return Err(NotKeyFrame::OtherDescriptor(descriptor));
        }
        let (head, rest) = pdu
            .split_first_chunk::<KEY_FRAME_MIN_LEN>()
            .ok_or(NotKeyFrame::Malformed)?;
        let data_len = usize::from(u16::from_be_bytes([head[97], head[98]]));
        if data_len > KEY_DATA_MAX_LEN {
            return Err(NotKeyFrame::Malformed);
        }
        let data = rest.get(..data_len).ok_or(NotKeyFrame::Malformed)?;
        Ok(Self { pdu, head, data })
    }

    fn field<const N: usize>(&self, at: usize) -> &'a [u8; N] {
        // Called with constants that lie inside `head` only; the fallback keeps it total.
        self.head
            .get(at..)
            .and_then(|s| s.first_chunk::<N>())
            .unwrap_or(&[0; N])
    }

    /// The whole PDU, trailing padding cut off: what the MIC covers (with the MIC field zeroed).
    #[must_use]
    pub const fn pdu(&self) -> &'a [u8] {
        self.pdu
    }

    /// EAPOL protocol version.
    #[must_use]
    pub const fn version(&self) -> u8 {
        self.head[0]
    }

    /// Key Information.
    #[must_use]
    pub const fn info(&self) -> KeyInfo {
        KeyInfo(u16::from_be_bytes([self.head[5], self.head[6]]))
    }

    /// Key Length in bytes.
    #[must_use]
    pub const fn key_length(&self) -> u16 {
        u16::from_be_bytes([self.head[7], self.head[8]])
    }

    /// Key Replay Counter.
    #[must_use]
    pub fn replay_counter(&self) -> u64 {
        u64::from_be_bytes(*self.field::<8>(9))
    }

    /// Key Nonce.
    #[must_use]
    pub fn nonce(&self) -> &'a [u8; 32] {
        self.field::<32>(17)
    }

    /// EAPOL-Key IV; zero with descriptor version 2.
    #[must_use]
    pub fn iv(&self) -> &'a [u8; 16] {
        self.field::<16>(49)
    }

    /// Key RSC as a packet number of 48 bits: the bytes are in little-endian order (12.7.2 g).
    #[must_use]
    pub fn rsc(&self) -> u64 {
        u64::from_le_bytes(*self.field::<8>(65)) & 0x0000_ffff_ffff_ffff
    }

    /// Key MIC.
    #[must_use]
    pub fn mic(&self) -> &'a [u8; 16] {
        self.field::<16>(MIC_RANGE.start)
    }

    /// Key Data, perhaps encrypted, at most [`KEY_DATA_MAX_LEN`] bytes.
    #[must_use]
    pub const fn key_data(&self) -> &'a [u8] {
        self.data
    }
}

/// An EAPOL-Key frame to be sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyFrame<'a> {
    /// Key Information.
    pub info: KeyInfo,
    /// Key Length in bytes.
    pub key_length: u16,
    /// Key Replay Counter.
    pub replay_counter: u64,
    /// Key Nonce; `None` for zeroes.
    pub nonce: Option<&'a [u8; 32]>,
    /// Key RSC, a packet number of 48 bits.
    pub rsc: u64,
    /// Key Data, encrypted already where it shall be. Cut at [`KEY_DATA_MAX_LEN`].
    pub key_data: &'a [u8],
}

impl KeyFrame<'_> {
    /// The PDU from its EAPOL version byte, with a MIC of zeroes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let data = self
            .key_data
            .get(..KEY_DATA_MAX_LEN)
            .unwrap_or(self.key_data);
        let data_len = data.len() as u16;
        let mut out = Vec::with_capacity(KEY_FRAME_MIN_LEN + data.len());
        out.extend_from_slice(&[EAPOL_VERSION, PACKET_TYPE_KEY]);
        out.extend_from_slice(&(95 + data_len).to_be_bytes());
        out.push(DESCRIPTOR_RSN);
        out.extend_from_slice(&self.info.0.to_be_bytes());
        out.extend_from_slice(&self.key_length.to_be_bytes());
        out.extend_from_slice(&self.replay_counter.to_be_bytes());
        out.extend_from_slice(self.nonce.unwrap_or(&[0; 32]));
        out.extend_from_slice(&[0; 16]);
        out.extend_from_slice(&(self.rsc & 0x0000_ffff_ffff_ffff).to_le_bytes());
        out.extend_from_slice(&[0; 8 + 16]);
        out.extend_from_slice(&data_len.to_be_bytes());
        out.extend_from_slice(data);
        out
    }
}

/// Writes the Key Replay Counter of an encoded frame; does nothing to a PDU too short to have one.
pub fn set_replay_counter(pdu: &mut [u8], counter: u64) {
    if let Some(field) = pdu.get_mut(9..17) {
        field.copy_from_slice(&counter.to_be_bytes());
    }
}

/// Writes the Key MIC of an encoded frame; does nothing to a PDU too short to have one.
pub fn set_mic(pdu: &mut [u8], mic: &[u8; 16]) {
    if let Some(field) = pdu.get_mut(MIC_RANGE) {
        field.copy_from_slice(mic);
    }
}

const KDE_TYPE: u8 = 0xdd;
const KDE_OUI: [u8; 3] = [0x00, 0x0f, 0xac];
const KDE_GTK: u8 = 1;
const KDE_MAC: u8 = 3;
const KDE_PMKID: u8 = 4;
const KDE_IGTK: u8 = 9;
const RSNE_ID: u8 = 48;

/// One item of (decrypted) key data (12.7.2, table 12-9).
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kde<'a> {
    /// The RSN element, id and length bytes included.
    Rsne(&'a [u8]),
    /// Any other element, id and length bytes included; vendor-specific ones among them.
    Element(&'a [u8]),
    /// A group key.
    Gtk {
        /// Key ID, 0 to 3.
        key_id: u8,
        /// Whether the receiver may also transmit with it.
        tx: bool,
        /// The key.
        gtk: &'a [u8],
    },
    /// A key of group-addressed management frames (figure 12-43).
    Igtk {
        /// Key ID, 4 or 5 in all networks of today.
        key_id: u16,
        /// Packet number of the last frame sent with it, 48 bits.
        ipn: u64,
        /// The key.
        igtk: &'a [u8],
    },
    /// A MAC address.
    Mac(MacAddr),
    /// A PMKID.
    Pmkid(&'a [u8; 16]),
    /// Another KDE of the standard.
    Other {
        /// Data type.
        data_type: u8,
        /// Data.
        data: &'a [u8],
    },
}

/// Lengths only: a KDE may hold a group key.
impl fmt::Debug for Kde<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rsne(e) => write!(f, "Rsne({} bytes)", e.len()),
            Self::Element(e) => write!(f, "Element({} bytes)", e.len()),
            Self::Gtk { key_id, tx, gtk } => {
                write!(
                    f,
                    "Gtk {{ key_id: {key_id}, tx: {tx}, {} bytes }}",
                    gtk.len()
                )
            }
            Self::Igtk { key_id, ipn, igtk } => {
                let len = igtk.len();
                write!(f, "Igtk {{ key_id: {key_id}, ipn: {ipn}, {len} bytes }}")
            }
            Self::Mac(a) => write!(f, "Mac({a})"),
            Self::Pmkid(_) => f.write_str("Pmkid"),
            Self::Other { data_type, data } => {
                write!(f, "Other({data_type}, {} bytes)", data.len())
            }
        }
    }
}

/// The key data is not a sequence of KDEs and elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedKeyData;

impl fmt::Display for MalformedKeyData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("malformed key data")
    }
}

impl core::error::Error for MalformedKeyData {}

/// Walks key data. Ends at its end, at padding, or after one error.
#[derive(Clone, Debug)]
pub struct KdeIter<'a> {
    rest: &'a [u8],
}

impl<'a> KdeIter<'a> {
    /// Over decrypted key data.
    #[must_use]
    pub const fn new(key_data: &'a [u8]) -> Self {
        Self { rest: key_data }
    }

    fn item(element: &'a [u8]) -> Option<Kde<'a>> {
        let (&[id, _], body) = element.split_first_chunk::<2>()?;
        if id == RSNE_ID {
            return Some(Kde::Rsne(element));
        }
        if id != KDE_TYPE {
            return Some(Kde::Element(element));
        }
        // A KDE has at least an OUI and a data type.
        let (&[o1, o2, o3, data_type], data) = body.split_first_chunk::<4>()?;
        if [o1, o2, o3] != KDE_OUI {
            return Some(Kde::Element(element));
        }
        Some(match data_type {
            KDE_GTK => {
                let (&[flags, _], gtk) = data.split_first_chunk::<2>()?;
                Kde::Gtk {
                    key_id: flags & 0x03,
                    tx: flags & 0x04 != 0,
                    gtk,
                }
            }
            KDE_IGTK => {
                let (key_id, rest) = data.split_first_chunk::<2>()?;
                let (&[p0, p1, p2, p3, p4, p5], igtk) = rest.split_first_chunk::<6>()?;
                Kde::Igtk {
                    key_id: u16::from_le_bytes(*key_id),
                    ipn: u64::from_le_bytes([p0, p1, p2, p3, p4, p5, 0, 0]),
                    igtk,
                }
            }
            KDE_MAC => Kde::Mac(MacAddr(<[u8; 6]>::try_from(data).ok()?)),
            KDE_PMKID => Kde::Pmkid(<&[u8; 16]>::try_from(data).ok()?),
            _ => Kde::Other { data_type, data },
        })
    }
}

impl<'a> Iterator for KdeIter<'a> {
    type Item = Result<Kde<'a>, MalformedKeyData>;

    fn next(&mut self) -> Option<Self::Item> {
        // Padding is 0xdd followed by zeroes, perhaps none (12.7.2 l); some senders pad with
        // zeroes alone.
        let item = match *self.rest {
            [] => return None,
            [KDE_TYPE] | [KDE_TYPE, 0, ..] | [0, 0, ..] | [0] => {
                let padding = self
                    .rest
                    .get(1..)
                    .unwrap_or_default()
                    .iter()
                    .all(|&b| b == 0);
                self.rest = &[];
                return (!padding).then_some(Err(MalformedKeyData));
            }
            [_] => None,
            [_, len, ..] => self.rest.split_at_checked(2 + usize::from(len)),
        };
        let item = item.and_then(|(element, rest)| {
            self.rest = rest;
            Self::item(element)
        });
        if item.is_none() {
            self.rest = &[];
        }
        Some(item.ok_or(MalformedKeyData))
    }
}

/// Puts key data together; what it holds is erased on drop.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct KeyData(Vec<u8>);

impl Default for KeyData {
    fn default() -> Self {
        Self::new()
    }
}

impl KeyData {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        // Room for two elements and a key, so that no copy of a key stays behind on growth.
        Self(Vec::with_capacity(640))
    }

    fn kde(&mut self, data_type: u8, parts: &[&[u8]]) {
        let len: usize = parts.iter().map(|p| p.len()).sum();
        let Ok(len) = u8::try_from(4 + len) else {
            return;
        };
        self.0.extend_from_slice(&[KDE_TYPE, len]);
        self.0.extend_from_slice(&KDE_OUI);
        self.0.push(data_type);
        for part in parts {
            self.0.extend_from_slice(part);
        }
    }

    /// Adds a whole element, id and length bytes included.
    #[must_use]
    pub fn element(mut self, element: &[u8]) -> Self {
        self.0.extend_from_slice(element);
        self
    }

    /// Adds a GTK KDE; a key of more than 249 bytes is left out.
    #[must_use]
    pub fn gtk(mut self, key_id: u8, tx: bool, gtk: &[u8]) -> Self {
        self.kde(KDE_GTK, &[&[key_id & 0x03 | u8::from(tx) << 2, 0], gtk]);
        self
    }

    /// Adds an IGTK KDE; `ipn` has 48 bits. A key of more than 243 bytes is left out.
    #[must_use]
    pub fn igtk(mut self, key_id: u16, ipn: u64, igtk: &[u8]) -> Self {
        let [p0, p1, p2, p3, p4, p5, _, _] = ipn.to_le_bytes();
        let [k0, k1] = key_id.to_le_bytes();
        self.kde(KDE_IGTK, &[&[k0, k1, p0, p1, p2, p3, p4, p5], igtk]);
        self
    }

    /// Adds a MAC address KDE.
    #[must_use]
    pub fn mac(mut self, address: MacAddr) -> Self {
        self.kde(KDE_MAC, &[&address.0]);
        self
    }

    /// Adds a PMKID KDE.
    #[must_use]
    pub fn pmkid(mut self, pmkid: &[u8; 16]) -> Self {
        self.kde(KDE_PMKID, &[pmkid]);
        self
    }

    /// Pads to what AES key wrap takes: at least 16 bytes and a multiple of 8 (12.7.2 l).
    #[must_use]
    pub fn padded(mut self) -> Self {
        if self.0.len() < 16 || !self.0.len().is_multiple_of(8) {
            self.0.push(KDE_TYPE);
            while self.0.len() < 16 || !self.0.len().is_multiple_of(8) {
                self.0.push(0);
            }
        }
        self
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for KeyData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyData({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn sample(data: &[u8]) -> Vec<u8> {
        KeyFrame {
            info: KeyInfo(0x13ca),
            key_length: 16,
            replay_counter: 0x0102_0304_0506_0708,
            nonce: Some(&[7; 32]),
            rsc: 0x0000_1234_5678_9abc,
            key_data: data,
        }
        .encode()
    }

    #[test]
    fn a_frame_is_laid_out_as_the_standard_draws_it() {
        let pdu = sample(&[0xaa, 0xbb]);
        assert_eq!(pdu.len(), 101);
        assert_eq!(pdu[..9], [2, 3, 0, 97, 2, 0x13, 0xca, 0, 16]);
        assert_eq!(pdu[9..17], [1, 2, 3, 4, 5, 6, 7, 8]);
        assert_eq!(pdu[17..49], [7; 32]);
        assert_eq!(pdu[49..65], [0; 16]);
        assert_eq!(pdu[65..73], [0xbc, 0x9a, 0x78, 0x56, 0x34, 0x12, 0, 0]);
        assert_eq!(pdu[73..97], [0; 24]);
        assert_eq!(pdu[97..], [0, 2, 0xaa, 0xbb]);
    }

    #[test]
    fn every_field_is_read_back() {
        let mut pdu = sample(&[0xaa, 0xbb]);
        set_mic(&mut pdu, &[9; 16]);
        set_replay_counter(&mut pdu, 77);
        pdu.extend_from_slice(&[0; 5]);
        let v = KeyFrameView::parse(&pdu).unwrap();
        assert_eq!(v.pdu().len(), 101);
        assert_eq!(v.version(), 2);
        assert_eq!(v.info(), KeyInfo(0x13ca));
        assert_eq!(v.info().version(), 2);
        assert_eq!(v.key_length(), 16);
        assert_eq!(v.replay_counter(), 77);
        assert_eq!(v.nonce(), &[7; 32]);
        assert_eq!(v.iv(), &[0; 16]);
        assert_eq!(v.rsc(), 0x1234_5678_9abc);
        assert_eq!(v.mic(), &[9; 16]);
        assert_eq!(v.key_data(), [0xaa, 0xbb]);
    }

    #[test]
    fn lengths_that_lie_are_refused() {
        let good = sample(&[0xaa, 0xbb]);
        for cut in 0..good.len() {
            assert!(KeyFrameView::parse(&good[..cut]).is_err(), "{cut} bytes");
        }
        let mut long_data = good.clone();
        long_data[98] = 3;
        assert_eq!(
            KeyFrameView::parse(&long_data).unwrap_err(),
            NotKeyFrame::Malformed
        );
        let mut short_body = good.clone();
        short_body[3] = 94;
        assert_eq!(
            KeyFrameView::parse(&short_body).unwrap_err(),
            NotKeyFrame::Malformed
        );
        let mut wpa1 = good;
        wpa1[4] = 254;
        assert_eq!(
            KeyFrameView::parse(&wpa1).unwrap_err(),
            NotKeyFrame::OtherDescriptor(254)
        );
        assert_eq!(
            KeyFrameView::parse(&[2, 1, 0, 0]).unwrap_err(),
            NotKeyFrame::OtherPacket(PACKET_TYPE_START)
        );
    }

    #[test]
    fn kdes_round_trip_through_padding() {
        let rsne = [48, 2, 1, 0];
        let data = KeyData::new()
            .element(&rsne)
            .gtk(2, true, &[5; 16])
            .igtk(5, 0x0102_0304_0506, &[6; 16])
            .mac(MacAddr([1, 2, 3, 4, 5, 6]))
            .pmkid(&[8; 16])
            .padded();
        assert!(data.as_bytes().len().is_multiple_of(8));
        let items: Result<Vec<_>, _> = KdeIter::new(data.as_bytes()).collect();
        assert_eq!(
            items.unwrap(),
            [
                Kde::Rsne(&rsne),
                Kde::Gtk {
                    key_id: 2,
                    tx: true,
                    gtk: &[5; 16]
                },
                Kde::Igtk {
                    key_id: 5,
                    ipn: 0x0102_0304_0506,
                    igtk: &[6; 16]
                },
                Kde::Mac(MacAddr([1, 2, 3, 4, 5, 6])),
                Kde::Pmkid(&[8; 16]),
            ]
        );
    }

    #[test]
    fn a_key_of_management_frames_is_laid_out_as_the_standard_draws_it() {
        let data = KeyData::new().igtk(4, 0x0605_0403_0201, &[7; 16]);
        let mut expected = vec![0xdd, 28, 0, 0x0f, 0xac, 9, 4, 0, 1, 2, 3, 4, 5, 6];
        expected.extend([7; 16]);
        assert_eq!(data.as_bytes(), expected);
    }

    #[test]
    fn short_key_data_is_padded_to_sixteen_bytes() {
        assert_eq!(
            KeyData::new().element(&[48, 0]).padded().as_bytes().len(),
            16
        );
        let seven = KeyData::new().element(&[1; 23]).padded();
        assert_eq!(seven.as_bytes()[23..], [0xdd]);
        assert_eq!(
            KeyData::new().element(&[1; 24]).padded().as_bytes().len(),
            24
        );
    }

    #[test]
    fn broken_kdes_end_the_walk_with_one_error() {
        for bad in [
            &[48u8, 5, 1][..],                        // longer than what is there
            &[48],                                    // no length
            &[0xdd, 3, 0, 0x0f, 0xac],                // no data type
            &[0xdd, 5, 0, 0x0f, 0xac, 1, 0],          // GTK without its second flag byte
            &[0xdd, 6, 0, 0x0f, 0xac, 3, 1, 2],       // short MAC
            &[0xdd, 8, 0, 0x0f, 0xac, 9, 4, 0, 1, 2], // IGTK within its packet number
            &[0xdd, 0, 1],                            // padding that is not zero
        ] {
            let items: Vec<_> = KdeIter::new(bad).collect();
            assert_eq!(items, [Err(MalformedKeyData)], "{bad:?}");
        }
    }

    #[test]
    fn debug_output_shows_no_group_key() {
        let kde = Kde::Gtk {
            key_id: 1,
            tx: false,
            gtk: &[0xde; 16],
        };
        assert_eq!(format!("{kde:?}"), "Gtk { key_id: 1, tx: false, 16 bytes }");
        let kde = Kde::Igtk {
            key_id: 4,
            ipn: 7,
            igtk: &[0xde; 16],
        };
        assert_eq!(format!("{kde:?}"), "Igtk { key_id: 4, ipn: 7, 16 bytes }");
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(v) = KeyFrameView::parse(&bytes) {
                prop_assert!(v.pdu().len() <= bytes.len());
            }
            // Each item takes at least two bytes, the last may be an error.
            prop_assert!(KdeIter::new(&bytes).count() <= bytes.len() / 2 + 1);
        }

        #[test]
        fn arbitrary_key_frames_never_panic(
            info in any::<u16>(),
            len in any::<u16>(),
            data in proptest::collection::vec(any::<u8>(), 0..200),
        ) {
            let mut pdu = KeyFrame { info: KeyInfo(info), key_data: &data, ..KeyFrame::default() }.encode();
            let view = KeyFrameView::parse(&pdu).unwrap();
            prop_assert_eq!(view.key_data(), &data[..]);
            prop_assert_eq!(view.info(), KeyInfo(info));
            pdu[97..99].copy_from_slice(&len.to_be_bytes());
            prop_assert_eq!(KeyFrameView::parse(&pdu).is_ok(), usize::from(len) <= data.len());
        }
    }
}
