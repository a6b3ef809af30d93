//! The little of nl80211 that a station needs.

use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, OwnedFd};

use linux_raw_sys::netlink as sys;
use radio_nl80211::netlink::{Ack, Attrs, Message, Writer, messages};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, bind, netlink, recv, send,
    socket_with, sockopt,
};

use crate::Failure;

macro_rules! attr {
    ($name:ident) => {
        linux_raw_sys::netlink::nl80211_attrs::$name as u16
    };
}
pub(crate) use attr;

macro_rules! command {
    ($name:ident) => {
        linux_raw_sys::netlink::nl80211_commands::$name as u8
    };
}
pub(crate) use command;

pub(crate) struct Nl80211 {
    requests: OwnedFd,
    events: OwnedFd,
    family: u16,
    seq: u32,
    buf: Vec<u8>,
}

fn open() -> Result<OwnedFd, Errno> {
    let fd = socket_with(
        AddressFamily::NETLINK,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        Some(netlink::GENERIC),
    )?;
    bind(&fd, &netlink::SocketAddrNetlink::new(0, 0))?;
    Ok(fd)
}

fn option<T>(fd: BorrowedFd<'_>, level: i32, name: i32, value: &T) -> Result<(), Failure> {
    let len = libc::socklen_t::try_from(size_of::<T>())?;
    #[expect(unsafe_code, reason = "options that rustix does not know")]
    // SAFETY: `value` points to `len` readable bytes for the whole call.
    let code =
        unsafe { libc::setsockopt(fd.as_raw_fd(), level, name, (&raw const *value).cast(), len) };
    if code == 0 {
        Ok(())
    } else {
        Err(std::io::Error::last_os_error().into())
    }
}

impl Nl80211 {
    pub(crate) fn open() -> Result<Self, Failure> {
        let mut this = Self {
            requests: open()?,
            events: open()?,
            family: 0,
            seq: 0,
            buf: vec![0; 32 * 1024],
        };
        let limit = core::time::Duration::from_secs(10);
        sockopt::set_socket_timeout(&this.requests, sockopt::Timeout::Recv, Some(limit))?;
        let (mut family, mut mlme) = (0, 0);
        let ctrl = u16::try_from(libc::GENL_ID_CTRL)?;
        let get = u8::try_from(libc::CTRL_CMD_GETFAMILY)?;
        let name = u16::try_from(libc::CTRL_ATTR_FAMILY_NAME)?;
        this.exchange(
            ctrl,
            get,
            |w| {
                w.text(name, "nl80211");
            },
            |attrs| read_family(attrs, &mut family, &mut mlme),
        )?;
        this.family = family;
        option(
            this.events.as_fd(),
            libc::SOL_NETLINK,
            libc::NETLINK_ADD_MEMBERSHIP,
            &mlme,
        )?;
        Ok(this)
    }

    pub(crate) fn request(
        &mut self,
        command: u8,
        fill: impl FnOnce(&mut Writer),
    ) -> Result<(), Failure> {
        self.exchange(self.family, command, fill, |_| ())
    }

    fn exchange(
        &mut self,
        family: u16,
        command: u8,
        fill: impl FnOnce(&mut Writer),
        mut answer: impl FnMut(Attrs<'_>),
    ) -> Result<(), Failure> {
        self.seq += 1;
        let mut w = Writer::new();
        w.begin_genl(family, command, u16::try_from(sys::NLM_F_ACK)?, self.seq);
        fill(&mut w);
        w.end();
        send(&self.requests, w.as_bytes(), SendFlags::empty())?;
        loop {
            let (len, _) = recv(&self.requests, self.buf.as_mut_slice(), RecvFlags::empty())?;
            for message in messages(self.buf.get(..len).unwrap_or_default()) {
                if message.seq != self.seq {
                    continue;
                }
                match Ack::parse(&message) {
                    Some(ack) if ack.errno == 0 => return Ok(()),
                    Some(ack) => {
                        let error = std::io::Error::from_raw_os_error(ack.errno);
                        return Err(format!("command {command}: {error}").into());
                    }
                    None => {
                        if let Some((_, attrs)) = message.genl() {
                            answer(attrs);
                        }
                    }
                }
            }
        }
    }

    pub(crate) fn events(&self) -> BorrowedFd<'_> {
        self.events.as_fd()
    }

    /// Gives each event that is there to `each`: command and attributes.
    pub(crate) fn read_events(&mut self, mut each: impl FnMut(u8, Attrs<'_>)) -> Result<(), Errno> {
        loop {
            match recv(&self.events, self.buf.as_mut_slice(), RecvFlags::DONTWAIT) {
                Ok((len, _)) => {
                    let all = messages(self.buf.get(..len).unwrap_or_default());
                    for (command, attrs) in all.filter_map(|m: Message<'_>| m.genl()) {
                        each(command, attrs);
                    }
                }
                Err(Errno::AGAIN) => return Ok(()),
                Err(Errno::INTR | Errno::NOBUFS) => {}
                Err(e) => return Err(e),
            }
        }
    }
}

fn read_family(attrs: Attrs<'_>, family: &mut u16, mlme: &mut u32) {
    let is = |kind: u16, number: i32| i32::from(kind) == number;
    for attr in attrs {
        if is(attr.kind, libc::CTRL_ATTR_FAMILY_ID) {
            *family = attr.u16().unwrap_or_default();
        } else if is(attr.kind, libc::CTRL_ATTR_MCAST_GROUPS) {
            for group in attr.attrs() {
                let name = group.attrs().find(libc::CTRL_ATTR_MCAST_GRP_NAME as u16);
                let id = group.attrs().find(libc::CTRL_ATTR_MCAST_GRP_ID as u16);
                if name.and_then(|a| a.text()) == Some("mlme") {
                    *mlme = id.and_then(|a| a.u32()).unwrap_or_default();
                }
            }
        }
    }
}

/// A packet socket for one EtherType on one interface.
pub(crate) fn packet_socket(ifindex: u32, ether_type: u16) -> Result<OwnedFd, Failure> {
    let fd = socket_with(
        AddressFamily::PACKET,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        None,
    )?;
    let address = libc::sockaddr_ll {
        sll_family: u16::try_from(libc::AF_PACKET)?,
        sll_protocol: ether_type.to_be(),
        sll_ifindex: i32::try_from(ifindex)?,
        sll_hatype: 0,
        sll_pkttype: 0,
        sll_halen: 0,
        sll_addr: [0; 8],
    };
    let len = libc::socklen_t::try_from(size_of::<libc::sockaddr_ll>())?;
    #[expect(unsafe_code, reason = "rustix has no sockaddr_ll")]
    // SAFETY: `address` is a whole sockaddr_ll of `len` bytes that lives through the call.
    let code = unsafe { libc::bind(fd.as_raw_fd(), (&raw const address).cast(), len) };
    if code == 0 {
        Ok(fd)
    } else {
        Err(std::io::Error::last_os_error().into())
    }
}
