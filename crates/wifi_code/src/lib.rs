//! A network's name and key as a QR code, which phones scan to join.
//!
//! An engine: text in, text and bytes out. A code of a key is a key: what holds it is erased when
//! dropped and not shown by `Debug`. The buffers inside the encoders of QR codes and PNG files are not
//! ours and are given back as they are.
//!
//! ```
//! use dot11::Ssid;
//! use wifi_code::{Code, Key, Paint};
//!
//! # fn main() -> Result<(), wifi_code::Error> {
//! let ssid = Ssid::new("Guest room").expect("1 to 32 bytes");
//! let code = Code::new(&ssid, Key::Passphrase(b"tea at five"))?;
//! let for_a_terminal = code.terminal(Paint::Colours);
//! # assert!(for_a_terminal.lines().count() > 12);
//! # Ok(())
//! # }
//! ```

mod code;
mod error;
mod png;
mod text;

pub use code::{Code, Paint};
pub use error::Error;
pub use text::{Key, text};

#[cfg(test)]
mod tests;
