/*
 * wlanapi.h for hostednet: the Hosted Network and what its programs use beside it.
 *
 * Link with -lwlanapi. The same source compiles on Linux and, with this folder first in the include
 * path, with mingw-w64 for Windows (whose own wlanapi.h lacks the Hosted Network).
 *
 * Rules of all functions, if nothing else is said:
 *
 *   Result    A Win32 code, 0 for success. On failure the outputs are left as they were.
 *   Handle    NULL is ERROR_INVALID_PARAMETER (87); one that is not open, or belongs to another
 *             process (fork), is ERROR_INVALID_HANDLE (6).
 *   Reserved  Must be NULL, else 87.
 *   Service   Not running: ERROR_SERVICE_NOT_ACTIVE (1062). A handle does not survive the service:
 *             close it and open another.
 *   Reason    pFailReason may be NULL. It is written on success too, with 0.
 *   Threads   Every function may be called by any thread at any time, also for one handle, and from a
 *             notification callback unless its comment forbids that.
 *   Memory    What a function allocates is freed with WlanFreeMemory.
 */
#ifndef HOSTEDNET_WLANAPI_H
#define HOSTEDNET_WLANAPI_H

#include <hostednet/wintypes.h>
#include <l2cmn.h>
#include <windot11.h>
#include <wlantypes.h>

#include <hostednet/wlanreason.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WLAN_API_VERSION_1_0 0x00000001
#define WLAN_API_VERSION_2_0 0x00000002
#define WLAN_API_VERSION WLAN_API_VERSION_2_0

#define WLAN_API_VERSION_MAJOR(v) ((v) & 0xffff)
#define WLAN_API_VERSION_MINOR(v) ((v) >> 16)
#define WLAN_API_MAKE_VERSION(major, minor) (((DWORD)(minor) << 16) | (DWORD)(major))

#define WLAN_MAX_NAME_LENGTH L2_PROFILE_MAX_NAME_LENGTH
#define WLAN_MAX_PHY_INDEX 64

/* Rights to what WLAN_SECURABLE_OBJECT names; each holds the one before. */
#define WLAN_READ_ACCESS 0x00020001
#define WLAN_EXECUTE_ACCESS 0x00020021
#define WLAN_WRITE_ACCESS 0x00070023

/* Where a value comes from. */
typedef enum _WLAN_OPCODE_VALUE_TYPE {
    wlan_opcode_value_type_query_only = 0,
    wlan_opcode_value_type_set_by_group_policy = 1,
    wlan_opcode_value_type_set_by_user = 2,
    wlan_opcode_value_type_invalid = 3
} WLAN_OPCODE_VALUE_TYPE, *PWLAN_OPCODE_VALUE_TYPE;

/* ---- Handles and memory ------------------------------------------------------------------------- */

/*
 * Opens a handle. dwClientVersion is 1 or 2 (WLAN_API_VERSION), else ERROR_NOT_SUPPORTED (50).
 * 87: a NULL output. 8: no memory. 1220: the service has no more handles to give (2048 for its own
 * user and root, 1024 for anybody else) or the process has no more descriptors.
 */
DWORD WINAPI WlanOpenHandle(DWORD dwClientVersion, PVOID pReserved, PDWORD pdwNegotiatedVersion,
                            PHANDLE phClientHandle);

/*
 * Closes a handle: its registrations end, its references on the Hosted Network are dropped, waiting
 * notifications are thrown away. Waits for a running callback, so never call it from one.
 */
DWORD WINAPI WlanCloseHandle(HANDLE hClientHandle, PVOID pReserved);

/* NULL when dwMemorySize is 0 or there is no memory. Needs no handle and no service. */
PVOID WINAPI WlanAllocateMemory(DWORD dwMemorySize);

/* NULL is harmless; anything else must come from this library, and only once. */
VOID WINAPI WlanFreeMemory(PVOID pMemory);

/*
 * The text of a WLAN_REASON_CODE (not of a WLAN_HOSTED_NETWORK_REASON), cut to dwBufferSize WCHARs,
 * the closing 0 among them. 87: no buffer or no size. Needs no service.
 */
