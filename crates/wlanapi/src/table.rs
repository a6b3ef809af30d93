//! The handles of the process, and every descriptor of ours.
//!
//! One lock for both, because fork() must find them at rest (`fork.rs`). It is never held across a
//! wait.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::io::Errno;

use crate::connection::Connection;
use crate::pump::Running;
use crate::types::HANDLE;

/// The values handles are drawn from: 29 bits, so that a handle is positive, a multiple of four and
/// fits in 32 bits like those of Windows. Some programs keep it in an `int`.
const VALUES: u32 = 1 << 29;

/// Odd, so that multiplying by it permutes the values.
const STRIDE: u32 = 0x0d2b_74e5;

static TABLE: Mutex<Table> = Mutex::new(Table::new());

/// The handles and descriptors of this process.
#[derive(Debug)]
pub(crate) struct Table {
    handles: BTreeMap<u32, Arc<Connection>>,
    /// Handles given so far. A value comes back after [`VALUES`] of them.
    given: u32,
    descriptors: BTreeSet<RawFd>,
    /// What a child inherited: unusable, and kept only to be found by a debugger of memory.
    inherited: Option<Box<Inherited>>,
}

/// What belongs to the parent of a forked child.
#[derive(Debug)]
#[expect(dead_code, reason = "only kept")]
struct Inherited {
    handles: BTreeMap<u32, Arc<Connection>>,
    pump: Option<Running>,
}

/// The table, whatever happened to the thread that had it last.
pub(crate) fn table() -> MutexGuard<'static, Table> {
    TABLE.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Table {
    const fn new() -> Self {
        Self {
            handles: BTreeMap::new(),
            given: 0,
            descriptors: BTreeSet::new(),
            inherited: None,
        }
    }

    /// A handle for a connection.
    pub(crate) fn insert(&mut self, connection: Arc<Connection>) -> HANDLE {
        loop {
            self.given = self.given.wrapping_add(1);
            let value = self.given.wrapping_mul(STRIDE) % VALUES * 4;
            if value != 0 && !self.handles.contains_key(&value) {
                connection.set_handle(value);
                self.handles.insert(value, connection);
                return core::ptr::without_provenance_mut(value as usize);
            }
        }
    }

    /// The connection behind a handle, whatever the caller made of it.
    pub(crate) fn get(&self, handle: HANDLE) -> Option<Arc<Connection>> {
        self.by_value(u32::try_from(handle.addr()).ok()?)
    }

    /// The connection behind the value of a handle.
    pub(crate) fn by_value(&self, value: u32) -> Option<Arc<Connection>> {
        self.handles.get(&value).cloned()
    }

    /// Takes a handle out of use.
    pub(crate) fn remove(&mut self, handle: HANDLE) -> Option<Arc<Connection>> {
        self.handles.remove(&u32::try_from(handle.addr()).ok()?)
    }

    /// Makes a descriptor that a forked child will not keep.
    pub(crate) fn open(
        &mut self,
        make: impl FnOnce() -> Result<OwnedFd, Errno>,
    ) -> Result<Descriptor, Errno> {
        let fd = make()?;
        self.descriptors.insert(fd.as_raw_fd());
        Ok(Descriptor(Some(fd)))
    }

    /// In a forked child: lets go of everything that is the parent's. Handles given later are others
    /// than those given before.
    pub(crate) fn disown(&mut self, pump: &mut Option<Running>) {
        for fd in mem::take(&mut self.descriptors) {
            crate::fork::close_inherited(fd);
        }
        // Locks inside may be held by threads that do not exist here: nothing of it is dropped.
        let old = Inherited {
            handles: mem::take(&mut self.handles),
            pump: pump.take(),
        };
        mem::forget(self.inherited.replace(Box::new(old)));
    }
}

/// A descriptor the table knows of.
#[derive(Debug)]
pub(crate) struct Descriptor(Option<OwnedFd>);

impl AsFd for Descriptor {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0
            .as_ref()
            .map(AsFd::as_fd)
            .expect("taken only by drop")
    }
}

impl Drop for Descriptor {
    fn drop(&mut self) {
        if let Some(fd) = self.0.take() {
            let mut table = table();
            table.descriptors.remove(&fd.as_raw_fd());
            // Closed under the lock, or a fork in between would hand the number to the child, to
            // whom it may soon mean another file.
            drop(fd);
        }
    }
}
