//! Waiting for descriptors: epoll, level-triggered.

use std::os::fd::{AsFd, OwnedFd};

use clock::Duration;
use column::ClientId;
use rustix::event::{Timespec, epoll};
use rustix::io::Errno;

pub(crate) use epoll::EventFlags;

/// Whose descriptor is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// The listening socket.
    Listener,
    /// Somebody wants the service to end.
    Stop,
    /// The storage thread is done with something.
    Storage,
    /// Somebody wants the policy read again.
    Reload,
    /// The policy has been read again.
    Policy,
    /// A descriptor of the radio.
    Radio(u8),
    /// Addresses and sharing.
    Sharing(SharingPart),
    /// The disk is done with something of an extension.
    Extensions,
    /// The host process of an extension.
    Host(Key, HostPart),
    /// A client.
    Client(ClientId),
}

/// Which descriptor of addresses and sharing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SharingPart {
    /// The thread that does the work.
    Worker,
    /// The machine's addresses or routes have changed.
    Changes,
    /// The lease file has changed.
    Leases,
    /// dnsmasq has written something.
    Words,
    /// dnsmasq has ended.
    Exit,
}

/// Names the host process of an extension. Never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key(pub(crate) u64);

/// Which descriptor of a host process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum HostPart {
    Socket,
    Stderr,
    /// The process has ended.
    Exit,
}

impl Token {
    /// Above every number of a radio's descriptor.
    const CLIENTS: u64 = Self::RADIO + 256;

    const RADIO: u64 = 11;

    /// Above every client.
    const HOSTS: u64 = 1 << 63;

    const fn encode(self) -> u64 {
        match self {
            Self::Listener => 0,
            Self::Stop => 1,
            Self::Storage => 2,
            Self::Reload => 3,
            Self::Policy => 4,
            Self::Extensions => 5,
            Self::Sharing(SharingPart::Worker) => 6,
            Self::Sharing(SharingPart::Changes) => 7,
            Self::Sharing(SharingPart::Leases) => 8,
            Self::Sharing(SharingPart::Words) => 9,
            Self::Sharing(SharingPart::Exit) => 10,
            Self::Radio(source) => Self::RADIO + source as u64,
            Self::Client(id) => id.0 + Self::CLIENTS,
            Self::Host(key, part) => {
                let part = match part {
                    HostPart::Socket => 0,
                    HostPart::Stderr => 1,
                    HostPart::Exit => 2,
                };
                Self::HOSTS | key.0 << 2 | part
            }
        }
    }

    const fn decode(value: u64) -> Self {
        match value {
            0 => Self::Listener,
            1 => Self::Stop,
            2 => Self::Storage,
            3 => Self::Reload,
            4 => Self::Policy,
            5 => Self::Extensions,
            6 => Self::Sharing(SharingPart::Worker),
            7 => Self::Sharing(SharingPart::Changes),
            8 => Self::Sharing(SharingPart::Leases),
            9 => Self::Sharing(SharingPart::Words),
            10 => Self::Sharing(SharingPart::Exit),
            Self::RADIO..Self::CLIENTS => Self::Radio((value - Self::RADIO) as u8),
            Self::HOSTS.. => {
                let part = match value & 3 {
                    0 => HostPart::Socket,
                    1 => HostPart::Stderr,
                    _ => HostPart::Exit,
                };
                Self::Host(Key((value & !Self::HOSTS) >> 2), part)
            }
            id => Self::Client(ClientId(id - Self::CLIENTS)),
        }
    }
}

/// A set of descriptors to wait for.
#[derive(Debug)]
pub(crate) struct Poller {
    epoll: OwnedFd,
}

impl Poller {
    pub(crate) fn new() -> Result<Self, Errno> {
        Ok(Self {
            epoll: epoll::create(epoll::CreateFlags::CLOEXEC)?,
        })
    }

    pub(crate) fn add(
        &self,
        fd: impl AsFd,
        token: Token,
        interest: EventFlags,
    ) -> Result<(), Errno> {
        epoll::add(
            &self.epoll,
            fd,
            epoll::EventData::new_u64(token.encode()),
            interest,
        )
    }

    pub(crate) fn change(
        &self,
        fd: impl AsFd,
        token: Token,
        interest: EventFlags,
    ) -> Result<(), Errno> {
        epoll::modify(
            &self.epoll,
            fd,
            epoll::EventData::new_u64(token.encode()),
            interest,
        )
    }

    pub(crate) fn remove(&self, fd: impl AsFd) -> Result<(), Errno> {
        epoll::delete(&self.epoll, fd)
    }

    /// Waits until something is ready, or the time is over. A signal ends the wait early.
    pub(crate) fn wait(
        &self,
        timeout: Option<Duration>,
        ready: &mut Vec<(Token, EventFlags)>,
    ) -> Result<(), Errno> {
        let timeout = timeout.map(|d| Timespec {
            tv_sec: i64::try_from(d.as_secs()).unwrap_or(i64::MAX),
            tv_nsec: d.subsec_nanos().into(),
        });
        let none = epoll::Event {
            flags: EventFlags::empty(),
            data: epoll::EventData::new_u64(0),
        };
        let mut events = [none; 64];
        ready.clear();
        match epoll::wait(&self.epoll, &mut events[..], timeout.as_ref()) {
            Ok(count) => {
                let seen = events.get(..count).unwrap_or_default();
                ready.extend(seen.iter().map(|e| (Token::decode(e.data.u64()), e.flags)));
                Ok(())
            }
            Err(Errno::INTR) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
