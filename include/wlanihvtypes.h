/*
 * Types that extensions of vendors share with the driver's side of Windows, as far as windot11.h of
 * hostednet does not have them. On Windows they come from windot11.h, wlclient.h and wlanihvtypes.h.
 */
#ifndef HOSTEDNET_WLANIHVTYPES_H
#define HOSTEDNET_WLANIHVTYPES_H

#include <hostednet/wintypes.h>
#include <l2cmn.h>
#include <windot11.h>
#include <wlantypes.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Reasons ------------------------------------------------------------------------------------ */

/* Why a connection failed. A vendor has 0x90000 to 0x9ffff for himself. */
#ifndef L2_REASON_CODE_IHV_BASE
#define L2_REASON_CODE_GROUP_SIZE 0x10000
#define L2_REASON_CODE_GEN_BASE 0x10000
#define L2_REASON_CODE_PROFILE_BASE 0x80000
#define L2_REASON_CODE_IHV_BASE 0x90000
#define L2_REASON_CODE_SUCCESS 0
#define L2_REASON_CODE_UNKNOWN (L2_REASON_CODE_GEN_BASE + 1)
#endif

/* What else the functions of wlanihv.h return (winerror.h). */
#ifndef ERROR_OPERATION_ABORTED
#define ERROR_OPERATION_ABORTED 995L
#endif
#ifndef ERROR_CANCELLED
#define ERROR_CANCELLED 1223L
#endif
#ifndef ERROR_MORE_DATA
#define ERROR_MORE_DATA 234L
#endif

/* ---- Keys ---------------------------------------------------------------------------------------- */

#ifndef NDIS_OBJECT_TYPE_DEFAULT
#define NDIS_OBJECT_TYPE_DEFAULT 0x80
#endif

typedef enum _DOT11_DIRECTION {
    DOT11_DIR_INBOUND = 1,
    DOT11_DIR_OUTBOUND = 2,
    DOT11_DIR_BOTH = 3
} DOT11_DIRECTION, *PDOT11_DIRECTION;

/* Entries without padding between them; they start at offset 12. */
typedef struct DOT11_BYTE_ARRAY {
    NDIS_OBJECT_HEADER Header; /* revision of the entries, size 16 */
    ULONG uNumOfBytes;
    ULONG uTotalNumOfBytes;
    UCHAR ucBuffer[1];
} DOT11_BYTE_ARRAY, *PDOT11_BYTE_ARRAY;

#define DOT11_CIPHER_KEY_MAPPING_KEY_VALUE_BYTE_ARRAY_REVISION_1 1

/*
 * A key for one peer. usKeyLength counts the whole structure in ucKey (28 for CCMP), which starts at
 * FIELD_OFFSET 20 = sizeof - 4. With bDelete the members behind it carry no meaning.
 */
typedef struct DOT11_CIPHER_KEY_MAPPING_KEY_VALUE {
    DOT11_MAC_ADDRESS PeerMacAddr;
    DOT11_CIPHER_ALGORITHM AlgorithmId;
    DOT11_DIRECTION Direction;
    BOOLEAN bDelete;
    BOOLEAN bStatic;
    USHORT usKeyLength;
    UCHAR ucKey[1];
} DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, *PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE;

#define DOT11_CIPHER_DEFAULT_KEY_VALUE_REVISION_1 1

/* A key of a table slot; ucKey starts at offset 22. */
typedef struct DOT11_CIPHER_DEFAULT_KEY_VALUE {
    NDIS_OBJECT_HEADER Header; /* revision 1, size 24 */
    ULONG uKeyIndex;
    DOT11_CIPHER_ALGORITHM AlgorithmId;
    DOT11_MAC_ADDRESS MacAddr; /* zero: the default table */
    BOOLEAN bDelete;
    BOOLEAN bStatic;
    USHORT usKeyLength;
    UCHAR ucKey[1];
} DOT11_CIPHER_DEFAULT_KEY_VALUE, *PDOT11_CIPHER_DEFAULT_KEY_VALUE;

