//! Requests to the kernel that are made one at a time: setting up, starting, stopping.

use std::os::fd::AsFd;

use dot11::MacAddr;
use rustix::io::Errno;
use rustix::net::netlink;

use crate::ap;
use crate::consts;
use crate::errno::Refusal;
use crate::event;
use crate::interface::{self, Interface};
use crate::netlink::{Ack, Attrs, Writer, messages};
use crate::route::Route;
use crate::socket::{Family, Requests, Socket};
use crate::sys;
use crate::wiphy::{self, Wiphy};

/// Of an answer to `GET_REG`. `00` is the world, `98` several countries at once, `99` a driver's own.
fn country_code(attrs: Attrs<'_>) -> Option<[u8; 2]> {
    let text = attrs.find(consts::ATTR_REG_ALPHA2)?.text()?;
    let code: [u8; 2] = text.as_bytes().try_into().ok()?;
    code.iter().all(u8::is_ascii_uppercase).then_some(code)
}

/// The sockets over which requests go.
#[derive(Debug)]
pub(crate) struct Kernel {
    pub(crate) requests: Requests,
    pub(crate) route: Route,
    pub(crate) family: Family,
}

impl Kernel {
    pub(crate) fn open() -> Result<Self, Refusal> {
        let requests = Requests::open(Some(netlink::GENERIC))?;
        Self::over(requests, Route::open()?)
    }

    /// Over sockets that are open.
    pub(crate) fn over(mut requests: Requests, route: Route) -> Result<Self, Refusal> {
        let family = Family::resolve(&mut requests)?;
        Ok(Self {
            requests,
            route,
            family,
        })
    }

    pub(crate) fn open_events(&self) -> Result<Socket, Errno> {
        self.family.open_events(&event::COMMANDS)
    }

    /// One nl80211 request without an answer of interest.
    pub(crate) fn request(
        &mut self,
        command: u8,
        fill: impl FnOnce(&mut Writer),
    ) -> Result<(), Refusal> {
        let family = self.family.id;
        self.requests.request(
            family,
            |w| {
                w.raw(&[command, 0, 0, 0]);
                fill(w);
            },
            |_| (),
        )
    }

    /// The radios, or the one with this number.
    pub(crate) fn wiphys(&mut self, only: Option<u32>) -> Result<Vec<Wiphy>, Refusal> {
        let mut found = self.requests.dump(
            self.family.id,
            |w| {
                w.raw(&[consts::CMD_GET_WIPHY, 0, 0, 0])
                    .flag(consts::ATTR_SPLIT_WIPHY_DUMP);
                if let Some(index) = only {
                    w.u32(consts::ATTR_WIPHY, index);
                }
            },
            |all, m| {
                if let Some((consts::CMD_NEW_WIPHY, attrs)) = m.genl() {
                    wiphy::collect(all, attrs);
                }
            },
        )?;
        // The kernel lists the newest first.
        found.sort_by_key(|w: &Wiphy| w.index);
        Ok(found)
    }

    /// The code of the country whose rules hold for a radio. Of rules for all the world, of several
    /// countries at once or of nobody knows where there is none.
    pub(crate) fn country(&mut self, wiphy: u32) -> Option<[u8; 2]> {
        let mut code = None;
        let asked = self.requests.request(
            self.family.id,
            |w| {
                w.raw(&[consts::CMD_GET_REG, 0, 0, 0])
                    .u32(consts::ATTR_WIPHY, wiphy);
            },
            |m| {
                let told = m.genl().and_then(|(_, attrs)| country_code(attrs));
                code = told.or(code);
            },
        );
        code.filter(|_| asked.is_ok())
    }

    /// All wireless interfaces.
    pub(crate) fn interfaces(&mut self) -> Result<Vec<Interface>, Refusal> {
        self.requests.dump(
            self.family.id,
            |w| {
                w.raw(&[consts::CMD_GET_INTERFACE, 0, 0, 0]);
            },
            |all: &mut Vec<Interface>, m| {
                if let Some((consts::CMD_NEW_INTERFACE, attrs)) = m.genl() {
                    all.push(interface::parse(attrs));
                }
            },
        )
    }

    /// Stations in an interface's table.
    pub(crate) fn stations(&mut self, ifindex: u32) -> Result<Vec<MacAddr>, Refusal> {
        self.requests.dump(
            self.family.id,
            |w| {
                w.raw(&[consts::CMD_GET_STATION, 0, 0, 0])
                    .u32(consts::ATTR_IFINDEX, ifindex);
            },
            |all: &mut Vec<MacAddr>, m| {
                if let Some((consts::CMD_NEW_STATION, attrs)) = m.genl() {
                    all.extend(attrs.find(consts::ATTR_MAC).and_then(|a| a.mac()));
                }
            },
        )
    }

    /// Whether a station is in an interface's table.
    pub(crate) fn has_station(&mut self, ifindex: u32, peer: MacAddr) -> bool {
        self.request(consts::CMD_GET_STATION, |w| {
            ap::peer(w, ifindex, peer);
        })
        .is_ok()
    }

    /// Makes an access point interface.
    pub(crate) fn new_interface(
        &mut self,
        wiphy: u32,
        name: &str,
        address: MacAddr,
    ) -> Result<Interface, Refusal> {
        let mut made = None;
        self.requests.request(
            self.family.id,
            |w| {
                w.raw(&[consts::CMD_NEW_INTERFACE, 0, 0, 0])
                    .u32(consts::ATTR_WIPHY, wiphy)
                    .text(consts::ATTR_IFNAME, name)
                    .u32(consts::ATTR_IFTYPE, consts::IFTYPE_AP)
                    .mac(consts::ATTR_MAC, address);
            },
            |m| {
                made = m
                    .genl()
                    .map(|(_, attrs)| interface::parse(attrs))
                    .or(made.take())
            },
        )?;
        made.ok_or_else(|| Errno::NODEV.into())
    }

