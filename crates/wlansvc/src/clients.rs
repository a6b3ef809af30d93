//! The connections: who is there, what waits to be sent, who must go.
//!
//! A client has one call under way at a time: its next packet is read when the call is answered and
//! the answer is on its way. That keeps answers in order and bounds what a client can make the
//! service hold.
//!
//! # A client that does not read
//! What its socket does not take waits here, at most [`QUEUE_MESSAGES`] messages and
//! [`QUEUE_BYTES`] bytes, and at most [`STALL_LIMIT`] without progress. Then it is disconnected:
//! nobody else waits for it, and nobody ever gets a stream with a hole in it. What goes to many is
//! kept once (`docs/decisions/0010`).

use std::collections::{BTreeMap, VecDeque};
use std::os::fd::OwnedFd;
use std::sync::Arc;

use clock::{Duration, Instant, earliest};
use column::ClientId;
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags, recv, send};
use wlan_model::{Guid, Notification};
use wlan_rpc::{CallId, ClientMessage, DecodeError, MAX_MESSAGE, ServiceMessage};
use zeroize::{Zeroize, Zeroizing};

use crate::credentials::Caller;
use crate::limit::Limit;
use crate::poller::{EventFlags, Poller, Token};

/// Most messages that wait for one client.
pub const QUEUE_MESSAGES: usize = 1024;

/// Most bytes that wait for one client. One more message is always taken, so that a status of any
/// size gets through.
pub const QUEUE_BYTES: usize = 256 * 1024;

/// How long a client may leave waiting messages untouched.
pub const STALL_LIMIT: Duration = Duration::from_secs(30);

/// Most connections: the handles the engine grants, and some more so that those beyond are told
/// why they are refused.
pub const MAX_CONNECTIONS: usize = hosted_network::HostedNetwork::MAX_HANDLES + 64;

type Packet = Arc<Zeroizing<Vec<u8>>>;

/// The call a client waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) id: CallId,
    /// It is the one that opens the handle.
    pub(crate) opens: bool,
}

#[derive(Debug)]
struct Client {
    socket: OwnedFd,
    who: Caller,
    opened: bool,
    subscribed: bool,
    pending: Option<Pending>,
    queue: VecDeque<Packet>,
    queued_bytes: usize,
    stalled_since: Option<Instant>,
    interest: EventFlags,
}

impl Client {
    fn wanted_interest(&self) -> EventFlags {
        if !self.queue.is_empty() {
            EventFlags::OUT
        } else if self.pending.is_some() {
            // Hang-ups are reported even so.
            EventFlags::empty()
        } else {
            EventFlags::IN
        }
    }
}

/// What reading from a client brought.
#[derive(Debug)]
pub(crate) enum Received {
    /// A message.
    Message(ClientMessage),
    /// Nothing now.
    Nothing,
    /// It hung up, or broke the rules: it is gone.
    Gone,
}

/// All connections.
#[derive(Debug)]
pub(crate) struct Clients {
    rows: BTreeMap<ClientId, Client>,
    next_id: u64,
    gone: VecDeque<ClientId>,
    stalled: usize,
    /// Whose interest may have changed.
    touched: Vec<ClientId>,
    buffer: Zeroizing<Vec<u8>>,
    /// Of disconnections that the client is to blame for.
    faults: Limit,
    /// The last notification with its packet: it goes to many, one after the other.
    notified: Option<(Guid, Notification, Packet)>,
}

