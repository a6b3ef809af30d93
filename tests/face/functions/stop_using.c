/* WlanHostedNetworkStopUsing: page nf-wlanapi-wlanhostednetworkstopusing. */
#include "client.h"
#include "report.h"
#include "service.h"

static DWORD call(HANDLE handle, PVOID reserved)
{
    return WlanHostedNetworkStopUsing(handle, NULL, reserved);
}

int main(void)
{
    WLAN_HOSTED_NETWORK_REASON reason = wlan_hosted_network_reason_unspecified;
    service_start();
    HANDLE handle = open_client();
    HANDLE other = open_client();
    IS("without a start", WlanHostedNetworkStopUsing(handle, &reason, NULL), ERROR_INVALID_STATE);
    IS("reason stop_before_start", reason, wlan_hosted_network_reason_stop_before_start);
    start_network(other);
    IS("the start of another", WlanHostedNetworkStopUsing(handle, &reason, NULL),
       ERROR_INVALID_STATE);
    IS("reason stop_before_start", reason, wlan_hosted_network_reason_stop_before_start);
    IS("it runs on", state_now(handle), wlan_hosted_network_active);
    IS("one's own start", WlanHostedNetworkStopUsing(other, &reason, NULL), 0);
    IS("reason 0", reason, 0);
    IS("it has stopped", state_now(handle), wlan_hosted_network_idle);
    WlanCloseHandle(handle, NULL);
    WlanCloseHandle(other, NULL);
    check_common_rules("WlanHostedNetworkStopUsing", call, 1);
    return report_status();
}
