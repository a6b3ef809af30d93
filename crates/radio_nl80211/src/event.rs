//! What the kernel tells without being asked, read from netlink messages.

use dot11::{Channel, MacAddr};

use crate::consts;
use crate::netlink::{Attr, Message};

/// The commands [`parse`] knows; the event socket lets nothing else through. `NEW_STATION` is
/// missing on purpose: unless firmware lets stations in, it only echoes what this program did.
pub(crate) const COMMANDS: [u8; 20] = [
    consts::CMD_FRAME,
    consts::CMD_FRAME_TX_STATUS,
    consts::CMD_UNEXPECTED_FRAME,
    consts::CMD_PROBE_CLIENT,
    consts::CMD_DEL_STATION,
    consts::CMD_NOTIFY_CQM,
    consts::CMD_STOP_AP,
    consts::CMD_CH_SWITCH_NOTIFY,
    consts::CMD_CONNECT,
    consts::CMD_ROAM,
    consts::CMD_DISCONNECT,
    consts::CMD_NEW_WIPHY,
    consts::CMD_DEL_WIPHY,
    consts::CMD_NEW_INTERFACE,
    consts::CMD_DEL_INTERFACE,
    consts::CMD_SET_INTERFACE,
    consts::CMD_REG_CHANGE,
    consts::CMD_WIPHY_REG_CHANGE,
    consts::CMD_NEW_SCAN_RESULTS,
    consts::CMD_SCAN_ABORTED,
];

/// Something happened to interface `ifindex`, or to the whole system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event<'a> {
    /// Interface index, 0 when the event is not about one.
    pub ifindex: u32,
    /// Number of the radio, where the event names one.
    pub wiphy: Option<u32>,
    /// What happened.
    pub what: What<'a>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What<'a> {
    /// A management frame arrived.
    Frame {
        /// From Frame Control on, without FCS.
        frame: &'a [u8],
        /// dBm.
        signal: Option<i8>,
    },
    /// The fate of a frame that was sent.
    FrameSent {
        /// The number the kernel gave the frame.
        cookie: u64,
        /// Whether it was acknowledged.
        acked: bool,
    },
    /// Data from a station that is not associated.
    UnexpectedData {
        /// The stranger.
        peer: MacAddr,
    },
    /// The fate of a probe of a station.
    ProbeResult {
        /// The station.
        peer: MacAddr,
        /// Whether it acknowledged.
        acked: bool,
    },
    /// A station is in the kernel's table.
    StationIn {
        /// The station.
        peer: MacAddr,
        /// The elements of its association request, where firmware has let it in.
        elements: &'a [u8],
    },
    /// A station left the kernel's table.
    StationGone {
        /// The station.
        peer: MacAddr,
    },
    /// Many frames to a station in a row were not acknowledged.
    PacketLoss {
        /// The station.
        peer: MacAddr,
    },
    /// The access point was ended by the kernel.
    ApStopped,
    /// The interface moved to another channel.
    ChannelSwitched {
        /// The new one, where this program has a name for it.
        channel: Option<Channel>,
    },
    /// A station interface connected, roamed or disconnected.
    ConnectionChanged,
    /// An interface appeared.
    InterfaceAdded {
        /// Its name.
        name: &'a str,
    },
    /// An interface disappeared.
    InterfaceRemoved,
    /// An interface became of another type.
    InterfaceChanged,
    /// A radio appeared, or was renamed.
    WiphyAdded,
    /// A radio disappeared.
    WiphyRemoved,
    /// What is allowed on the air changed.
    RegulatoryChanged,
    /// A scan of the interface ended.
    Scanned {
        /// Before it had been everywhere.
        aborted: bool,
    },
}

#[derive(Default)]
struct Fields<'a> {
    ifindex: Option<u32>,
    wiphy: Option<u32>,
    mac: Option<MacAddr>,
    frame: Option<&'a [u8]>,
    elements: &'a [u8],
    name: Option<&'a str>,
    cookie: Option<u64>,
    acked: bool,
    signal: Option<i8>,
    mhz: Option<u32>,
    packet_loss: bool,
}

impl<'a> Fields<'a> {
    fn take(&mut self, attr: &Attr<'a>) {
        match attr.kind {
            consts::ATTR_IFINDEX => self.ifindex = attr.u32(),
            consts::ATTR_WIPHY => self.wiphy = attr.u32(),
            consts::ATTR_MAC => self.mac = attr.mac(),
            consts::ATTR_IE => self.elements = attr.data,
            consts::ATTR_FRAME => self.frame = Some(attr.data),
            consts::ATTR_IFNAME => self.name = attr.text(),
            consts::ATTR_COOKIE => self.cookie = attr.u64(),
            consts::ATTR_ACK => self.acked = true,
            // A signed number in an unsigned attribute.
            consts::ATTR_RX_SIGNAL_DBM => {
                self.signal = attr.u32().and_then(|v| i8::try_from(v.cast_signed()).ok());
            }
            consts::ATTR_WIPHY_FREQ => self.mhz = attr.u32(),
            consts::ATTR_CQM => {
                self.packet_loss = attr.attrs().find(consts::CQM_PKT_LOSS_EVENT).is_some();
            }
            _ => {}
        }
    }
}

/// Reads a message of the nl80211 family; `None` for what nobody here wants to know and for what
/// lacks a needed attribute.
#[must_use]
pub fn parse<'a>(message: &Message<'a>) -> Option<Event<'a>> {
    let (command, attrs) = message.genl()?;
    let mut fields = Fields::default();
    for attr in attrs {
        fields.take(&attr);
    }
    let f = fields;
    let what = match command {
        consts::CMD_FRAME => What::Frame {
            frame: f.frame?,
            signal: f.signal,
        },
        consts::CMD_FRAME_TX_STATUS => What::FrameSent {
            cookie: f.cookie?,
            acked: f.acked,
        },
        consts::CMD_UNEXPECTED_FRAME => What::UnexpectedData { peer: f.mac? },
        consts::CMD_PROBE_CLIENT => What::ProbeResult {
            peer: f.mac?,
            acked: f.acked,
        },
        consts::CMD_NEW_STATION => What::StationIn {
            peer: f.mac?,
            elements: f.elements,
        },
        consts::CMD_DEL_STATION => What::StationGone { peer: f.mac? },
        consts::CMD_NOTIFY_CQM if f.packet_loss => What::PacketLoss { peer: f.mac? },
        consts::CMD_STOP_AP => What::ApStopped,
        consts::CMD_CH_SWITCH_NOTIFY => What::ChannelSwitched {
            channel: f.mhz.and_then(Channel::from_mhz),
        },
        consts::CMD_CONNECT | consts::CMD_ROAM | consts::CMD_DISCONNECT => What::ConnectionChanged,
        consts::CMD_NEW_INTERFACE => What::InterfaceAdded {
            name: f.name.unwrap_or_default(),
        },
        consts::CMD_DEL_INTERFACE => What::InterfaceRemoved,
        consts::CMD_SET_INTERFACE => What::InterfaceChanged,
        consts::CMD_NEW_WIPHY => What::WiphyAdded,
        consts::CMD_DEL_WIPHY => What::WiphyRemoved,
        consts::CMD_REG_CHANGE | consts::CMD_WIPHY_REG_CHANGE => What::RegulatoryChanged,
        consts::CMD_NEW_SCAN_RESULTS => What::Scanned { aborted: false },
        consts::CMD_SCAN_ABORTED => What::Scanned { aborted: true },
        _ => return None,
    };
    Some(Event {
        ifindex: f.ifindex.unwrap_or_default(),
        wiphy: f.wiphy,
        what,
    })
}
