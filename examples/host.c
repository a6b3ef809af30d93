/*
 * Holds the Hosted Network up until Enter is pressed, or until the program ends in any other way.
 *
 *     gcc examples/host.c -o host -lwlanapi
 */
#include <stdio.h>

#include <wlanapi.h>

static int failed(const char *function, DWORD code, WLAN_HOSTED_NETWORK_REASON reason)
{
    if (code == ERROR_SUCCESS)
        return 0;
    fprintf(stderr, "%s: error %lu, reason %d\n", function, (unsigned long)code, (int)reason);
    return 1;
}

/* Starts the network and shows its name. */
static int host(HANDLE handle)
{
    WLAN_HOSTED_NETWORK_REASON reason = wlan_hosted_network_reason_success;
    DWORD code = WlanHostedNetworkInitSettings(handle, &reason, NULL);
    if (failed("WlanHostedNetworkInitSettings", code, reason))
        return 1;

    DWORD size;
    PVOID data;
    WLAN_OPCODE_VALUE_TYPE type;
    code = WlanHostedNetworkQueryProperty(handle, wlan_hosted_network_opcode_connection_settings,
                                          &size, &data, &type, NULL);
    if (failed("WlanHostedNetworkQueryProperty", code, wlan_hosted_network_reason_success))
        return 1;
    const WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS *settings = data;
    DOT11_SSID name = settings->hostedNetworkSSID;
    WlanFreeMemory(data);

    code = WlanHostedNetworkStartUsing(handle, &reason, NULL);
    if (failed("WlanHostedNetworkStartUsing", code, reason))
        return 1;
    printf("\"%.*s\" is on the air. Enter ends it.\n", (int)name.uSSIDLength,
           (const char *)name.ucSSID);
    fflush(stdout);
    (void)getchar();
    return 0;
}

int main(void)
{
    HANDLE handle;
    DWORD version;
    DWORD code = WlanOpenHandle(WLAN_API_VERSION, NULL, &version, &handle);
    if (failed("WlanOpenHandle", code, wlan_hosted_network_reason_success))
        return 1;
    int status = host(handle);
    /* The reference on the network goes with the handle. */
    WlanCloseHandle(handle, NULL);
    return status;
}