DWORD WINAPI WlanReasonCodeToString(DWORD dwReasonCode, DWORD dwBufferSize, PWCHAR pStringBuffer,
                                    PVOID pReserved);

/* ---- Notifications ------------------------------------------------------------------------------ */

/* Sources, to be ORed. Only HNWK ever sends here. */
#define WLAN_NOTIFICATION_SOURCE_NONE L2_NOTIFICATION_SOURCE_NONE
#define WLAN_NOTIFICATION_SOURCE_ONEX L2_NOTIFICATION_SOURCE_ONEX
#define WLAN_NOTIFICATION_SOURCE_ACM L2_NOTIFICATION_SOURCE_WLAN_ACM
#define WLAN_NOTIFICATION_SOURCE_MSM L2_NOTIFICATION_SOURCE_WLAN_MSM
#define WLAN_NOTIFICATION_SOURCE_SECURITY L2_NOTIFICATION_SOURCE_WLAN_SECURITY
#define WLAN_NOTIFICATION_SOURCE_IHV L2_NOTIFICATION_SOURCE_WLAN_IHV
#define WLAN_NOTIFICATION_SOURCE_HNWK L2_NOTIFICATION_SOURCE_WLAN_HNWK
#define WLAN_NOTIFICATION_SOURCE_DEVICE_SERVICE L2_NOTIFICATION_SOURCE_WLAN_DEVICE_SERVICE
#define WLAN_NOTIFICATION_SOURCE_ALL L2_NOTIFICATION_SOURCE_ALL

typedef L2_NOTIFICATION_DATA WLAN_NOTIFICATION_DATA, *PWLAN_NOTIFICATION_DATA;

/*
 * Called on a thread of the library, one call at a time for each handle. Both pointers are the
 * library's, valid until the callback returns.
 */
typedef VOID(WINAPI *WLAN_NOTIFICATION_CALLBACK)(PWLAN_NOTIFICATION_DATA, PVOID);

/*
 * From now on call funcCallback for every notification of dwNotifSource (an OR of sources);
 * WLAN_NOTIFICATION_SOURCE_NONE ends that. A handle has one registration: a new one takes the place
 * of the old, whose sources come back in pdwPrevNotifSource (may be NULL). With bIgnoreDuplicate a
 * notification equal to the one before is left out. When this returns, the old callback runs no more:
 * it waits for it, so never call it from a callback.
 * 87: a source, but no callback.
 */
DWORD WINAPI WlanRegisterNotification(HANDLE hClientHandle, DWORD dwNotifSource,
                                      BOOL bIgnoreDuplicate,
                                      WLAN_NOTIFICATION_CALLBACK funcCallback,
                                      PVOID pCallbackContext, PVOID pReserved,
                                      PDWORD pdwPrevNotifSource);

/*
 * Whether notifications of a vendor's virtual station shall come too. There is none, so nothing ever
 * comes. 5023: policy forbids the Hosted Network.
 */
DWORD WINAPI WlanRegisterVirtualStationNotification(HANDLE hClientHandle, BOOL bRegister,
                                                    PVOID pReserved);

/* ---- The Hosted Network ------------------------------------------------------------------------- */

typedef enum _WLAN_HOSTED_NETWORK_STATE {
    wlan_hosted_network_unavailable = 0, /* cannot be started now */
    wlan_hosted_network_idle = 1,        /* can be started */
    wlan_hosted_network_active = 2       /* runs */
} WLAN_HOSTED_NETWORK_STATE, *PWLAN_HOSTED_NETWORK_STATE;