/* The counters are those of received frames, least significant byte first. */
typedef struct DOT11_KEY_ALGO_CCMP {
    UCHAR ucIV48Counter[6];
    ULONG ulCCMPKeyLength; /* 16 */
    UCHAR ucCCMPKey[1];    /* at offset 12 */
} DOT11_KEY_ALGO_CCMP, *PDOT11_KEY_ALGO_CCMP;

typedef struct DOT11_KEY_ALGO_GCMP {
    UCHAR ucIV48Counter[6];
    ULONG ulGCMPKeyLength;
    UCHAR ucGCMPKey[1];
} DOT11_KEY_ALGO_GCMP, *PDOT11_KEY_ALGO_GCMP;

typedef struct DOT11_KEY_ALGO_BIP {
    UCHAR ucIPN[6];
    ULONG ulBIPKeyLength;
    UCHAR ucBIPKey[1];
} DOT11_KEY_ALGO_BIP, *PDOT11_KEY_ALGO_BIP;

/* Temporal key, then the MIC key of received frames, then that of sent ones. */
typedef struct DOT11_KEY_ALGO_TKIP_MIC {
    UCHAR ucIV48Counter[6];
    ULONG ulTKIPKeyLength; /* 16 */
    ULONG ulMICKeyLength;  /* 16 */
    UCHAR ucTKIPMICKeys[1];
} DOT11_KEY_ALGO_TKIP_MIC, *PDOT11_KEY_ALGO_TKIP_MIC;

/* ---- Frames -------------------------------------------------------------------------------------- */

#define DOT11_EXEMPT_NO_EXEMPTION 0
#define DOT11_EXEMPT_ALWAYS 1
#define DOT11_EXEMPT_ON_KEY_MAPPING_KEY_UNAVAILABLE 2

#define DOT11_EXEMPT_UNICAST 1
#define DOT11_EXEMPT_MULTICAST 2
#define DOT11_EXEMPT_BOTH 3

/* Which frames may be in clear. ALWAYS also means: refused if encrypted. */
typedef struct DOT11_PRIVACY_EXEMPTION {
    USHORT usEtherType; /* network order */
    USHORT usExemptionActionType;
    USHORT usExemptionPacketType;
} DOT11_PRIVACY_EXEMPTION, *PDOT11_PRIVACY_EXEMPTION;

#pragma pack(push, 1)

/* What SendPacket and ReceivePacket carry: the peer, the EtherType, the payload. */
typedef struct _DOT11_SECURITY_PACKET_HEADER {
    DOT11_MAC_ADDRESS PeerMac;
    USHORT usEtherType; /* network order */
    UCHAR Data[1];
} DOT11_SECURITY_PACKET_HEADER, *PDOT11_SECURITY_PACKET_HEADER;

#pragma pack(pop)

#define DOT11_SECURITY_PACKET_HEADER_LENGTH 8

/* ---- Adapters and associations ------------------------------------------------------------------- */

typedef struct _DOT11_CURRENT_OPERATION_MODE {
    ULONG uReserved;
    ULONG uCurrentOpMode; /* DOT11_OPERATION_MODE_* */
} DOT11_CURRENT_OPERATION_MODE, *PDOT11_CURRENT_OPERATION_MODE;

typedef struct _DOT11_ADAPTER {
    GUID gAdapterId;
    LPWSTR pszDescription;
    DOT11_CURRENT_OPERATION_MODE Dot11CurrentOpMode;
} DOT11_ADAPTER, *PDOT11_ADAPTER;

/* For extensions to read only. */
typedef struct _DOT11_PORT_STATE {
    DOT11_MAC_ADDRESS PeerMacAddress;
    ULONG uSessionId;
    BOOL bPortControlled;
    BOOL bPortAuthorized;
} DOT11_PORT_STATE, *PDOT11_PORT_STATE;

typedef struct _DOT11_BSS_LIST {
    ULONG uNumOfBytes;
    PUCHAR pucBuffer; /* entries without padding between them */
} DOT11_BSS_LIST, *PDOT11_BSS_LIST;

typedef ULONG DOT11_ASSOC_STATUS, *PDOT11_ASSOC_STATUS;

typedef enum _DOT11_DS_INFO {
    DOT11_DS_CHANGED = 0,
    DOT11_DS_UNCHANGED = 1,
    DOT11_DS_UNKNOWN = 2
} DOT11_DS_INFO, *PDOT11_DS_INFO;

