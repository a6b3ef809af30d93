//! What a forked child inherits: nothing.
//!
//! A child that kept our sockets would keep the parent's handles alive at the service after the
//! parent's death. So it closes them, forgets the handles (they answer ERROR_INVALID_HANDLE) and may
//! open handles of its own. With exec() the descriptors close by themselves.

#![expect(
    unsafe_code,
    reason = "pthread_atfork, and descriptors known by number"
)]

use std::cell::RefCell;
use std::os::fd::RawFd;
use std::sync::MutexGuard;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use crate::pump::{Running, pump};
use crate::table::{Table, table};

static WATCHING: AtomicBool = AtomicBool::new(false);

/// How often this process and its ancestors have been a forked child.
static GENERATION: AtomicU32 = AtomicU32::new(0);

/// The locks a child would otherwise find taken by threads it does not have.
struct Held {
    pump: MutexGuard<'static, Option<Running>>,
    table: MutexGuard<'static, Table>,
}

thread_local! {
    /// What the forking thread keeps still from before fork() until after it.
    static HELD: RefCell<Option<Held>> = const { RefCell::new(None) };
}

/// Runs when the library is loaded, while no thread of it can be under way.
#[used]
#[unsafe(link_section = ".init_array")]
static AT_LOAD: extern "C" fn() = at_load;

extern "C" fn at_load() {
    watch();
}

/// Sees to it that forks are noticed, also where the linker left out the line above.
pub(crate) fn watch() {
    if !WATCHING.swap(true, Ordering::AcqRel) {
        // It fails only for want of memory at the start of the program; children then inherit the
        // handles, which is what they would without us.
        // SAFETY: the three functions live as long as the library, which is never unloaded.
        let _ = unsafe { libc::pthread_atfork(Some(prepare), Some(parent), Some(child)) };
    }
}

/// Tells a thread whether it runs in the process it was started in.
pub(crate) fn generation() -> u32 {
    GENERATION.load(Ordering::Acquire)
}

extern "C" fn prepare() {
    let pump = pump();
    let table = table();
    let held = Held { pump, table };
    let _ = HELD.try_with(|slot| *slot.borrow_mut() = Some(held));
}

extern "C" fn parent() {
    let _ = HELD.try_with(RefCell::take);
}

extern "C" fn child() {
    GENERATION.fetch_add(1, Ordering::AcqRel);
    let _ = HELD.try_with(|slot| {
        if let Some(mut held) = slot.take() {
            held.table.disown(&mut held.pump);
        }
    });
}

/// Closes one of the parent's descriptors in the child.
pub(crate) fn close_inherited(fd: RawFd) {
    // SAFETY: the table lists only descriptors of ours that are open, and their owners in this
    // process are never used or dropped again.
    unsafe { libc::close(fd) };
}