/* Why a call failed, or why something happened. No WLAN_REASON_CODE. */
typedef enum _WLAN_HOSTED_NETWORK_REASON {
    wlan_hosted_network_reason_success = 0,
    wlan_hosted_network_reason_unspecified = 1,
    wlan_hosted_network_reason_bad_parameters = 2,
    wlan_hosted_network_reason_service_shutting_down = 3,
    wlan_hosted_network_reason_insufficient_resources = 4,
    wlan_hosted_network_reason_elevation_required = 5,
    wlan_hosted_network_reason_read_only = 6,
    wlan_hosted_network_reason_persistence_failed = 7,
    wlan_hosted_network_reason_crypt_error = 8,
    wlan_hosted_network_reason_impersonation = 9,
    wlan_hosted_network_reason_stop_before_start = 10,
    wlan_hosted_network_reason_interface_available = 11,
    wlan_hosted_network_reason_interface_unavailable = 12,
    wlan_hosted_network_reason_miniport_stopped = 13,
    wlan_hosted_network_reason_miniport_started = 14,
    wlan_hosted_network_reason_incompatible_connection_started = 15,
    wlan_hosted_network_reason_incompatible_connection_stopped = 16,
    wlan_hosted_network_reason_user_action = 17,
    wlan_hosted_network_reason_client_abort = 18,
    wlan_hosted_network_reason_ap_start_failed = 19,
    wlan_hosted_network_reason_peer_arrived = 20,
    wlan_hosted_network_reason_peer_departed = 21,
    wlan_hosted_network_reason_peer_timeout = 22,
    wlan_hosted_network_reason_gp_denied = 23,
    wlan_hosted_network_reason_service_unavailable = 24,
    wlan_hosted_network_reason_device_change = 25,
    wlan_hosted_network_reason_properties_change = 26,
    wlan_hosted_network_reason_virtual_station_blocking_use = 27,
    wlan_hosted_network_reason_service_available_on_virtual_station = 28
} WLAN_HOSTED_NETWORK_REASON, *PWLAN_HOSTED_NETWORK_REASON;

/* Codes of WLAN_NOTIFICATION_SOURCE_HNWK. The structure that pData points to, and its exact size: */
typedef enum _WLAN_HOSTED_NETWORK_NOTIFICATION_CODE {
    /* WLAN_HOSTED_NETWORK_STATE_CHANGE, 12 bytes */
    wlan_hosted_network_state_change = L2_NOTIFICATION_CODE_V2_BEGIN,
    /* WLAN_HOSTED_NETWORK_DATA_PEER_STATE_CHANGE, 28 bytes */
    wlan_hosted_network_peer_state_change,
    /* WLAN_HOSTED_NETWORK_RADIO_STATE, 8 bytes */
    wlan_hosted_network_radio_state_change
} WLAN_HOSTED_NETWORK_NOTIFICATION_CODE, *PWLAN_HOSTED_NETWORK_NOTIFICATION_CODE;

typedef struct _WLAN_HOSTED_NETWORK_STATE_CHANGE {
    WLAN_HOSTED_NETWORK_STATE OldState;
    WLAN_HOSTED_NETWORK_STATE NewState;
    WLAN_HOSTED_NETWORK_REASON StateChangeReason;
} WLAN_HOSTED_NETWORK_STATE_CHANGE, *PWLAN_HOSTED_NETWORK_STATE_CHANGE;

typedef enum _WLAN_HOSTED_NETWORK_PEER_AUTH_STATE {
    wlan_hosted_network_peer_state_invalid = 0,
    wlan_hosted_network_peer_state_authenticated = 1 /* it has proved that it knows a key */
} WLAN_HOSTED_NETWORK_PEER_AUTH_STATE, *PWLAN_HOSTED_NETWORK_PEER_AUTH_STATE;

typedef struct _WLAN_HOSTED_NETWORK_PEER_STATE {
    DOT11_MAC_ADDRESS PeerMacAddress;
    WLAN_HOSTED_NETWORK_PEER_AUTH_STATE PeerAuthState;
} WLAN_HOSTED_NETWORK_PEER_STATE, *PWLAN_HOSTED_NETWORK_PEER_STATE;

/* The address is in both halves, whether the peer came or went. */
typedef struct _WLAN_HOSTED_NETWORK_DATA_PEER_STATE_CHANGE {
    WLAN_HOSTED_NETWORK_PEER_STATE OldState;
    WLAN_HOSTED_NETWORK_PEER_STATE NewState;
    WLAN_HOSTED_NETWORK_REASON PeerStateChangeReason;
} WLAN_HOSTED_NETWORK_DATA_PEER_STATE_CHANGE, *PWLAN_HOSTED_NETWORK_DATA_PEER_STATE_CHANGE;

