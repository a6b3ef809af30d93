/*
 * The part of the driver's vocabulary that programs meet in wlanapi.h.
 */
#ifndef HOSTEDNET_WINDOT11_H
#define HOSTEDNET_WINDOT11_H

#include <hostednet/wintypes.h>
#include <wlantypes.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A station's address, in the order it is written. */
typedef UCHAR DOT11_MAC_ADDRESS[6];
typedef DOT11_MAC_ADDRESS *PDOT11_MAC_ADDRESS;

#define DOT11_HESSID_LENGTH 6
typedef UCHAR DOT11_HESSID[DOT11_HESSID_LENGTH];
typedef DOT11_HESSID *PDOT11_HESSID;

typedef UCHAR DOT11_COUNTRY_OR_REGION_STRING[3];
typedef DOT11_COUNTRY_OR_REGION_STRING *PDOT11_COUNTRY_OR_REGION_STRING;

/* Values with the high bit set belong to the makers of drivers. */
typedef enum _DOT11_PHY_TYPE {
    dot11_phy_type_unknown = 0,
    dot11_phy_type_any = dot11_phy_type_unknown,
    dot11_phy_type_fhss = 1,
    dot11_phy_type_dsss = 2,
    dot11_phy_type_irbaseband = 3,
    dot11_phy_type_ofdm = 4,   /* 802.11a */
    dot11_phy_type_hrdsss = 5, /* 802.11b */
    dot11_phy_type_erp = 6,    /* 802.11g */
    dot11_phy_type_ht = 7,     /* 802.11n */
    dot11_phy_type_vht = 8,    /* 802.11ac */
    dot11_phy_type_dmg = 9,    /* 802.11ad */
    dot11_phy_type_he = 10,    /* 802.11ax */
    dot11_phy_type_eht = 11,   /* 802.11be */
    dot11_phy_type_IHV_start = -0x7fffffff - 1,
    dot11_phy_type_IHV_end = -1
} DOT11_PHY_TYPE, *PDOT11_PHY_TYPE;

#define DOT11_RATE_SET_MAX_LENGTH 126

/* In units of 500 kbit/s; the high bit marks a basic rate. */
typedef struct _DOT11_RATE_SET {
    ULONG uRateSetLength;
    UCHAR ucRateSet[DOT11_RATE_SET_MAX_LENGTH];
} DOT11_RATE_SET, *PDOT11_RATE_SET;

/* What an adapter can be; one bit each. WlanSetInterface takes EXTENSIBLE_STATION and
 * NETWORK_MONITOR. */
#define DOT11_OPERATION_MODE_UNKNOWN 0x00000000
#define DOT11_OPERATION_MODE_STATION 0x00000001
#define DOT11_OPERATION_MODE_AP 0x00000002
#define DOT11_OPERATION_MODE_EXTENSIBLE_STATION 0x00000004
#define DOT11_OPERATION_MODE_EXTENSIBLE_AP 0x00000008
#define DOT11_OPERATION_MODE_WFD_DEVICE 0x00000010
#define DOT11_OPERATION_MODE_WFD_GROUP_OWNER 0x00000020
#define DOT11_OPERATION_MODE_WFD_CLIENT 0x00000040
#define DOT11_OPERATION_MODE_MANUFACTURING 0x40000000
#define DOT11_OPERATION_MODE_NETWORK_MONITOR 0x80000000

#define DOT11_PSD_IE_MAX_DATA_SIZE 240
#define DOT11_PSD_IE_MAX_ENTRY_NUMBER 5

/* The access points a connection may go to; uNumOfEntries addresses follow. */
typedef struct DOT11_BSSID_LIST {
    NDIS_OBJECT_HEADER Header;
    ULONG uNumOfEntries;
    ULONG uTotalNumOfEntries;
    DOT11_MAC_ADDRESS BSSIDs[1];
} DOT11_BSSID_LIST, *PDOT11_BSSID_LIST;

#define DOT11_BSSID_LIST_REVISION_1 1

#ifdef __cplusplus
}
#endif

#endif /* HOSTEDNET_WINDOT11_H */
