//! The connection: one packet out, packets in until the answer.

use std::collections::VecDeque;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use clock::{Duration, Instant, monotonic};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, retry_on_intr};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketAddrUnix, SocketFlags, SocketType, connect, recv,
    send, socket_with,
};
use wlan_model::{Guid, Notification};
use wlan_rpc::{
    Answer, Call, CallId, ClientMessage, DecodeError, Event, MAX_MESSAGE, ServiceMessage,
};
use zeroize::{Zeroize, Zeroizing};

use crate::{ClientError, check_private_folder};

/// What the service says without having been asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// After [`Client::register_notification`].
    Notification {
        /// The access point's device.
        device: Guid,
        /// What.
        notification: Notification,
    },
    /// After [`Client::subscribe`].
    Event(Event),
}

/// A connection to the service: one client handle.
#[derive(Debug)]
pub struct Client {
    socket: OwnedFd,
    last_id: u32,
    queue: VecDeque<Message>,
    dropped: u64,
    patience: Option<Duration>,
    buffer: Zeroizing<Vec<u8>>,
}

impl Client {
    /// Most messages kept while calls wait for their answers. Beyond it the oldest are dropped and
    /// counted by [`Client::dropped`].
    pub const QUEUE_LIMIT: usize = 4096;

    /// The version asked for: that of Windows Vista and later (`WlanOpenHandle`).
    const VERSION: u32 = 2;

    /// Longest wait for the handle, which a service that works gives at once.
    const OPEN_LIMIT: Duration = Duration::from_secs(30);

    /// Connects and opens a handle. `program` is for the service's logs.
    ///
    /// # Errors
    /// [`ClientError::NotReachable`] when nobody answers, or not within half a minute;
    /// [`ClientError::Refused`] with ERROR_REMOTE_SESSION_LIMIT_EXCEEDED when the service has all the
    /// clients it takes.
    pub fn connect(path: &Path, program: &str) -> Result<Self, ClientError> {
        Self::connect_within(path, program, Self::OPEN_LIMIT)
    }

    fn connect_within(path: &Path, program: &str, limit: Duration) -> Result<Self, ClientError> {
        let unreachable = |cause| ClientError::NotReachable {
            path: path.to_owned(),
            cause,
        };
        if let Some(folder) = path.parent() {
            check_private_folder(folder).map_err(|error| ClientError::Untrusted {
                path: path.to_owned(),
                text: error.to_string(),
            })?;
        }
        let address = SocketAddrUnix::new(path).map_err(unreachable)?;
        let socket = socket_with(
            AddressFamily::UNIX,
            SocketType::SEQPACKET,
            SocketFlags::CLOEXEC,
            None,
        )
        .map_err(unreachable)?;
        retry_on_intr(|| connect(&socket, &address)).map_err(unreachable)?;
        let mut client = Self {
            socket,
            last_id: 0,
            queue: VecDeque::new(),
            dropped: 0,
            patience: None,
            buffer: Zeroizing::new(vec![0; MAX_MESSAGE]),
        };
        let call = Call::Open {
            client_version: Self::VERSION,
            program: program.to_owned(),
        };
        let id = client.send(call)?;
        // A service that was stopped takes connections and answers nobody.
        if !client.wait_readable(Some(monotonic() + limit))? {
            return Err(unreachable(Errno::TIMEDOUT));
        }
        match client.answer(id)? {
            Answer::Opened { .. } => Ok(client),
            _ => Err(unexpected_answer()),
        }
    }

    /// Sends `call` and waits for its answer. The methods named after the calls are easier to use.
    ///
    /// # Errors
    /// [`ClientError::Refused`] when the service declines; [`ClientError::Broken`] when the
    /// connection ends.
    pub fn call(&mut self, call: Call) -> Result<Answer, ClientError> {
        let id = self.send(call)?;
        self.answer(id)
    }

    /// From now on no call waits longer than this for its answer; as at the beginning, it waits as long
    /// as the connection stands with `None`. A call that waited too long fails as
    /// [`ClientError::Broken`]: its answer may still come, so the client is of no further use.
    pub const fn set_patience(&mut self, patience: Option<Duration>) {
        self.patience = patience;
    }

    fn send(&mut self, call: Call) -> Result<CallId, ClientError> {
        self.last_id = self.last_id.wrapping_add(1);
        let id = CallId(self.last_id);
        let packet = wlan_rpc::encode(&ClientMessage { id, call });
        match retry_on_intr(|| send(&self.socket, &packet, SendFlags::NOSIGNAL)) {
            // The service may have said why before it closed: read on.
            Ok(_) | Err(Errno::PIPE | Errno::CONNRESET) => Ok(id),
            Err(error) => Err(broken(error)),
        }
    }

    fn answer(&mut self, id: CallId) -> Result<Answer, ClientError> {
        let deadline = self.patience.map(|patience| monotonic() + patience);
        loop {
            // One system call less for those who have all the time.
            if deadline.is_some() && !self.wait_readable(deadline)? {
                return Err(ClientError::Broken {
                    text: "no answer came in time".into(),
                });
            }
            match self.receive()? {
                ServiceMessage::Answer { id: of, result } if of == id => return Ok(result?),
                ServiceMessage::Answer { .. } => {
                    return Err(ClientError::Broken {
                        text: "an answer came to a call nobody made".into(),
                    });
                }
                ServiceMessage::Notification {
                    device,
                    notification,
                } => {
                    self.keep(Message::Notification {
                        device,
                        notification,
                    });
                }
                ServiceMessage::Event(e) => self.keep(Message::Event(e)),
            }
        }
    }

