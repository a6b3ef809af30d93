//! Commands of the seam as nl80211 messages. Each function writes the attributes of one message
//! that [`Writer::begin_genl`] has begun.

use dot11::{ChannelWidth, CipherSuite, ETHERTYPE_EAPOL, MacAddr, Phy, ReasonCode};
use radio::{ApConfig, Key, KeyScope, Protection, StationEntry, StationFlags};
use zeroize::Zeroizing;

use crate::consts;
use crate::netlink::Writer;

/// AKM suite of WPA2-Personal, the only one a Hosted Network has.
const AKM_PSK: u32 = dot11::AkmSuite::PSK.0;
/// Basic-rate bit of a rate.
const RATE_MASK: u8 = 0x7f;

/// Management frame types to receive (Frame Control's first byte), and what their bodies must begin
/// with.
pub(crate) const RECEIVED_FRAMES: [(u8, &[u8]); 7] = [
    (0x00, &[]), // association request
    (0x20, &[]), // reassociation request
    (0x40, &[]), // probe request
    (0xa0, &[]), // disassociation
    (0xb0, &[]), // authentication
    (0xc0, &[]), // deauthentication
    // Action frames of the category SA Query: all others the kernel or nobody answers.
    (0xd0, &[dot11::frame::ActionCategory::SA_QUERY.0]),
];
/// Frame Control's first byte of a probe response.
const PROBE_RESPONSE: u8 = 0x50;
/// Bytes of a TKIP key: the temporal key and two MIC keys.
const TKIP_LEN: usize = 32;
const TKIP_TEMPORAL_LEN: usize = 16;
const TKIP_MIC_LEN: usize = 8;
/// From this index on keys protect management frames.
const FIRST_MANAGEMENT_KEY: u8 = 4;
/// Reason-carrying management subtype recorded with a removed station: deauthentication.
const SUBTYPE_DEAUTH: u8 = 12;

/// `REGISTER_FRAME` for every frame of one type whose body begins so.
pub(crate) fn register_frame(w: &mut Writer, ifindex: u32, (frame_type, start): (u8, &[u8])) {
    w.u32(consts::ATTR_IFINDEX, ifindex)
        .u16(consts::ATTR_FRAME_TYPE, u16::from(frame_type))
        .bytes(consts::ATTR_FRAME_MATCH, start);
}

/// `START_AP`. There is no `SOCKET_OWNER`, so that the access point outlives this process.
pub(crate) fn start_ap(w: &mut Writer, ifindex: u32, c: &ApConfig) {
    let width = match c.channel.width {
        ChannelWidth::Mhz20 if c.phy < Phy::Ht => consts::CHAN_WIDTH_20_NOHT,
        ChannelWidth::Mhz20 => consts::CHAN_WIDTH_20,
        ChannelWidth::Mhz40 => consts::CHAN_WIDTH_40,
        ChannelWidth::Mhz80 => consts::CHAN_WIDTH_80,
    };
    w.u32(consts::ATTR_IFINDEX, ifindex)
        .bytes(consts::ATTR_BEACON_HEAD, &c.beacon_head)
        .bytes(consts::ATTR_BEACON_TAIL, &c.beacon_tail)
        .u32(consts::ATTR_BEACON_INTERVAL, u32::from(c.beacon_interval))
        .u32(consts::ATTR_DTIM_PERIOD, u32::from(c.dtim_period))
        .bytes(consts::ATTR_SSID, c.ssid.as_bytes())
        .u32(consts::ATTR_HIDDEN_SSID, consts::HIDDEN_SSID_NOT_IN_USE)
        .u32(consts::ATTR_AUTH_TYPE, consts::AUTHTYPE_OPEN_SYSTEM)
        .u32(consts::ATTR_WIPHY_FREQ, c.channel.primary.mhz())
        .u32(consts::ATTR_CHANNEL_WIDTH, width)
        .u32(consts::ATTR_CENTER_FREQ1, c.channel.center_mhz)
        .flag(consts::ATTR_PRIVACY)
        .u32(consts::ATTR_WPA_VERSIONS, consts::WPA_VERSION_2)
        .u32(consts::ATTR_AKM_SUITES, AKM_PSK)
        .u32(consts::ATTR_CIPHER_SUITES_PAIRWISE, c.cipher.0)
        .u32(consts::ATTR_CIPHER_SUITE_GROUP, c.cipher.0)
        .u16(consts::ATTR_CONTROL_PORT_ETHERTYPE, ETHERTYPE_EAPOL);
}