    /// Makes a monitor interface that hears no more than the radio does anyway; returns its index.
    pub(crate) fn new_monitor(&mut self, wiphy: u32, name: &str) -> Result<u32, Refusal> {
        let mut made = None;
        self.requests.request(
            self.family.id,
            |w| {
                w.raw(&[consts::CMD_NEW_INTERFACE, 0, 0, 0])
                    .u32(consts::ATTR_WIPHY, wiphy)
                    .text(consts::ATTR_IFNAME, name)
                    .u32(consts::ATTR_IFTYPE, consts::IFTYPE_MONITOR)
                    .nest(consts::ATTR_MNTR_FLAGS, |_| ());
            },
            |m| {
                made = m
                    .genl()
                    .map(|(_, attrs)| interface::parse(attrs).ifindex)
                    .or(made.take());
            },
        )?;
        made.ok_or_else(|| Errno::NODEV.into())
    }

    pub(crate) fn remove_interface(&mut self, ifindex: u32) -> Result<(), Refusal> {
        self.request(consts::CMD_DEL_INTERFACE, |w| {
            w.u32(consts::ATTR_IFINDEX, ifindex);
        })
    }

    pub(crate) fn set_iftype(&mut self, ifindex: u32, iftype: u32) -> Result<(), Refusal> {
        self.request(consts::CMD_SET_INTERFACE, |w| {
            w.u32(consts::ATTR_IFINDEX, ifindex)
                .u32(consts::ATTR_IFTYPE, iftype);
        })
    }

    /// `STOP_AP`; succeeds when nothing was on the air.
    pub(crate) fn stop_ap(&mut self, ifindex: u32) -> Result<(), Refusal> {
        let result = self.request(consts::CMD_STOP_AP, |w| {
            w.u32(consts::ATTR_IFINDEX, ifindex);
        });
        match result {
            Err(e) if e.is(Errno::NOENT) || e.is(Errno::NETDOWN) => Ok(()),
            other => other,
        }
    }

    /// Lets the event socket hear of stations, too, that firmware lets in. It needs no frames: some
    /// drivers refuse to register any.
    pub(crate) fn register_stations(&self, events: &mut Socket) -> Result<(), Refusal> {
        let mut commands = event::COMMANDS.to_vec();
        commands.push(consts::CMD_NEW_STATION);
        self.family.listen_for(events, &commands)?;
        // Whatever is read here is older than the state that is read after it.
        while events.receive_now()?.is_some() {}
        Ok(())
    }

    /// Asks for the frames an access point needs. They come to the socket that asked, for as long
    /// as it is open.
    pub(crate) fn register_frames(&self, events: &mut Socket, ifindex: u32) -> Result<(), Refusal> {
        const SEQ: u32 = 1;
        let mut w = Writer::new();
        for frames in ap::RECEIVED_FRAMES {
            w.begin_genl(self.family.id, consts::CMD_REGISTER_FRAME, 0, SEQ);
            ap::register_frame(&mut w, ifindex, frames);
            w.end();
        }
        // Data of strangers; the acknowledgement of this last one marks the end.
        w.begin_genl(
            self.family.id,
            consts::CMD_UNEXPECTED_FRAME,
            consts::NLM_F_ACK,
            SEQ,
        );
        w.u32(consts::ATTR_IFINDEX, ifindex);
        w.end();
        events.send(w.as_bytes())?;
        // Whatever else is read here is older than the state that is read after it.
        while let Some(datagram) = events.receive_now()? {
            for ack in messages(datagram).filter_map(|m| Ack::parse(&m)) {
                if ack.errno != 0 {
                    return Err(Refusal::new(ack.errno, ack.evidence));
                }
            }
        }
        Ok(())
    }
}

/// Stands in for a packet socket, which needs rights: it leads nowhere.
#[cfg(test)]
pub(crate) fn packet_socket() -> Result<std::os::fd::OwnedFd, Errno> {
    use rustix::net::{AddressFamily, SocketFlags, SocketType, socketpair};
    let flags = SocketFlags::CLOEXEC;
    let (ours, _) = socketpair(AddressFamily::UNIX, SocketType::DGRAM, flags, None)?;
    // Which a socket of another family refuses.
    let _ = sys::ignore_outgoing(ours.as_fd());
    Ok(ours)
}

/// Opens a packet socket; see `eapol.rs` and `packets.rs`.
#[cfg(not(test))]
pub(crate) fn packet_socket() -> Result<std::os::fd::OwnedFd, Errno> {
    use rustix::net::{AddressFamily, SocketFlags, SocketType, socket_with};
    // Without a protocol it hears nothing before it is bound.
    let fd = socket_with(
        AddressFamily::PACKET,
        SocketType::RAW,
        SocketFlags::CLOEXEC,
        None,
    )?;
    sys::ignore_outgoing(fd.as_fd())?;
    Ok(fd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_country_has_a_code() {
        for (text, expected) in [
            ("DE", Some(*b"DE")),
            ("US", Some(*b"US")),
            ("00", None),
            ("98", None),
            ("99", None),
            ("D", None),
            ("DEU", None),
        ] {
            let mut w = Writer::new();
            w.begin_genl(32, consts::CMD_GET_REG, 0, 1);
            w.text(consts::ATTR_REG_ALPHA2, text);
            w.end();
            let message = messages(w.as_bytes()).next().unwrap();
            let (_, attrs) = message.genl().unwrap();
            assert_eq!(country_code(attrs), expected, "{text}");
        }
    }
}
