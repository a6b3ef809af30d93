//! The binary forms of OID requests, their answers and indications, byte for byte those of Windows
//! (native-80211-ihv reference, 2.4 to 2.7, 3 and 4.1).
//!
//! Everything is little-endian except EtherTypes. Structures may lie at any address: fields are
//! copied out, never referenced. Nothing is believed that a buffer says about itself: each count,
//! length and offset is held against the bytes that are there.
//!
//! * [`Structure`]: one type per structure, parsed from and written to bytes. Parts of variable
//!   length are borrowed from the buffer.
//! * [`KeyMappingKeys`], [`key_mapping_array`], [`parse_default_key`] and [`default_key_value`]:
//!   structures with secrets, whose bytes are erased on drop.
//! * [`set_requests`], [`set_bytes`], [`indication`], [`indication_bytes`], [`peer_info_list`]:
//!   between bytes and the typed seam.

mod assoc;
mod byte_array;
mod convert;
mod convert_indication;
mod default_key;
mod error;
mod exemption;
mod form;
mod header;
mod ie;
mod indications;
mod key_data;
mod key_mapping;
mod lists;
mod mode;
mod peer;
mod port;
mod query;
mod reset;
mod scalar;
mod station;
mod statistics;

pub use assoc::{
    ErrorSource, IncomingAssocCompletion, IncomingAssocDecision, IncomingAssocRequestReceived,
    IncomingAssocStarted, PhyList,
};
pub use byte_array::ByteArray;
pub use convert::{Bytes, PortContext, SetRequest, operation_mode_number, set_bytes, set_requests};
pub use convert_indication::{AssocFrames, indication, indication_bytes, peer_info_list};
pub use default_key::{DefaultKeyValue, default_key_value, parse_default_key};
pub use error::WireError;
pub use header::ObjectHeader;
pub use ie::{AdditionalIe, NicSpecificExtension};
pub use indications::{
    CanSustainAp, Disassociation, LinkQuality, LinkQualityEntry, MpduMaxLength,
    PhyFrequencyAdopted, PhyState, StopAp, TkipMicFailure,
};
pub use key_data::KeyData;
pub use key_mapping::{KeyMappingKeys, key_mapping_array, key_mapping_value};
pub use lists::{
    AssociationInfoList, AuthAlgorithmList, AuthCipherPair, AuthCipherPairList, ChannelList,
    ChannelNumber, CipherAlgorithmList, Entry, Frequency, FrequencyList, List, MacAddressList,
    PeerInfoList, PhyId, PhyIdList, PmkidList, PrivacyExemptionList, SsidEntry, SsidList,
};
pub use mode::{CurrentOperationMode, MacInfo, MacParameters, OperationModeCapability};
pub use peer::{AssociationInfo, PeerInfo};
pub use port::{DisassociatePeerRequest, PortStateNotification};
pub use query::{QueryAnswer, Shortage, answer};
pub use reset::{ResetRequest, ResetType, StatusIndication};
pub use scalar::{Addresses, Flag, Nothing, RateSet, Ulong};
pub use station::{
    AssociationCompletion, AssociationStart, ConnectionStart, PmkidCandidate, PmkidCandidates,
    RoamingStart, StatusParameters,
};
pub use statistics::{MacCounters, PhyCounters, Statistics, UNKNOWN_COUNTER};

/// A binary structure without secrets.
pub trait Structure<'a>: Sized {
    /// Its name in `windot11.h`.
    const NAME: &'static str;
    /// Fewest bytes it can have: offset of its last fixed field and that field's size. `sizeof` may
    /// be larger by the padding behind it.
    const LEAST: usize;

    /// From a buffer that begins with it. Bytes behind it are not looked at.
    ///
    /// # Errors
    /// [`NdisStatus::INVALID_LENGTH`](crate::NdisStatus::INVALID_LENGTH) with the number of bytes
    /// that are needed, [`NdisStatus::INVALID_DATA`](crate::NdisStatus::INVALID_DATA) when what is
    /// there contradicts itself.
    fn parse(bytes: &'a [u8]) -> Result<Self, WireError>;

    /// Appends it. Offsets inside count from where it begins.
    fn write(&self, out: &mut Vec<u8>);

    /// Alone.
    fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        self.write(&mut out);
        out
    }
}
