//! Netlink sockets: one for requests and their answers, one for events. They are separate because
//! answers are lost together with events when a socket's buffer overflows.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use rustix::io::Errno;
use rustix::net::{
    AddressFamily, Protocol, RecvFlags, SendFlags, SocketFlags, SocketType, bind, netlink, recv,
    send, socket_with, sockopt,
};

use crate::consts;
use crate::errno::Refusal;
use crate::filter;
use crate::netlink::{Ack, Message, Writer, messages};
use crate::sys;
use crate::tape::Tape;

/// Room for one answer; the kernel makes parts of dumps no larger than this.
const BUFFER_LEN: usize = 32 * 1024;
/// Receive buffer of the event socket: a storm of a hundred stations fits.
const EVENT_BUFFER_LEN: usize = 512 * 1024;
/// The kernel answers at once; a driver that waits for its firmware may take a second.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// How often an inconsistent dump (`NLM_F_DUMP_INTR`) is begun anew.
const DUMP_ATTEMPTS: u32 = 3;

/// A netlink socket with its receive buffer.
#[derive(Debug)]
pub(crate) struct Socket {
    fd: OwnedFd,
    buf: Vec<u8>,
}

impl Socket {
    pub(crate) fn open(protocol: Option<Protocol>) -> Result<Self, Errno> {
        let fd = socket_with(
            AddressFamily::NETLINK,
            SocketType::RAW,
            SocketFlags::CLOEXEC,
            protocol,
        )?;
        // The kernel sends unicast only to sockets that have a port number.
        bind(&fd, &netlink::SocketAddrNetlink::new(0, 0))?;
        Ok(Self {
            fd,
            buf: vec![0; BUFFER_LEN],
        })
    }

    /// One end of a pair, at whose other end somebody plays the kernel.
    fn over(fd: OwnedFd) -> Self {
        Self {
            fd,
            buf: vec![0; BUFFER_LEN],
        }
    }

    #[cfg(test)]
    pub(crate) fn for_test(fd: OwnedFd) -> Self {
        Self::over(fd)
    }

    /// One datagram that is there already; `None` when there is none.
    pub(crate) fn receive_now(&mut self) -> Result<Option<&[u8]>, Errno> {
        match self.receive(RecvFlags::DONTWAIT) {
            Ok(len) => Ok(self.buf.get(..len)),
            Err(Errno::AGAIN) => Ok(None),
            Err(e) => Err(e),
        }
    }

    fn receive(&mut self, flags: RecvFlags) -> Result<usize, Errno> {
        loop {
            match recv(&self.fd, self.buf.as_mut_slice(), flags) {
                Ok((len, _)) => return Ok(len),
                Err(Errno::INTR) => {}
                Err(e) => return Err(e),
            }
        }
    }

