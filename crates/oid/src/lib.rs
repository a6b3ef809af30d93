//! Seam C: what the service asks of the miniport, and what the miniport indicates.
//!
//! The Native 802.11 interface of Windows with types instead of buffers: OID requests go down, each
//! answered by one [`Completion`]; NDIS status indications come up. Names follow the OIDs and
//! `NDIS_STATUS_DOT11_*` codes; numbers are those of `windot11.h` and the Windows driver
//! documentation.
//!
//! ```text
//!  softap --- Request ------> miniport
//!         <-- Completion ---
//!         <-- Indication ---
//! ```
//!
//! Two things differ from Windows, on purpose. The association decision is an ordinary request that
//! names its [`AssocTicket`], not a call from inside the indication: nothing here can dead-lock. And
//! EAPOL travels as [`Request::SendPacket`] and [`Indication::ReceivePacket`] instead of net buffer
//! lists.
//!
//! [`wire`] holds the binary forms of all this, byte for byte those of Windows, for whoever speaks
//! with code that was written against `windot11.h`.

mod algorithm;
mod indication;
mod key;
mod numbers;
mod request;
mod security;
mod station;
mod status;
#[cfg(test)]
mod tests;
pub mod wire;

pub use algorithm::{AuthAlgorithm, CipherAlgorithm};
pub use indication::{AssocRequest, AssocTicket, Indication, PhyState, StopApReason};
pub use key::{DefaultKey, Direction, KeyMappingKey, KeyMaterial};
pub use numbers::{IndicationCode, Oid};
pub use request::{AssocDecision, Completion, OperationMode, PeerInfo, Reply, Request, RequestId};
pub use security::{ExemptionAction, ExemptionPackets, Pmkid, PrivacyExemption, SecurityRequest};
pub use station::{
    AssociationFrames, BssEntry, ConnectionEnd, StationAssociation, StationIndication,
    StationRequest,
};
pub use status::{DisassocReason, Failure, NdisStatus};

pub use cause::Cause;
