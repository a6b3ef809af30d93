//! What an extension sees: tables and structures of `wlanihv.h`, under their own names.
//!
//! Truth values are `u8` (`BOOLEAN`) and `i32` (`BOOL`), of which only zero is FALSE: a foreign
//! library may store any value, which a Rust `bool` must not hold. Enumerations are integers for the
//! same reason. Layouts are held against the `windows-sys` crate by `tests/layout.rs`.

#![expect(
    non_camel_case_types,
    non_snake_case,
    reason = "the names of the Windows headers"
)]

mod consts;
mod structs;
mod tables;

pub use consts::*;
pub use structs::*;
pub use tables::native::*;

/// The same for libraries made for 64-bit Windows: only the calling convention of the tables differs.
#[cfg(target_arch = "x86_64")]
pub mod win64 {
    pub use super::consts::*;
    pub use super::structs::*;
    pub use super::tables::windows::*;
}
