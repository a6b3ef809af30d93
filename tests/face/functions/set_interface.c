/* WlanSetInterface: page nf-wlanapi-wlansetinterface. */
#include "client.h"
#include "inbox.h"
#include "report.h"
#include "service.h"

static GUID station;

static DWORD set_radio(HANDLE handle, DOT11_RADIO_STATE software)
{
    WLAN_PHY_RADIO_STATE radio = {0, software, dot11_radio_state_on};
    return WlanSetInterface(handle, &station, wlan_intf_opcode_radio_state, sizeof radio, &radio,
                            NULL);
}

static DWORD set_mode(HANDLE handle, ULONG mode)
{
    return WlanSetInterface(handle, &station, wlan_intf_opcode_current_operation_mode, sizeof mode,
                            &mode, NULL);
}

static DWORD call(HANDLE handle, PVOID reserved)
{
    ULONG mode = DOT11_OPERATION_MODE_EXTENSIBLE_STATION;
    return WlanSetInterface(handle, &station, wlan_intf_opcode_current_operation_mode, sizeof mode,
                            &mode, reserved);
}

static int refused(void *context)
{
    (void)context;
    HANDLE handle = open_client();
    return set_radio(handle, dot11_radio_state_off) == ERROR_ACCESS_DENIED &&
           set_mode(handle, DOT11_OPERATION_MODE_NETWORK_MONITOR) == ERROR_ACCESS_DENIED;
}

static void find_station(HANDLE handle)
{
    PWLAN_INTERFACE_INFO_LIST list = NULL;
    if (WlanEnumInterfaces(handle, NULL, &list) != ERROR_SUCCESS || list->dwNumberOfItems == 0)
        give_up("there is no station interface");
    station = list->InterfaceInfo[0].InterfaceGuid;
    WlanFreeMemory(list);
}

static void check_radio(HANDLE handle, struct inbox *inbox)
{
    struct letter letter;
    start_network(handle);
    IS("the radio is switched off", set_radio(handle, dot11_radio_state_off), 0);
    HOLDS("the network is gone",
          inbox_until_state(inbox, wlan_hosted_network_unavailable, &letter));
    IS("for want of an interface", letter.data.state.StateChangeReason,
       wlan_hosted_network_reason_interface_unavailable);
    IS("the radio is switched on", set_radio(handle, dot11_radio_state_on), 0);
    HOLDS("the network can be started",
          inbox_until_state(inbox, wlan_hosted_network_idle, &letter));
    IS("neither on nor off", set_radio(handle, dot11_radio_state_unknown), ERROR_INVALID_PARAMETER);
}

static void check_mode(HANDLE handle, struct inbox *inbox)
{
    struct letter letter;
    start_network(handle);
    IS("a monitor is wanted", set_mode(handle, DOT11_OPERATION_MODE_NETWORK_MONITOR), 0);
    HOLDS("the network is gone",
          inbox_until_state(inbox, wlan_hosted_network_unavailable, &letter));
    IS("because of it", letter.data.state.StateChangeReason,
       wlan_hosted_network_reason_incompatible_connection_started);
    IS("the monitor ends", set_mode(handle, DOT11_OPERATION_MODE_EXTENSIBLE_STATION), 0);
    HOLDS("the network can be started",
          inbox_until_state(inbox, wlan_hosted_network_idle, &letter));
    IS("because of it", letter.data.state.StateChangeReason,
       wlan_hosted_network_reason_incompatible_connection_stopped);
    IS("a station cannot be an access point", set_mode(handle, DOT11_OPERATION_MODE_EXTENSIBLE_AP),
       ERROR_INVALID_PARAMETER);
}

static void check_arguments(HANDLE handle)
{
    WLAN_PHY_RADIO_STATE radio = {64, dot11_radio_state_off, dot11_radio_state_on};
    const WLAN_INTF_OPCODE opcode = wlan_intf_opcode_radio_state;
    IS("no such PHY", WlanSetInterface(handle, &station, opcode, sizeof radio, &radio, NULL),
       ERROR_INVALID_PARAMETER);
    IS("no data", WlanSetInterface(handle, &station, opcode, sizeof radio, NULL, NULL),
       ERROR_INVALID_PARAMETER);
    IS("no size", WlanSetInterface(handle, &station, opcode, 0, &radio, NULL),
       ERROR_INVALID_PARAMETER);
    IS("a byte short", WlanSetInterface(handle, &station, opcode, sizeof radio - 1, &radio, NULL),
       ERROR_INVALID_PARAMETER);
    IS("no interface", WlanSetInterface(handle, NULL, opcode, sizeof radio, &radio, NULL),
       ERROR_INVALID_PARAMETER);
    station.Data1 ^= 1;
    radio.dwPhyIndex = 0;
    IS("an unknown interface",
       WlanSetInterface(handle, &station, opcode, sizeof radio, &radio, NULL), ERROR_NOT_FOUND);
    station.Data1 ^= 1;
}

int main(void)
{
    static struct inbox inbox;
    service_start();
    inbox_init(&inbox);
    HANDLE handle = open_client();
    find_station(handle);
    int held_back = as_nobody(refused, NULL);
    if (held_back < 0)
        report_skipped("somebody without privilege may not", "needs root");
    else
        IS("somebody without privilege may not", held_back, 1);
    IS("notifications are asked for", inbox_register(&inbox, handle), 0);
    check_radio(handle, &inbox);
    check_mode(handle, &inbox);
    check_arguments(handle);
    WlanCloseHandle(handle, NULL);
    check_common_rules("WlanSetInterface", call, 1);
    return report_status();
}
