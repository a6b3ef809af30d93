/* WlanHostedNetworkQueryProperty: page nf-wlanapi-wlanhostednetworkqueryproperty. */
#include <string.h>

#include "client.h"
#include "report.h"
#include "service.h"

static DWORD size;
static PVOID data;
static WLAN_OPCODE_VALUE_TYPE type;

static DWORD query(HANDLE handle, int opcode)
{
    size = 0xabababab;
    data = NULL;
    type = wlan_opcode_value_type_invalid;
    return WlanHostedNetworkQueryProperty(handle, (WLAN_HOSTED_NETWORK_OPCODE)opcode, &size, &data,
                                          &type, NULL);
}

static DWORD call(HANDLE handle, PVOID reserved)
{
    DWORD code = WlanHostedNetworkQueryProperty(handle, wlan_hosted_network_opcode_enable, &size,
                                                &data, &type, reserved);
    if (code == ERROR_SUCCESS)
        WlanFreeMemory(data);
    return code;
}

static int untouched(void)
{
    return size == 0xabababab && data == NULL && type == wlan_opcode_value_type_invalid;
}

static void check_fixed_values(HANDLE handle)
{
    WLAN_HOSTED_NETWORK_SECURITY_SETTINGS security = {(DOT11_AUTH_ALGORITHM)0,
                                                      (DOT11_CIPHER_ALGORITHM)0};
    BOOL enabled = FALSE;
    IS("security settings", query(handle, wlan_hosted_network_opcode_security_settings), 0);
    IS("have 8 bytes", size, 8);
    IS("cannot be set", type, wlan_opcode_value_type_query_only);
    memcpy(&security, data, sizeof security);
    IS("WPA2-Personal", security.dot11AuthAlgo, DOT11_AUTH_ALGO_RSNA_PSK);
    IS("CCMP", security.dot11CipherAlgo, DOT11_CIPHER_ALGO_CCMP);
    WlanFreeMemory(data);

    IS("the enable flag", query(handle, wlan_hosted_network_opcode_enable), 0);
    IS("has 4 bytes", size, 4);
    IS("is set by the user", type, wlan_opcode_value_type_set_by_user);
    memcpy(&enabled, data, sizeof enabled);
    HOLDS("is on", enabled != FALSE);
    WlanFreeMemory(data);
}

static void check_profile(HANDLE handle)
{
    static const char *const parts[] = {"<WLANProfile", "WPA2PSK", "AES", "<keyMaterial>"};
    char text[8192] = "";
    IS("the station profile", query(handle, wlan_hosted_network_opcode_station_profile), 0);
    HOLDS("is whole WCHARs", size > 2 && size % 2 == 0 && size / 2 <= sizeof text);
    const WCHAR *wide = data;
    for (DWORD i = 0; i < size / 2; i++)
        text[i] = (char)wide[i];
    IS("ends with 0", wide[size / 2 - 1], 0);
    IS("and has no other", strlen(text), size / 2 - 1);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        HOLDS(parts[i], strstr(text, parts[i]) != NULL);
    WlanFreeMemory(data);
}

int main(void)
{
    service_start();
    HANDLE handle = open_client();
    IS("connection settings before there is a name", query(handle, 0), ERROR_BAD_CONFIGURATION);
    HOLDS("nothing is written", untouched());
    IS("a profile before there is a name", query(handle, 2), ERROR_BAD_CONFIGURATION);
    check_fixed_values(handle);
    IS("names and keys are made", WlanHostedNetworkInitSettings(handle, NULL, NULL), 0);
    IS("connection settings", query(handle, 0), 0);
    IS("have 40 bytes", size, 40);
    IS("are set by the user", type, wlan_opcode_value_type_set_by_user);
    WlanFreeMemory(data);
    check_profile(handle);

    IS("opcode 4", query(handle, 4), ERROR_INVALID_PARAMETER);
    HOLDS("nothing is written", untouched());
    IS("opcode -1", query(handle, -1), ERROR_INVALID_PARAMETER);
    IS("no size", WlanHostedNetworkQueryProperty(handle, wlan_hosted_network_opcode_enable, NULL,
                                                 &data, &type, NULL),
       ERROR_INVALID_PARAMETER);
    IS("no data", WlanHostedNetworkQueryProperty(handle, wlan_hosted_network_opcode_enable, &size,
                                                 NULL, &type, NULL),
       ERROR_INVALID_PARAMETER);
    IS("no type", WlanHostedNetworkQueryProperty(handle, wlan_hosted_network_opcode_enable, &size,
                                                 &data, NULL, NULL),
       ERROR_INVALID_PARAMETER);
    WlanCloseHandle(handle, NULL);
    check_common_rules("WlanHostedNetworkQueryProperty", call, 1);
    return report_status();
}