    /// The next notification or event, oldest first; `None` when none came in time. Without a
    /// timeout it waits for ever.
    ///
    /// # Errors
    /// [`ClientError::Broken`] when the connection ends.
    pub fn next_message(
        &mut self,
        timeout: Option<Duration>,
    ) -> Result<Option<Message>, ClientError> {
        let deadline = timeout.map(|t| monotonic() + t);
        if let Some(message) = self.queue.pop_front() {
            return Ok(Some(message));
        }
        if !self.wait_readable(deadline)? {
            return Ok(None);
        }
        match self.receive()? {
            ServiceMessage::Notification {
                device,
                notification,
            } => Ok(Some(Message::Notification {
                device,
                notification,
            })),
            ServiceMessage::Event(e) => Ok(Some(Message::Event(e))),
            ServiceMessage::Answer { .. } => Err(ClientError::Broken {
                text: "an answer came to a call nobody made".into(),
            }),
        }
    }

    /// The next event, oldest first; `None` when none came in time. Notifications before it are
    /// passed over.
    ///
    /// # Errors
    /// [`ClientError::Broken`] when the connection ends.
    pub fn next_event(&mut self, timeout: Option<Duration>) -> Result<Option<Event>, ClientError> {
        let deadline = timeout.map(|t| monotonic() + t);
        loop {
            let left = deadline.map(|d| d.since(monotonic()));
            match self.next_message(left)? {
                Some(Message::Event(event)) => return Ok(Some(event)),
                Some(Message::Notification { .. }) => {}
                None => return Ok(None),
            }
        }
    }

    /// How many messages were dropped because nobody fetched them.
    #[must_use]
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Waits for the socket; `false` when the deadline came first.
    fn wait_readable(&self, deadline: Option<Instant>) -> Result<bool, ClientError> {
        loop {
            let left = deadline.map(|d| {
                let left = d.since(monotonic());
                Timespec {
                    tv_sec: left.as_secs().try_into().unwrap_or(i64::MAX),
                    tv_nsec: left.subsec_nanos().into(),
                }
            });
            let mut fds = [PollFd::new(&self.socket, PollFlags::IN)];
            match poll(&mut fds, left.as_ref()) {
                Ok(0) => return Ok(false),
                Ok(_) => return Ok(true),
                Err(Errno::INTR) => {}
                Err(error) => return Err(broken(error)),
            }
        }
    }

    fn receive(&mut self) -> Result<ServiceMessage, ClientError> {
        let buffer = &mut self.buffer[..];
        let (_, len) = retry_on_intr(|| recv(&self.socket, &mut *buffer, RecvFlags::TRUNC))
            .map_err(|error| match error {
                Errno::CONNRESET => closed(),
                error => broken(error),
            })?;
        if len == 0 {
            return Err(closed());
        }
        let packet = buffer.get_mut(..len).ok_or_else(|| ClientError::Broken {
            text: format!("a message of {len} bytes came, more than there may be"),
        })?;
        let message = wlan_rpc::decode(packet);
        packet.zeroize();
        message.map_err(|error| match error {
            DecodeError::Version {
                theirs: service, ..
            } => ClientError::Version { service },
            error => ClientError::Broken {
                text: format!("a {error} came"),
            },
        })
    }

    fn keep(&mut self, message: Message) {
        if self.queue.len() == Self::QUEUE_LIMIT {
            self.queue.pop_front();
            self.dropped += 1;
        }
        self.queue.push_back(message);
    }
}

/// For programs with a loop of their own: readable when a message may be waiting. Messages kept
/// during calls do not make it readable: ask [`Client::next_message`] with a zero timeout first.
impl AsFd for Client {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

fn broken(error: Errno) -> ClientError {
    ClientError::Broken {
        text: std::io::Error::from(error).to_string(),
    }
}

fn closed() -> ClientError {
    ClientError::Broken {
        text: "the service closed it".into(),
    }
}

/// The service answered a call with the answer of another.
pub(crate) fn unexpected_answer() -> ClientError {
    ClientError::Broken {
        text: "an answer of another kind came".into(),
    }
}

#[cfg(test)]
mod tests {
    use rustix::net::{bind, listen};

    use super::*;

    #[test]
    fn a_service_that_takes_connections_and_answers_nobody_is_not_waited_for_for_ever() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("control.sock");
        let service = socket_with(
            AddressFamily::UNIX,
            SocketType::SEQPACKET,
            SocketFlags::CLOEXEC,
            None,
        )
        .unwrap();
        bind(&service, &SocketAddrUnix::new(&path).unwrap()).unwrap();
        listen(&service, 1).unwrap();

        let error = Client::connect_within(&path, "test", Duration::from_millis(50)).unwrap_err();

        assert!(
            error.cause().text.contains("does not answer"),
            "{}",
            error.cause()
        );
        assert_eq!(error.code(), wlan_model::Win32Error::SERVICE_NOT_ACTIVE);
    }
}