    pub(crate) fn send(&self, bytes: &[u8]) -> Result<(), Errno> {
        loop {
            match send(&self.fd, bytes, SendFlags::empty()) {
                Ok(_) => return Ok(()),
                Err(Errno::INTR) => {}
                Err(e) => return Err(e),
            }
        }
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// A socket for requests.
#[derive(Debug)]
pub(crate) struct Requests {
    socket: Socket,
    writer: Writer,
    seq: u32,
    tape: Option<Tape>,
}

impl Requests {
    /// `None` stands for rtnetlink.
    pub(crate) fn open(protocol: Option<Protocol>) -> Result<Self, Errno> {
        let socket = Socket::open(protocol)?;
        sys::enable_extended_ack(socket.as_fd())?;
        sockopt::set_socket_timeout(&socket.fd, sockopt::Timeout::Recv, Some(ANSWER_TIMEOUT))?;
        Ok(Self {
            socket,
            writer: Writer::new(),
            seq: 0,
            tape: None,
        })
    }

    /// Requests to somebody who plays the kernel at the other end of a pair.
    pub(crate) fn over(fd: OwnedFd) -> Self {
        // Without it a kernel that says nothing would be waited for.
        let _ = sockopt::set_socket_timeout(&fd, sockopt::Timeout::Recv, Some(ANSWER_TIMEOUT));
        Self {
            socket: Socket::over(fd),
            writer: Writer::new(),
            seq: 0,
            tape: None,
        }
    }

    /// Requests to a test, whose answers must lie there before they are sent.
    #[cfg(test)]
    pub(crate) fn for_test(fd: OwnedFd) -> Self {
        Self::over(fd)
    }

    /// Keeps from now on what is asked and answered.
    pub(crate) fn record(&mut self) {
        self.tape = Some(Tape::default());
    }

    /// What was kept.
    pub(crate) const fn tape(&self) -> Option<&Tape> {
        self.tape.as_ref()
    }

    fn send_written(&mut self) -> Result<(), Errno> {
        if let Some(tape) = &mut self.tape {
            tape.asked(self.writer.as_bytes());
        }
        self.socket.send(self.writer.as_bytes())
    }

    /// The first of `count` fresh sequence numbers (never 0, which notifications have).
    pub(crate) fn take_seqs(&mut self, count: u32) -> u32 {
        let first = self
            .seq
            .checked_add(1)
            .filter(|s| s.checked_add(count).is_some())
            .unwrap_or(1);
        self.seq = first.saturating_add(count).saturating_sub(1);
        first
    }

    pub(crate) const fn socket(&mut self) -> &mut Socket {
        &mut self.socket
    }

    /// Sends one request and waits for its end; answers other than the final one go to `answer`.
    pub(crate) fn request(
        &mut self,
        kind: u16,
        fill: impl FnOnce(&mut Writer),
        answer: impl FnMut(&Message<'_>),
    ) -> Result<(), Refusal> {
        let seq = self.take_seqs(1);
        self.writer.clear();
        self.writer.begin(kind, consts::NLM_F_ACK, seq);
        fill(&mut self.writer);
        self.writer.end();
        self.send_written()?;
        self.wait(seq, answer).map(|_| ())
    }

    /// Sends a dump request and collects with `collect`, begun anew with `T::default()` when the
    /// kernel's tables changed meanwhile.
    pub(crate) fn dump<T: Default>(
        &mut self,
        kind: u16,
        fill: impl Fn(&mut Writer),
        mut collect: impl FnMut(&mut T, &Message<'_>),
    ) -> Result<T, Refusal> {
        let mut attempt = 1;
        loop {
            let seq = self.take_seqs(1);
            self.writer.clear();
            self.writer.begin(kind, consts::NLM_F_DUMP, seq);
            fill(&mut self.writer);
            self.writer.end();
            self.send_written()?;
            let mut out = T::default();
            let consistent = self.wait(seq, |m| collect(&mut out, m))?;
            if consistent || attempt >= DUMP_ATTEMPTS {
                return Ok(out);
            }
            attempt += 1;
        }
    }

    /// Reads up to the end of the answer to `seq`; tells whether a dump was consistent.
    fn wait(&mut self, seq: u32, mut answer: impl FnMut(&Message<'_>)) -> Result<bool, Refusal> {
        let mut consistent = true;
        loop {
            let len = match self.socket.receive(RecvFlags::empty()) {
                Ok(len) => len,
                // SO_RCVTIMEO ran out.
                Err(Errno::AGAIN) => return Err(Errno::TIMEDOUT.into()),
                Err(e) => return Err(e.into()),
            };
            let datagram = self.socket.buf.get(..len).unwrap_or_default();
            if let Some(tape) = &mut self.tape {
                tape.answered(datagram);
            }
            for message in messages(datagram) {
                if message.seq != seq {
                    continue;
                }
                consistent &= message.flags & consts::NLM_F_DUMP_INTR == 0;
                if message.kind == consts::NLMSG_DONE {
                    return match message.body.first_chunk().map(|b| i32::from_ne_bytes(*b)) {
                        Some(code) if code < 0 => Err(Refusal::new(code.saturating_neg(), None)),
                        _ => Ok(consistent),
                    };
                }
                match Ack::parse(&message) {
                    Some(ack) if ack.errno == 0 => return Ok(consistent),
                    Some(ack) => return Err(Refusal::new(ack.errno, ack.evidence)),
                    None => answer(&message),
                }
            }
        }
    }
}

/// The nl80211 family: its number and its multicast groups.
#[derive(Debug, Default)]
pub(crate) struct Family {
    pub(crate) id: u16,
    groups: Vec<(String, u32)>,
}

impl Family {
    /// Asks the kernel (`CTRL_CMD_GETFAMILY`).
    pub(crate) fn resolve(requests: &mut Requests) -> Result<Self, Refusal> {
        let mut family = Self::default();
        requests.request(
            consts::GENL_ID_CTRL,
            |w| {
                w.raw(&[consts::CTRL_CMD_GETFAMILY, 0, 0, 0])
                    .text(consts::CTRL_ATTR_FAMILY_NAME, "nl80211");
            },
            |m| family.read(m),
        )?;
        Ok(family)
    }

    /// The number of a multicast group.
    pub(crate) fn group(&self, name: &str) -> Option<u32> {
        let found = self.groups.iter().find(|(known, _)| known == name);
        found.map(|(_, id)| *id)
    }

    fn read(&mut self, message: &Message<'_>) {
        let Some((_, attrs)) = message.genl() else {
            return;
        };
        for attr in attrs {
            match attr.kind {
                consts::CTRL_ATTR_FAMILY_ID => self.id = attr.u16().unwrap_or_default(),
                consts::CTRL_ATTR_MCAST_GROUPS => {
                    for group in attr.attrs() {
                        let name = group.attrs().find(consts::CTRL_ATTR_MCAST_GRP_NAME);
                        let id = group.attrs().find(consts::CTRL_ATTR_MCAST_GRP_ID);
                        if let (Some(name), Some(id)) =
                            (name.and_then(|a| a.text()), id.and_then(|a| a.u32()))
                        {
                            self.groups.push((name.to_owned(), id));
                        }
                    }
                }
                _ => {}
            }
        }
    }

    /// Lets only these commands through from now on.
    pub(crate) fn listen_for(&self, events: &Socket, commands: &[u8]) -> Result<(), Errno> {
        sys::attach_filter(events.as_fd(), &mut filter::commands(self.id, commands))
    }

    /// Opens the socket that receives events, frames included.
    pub(crate) fn open_events(&self, commands: &[u8]) -> Result<Socket, Errno> {
        let socket = Socket::open(Some(netlink::GENERIC))?;
        // Needs CAP_NET_ADMIN, without which nothing else works either.
        let _ = sockopt::set_socket_recv_buffer_size_force(&socket.fd, EVENT_BUFFER_LEN);
        self.listen_for(&socket, commands)?;
        for (name, id) in &self.groups {
            if matches!(name.as_str(), "mlme" | "config" | "regulatory" | "scan") {
                sys::join_group(socket.as_fd(), *id)?;
            }
        }
        Ok(socket)
    }
}
