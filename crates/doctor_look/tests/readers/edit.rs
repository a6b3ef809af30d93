//! Edits of recorded netlink answers, attribute by attribute: what a radio would say that nobody here
//! has. Numbers are those of `linux/nl80211.h` and `linux/rtnetlink.h`.

use linux_raw_sys::netlink as sys;
use radio_nl80211::look::{Exchange, Protocol, Recording};
use radio_nl80211::netlink::{HEADER_LEN, Writer, messages};

use sys::nl80211_attrs as attr;
use sys::nl80211_commands as command;

pub(crate) const GET_WIPHY: u8 = command::NL80211_CMD_GET_WIPHY as u8;
pub(crate) const GET_INTERFACE: u8 = command::NL80211_CMD_GET_INTERFACE as u8;
pub(crate) const GET_REG: u8 = command::NL80211_CMD_GET_REG as u8;
pub(crate) const GET_SCAN: u8 = command::NL80211_CMD_GET_SCAN as u8;

pub(crate) const WIPHY: u16 = attr::NL80211_ATTR_WIPHY as u16;
pub(crate) const WIPHY_NAME: u16 = attr::NL80211_ATTR_WIPHY_NAME as u16;
pub(crate) const IFINDEX: u16 = attr::NL80211_ATTR_IFINDEX as u16;
pub(crate) const IFNAME: u16 = attr::NL80211_ATTR_IFNAME as u16;
pub(crate) const IFTYPE: u16 = attr::NL80211_ATTR_IFTYPE as u16;
pub(crate) const MAC: u16 = attr::NL80211_ATTR_MAC as u16;
pub(crate) const WIPHY_FREQ: u16 = attr::NL80211_ATTR_WIPHY_FREQ as u16;
pub(crate) const SSID: u16 = attr::NL80211_ATTR_SSID as u16;
pub(crate) const WIPHY_BANDS: u16 = attr::NL80211_ATTR_WIPHY_BANDS as u16;
pub(crate) const SUPPORTED_IFTYPES: u16 = attr::NL80211_ATTR_SUPPORTED_IFTYPES as u16;
pub(crate) const SOFTWARE_IFTYPES: u16 = attr::NL80211_ATTR_SOFTWARE_IFTYPES as u16;
pub(crate) const INTERFACE_COMBINATIONS: u16 = attr::NL80211_ATTR_INTERFACE_COMBINATIONS as u16;
pub(crate) const SUPPORTED_COMMANDS: u16 = attr::NL80211_ATTR_SUPPORTED_COMMANDS as u16;
pub(crate) const CIPHER_SUITES: u16 = attr::NL80211_ATTR_CIPHER_SUITES as u16;
pub(crate) const MAX_AP_ASSOC_STA: u16 = attr::NL80211_ATTR_MAX_AP_ASSOC_STA as u16;
pub(crate) const DEVICE_AP_SME: u16 = attr::NL80211_ATTR_DEVICE_AP_SME as u16;
pub(crate) const REG_ALPHA2: u16 = attr::NL80211_ATTR_REG_ALPHA2 as u16;
pub(crate) const SELF_MANAGED: u16 = attr::NL80211_ATTR_WIPHY_SELF_MANAGED_REG as u16;
pub(crate) const BSS: u16 = attr::NL80211_ATTR_BSS as u16;
pub(crate) const BSS_BSSID: u16 = sys::nl80211_bss::NL80211_BSS_BSSID as u16;
pub(crate) const BSS_ELEMENTS: u16 = sys::nl80211_bss::NL80211_BSS_INFORMATION_ELEMENTS as u16;
pub(crate) const BSS_BEACON_ELEMENTS: u16 = sys::nl80211_bss::NL80211_BSS_BEACON_IES as u16;
pub(crate) const BSS_SEEN_MS_AGO: u16 = sys::nl80211_bss::NL80211_BSS_SEEN_MS_AGO as u16;

const BAND_FREQS: u16 = sys::nl80211_band_attr::NL80211_BAND_ATTR_FREQS as u16;
const FREQ: u16 = sys::nl80211_frequency_attr::NL80211_FREQUENCY_ATTR_FREQ as u16;
pub(crate) const DISABLED: u16 =
    sys::nl80211_frequency_attr::NL80211_FREQUENCY_ATTR_DISABLED as u16;
