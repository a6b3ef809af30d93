//! Addresses and routes of the machine, over rtnetlink (`linux/rtnetlink.h`, `linux/if_addr.h`).

use std::collections::BTreeMap;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::os::fd::OwnedFd;

use radio_nl80211::netlink::{Ack, Attrs, Message, Writer, messages};
use rustix::io::Errno;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType, bind, netlink, recv, send,
    socket_with, sockopt,
};
use sharing::{Address, Route, Snapshot};

const RTM_NEWLINK: u16 = 16;
const RTM_GETLINK: u16 = 18;
const RTM_NEWADDR: u16 = 20;
const RTM_DELADDR: u16 = 21;
const RTM_GETADDR: u16 = 22;
const RTM_NEWROUTE: u16 = 24;
const RTM_GETROUTE: u16 = 26;

const NLM_F_ACK: u16 = 4;
const NLM_F_DUMP: u16 = 0x300;
const NLM_F_CREATE_EXCL: u16 = 0x600;
const NLMSG_DONE: u16 = 3;

const IFA_ADDRESS: u16 = 1;
const IFA_LOCAL: u16 = 2;
const IFA_F_NODAD: u8 = 2;
const IFLA_IFNAME: u16 = 3;
const RTA_DST: u16 = 1;
const RTA_OIF: u16 = 4;
const RTA_PRIORITY: u16 = 6;
const RTA_MULTIPATH: u16 = 9;
const RTA_TABLE: u16 = 15;
const RT_TABLE_MAIN: u32 = 254;
const RTN_UNICAST: u8 = 1;
/// `RTNH_F_DEAD` and `RTNH_F_LINKDOWN`: a route of an interface that is down, or has no carrier.
const RTNH_F_USELESS: u32 = 1 | 16;
const IFF_UP: u32 = 1;
const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;

/// `RTMGRP_LINK`, `RTMGRP_IPV4_IFADDR`, `RTMGRP_IPV4_ROUTE`, `RTMGRP_IPV6_IFADDR`, `RTMGRP_IPV6_ROUTE`.
const CHANGES: u32 = 0x1 | 0x10 | 0x40 | 0x100 | 0x400;

/// Longest wait for the kernel, which answers at once.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(5);

/// Becomes readable when addresses or routes change.
pub(crate) fn open_changes() -> io::Result<OwnedFd> {
    Ok(open(CHANGES, SocketFlags::NONBLOCK)?)
}

/// Reads what tells of changes until nothing is left.
pub(crate) fn drain(changes: &OwnedFd) {
    let mut buffer = [0u8; 8192];
    for _ in 0..1024 {
        // An overflow means changes too.
        match recv(changes, &mut buffer[..], RecvFlags::DONTWAIT) {
            Ok(_) | Err(Errno::NOBUFS | Errno::INTR) => {}
            Err(_) => return,
        }
    }
}

fn open(groups: u32, flags: SocketFlags) -> Result<OwnedFd, Errno> {
    let fd = socket_with(
        AddressFamily::NETLINK,
        SocketType::RAW,
        SocketFlags::CLOEXEC | flags,
        None,
    )?;
    bind(&fd, &netlink::SocketAddrNetlink::new(0, groups))?;
    Ok(fd)
}

/// A socket for requests.
#[derive(Debug)]
pub(crate) struct Rtnetlink {
    fd: OwnedFd,
    seq: u32,
}

impl Rtnetlink {
    pub(crate) fn open() -> io::Result<Self> {
        let fd = open(0, SocketFlags::empty())?;
        sockopt::set_socket_timeout(&fd, sockopt::Timeout::Recv, Some(PATIENCE))?;
        Ok(Self { fd, seq: 0 })
    }

