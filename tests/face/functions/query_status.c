/* WlanHostedNetworkQueryStatus: page nf-wlanapi-wlanhostednetworkquerystatus. */
#include <string.h>

#include "client.h"
#include "report.h"
#include "service.h"

static const GUID NO_DEVICE;

static DWORD call(HANDLE handle, PVOID reserved)
{
    PWLAN_HOSTED_NETWORK_STATUS status = NULL;
    DWORD code = WlanHostedNetworkQueryStatus(handle, &status, reserved);
    if (code == ERROR_SUCCESS)
        WlanFreeMemory(status);
    return code;
}

static PWLAN_HOSTED_NETWORK_STATUS query(HANDLE handle)
{
    PWLAN_HOSTED_NETWORK_STATUS status = NULL;
    if (WlanHostedNetworkQueryStatus(handle, &status, NULL) != ERROR_SUCCESS || status == NULL)
        give_up("WlanHostedNetworkQueryStatus fails");
    return status;
}

static void check_active(HANDLE handle)
{
    PWLAN_HOSTED_NETWORK_STATUS status = query(handle);
    IS("active", status->HostedNetworkState, wlan_hosted_network_active);
    HOLDS("it has a device", memcmp(&status->IPDeviceID, &NO_DEVICE, sizeof NO_DEVICE) != 0);
    HOLDS("and a PHY", status->dot11PhyType == dot11_phy_type_ht ||
                           status->dot11PhyType == dot11_phy_type_erp ||
                           status->dot11PhyType == dot11_phy_type_ofdm);
    HOLDS("the channel is a number", status->ulChannelFrequency >= 1 &&
                                         status->ulChannelFrequency <= 196);
    IS("nobody is here", status->dwNumberOfPeers, 0);
    WlanFreeMemory(status);
}

static void check_peers(HANDLE handle, DWORD peers)
{
    PWLAN_HOSTED_NETWORK_STATUS status = query(handle);
    IS("the peers are counted", status->dwNumberOfPeers, peers);
    for (DWORD i = 0; i < status->dwNumberOfPeers && i < peers; i++)
        IS("each is authenticated", status->PeerList[i].PeerAuthState,
           wlan_hosted_network_peer_state_authenticated);
    for (DWORD i = 1; i < status->dwNumberOfPeers && i < peers; i++)
        HOLDS("each is another", memcmp(status->PeerList[i].PeerMacAddress,
                                        status->PeerList[i - 1].PeerMacAddress, 6) != 0);
    WlanFreeMemory(status);
}

int main(void)
{
    service_start();
    HANDLE handle = open_client();
    IS("no place for the status", WlanHostedNetworkQueryStatus(handle, NULL, NULL),
       ERROR_INVALID_PARAMETER);
    PWLAN_HOSTED_NETWORK_STATUS status = query(handle);
    IS("idle", status->HostedNetworkState, wlan_hosted_network_idle);
    HOLDS("nothing is on the air", status->dot11PhyType == 0 && status->ulChannelFrequency == 0 &&
                                       status->dwNumberOfPeers == 0);
    WlanFreeMemory(status);
    IS("a key is set", set_passphrase(handle, "known to all", TRUE, NULL), 0);
    start_network(handle);
    check_active(handle);
    IS("a phone joins", station_join("phone", "known to all"), 0);
    check_peers(handle, 1);
    IS("a tablet joins", station_join("tablet", "known to all"), 0);
    check_peers(handle, 2);
    IS("the phone leaves", station_leave("phone"), 0);
    check_peers(handle, 1);
    WlanCloseHandle(handle, NULL);
    check_common_rules("WlanHostedNetworkQueryStatus", call, 1);
    return report_status();
}