/// `SET_BSS`: what goes with the access point but not into `START_AP`.
pub(crate) fn set_bss(w: &mut Writer, ifindex: u32, c: &ApConfig) {
    let basic: Vec<u8> = c.basic_rates.iter().map(|r| r & RATE_MASK).collect();
    w.u32(consts::ATTR_IFINDEX, ifindex)
        .u8(consts::ATTR_AP_ISOLATE, u8::from(c.isolate));
    if !basic.is_empty() {
        w.bytes(consts::ATTR_BSS_BASIC_RATES, &basic);
    }
    protection(w, c.protection);
}

/// `SET_BSS`: only how older stations are respected. What is not named stays as it was.
pub(crate) fn protect(w: &mut Writer, ifindex: u32, p: Protection) {
    w.u32(consts::ATTR_IFINDEX, ifindex);
    protection(w, p);
}

fn protection(w: &mut Writer, p: Protection) {
    w.u8(consts::ATTR_BSS_CTS_PROT, u8::from(p.cts))
        .u8(consts::ATTR_BSS_SHORT_PREAMBLE, u8::from(!p.long_preamble))
        .u8(consts::ATTR_BSS_SHORT_SLOT_TIME, u8::from(!p.long_slot));
    if let Some(ht) = p.ht {
        w.u16(consts::ATTR_BSS_HT_OPMODE, u16::from(ht));
    }
}

/// `SET_BSS`: only whether stations reach one another.
pub(crate) fn isolate(w: &mut Writer, ifindex: u32, on: bool) {
    w.u32(consts::ATTR_IFINDEX, ifindex)
        .u8(consts::ATTR_AP_ISOLATE, u8::from(on));
}

/// `SET_MULTICAST_TO_UNICAST`: whether each station gets group-addressed ARP and IP under its own key.
pub(crate) fn single_out(w: &mut Writer, ifindex: u32, on: bool) {
    w.u32(consts::ATTR_IFINDEX, ifindex);
    if on {
        w.flag(consts::ATTR_MULTICAST_TO_UNICAST_ENABLED);
    }
}

/// `SET_BEACON`.
pub(crate) fn set_beacon(w: &mut Writer, ifindex: u32, head: &[u8], tail: &[u8]) {
    w.u32(consts::ATTR_IFINDEX, ifindex)
        .bytes(consts::ATTR_BEACON_HEAD, head)
        .bytes(consts::ATTR_BEACON_TAIL, tail);
}

/// Whether the fate of this frame is reported. Not that of a probe response: asking costs two
/// messages, scanning stations come in crowds, and nobody acts on the answer.
pub(crate) fn reports_fate(frame: &[u8]) -> bool {
    frame.first() != Some(&PROBE_RESPONSE)
}

/// `FRAME`, on the access point's channel.
pub(crate) fn frame(w: &mut Writer, ifindex: u32, frame: &[u8]) {
    w.u32(consts::ATTR_IFINDEX, ifindex)
        .bytes(consts::ATTR_FRAME, frame);
    if !reports_fate(frame) {
        w.flag(consts::ATTR_DONT_WAIT_FOR_ACK);
    }
}

/// `struct nl80211_sta_flag_update`: which flags are meant, and their values.
fn station_flags(w: &mut Writer, mask: u32, set: u32) {
    let (mask, set) = (mask.to_ne_bytes(), set.to_ne_bytes());
    let mut both = [0; 8];
    both[..4].copy_from_slice(&mask);
    both[4..].copy_from_slice(&set);
    w.bytes(consts::ATTR_STA_FLAGS2, &both);
}