typedef enum _DOT11_RADIO_STATE {
    dot11_radio_state_unknown = 0,
    dot11_radio_state_on = 1,
    dot11_radio_state_off = 2
} DOT11_RADIO_STATE, *PDOT11_RADIO_STATE;

/* A radio is off when either switch is. */
typedef struct _WLAN_HOSTED_NETWORK_RADIO_STATE {
    DOT11_RADIO_STATE dot11SoftwareRadioState;
    DOT11_RADIO_STATE dot11HardwareRadioState;
} WLAN_HOSTED_NETWORK_RADIO_STATE, *PWLAN_HOSTED_NETWORK_RADIO_STATE;

/* What can be asked and set, and the type of its value. */
typedef enum _WLAN_HOSTED_NETWORK_OPCODE {
    /* WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS (40 bytes) */
    wlan_hosted_network_opcode_connection_settings = 0,
    /* WLAN_HOSTED_NETWORK_SECURITY_SETTINGS (8 bytes); cannot be set */
    wlan_hosted_network_opcode_security_settings = 1,
    /* WCHAR[]: the XML profile with which a station can join; cannot be set */
    wlan_hosted_network_opcode_station_profile = 2,
    /* BOOL (4 bytes); set by the privileged only */
    wlan_hosted_network_opcode_enable = 3
} WLAN_HOSTED_NETWORK_OPCODE, *PWLAN_HOSTED_NETWORK_OPCODE;

typedef struct _WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS {
    DOT11_SSID hostedNetworkSSID; /* 1 to 32 bytes */
    DWORD dwMaxNumberOfPeers;     /* at least 1 */
} WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS, *PWLAN_HOSTED_NETWORK_CONNECTION_SETTINGS;

typedef struct _WLAN_HOSTED_NETWORK_SECURITY_SETTINGS {
    DOT11_AUTH_ALGORITHM dot11AuthAlgo;     /* always DOT11_AUTH_ALGO_RSNA_PSK */
    DOT11_CIPHER_ALGORITHM dot11CipherAlgo; /* always DOT11_CIPHER_ALGO_CCMP */
} WLAN_HOSTED_NETWORK_SECURITY_SETTINGS, *PWLAN_HOSTED_NETWORK_SECURITY_SETTINGS;

/* Device and BSSID mean something while idle or active, the rest only while active. */
typedef struct _WLAN_HOSTED_NETWORK_STATUS {
    WLAN_HOSTED_NETWORK_STATE HostedNetworkState;
    GUID IPDeviceID;
    DOT11_MAC_ADDRESS wlanHostedNetworkBSSID;
    DOT11_PHY_TYPE dot11PhyType;
    ULONG ulChannelFrequency; /* the channel's number */
    DWORD dwNumberOfPeers;
    WLAN_HOSTED_NETWORK_PEER_STATE PeerList[1]; /* dwNumberOfPeers of them */
} WLAN_HOSTED_NETWORK_STATUS, *PWLAN_HOSTED_NETWORK_STATUS;

/*
 * All functions of the Hosted Network: ERROR_INVALID_STATE (5023) with reason
 * service_shutting_down while it is stopping. Except for WlanHostedNetworkStartUsing nothing they do
 * is undone when the handle is closed.
 */

/*
 * Makes a name, the primary key and a limit of 100 peers, if there are none yet; changes nothing
 * otherwise. Call it first.
 */
DWORD WINAPI WlanHostedNetworkInitSettings(HANDLE hClientHandle,
                                           PWLAN_HOSTED_NETWORK_REASON pFailReason,
                                           PVOID pvReserved);

/*
 * Asks for a value of OpCode's type; *pdwDataSize is its size in bytes. No output may be NULL.
 * ERROR_BAD_CONFIGURATION (1610): connection_settings or station_profile before there is a name.
 * 87: no such opcode. 14: no memory.
 */
