/* WlanHostedNetworkForceStart: page nf-wlanapi-wlanhostednetworkforcestart. */
#include "client.h"
#include "report.h"
#include "service.h"

static DWORD call(HANDLE handle, PVOID reserved)
{
    return WlanHostedNetworkForceStart(handle, NULL, reserved);
}

static int refused(void *context)
{
    WLAN_HOSTED_NETWORK_REASON reason = wlan_hosted_network_reason_unspecified;
    (void)context;
    HANDLE handle = open_client();
    return WlanHostedNetworkForceStart(handle, &reason, NULL) == ERROR_ACCESS_DENIED &&
           reason == wlan_hosted_network_reason_elevation_required;
}

int main(void)
{
    WLAN_HOSTED_NETWORK_REASON reason = wlan_hosted_network_reason_unspecified;
    service_start();
    int held_back = as_nobody(refused, NULL);
    if (held_back < 0)
        report_skipped("somebody without privilege may not", "needs root");
    else
        IS("somebody without privilege may not", held_back, 1);
    HANDLE handle = open_client();
    IS("it starts", WlanHostedNetworkForceStart(handle, &reason, NULL), 0);
    IS("reason 0", reason, 0);
    IS("again", WlanHostedNetworkForceStart(handle, NULL, NULL), 0);
    WlanCloseHandle(handle, NULL);
    handle = open_client();
    IS("it outlives the handle", state_now(handle), wlan_hosted_network_active);
    IS("it is no reference", WlanHostedNetworkStopUsing(handle, &reason, NULL),
       ERROR_INVALID_STATE);
    IS("it is forced to stop", WlanHostedNetworkForceStop(handle, NULL, NULL), 0);
    start_network(handle);
    IS("a start that is used", WlanHostedNetworkForceStart(handle, NULL, NULL), 0);
    IS("becomes a forced one", WlanHostedNetworkStopUsing(handle, NULL, NULL), 0);
    IS("that runs on", state_now(handle), wlan_hosted_network_active);
    WlanCloseHandle(handle, NULL);
    check_common_rules("WlanHostedNetworkForceStart", call, 1);
    return report_status();
}