fn entry_flags(w: &mut Writer, f: StationFlags) {
    let flags = [
        (consts::STA_FLAG_AUTHENTICATED, f.authenticated),
        (consts::STA_FLAG_ASSOCIATED, f.associated),
        (consts::STA_FLAG_WME, f.wme),
        (consts::STA_FLAG_SHORT_PREAMBLE, f.short_preamble),
    ];
    // This one is named only where it is set, as hostapd does: drivers without it need not know it.
    let mfp = u32::from(f.management_protection) << consts::STA_FLAG_MFP;
    // Authenticated and associated are always in the mask: a mask without them means "associated".
    let mask = flags.iter().fold(mfp, |m, (bit, _)| m | 1 << bit);
    let set = flags
        .iter()
        .filter(|(_, on)| *on)
        .fold(mfp, |m, (bit, _)| m | 1 << bit);
    station_flags(w, mask, set);
}

/// `NEW_STATION`, or `SET_STATION` for one that is not associated yet.
pub(crate) fn station(w: &mut Writer, ifindex: u32, s: &StationEntry, fallback_rates: &[u8]) {
    let rates = if s.rates.is_empty() {
        fallback_rates
    } else {
        &s.rates
    };
    // The kernel's own limit (NL80211_MAX_SUPP_RATES).
    let rates: Vec<u8> = rates.iter().take(32).map(|r| r & RATE_MASK).collect();
    w.u32(consts::ATTR_IFINDEX, ifindex)
        .mac(consts::ATTR_MAC, s.peer)
        .u16(consts::ATTR_STA_AID, s.aid)
        .u16(consts::ATTR_STA_LISTEN_INTERVAL, s.listen_interval)
        .bytes(consts::ATTR_STA_SUPPORTED_RATES, &rates)
        .u16(consts::ATTR_STA_CAPABILITY, s.capability);
    if let Some(ht) = &s.ht_capabilities {
        w.bytes(consts::ATTR_HT_CAPABILITY, ht);
    }
    if let Some(vht) = &s.vht_capabilities {
        w.bytes(consts::ATTR_VHT_CAPABILITY, vht);
    }
    if let Some(he) = &s.he_capabilities {
        w.bytes(consts::ATTR_HE_CAPABILITY, he);
    }
    if !s.extended_capabilities.is_empty() {
        w.bytes(consts::ATTR_STA_EXT_CAPABILITY, &s.extended_capabilities);
    }
    entry_flags(w, s.flags);
}

/// `SET_STATION` for one that is associated: nothing else may change then.
pub(crate) fn station_flags_only(w: &mut Writer, ifindex: u32, s: &StationEntry) {
    w.u32(consts::ATTR_IFINDEX, ifindex)
        .mac(consts::ATTR_MAC, s.peer)
        .u16(consts::ATTR_STA_LISTEN_INTERVAL, s.listen_interval);
    entry_flags(w, s.flags);
}

/// `SET_STATION`: the controlled port.
pub(crate) fn authorize(w: &mut Writer, ifindex: u32, peer: MacAddr, open: bool) {
    let bit = 1 << consts::STA_FLAG_AUTHORIZED;
    w.u32(consts::ATTR_IFINDEX, ifindex)
        .mac(consts::ATTR_MAC, peer);
    station_flags(w, bit, if open { bit } else { 0 });
}

/// `DEL_STATION`.
pub(crate) fn remove_station(w: &mut Writer, ifindex: u32, peer: MacAddr, reason: ReasonCode) {
    w.u32(consts::ATTR_IFINDEX, ifindex)
        .mac(consts::ATTR_MAC, peer)
        .u8(consts::ATTR_MGMT_SUBTYPE, SUBTYPE_DEAUTH)
        .u16(consts::ATTR_REASON_CODE, reason.0);
}

