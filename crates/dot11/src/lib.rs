//! IEEE 802.11 and EAPOL-Key on the wire.
//!
//! Every format comes as a borrowed view that is checked once and then cannot panic, and as an
//! owned form that can be encoded. Code points are newtypes with named constants, so unknown values
//! survive a round trip. Nothing here decides anything and nothing here does IO.
//!
//! Clause numbers refer to IEEE 802.11-2020 unless another document is named.

mod address;
mod code;
pub mod eapol;
pub mod element;
pub mod frame;
mod key;
mod ssid;
mod vendor;

pub use address::MacAddr;
pub use code::{
    AkmSuite, Band, Channel, ChannelWidth, CipherSuite, ETHERTYPE_EAPOL, ETHERTYPE_MIN,
    MAX_PAYLOAD, Phy, ReasonCode, StatusCode,
};
pub use key::KeyBytes;
pub use ssid::{Ssid, SsidError};
pub use vendor::{Oui, VendorElement};
