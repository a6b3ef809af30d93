//! What `WLAN_REASON_CODE` values mean, in our words.

/// In ascending order; the comment is the name in `wlanapi.h` without its prefix.
pub(super) const TEXTS: &[(u32, &str)] = &[
    // SUCCESS
    (0x0, "The operation succeeded."),
    // UNKNOWN
    (0x10001, "The reason is not known."),
    // NETWORK_NOT_COMPATIBLE
    (0x20001, "The adapter cannot work with this network."),
    // PROFILE_NOT_COMPATIBLE
    (0x20002, "The profile does not fit this network."),
    // NO_AUTO_CONNECTION
    (
        0x28001,
        "The profile is not meant for connecting by itself.",
    ),
    // NOT_VISIBLE
    (0x28002, "The network is not in range."),
    // GP_DENIED
    (0x28003, "The policy of this machine forbids the network."),
    // USER_DENIED
    (0x28004, "The user forbids the network."),
    // BSS_TYPE_NOT_ALLOWED
    (0x28005, "Networks of this type are not allowed."),
    // IN_FAILED_LIST
    (
        0x28006,
        "Connecting to the network failed a short while ago.",
    ),
    // IN_BLOCKED_LIST
    (0x28007, "The network is blocked for now."),
    // SSID_LIST_TOO_LONG
    (0x28008, "The list of network names is too long."),
    // CONNECT_CALL_FAIL
    (0x28009, "The request to connect failed."),
    // SCAN_CALL_FAIL
    (0x2800a, "The request to scan failed."),
    // NETWORK_NOT_AVAILABLE
    (0x2800b, "The network is not available."),
    // PROFILE_CHANGED_OR_DELETED
    (
        0x2800c,
        "The profile was changed or deleted before the connection was made.",
    ),
    // KEY_MISMATCH
    (0x2800d, "The key is not the one of the network."),
    // USER_NOT_RESPOND
    (0x2800e, "The user did not answer."),
    // AP_PROFILE_NOT_ALLOWED_FOR_CLIENT
    (
        0x2800f,
        "A profile of an access point cannot be used on a station's adapter.",
    ),
    // AP_PROFILE_NOT_ALLOWED
    (0x28010, "A profile of an access point is not allowed here."),
    // HOTSPOT2_PROFILE_DENIED
    (0x28011, "The Hotspot 2.0 profile was refused."),
    // UNSUPPORTED_SECURITY_SET_BY_OS
    (
        0x30001,
        "The system cannot do the security the profile asks for.",
    ),
    // UNSUPPORTED_SECURITY_SET
    (
        0x30002,
        "The adapter cannot do the security the profile asks for.",
    ),
    // BSS_TYPE_UNMATCH
    (
        0x30003,
        "The network is of another type than the profile says.",
    ),
    // PHY_TYPE_UNMATCH
    (
        0x30004,
        "The network uses another kind of radio than the profile says.",
    ),
    // DATARATE_UNMATCH
    (
        0x30005,
        "The adapter and the network have no data rate in common.",
    ),
    // USER_CANCELLED
    (0x38001, "The user cancelled it."),
    // ASSOCIATION_FAILURE
    (0x38002, "The access point refused the association."),
    // ASSOCIATION_TIMEOUT
    (
        0x38003,
        "The access point did not answer the association in time.",
    ),
    // PRE_SECURITY_FAILURE
    (
        0x38004,
        "The association failed before security was set up.",
    ),
    // START_SECURITY_FAILURE
    (0x38005, "Setting up security could not be begun."),
    // SECURITY_FAILURE
    (0x38006, "Setting up security failed."),
    // SECURITY_TIMEOUT
    (0x38007, "Setting up security took too long."),
    // ROAMING_FAILURE
    (0x38008, "Changing to another access point failed."),
    // ROAMING_SECURITY_FAILURE
    (
        0x38009,
        "Setting up security with another access point failed.",
    ),
    // ADHOC_SECURITY_FAILURE
    (0x3800a, "Setting up security of the ad hoc network failed."),
    // DRIVER_DISCONNECTED
    (0x3800b, "The driver ended the connection."),
    // DRIVER_OPERATION_FAILURE
    (0x3800c, "The driver failed at an operation."),
    // IHV_NOT_AVAILABLE
    (0x3800d, "The vendor's extension is not there."),
    // IHV_NOT_RESPONDING
    (0x3800e, "The vendor's extension does not answer."),
    // DISCONNECT_TIMEOUT
    (0x3800f, "Disconnecting took too long."),
    // INTERNAL_FAILURE
    (0x38010, "Something inside the system failed."),
    // UI_REQUEST_TIMEOUT
    (0x38011, "A question to the user was not answered in time."),
    // TOO_MANY_SECURITY_ATTEMPTS
    (0x38012, "Security was tried too many times."),
    // AP_STARTING_FAILURE
    (0x38013, "The Hosted Network could not be started."),
    // NO_VISIBLE_AP
    (0x38014, "No access point of the network is in range."),
    // MSMSEC_PROFILE_INVALID_KEY_INDEX
    (0x40001, "The profile names a key index that cannot be."),
    // MSMSEC_PROFILE_PSK_PRESENT
    (
        0x40002,
        "The profile has a pre-shared key where there must be none.",
    ),
    // MSMSEC_PROFILE_KEY_LENGTH
    (0x40003, "The key in the profile has the wrong length."),
    // MSMSEC_PROFILE_PSK_LENGTH
    (
        0x40004,
        "The pre-shared key in the profile has the wrong length.",
    ),
    // MSMSEC_PROFILE_NO_AUTH_CIPHER_SPECIFIED
    (0x40005, "The profile names no authentication and cipher."),
    // MSMSEC_PROFILE_TOO_MANY_AUTH_CIPHER_SPECIFIED
    (
        0x40006,
        "The profile names too many pairs of authentication and cipher.",
    ),
    // MSMSEC_PROFILE_DUPLICATE_AUTH_CIPHER
    (
        0x40007,
        "The profile names a pair of authentication and cipher twice.",
    ),
    // MSMSEC_PROFILE_RAWDATA_INVALID
    (0x40008, "The profile's raw data cannot be used."),
    // MSMSEC_PROFILE_INVALID_AUTH_CIPHER
    (
        0x40009,
        "The profile's authentication and cipher do not go together.",
    ),
    // MSMSEC_PROFILE_ONEX_DISABLED
    (0x4000a, "The profile needs 802.1X but turns it off."),
    // MSMSEC_PROFILE_ONEX_ENABLED
    (0x4000b, "The profile turns 802.1X on where it cannot be."),
    // MSMSEC_PROFILE_INVALID_PMKCACHE_MODE
    (0x4000c, "The profile's mode of the PMK cache cannot be."),
    // MSMSEC_PROFILE_INVALID_PMKCACHE_SIZE
    (
        0x4000d,
        "The profile's size of the PMK cache is out of range.",
    ),
    // MSMSEC_PROFILE_INVALID_PMKCACHE_TTL
    (
        0x4000e,
        "The profile's lifetime of the PMK cache is out of range.",
    ),
    // MSMSEC_PROFILE_INVALID_PREAUTH_MODE
    (
        0x4000f,
        "The profile's mode of preauthentication cannot be.",
    ),
    // MSMSEC_PROFILE_INVALID_PREAUTH_THROTTLE
    (
        0x40010,
        "The profile's limit of preauthentications is out of range.",
    ),
    // MSMSEC_PROFILE_PREAUTH_ONLY_ENABLED
    (
        0x40011,
        "The profile asks for preauthentication without the PMK cache.",
    ),
    // MSMSEC_CAPABILITY_NETWORK
    (0x40012, "The network cannot do what the profile asks for."),
    // MSMSEC_CAPABILITY_NIC
    (0x40013, "The adapter cannot do what the profile asks for."),
    // MSMSEC_CAPABILITY_PROFILE
    (
        0x40014,
        "The profile does not allow what the network asks for.",
    ),
    // MSMSEC_CAPABILITY_DISCOVERY
    (
        0x40015,
        "The network's capabilities could not be found out.",
    ),
    // MSMSEC_PROFILE_PASSPHRASE_CHAR
    (
        0x40016,
        "The passphrase in the profile has a character that cannot be in one.",
    ),
    // MSMSEC_PROFILE_KEYMATERIAL_CHAR
    (
        0x40017,
        "The key in the profile has a character that cannot be in one.",
    ),
    // MSMSEC_PROFILE_WRONG_KEYTYPE
    (
        0x40018,
        "The profile's type of key does not fit its authentication and cipher.",
    ),
    // MSMSEC_MIXED_CELL
    (
        0x40019,
        "The network mixes protected and open stations, which the profile does not allow.",
    ),
    // MSMSEC_PROFILE_AUTH_TIMERS_INVALID
    (
        0x4001a,
        "The profile's timers of authentication are out of range.",
    ),
    // MSMSEC_PROFILE_INVALID_GKEY_INTV
    (
        0x4001b,
        "The profile's interval of group keys is out of range.",
    ),
    // MSMSEC_TRANSITION_NETWORK
    (
        0x4001c,
        "The network is being moved to other security, which the profile does not allow.",
    ),
    // MSMSEC_PROFILE_KEY_UNMAPPED_CHAR
    (
        0x4001d,
        "The key in the profile has a character that is not in ASCII.",
    ),
    // MSMSEC_CAPABILITY_PROFILE_AUTH
    (
        0x4001e,
        "The network does not offer the profile's authentication.",
    ),
    // MSMSEC_CAPABILITY_PROFILE_CIPHER
    (0x4001f, "The network does not offer the profile's cipher."),
    // MSMSEC_PROFILE_SAFE_MODE
    (
        0x40020,
        "The profile's setting of FIPS mode does not fit the rest of it.",
    ),
    // MSMSEC_CAPABILITY_PROFILE_SAFE_MODE_NIC
    (
        0x40021,
        "The profile asks for FIPS mode, which the adapter cannot do.",
    ),
    // MSMSEC_CAPABILITY_PROFILE_SAFE_MODE_NW
    (
        0x40022,
        "The profile asks for FIPS mode, which the network cannot do.",
    ),
    // MSMSEC_PROFILE_UNSUPPORTED_AUTH
    (0x40023, "The profile's authentication is not supported."),
    // MSMSEC_PROFILE_UNSUPPORTED_CIPHER
    (0x40024, "The profile's cipher is not supported."),
    // MSMSEC_CAPABILITY_MFP_NW_NIC
    (
        0x40025,
        "The network wants its management frames protected, which the adapter cannot do.",
    ),
    // MSMSEC_UI_REQUEST_FAILURE
    (0x48001, "The user could not be asked."),
    // MSMSEC_AUTH_START_TIMEOUT
    (0x48002, "The authentication did not begin in time."),
    // MSMSEC_AUTH_SUCCESS_TIMEOUT
    (0x48003, "The authentication was not finished in time."),
    // MSMSEC_KEY_START_TIMEOUT
    (0x48004, "The key exchange did not begin in time."),
    // MSMSEC_KEY_SUCCESS_TIMEOUT
    (0x48005, "The key exchange was not finished in time."),
    // MSMSEC_M3_MISSING_KEY_DATA
    (0x48006, "Message 3 of the handshake has no key data."),
    // MSMSEC_M3_MISSING_IE
    (
        0x48007,
        "Message 3 of the handshake has no security element.",
    ),
    // MSMSEC_M3_MISSING_GRP_KEY
    (0x48008, "Message 3 of the handshake has no group key."),
    // MSMSEC_PR_IE_MATCHING
    (
        0x48009,
        "The security element in the handshake is not the one of the probe response or beacon.",
    ),
    // MSMSEC_SEC_IE_MATCHING
    (
        0x4800a,
        "The second security element in the handshake does not match.",
    ),
    // MSMSEC_NO_PAIRWISE_KEY
    (0x4800b, "A pairwise key is needed and there is none."),
    // MSMSEC_G1_MISSING_KEY_DATA
    (0x4800c, "Message 1 of the group handshake has no key data."),
    // MSMSEC_G1_MISSING_GRP_KEY
    (
        0x4800d,
        "Message 1 of the group handshake has no group key.",
    ),
    // MSMSEC_PEER_INDICATED_INSECURE
    (
        0x4800e,
        "The peer asked for a reset of the keys outside of protection.",
    ),
    // MSMSEC_NO_AUTHENTICATOR
    (0x4800f, "The 802.1X authenticator did not answer."),
    // MSMSEC_NIC_FAILURE
    (0x48010, "The adapter failed."),
    // MSMSEC_CANCELLED
    (0x48011, "Setting up security was cancelled."),
    // MSMSEC_KEY_FORMAT
    (0x48012, "A key came in a form that cannot be."),
    // MSMSEC_DOWNGRADE_DETECTED
    (0x48013, "The network offered weaker security than it has."),
    // MSMSEC_PSK_MISMATCH_SUSPECTED
    (0x48014, "The pre-shared key is probably wrong."),
    // MSMSEC_FORCED_FAILURE
    (0x48015, "Setting up security was made to fail."),
    // MSMSEC_M3_TOO_MANY_RSNIE
    (
        0x48016,
        "Message 3 of the handshake has too many security elements.",
    ),
    // MSMSEC_M2_MISSING_KEY_DATA
    (0x48017, "Message 2 of the handshake has no key data."),
    // MSMSEC_M2_MISSING_IE
    (
        0x48018,
        "Message 2 of the handshake has no security element.",
    ),
    // MSMSEC_AUTH_WCN_COMPLETED
    (
        0x48019,
        "Wi-Fi Protected Setup is done; the connection begins anew.",
    ),
    // MSMSEC_M3_MISSING_MGMT_GRP_KEY
    (
        0x4801a,
        "Message 3 of the handshake has no group key for management frames.",
    ),
    // MSMSEC_G1_MISSING_MGMT_GRP_KEY
    (
        0x4801b,
        "Message 1 of the group handshake has no group key for management frames.",
    ),
    // INVALID_PROFILE_SCHEMA
    (0x80001, "The profile does not keep to its schema."),
    // PROFILE_MISSING
    (0x80002, "The profile is missing."),
    // INVALID_PROFILE_NAME
    (0x80003, "The profile's name cannot be."),
    // INVALID_PROFILE_TYPE
    (0x80004, "The profile's type cannot be."),
    // INVALID_PHY_TYPE
    (0x80005, "The profile names a kind of radio that cannot be."),
    // MSM_SECURITY_MISSING
    (0x80006, "The profile says nothing of security."),
    // IHV_SECURITY_NOT_SUPPORTED
    (
        0x80007,
        "The vendor's security in the profile is not supported.",
    ),
    // IHV_OUI_MISMATCH
    (0x80008, "The profile is of another vendor."),
    // IHV_OUI_MISSING
    (
        0x80009,
        "The profile has the vendor's settings but does not name the vendor.",
    ),
    // IHV_SETTINGS_MISSING
    (
        0x8000a,
        "The profile names a vendor but has none of its settings.",
    ),
    // CONFLICT_SECURITY
    (
        0x8000b,
        "The profile has security settings that contradict each other.",
    ),
    // SECURITY_MISSING
    (0x8000c, "The profile has no security settings."),
    // INVALID_BSS_TYPE
    (
        0x8000d,
        "The profile names a type of network that cannot be.",
    ),
    // INVALID_ADHOC_CONNECTION_MODE
    (
        0x8000e,
        "A profile of an ad hoc network cannot connect by itself.",
    ),
    // NON_BROADCAST_SET_FOR_ADHOC
    (
        0x8000f,
        "A profile of an ad hoc network cannot say that the network is hidden.",
    ),
    // AUTO_SWITCH_SET_FOR_ADHOC
    (
        0x80010,
        "A profile of an ad hoc network cannot switch to other networks by itself.",
    ),
    // AUTO_SWITCH_SET_FOR_MANUAL_CONNECTION
    (
        0x80011,
        "A profile for connecting by hand cannot switch to other networks by itself.",
    ),
    // IHV_SECURITY_ONEX_MISSING
    (
        0x80012,
        "The vendor's security needs 802.1X settings, which the profile has not.",
    ),
    // PROFILE_SSID_INVALID
    (0x80013, "The network's name in the profile cannot be."),
    // TOO_MANY_SSID
    (0x80014, "The profile names too many networks."),
    // IHV_CONNECTIVITY_NOT_SUPPORTED
    (
        0x80015,
        "The vendor's connection settings in the profile are not supported.",
    ),
    // BAD_MAX_NUMBER_OF_CLIENTS_FOR_AP
    (0x80016, "The profile's greatest number of peers cannot be."),
    // INVALID_CHANNEL
    (0x80017, "The channel cannot be used."),
    // OPERATION_MODE_NOT_SUPPORTED
    (0x80018, "The adapter cannot work in this mode."),
    // AUTO_AP_PROFILE_NOT_ALLOWED
    (
        0x80019,
        "A profile of an access point cannot connect by itself.",
    ),
    // AUTO_CONNECTION_NOT_ALLOWED
    (0x8001a, "Connecting by itself is not allowed."),
    // HOTSPOT2_PROFILE_NOT_ALLOWED
    (0x8001b, "Hotspot 2.0 profiles are not allowed here."),
];
