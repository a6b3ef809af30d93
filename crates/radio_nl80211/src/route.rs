//! The few things about an interface that nl80211 does not know: up or down, alias, operational
//! state. Spoken over rtnetlink (`linux/rtnetlink.h`).

use std::os::fd::AsFd;

use dot11::MacAddr;
use rustix::io::Errno;

use crate::consts;
use crate::errno::Refusal;
use crate::netlink::{Attrs, Message, Writer};
use crate::socket::{Requests, Socket};
use crate::sys;

/// Length of `struct ifinfomsg`.
const IFINFO_LEN: usize = 16;

/// A network interface as rtnetlink describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LinkState {
    pub(crate) up: bool,
    /// It carries data: for a station, associated and through with its keys.
    pub(crate) running: bool,
    pub(crate) alias: Option<String>,
}

/// The rtnetlink socket.
#[derive(Debug)]
pub(crate) struct Route(Requests);

fn ifinfo(w: &mut Writer, ifindex: u32, flags: u32, change: u32) {
    w.raw(&[0; 4])
        .raw(&ifindex.to_ne_bytes())
        .raw(&flags.to_ne_bytes())
        .raw(&change.to_ne_bytes());
}

fn read_link(message: &Message<'_>) -> Option<LinkState> {
    if message.kind != consts::RTM_NEWLINK {
        return None;
    }
    let (header, attrs) = message.body.split_at_checked(IFINFO_LEN)?;
    let flags = u32::from_ne_bytes(*header.get(8..)?.first_chunk()?);
    let alias = Attrs(attrs)
        .find(consts::IFLA_IFALIAS)
        .and_then(|a| a.text().map(str::to_owned));
    Some(LinkState {
        up: flags & consts::IFF_UP != 0,
        running: flags & consts::IFF_RUNNING != 0,
        alias,
    })
}

/// Which interface a message of rtnetlink tells of.
pub(crate) fn subject(message: &Message<'_>) -> Option<u32> {
    if ![consts::RTM_NEWLINK, consts::RTM_DELLINK].contains(&message.kind) {
        return None;
    }
    Some(u32::from_ne_bytes(*message.body.get(4..)?.first_chunk()?))
}

impl Route {
    pub(crate) fn open() -> Result<Self, Errno> {
        Requests::open(None).map(Self)
    }

    /// Over requests to somebody who plays the kernel.
    pub(crate) const fn over(requests: Requests) -> Self {
        Self(requests)
    }

    #[cfg(test)]
    pub(crate) const fn for_test(requests: Requests) -> Self {
        Self::over(requests)
    }

    /// The socket for its requests.
    pub(crate) const fn requests(&mut self) -> &mut Requests {
        &mut self.0
    }

    /// Hears of every change of an interface (`RTNLGRP_LINK`).
    pub(crate) fn open_events() -> Result<Socket, Errno> {
        let socket = Socket::open(None)?;
        sys::join_group(socket.as_fd(), consts::RTNLGRP_LINK)?;
        Ok(socket)
    }

    pub(crate) fn link(&mut self, ifindex: u32) -> Result<LinkState, Refusal> {
        let mut state = None;
        self.0.request(
            consts::RTM_GETLINK,
            |w| ifinfo(w, ifindex, 0, 0),
            |m| state = read_link(m).or(state.take()),
        )?;
        state.ok_or_else(|| Errno::NODEV.into())
    }

    pub(crate) fn set_up(&mut self, ifindex: u32, up: bool) -> Result<(), Refusal> {
        let flags = if up { consts::IFF_UP } else { 0 };
        self.0.request(
            consts::RTM_SETLINK,
            |w| ifinfo(w, ifindex, flags, consts::IFF_UP),
            |_| (),
        )
    }

    pub(crate) fn set_alias(&mut self, ifindex: u32, alias: &str) -> Result<(), Refusal> {
        self.0.request(
            consts::RTM_SETLINK,
            |w| {
                ifinfo(w, ifindex, 0, 0);
                // Without the zero that ends texts elsewhere: it would become part of the alias.
                w.bytes(consts::IFLA_IFALIAS, alias.as_bytes());
            },
            |_| (),
        )
    }

    pub(crate) fn set_address(&mut self, ifindex: u32, address: MacAddr) -> Result<(), Refusal> {
        self.0.request(
            consts::RTM_SETLINK,
            |w| {
                ifinfo(w, ifindex, 0, 0);
                w.mac(consts::IFLA_ADDRESS, address);
            },
            |_| (),
        )
    }

    /// Tells the rest of the system that the interface carries data (RFC 2863 `operStatus`).
    pub(crate) fn set_operational(&mut self, ifindex: u32) -> Result<(), Refusal> {
        self.0.request(
            consts::RTM_SETLINK,
            |w| {
                ifinfo(w, ifindex, 0, 0);
                w.u8(consts::IFLA_OPERSTATE, consts::IF_OPER_UP);
            },
            |_| (),
        )
    }
}
