//! Numbers of `wlanihv.h`, `windot11.h` and `l2cmn.h`.

/// `L2_REASON_CODE_SUCCESS`.
pub const L2_REASON_CODE_SUCCESS: u32 = 0;
/// `L2_REASON_CODE_UNKNOWN`.
pub const L2_REASON_CODE_UNKNOWN: u32 = 0x1_0001;
/// `L2_REASON_CODE_IHV_BASE`: the first reason that belongs to vendors.
pub const L2_REASON_CODE_IHV_BASE: u32 = 0x9_0000;
/// `L2_REASON_CODE_GROUP_SIZE`: how many reasons a group has.
pub const L2_REASON_CODE_GROUP_SIZE: u32 = 0x1_0000;

/// `NDIS_OBJECT_TYPE_DEFAULT`: the type in every object header here.
pub const NDIS_OBJECT_TYPE_DEFAULT: u8 = 0x80;
/// Revision of the entries of a byte array of key-mapping keys.
pub const DOT11_CIPHER_KEY_MAPPING_KEY_VALUE_BYTE_ARRAY_REVISION_1: u8 = 1;
/// Revision of `DOT11_CIPHER_DEFAULT_KEY_VALUE`.
pub const DOT11_CIPHER_DEFAULT_KEY_VALUE_REVISION_1: u8 = 1;
/// Revision of `DOT11_ASSOCIATION_COMPLETION_PARAMETERS`.
pub const DOT11_ASSOCIATION_COMPLETION_PARAMETERS_REVISION_1: u8 = 1;

/// A key for received frames.
pub const DOT11_DIR_INBOUND: i32 = 1;
/// A key for sent frames.
pub const DOT11_DIR_OUTBOUND: i32 = 2;
/// A key for both.
pub const DOT11_DIR_BOTH: i32 = 3;

/// WEP with a 40-bit key.
pub const DOT11_CIPHER_ALGO_WEP40: i32 = 1;
/// TKIP.
pub const DOT11_CIPHER_ALGO_TKIP: i32 = 2;
/// AES-CCMP with a 128-bit key.
pub const DOT11_CIPHER_ALGO_CCMP: i32 = 4;
/// WEP with a 104-bit key.
pub const DOT11_CIPHER_ALGO_WEP104: i32 = 5;
/// BIP-CMAC-128.
pub const DOT11_CIPHER_ALGO_BIP: i32 = 6;
/// GCMP with a 128-bit key.
pub const DOT11_CIPHER_ALGO_GCMP: i32 = 8;
/// GCMP with a 256-bit key.
pub const DOT11_CIPHER_ALGO_GCMP_256: i32 = 9;
/// CCMP with a 256-bit key.
pub const DOT11_CIPHER_ALGO_CCMP_256: i32 = 10;

/// Frames of this EtherType must arrive and leave in clear.
pub const DOT11_EXEMPT_ALWAYS: u16 = 1;
/// In clear until the peer has a key-mapping key.
pub const DOT11_EXEMPT_ON_KEY_MAPPING_KEY_UNAVAILABLE: u16 = 2;
/// Frames to one station.
pub const DOT11_EXEMPT_UNICAST: u16 = 1;
/// Frames to a group.
pub const DOT11_EXEMPT_MULTICAST: u16 = 2;
/// Both.
pub const DOT11_EXEMPT_BOTH: u16 = 3;

/// A station in ExtSTA mode.
pub const DOT11_OPERATION_MODE_EXTENSIBLE_STATION: u32 = 4;
/// An access point in ExtAP mode.
pub const DOT11_OPERATION_MODE_EXTENSIBLE_AP: u32 = 8;

/// The source of the notifications of extensions.
pub const L2_NOTIFICATION_SOURCE_WLAN_IHV: u32 = 0x40;

/// A user has logged off (`wtsapi32.h`).
pub const WTS_SESSION_LOGOFF: u32 = 6;