pub(crate) const NO_IR: u16 = sys::nl80211_frequency_attr::NL80211_FREQUENCY_ATTR_NO_IR as u16;
pub(crate) const RADAR: u16 = sys::nl80211_frequency_attr::NL80211_FREQUENCY_ATTR_RADAR as u16;

const COMB_LIMITS: u16 = sys::nl80211_if_combination_attrs::NL80211_IFACE_COMB_LIMITS as u16;
const COMB_MAXNUM: u16 = sys::nl80211_if_combination_attrs::NL80211_IFACE_COMB_MAXNUM as u16;
const COMB_CHANNELS: u16 =
    sys::nl80211_if_combination_attrs::NL80211_IFACE_COMB_NUM_CHANNELS as u16;
const LIMIT_MAX: u16 = sys::nl80211_iface_limit_attrs::NL80211_IFACE_LIMIT_MAX as u16;
const LIMIT_TYPES: u16 = sys::nl80211_iface_limit_attrs::NL80211_IFACE_LIMIT_TYPES as u16;

/// The family that tells the numbers of others.
const GENL_ID_CTRL: u16 = 0x10;
/// Where `struct ifinfomsg` has the index and the flags.
const IFINFO_INDEX: usize = 4;
const IFINFO_FLAGS: usize = 8;
pub(crate) const IFF_UP: u32 = 1;
pub(crate) const IFF_RUNNING: u32 = 0x40;

/// One attribute: its type with flag bits, and its content.
#[derive(Clone, Debug)]
pub(crate) struct Node {
    kind: u16,
    pub(crate) data: Vec<u8>,
}

impl Node {
    pub(crate) const fn kind(&self) -> u16 {
        self.kind & 0x3fff
    }
}

/// Attributes in their order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Nodes(pub(crate) Vec<Node>);

impl Nodes {
    fn parse(mut bytes: &[u8]) -> Self {
        let mut all = Vec::new();
        while bytes.len() >= 4 {
            let len = usize::from(u16::from_ne_bytes([bytes[0], bytes[1]]));
            let kind = u16::from_ne_bytes([bytes[2], bytes[3]]);
            all.push(Node {
                kind,
                data: bytes[4..len].to_vec(),
            });
            bytes = bytes.get(len.next_multiple_of(4)..).unwrap_or_default();
        }
        Self(all)
    }

    fn bytes(&self) -> Vec<u8> {
        let mut w = Writer::new();
        for node in &self.0 {
            w.bytes(node.kind, &node.data);
        }
        w.as_bytes().to_vec()
    }

    pub(crate) fn get(&self, kind: u16) -> Option<&[u8]> {
        let node = self.0.iter().find(|n| n.kind() == kind);
        node.map(|n| n.data.as_slice())
    }

    pub(crate) fn number(&self, kind: u16) -> Option<u32> {
        Some(u32::from_ne_bytes(*self.get(kind)?.first_chunk()?))
    }

    pub(crate) fn text(&self, kind: u16) -> Option<String> {
        let text = self.get(kind)?.split(|b| *b == 0).next()?;
        Some(String::from_utf8_lossy(text).into_owned())
    }

    pub(crate) fn remove(&mut self, kind: u16) {
        self.0.retain(|n| n.kind() != kind);
    }

    /// Puts it in the place of the one there is, or at the end.
    pub(crate) fn set(&mut self, kind: u16, data: &[u8]) {
        match self.0.iter_mut().find(|n| n.kind() == kind) {
            Some(node) => node.data = data.to_vec(),
            None => self.0.push(Node {
                kind,
                data: data.to_vec(),
            }),
        }
    }

    pub(crate) fn inside(&mut self, kind: u16, edit: impl FnOnce(&mut Self)) {
        if let Some(node) = self.0.iter_mut().find(|n| n.kind() == kind) {
            let mut inner = Self::parse(&node.data);
            edit(&mut inner);
            node.data = inner.bytes();
        }
    }

    fn each(&mut self, mut edit: impl FnMut(&mut Self)) {
        for node in &mut self.0 {
            let mut inner = Self::parse(&node.data);
            edit(&mut inner);
            node.data = inner.bytes();
        }
    }
}

