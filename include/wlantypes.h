/*
 * Names, algorithms and small structures of 802.11 that programs and drivers share.
 */
#ifndef HOSTEDNET_WLANTYPES_H
#define HOSTEDNET_WLANTYPES_H

#include <hostednet/wintypes.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum _DOT11_BSS_TYPE {
    dot11_BSS_type_infrastructure = 1,
    dot11_BSS_type_independent = 2,
    dot11_BSS_type_any = 3
} DOT11_BSS_TYPE, *PDOT11_BSS_TYPE;

#define DOT11_SSID_MAX_LENGTH 32

/* A network's name: bytes, not text, and not terminated. */
typedef struct _DOT11_SSID {
    ULONG uSSIDLength; /* 0 to 32; an access point has at least 1 */
    UCHAR ucSSID[DOT11_SSID_MAX_LENGTH];
} DOT11_SSID, *PDOT11_SSID;

/* Values with the high bit set belong to the makers of drivers. */
typedef enum _DOT11_AUTH_ALGORITHM {
    DOT11_AUTH_ALGO_80211_OPEN = 1,
    DOT11_AUTH_ALGO_80211_SHARED_KEY = 2,
    DOT11_AUTH_ALGO_WPA = 3,
    DOT11_AUTH_ALGO_WPA_PSK = 4,
    DOT11_AUTH_ALGO_WPA_NONE = 5,
    DOT11_AUTH_ALGO_RSNA = 6,
    DOT11_AUTH_ALGO_RSNA_PSK = 7, /* WPA2-Personal: what the Hosted Network uses */
    DOT11_AUTH_ALGO_WPA3 = 8,
    DOT11_AUTH_ALGO_WPA3_ENT_192 = DOT11_AUTH_ALGO_WPA3,
    DOT11_AUTH_ALGO_WPA3_SAE = 9,
    DOT11_AUTH_ALGO_OWE = 10,
    DOT11_AUTH_ALGO_WPA3_ENT = 11,
    DOT11_AUTH_ALGO_IHV_START = -0x7fffffff - 1,
    DOT11_AUTH_ALGO_IHV_END = -1
} DOT11_AUTH_ALGORITHM, *PDOT11_AUTH_ALGORITHM;

typedef enum _DOT11_CIPHER_ALGORITHM {
    DOT11_CIPHER_ALGO_NONE = 0x00,
    DOT11_CIPHER_ALGO_WEP40 = 0x01,
    DOT11_CIPHER_ALGO_TKIP = 0x02,
    DOT11_CIPHER_ALGO_CCMP = 0x04, /* AES: what the Hosted Network uses */
    DOT11_CIPHER_ALGO_WEP104 = 0x05,
    DOT11_CIPHER_ALGO_BIP = 0x06,
    DOT11_CIPHER_ALGO_GCMP = 0x08,
    DOT11_CIPHER_ALGO_GCMP_256 = 0x09,
    DOT11_CIPHER_ALGO_CCMP_256 = 0x0a,
    DOT11_CIPHER_ALGO_BIP_GMAC_128 = 0x0b,
    DOT11_CIPHER_ALGO_BIP_GMAC_256 = 0x0c,
    DOT11_CIPHER_ALGO_BIP_CMAC_256 = 0x0d,
    DOT11_CIPHER_ALGO_WPA_USE_GROUP = 0x100,
    DOT11_CIPHER_ALGO_RSN_USE_GROUP = 0x100,
    DOT11_CIPHER_ALGO_WEP = 0x101,
    DOT11_CIPHER_ALGO_IHV_START = -0x7fffffff - 1,
    DOT11_CIPHER_ALGO_IHV_END = -1
} DOT11_CIPHER_ALGORITHM, *PDOT11_CIPHER_ALGORITHM;

typedef struct DOT11_AUTH_CIPHER_PAIR {
    DOT11_AUTH_ALGORITHM AuthAlgoId;
    DOT11_CIPHER_ALGORITHM CipherAlgoId;
} DOT11_AUTH_CIPHER_PAIR, *PDOT11_AUTH_CIPHER_PAIR;

#define DOT11_OI_MIN_LENGTH 3
#define DOT11_OI_MAX_LENGTH 5

/* An organization, as Hotspot 2.0 names it. */
typedef struct _DOT11_OI {
    USHORT OILength;
    UCHAR OI[DOT11_OI_MAX_LENGTH];
} DOT11_OI, *PDOT11_OI;

/* What a network with interworking (802.11u) says of itself. */
typedef struct _DOT11_ACCESSNETWORKOPTIONS {
    BYTE AccessNetworkType;
    BYTE Internet;
    BYTE ASRA;
    BYTE ESR;
    BYTE UESA;
} DOT11_ACCESSNETWORKOPTIONS, *PDOT11_ACCESSNETWORKOPTIONS;

typedef struct _DOT11_VENUEINFO {
    BYTE VenueGroup;
    BYTE VenueType;
} DOT11_VENUEINFO, *PDOT11_VENUEINFO;

#ifdef __cplusplus
}
#endif

#endif /* HOSTEDNET_WLANTYPES_H */
