/*
 * wlanihv.h for hostednet: what a vendor's extension (an "IHV Extensions DLL", here a shared object)
 * and its host exchange.
 *
 * An extension exports Dot11ExtIhvGetVersionInfo and Dot11ExtIhvInitService, and, if it likes,
 * Dot11ExtIhvInitVirtualStation. Everything else goes through two tables. No link library is needed:
 *
 *     gcc -shared -fPIC -o libvendor.so vendor.c
 *
 * Rules of all functions, if nothing else is said:
 *
 *   Result    A Win32 code, 0 for success.
 *   Handles   hDot11SvcHandle (S below: from InitAdapter's call until DeinitAdapter's call), NULL, dead
 *             or of nobody: ERROR_INVALID_HANDLE (6). A connection or port handle that has died:
 *             ERROR_INVALID_STATE (5023). Handles are not reused.
 *   Pointers  NULL where something is needed, or a length out of range: ERROR_INVALID_PARAMETER (87).
 *             What they point to is copied before the function returns.
 *   Phase     Called in the wrong one: ERROR_INVALID_STATE (5023). Phase A lasts as long as the
 *             adapter's handle, phase C from PerformPreAssociate's call until PreAssociateCompletion,
 *             phase P from PerformPostAssociate's call until StopPostAssociate's; AdapterReset and
 *             DeinitAdapter end C and P.
 *   Threads   Any thread of the extension may call at any time, handlers included. Functions marked
 *             "waits" return when the driver has answered; others at once.
 *   Handlers  Those of one adapter run one after the other, on one thread; a handler that does not
 *             return in time (5 seconds) costs the process its life.
 */
#ifndef HOSTEDNET_WLANIHV_H
#define HOSTEDNET_WLANIHV_H

#include <hostednet/wintypes.h>
#include <l2cmn.h>
#include <windot11.h>
#include <wlanihvtypes.h>
#include <wlantypes.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- What an extension may call ------------------------------------------------------------------ */

/* Memory shared with the host, zeroed. 14: there is none. */
typedef DWORD(WINAPI *DOT11EXT_ALLOCATE_BUFFER)(DWORD dwByteCount, LPVOID *ppvBuffer);

/*
 * Erases and frees; NULL is harmless. Anything that is not from AllocateBuffer, or was freed before,
 * ends the process. What a handler hands out is freed by the host.
 */
typedef VOID(WINAPI *DOT11EXT_FREE_BUFFER)(LPVOID pvMemory);

/*
 * Keep and get bytes for one user (dwSessionID) and the connection's profile. Phase C, not inside
 * PerformPreAssociate. At most 64 KiB, and 64 of them (1450). What is got must be freed; nothing kept
 * is NULL with size 0.
 */
typedef DWORD(WINAPI *DOT11EXT_SET_PROFILE_CUSTOM_USER_DATA)(HANDLE hDot11SvcHandle,
                                                             HANDLE hConnectSession,
                                                             DWORD dwSessionID, DWORD dwDataSize,
                                                             LPVOID pvData);
typedef DWORD(WINAPI *DOT11EXT_GET_PROFILE_CUSTOM_USER_DATA)(HANDLE hDot11SvcHandle,
                                                             HANDLE hConnectSession,
                                                             DWORD dwSessionID, DWORD *pdwDataSize,
                                                             LPVOID *ppvData);

/*
 * Replaces the vendor's fragments of the current profile; NULL keeps one. Forgets what was kept for
 * it. Phase C, not inside PerformPreAssociate; waits.
 */
typedef DWORD(WINAPI *DOT11EXT_SET_CURRENT_PROFILE)(
    HANDLE hDot11SvcHandle, HANDLE hConnectSession,
    PDOT11EXT_IHV_CONNECTIVITY_PROFILE pIhvConnProfile,
    PDOT11EXT_IHV_SECURITY_PROFILE pIhvSecProfile);

