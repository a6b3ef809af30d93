//! `WlanReasonCodeToString`.

#![expect(unsafe_code, reason = "writes into a buffer of a C program")]

use core::ffi::c_void;

use wlan_model::Win32Error;

use crate::api::reason_texts::TEXTS;
use crate::failure::Failure;
use crate::memory::Out;

/// What is said of a code that is none of [`TEXTS`].
const UNKNOWN: &str = "The reason is not known.";

/// See `exports::WlanReasonCodeToString`.
///
/// # Safety
/// `buffer` is NULL or has room for `size` units.
pub(crate) unsafe fn to_string(
    reason: u32,
    size: u32,
    buffer: *mut u16,
    reserved: *const c_void,
) -> u32 {
    let Some(room) = size.checked_sub(1) else {
        return Failure::ARGUMENT.code.0;
    };
    if buffer.is_null() || !reserved.is_null() {
        return Failure::ARGUMENT.code.0;
    }
    let units = text(reason).encode_utf16().take(room as usize).chain([0]);
    for (i, unit) in units.enumerate() {
        // SAFETY: at most `size` units are written, the NUL among them.
        unsafe { Out::new(buffer.wrapping_add(i)) }.write(unit);
    }
    Win32Error::SUCCESS.0
}

/// Our words for a `WLAN_REASON_CODE`.
fn text(reason: u32) -> &'static str {
    match TEXTS.binary_search_by_key(&reason, |(code, _)| *code) {
        Ok(i) => TEXTS[i].1,
        Err(_) => UNKNOWN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn string(reason: u32, size: usize) -> String {
        let mut buffer = vec![0xffff; size + 1];
        // SAFETY: the buffer has more room than it is said to have.
        let rc = unsafe {
            to_string(
                reason,
                u32::try_from(size).unwrap(),
                buffer.as_mut_ptr(),
                core::ptr::null(),
            )
        };
        assert_eq!(rc, 0);
        assert_eq!(buffer[size], 0xffff, "nothing is written beyond the buffer");
        let end = buffer.iter().position(|unit| *unit == 0).unwrap();
        String::from_utf16(&buffer[..end]).unwrap()
    }

    #[test]
    fn texts_are_cut_to_the_buffer_and_terminated() {
        assert_eq!(string(0, 100), "The operation succeeded.");
        assert_eq!(string(0, 4), "The");
        assert_eq!(string(0, 1), "");
        assert_eq!(string(12_345, 100), UNKNOWN);
    }

    #[test]
    fn every_code_has_one_text_that_differs_from_the_others() {
        assert!(TEXTS.is_sorted_by(|a, b| a.0 < b.0));
        let mut texts: Vec<_> = TEXTS.iter().map(|(_, text)| text).collect();
        texts.sort_unstable();
        texts.dedup();
        assert_eq!(texts.len(), TEXTS.len());
        assert!(
            TEXTS
                .iter()
                .all(|(_, text)| text.is_ascii() && text.ends_with('.'))
        );
    }

    #[test]
    fn a_buffer_that_is_none_is_refused() {
        let mut unit = 7;
        // SAFETY: nothing is written.
        unsafe {
            assert_eq!(to_string(0, 0, &raw mut unit, core::ptr::null()), 87);
            assert_eq!(
                to_string(0, 1, core::ptr::null_mut(), core::ptr::null()),
                87
            );
            let reserved = (&raw const unit).cast();
            assert_eq!(to_string(0, 1, &raw mut unit, reserved), 87);
        }
        assert_eq!(unit, 7);
    }
}
