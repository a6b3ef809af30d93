//! Seam B: extensions of vendors.
//!
//! A vendor's shared object meets us in two forms. Inside its host process it sees C tables and
//! structures, those of Windows' `wlanihv.h`: [`abi`]. Between the host process and the service go
//! plain messages: [`seam`], each one packet of a `SOCK_SEQPACKET` Unix socket, written by
//! [`encode`] and read by [`decode`].
//!
//! ```text
//!  extension.so == abi ==> hostednet-ihvhost --- HostMessage ------> service ==> seam C (oid)
//!               <== abi ==                   <-- ServiceMessage ---
//! ```
//!
//! This crate holds no logic: life cycle and refusals are in `ihv_host`.

pub mod abi;
mod codec;
pub mod seam;

pub use codec::{DecodeError, MAX_MESSAGE, PROTOCOL_VERSION, decode, encode};