/* Nobody sits at a screen here: ProcessUIResponse follows, without data. */
typedef DWORD(WINAPI *DOT11EXT_SEND_UI_REQUEST)(HANDLE hDot11SvcHandle,
                                                PDOT11EXT_IHV_UI_REQUEST pIhvUIRequest);

/*
 * Ends what PerformPreAssociate began; never from inside it. Code 0 goes with reason 0 or a vendor's;
 * any other code with any other reason; what does not go together is 87 and ends as a failure.
 * Between AdapterReset and the next: one with ERROR_CANCELLED (1223) is taken for what it interrupted.
 */
typedef DWORD(WINAPI *DOT11EXT_PRE_ASSOCIATE_COMPLETION)(HANDLE hDot11SvcHandle,
                                                         HANDLE hConnectSession,
                                                         DWORD dwReasonCode, DWORD dwWin32Error);

/*
 * The same for PerformPostAssociate: 0 opens the port, anything else closes it. May be said again
 * whenever that changes. 87: pPeer is not the port's.
 */
typedef DWORD(WINAPI *DOT11EXT_POST_ASSOCIATE_COMPLETION)(HANDLE hDot11SvcHandle,
                                                          HANDLE hSecuritySessionID,
                                                          PDOT11_MAC_ADDRESS pPeer,
                                                          DWORD dwReasonCode, DWORD dwWin32Error);

/* To clients that listen to L2_NOTIFICATION_SOURCE_WLAN_IHV, which is the only source. */
typedef DWORD(WINAPI *DOT11EXT_SEND_NOTIFICATION)(HANDLE hDot11SvcHandle,
                                                  PL2_NOTIFICATION_DATA pNotificationData);

/*
 * Sends a DOT11_SECURITY_PACKET_HEADER with its payload (8 to 2312 bytes, to one station) in phase P,
 * also through a closed port; encrypted exactly when the peer has a key-mapping key. After success
 * SendPacketCompletion comes exactly once, whatever happens. hSendCompletion may be any value. 1450:
 * 64 are on their way.
 */
typedef DWORD(WINAPI *DOT11EXT_SEND_PACKET)(HANDLE hDot11SvcHandle, ULONG uPacketLen,
                                            LPVOID pvPacket, HANDLE hSendCompletion);

/*
 * Which frames may be in clear, and which EtherTypes (network order) come to ReceivePacket. Replaces
 * everything before. At most uMaxBackLog (1 to 1024) frames wait, then the oldest is dropped. Not after
 * a successful PreAssociateCompletion; forgotten before AdapterReset. Waits.
 */
typedef DWORD(WINAPI *DOT11EXT_SET_ETHERTYPE_HANDLING)(HANDLE hDot11SvcHandle, ULONG uMaxBackLog,
                                                       ULONG uNumOfExemption,
                                                       PDOT11_PRIVACY_EXEMPTION pExemption,
                                                       ULONG uNumOfRegistration,
                                                       USHORT *pusRegistration);

/* What the driver enables. Wait. */
typedef DWORD(WINAPI *DOT11EXT_SET_AUTH_ALGORITHM)(HANDLE hDot11SvcHandle, DWORD dwAuthAlgo);
typedef DWORD(WINAPI *DOT11EXT_SET_UNICAST_CIPHER_ALGORITHM)(HANDLE hDot11SvcHandle,
                                                             DWORD dwUnicastCipherAlgo);
typedef DWORD(WINAPI *DOT11EXT_SET_MULTICAST_CIPHER_ALGORITHM)(HANDLE hDot11SvcHandle,
                                                               DWORD dwMulticastCipherAlgo);

/* Sets or deletes a default key, INBOUND or BOTH (else 87). Waits. */
typedef DWORD(WINAPI *DOT11EXT_SET_DEFAULT_KEY)(HANDLE hDot11SvcHandle,
                                                PDOT11_CIPHER_DEFAULT_KEY_VALUE pKey,
                                                DOT11_DIRECTION dot11Direction);

