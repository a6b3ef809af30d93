/* WlanHostedNetworkStartUsing: page nf-wlanapi-wlanhostednetworkstartusing. */
#include "client.h"
#include "report.h"
#include "service.h"

static DWORD call(HANDLE handle, PVOID reserved)
{
    return WlanHostedNetworkStartUsing(handle, NULL, reserved);
}

int main(void)
{
    WLAN_HOSTED_NETWORK_REASON reason = wlan_hosted_network_reason_unspecified;
    BOOL off = FALSE;
    service_start();
    HANDLE handle = open_client();
    IS("without any settings", WlanHostedNetworkStartUsing(handle, &reason, NULL), 0);
    IS("reason 0", reason, 0);
    IS("it runs", state_now(handle), wlan_hosted_network_active);
    IS("again", WlanHostedNetworkStartUsing(handle, NULL, NULL), 0);
    IS("the first reference goes", WlanHostedNetworkStopUsing(handle, NULL, NULL), 0);
    IS("it runs on", state_now(handle), wlan_hosted_network_active);
    IS("the second goes", WlanHostedNetworkStopUsing(handle, NULL, NULL), 0);
    IS("it has stopped", state_now(handle), wlan_hosted_network_idle);
    IS("it is disabled", WlanHostedNetworkSetProperty(handle, wlan_hosted_network_opcode_enable,
                                                      sizeof off, &off, NULL, NULL),
       0);
    IS("it cannot start", WlanHostedNetworkStartUsing(handle, &reason, NULL), ERROR_INVALID_STATE);
    IS("reason interface_unavailable", reason, wlan_hosted_network_reason_interface_unavailable);
    WlanCloseHandle(handle, NULL);
    service_forget();
    service_start();
    check_common_rules("WlanHostedNetworkStartUsing", call, 1);
    return report_status();
}
