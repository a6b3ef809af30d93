//! What each command does; its file has its name. Larger ones have a folder beside this one:
//! `netsh`, `view` (`watch`), `wine`.

pub(crate) mod air;
pub(crate) mod doctor;
pub(crate) mod events;
pub(crate) mod generate;
pub(crate) mod ihv;
pub(crate) mod key;
pub(crate) mod peers;
pub(crate) mod qr;
pub(crate) mod replay;
pub(crate) mod serve;
pub(crate) mod set;
pub(crate) mod share;
pub(crate) mod sim;
pub(crate) mod start;
pub(crate) mod status;
pub(crate) mod stop;
pub(crate) mod up;
pub(crate) mod web;
