//! Memory that changes hands: everything a caller frees with `WlanFreeMemory`.
//!
//! Where it comes from, the process decides: see `host`.

#![expect(unsafe_code, reason = "memory that C programs own")]

use core::ffi::c_void;
use core::ptr::{self, NonNull};

use crate::host;

/// `size` bytes, or NULL: for want of memory, or because none were asked for.
pub(crate) fn allocate(size: usize) -> *mut c_void {
    if size == 0 {
        host::refuse_size();
        return ptr::null_mut();
    }
    host::allocate(size)
}

/// Takes back what [`allocate`] gave; NULL is nothing.
///
/// # Safety
/// `memory` is NULL or came from [`allocate`] and was not freed since.
pub(crate) unsafe fn free(memory: *mut c_void) {
    // SAFETY: see above.
    unsafe { host::free(memory) };
}

/// A block on its way to the caller; freed when the call fails before it gets there.
#[derive(Debug)]
pub(crate) struct Block {
    start: NonNull<u8>,
    len: usize,
}

impl Block {
    /// `len` bytes of zero, or `None` for want of memory.
    pub(crate) fn zeroed(len: usize) -> Option<Self> {
        let start = host::allocate_zeroed(len.max(1));
        NonNull::new(start.cast()).map(|start| Self { start, len })
    }

    /// A copy of `bytes`.
    pub(crate) fn copy_of(bytes: &[u8]) -> Option<Self> {
        let mut block = Self::zeroed(bytes.len())?;
        block.put(0, bytes);
        Some(block)
    }

    /// A copy of a structure of `types.rs`.
    pub(crate) fn of<T: Copy>(value: T) -> Option<Self> {
        let mut block = Self::zeroed(size_of::<T>())?;
        block.write(0, value);
        Some(block)
    }

    /// Writes bytes at an offset.
    ///
    /// # Panics
    /// When they do not fit.
    pub(crate) fn put(&mut self, offset: usize, bytes: &[u8]) {
        assert!(offset + bytes.len() <= self.len, "beyond the block");
        // SAFETY: within the block by the line above; our own memory never overlaps the caller's.
        unsafe {
            ptr::copy_nonoverlapping(bytes.as_ptr(), self.start.as_ptr().add(offset), bytes.len());
        }
    }

    /// Writes a structure of `types.rs` at an offset.
    ///
    /// # Panics
    /// When it does not fit.
    pub(crate) fn write<T: Copy>(&mut self, offset: usize, value: T) {
        assert!(offset + size_of::<T>() <= self.len, "beyond the block");
        // SAFETY: within the block by the line above; no alignment is asked of the offset.
        unsafe {
            self.start
                .as_ptr()
                .add(offset)
                .cast::<T>()
                .write_unaligned(value);
        }
    }

    /// Hands the block over.
    pub(crate) fn into_raw<T>(self) -> *mut T {
        let start = self.start.as_ptr().cast();
        core::mem::forget(self);
        start
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: from `allocate_zeroed`, and not handed over.
        unsafe { host::free(self.start.as_ptr().cast()) };
    }
}

/// Where a caller wants a result; may be NULL or unaligned.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Out<T>(*mut T);

impl<T: Copy> Out<T> {
    /// # Safety
    /// `pointer` is NULL or may be written to for as long as the call lasts, aligned or not.
    pub(crate) const unsafe fn new(pointer: *mut T) -> Self {
        Self(pointer)
    }

    pub(crate) const fn is_null(self) -> bool {
        self.0.is_null()
    }

    /// Writes, unless the caller wants nothing.
    pub(crate) fn write(self, value: T) {
        if !self.is_null() {
            // SAFETY: by the contract of `new`.
            unsafe { self.0.write_unaligned(value) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_zero_but_for_what_was_put() {
        let mut block = Block::zeroed(8).unwrap();
        block.put(1, b"ab");
        block.write(3, 0x0101_0101_u32);
        let start: *mut u8 = block.into_raw();

        // SAFETY: eight bytes, ours since the line above.
        let bytes = unsafe { core::slice::from_raw_parts(start, 8) };
        assert_eq!(bytes, b"\0ab\x01\x01\x01\x01\0");
        // SAFETY: from the C library's allocator, and not looked at again.
        unsafe { free(start.cast()) };
    }

    #[test]
    #[should_panic(expected = "beyond the block")]
    fn nothing_is_written_beyond_a_block() {
        Block::zeroed(7).unwrap().write(4, 0_u32);
    }

    #[test]
    fn results_go_to_any_place_or_to_none() {
        let mut bytes = [0_u8; 6];
        // SAFETY: four bytes from the second on; and NULL.
        unsafe {
            Out::new(bytes.as_mut_ptr().add(1).cast::<u32>()).write(u32::MAX);
            Out::<u32>::new(ptr::null_mut()).write(1);
        }
        assert_eq!(bytes, [0, 255, 255, 255, 255, 0]);
    }

    #[test]
    fn no_size_is_no_memory() {
        assert!(allocate(0).is_null());
        assert_eq!(
            std::io::Error::last_os_error().raw_os_error(),
            Some(libc::EINVAL)
        );
    }
}
