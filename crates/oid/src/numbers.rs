//! Numbers of OIDs and of status indications (`windot11.h`; native-80211-ihv reference, 3 and 4.1).

use core::fmt;

/// Constants, all of them in a table, and their names.
macro_rules! numbers {
    ($type:ident, $prefix:literal, $($(#[$doc:meta])* $name:ident = $value:literal;)*) => {
        impl $type {
            $($(#[$doc])* pub const $name: Self = Self($value);)*

            /// Every number known here, in the order of the constants.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The constant's name in the Windows headers; `None` for an unknown number.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self {
                    $(Self::$name => Some(concat!($prefix, stringify!($name))),)*
                    _ => None,
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.name() {
                    Some(name) => f.write_str(name),
                    None => write!(f, "{}{:#010X}", $prefix, self.0),
                }
            }
        }

        impl fmt::Debug for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    };
}

/// The number of an OID. Unknown numbers are kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid(pub u32);

/// The number of an `NDIS_STATUS_DOT11_*` indication. Unknown numbers are kept.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IndicationCode(pub u32);

numbers! {
    Oid, "OID_DOT11_",
    /// Set; [`ByteArray`](crate::wire::ByteArray) of key-mapping entries.
    CIPHER_KEY_MAPPING_KEY = 0x0E01_018C;
    /// Set; `DOT11_CIPHER_DEFAULT_KEY_VALUE`.
    CIPHER_DEFAULT_KEY = 0x0E01_018B;
    /// Query, set; ULONG.
    CIPHER_DEFAULT_KEY_ID = 0x0E01_018A;
    /// Query, set; `DOT11_AUTH_ALGORITHM_LIST`.
    ENABLED_AUTHENTICATION_ALGORITHM = 0x0E01_0185;
    /// Query, set; `DOT11_CIPHER_ALGORITHM_LIST`.
    ENABLED_UNICAST_CIPHER_ALGORITHM = 0x0E01_0187;
    /// Query, set; `DOT11_CIPHER_ALGORITHM_LIST`.
    ENABLED_MULTICAST_CIPHER_ALGORITHM = 0x0E01_0189;
    /// Query, set; BOOLEAN.
    EXCLUDE_UNENCRYPTED = 0x0E01_0182;
    /// Query, set; `DOT11_PRIVACY_EXEMPTION_LIST`.
    PRIVACY_EXEMPTION_LIST = 0x0E01_0184;
    /// Query, set; BOOLEAN.
    UNICAST_USE_GROUP_ENABLED = 0x0E01_018F;
    /// Query; `DOT11_AUTH_CIPHER_PAIR_LIST`.
    SUPPORTED_UNICAST_ALGORITHM_PAIR = 0x0E01_0186;
    /// Query; `DOT11_AUTH_CIPHER_PAIR_LIST`.
    SUPPORTED_MULTICAST_ALGORITHM_PAIR = 0x0E01_0188;
    /// Set; `DOT11_PORT_STATE_NOTIFICATION`.
    PORT_STATE_NOTIFICATION = 0x0E01_029A;
    /// Query, set; `DOT11_MAC_ADDRESS_LIST`.
    EXCLUDED_MAC_ADDRESS_LIST = 0x0E01_017D;
    /// Query, set; BOOLEAN.
    SAFE_MODE_ENABLED = 0x0E01_019D;
    /// Query; `DOT11_STATISTICS`.
    STATISTICS = 0x0E02_0183;
    /// Query; ULONG.
    WEP_ICV_ERROR_COUNT = 0x0D01_031D;
    /// Query, set; `DOT11_PMKID_LIST`.
    PMKID_LIST = 0x0E01_0280;
    /// Method; vendor data.
    NIC_SPECIFIC_EXTENSION = 0x0D01_035C;
    /// Query, set; `DOT11_CURRENT_OPERATION_MODE`.
    CURRENT_OPERATION_MODE = 0x0D01_0308;
    /// Query; `DOT11_OPERATION_MODE_CAPABILITY`.
    OPERATION_MODE_CAPABILITY = 0x0D01_0307;
    /// Set; no data.
    START_AP_REQUEST = 0x0E03_0102;
    /// Method; `DOT11_RESET_REQUEST` in, `DOT11_STATUS_INDICATION` out.
    RESET_REQUEST = 0x0D01_0310;
    /// Direct set; `DOT11_INCOMING_ASSOC_DECISION`.
    INCOMING_ASSOCIATION_DECISION = 0x0E03_0106;
    /// Set; `DOT11_DISASSOCIATE_PEER_REQUEST`.
    DISASSOCIATE_PEER_REQUEST = 0x0E03_0105;
    /// Query; `DOT11_PEER_INFO_LIST`.
    ENUM_PEER_INFO = 0x0E03_0108;
    /// Query, set; `DOT11_ADDITIONAL_IE`.
    ADDITIONAL_IE = 0x0E03_0107;
    /// Query, set; BOOLEAN.
    WPS_ENABLED = 0x0E03_0101;
    /// Query; `DOT11_AVAILABLE_CHANNEL_LIST`.
    AVAILABLE_CHANNEL_LIST = 0x0E03_0103;
    /// Query; `DOT11_AVAILABLE_FREQUENCY_LIST`.
    AVAILABLE_FREQUENCY_LIST = 0x0E03_0104;
    /// Query, set; `DOT11_SSID_LIST`.
    DESIRED_SSID_LIST = 0x0E01_017C;
    /// Query, set; ULONG.
    BEACON_PERIOD = 0x0D01_031B;
    /// Query, set; ULONG.
    DTIM_PERIOD = 0x0D01_031C;
    /// Query, set; ULONG.
    AUTO_CONFIG_ENABLED = 0x0E01_0178;
    /// Query, set; `DOT11_PHY_ID_LIST`.
    DESIRED_PHY_LIST = 0x0E01_0191;
    /// Query, set; ULONG.
    CURRENT_PHY_ID = 0x0E01_0192;
    /// Query, set; ULONG.
    CURRENT_CHANNEL = 0x0D01_0335;
    /// Query, set; ULONG.
    CURRENT_FREQUENCY = 0x0D01_0342;
    /// Query, set; `DOT11_RATE_SET`.
    OPERATIONAL_RATE_SET = 0x0D01_031A;
    /// Query, set; BOOLEAN.
    NIC_POWER_STATE = 0x0D01_0311;
    /// Set; `DOT11_SCAN_REQUEST_V2`.
    SCAN_REQUEST = 0x0D01_030B;
    /// Set; no data.
    FLUSH_BSS_LIST = 0x0E01_017A;
    /// Method; byte array of `DOT11_BSS_ENTRY`.
    ENUM_BSS_LIST = 0x0E01_0179;
    /// Query, set; ULONG.
    RTS_THRESHOLD = 0x0D01_031F;
    /// Query, set; ULONG.
    SHORT_RETRY_LIMIT = 0x0D01_0320;
    /// Query, set; ULONG.
    LONG_RETRY_LIMIT = 0x0D01_0321;
    /// Query, set; ULONG.
    FRAGMENTATION_THRESHOLD = 0x0D01_0322;
    /// Query, set; n addresses of 6 bytes.
    MULTICAST_LIST = 0x0D01_0704;
    /// Query, set; 6 bytes.
    CURRENT_ADDRESS = 0x0D01_0702;
    /// Query; 6 bytes.
    PERMANENT_ADDRESS = 0x0D01_0703;
    /// Method; `DOT11_MAC_PARAMETERS` in, `DOT11_MAC_INFO` out.
    CREATE_MAC = 0x0E04_0101;
    /// Set; `DOT11_MAC_INFO`.
    DELETE_MAC = 0x0E04_0102;
    /// Query.
    VIRTUAL_STATION_CAPABILITY = 0x0E04_0204;
    /// Query; `DOT11_ASSOCIATION_INFO_LIST`; station only.
    ENUM_ASSOCIATION_INFO = 0x0E01_018D;
}

numbers! {
    IndicationCode, "NDIS_STATUS_DOT11_",
    /// An explicit scan is done; an NDIS status of 4 bytes.
    SCAN_CONFIRM = 0x4003_0000;
    /// `DOT11_MPDU_MAX_LENGTH_INDICATION`.
    MPDU_MAX_LENGTH_CHANGED = 0x4003_0001;
    /// `DOT11_ASSOCIATION_START_PARAMETERS`; station only.
    ASSOCIATION_START = 0x4003_0002;
    /// `DOT11_ASSOCIATION_COMPLETION_PARAMETERS`; station only.
    ASSOCIATION_COMPLETION = 0x4003_0003;
    /// `DOT11_CONNECTION_START_PARAMETERS`; station only.
    CONNECTION_START = 0x4003_0004;
    /// `DOT11_CONNECTION_COMPLETION_PARAMETERS`; station only.
    CONNECTION_COMPLETION = 0x4003_0005;
    /// `DOT11_ROAMING_START_PARAMETERS`; station only.
    ROAMING_START = 0x4003_0006;
    /// `DOT11_ROAMING_COMPLETION_PARAMETERS`; station only.
    ROAMING_COMPLETION = 0x4003_0007;
    /// `DOT11_DISASSOCIATION_PARAMETERS`.
    DISASSOCIATION = 0x4003_0008;
    /// `DOT11_TKIPMIC_FAILURE_PARAMETERS`.
    TKIPMIC_FAILURE = 0x4003_0009;
    /// `DOT11_PMKID_CANDIDATE_LIST_PARAMETERS`; station only.
    PMKID_CANDIDATE_LIST = 0x4003_000A;
    /// `DOT11_PHY_STATE_PARAMETERS`.
    PHY_STATE_CHANGED = 0x4003_000B;
    /// `DOT11_LINK_QUALITY_PARAMETERS`.
    LINK_QUALITY = 0x4003_000C;
    /// `DOT11_INCOMING_ASSOC_STARTED_PARAMETERS`.
    INCOMING_ASSOC_STARTED = 0x4003_000D;
    /// `DOT11_INCOMING_ASSOC_REQUEST_RECEIVED_PARAMETERS`.
    INCOMING_ASSOC_REQUEST_RECEIVED = 0x4003_000E;
    /// `DOT11_INCOMING_ASSOC_COMPLETION_PARAMETERS`.
    INCOMING_ASSOC_COMPLETION = 0x4003_000F;
    /// `DOT11_STOP_AP_PARAMETERS`.
    STOP_AP = 0x4003_0010;
    /// `DOT11_PHY_FREQUENCY_ADOPTED_PARAMETERS`.
    PHY_FREQUENCY_ADOPTED = 0x4003_0011;
    /// `DOT11_CAN_SUSTAIN_AP_PARAMETERS`.
    CAN_SUSTAIN_AP = 0x4003_0012;
}