/*
 * Sets, replaces or (bDelete) deletes the key-mapping key of one peer: from now on frames from and to
 * it are protected by that key. Deleting what is not there is a success. Phase A. Waits.
 */
typedef DWORD(WINAPI *DOT11EXT_SET_KEY_MAPPING_KEY)(HANDLE hDot11SvcHandle,
                                                    PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE pKey);

typedef DWORD(WINAPI *DOT11EXT_SET_DEFAULT_KEY_ID)(HANDLE hDot11SvcHandle, ULONG uDefaultKeyId);

/*
 * A request to the vendor's own driver: 50 if there is none. 234: the answer is longer than the room,
 * *pdwOutBufferSize says how long. Waits.
 */
typedef DWORD(WINAPI *DOT11EXT_NIC_SPECIFIC_EXTENSION)(HANDLE hDot11SvcHandle,
                                                       DWORD dwInBufferSize, LPVOID pvInBuffer,
                                                       DWORD *pdwOutBufferSize,
                                                       LPVOID pvOutBuffer);

typedef DWORD(WINAPI *DOT11EXT_SET_EXCLUDE_UNENCRYPTED)(HANDLE hDot11SvcHandle,
                                                        BOOL bExcludeUnencrypted);

/* There is no 802.1X here: 50 in phase P, 5023 else. The attributes stay the caller's. */
typedef DWORD(WINAPI *DOT11EXT_ONEX_START)(HANDLE hDot11SvcHandle, PEAP_ATTRIBUTES pEapAttributes);
typedef DWORD(WINAPI *DOT11EXT_ONEX_STOP)(HANDLE hDot11SvcHandle);
typedef DWORD(WINAPI *DOT11EXT_PROCESS_ONEX_PACKET)(HANDLE hDot11SvcHandle, DWORD dwInPacketSize,
                                                    LPVOID pvInPacket);

/* 22 pointers, none NULL. Copy the table: the pointer to it need not stay valid. */
typedef struct _DOT11EXT_APIS {
    DOT11EXT_ALLOCATE_BUFFER Dot11ExtAllocateBuffer;
    DOT11EXT_FREE_BUFFER Dot11ExtFreeBuffer;
    DOT11EXT_SET_PROFILE_CUSTOM_USER_DATA Dot11ExtSetProfileCustomUserData;
    DOT11EXT_GET_PROFILE_CUSTOM_USER_DATA Dot11ExtGetProfileCustomUserData;
    DOT11EXT_SET_CURRENT_PROFILE Dot11ExtSetCurrentProfile;
    DOT11EXT_SEND_UI_REQUEST Dot11ExtSendUIRequest;
    DOT11EXT_PRE_ASSOCIATE_COMPLETION Dot11ExtPreAssociateCompletion;
    DOT11EXT_POST_ASSOCIATE_COMPLETION Dot11ExtPostAssociateCompletion;
    DOT11EXT_SEND_NOTIFICATION Dot11ExtSendNotification;
    DOT11EXT_SEND_PACKET Dot11ExtSendPacket;
    DOT11EXT_SET_ETHERTYPE_HANDLING Dot11ExtSetEtherTypeHandling;
    DOT11EXT_SET_AUTH_ALGORITHM Dot11ExtSetAuthAlgorithm;
    DOT11EXT_SET_UNICAST_CIPHER_ALGORITHM Dot11ExtSetUnicastCipherAlgorithm;
    DOT11EXT_SET_MULTICAST_CIPHER_ALGORITHM Dot11ExtSetMulticastCipherAlgorithm;
    DOT11EXT_SET_DEFAULT_KEY Dot11ExtSetDefaultKey;
    DOT11EXT_SET_KEY_MAPPING_KEY Dot11ExtSetKeyMappingKey;
    DOT11EXT_SET_DEFAULT_KEY_ID Dot11ExtSetDefaultKeyId;
    DOT11EXT_NIC_SPECIFIC_EXTENSION Dot11ExtNicSpecificExtension;
    DOT11EXT_SET_EXCLUDE_UNENCRYPTED Dot11ExtSetExcludeUnencrypted;
    DOT11EXT_ONEX_START Dot11ExtStartOneX;
    DOT11EXT_ONEX_STOP Dot11ExtStopOneX;
    DOT11EXT_PROCESS_ONEX_PACKET Dot11ExtProcessSecurityPacket;
} DOT11EXT_APIS, *PDOT11EXT_APIS;

