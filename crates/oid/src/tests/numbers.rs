//! Numbers, names and the table of Win32 codes.

use std::collections::BTreeSet;

use windows_sys::Win32::Foundation as codes;
use windows_sys::Win32::NetworkManagement::WiFi as wifi;

use crate::{AuthAlgorithm, CipherAlgorithm, IndicationCode, NdisStatus, Oid};

#[test]
fn old_oids_are_those_of_the_headers() {
    for (ours, theirs) in [
        (
            Oid::CURRENT_OPERATION_MODE,
            wifi::OID_DOT11_CURRENT_OPERATION_MODE,
        ),
        (
            Oid::OPERATION_MODE_CAPABILITY,
            wifi::OID_DOT11_OPERATION_MODE_CAPABILITY,
        ),
        (Oid::RESET_REQUEST, wifi::OID_DOT11_RESET_REQUEST),
        (Oid::BEACON_PERIOD, wifi::OID_DOT11_BEACON_PERIOD),
        (Oid::DTIM_PERIOD, wifi::OID_DOT11_DTIM_PERIOD),
        (
            Oid::WEP_ICV_ERROR_COUNT,
            wifi::OID_DOT11_WEP_ICV_ERROR_COUNT,
        ),
        (
            Oid::NIC_SPECIFIC_EXTENSION,
            wifi::OID_DOT11_NIC_SPECIFIC_EXTENSION,
        ),
        (Oid::CURRENT_CHANNEL, wifi::OID_DOT11_CURRENT_CHANNEL),
        (Oid::CURRENT_FREQUENCY, wifi::OID_DOT11_CURRENT_FREQUENCY),
        (
            Oid::OPERATIONAL_RATE_SET,
            wifi::OID_DOT11_OPERATIONAL_RATE_SET,
        ),
        (Oid::NIC_POWER_STATE, wifi::OID_DOT11_NIC_POWER_STATE),
        (Oid::SCAN_REQUEST, wifi::OID_DOT11_SCAN_REQUEST),
        (Oid::RTS_THRESHOLD, wifi::OID_DOT11_RTS_THRESHOLD),
        (Oid::SHORT_RETRY_LIMIT, wifi::OID_DOT11_SHORT_RETRY_LIMIT),
        (Oid::LONG_RETRY_LIMIT, wifi::OID_DOT11_LONG_RETRY_LIMIT),
        (
            Oid::FRAGMENTATION_THRESHOLD,
            wifi::OID_DOT11_FRAGMENTATION_THRESHOLD,
        ),
        (Oid::MULTICAST_LIST, wifi::OID_DOT11_MULTICAST_LIST),
        (Oid::CURRENT_ADDRESS, wifi::OID_DOT11_CURRENT_ADDRESS),
        (Oid::PERMANENT_ADDRESS, wifi::OID_DOT11_PERMANENT_ADDRESS),
    ] {
        assert_eq!(ours.0, theirs, "{ours}");
    }
}

#[test]
fn new_oids_follow_the_numbering() {
    // 0x0E, group, need, sequence.
    for (oid, group, need, sequence) in [
        (Oid::CIPHER_KEY_MAPPING_KEY, 1, 1, 140),
        (Oid::CIPHER_DEFAULT_KEY, 1, 1, 139),
        (Oid::CIPHER_DEFAULT_KEY_ID, 1, 1, 138),
        (Oid::ENABLED_AUTHENTICATION_ALGORITHM, 1, 1, 133),
        (Oid::PORT_STATE_NOTIFICATION, 1, 2, 154),
        (Oid::STATISTICS, 2, 1, 131),
        (Oid::WPS_ENABLED, 3, 1, 1),
        (Oid::INCOMING_ASSOCIATION_DECISION, 3, 1, 6),
        (Oid::ENUM_PEER_INFO, 3, 1, 8),
        (Oid::CREATE_MAC, 4, 1, 1),
        (Oid::VIRTUAL_STATION_CAPABILITY, 4, 2, 4),
    ] {
        let number = 0x0E00_0000 | group << 16 | need << 8 | sequence;
        assert_eq!(oid.0, number, "{oid}");
    }
}

