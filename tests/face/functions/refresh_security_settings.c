/* WlanHostedNetworkRefreshSecuritySettings: page nf-...-wlanhostednetworkrefreshsecuritysettings. */
#include "client.h"
#include "inbox.h"
#include "report.h"
#include "service.h"

static DWORD call(HANDLE handle, PVOID reserved)
{
    return WlanHostedNetworkRefreshSecuritySettings(handle, NULL, reserved);
}

int main(void)
{
    static struct inbox inbox;
    struct letter letter;
    WLAN_HOSTED_NETWORK_REASON reason = wlan_hosted_network_reason_unspecified;
    service_start();
    inbox_init(&inbox);
    HANDLE handle = open_client();
    IS("a secondary key is set", set_passphrase(handle, "stays as it is", TRUE, NULL), 0);
    start_network(handle);
    IS("notifications are asked for", inbox_register(&inbox, handle), 0);
    IS("a new primary key is made",
       WlanHostedNetworkRefreshSecuritySettings(handle, &reason, NULL), 0);
    IS("reason 0", reason, 0);
    HOLDS("the running network stops",
          inbox_until_state(&inbox, wlan_hosted_network_idle, &letter));
    IS("because its properties change", letter.data.state.StateChangeReason,
       wlan_hosted_network_reason_properties_change);
    IS("it is idle", state_now(handle), wlan_hosted_network_idle);
    HOLDS("the secondary key stays", passphrase_is(handle, "stays as it is"));
    WlanCloseHandle(handle, NULL);
    check_common_rules("WlanHostedNetworkRefreshSecuritySettings", call, 1);
    return report_status();
}