/* There are no virtual stations here: 50, but for the query, which says FALSE. pvReserved is NULL. */
typedef DWORD(WINAPI *DOT11EXT_REQUEST_VIRTUAL_STATION)(HANDLE hDot11PrimaryHandle,
                                                        LPVOID pvReserved);
typedef DWORD(WINAPI *DOT11EXT_RELEASE_VIRTUAL_STATION)(HANDLE hDot11PrimaryHandle,
                                                        LPVOID pvReserved);
typedef DWORD(WINAPI *DOT11EXT_QUERY_VIRTUAL_STATION_PROPERTIES)(HANDLE hDot11SvcHandle,
                                                                 BOOL *pbIsVirtualStation,
                                                                 GUID *pgPrimary,
                                                                 LPVOID pvReserved);
typedef DWORD(WINAPI *DOT11EXT_SET_VIRTUAL_STATION_AP_PROPERTIES)(
    HANDLE hDot11SvcHandle, HANDLE hConnectSession, DWORD dwNumProperties,
    PDOT11EXT_VIRTUAL_STATION_AP_PROPERTY pProperties, LPVOID pvReserved);

typedef struct _DOT11EXT_VIRTUAL_STATION_APIS {
    DOT11EXT_REQUEST_VIRTUAL_STATION Dot11ExtRequestVirtualStation;
    DOT11EXT_RELEASE_VIRTUAL_STATION Dot11ExtReleaseVirtualStation;
    DOT11EXT_QUERY_VIRTUAL_STATION_PROPERTIES Dot11ExtQueryVirtualStationProperties;
    DOT11EXT_SET_VIRTUAL_STATION_AP_PROPERTIES Dot11ExtSetVirtualStationAPProperties;
} DOT11EXT_VIRTUAL_STATION_APIS, *PDOT11EXT_VIRTUAL_STATION_APIS;

/* ---- What an extension must offer ---------------------------------------------------------------- */

/* The last of all: every thread of the extension has ended before it returns. */
typedef VOID(WINAPI *DOT11EXTIHV_DEINIT_SERVICE)(VOID);

/* An adapter arrives. Keep hDot11SvcHandle, choose *phIhvExtAdapter. */
typedef DWORD(WINAPI *DOT11EXTIHV_INIT_ADAPTER)(PDOT11_ADAPTER pDot11Adapter,
                                                HANDLE hDot11SvcHandle, PHANDLE phIhvExtAdapter);

/* It is gone, and its handle is dead already. No completions are wanted. */
typedef VOID(WINAPI *DOT11EXTIHV_DEINIT_ADAPTER)(HANDLE hIhvExtAdapter);

/* A connection begins. After success PreAssociateCompletion is due, from another thread. */
typedef DWORD(WINAPI *DOT11EXTIHV_PERFORM_PRE_ASSOCIATE)(
    HANDLE hIhvExtAdapter, HANDLE hConnectSession, PDOT11EXT_IHV_PROFILE_PARAMS pIhvProfileParams,
    PDOT11EXT_IHV_CONNECTIVITY_PROFILE pIhvConnProfile,
    PDOT11EXT_IHV_SECURITY_PROFILE pIhvSecProfile, PDOT11_BSS_LIST pConnectableBssid,
    PDWORD pdwReasonCode);

/* Back to how it was after InitAdapter. What was pending may be completed with ERROR_CANCELLED. */
typedef DWORD(WINAPI *DOT11EXTIHV_ADAPTER_RESET)(HANDLE hIhvExtAdapter);