DWORD WINAPI WlanHostedNetworkQueryProperty(HANDLE hClientHandle, WLAN_HOSTED_NETWORK_OPCODE OpCode,
                                            PDWORD pdwDataSize, PVOID *ppvData,
                                            PWLAN_OPCODE_VALUE_TYPE pWlanOpcodeValueType,
                                            PVOID pvReserved);

/*
 * Sets a value of OpCode's type and exact size. A running network is stopped by it and not started
 * again.
 * 5: enable, by a caller without privilege or against a policy. ERROR_NOT_SUPPORTED (50): an opcode
 * that cannot be set. 87: no such opcode, no data, wrong size or value. 1206: the stored settings are
 * damaged.
 */
DWORD WINAPI WlanHostedNetworkSetProperty(HANDLE hClientHandle, WLAN_HOSTED_NETWORK_OPCODE OpCode,
                                          DWORD dwDataSize, PVOID pvData,
                                          PWLAN_HOSTED_NETWORK_REASON pFailReason,
                                          PVOID pvReserved);

/*
 * Sets the secondary key, the one that people choose. With bIsPassPhrase it is 8 to 63 ASCII
 * characters and their closing 0, so dwKeyLength is 9 to 64; without, the 32 bytes of the key itself.
 * (0, NULL) removes it. A running network takes it at once and keeps running; peers that joined with
 * the old key stay until they leave. Without bPersistent it is for the present run, or for the next
 * when none is, and is then erased.
 * 87: malformed.
 */
DWORD WINAPI WlanHostedNetworkSetSecondaryKey(HANDLE hClientHandle, DWORD dwKeyLength,
                                              PUCHAR pucKeyData, BOOL bIsPassPhrase,
                                              BOOL bPersistent,
                                              PWLAN_HOSTED_NETWORK_REASON pFailReason,
                                              PVOID pvReserved);

/*
 * Gives the secondary key back in the form it was set, a passphrase with its closing 0. Without a key
 * it succeeds with length 0 and NULL. Only pFailReason may be NULL. 14: no memory.
 */
DWORD WINAPI WlanHostedNetworkQuerySecondaryKey(HANDLE hClientHandle, PDWORD pdwKeyLength,
                                                PUCHAR *ppucKeyData, PBOOL pbIsPassPhrase,
                                                PBOOL pbPersistent,
                                                PWLAN_HOSTED_NETWORK_REASON pFailReason,
                                                PVOID pvReserved);

/*
 * Makes a new primary key. A running network is stopped by it, and whoever joined with the old
 * primary key needs the new one.
 */
DWORD WINAPI WlanHostedNetworkRefreshSecuritySettings(HANDLE hClientHandle,
                                                      PWLAN_HOSTED_NETWORK_REASON pFailReason,
                                                      PVOID pvReserved);

/*
 * Takes a reference on the network and starts it, if it is the first. References end with
 * WlanHostedNetworkStopUsing, one by one, or with the handle, all at once; the last one stops the
 * network.
 * 5023: it cannot be started; the reason says why. Else the driver's code with reason
 * ap_start_failed.
 */
DWORD WINAPI WlanHostedNetworkStartUsing(HANDLE hClientHandle,
                                         PWLAN_HOSTED_NETWORK_REASON pFailReason,
                                         PVOID pvReserved);

/* Drops one reference of this handle. 5023 with reason stop_before_start: it has none. */
DWORD WINAPI WlanHostedNetworkStopUsing(HANDLE hClientHandle,
                                        PWLAN_HOSTED_NETWORK_REASON pFailReason,
                                        PVOID pvReserved);

/*
 * Starts the network, and keeps it running whatever becomes of the handle, until somebody calls
 * WlanHostedNetworkForceStop. 5: the caller has no privilege. 5023: it cannot be started.
 */
DWORD WINAPI WlanHostedNetworkForceStart(HANDLE hClientHandle,
                                         PWLAN_HOSTED_NETWORK_REASON pFailReason,
                                         PVOID pvReserved);

/* Stops the network, whoever uses it: all references are void. Success also when it does not run. */
DWORD WINAPI WlanHostedNetworkForceStop(HANDLE hClientHandle,
                                        PWLAN_HOSTED_NETWORK_REASON pFailReason, PVOID pvReserved);

