/* WlanHostedNetworkInitSettings: page nf-wlanapi-wlanhostednetworkinitsettings. */
#include <string.h>

#include "client.h"
#include "report.h"
#include "service.h"

static DWORD call(HANDLE handle, PVOID reserved)
{
    return WlanHostedNetworkInitSettings(handle, NULL, reserved);
}

static WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS settings(HANDLE handle)
{
    WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS found = {{0, {0}}, 0};
    DWORD size = 0;
    PVOID data = NULL;
    WLAN_OPCODE_VALUE_TYPE type;
    if (WlanHostedNetworkQueryProperty(handle, wlan_hosted_network_opcode_connection_settings, &size,
                                       &data, &type, NULL) == ERROR_SUCCESS &&
        size == sizeof found)
        memcpy(&found, data, sizeof found);
    WlanFreeMemory(data);
    return found;
}

int main(void)
{
    WLAN_HOSTED_NETWORK_REASON reason = wlan_hosted_network_reason_unspecified;
    WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS first, second;
    service_start();
    HANDLE handle = open_client();
    IS("it succeeds", WlanHostedNetworkInitSettings(handle, &reason, NULL), 0);
    IS("with reason 0", reason, 0);
    first = settings(handle);
    HOLDS("there is a name", first.hostedNetworkSSID.uSSIDLength >= 1 &&
                                 first.hostedNetworkSSID.uSSIDLength <= DOT11_SSID_MAX_LENGTH);
    IS("there may be 100 peers", first.dwMaxNumberOfPeers, 100);
    IS("again", WlanHostedNetworkInitSettings(handle, NULL, NULL), 0);
    second = settings(handle);
    HOLDS("nothing changes", memcmp(&first, &second, sizeof first) == 0);
    WlanCloseHandle(handle, NULL);
    handle = open_client();
    second = settings(handle);
    HOLDS("nor when the handle is closed", memcmp(&first, &second, sizeof first) == 0);
    WlanCloseHandle(handle, NULL);
    check_common_rules("WlanHostedNetworkInitSettings", call, 1);
    return report_status();
}