/* A port exists. After success PostAssociateCompletion is due, from another thread or handler. */
typedef DWORD(WINAPI *DOT11EXTIHV_PERFORM_POST_ASSOCIATE)(
    HANDLE hIhvExtAdapter, HANDLE hSecuritySessionID, PDOT11_PORT_STATE pPortState,
    ULONG uDot11AssocParamsBytes, PDOT11_ASSOCIATION_COMPLETION_PARAMETERS pDot11AssocParams);

/* The port is gone. No completion is wanted. */
typedef DWORD(WINAPI *DOT11EXTIHV_STOP_POST_ASSOCIATE)(HANDLE hIhvExtAdapter,
                                                       PDOT11_MAC_ADDRESS pPeer,
                                                       DOT11_ASSOC_STATUS dot11AssocStatus);

typedef DWORD(WINAPI *DOT11EXTIHV_VALIDATE_PROFILE)(
    HANDLE hIhvExtAdapter, PDOT11EXT_IHV_PROFILE_PARAMS pIhvProfileParams,
    PDOT11EXT_IHV_CONNECTIVITY_PROFILE pIhvConnProfile,
    PDOT11EXT_IHV_SECURITY_PROFILE pIhvSecProfile, PDWORD pdwReasonCode);

/* Success if at least one of the networks goes with the profile. */
typedef DWORD(WINAPI *DOT11EXTIHV_PERFORM_CAPABILITY_MATCH)(
    HANDLE hIhvExtAdapter, PDOT11EXT_IHV_PROFILE_PARAMS pIhvProfileParams,
    PDOT11EXT_IHV_CONNECTIVITY_PROFILE pIhvConnProfile,
    PDOT11EXT_IHV_SECURITY_PROFILE pIhvSecProfile, PDOT11_BSS_LIST pConnectableBssid,
    PDWORD pdwReasonCode);

typedef DWORD(WINAPI *DOT11EXTIHV_CREATE_DISCOVERY_PROFILES)(
    HANDLE hIhvExtAdapter, BOOL bInsecure, PDOT11EXT_IHV_PROFILE_PARAMS pIhvProfileParams,
    PDOT11_BSS_LIST pConnectableBssid,
    PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST pIhvDiscoveryProfileList, PDWORD pdwReasonCode);

typedef DWORD(WINAPI *DOT11EXTIHV_PROCESS_SESSION_CHANGE)(
    ULONG uEventType, PWTSSESSION_NOTIFICATION pSessionNotification);

typedef DWORD(WINAPI *DOT11EXTIHV_RECEIVE_INDICATION)(HANDLE hIhvExtAdapter,
                                                      DOT11EXT_IHV_INDICATION_TYPE indicationType,
                                                      ULONG uBufferLength, LPVOID pvBuffer);

/* A frame of a registered EtherType; PeerMac is its sender. The buffer is the host's. */
typedef DWORD(WINAPI *DOT11EXTIHV_RECEIVE_PACKET)(HANDLE hIhvExtAdapter, DWORD dwInBufferSize,
                                                  LPVOID pvInBuffer);

/* The packet of this SendPacket may be freed. */
typedef DWORD(WINAPI *DOT11EXTIHV_SEND_PACKET_COMPLETION)(HANDLE hSendCompletion);

typedef DWORD(WINAPI *DOT11EXTIHV_IS_UI_REQUEST_PENDING)(GUID guidUIRequest,
                                                         PBOOL pbIsRequestPending);

typedef DWORD(WINAPI *DOT11EXTIHV_PROCESS_UI_RESPONSE)(GUID guidUIRequest, DWORD dwByteCount,
                                                       LPVOID pvResponseBuffer);

/* What is handed out comes from AllocateBuffer. */
typedef DWORD(WINAPI *DOT11EXTIHV_QUERY_UI_REQUEST)(HANDLE hIhvExtAdapter,
                                                    DOT11EXT_IHV_CONNECTION_PHASE connectionPhase,
                                                    PDOT11EXT_IHV_UI_REQUEST *ppIhvUIRequest);

