/*
 * WlanHostedNetworkSetSecondaryKey: page nf-wlanapi-wlanhostednetworksetsecondarykey. The arguments
 * are in ../rows/arguments.c, states and persistence in ../rows/state.rows.
 */
#include <string.h>

#include "client.h"
#include "report.h"
#include "service.h"

static DWORD call(HANDLE handle, PVOID reserved)
{
    static UCHAR key[] = "12345678";
    return WlanHostedNetworkSetSecondaryKey(handle, sizeof key, key, TRUE, TRUE, NULL, reserved);
}

int main(void)
{
    WLAN_HOSTED_NETWORK_REASON reason = wlan_hosted_network_reason_unspecified;
    UCHAR binary[32];
    service_start();
    HANDLE handle = open_client();
    IS("a passphrase is set", set_passphrase(handle, "as good as any", TRUE, &reason), 0);
    IS("reason 0", reason, 0);
    HOLDS("it is there", passphrase_is(handle, "as good as any"));
    start_network(handle);
    IS("a running network takes another", set_passphrase(handle, "much better", TRUE, &reason), 0);
    IS("and runs on", state_now(handle), wlan_hosted_network_active);
    HOLDS("it is there", passphrase_is(handle, "much better"));
    IS("a short one is refused", set_passphrase(handle, "short", TRUE, &reason),
       ERROR_INVALID_PARAMETER);
    IS("reason bad_parameters", reason, wlan_hosted_network_reason_bad_parameters);
    HOLDS("the one before stays", passphrase_is(handle, "much better"));
    memset(binary, 0xfe, sizeof binary);
    IS("a binary key is set",
       WlanHostedNetworkSetSecondaryKey(handle, sizeof binary, binary, FALSE, TRUE, &reason, NULL),
       0);
    IS("it is removed", WlanHostedNetworkSetSecondaryKey(handle, 0, NULL, TRUE, TRUE, &reason, NULL),
       0);
    HOLDS("none is there", passphrase_is(handle, NULL));
    IS("the network still runs", state_now(handle), wlan_hosted_network_active);
    WlanCloseHandle(handle, NULL);
    check_common_rules("WlanHostedNetworkSetSecondaryKey", call, 1);
    return report_status();
}