impl Clients {
    pub(crate) fn new() -> Self {
        Self {
            rows: BTreeMap::new(),
            next_id: 0,
            gone: VecDeque::new(),
            stalled: 0,
            touched: Vec::new(),
            buffer: Zeroizing::new(vec![0; MAX_MESSAGE]),
            faults: Limit::default(),
            notified: None,
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.rows.len() >= MAX_CONNECTIONS
    }

    /// Lets go of a connection without a handle, so that those who only connect cannot keep others
    /// out: the oldest of the user who has most of them. `false` when every one has a handle.
    pub(crate) fn drop_unopened(&mut self, now: Instant) -> bool {
        let mut users: BTreeMap<u32, (usize, ClientId)> = BTreeMap::new();
        for (id, client) in self.rows.iter().filter(|(_, client)| !client.opened) {
            // The first one seen is the oldest.
            users.entry(client.who.uid).or_insert((0, *id)).0 += 1;
        }
        match users.into_values().max_by_key(|(count, _)| *count) {
            Some((_, id)) => {
                self.dismiss(id, "opened no handle while others waited", now);
                true
            }
            None => false,
        }
    }

    /// A new connection.
    pub(crate) fn insert(
        &mut self,
        socket: OwnedFd,
        who: Caller,
        poller: &Poller,
    ) -> Result<ClientId, Errno> {
        let id = ClientId(self.next_id);
        self.next_id += 1;
        poller.add(&socket, Token::Client(id), EventFlags::IN)?;
        let client = Client {
            socket,
            who,
            opened: false,
            subscribed: false,
            pending: None,
            queue: VecDeque::new(),
            queued_bytes: 0,
            stalled_since: None,
            interest: EventFlags::IN,
        };
        self.rows.insert(id, client);
        Ok(id)
    }

    /// Reads one packet, unless the client has to wait.
    pub(crate) fn receive(&mut self, id: ClientId, now: Instant) -> Received {
        let Some(client) = self.rows.get(&id) else {
            return Received::Nothing;
        };
        if client.pending.is_some() || !client.queue.is_empty() {
            return Received::Nothing;
        }
        let buffer = &mut self.buffer[..];
        let flags = RecvFlags::DONTWAIT | RecvFlags::TRUNC;
        let len = match recv(&client.socket, &mut *buffer, flags) {
            Ok((_, 0)) => return self.close(id),
            Ok((_, len)) => len,
            Err(Errno::WOULDBLOCK | Errno::INTR) => return Received::Nothing,
            Err(_) => return self.close(id),
        };
        let Some(packet) = buffer.get_mut(..len) else {
            buffer.zeroize();
            return self.dismiss(id, "sent a packet larger than any message", now);
        };
        let message = wlan_rpc::decode::<ClientMessage>(packet);
        packet.zeroize();
        match message {
            Ok(message) => Received::Message(message),
            Err(DecodeError::Version { .. }) => {
                // Any packet of ours tells it our version.
                let hint = wlan_rpc::encode(&ServiceMessage::Answer {
                    id: CallId(0),
                    result: Err(crate::refusals::other_version()),
                });
                let _ = send(
                    &client.socket,
                    &hint,
                    SendFlags::NOSIGNAL | SendFlags::DONTWAIT,
                );
                self.dismiss(id, "speaks another version of the protocol", now)
            }
            Err(_) => self.dismiss(id, "sent a malformed packet", now),
        }
    }

    /// Notes the call a client waits for.
    pub(crate) fn begin(&mut self, id: ClientId, pending: Pending) {
        if let Some(client) = self.rows.get_mut(&id) {
            client.pending = Some(pending);
            self.touched.push(id);
        }
    }

    /// Whether the client's handle is open.
    pub(crate) fn is_open(&self, id: ClientId) -> bool {
        self.rows.get(&id).is_some_and(|client| client.opened)
    }

    /// Who a client is, for logs.
    pub(crate) fn who(&self, id: ClientId) -> Option<&Caller> {
        self.rows.get(&id).map(|client| &client.who)
    }

    pub(crate) fn subscribe(&mut self, id: ClientId) {
        if let Some(client) = self.rows.get_mut(&id) {
            client.subscribed = true;
        }
    }

    /// The client's call is answered.
    pub(crate) fn answer(&mut self, id: ClientId, message: &ServiceMessage, now: Instant) {
        let Some(client) = self.rows.get_mut(&id) else {
            return;
        };
        if let (Some(pending), ServiceMessage::Answer { id: of, result }) =
            (client.pending, message)
            && pending.id == *of
        {
            client.pending = None;
            client.opened |= pending.opens && result.is_ok();
            self.touched.push(id);
        }
        self.send(id, message, now);
    }

    /// Sends a message to one client.
    pub(crate) fn send(&mut self, id: ClientId, message: &ServiceMessage, now: Instant) {
        self.send_packet(id, &Arc::new(wlan_rpc::encode(message)), now);
    }

    /// Sends a notification to one of those who registered.
    pub(crate) fn notify(
        &mut self,
        id: ClientId,
        device: Guid,
        notification: Notification,
        now: Instant,
    ) {
        let packet = match &self.notified {
            Some((of, what, packet)) if *of == device && *what == notification => {
                Arc::clone(packet)
            }
            _ => {
                let packet = Arc::new(wlan_rpc::encode(&ServiceMessage::Notification {
                    device,
                    notification: notification.clone(),
                }));
                self.notified = Some((device, notification, Arc::clone(&packet)));
                packet
            }
        };
        self.send_packet(id, &packet, now);
    }

    /// Sends a message to all who subscribed.
    pub(crate) fn broadcast(&mut self, message: &ServiceMessage, now: Instant) {
        let listeners: Vec<ClientId> = self
            .rows
            .iter()
            .filter(|(_, client)| client.subscribed)
            .map(|(id, _)| *id)
            .collect();
        if listeners.is_empty() {
            return;
        }
        let packet = Arc::new(wlan_rpc::encode(message));
        for id in listeners {
            self.send_packet(id, &packet, now);
        }
    }

    fn send_packet(&mut self, id: ClientId, packet: &Packet, now: Instant) {
        let Some(client) = self.rows.get_mut(&id) else {
            return;
        };
        if client.queue.is_empty() {
            match send(
                &client.socket,
                packet,
                SendFlags::NOSIGNAL | SendFlags::DONTWAIT,
            ) {
                Ok(_) => return,
                Err(Errno::WOULDBLOCK | Errno::INTR) => {
                    client.stalled_since = Some(now);
                    self.stalled += 1;
                    self.touched.push(id);
                }
                Err(_) => {
                    self.close(id);
                    return;
                }
            }
        }
        if client.queue.len() >= QUEUE_MESSAGES || client.queued_bytes >= QUEUE_BYTES {
            self.dismiss(id, "does not read what it is sent", now);
            return;
        }
        client.queued_bytes += packet.len();
        client.queue.push_back(Arc::clone(packet));
    }

    /// The client's socket takes more.
    pub(crate) fn handle_writable(&mut self, id: ClientId, now: Instant) {
        let Some(client) = self.rows.get_mut(&id) else {
            return;
        };
        while let Some(packet) = client.queue.front() {
            match send(
                &client.socket,
                packet,
                SendFlags::NOSIGNAL | SendFlags::DONTWAIT,
            ) {
                Ok(_) => {
                    client.queued_bytes -= packet.len();
                    client.queue.pop_front();
                    client.stalled_since = Some(now);
                }
                Err(Errno::WOULDBLOCK | Errno::INTR) => return,
                Err(_) => {
                    self.close(id);
                    return;
                }
            }
        }
        if client.stalled_since.take().is_some() {
            self.stalled -= 1;
        }
        self.touched.push(id);
    }

    /// The client hung up while nothing was read from it.
    pub(crate) fn handle_hang_up(&mut self, id: ClientId) {
        if self
            .rows
            .get(&id)
            .is_some_and(|c| c.pending.is_some() || !c.queue.is_empty())
        {
            self.close(id);
        }
    }

    /// Lets go of clients that left their messages untouched for too long.
    pub(crate) fn handle_timeout(&mut self, now: Instant) {
        if self.stalled == 0 {
            return;
        }
        let late: Vec<ClientId> = self
            .rows
            .iter()
            .filter(|(_, c)| {
                c.stalled_since
                    .is_some_and(|since| since + STALL_LIMIT <= now)
            })
            .map(|(id, _)| *id)
            .collect();
        for id in late {
            self.dismiss(id, "does not read what it is sent", now);
        }
    }

    /// When [`Clients::handle_timeout`] is wanted.
    pub(crate) fn poll_timeout(&self) -> Option<Instant> {
        if self.stalled == 0 {
            return None;
        }
        self.rows
            .values()
            .filter_map(|c| c.stalled_since)
            .fold(None, |first, since| {
                earliest(first, Some(since + STALL_LIMIT))
            })
    }

    /// The next client that is gone and has not been reported.
    pub(crate) fn poll_gone(&mut self) -> Option<ClientId> {
        self.gone.pop_front()
    }

    /// Tells the poller what the clients wait for now. Called when all is at rest, so that a call
    /// answered at once costs no system call here.
    pub(crate) fn settle(&mut self, poller: &Poller) {
        while let Some(id) = self.touched.pop() {
            let Some(client) = self.rows.get_mut(&id) else {
                continue;
            };
            let wanted = client.wanted_interest();
            if wanted != client.interest {
                match poller.change(&client.socket, Token::Client(id), wanted) {
                    Ok(()) => client.interest = wanted,
                    Err(error) => tracing::warn!(client = id.0, %error, "cannot watch a client"),
                }
            }
        }
    }

    /// Lets go of a client that is to blame for it. A program may connect and break the rules again and
    /// again: only so much of it is logged.
    fn dismiss(&mut self, id: ClientId, fault: &'static str, now: Instant) -> Received {
        if let Some(Client { who, .. }) = self.rows.get(&id)
            && let Some(passed_over) = self.faults.note(who.uid, now)
        {
            if passed_over > 0 {
                let uid = who.uid;
                tracing::warn!(
                    uid,
                    "disconnected {passed_over} more clients before the next"
                );
            }
            tracing::warn!(client = id.0, %who, "disconnected a client that {fault}");
        }
        self.close(id)
    }

    /// Closes the connection; the poller forgets a closed descriptor by itself.
    fn close(&mut self, id: ClientId) -> Received {
        if let Some(client) = self.rows.remove(&id) {
            if client.stalled_since.is_some() {
                self.stalled -= 1;
            }
            self.gone.push_back(id);
        }
        Received::Gone
    }
}

#[cfg(test)]
mod tests;
