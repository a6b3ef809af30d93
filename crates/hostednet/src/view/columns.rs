//! The columns of the table of peers.

use clock::Duration;
use ratatui::layout::Constraint;
use ratatui::style::{Color, Style};
use ratatui::text::Span;
use ratatui::widgets::Cell;
use wlan_client::{KeyIdentity, PeerRow};

use super::facts::Facts;
use crate::text::amount::{bytes, lasting};
use crate::text::key;

/// One of them, in the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    /// The name, or the address of who has none: where there is no room for both.
    Who,
    Name,
    Mac,
    Address,
    Key,
    Connected,
    Signal,
    Received,
    Sent,
    FramesBack,
}

impl Column {
    /// Between two of them.
    pub(super) const GAP: u16 = 2;

    /// The most important first.
    const BY_IMPORTANCE: [Self; 9] = [
        Self::Mac,
        Self::Key,
        Self::Name,
        Self::Connected,
        Self::Address,
        Self::Signal,
        Self::Received,
        Self::Sent,
        Self::FramesBack,
    ];

    /// Those that have something to say and fit whole into `width`; who and with which key is always
    /// there.
    pub(super) fn that_fit(facts: &Facts, width: u16) -> Vec<Self> {
        let least = [Self::Mac, Self::Key, Self::Name].map(|column| column.width() + Self::GAP);
        if Self::Name.is_known(facts) && least.iter().sum::<u16>() > width + Self::GAP {
            return vec![Self::Who, Self::Key];
        }
        let mut chosen = Vec::new();
        let mut left = width;
        for column in Self::BY_IMPORTANCE {
            let needed = column.width() + Self::GAP;
            let always = matches!(column, Self::Mac | Self::Key);
            if always || (left >= needed && column.is_known(facts)) {
                left = left.saturating_sub(needed);
                chosen.push(column);
            }
        }
        chosen.sort_unstable();
        chosen
    }

    /// Whether anybody knows it.
    fn is_known(self, facts: &Facts) -> bool {
        let any = |of: &dyn Fn(&PeerRow) -> bool| facts.status.peers.iter().any(of);
        match self {
            Self::Who | Self::Mac | Self::Key | Self::Connected => true,
            Self::Name => any(&|peer| facts.name(peer.mac).is_some()),
            Self::Address => any(&|peer| facts.lease(peer.mac).is_some()),
            Self::Signal => facts.traffic.values().any(|row| row.signal.is_some()),
            Self::Received | Self::Sent => !facts.traffic.is_empty(),
            Self::FramesBack => !facts.frames.is_empty(),
        }
    }

    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Who | Self::Name => "Name",
            Self::Mac => "Address",
            Self::Address => "IP address",
            Self::Key => "Key",
            Self::Connected => "Connected",
            Self::Signal => "Signal",
            Self::Received => "Received",
            Self::Sent => "Sent",
            Self::FramesBack => "Frames back",
        }
    }

    pub(super) const fn width(self) -> u16 {
        match self {
            Self::Name => 14,
            Self::Who | Self::Mac => 17,
            Self::Address => 15,
            Self::Key => 9,
            Self::Connected => 11,
            Self::Signal => 7,
            Self::Received | Self::Sent => 8,
            Self::FramesBack => 12,
        }
    }

    /// The room it takes: who somebody is gives way to the key, of which a part would be nothing.
    pub(super) const fn constraint(self) -> Constraint {
        match self {
            Self::Who => Constraint::Fill(1),
            other => Constraint::Length(other.width()),
        }
    }

    pub(super) fn cell(self, facts: &Facts, peer: &PeerRow) -> Cell<'static> {
        let traffic = facts.traffic.get(&peer.mac);
        let text = match self {
            Self::Who => {
                let name = facts.name(peer.mac).map(str::to_owned);
                name.or_else(|| Some(peer.mac.to_string()))
            }
            Self::Name => facts.name(peer.mac).map(str::to_owned),
            Self::Mac => Some(peer.mac.to_string()),
            Self::Address => facts.lease(peer.mac).map(|lease| lease.address.to_string()),
            Self::Key => return key_cell(peer),
            Self::Connected => Some(lasting(Duration::from_millis(peer.connected_ms))),
            Self::Signal => traffic
                .and_then(|row| row.signal)
                .map(|signal| format!("{signal} dBm")),
            Self::Received => traffic.map(|row| bytes(row.rx_bytes)),
            Self::Sent => traffic.map(|row| bytes(row.tx_bytes)),
            Self::FramesBack => facts
                .names
                .get(&peer.mac)
                .and_then(|name| facts.frames.get(name))
                .map(|frames| format!("{} of {}", frames.received, frames.sent)),
        };
        Cell::from(text.unwrap_or_default())
    }
}

fn key_cell(peer: &PeerRow) -> Cell<'static> {
    let style = match peer.key {
        KeyIdentity::Primary => Style::new().fg(Color::Green),
        KeyIdentity::Secondary => Style::new().fg(Color::Cyan),
        KeyIdentity::Retired => Style::new().fg(Color::Yellow),
        KeyIdentity::Vendor => Style::new().fg(Color::Magenta),
    };
    Cell::from(Span::styled(key::name(peer.key), style))
}