/// A message that only names a station: `GET_STATION`, `PROBE_CLIENT`.
pub(crate) fn peer(w: &mut Writer, ifindex: u32, peer: MacAddr) {
    w.u32(consts::ATTR_IFINDEX, ifindex)
        .mac(consts::ATTR_MAC, peer);
}

/// Whether the kernel takes a receive counter with a key of this cipher.
const fn has_counter(cipher: CipherSuite) -> bool {
    !matches!(cipher, CipherSuite::WEP40 | CipherSuite::WEP104)
}

/// The key as the kernel lays it out. Of TKIP's MIC keys it has that of sent frames first.
fn key_data(key: &Key) -> Zeroizing<Vec<u8>> {
    let mut data = Zeroizing::new(key.material.expose().to_vec());
    if key.cipher == CipherSuite::TKIP && data.len() == TKIP_LEN {
        let (received, sent) = data[TKIP_TEMPORAL_LEN..].split_at_mut(TKIP_MIC_LEN);
        received.swap_with_slice(sent);
    }
    data
}

/// `NEW_KEY`.
pub(crate) fn new_key(w: &mut Writer, ifindex: u32, key: &Key) {
    w.u32(consts::ATTR_IFINDEX, ifindex);
    let kind = match key.scope {
        KeyScope::Pairwise(peer) => {
            w.mac(consts::ATTR_MAC, peer);
            consts::KEYTYPE_PAIRWISE
        }
        KeyScope::Group => consts::KEYTYPE_GROUP,
    };
    w.nest(consts::ATTR_KEY, |w| {
        w.bytes(consts::KEY_DATA, &key_data(key))
            .u32(consts::KEY_CIPHER, key.cipher.0)
            .u8(consts::KEY_IDX, key.index)
            .u32(consts::KEY_TYPE, kind);
        if let Some(counter) = key
            .receive_counter
            .filter(|c| *c != 0 && has_counter(key.cipher))
        {
            // Six bytes, least significant first.
            let bytes = counter.to_le_bytes();
            w.bytes(consts::KEY_SEQ, &bytes[..6]);
        }
    });
}

/// `DEL_KEY`.
pub(crate) fn remove_key(w: &mut Writer, ifindex: u32, scope: KeyScope, index: u8) {
    w.u32(consts::ATTR_IFINDEX, ifindex);
    let kind = match scope {
        KeyScope::Pairwise(peer) => {
            w.mac(consts::ATTR_MAC, peer);
            consts::KEYTYPE_PAIRWISE
        }
        KeyScope::Group => consts::KEYTYPE_GROUP,
    };
    w.nest(consts::ATTR_KEY, |w| {
        w.u8(consts::KEY_IDX, index).u32(consts::KEY_TYPE, kind);
    });
}

/// `SET_KEY`: the key at `index` encrypts what goes to groups, data or robust management frames.
pub(crate) fn use_group_key(w: &mut Writer, ifindex: u32, index: u8) {
    if index >= FIRST_MANAGEMENT_KEY {
        w.u32(consts::ATTR_IFINDEX, ifindex)
            .nest(consts::ATTR_KEY, |w| {
                w.u8(consts::KEY_IDX, index).flag(consts::KEY_DEFAULT_MGMT);
            });
        return;
    }
    w.u32(consts::ATTR_IFINDEX, ifindex)
        .nest(consts::ATTR_KEY, |w| {
            w.u8(consts::KEY_IDX, index).flag(consts::KEY_DEFAULT).nest(
                consts::KEY_DEFAULT_TYPES,
                |w| {
                    w.flag(consts::KEY_DEFAULT_TYPE_MULTICAST);
                },
            );
        });
}

/// `GET_KEY`.
pub(crate) fn group_counter(w: &mut Writer, ifindex: u32, index: u8) {
    w.u32(consts::ATTR_IFINDEX, ifindex)
        .u8(consts::ATTR_KEY_IDX, index);
}
