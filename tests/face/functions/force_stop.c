/* WlanHostedNetworkForceStop: page nf-wlanapi-wlanhostednetworkforcestop. */
#include "client.h"
#include "report.h"
#include "service.h"

static DWORD call(HANDLE handle, PVOID reserved)
{
    return WlanHostedNetworkForceStop(handle, NULL, reserved);
}

static int stops(void *context)
{
    (void)context;
    return WlanHostedNetworkForceStop(open_client(), NULL, NULL) == ERROR_SUCCESS;
}

int main(void)
{
    WLAN_HOSTED_NETWORK_REASON reason = wlan_hosted_network_reason_unspecified;
    service_start();
    HANDLE handle = open_client();
    HANDLE other = open_client();
    IS("when nothing runs", WlanHostedNetworkForceStop(handle, &reason, NULL), 0);
    IS("reason 0", reason, 0);
    start_network(other);
    IS("what another has started", WlanHostedNetworkForceStop(handle, NULL, NULL), 0);
    IS("it has stopped", state_now(handle), wlan_hosted_network_idle);
    IS("the other's reference is void", WlanHostedNetworkStopUsing(other, &reason, NULL),
       ERROR_INVALID_STATE);
    IS("the other starts again", WlanHostedNetworkStartUsing(other, NULL, NULL), 0);
    int stopped = as_nobody(stops, NULL);
    if (stopped < 0)
        report_skipped("anybody may", "needs root to be somebody else");
    else
        IS("anybody may", stopped, 1);
    WlanCloseHandle(handle, NULL);
    WlanCloseHandle(other, NULL);
    check_common_rules("WlanHostedNetworkForceStop", call, 1);
    return report_status();
}
