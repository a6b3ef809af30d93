//! EAPOL over a packet socket (`docs/decisions/0003-eapol-over-packet-socket.md`).
//!
//! Everything about how EAPOL travels is in this file, so that a driver that wants the nl80211
//! control port can get a second variant of `EapolPort`.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use dot11::{ETHERTYPE_EAPOL, MacAddr};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};

use crate::consts;
use crate::kernel;
use crate::sys;

const ETHERNET_HEADER_LEN: usize = 14;
/// An EAPOL-Key frame is below 300 bytes; nothing longer than a data frame can arrive.
const BUFFER_LEN: usize = 2400;

/// The way EAPOL takes between this process and the stations.
#[derive(Debug)]
pub(crate) struct EapolPort {
    fd: OwnedFd,
    receive: Vec<u8>,
    transmit: Vec<u8>,
}

/// An Ethernet frame with EAPOL in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EapolFrame<'a> {
    /// To whom.
    pub destination: MacAddr,
    /// From whom.
    pub source: MacAddr,
    /// The EAPOL PDU.
    pub pdu: &'a [u8],
}

/// Reads an Ethernet frame as it comes from a packet socket; `None` when it is not EAPOL.
#[must_use]
pub fn parse(frame: &[u8]) -> Option<EapolFrame<'_>> {
    let (header, pdu) = frame.split_at_checked(ETHERNET_HEADER_LEN)?;
    let destination = MacAddr::from_slice(header)?;
    let source = MacAddr::from_slice(header.get(6..)?)?;
    let ethertype = u16::from_be_bytes(*header.get(12..)?.first_chunk()?);
    (ethertype == ETHERTYPE_EAPOL && !pdu.is_empty()).then_some(EapolFrame {
        destination,
        source,
        pdu,
    })
}

impl EapolPort {
    pub(crate) fn open() -> Result<Self, Errno> {
        Ok(Self {
            fd: kernel::packet_socket()?,
            receive: vec![0; BUFFER_LEN],
            transmit: Vec::with_capacity(512),
        })
    }

    /// Listens on this interface from now on.
    pub(crate) fn attach(&self, ifindex: u32) -> Result<(), Errno> {
        sys::bind_packet(self.fd.as_fd(), consts::ETH_P_PAE, ifindex)
    }

    pub(crate) fn send(&mut self, from: MacAddr, to: MacAddr, pdu: &[u8]) -> Result<(), Errno> {
        self.transmit.clear();
        self.transmit.extend_from_slice(&to.0);
        self.transmit.extend_from_slice(&from.0);
        self.transmit
            .extend_from_slice(&ETHERTYPE_EAPOL.to_be_bytes());
        self.transmit.extend_from_slice(pdu);
        send(&self.fd, &self.transmit, SendFlags::DONTWAIT).map(|_| ())
    }

    /// The next frame that is there; `None` when there is none.
    pub(crate) fn receive(&mut self) -> Result<Option<EapolFrame<'_>>, Errno> {
        loop {
            match recv(&self.fd, self.receive.as_mut_slice(), RecvFlags::DONTWAIT) {
                Ok((len, _)) => {
                    // Only frames of this EtherType come here, so a misfit is a runt: look on.
                    if self.receive.get(..len).and_then(parse).is_some() {
                        return Ok(self.receive.get(..len).and_then(parse));
                    }
                }
                // Left behind by the interface going down; frames may follow.
                Err(Errno::INTR | Errno::NETDOWN) => {}
                Err(Errno::AGAIN) => return Ok(None),
                Err(e) => return Err(e),
            }
        }
    }
}

impl AsFd for EapolPort {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ethernet_header_is_taken_off() {
        let mut frame = vec![0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 0x88, 0x8e];
        frame.extend_from_slice(&[2, 3, 0, 95]);
        let eapol = parse(&frame).unwrap();
        assert_eq!(eapol.destination, MacAddr([2, 0, 0, 0, 0, 1]));
        assert_eq!(eapol.source, MacAddr([2, 0, 0, 0, 0, 2]));
        assert_eq!(eapol.pdu, [2, 3, 0, 95]);
    }

    #[test]
    fn other_ethertypes_and_runts_are_not_eapol() {
        let mut frame = vec![0; 12];
        frame.extend_from_slice(&[0x08, 0x00, 0x45]);
        assert_eq!(parse(&frame), None);
        frame[12..14].copy_from_slice(&[0x88, 0x8e]);
        assert!(parse(&frame).is_some());
        for len in 0..=14 {
            assert_eq!(parse(&frame[..len]), None, "{len} bytes");
        }
    }
}
