//! `WlanReasonCodeToString`.

use core::ffi::c_void;

use wlan_model::Win32Error;

use crate::api::reason_texts::TEXTS;
use crate::failure::Failure;
use crate::memory::Out;

/// See `exports::WlanReasonCodeToString`. `unit` gives the place of each of the `size` units.
pub(crate) fn to_string(
    reason: u32,
    size: u32,
    buffer: Option<&dyn Fn(usize) -> Out<u16>>,
    reserved: *const c_void,
) -> u32 {
    let Some(unit) = buffer else {
        return Failure::ARGUMENT.code.0;
    };
    let Some(room) = size.checked_sub(1).filter(|_| reserved.is_null()) else {
        return Failure::ARGUMENT.code.0;
    };
    let mut end = 0;
    for (i, c) in text(reason).encode_utf16().take(room as usize).enumerate() {
        unit(i).write(c);
        end = i + 1;
    }
    unit(end).write(0);
    Win32Error::SUCCESS.0
}

/// Our words for a `WLAN_REASON_CODE`.
fn text(reason: u32) -> &'static str {
    match TEXTS.binary_search_by_key(&reason, |(code, _)| *code) {
        Ok(i) => TEXTS[i].1,
        Err(_) => "The reason is not known.",
    }
}
