//! What commands print for people. Each command has a file here, whose name is the command's.

pub(crate) mod amount;
pub(crate) mod events;
pub(crate) mod ihv;
pub(crate) mod key;
pub(crate) mod peers;
pub(crate) mod share;
pub(crate) mod sim;
pub(crate) mod status;
