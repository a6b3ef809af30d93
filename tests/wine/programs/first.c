/*
 * What the simplest program does: it opens, sets a key, starts the network and looks at it. A program
 * like any other: it knows nothing of Wine.
 */
#include <stdio.h>
#include <string.h>

#include <windows.h>

#include <wlanapi.h>

static int wrong;

static void must(const char *what, DWORD code)
{
    printf("%-7s %s: %lu\n", code == 0 ? "ok" : "FAILED", what, code);
    wrong |= code != 0;
}

int main(void)
{
    static UCHAR key[] = "come as you are";
    WLAN_HOSTED_NETWORK_REASON reason;
    PWLAN_HOSTED_NETWORK_STATUS status = NULL;
    HANDLE handle = NULL;
    DWORD version = 0;
    must("WlanOpenHandle", WlanOpenHandle(2, NULL, &version, &handle));
    must("InitSettings", WlanHostedNetworkInitSettings(handle, &reason, NULL));
    must("SetSecondaryKey", WlanHostedNetworkSetSecondaryKey(handle, sizeof key, key, TRUE, TRUE,
                                                             &reason, NULL));
    must("ForceStart", WlanHostedNetworkForceStart(handle, &reason, NULL));
    must("QueryStatus", WlanHostedNetworkQueryStatus(handle, &status, NULL));
    must("the network is active",
         status == NULL || status->HostedNetworkState != wlan_hosted_network_active);
    WlanFreeMemory(status);
    must("ForceStop", WlanHostedNetworkForceStop(handle, &reason, NULL));
    must("WlanCloseHandle", WlanCloseHandle(handle, NULL));
    return wrong;
}