#[test]
fn every_number_is_there_once_and_has_a_name() {
    let oids: BTreeSet<_> = Oid::ALL.iter().collect();
    assert_eq!((oids.len(), Oid::ALL.len()), (53, 53));
    for oid in oids {
        assert!(oid.to_string().starts_with("OID_DOT11_"));
        assert!(matches!(oid.0 >> 24, 0x0D | 0x0E), "{oid}");
    }
    for (i, code) in IndicationCode::ALL.iter().enumerate() {
        assert_eq!(code.0, 0x4003_0000 + i as u32, "{code}");
    }
    assert_eq!(IndicationCode::ALL.len(), 19);
    assert_eq!(
        Oid::CIPHER_KEY_MAPPING_KEY.to_string(),
        "OID_DOT11_CIPHER_KEY_MAPPING_KEY"
    );
    assert_eq!(Oid(0x0E01_FFFF).to_string(), "OID_DOT11_0x0E01FFFF");
    assert_eq!(
        IndicationCode::CAN_SUSTAIN_AP.to_string(),
        "NDIS_STATUS_DOT11_CAN_SUSTAIN_AP"
    );
}

#[test]
fn code_points_are_those_of_the_headers() {
    for (ours, theirs) in [
        (AuthAlgorithm::OPEN, wifi::DOT11_AUTH_ALGO_80211_OPEN),
        (
            AuthAlgorithm::SHARED_KEY,
            wifi::DOT11_AUTH_ALGO_80211_SHARED_KEY,
        ),
        (AuthAlgorithm::WPA, wifi::DOT11_AUTH_ALGO_WPA),
        (AuthAlgorithm::WPA_PSK, wifi::DOT11_AUTH_ALGO_WPA_PSK),
        (AuthAlgorithm::WPA_NONE, wifi::DOT11_AUTH_ALGO_WPA_NONE),
        (AuthAlgorithm::RSNA, wifi::DOT11_AUTH_ALGO_RSNA),
        (AuthAlgorithm::RSNA_PSK, wifi::DOT11_AUTH_ALGO_RSNA_PSK),
        (
            AuthAlgorithm::WPA3_ENT_192,
            wifi::DOT11_AUTH_ALGO_WPA3_ENT_192,
        ),
        (AuthAlgorithm::WPA3_SAE, wifi::DOT11_AUTH_ALGO_WPA3_SAE),
        (AuthAlgorithm::OWE, wifi::DOT11_AUTH_ALGO_OWE),
        (AuthAlgorithm::WPA3_ENT, wifi::DOT11_AUTH_ALGO_WPA3_ENT),
    ] {
        assert_eq!(ours.0 as i32, theirs);
    }
    for (ours, theirs) in [
        (CipherAlgorithm::NONE, wifi::DOT11_CIPHER_ALGO_NONE),
        (CipherAlgorithm::WEP40, wifi::DOT11_CIPHER_ALGO_WEP40),
        (CipherAlgorithm::TKIP, wifi::DOT11_CIPHER_ALGO_TKIP),
        (CipherAlgorithm::CCMP, wifi::DOT11_CIPHER_ALGO_CCMP),
        (CipherAlgorithm::WEP104, wifi::DOT11_CIPHER_ALGO_WEP104),
        (CipherAlgorithm::BIP, wifi::DOT11_CIPHER_ALGO_BIP),
        (CipherAlgorithm::GCMP, wifi::DOT11_CIPHER_ALGO_GCMP),
        (CipherAlgorithm::GCMP_256, wifi::DOT11_CIPHER_ALGO_GCMP_256),
        (CipherAlgorithm::CCMP_256, wifi::DOT11_CIPHER_ALGO_CCMP_256),
        (
            CipherAlgorithm::BIP_GMAC_128,
            wifi::DOT11_CIPHER_ALGO_BIP_GMAC_128,
        ),
        (
            CipherAlgorithm::BIP_GMAC_256,
            wifi::DOT11_CIPHER_ALGO_BIP_GMAC_256,
        ),
        (
            CipherAlgorithm::BIP_CMAC_256,
            wifi::DOT11_CIPHER_ALGO_BIP_CMAC_256,
        ),
        (
            CipherAlgorithm::USE_GROUP,
            wifi::DOT11_CIPHER_ALGO_RSN_USE_GROUP,
        ),
        (CipherAlgorithm::WEP, wifi::DOT11_CIPHER_ALGO_WEP),
    ] {
        assert_eq!(ours.0 as i32, theirs);
    }
    assert!(CipherAlgorithm(wifi::DOT11_CIPHER_ALGO_IHV_START as u32).is_ihv());
    assert!(AuthAlgorithm(wifi::DOT11_AUTH_ALGO_IHV_END as u32).is_ihv());
    assert!(!CipherAlgorithm(0x7FFF_FFFF).is_ihv());
}