    /// Gives an interface an address. `false` when it has it already.
    pub(crate) fn add(&mut self, address: &Address) -> io::Result<bool> {
        match self.change(RTM_NEWADDR, NLM_F_CREATE_EXCL, address) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Takes an address from an interface. One that is not there is no error.
    pub(crate) fn remove(&mut self, address: &Address) -> io::Result<()> {
        match self.change(RTM_DELADDR, 0, address) {
            Err(error)
                if matches!(
                    Errno::from_io_error(&error),
                    Some(Errno::ADDRNOTAVAIL | Errno::NODEV)
                ) =>
            {
                Ok(())
            }
            result => result,
        }
    }

    fn change(&mut self, kind: u16, flags: u16, address: &Address) -> io::Result<()> {
        let index = self
            .links()?
            .into_iter()
            .find(|(_, link)| link.name == address.interface)
            .map(|(index, _)| index)
            .ok_or(Errno::NODEV)?;
        let octets = match address.address {
            IpAddr::V4(v4) => v4.octets().to_vec(),
            IpAddr::V6(v6) => v6.octets().to_vec(),
        };
        let v6 = address.address.is_ipv6();
        self.request(kind, flags | NLM_F_ACK, |w| {
            let family = if v6 { AF_INET6 } else { AF_INET };
            // Nobody else is on this network yet, so nobody is asked whether the address is free.
            let flags = if v6 { IFA_F_NODAD } else { 0 };
            w.raw(&[family, address.prefix, flags, 0])
                .raw(&index.to_ne_bytes())
                .bytes(IFA_LOCAL, &octets)
                .bytes(IFA_ADDRESS, &octets);
        })?;
        self.read(|_| ())
    }

    /// Interfaces, addresses and routes; the rest of the snapshot is the caller's.
    pub(crate) fn look(&mut self) -> io::Result<Snapshot> {
        let links = self.links()?;
        let name = |index: u32| links.get(&index).map(|link| link.name.clone());
        let mut snapshot = Snapshot {
            interfaces: links
                .values()
                .filter(|link| link.up)
                .map(|link| link.name.clone())
                .collect(),
            ..Snapshot::default()
        };
        self.dump(RTM_GETADDR, 8, |message| {
            if let Some((index, address, prefix)) = read_address(message)
                && let Some(interface) = name(index)
                && interface != "lo"
            {
                snapshot.addresses.push(Address {
                    interface,
                    address,
                    prefix,
                });
            }
        })?;
        self.dump(RTM_GETROUTE, 12, |message| {
            if let Some((index, destination, prefix, metric)) = read_route(message)
                && let Some(interface) = name(index)
                && interface != "lo"
            {
                snapshot.routes.push(Route {
                    interface,
                    destination,
                    prefix,
                    metric,
                });
            }
        })?;
        Ok(snapshot)
    }

    fn links(&mut self) -> io::Result<BTreeMap<u32, Link>> {
        let mut links = BTreeMap::new();
        self.dump(RTM_GETLINK, 16, |message| {
            if let Some((index, link)) = read_link(message) {
                links.insert(index, link);
            }
        })?;
        Ok(links)
    }

    /// Dumps all families. `header` is the length of the request's fixed part, all zero.
    fn dump(&mut self, kind: u16, header: usize, take: impl FnMut(&Message<'_>)) -> io::Result<()> {
        self.request(kind, NLM_F_DUMP, |w| {
            w.raw([0; 16].get(..header).unwrap_or_default());
        })?;
        self.read(take)
    }

    fn request(&mut self, kind: u16, flags: u16, fill: impl FnOnce(&mut Writer)) -> io::Result<()> {
        self.seq = self.seq.wrapping_add(1).max(1);
        let mut writer = Writer::new();
        writer.begin(kind, flags, self.seq);
        fill(&mut writer);
        writer.end();
        send(&self.fd, writer.as_bytes(), SendFlags::empty())?;
        Ok(())
    }

    /// Reads the answer to the last request.
    fn read(&mut self, mut take: impl FnMut(&Message<'_>)) -> io::Result<()> {
        let mut buffer = vec![0u8; 32 * 1024];
        loop {
            let (len, _) = match recv(&self.fd, &mut buffer[..], RecvFlags::empty()) {
                Err(Errno::INTR) => continue,
                result => result?,
            };
            for message in messages(buffer.get(..len).unwrap_or_default()) {
                if message.seq != self.seq {
                    continue;
                }
                if message.kind == NLMSG_DONE {
                    return Ok(());
                }
                match Ack::parse(&message) {
                    Some(ack) if ack.errno == 0 => return Ok(()),
                    Some(ack) => return Err(io::Error::from_raw_os_error(ack.errno)),
                    None => take(&message),
                }
            }
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Link {
    name: String,
    up: bool,
}

fn read_link(message: &Message<'_>) -> Option<(u32, Link)> {
    let (header, attrs) = message.body.split_at_checked(16)?;
    if message.kind != RTM_NEWLINK {
        return None;
    }
    let name = Attrs(attrs).find(IFLA_IFNAME)?.text()?.to_owned();
    let up = number(header, 8)? & IFF_UP != 0;
    Some((number(header, 4)?, Link { name, up }))
}

fn read_address(message: &Message<'_>) -> Option<(u32, IpAddr, u8)> {
    let (header, attrs) = message.body.split_at_checked(8)?;
    if message.kind != RTM_NEWADDR {
        return None;
    }
    // On a point-to-point link IFA_ADDRESS is the other end.
    let attrs = Attrs(attrs);
    let local = attrs.find(IFA_LOCAL).or_else(|| attrs.find(IFA_ADDRESS))?;
    Some((number(header, 4)?, ip(local.data)?, *header.get(1)?))
}

fn read_route(message: &Message<'_>) -> Option<(u32, IpAddr, u8, u32)> {
    let (header, attrs) = message.body.split_at_checked(12)?;
    if message.kind != RTM_NEWROUTE || *header.get(7)? != RTN_UNICAST {
        return None;
    }
    let attrs = Attrs(attrs);
    let table = attrs
        .find(RTA_TABLE)
        .and_then(|a| a.u32())
        .or_else(|| header.get(4).copied().map(u32::from));
    if table != Some(RT_TABLE_MAIN) || number(header, 8)? & RTNH_F_USELESS != 0 {
        return None;
    }
    let destination = match attrs.find(RTA_DST) {
        Some(attr) => ip(attr.data)?,
        None if header.first() == Some(&AF_INET) => IpAddr::V4(Ipv4Addr::UNSPECIFIED),
        None if header.first() == Some(&AF_INET6) => IpAddr::V6(Ipv6Addr::UNSPECIFIED),
        None => return None,
    };
    // Of several next hops the first (struct rtnexthop) stands for all.
    let index = match attrs.find(RTA_OIF) {
        Some(attr) => attr.u32()?,
        None => number(attrs.find(RTA_MULTIPATH)?.data, 4)?,
    };
    let metric = attrs
        .find(RTA_PRIORITY)
        .and_then(|a| a.u32())
        .unwrap_or_default();
    Some((index, destination, *header.get(1)?, metric))
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_ne_bytes(*bytes))
}

fn ip(bytes: &[u8]) -> Option<IpAddr> {
    match bytes.len() {
        4 => Some(IpAddr::V4(Ipv4Addr::from(*bytes.first_chunk()?))),
        16 => Some(IpAddr::V6(Ipv6Addr::from(*bytes.first_chunk()?))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u16, body: &[u8]) -> Message<'_> {
        Message {
            kind,
            flags: 0,
            seq: 1,
            body,
        }
    }

    fn route(attrs: impl FnOnce(&mut Writer), flags: u32, kind: u8) -> Vec<u8> {
        let mut body = vec![AF_INET, 0, 0, 0, 254, 3, 0, kind];
        body.extend(flags.to_ne_bytes());
        let mut writer = Writer::new();
        attrs(&mut writer);
        body.extend(writer.as_bytes());
        body
    }

    #[test]
    fn a_default_route_is_read_and_one_without_carrier_is_not() {
        let attrs = |w: &mut Writer| {
            w.u32(RTA_OIF, 3).u32(RTA_PRIORITY, 100);
        };
        let good = route(attrs, 0, RTN_UNICAST);
        let zero = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        assert_eq!(
            read_route(&message(RTM_NEWROUTE, &good)),
            Some((3, zero, 0, 100))
        );
        let down = route(attrs, 16, RTN_UNICAST);
        assert_eq!(read_route(&message(RTM_NEWROUTE, &down)), None);
        let local = route(attrs, 0, 2);
        assert_eq!(read_route(&message(RTM_NEWROUTE, &local)), None);
        let other = route(
            |w| {
                w.u32(RTA_OIF, 3).u32(RTA_TABLE, 1000);
            },
            0,
            RTN_UNICAST,
        );
        assert_eq!(read_route(&message(RTM_NEWROUTE, &other)), None);
    }

    #[test]
    fn the_own_end_of_a_point_to_point_link_is_read() {
        let mut body = vec![AF_INET, 32, 0, 0];
        body.extend(7u32.to_ne_bytes());
        let mut writer = Writer::new();
        writer
            .bytes(IFA_ADDRESS, &[10, 0, 0, 2])
            .bytes(IFA_LOCAL, &[10, 0, 0, 1]);
        body.extend(writer.as_bytes());
        let own = IpAddr::from([10, 0, 0, 1]);
        assert_eq!(
            read_address(&message(RTM_NEWADDR, &body)),
            Some((7, own, 32))
        );
    }

    #[test]
    fn messages_cut_short_are_passed_over() {
        let body = route(
            |w| {
                w.u32(RTA_OIF, 3);
            },
            0,
            RTN_UNICAST,
        );
        for len in 0..body.len() {
            let short = body.get(..len).unwrap();
            assert_eq!(read_route(&message(RTM_NEWROUTE, short)), None);
            assert_eq!(read_address(&message(RTM_NEWADDR, short)), None);
            assert_eq!(read_link(&message(RTM_NEWLINK, short)), None);
        }
    }

    #[test]
    fn this_machine_can_be_looked_at() {
        let snapshot = Rtnetlink::open().unwrap().look().unwrap();
        assert!(!snapshot.addresses.iter().any(|a| a.interface == "lo"));
    }
}