/// What an edit decides about a message.
#[derive(PartialEq, Eq)]
pub(crate) enum Fate {
    Keep,
    Drop,
}

fn asks(exchange: &Exchange, command: u8) -> bool {
    let question = exchange.question();
    let is_nl80211 = question.is_some_and(|q| q.kind != GENL_ID_CTRL);
    exchange.protocol == Protocol::Generic
        && is_nl80211
        && question.and_then(|q| q.genl()).map(|(c, _)| c) == Some(command)
}

/// Rewrites the messages of the answers to a command.
pub(crate) fn rewrite(
    recording: &mut Recording,
    command: u8,
    mut edit: impl FnMut(&mut Nodes) -> Fate,
) {
    for exchange in recording.exchanges.iter_mut().filter(|e| asks(e, command)) {
        for datagram in &mut exchange.answers {
            let mut out = Vec::new();
            let mut at = 0;
            for m in messages(datagram) {
                let len = HEADER_LEN + m.body.len();
                let whole = &datagram[at..at + len];
                at += len.next_multiple_of(4);
                // The end of a dump, or an errno.
                let Some((_, attrs)) = m.genl().filter(|_| m.kind >= 0x10) else {
                    out.extend(whole);
                    continue;
                };
                let mut nodes = Nodes::parse(attrs.0);
                if edit(&mut nodes) == Fate::Keep {
                    out.extend(message(&whole[..HEADER_LEN + 4], &nodes.bytes()));
                }
            }
            *datagram = out;
        }
        exchange.answers.retain(|datagram| !datagram.is_empty());
    }
}

fn message(headers: &[u8], attrs: &[u8]) -> Vec<u8> {
    let mut out = [headers, attrs].concat();
    let len = u32::try_from(out.len()).unwrap();
    out[..4].copy_from_slice(&len.to_ne_bytes());
    out
}

/// Puts a message of these attributes in front of the answers to a command.
pub(crate) fn add(recording: &mut Recording, command: u8, fill: impl Fn(&mut Writer)) {
    for exchange in recording.exchanges.iter_mut().filter(|e| asks(e, command)) {
        let first = exchange.answers.first().expect("an answer was recorded");
        let mut w = Writer::new();
        fill(&mut w);
        let new = message(&first[..HEADER_LEN + 4], w.as_bytes());
        exchange.answers.insert(0, new);
    }
}

/// Replaces everything that is answered to a command.
pub(crate) fn answer_with(recording: &mut Recording, command: u8, datagrams: &[Vec<u8>]) {
    for exchange in recording.exchanges.iter_mut().filter(|e| asks(e, command)) {
        exchange.answers = datagrams.to_vec();
    }
}

/// The datagrams of all answers to a command.
pub(crate) fn answers(recording: &mut Recording, command: u8) -> Vec<&mut Vec<u8>> {
    let mine = recording.exchanges.iter_mut().filter(|e| asks(e, command));
    mine.flat_map(|e| e.answers.iter_mut()).collect()
}

/// An acknowledgement with an errno to the request that was recorded.
pub(crate) fn refuse(recording: &mut Recording, command: u8, errno: i32) {
    let seq = recording
        .exchanges
        .iter()
        .find(|e| asks(e, command))
        .and_then(|e| Some(e.question()?.seq))
        .expect("it was asked");
    let mut w = Writer::new();
    w.begin(2, 0, seq)
        .raw(&errno.wrapping_neg().to_ne_bytes())
        .raw(&[0; 16]);
    w.end();
    answer_with(recording, command, &[w.as_bytes().to_vec()]);
}

/// Of one radio: takes an attribute out of its description and adds what `fill` writes.
pub(crate) fn replace(
    recording: &mut Recording,
    wiphy: u32,
    kind: u16,
    fill: impl Fn(&mut Writer),
) {
    let mut name = String::new();
    rewrite(recording, GET_WIPHY, |attrs| {
        if attrs.number(WIPHY) == Some(wiphy) {
            name = attrs.text(WIPHY_NAME).unwrap_or_default();
            attrs.remove(kind);
        }
        Fate::Keep
    });
    // A description comes in as many messages as it takes.
    add(recording, GET_WIPHY, |w| {
        w.u32(WIPHY, wiphy).text(WIPHY_NAME, &name);
        fill(w);
    });
}