/* Never called here. */
typedef DWORD(WINAPI *DOT11EXTIHV_ONEX_INDICATE_RESULT)(
    HANDLE hIhvExtAdapter, DOT11_MSONEX_RESULT msOneXResult,
    PDOT11_MSONEX_RESULT_PARAMS pDot11MsOneXResultParams);

/* A client's request. Nobody has checked it. The answer counts if *pdwBytesReturned fits. */
typedef DWORD(WINAPI *DOT11EXTIHV_CONTROL)(HANDLE hIhvExtAdapter, DWORD dwInBufferSize,
                                           PBYTE pInBuffer, DWORD dwOutBufferSize,
                                           PBYTE pOutBuffer, PDWORD pdwBytesReturned);

/* 19 pointers. An extension with a NULL among them is not loaded. */
typedef struct _DOT11EXT_IHV_HANDLERS {
    DOT11EXTIHV_DEINIT_SERVICE Dot11ExtIhvDeinitService;
    DOT11EXTIHV_INIT_ADAPTER Dot11ExtIhvInitAdapter;
    DOT11EXTIHV_DEINIT_ADAPTER Dot11ExtIhvDeinitAdapter;
    DOT11EXTIHV_PERFORM_PRE_ASSOCIATE Dot11ExtIhvPerformPreAssociate;
    DOT11EXTIHV_ADAPTER_RESET Dot11ExtIhvAdapterReset;
    DOT11EXTIHV_PERFORM_POST_ASSOCIATE Dot11ExtIhvPerformPostAssociate;
    DOT11EXTIHV_STOP_POST_ASSOCIATE Dot11ExtIhvStopPostAssociate;
    DOT11EXTIHV_VALIDATE_PROFILE Dot11ExtIhvValidateProfile;
    DOT11EXTIHV_PERFORM_CAPABILITY_MATCH Dot11ExtIhvPerformCapabilityMatch;
    DOT11EXTIHV_CREATE_DISCOVERY_PROFILES Dot11ExtIhvCreateDiscoveryProfiles;
    DOT11EXTIHV_PROCESS_SESSION_CHANGE Dot11ExtIhvProcessSessionChange;
    DOT11EXTIHV_RECEIVE_INDICATION Dot11ExtIhvReceiveIndication;
    DOT11EXTIHV_RECEIVE_PACKET Dot11ExtIhvReceivePacket;
    DOT11EXTIHV_SEND_PACKET_COMPLETION Dot11ExtIhvSendPacketCompletion;
    DOT11EXTIHV_IS_UI_REQUEST_PENDING Dot11ExtIhvIsUIRequestPending;
    DOT11EXTIHV_PROCESS_UI_RESPONSE Dot11ExtIhvProcessUIResponse;
    DOT11EXTIHV_QUERY_UI_REQUEST Dot11ExtIhvQueryUIRequest;
    DOT11EXTIHV_ONEX_INDICATE_RESULT Dot11ExtIhvOnexIndicateResult;
    DOT11EXTIHV_CONTROL Dot11ExtIhvControl;
} DOT11EXT_IHV_HANDLERS, *PDOT11EXT_IHV_HANDLERS;

/* ---- What an extension exports ------------------------------------------------------------------- */

/* The versions of this interface it speaks; there is one, 0. */
DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO pDot11IHVVersionInfo);

DWORD WINAPI Dot11ExtIhvInitService(DWORD dwVerNumUsed, PDOT11EXT_APIS pDot11ExtAPI,
                                    LPVOID pvReserved, PDOT11EXT_IHV_HANDLERS pDot11IHVHandlers);

/* May be missing. */
DWORD WINAPI Dot11ExtIhvInitVirtualStation(PDOT11EXT_VIRTUAL_STATION_APIS pDot11ExtVSAPI,
                                           LPVOID pvReserved);

#ifdef __cplusplus
}
#endif

#endif /* HOSTEDNET_WLANIHV_H */