#define DOT11_ASSOCIATION_COMPLETION_PARAMETERS_REVISION_1 1

/* Offsets count from the start of the structure; a length of 0 is nothing. */
typedef struct DOT11_ASSOCIATION_COMPLETION_PARAMETERS {
    NDIS_OBJECT_HEADER Header;
    DOT11_MAC_ADDRESS MacAddr;
    DOT11_ASSOC_STATUS uStatus;
    BOOLEAN bReAssocReq;
    BOOLEAN bReAssocResp;
    ULONG uAssocReqOffset, uAssocReqSize;
    ULONG uAssocRespOffset, uAssocRespSize;
    ULONG uBeaconOffset, uBeaconSize;
    ULONG uIHVDataOffset, uIHVDataSize;
    DOT11_AUTH_ALGORITHM AuthAlgo;
    DOT11_CIPHER_ALGORITHM UnicastCipher;
    DOT11_CIPHER_ALGORITHM MulticastCipher;
    ULONG uActivePhyListOffset, uActivePhyListSize;
    BOOLEAN bFourAddressSupported;
    BOOLEAN bPortAuthorized;
    UCHAR ucActiveQoSProtocol;
    DOT11_DS_INFO DSInfo;
    ULONG uEncapTableOffset, uEncapTableSize;
    DOT11_CIPHER_ALGORITHM MulticastMgmtCipher;
    ULONG uAssocComebackTime;
} DOT11_ASSOCIATION_COMPLETION_PARAMETERS, *PDOT11_ASSOCIATION_COMPLETION_PARAMETERS;

/* ---- Profiles ------------------------------------------------------------------------------------ */

typedef struct _DOT11EXT_IHV_SSID_LIST {
    ULONG ulCount;
    DOT11_SSID SSIDs[1];
} DOT11EXT_IHV_SSID_LIST, *PDOT11EXT_IHV_SSID_LIST;

typedef struct _DOT11_MSSECURITY_SETTINGS {
    DOT11_AUTH_ALGORITHM dot11AuthAlgorithm;
    DOT11_CIPHER_ALGORITHM dot11CipherAlgorithm;
    BOOL fOneXEnabled;
    EAP_METHOD_TYPE eapMethodType;
    DWORD dwEapConnectionDataLen;
    BYTE *pEapConnectionData;
} DOT11_MSSECURITY_SETTINGS, *PDOT11_MSSECURITY_SETTINGS;

typedef struct _DOT11EXT_IHV_PROFILE_PARAMS {
    PDOT11EXT_IHV_SSID_LIST pSsidList;
    DOT11_BSS_TYPE BssType;
    PDOT11_MSSECURITY_SETTINGS pMSSecuritySettings; /* always NULL here */
} DOT11EXT_IHV_PROFILE_PARAMS, *PDOT11EXT_IHV_PROFILE_PARAMS;

/* XML from a profile: whoever may write profiles wrote it, so do not trust it. May be NULL. */
typedef struct _DOT11EXT_IHV_CONNECTIVITY_PROFILE {
    LPWSTR pszXmlFragmentIhvConnectivity;
} DOT11EXT_IHV_CONNECTIVITY_PROFILE, *PDOT11EXT_IHV_CONNECTIVITY_PROFILE;

typedef struct _DOT11EXT_IHV_SECURITY_PROFILE {
    LPWSTR pszXmlFragmentIhvSecurity;
    BOOL bUseMSOnex;
} DOT11EXT_IHV_SECURITY_PROFILE, *PDOT11EXT_IHV_SECURITY_PROFILE;

typedef struct _DOT11EXT_IHV_DISCOVERY_PROFILE {
    DOT11EXT_IHV_CONNECTIVITY_PROFILE IhvConnectivityProfile;
    DOT11EXT_IHV_SECURITY_PROFILE IhvSecurityProfile;
} DOT11EXT_IHV_DISCOVERY_PROFILE, *PDOT11EXT_IHV_DISCOVERY_PROFILE;

