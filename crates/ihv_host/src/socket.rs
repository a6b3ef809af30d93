//! The socket to the service: one message a packet.

use std::io;
use std::os::fd::{OwnedFd, RawFd};

use ihv::seam::{HostMessage, ServiceMessage};
use ihv::{DecodeError, MAX_MESSAGE, decode, encode};
use rustix::io::retry_on_intr;
use rustix::net::{RecvFlags, SendFlags, recv, send};
use zeroize::Zeroize;

/// The descriptor that the service leaves open: its socket.
pub(crate) const SERVICE: RawFd = 3;

/// Why no message came.
#[derive(Debug)]
pub(crate) enum Silence {
    /// The service has closed its end.
    Closed,
    /// The socket does not work.
    Broken(io::Error),
    /// The service speaks another language.
    Garbage(DecodeError),
}

/// Blocking in both directions. Any thread may send.
#[derive(Debug)]
pub(crate) struct Socket(pub(crate) OwnedFd);

impl Socket {
    pub(crate) fn send(&self, message: &HostMessage) -> io::Result<()> {
        let packet = encode(message);
        retry_on_intr(|| send(&self.0, &packet, SendFlags::NOSIGNAL))?;
        Ok(())
    }

    /// The next message. `buffer` is reused; what was in it is erased.
    pub(crate) fn receive(&self, buffer: &mut Vec<u8>) -> Result<ServiceMessage, Silence> {
        buffer.resize(MAX_MESSAGE, 0);
        let received = retry_on_intr(|| recv(&self.0, &mut buffer[..], RecvFlags::empty()));
        let len = match received {
            Ok((0, _)) => return Err(Silence::Closed),
            Ok((len, _)) => len.min(MAX_MESSAGE),
            Err(rustix::io::Errno::CONNRESET) => return Err(Silence::Closed),
            Err(error) => return Err(Silence::Broken(error.into())),
        };
        let message = decode(&buffer[..len]);
        // Profiles and answers may hold keys.
        buffer[..len].zeroize();
        message.map_err(Silence::Garbage)
    }
}
