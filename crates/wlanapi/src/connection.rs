//! One handle: one connection to the service.
//!
//! # Who reads the socket
//! A call sends one packet and reads until its answer comes, in the caller's thread. While no call
//! is under way nobody reads, unless the handle is registered for notifications: then the pump does.
//! The gate decides: whoever has it is the only reader. A pump that finds it taken leaves a note, and
//! the call arms the pump again when it leaves.

use std::cell::Cell;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, TryLockError};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, retry_on_intr};
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, Shutdown, SocketAddrUnix, SocketFlags, SocketType,
    connect, recv, send, shutdown, socket_with,
};
use wlan_model::{Reason, Refusal, Win32Error};
use wlan_rpc::{Answer, Call, CallId, ClientMessage, DecodeError, MAX_MESSAGE, ServiceMessage};
use zeroize::Zeroize;

use crate::delivery::{Callback, Delivery};
use crate::failure::Failure;
use crate::pump::Pump;
use crate::table::{Descriptor, table};
use crate::types::WLAN_NOTIFICATION_SOURCE_HNWK;

#[cfg(test)]
mod tests;

/// Longest wait for the service to take note of a closed handle.
const CLOSE_LIMIT: Timespec = Timespec {
    tv_sec: 2,
    tv_nsec: 0,
};

/// Packets that may still come from the service until then: more than it keeps for one client.
const FAREWELLS: usize = 4096;

/// Packets the pump reads from one socket in one round.
const BURST: usize = 64;

thread_local! {
    /// What packets are read into; as long as the longest. Kept per thread, since handles are many.
    static BUFFER: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// One handle.
#[derive(Debug)]
pub(crate) struct Connection {
    socket: Descriptor,
    /// Its number in the table.
    handle: AtomicU32,
    /// `WlanCloseHandle` was called.
    closed: AtomicBool,
    /// The service went away, for good.
    dead: AtomicBool,
    /// The last call's id. Held for the whole of a call: the service takes one at a time.
    calls: Mutex<u32>,
    gate: Mutex<Gate>,
    gate_free: Condvar,
    delivery: Delivery,
}

#[derive(Debug, Default)]
struct Gate {
    /// Somebody reads.
    taken: bool,
    /// The pump came by meanwhile and has to be armed again.
    missed: bool,
    /// Calls that wait for the pump to be done.
    waiting: u32,
    /// There while the handle is registered.
    pump: Option<Arc<Pump>>,
}

/// The right to read; dropped, it lets the pump take over.
struct Reading<'a> {
    connection: &'a Connection,
    /// Arm the pump again in any case.
    rearm: bool,
}

impl Drop for Reading<'_> {
    fn drop(&mut self) {
        let connection = self.connection;
        let mut gate = connection.lock_gate();
        gate.taken = false;
        let missed = std::mem::take(&mut gate.missed);
        if let Some(pump) = &gate.pump
            && (missed || self.rearm)
            && !connection.is_dead()
        {
            pump.rearm(
                &connection.socket,
                connection.handle.load(Ordering::Relaxed),
            );
        }
        // Waking is a system call: most calls have nobody to wake.
        if gate.waiting > 0 {
            connection.gate_free.notify_one();
        }
    }
}

/// What a packet was.
enum Packet {
    Answer(CallId, Result<Answer, Refusal>),
    /// A notification, which is in the queue now, or something nobody asked for.
    Other,
    /// There is none now.
    Nothing,
}

impl Connection {
    /// Connects and opens a handle; returns the negotiated version with it.
    ///
    /// # Errors
    /// ERROR_SERVICE_NOT_ACTIVE when nobody answers; ERROR_REMOTE_SESSION_LIMIT_EXCEEDED when the
    /// process has no descriptor left; what the service says.
    pub(crate) fn open(
        path: &Path,
        program: String,
        client_version: u32,
    ) -> Result<(Self, u32), Failure> {
        let connection = Self::over(dial(path)?);
        let call = Call::Open {
            client_version,
            program,
        };
        match connection.call(call)? {
            Answer::Opened { version } => Ok((connection, version)),
            _ => Err(connection.die()),
        }
    }

