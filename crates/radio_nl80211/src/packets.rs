//! The two ways of vendors' frames (`docs/decisions/0021-vendor-frames-on-linux-radios.md`): a packet
//! socket on the access point's interface, open to whom the kernel has authorised, and one on a monitor
//! interface of our own beside it for all others.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use dot11::MacAddr;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};

use crate::filter;
use crate::kernel;
use crate::sys;

const ETHERNET_HEADER_LEN: usize = 14;
/// Room for the longest data frame (2304 bytes and headers) behind a long radiotap header. What fills
/// it is longer than any frame and is thrown away.
const BUFFER_LEN: usize = 4096;
/// All protocols; the filter chooses (`ETH_P_ALL`, in host order).
const ALL: u16 = 3;
/// Ethernet loopback (`ETH_P_LOOP`), which no kernel of today sends or receives.
const NOBODY: u16 = 0x0060;

/// A packet socket that hears nothing until it is bound and has a filter that lets something through.
#[derive(Debug)]
pub(crate) struct PacketPort {
    fd: OwnedFd,
    receive: Vec<u8>,
    transmit: Vec<u8>,
}

impl PacketPort {
    pub(crate) fn open() -> Result<Self, Errno> {
        let fd = kernel::packet_socket()?;
        sys::attach_filter(fd.as_fd(), &mut filter::nothing())?;
        Ok(Self {
            fd,
            receive: vec![0; BUFFER_LEN],
            transmit: Vec::with_capacity(BUFFER_LEN),
        })
    }

    /// Hears these from now on.
    pub(crate) fn filter(&self, program: &mut [libc::sock_filter]) -> Result<(), Errno> {
        sys::attach_filter(self.fd.as_fd(), program)
    }

    /// Hears nothing any more, and forgets what it has heard.
    pub(crate) fn silence(&mut self) {
        // The kernel lets a socket not go from its interface, but to a protocol that nobody speaks.
        let silenced = self
            .filter(&mut filter::nothing())
            .and_then(|()| sys::bind_packet(self.fd.as_fd(), NOBODY, 0));
        if let Err(e) = silenced {
            tracing::warn!(error = %e, "a packet socket cannot be silenced");
        }
        while matches!(self.receive(), Ok(Some(_))) {}
    }

    /// Moves to this interface.
    pub(crate) fn attach(&self, ifindex: u32) -> Result<(), Errno> {
        sys::bind_packet(self.fd.as_fd(), ALL, ifindex)
    }

    /// Sends what `fill` writes.
    pub(crate) fn send(&mut self, fill: impl FnOnce(&mut Vec<u8>)) -> Result<(), Errno> {
        self.transmit.clear();
        fill(&mut self.transmit);
        send(&self.fd, &self.transmit, SendFlags::DONTWAIT).map(|_| ())
    }

    /// The next frame that is there; `None` when there is none.
    pub(crate) fn receive(&mut self) -> Result<Option<&[u8]>, Errno> {
        loop {
            match recv(&self.fd, self.receive.as_mut_slice(), RecvFlags::DONTWAIT) {
                Ok((len, _)) if len < BUFFER_LEN => return Ok(self.receive.get(..len)),
                Ok(_) | Err(Errno::INTR) => {}
                // Left behind by the interface going down or away; frames may follow.
                Err(Errno::NETDOWN) => {}
                Err(Errno::AGAIN) => return Ok(None),
                Err(e) => return Err(e),
            }
        }
    }
}

impl AsFd for PacketPort {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

/// An Ethernet frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EthernetPacket<'a> {
    pub(crate) destination: MacAddr,
    pub(crate) source: MacAddr,
    /// In host order.
    pub(crate) ether_type: u16,
    pub(crate) payload: &'a [u8],
}

/// Reads an Ethernet frame; `None` for a runt.
pub(crate) fn parse(frame: &[u8]) -> Option<EthernetPacket<'_>> {
    let (header, payload) = frame.split_at_checked(ETHERNET_HEADER_LEN)?;
    Some(EthernetPacket {
        destination: MacAddr::from_slice(header)?,
        source: MacAddr::from_slice(header.get(6..)?)?,
        ether_type: u16::from_be_bytes(*header.get(12..)?.first_chunk()?),
        payload,
    })
}

/// Writes one.
pub(crate) fn write(out: &mut Vec<u8>, packet: EthernetPacket<'_>) {
    out.extend_from_slice(&packet.destination.0);
    out.extend_from_slice(&packet.source.0);
    out.extend_from_slice(&packet.ether_type.to_be_bytes());
    out.extend_from_slice(packet.payload);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ethernet_frame_reads_back_and_runts_do_not() {
        let packet = EthernetPacket {
            destination: MacAddr([2, 0, 0, 0, 0, 1]),
            source: MacAddr([2, 0, 0, 0, 1, 0]),
            ether_type: 0x88b5,
            payload: &[1, 2],
        };
        let mut frame = Vec::new();
        write(&mut frame, packet);
        assert_eq!(parse(&frame), Some(packet));
        for len in 0..ETHERNET_HEADER_LEN {
            assert_eq!(parse(&frame[..len]), None, "{len} bytes");
        }
    }
}