#[test]
fn the_table_of_win32_codes_is_that_of_reference_1_3() {
    for (status, number, code) in [
        (NdisStatus::SUCCESS, 0x0000_0000, codes::ERROR_SUCCESS),
        (
            NdisStatus::BUFFER_OVERFLOW,
            0x8000_0005,
            codes::ERROR_MORE_DATA,
        ),
        (NdisStatus::FAILURE, 0xC000_0001, codes::ERROR_GEN_FAILURE),
        (
            NdisStatus::INVALID_PARAMETER,
            0xC000_000D,
            codes::ERROR_INVALID_PARAMETER,
        ),
        (
            NdisStatus::RESOURCES,
            0xC000_009A,
            codes::ERROR_NO_SYSTEM_RESOURCES,
        ),
        (
            NdisStatus::NOT_SUPPORTED,
            0xC000_00BB,
            codes::ERROR_NOT_SUPPORTED,
        ),
        (
            NdisStatus::INVALID_STATE,
            0xC000_0184,
            codes::ERROR_INVALID_STATE,
        ),
        (
            NdisStatus::BAD_VERSION,
            0xC001_0004,
            codes::ERROR_NDIS_BAD_VERSION,
        ),
        (
            NdisStatus::RESET_IN_PROGRESS,
            0xC001_000D,
            codes::ERROR_NDIS_RESET_IN_PROGRESS,
        ),
        (
            NdisStatus::OPEN_LIST_FULL,
            0xC001_0010,
            codes::ERROR_NO_SYSTEM_RESOURCES,
        ),
        (
            NdisStatus::INVALID_LENGTH,
            0xC001_0014,
            codes::ERROR_NDIS_INVALID_LENGTH,
        ),
        (
            NdisStatus::INVALID_DATA,
            0xC001_0015,
            codes::ERROR_NDIS_INVALID_DATA,
        ),
        (
            NdisStatus::BUFFER_TOO_SHORT,
            0xC001_0016,
            codes::ERROR_NDIS_BUFFER_TOO_SHORT,
        ),
        (
            NdisStatus::INVALID_OID,
            0xC001_0017,
            codes::ERROR_NDIS_INVALID_OID,
        ),
        (
            NdisStatus::UNSUPPORTED_MEDIA,
            0xC001_0019,
            codes::ERROR_NDIS_UNSUPPORTED_MEDIA,
        ),
        (
            NdisStatus::DOT11_AUTO_CONFIG_ENABLED,
            0xC023_2000,
            codes::ERROR_NDIS_DOT11_AUTO_CONFIG_ENABLED,
        ),
        (
            NdisStatus::DOT11_MEDIA_IN_USE,
            0xC023_2001,
            codes::ERROR_NDIS_DOT11_MEDIA_IN_USE,
        ),
        (
            NdisStatus::DOT11_POWER_STATE_INVALID,
            0xC023_2002,
            codes::ERROR_NDIS_DOT11_POWER_STATE_INVALID,
        ),
        (
            NdisStatus::DOT11_AP_CHANNEL_CURRENTLY_NOT_AVAILABLE,
            0xC023_2005,
            codes::ERROR_NDIS_DOT11_AP_CHANNEL_CURRENTLY_NOT_AVAILABLE,
        ),
        (
            NdisStatus::DOT11_AP_BAND_CURRENTLY_NOT_AVAILABLE,
            0xC023_2006,
            codes::ERROR_NDIS_DOT11_AP_BAND_CURRENTLY_NOT_AVAILABLE,
        ),
        (
            NdisStatus::DOT11_AP_CHANNEL_NOT_ALLOWED,
            0xC023_2007,
            codes::ERROR_NDIS_DOT11_AP_CHANNEL_NOT_ALLOWED,
        ),
        (
            NdisStatus::DOT11_AP_BAND_NOT_ALLOWED,
            0xC023_2008,
            codes::ERROR_NDIS_DOT11_AP_BAND_NOT_ALLOWED,
        ),
        // Not in the table: never success.
        (NdisStatus::PENDING, 0x0000_0103, codes::ERROR_GEN_FAILURE),
        (
            NdisStatus(0xC000_9999),
            0xC000_9999,
            codes::ERROR_GEN_FAILURE,
        ),
    ] {
        assert_eq!(status.0, number, "{status:?}");
        assert_eq!(status.win32(), code, "{status:?}");
    }
}