    /// On a socket that is connected.
    fn over(socket: Descriptor) -> Self {
        Self {
            socket,
            handle: AtomicU32::new(0),
            closed: AtomicBool::new(false),
            dead: AtomicBool::new(false),
            calls: Mutex::new(0),
            gate: Mutex::new(Gate::default()),
            gate_free: Condvar::new(),
            delivery: Delivery::new(),
        }
    }

    pub(crate) fn set_handle(&self, value: u32) {
        self.handle.store(value, Ordering::Relaxed);
    }

    pub(crate) const fn delivery(&self) -> &Delivery {
        &self.delivery
    }

    /// Sends a call and waits for its answer.
    ///
    /// # Errors
    /// What the service declines with; ERROR_SERVICE_NOT_ACTIVE when it went away, now or earlier;
    /// ERROR_INVALID_HANDLE when the handle is closed meanwhile.
    pub(crate) fn call(&self, call: Call) -> Result<Answer, Failure> {
        let mut last = self.lock_calls();
        self.check()?;
        let reading = self.take_gate();
        let answer = self.exchange(&mut last, call);
        drop(reading);
        answer
    }

    /// As [`Connection::call`], for calls that bring nothing but success.
    ///
    /// # Errors
    /// As there.
    pub(crate) fn done(&self, call: Call) -> Result<(), Failure> {
        match self.call(call)? {
            Answer::Done => Ok(()),
            _ => Err(self.unexpected()),
        }
    }

    /// Registers for notifications with a callback, or unregisters without; returns the sources
    /// registered before. Waits until the callback before it is not running any more, unless called
    /// from it.
    ///
    /// # Errors
    /// ERROR_NOT_ENOUGH_MEMORY when the system has no thread left; otherwise as
    /// [`Connection::call`].
    pub(crate) fn register(
        self: &Arc<Self>,
        sources: u32,
        ignore_duplicate: bool,
        callback: Option<Callback>,
    ) -> Result<u32, Failure> {
        let mut last = self.lock_calls();
        self.check()?;
        if callback.is_some() {
            self.start_delivery()?;
        }
        let reading = self.take_gate();
        let call = Call::RegisterNotification {
            sources,
            ignore_duplicate,
        };
        let result = match self.exchange(&mut last, call) {
            Ok(Answer::PreviousSources(previous)) => Ok(previous),
            Ok(_) => Err(self.unexpected()),
            Err(failure) => Err(failure),
        };
        // Nobody reads until the gate is free: what comes after the answer is for the new callback.
        let retired = if callback.is_none() || result.is_ok() {
            self.delivery.apply(callback, hears_network(sources))
        } else {
            self.delivery.abandon()
        };
        if !self.delivery.is_registered() {
            self.stop_watching();
        }
        drop(reading);
        drop(last);
        self.delivery.wait(retired);
        result
    }

    /// A thread for the callback, and a reader for the time between calls.
    fn start_delivery(self: &Arc<Self>) -> Result<(), Failure> {
        let no_room = Failure::without_reason(Win32Error::NOT_ENOUGH_MEMORY);
        self.delivery.prepare(self).map_err(|_| no_room)?;
        let mut gate = self.lock_gate();
        if gate.pump.is_some() {
            return Ok(());
        }
        // Looked at under the lock, since closing looks for the pump under it.
        let pump = if self.closed.load(Ordering::SeqCst) {
            Err(Failure::HANDLE)
        } else {
            Pump::watch(&self.socket, self.handle.load(Ordering::Relaxed)).map_err(|_| no_room)
        };
        match pump {
            Ok(pump) => gate.pump = Some(pump),
            Err(failure) => {
                // Nobody waits for the thread here: it may be in a call, and this is one.
                drop(self.delivery.abandon());
                return Err(failure);
            }
        }
        Ok(())
    }

