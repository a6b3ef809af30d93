/* WlanQueryInterface: page nf-wlanapi-wlanqueryinterface. */
#include <string.h>

#include "client.h"
#include "report.h"
#include "service.h"

static GUID station;
static DWORD size;
static PVOID data;

static DWORD query(HANDLE handle, int opcode)
{
    WLAN_OPCODE_VALUE_TYPE type = wlan_opcode_value_type_invalid;
    size = 0;
    data = NULL;
    return WlanQueryInterface(handle, &station, (WLAN_INTF_OPCODE)opcode, NULL, &size, &data,
                              &type);
}

static DWORD call(HANDLE handle, PVOID reserved)
{
    DWORD code = WlanQueryInterface(handle, &station, wlan_intf_opcode_hosted_network_capable,
                                    reserved, &size, &data, NULL);
    if (code == ERROR_SUCCESS)
        WlanFreeMemory(data);
    return code;
}

static void find_station(HANDLE handle)
{
    PWLAN_INTERFACE_INFO_LIST list = NULL;
    if (WlanEnumInterfaces(handle, NULL, &list) != ERROR_SUCCESS || list->dwNumberOfItems == 0)
        give_up("there is no station interface");
    station = list->InterfaceInfo[0].InterfaceGuid;
    WlanFreeMemory(list);
}

static void check_number(HANDLE handle, int opcode, const char *words, DWORD least, DWORD most)
{
    DWORD value = 0;
    IS(words, query(handle, opcode), 0);
    IS("has 4 bytes", size, 4);
    memcpy(&value, data, sizeof value);
    HOLDS("has a value that can be", value >= least && value <= most);
    WlanFreeMemory(data);
}

int main(void)
{
    WLAN_RADIO_STATE radio;
    service_start();
    HANDLE handle = open_client();
    find_station(handle);
    check_number(handle, wlan_intf_opcode_hosted_network_capable, "hosted_network_capable", 1, 1);
    check_number(handle, wlan_intf_opcode_interface_state, "interface_state", 0, 7);
    check_number(handle, wlan_intf_opcode_current_operation_mode, "current_operation_mode",
                 DOT11_OPERATION_MODE_EXTENSIBLE_STATION, DOT11_OPERATION_MODE_EXTENSIBLE_STATION);
    IS("radio_state", query(handle, wlan_intf_opcode_radio_state), 0);
    IS("has 772 bytes", size, sizeof radio);
    memcpy(&radio, data, sizeof radio);
    WlanFreeMemory(data);
    HOLDS("it tells of a PHY", radio.dwNumberOfPhys >= 1 &&
                                   radio.dwNumberOfPhys <= WLAN_MAX_PHY_INDEX);
    IS("that is on", radio.PhyRadioState[0].dot11SoftwareRadioState, dot11_radio_state_on);

    IS("an opcode that is not served", query(handle, wlan_intf_opcode_rssi), ERROR_NOT_SUPPORTED);
    HOLDS("nothing is written", size == 0 && data == NULL);
    IS("no interface", WlanQueryInterface(handle, NULL, wlan_intf_opcode_radio_state, NULL, &size,
                                          &data, NULL),
       ERROR_INVALID_PARAMETER);
    IS("no size", WlanQueryInterface(handle, &station, wlan_intf_opcode_radio_state, NULL, NULL,
                                     &data, NULL),
       ERROR_INVALID_PARAMETER);
    IS("no data", WlanQueryInterface(handle, &station, wlan_intf_opcode_radio_state, NULL, &size,
                                     NULL, NULL),
       ERROR_INVALID_PARAMETER);
    station.Data1 ^= 1;
    IS("an unknown interface", query(handle, wlan_intf_opcode_radio_state), ERROR_NOT_FOUND);
    station.Data1 ^= 1;
    WlanCloseHandle(handle, NULL);
    check_common_rules("WlanQueryInterface", call, 1);
    return report_status();
}