/* State, device, channel and peers. The size is that of a status with as many peers as there are. */
DWORD WINAPI
WlanHostedNetworkQueryStatus(HANDLE hClientHandle,
                             PWLAN_HOSTED_NETWORK_STATUS *ppWlanHostedNetworkStatus,
                             PVOID pvReserved);

/* ---- Interfaces and rights ---------------------------------------------------------------------- */

typedef enum _WLAN_INTERFACE_STATE {
    wlan_interface_state_not_ready = 0,
    wlan_interface_state_connected = 1,
    wlan_interface_state_ad_hoc_network_formed = 2,
    wlan_interface_state_disconnecting = 3,
    wlan_interface_state_disconnected = 4,
    wlan_interface_state_associating = 5,
    wlan_interface_state_discovering = 6,
    wlan_interface_state_authenticating = 7
} WLAN_INTERFACE_STATE, *PWLAN_INTERFACE_STATE;

typedef struct _WLAN_INTERFACE_INFO {
    GUID InterfaceGuid;
    WCHAR strInterfaceDescription[WLAN_MAX_NAME_LENGTH]; /* for people */
    WLAN_INTERFACE_STATE isState;
} WLAN_INTERFACE_INFO, *PWLAN_INTERFACE_INFO;

typedef struct _WLAN_INTERFACE_INFO_LIST {
    DWORD dwNumberOfItems;
    DWORD dwIndex; /* 0 */
    WLAN_INTERFACE_INFO InterfaceInfo[1]; /* dwNumberOfItems of them */
} WLAN_INTERFACE_INFO_LIST, *PWLAN_INTERFACE_INFO_LIST;

/* The radio of one PHY of an adapter. */
typedef struct _WLAN_PHY_RADIO_STATE {
    DWORD dwPhyIndex;
    DOT11_RADIO_STATE dot11SoftwareRadioState;
    DOT11_RADIO_STATE dot11HardwareRadioState;
} WLAN_PHY_RADIO_STATE, *PWLAN_PHY_RADIO_STATE;

typedef struct _WLAN_RADIO_STATE {
    DWORD dwNumberOfPhys;
    WLAN_PHY_RADIO_STATE PhyRadioState[WLAN_MAX_PHY_INDEX];
} WLAN_RADIO_STATE, *PWLAN_RADIO_STATE;

/* What can be asked of an interface and set. Those with a comment are served here. */
typedef enum _WLAN_INTF_OPCODE {
    wlan_intf_opcode_autoconf_start = 0x000000000,
    wlan_intf_opcode_autoconf_enabled = 1,
    wlan_intf_opcode_background_scan_enabled = 2,
    wlan_intf_opcode_media_streaming_mode = 3,
    wlan_intf_opcode_radio_state = 4, /* WLAN_RADIO_STATE; set: one WLAN_PHY_RADIO_STATE */
    wlan_intf_opcode_bss_type = 5,
    wlan_intf_opcode_interface_state = 6, /* WLAN_INTERFACE_STATE */
    wlan_intf_opcode_current_connection = 7,
    wlan_intf_opcode_channel_number = 8, /* ULONG */
    wlan_intf_opcode_supported_infrastructure_auth_cipher_pairs = 9,
    wlan_intf_opcode_supported_adhoc_auth_cipher_pairs = 10,
    wlan_intf_opcode_supported_country_or_region_string_list = 11,
    wlan_intf_opcode_current_operation_mode = 12, /* ULONG: DOT11_OPERATION_MODE_* */
    wlan_intf_opcode_supported_safe_mode = 13,
    wlan_intf_opcode_certified_safe_mode = 14,
    wlan_intf_opcode_hosted_network_capable = 15, /* BOOL */
    wlan_intf_opcode_management_frame_protection_capable = 16, /* BOOL */
    wlan_intf_opcode_secondary_sta_interfaces = 17,
    wlan_intf_opcode_secondary_sta_synchronized_connections = 18,
    wlan_intf_opcode_autoconf_end = 0x0fffffff,
    wlan_intf_opcode_msm_start = 0x10000100,
    wlan_intf_opcode_statistics = 0x10000101,
    wlan_intf_opcode_rssi = 0x10000102,
    wlan_intf_opcode_msm_end = 0x1fffffff,
    wlan_intf_opcode_security_start = 0x20010000,
    wlan_intf_opcode_security_end = 0x2fffffff,
    wlan_intf_opcode_ihv_start = 0x30000000,
    wlan_intf_opcode_ihv_end = 0x3fffffff
} WLAN_INTF_OPCODE, *PWLAN_INTF_OPCODE;