    fn stop_watching(&self) {
        let pump = self.lock_gate().pump.take();
        if let Some(pump) = pump {
            pump.unwatch(&self.socket);
        }
    }

    /// The pump says that something waits at the socket.
    pub(crate) fn handle_readable(&self) {
        let mut gate = self.lock_gate();
        if gate.taken {
            gate.missed = true;
            return;
        }
        gate.taken = true;
        drop(gate);
        let _reading = Reading {
            connection: self,
            rearm: true,
        };
        for _ in 0..BURST {
            match self.receive(RecvFlags::DONTWAIT) {
                Ok(Packet::Other) => {}
                Ok(Packet::Nothing) => return,
                // An answer to a call nobody made: whoever is there does not keep to the protocol.
                Ok(Packet::Answer(..)) | Err(_) => {
                    self.die();
                    return;
                }
            }
        }
    }

    /// Whether the service is still there, as far as the system knows.
    pub(crate) fn is_reachable(&self) -> bool {
        let mut fds = [PollFd::new(&self.socket, PollFlags::RDHUP)];
        let look = retry_on_intr(|| poll(&mut fds, Some(&Timespec::default())));
        !self.is_dead() && look.is_ok() && fds[0].revents().is_empty()
    }

    /// Ends the handle: nothing it holds is left at the service when this returns, unless another
    /// thread was in a call, which comes back with ERROR_INVALID_HANDLE.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::SeqCst);
        let retired = self.delivery.close();
        self.stop_watching();
        // Held until the service has let go, so that nobody begins a call.
        let idle = self.calls.try_lock();
        if !matches!(idle, Err(TryLockError::WouldBlock)) {
            self.say_goodbye();
        }
        drop(idle);
        let _ = shutdown(&self.socket, Shutdown::Both);
        self.delivery.wait(retired);
    }

    /// Hangs up and waits until the service has done so too: it does that when it has undone what
    /// the handle held.
    fn say_goodbye(&self) {
        let _reading = self.take_gate();
        if shutdown(&self.socket, Shutdown::Write).is_err() {
            return;
        }
        for _ in 0..FAREWELLS {
            let mut fds = [PollFd::new(&self.socket, PollFlags::IN)];
            match poll(&mut fds, Some(&CLOSE_LIMIT)) {
                Ok(0) => return,
                Ok(_) => {}
                Err(Errno::INTR) => continue,
                Err(_) => return,
            }
            if self.receive(RecvFlags::DONTWAIT).is_err() {
                return;
            }
        }
    }

    fn check(&self) -> Result<(), Failure> {
        if self.closed.load(Ordering::SeqCst) {
            Err(Failure::HANDLE)
        } else if self.is_dead() {
            Err(Failure::SERVICE)
        } else {
            Ok(())
        }
    }

    fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Acquire)
    }

    /// The service is gone: this handle never works again, even when another service comes.
    fn die(&self) -> Failure {
        if self.closed.load(Ordering::SeqCst) {
            return Failure::HANDLE;
        }
        self.dead.store(true, Ordering::Release);
        // Whoever is there and broke the rules shall know, and let go of what the handle held.
        let _ = shutdown(&self.socket, Shutdown::Both);
        Failure::SERVICE
    }

    /// The service answered a call with the answer of another.
    pub(crate) fn unexpected(&self) -> Failure {
        self.die()
    }

    /// One packet out, packets in until its answer. The gate must be taken.
    fn exchange(&self, last: &mut u32, call: Call) -> Result<Answer, Failure> {
        *last = last.wrapping_add(1);
        let id = CallId(*last);
        let packet = wlan_rpc::encode(&ClientMessage { id, call });
        match retry_on_intr(|| send(&self.socket, &packet, SendFlags::NOSIGNAL)) {
            // The service may have said why before it closed: read on.
            Ok(_) | Err(Errno::PIPE | Errno::CONNRESET) => {}
            Err(_) => return Err(self.die()),
        }
        loop {
            match self.receive(RecvFlags::empty())? {
                Packet::Answer(of, result) if of == id => return Ok(result?),
                Packet::Answer(..) => return Err(self.die()),
                Packet::Other | Packet::Nothing => {}
            }
        }
    }

    /// Reads one packet. The gate must be taken.
    fn receive(&self, flags: RecvFlags) -> Result<Packet, Failure> {
        let mut buffer = Buffer::take();
        let received =
            retry_on_intr(|| recv(&self.socket, &mut buffer.0[..], flags | RecvFlags::TRUNC));
        let len = match received {
            Ok((_, 0)) => return Err(self.die()),
            Ok((_, len)) => len,
            Err(Errno::WOULDBLOCK) => return Ok(Packet::Nothing),
            Err(_) => return Err(self.die()),
        };
        let Some(packet) = buffer.0.get_mut(..len) else {
            buffer.0.zeroize();
            return Err(self.die());
        };
        let message = wlan_rpc::decode::<ServiceMessage>(packet);
        packet.zeroize();
        match message {
            Ok(ServiceMessage::Answer { id, result }) => Ok(Packet::Answer(id, result)),
            Ok(ServiceMessage::Notification {
                device,
                notification,
            }) => {
                self.delivery.push(device, notification);
                Ok(Packet::Other)
            }
            Ok(ServiceMessage::Event(_)) => Ok(Packet::Other),
            Err(DecodeError::Version { .. }) => {
                self.die();
                Err(Failure {
                    code: Win32Error::NOT_SUPPORTED,
                    reason: Some(Reason::ServiceUnavailable),
                })
            }
            Err(_) => Err(self.die()),
        }
    }

    fn take_gate(&self) -> Reading<'_> {
        let mut gate = self.lock_gate();
        while gate.taken {
            gate.waiting += 1;
            gate = self
                .gate_free
                .wait(gate)
                .unwrap_or_else(PoisonError::into_inner);
            gate.waiting -= 1;
        }
        gate.taken = true;
        Reading {
            connection: self,
            rearm: false,
        }
    }

    fn lock_gate(&self) -> MutexGuard<'_, Gate> {
        self.gate.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_calls(&self) -> MutexGuard<'_, u32> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a registration for these sources hears of the Hosted Network.