/// Edits every channel of one radio: its centre in MHz and its flags.
pub(crate) fn channels(recording: &mut Recording, wiphy: u32, edit: impl Fn(u32, &mut Nodes)) {
    rewrite(recording, GET_WIPHY, |attrs| {
        if attrs.number(WIPHY) == Some(wiphy) {
            attrs.inside(WIPHY_BANDS, |bands| {
                bands.each(|band| {
                    band.inside(BAND_FREQS, |freqs| {
                        freqs.each(|freq| {
                            if let Some(mhz) = freq.number(FREQ) {
                                edit(mhz, freq);
                            }
                        });
                    });
                });
            });
        }
        Fate::Keep
    });
}

/// Edits the description of one interface.
pub(crate) fn interface(recording: &mut Recording, name: &str, edit: impl Fn(&mut Nodes)) {
    rewrite(recording, GET_INTERFACE, |attrs| {
        if attrs.text(IFNAME).as_deref() == Some(name) {
            edit(attrs);
        }
        Fate::Keep
    });
}

/// Sets the `IFF_*` of an interface in rtnetlink's answers.
pub(crate) fn link_flags(recording: &mut Recording, ifindex: u32, flags: u32) {
    for exchange in recording.exchanges.iter_mut() {
        if exchange.protocol != Protocol::Route {
            continue;
        }
        for datagram in &mut exchange.answers {
            let at = HEADER_LEN + IFINFO_INDEX;
            if datagram.get(at..at + 4) == Some(&ifindex.to_ne_bytes()) {
                let at = HEADER_LEN + IFINFO_FLAGS;
                datagram[at..at + 4].copy_from_slice(&flags.to_ne_bytes());
            }
        }
    }
}

/// One more interface, whose link rtnetlink describes like that of `model` but for index and flags.
pub(crate) fn new_interface(
    recording: &mut Recording,
    (model, ifindex): (u32, u32),
    (name, iftype): (&str, u16),
    flags: u32,
) {
    add(recording, GET_INTERFACE, |w| {
        w.u32(IFINDEX, ifindex)
            .text(IFNAME, name)
            .u32(WIPHY, 0)
            .u32(IFTYPE, u32::from(iftype))
            .bytes(MAC, &[2, 0, 0, 0, 9, 9]);
    });
    let index_of = |bytes: &[u8]| {
        let at = HEADER_LEN + IFINFO_INDEX;
        Some(u32::from_ne_bytes(*bytes.get(at..)?.first_chunk()?))
    };
    let mut copy = recording
        .exchanges
        .iter()
        .find(|e| e.protocol == Protocol::Route && index_of(&e.request) == Some(model))
        .expect("the model's link was asked for")
        .clone();
    let at = HEADER_LEN + IFINFO_INDEX;
    for bytes in core::iter::once(&mut copy.request).chain(&mut copy.answers) {
        if index_of(bytes) == Some(model) {
            bytes[at..at + 4].copy_from_slice(&ifindex.to_ne_bytes());
        }
    }
    recording.exchanges.push(copy);
    link_flags(recording, ifindex, flags);
}

/// A set of interfaces that may be up together, as `iw phy` shows it: `#{ types } <= n` each, how many
/// altogether, on how many channels.
pub(crate) struct Combination {
    pub(crate) limits: &'static [(&'static [u16], u32)],
    pub(crate) total: u32,
    pub(crate) channels: u32,
}

pub(crate) fn combinations(w: &mut Writer, all: &[Combination]) {
    w.nest(INTERFACE_COMBINATIONS, |w| {
        for (i, combination) in (1..).zip(all) {
            w.nest(i, |w| {
                w.nest(COMB_LIMITS, |w| {
                    for (i, (types, most)) in (1..).zip(combination.limits) {
                        w.nest(i, |w| {
                            w.u32(LIMIT_MAX, *most)
                                .nest(LIMIT_TYPES, |w| flags(w, types));
                        });
                    }
                })
                .u32(COMB_MAXNUM, combination.total)
                .u32(COMB_CHANNELS, combination.channels);
            });
        }
    });
}

/// A list that is made of flags.
pub(crate) fn flags(w: &mut Writer, kinds: &[u16]) {
    for kind in kinds {
        w.flag(*kind);
    }
}
