//! `DOT11_PEER_INFO` (access point) and `DOT11_ASSOCIATION_INFO_EX` (station).

use dot11::MacAddr;

use super::form::{Fields, Form};
use super::{Entry, Shortage, WireError};
use crate::{AuthAlgorithm, CipherAlgorithm};

/// `usAssociationID` of a peer that has none.
const NO_AID: u16 = 0xFFFF;

/// `DOT11_PEER_INFO`, 352 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeerInfo {
    /// The peer.
    pub peer: MacAddr,
    /// Capability field of its association request.
    pub capability: u16,
    /// Its authentication.
    pub auth: AuthAlgorithm,
    /// Its unicast cipher.
    pub unicast: CipherAlgorithm,
    /// Its multicast cipher.
    pub multicast: CipherAlgorithm,
    /// Whether it is let in for WPS only.
    pub wps: bool,
    /// In beacon intervals.
    pub listen_interval: u16,
    /// `ucSupportedRates`, unused ones 0.
    pub rates: [u8; 255],
    /// Association id, `None` (0xFFFF) without one.
    pub aid: Option<u16>,
    /// `DOT11_ASSOCIATION_STATE`: 0 zero, 1 neither, 2 authenticated, 3 associated.
    pub state: u32,
    /// `DOT11_POWER_MODE`: 0 unknown, 1 active, 2 power save.
    pub power_mode: u32,
    /// Time since the association in units of 100 ns, as a LARGE_INTEGER.
    pub up_time: i64,
    /// Decrypted, not decrypted, sent, not sent, received, not received. Unknown ones are
    /// [`UNKNOWN_COUNTER`](super::UNKNOWN_COUNTER).
    pub counters: [u64; 6],
}

impl Entry for PeerInfo {
    const LIST: &'static str = "DOT11_PEER_INFO_LIST";
    const LIST_SIZE: u16 = 368;
    // Aligned for the counters.
    const FIRST: usize = 16;
    const LEN: usize = 352;
    const SHORTAGE: Shortage = Shortage::Length;

    fn read(bytes: &[u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, "DOT11_PEER_INFO", Self::LEN)?;
        let aid = fields.u16(280);
        Ok(Self {
            peer: fields.mac(0),
            capability: fields.u16(6),
            auth: AuthAlgorithm(fields.u32(8)),
            unicast: CipherAlgorithm(fields.u32(12)),
            multicast: CipherAlgorithm(fields.u32(16)),
            wps: fields.flag(20),
            listen_interval: fields.u16(22),
            rates: fields.array(24),
            aid: (aid != NO_AID).then_some(aid),
            state: fields.u32(284),
            power_mode: fields.u32(288),
            up_time: i64::from_le_bytes(fields.array(296)),
            counters: core::array::from_fn(|i| fields.u64(304 + 8 * i)),
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut form = Form::new(out, Self::LEN);
        form.mac(0, self.peer)
            .u16(6, self.capability)
            .u32(8, self.auth.0)
            .u32(12, self.unicast.0)
            .u32(16, self.multicast.0)
            .flag(20, self.wps)
            .u16(22, self.listen_interval)
            .bytes(24, &self.rates)
            .u16(280, self.aid.unwrap_or(NO_AID))
            .u32(284, self.state)
            .u32(288, self.power_mode)
            .bytes(296, &self.up_time.to_le_bytes());
        for (i, counter) in self.counters.iter().enumerate() {
            form.u64(304 + 8 * i, *counter);
        }
    }
}

/// `DOT11_ASSOCIATION_INFO_EX`, 328 bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssociationInfo {
    /// The peer.
    pub peer: MacAddr,
    /// Of the network.
    pub bssid: MacAddr,
    /// Capability field.
    pub capability: u16,
    /// In beacon intervals.
    pub listen_interval: u16,
    /// `ucPeerSupportedRates`, unused ones 0.
    pub rates: [u8; 255],
    /// Association id, as it stands.
    pub aid: u16,
    /// `DOT11_ASSOCIATION_STATE`.
    pub state: u32,
    /// `DOT11_POWER_MODE`.
    pub power_mode: u32,
    /// Time since the association, as a LARGE_INTEGER.
    pub up_time: i64,
    /// Sent, not sent, received, not received.
    pub counters: [u64; 4],
}

impl Entry for AssociationInfo {
    const LIST: &'static str = "DOT11_ASSOCIATION_INFO_LIST";
    const LIST_SIZE: u16 = 344;
    const FIRST: usize = 16;
    const LEN: usize = 328;

    fn read(bytes: &[u8]) -> Result<Self, WireError> {
        let fields = Fields::new(bytes, "DOT11_ASSOCIATION_INFO_EX", Self::LEN)?;
        Ok(Self {
            peer: fields.mac(0),
            bssid: fields.mac(6),
            capability: fields.u16(12),
            listen_interval: fields.u16(14),
            rates: fields.array(16),
            aid: fields.u16(272),
            state: fields.u32(276),
            power_mode: fields.u32(280),
            up_time: i64::from_le_bytes(fields.array(288)),
            counters: core::array::from_fn(|i| fields.u64(296 + 8 * i)),
        })
    }

    fn write(&self, out: &mut Vec<u8>) {
        let mut form = Form::new(out, Self::LEN);
        form.mac(0, self.peer)
            .mac(6, self.bssid)
            .u16(12, self.capability)
            .u16(14, self.listen_interval)
            .bytes(16, &self.rates)
            .u16(272, self.aid)
            .u32(276, self.state)
            .u32(280, self.power_mode)
            .bytes(288, &self.up_time.to_le_bytes());
        for (i, counter) in self.counters.iter().enumerate() {
            form.u64(296 + 8 * i, *counter);
        }
    }
}