/* Every pointer in it comes from Dot11ExtAllocateBuffer; the host frees them. */
typedef struct _DOT11EXT_IHV_DISCOVERY_PROFILE_LIST {
    DWORD dwCount;
    PDOT11EXT_IHV_DISCOVERY_PROFILE pIhvDiscoveryProfiles;
} DOT11EXT_IHV_DISCOVERY_PROFILE_LIST, *PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST;

/* ---- The rest ------------------------------------------------------------------------------------ */

typedef struct _DOT11_IHV_VERSION_INFO {
    DWORD dwVerMin;
    DWORD dwVerMax;
} DOT11_IHV_VERSION_INFO, *PDOT11_IHV_VERSION_INFO;

typedef enum _DOT11EXT_IHV_CONNECTION_PHASE {
    connection_phase_any = 0,
    connection_phase_initial_connection = 1,
    connection_phase_post_l3_connection = 2
} DOT11EXT_IHV_CONNECTION_PHASE, *PDOT11EXT_IHV_CONNECTION_PHASE;

typedef enum _DOT11EXT_IHV_INDICATION_TYPE {
    IndicationTypeNicSpecificNotification = 0,
    IndicationTypePmkidCandidateList = 1,
    IndicationTypeTkipMicFailure = 2,
    IndicationTypePhyStateChange = 3,
    IndicationTypeLinkQuality = 4
} DOT11EXT_IHV_INDICATION_TYPE, *PDOT11EXT_IHV_INDICATION_TYPE;

typedef struct _DOT11EXT_IHV_UI_REQUEST {
    DWORD dwSessionId;
    GUID guidUIRequest;
    GUID UIPageClsid;
    DWORD dwByteCount;
    BYTE *pvUIRequest;
} DOT11EXT_IHV_UI_REQUEST, *PDOT11EXT_IHV_UI_REQUEST;

typedef enum _DOT11_MSONEX_RESULT {
    DOT11_MSONEX_SUCCESS = 0,
    DOT11_MSONEX_FAILURE = 1,
    DOT11_MSONEX_IN_PROGRESS = 2
} DOT11_MSONEX_RESULT, *PDOT11_MSONEX_RESULT;

/* ONEX_AUTH_STATUS and ONEX_REASON_CODE are 32 bits wide. Never filled in here. */
typedef struct _DOT11_MSONEX_RESULT_PARAMS {
    LONG Dot11OnexAuthStatus;
    LONG Dot11OneXReasonCode;
    BYTE *pbMPPESendKey;
    DWORD dwMPPESendKeyLen;
    BYTE *pbMPPERecvKey;
    DWORD dwMPPERecvKeyLen;
    PVOID pDot11EapResult;
} DOT11_MSONEX_RESULT_PARAMS, *PDOT11_MSONEX_RESULT_PARAMS;

#define DOT11EXT_PSK_MAX_LENGTH 64

typedef struct _DOT11EXT_VIRTUAL_STATION_AP_PROPERTY {
    DOT11_SSID dot11SSID;
    DOT11_AUTH_ALGORITHM dot11AuthAlgo;
    DOT11_CIPHER_ALGORITHM dot11CipherAlgo;
    BOOL bIsPassPhrase;
    DWORD dwKeyLength;
    BYTE ucKeyData[DOT11EXT_PSK_MAX_LENGTH];
} DOT11EXT_VIRTUAL_STATION_AP_PROPERTY, *PDOT11EXT_VIRTUAL_STATION_AP_PROPERTY;

#ifndef _WIN32

/* Who logged on or off (winuser.h, wtsapi32.h). */
typedef struct tagWTSSESSION_NOTIFICATION {
    DWORD cbSize;
    DWORD dwSessionId;
} WTSSESSION_NOTIFICATION, *PWTSSESSION_NOTIFICATION;

#define WTS_SESSION_LOGON 0x5
#define WTS_SESSION_LOGOFF 0x6

/* For Dot11ExtStartOneX, which is refused here. */
typedef struct _EAP_ATTRIBUTES EAP_ATTRIBUTES, *PEAP_ATTRIBUTES;

#else

#include <wtsapi32.h>
typedef struct _EAP_ATTRIBUTES EAP_ATTRIBUTES, *PEAP_ATTRIBUTES;

#endif

#ifdef __cplusplus
}
#endif

#endif /* HOSTEDNET_WLANIHVTYPES_H */