/*
 * Lists the station interfaces; the Hosted Network's own device is not among them, its GUID is in
 * WLAN_HOSTED_NETWORK_STATUS. None is success with an empty list. 8: no memory.
 */
DWORD WINAPI WlanEnumInterfaces(HANDLE hClientHandle, PVOID pReserved,
                                PWLAN_INTERFACE_INFO_LIST *ppInterfaceList);

/*
 * Asks for a value of OpCode's type; *pdwDataSize is its size in bytes. Only pWlanOpcodeValueType may
 * be NULL. ERROR_NOT_FOUND (1168): no such interface. ERROR_INVALID_STATE (5023): it has no such value
 * now, such as the channel of an interface that is on none. ERROR_NOT_SUPPORTED (50): an opcode that
 * is not served here.
 */
DWORD WINAPI WlanQueryInterface(HANDLE hClientHandle, const GUID *pInterfaceGuid,
                                WLAN_INTF_OPCODE OpCode, PVOID pReserved, PDWORD pdwDataSize,
                                PVOID *ppData, PWLAN_OPCODE_VALUE_TYPE pWlanOpcodeValueType);

/*
 * Sets radio_state (the software switch of one PHY: off takes the Hosted Network down) or
 * current_operation_mode. 5: the caller has no privilege. 1168, 50 as above. 87: no data, wrong size or
 * value.
 */
DWORD WINAPI WlanSetInterface(HANDLE hClientHandle, const GUID *pInterfaceGuid,
                              WLAN_INTF_OPCODE OpCode, DWORD dwDataSize, const PVOID pData,
                              PVOID pReserved);

/* What rights can be had to. */
typedef enum _WLAN_SECURABLE_OBJECT {
    wlan_secure_permit_list = 0,
    wlan_secure_deny_list = 1,
    wlan_secure_ac_enabled = 2,
    wlan_secure_bc_scan_enabled = 3,
    wlan_secure_bss_type = 4,
    wlan_secure_show_denied = 5,
    wlan_secure_interface_properties = 6,
    wlan_secure_ihv_control = 7,
    wlan_secure_all_user_profiles_order = 8,
    wlan_secure_add_new_all_user_profiles = 9,
    wlan_secure_add_new_per_user_profiles = 10,
    wlan_secure_media_streaming_mode_enabled = 11,
    wlan_secure_current_operation_mode = 12,
    wlan_secure_get_plaintext_key = 13,
    wlan_secure_hosted_network_elevated_access = 14, /* ForceStart, and the enable flag */
    wlan_secure_virtual_station_extensibility = 15,
    wlan_secure_wfd_elevated_access = 16,
    WLAN_SECURABLE_OBJECT_COUNT = 17
} WLAN_SECURABLE_OBJECT, *PWLAN_SECURABLE_OBJECT;

/* Rights are given by policy.toml here, not by security descriptors: both answer ERROR_NOT_SUPPORTED
 * (50) and touch nothing, whatever they are given. */
DWORD WINAPI WlanGetSecuritySettings(HANDLE hClientHandle, WLAN_SECURABLE_OBJECT SecurableObject,
                                     PWLAN_OPCODE_VALUE_TYPE pValueType, LPWSTR *pstrCurrentSDDL,
                                     PDWORD pdwGrantedAccess);

DWORD WINAPI WlanSetSecuritySettings(HANDLE hClientHandle, WLAN_SECURABLE_OBJECT SecurableObject,
                                     LPCWSTR strModifiedSDDL);

#ifdef __cplusplus
}
#endif

#include <hostednet/wlanstation.h>

#endif /* HOSTEDNET_WLANAPI_H */
