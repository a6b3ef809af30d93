/* WlanHostedNetworkSetProperty: page nf-wlanapi-wlanhostednetworksetproperty. */
#include <string.h>

#include "client.h"
#include "report.h"
#include "service.h"

static WLAN_HOSTED_NETWORK_REASON reason;

static DWORD set(HANDLE handle, int opcode, DWORD size, PVOID data)
{
    reason = wlan_hosted_network_reason_unspecified;
    return WlanHostedNetworkSetProperty(handle, (WLAN_HOSTED_NETWORK_OPCODE)opcode, size, data,
                                        &reason, NULL);
}

static WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS named(const char *name, DWORD peers)
{
    WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS settings = {{0, {0}}, peers};
    settings.hostedNetworkSSID.uSSIDLength = (ULONG)strlen(name);
    memcpy(settings.hostedNetworkSSID.ucSSID, name, strlen(name));
    return settings;
}

static DWORD call(HANDLE handle, PVOID reserved)
{
    WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS settings = named("Called", 5);
    return WlanHostedNetworkSetProperty(handle, wlan_hosted_network_opcode_connection_settings,
                                        sizeof settings, &settings, NULL, reserved);
}

static int disable(void *context)
{
    BOOL off = FALSE;
    (void)context;
    HANDLE handle = open_client();
    DWORD code = set(handle, wlan_hosted_network_opcode_enable, sizeof off, &off);
    return code == ERROR_ACCESS_DENIED && reason == wlan_hosted_network_reason_elevation_required;
}

static void check_values(HANDLE handle)
{
    WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS settings = named("A name of thirty-two characters.", 1);
    unsigned char unaligned[sizeof settings + 1];
    IS("a long name", set(handle, 0, sizeof settings, &settings), 0);
    IS("reason 0", reason, 0);
    memcpy(unaligned + 1, &settings, sizeof settings);
    IS("an unaligned pointer", set(handle, 0, sizeof settings, unaligned + 1), 0);
    IS("one byte short", set(handle, 0, sizeof settings - 1, &settings), ERROR_INVALID_PARAMETER);
    IS("reason bad_parameters", reason, wlan_hosted_network_reason_bad_parameters);
    IS("no size", set(handle, 0, 0, &settings), ERROR_INVALID_PARAMETER);
    IS("no data", set(handle, 0, sizeof settings, NULL), ERROR_INVALID_PARAMETER);
    settings.hostedNetworkSSID.uSSIDLength = 0;
    IS("no name", set(handle, 0, sizeof settings, &settings), ERROR_INVALID_PARAMETER);
    settings.hostedNetworkSSID.uSSIDLength = DOT11_SSID_MAX_LENGTH + 1;
    IS("a name too long", set(handle, 0, sizeof settings, &settings), ERROR_INVALID_PARAMETER);
    settings.hostedNetworkSSID.uSSIDLength = 0xffffffff;
    IS("much too long", set(handle, 0, sizeof settings, &settings), ERROR_INVALID_PARAMETER);
    settings = named("Nobody", 0);
    IS("no peers", set(handle, 0, sizeof settings, &settings), ERROR_INVALID_PARAMETER);
}

int main(void)
{
    BOOL value = 2;
    WLAN_HOSTED_NETWORK_SECURITY_SETTINGS security = {DOT11_AUTH_ALGO_WPA_PSK,
                                                      DOT11_CIPHER_ALGO_TKIP};
    WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS settings = named("Other", 7);
    service_start();
    HANDLE handle = open_client();
    check_values(handle);
    IS("security settings", set(handle, 1, sizeof security, &security), ERROR_NOT_SUPPORTED);
    IS("reason read_only", reason, wlan_hosted_network_reason_read_only);
    IS("a profile", set(handle, 2, sizeof security, &security), ERROR_NOT_SUPPORTED);
    IS("opcode 4", set(handle, 4, sizeof value, &value), ERROR_INVALID_PARAMETER);
    IS("opcode -1", set(handle, -1, sizeof value, &value), ERROR_INVALID_PARAMETER);

    start_network(handle);
    IS("any value but 0 enables", set(handle, 3, sizeof value, &value), 0);
    IS("3 bytes are no BOOL", set(handle, 3, 3, &value), ERROR_INVALID_PARAMETER);
    IS("5 bytes are no BOOL", set(handle, 3, 5, &value), ERROR_INVALID_PARAMETER);
    IS("a running network is given a name", set(handle, 0, sizeof settings, &settings), 0);
    IS("that stops it", state_now(handle), wlan_hosted_network_idle);
    value = FALSE;
    IS("it is disabled", set(handle, 3, sizeof value, &value), 0);
    IS("then it is unavailable", state_now(handle), wlan_hosted_network_unavailable);
    value = TRUE;
    IS("it is enabled", set(handle, 3, sizeof value, &value), 0);
    IS("then it is idle", state_now(handle), wlan_hosted_network_idle);
    int refused = as_nobody(disable, NULL);
    if (refused < 0)
        report_skipped("somebody without privilege may not disable it", "needs root");
    else
        IS("somebody without privilege may not disable it", refused, 1);
    WlanCloseHandle(handle, NULL);
    check_common_rules("WlanHostedNetworkSetProperty", call, 1);
    return report_status();
}
