//! `AllocateBuffer` and `FreeBuffer`: malloc with a list of what is out.

use core::ffi::c_void;
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What an extension or the host has allocated and nobody has freed.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    /// Address and size.
    out: Mutex<BTreeMap<usize, usize>>,
}

impl Buffers {
    fn out(&self) -> MutexGuard<'_, BTreeMap<usize, usize>> {
        self.out.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Zeroed memory; even of no bytes it has an address. NULL when there is none.
    #[expect(unsafe_code, reason = "memory for C")]
    pub(crate) fn allocate(&self, bytes: usize) -> *mut c_void {
        // SAFETY: calloc may be called with any numbers.
        let memory = unsafe { libc::calloc(bytes.max(1), 1) };
        if !memory.is_null() {
            self.out().insert(memory as usize, bytes);
        }
        memory
    }

    /// The size of a buffer, if it is one of these.
    pub(crate) fn size(&self, memory: *const c_void) -> Option<usize> {
        self.out().get(&(memory as usize)).copied()
    }

    /// Erases and frees. `false` if it is none of these, or was freed before.
    #[expect(unsafe_code, reason = "memory for C")]
    pub(crate) fn free(&self, memory: *mut c_void) -> bool {
        let Some(bytes) = self.out().remove(&(memory as usize)) else {
            return false;
        };
        // SAFETY: it was in the list, so calloc made it with this size, and it has just been taken
        // out, so nobody else frees it.
        unsafe {
            std::slice::from_raw_parts_mut(memory.cast::<u8>(), bytes).fill(0);
            core::sync::atomic::compiler_fence(core::sync::atomic::Ordering::SeqCst);
            libc::free(memory);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_can_be_freed_once() {
        let buffers = Buffers::default();
        let memory = buffers.allocate(0);
        assert!(!memory.is_null());
        assert_eq!(buffers.size(memory), Some(0));
        assert!(buffers.free(memory));
        assert!(!buffers.free(memory));
        assert!(!buffers.free(core::ptr::dangling_mut()));
    }
}