const fn hears_network(sources: u32) -> bool {
    sources & WLAN_NOTIFICATION_SOURCE_HNWK != 0
}

/// This thread's buffer, put back when done with. Who reads into it erases what he read.
struct Buffer(Vec<u8>);

impl Buffer {
    fn take() -> Self {
        // A thread that is ending has none left.
        let mut buffer = BUFFER.try_with(Cell::take).unwrap_or_default();
        if buffer.is_empty() {
            // Of zeroed pages, of which only those ever written to take memory.
            buffer = vec![0; MAX_MESSAGE];
        }
        Self(buffer)
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let buffer = std::mem::take(&mut self.0);
        let _ = BUFFER.try_with(|kept| kept.set(buffer));
    }
}

/// A socket connected to the service.
///
/// # Errors
/// As [`Connection::open`].
pub(crate) fn dial(path: &Path) -> Result<Descriptor, Failure> {
    if let Some(folder) = path.parent()
        && wlan_client::check_private_folder(folder).is_err()
    {
        return Err(Failure::SERVICE);
    }
    let address = SocketAddrUnix::new(path).map_err(|_| Failure::SERVICE)?;
    let socket = table()
        .open(|| {
            socket_with(
                AddressFamily::UNIX,
                SocketType::SEQPACKET,
                SocketFlags::CLOEXEC,
                None,
            )
        })
        .map_err(|error| match error {
            Errno::MFILE | Errno::NFILE => {
                Failure::without_reason(Win32Error::REMOTE_SESSION_LIMIT_EXCEEDED)
            }
            _ => Failure::without_reason(Win32Error::NOT_ENOUGH_MEMORY),
        })?;
    retry_on_intr(|| connect(&socket, &address)).map_err(|_| Failure::SERVICE)?;
    Ok(socket)
}
