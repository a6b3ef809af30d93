/* WlanEnumInterfaces: page nf-wlanapi-wlanenuminterfaces. */
#include <string.h>

#include "client.h"
#include "report.h"
#include "service.h"

static DWORD call(HANDLE handle, PVOID reserved)
{
    PWLAN_INTERFACE_INFO_LIST list = NULL;
    DWORD code = WlanEnumInterfaces(handle, reserved, &list);
    if (code == ERROR_SUCCESS)
        WlanFreeMemory(list);
    return code;
}

static GUID device(HANDLE handle)
{
    GUID id = {0, 0, 0, {0}};
    PWLAN_HOSTED_NETWORK_STATUS status = NULL;
    if (WlanHostedNetworkQueryStatus(handle, &status, NULL) == ERROR_SUCCESS)
        id = status->IPDeviceID;
    WlanFreeMemory(status);
    return id;
}

int main(void)
{
    PWLAN_INTERFACE_INFO_LIST list = NULL;
    service_start();
    HANDLE handle = open_client();
    start_network(handle);
    GUID ap = device(handle);
    IS("no place for the list", WlanEnumInterfaces(handle, NULL, NULL), ERROR_INVALID_PARAMETER);
    IS("it succeeds", WlanEnumInterfaces(handle, NULL, &list), 0);
    IS("the simulated radio has one station interface", list->dwNumberOfItems, 1);
    IS("the index is 0", list->dwIndex, 0);
    for (DWORD i = 0; i < list->dwNumberOfItems; i++) {
        const WLAN_INTERFACE_INFO *info = &list->InterfaceInfo[i];
        int closed = 0;
        for (int c = 0; c < WLAN_MAX_NAME_LENGTH; c++)
            closed |= info->strInterfaceDescription[c] == 0;
        HOLDS("it is not the Hosted Network's device",
              memcmp(&info->InterfaceGuid, &ap, sizeof ap) != 0);
        HOLDS("it has a description", info->strInterfaceDescription[0] != 0 && closed);
        HOLDS("it has a state", info->isState <= wlan_interface_state_authenticating);
    }
    WlanFreeMemory(list);
    WlanCloseHandle(handle, NULL);
    check_common_rules("WlanEnumInterfaces", call, 1);
    return report_status();
}
