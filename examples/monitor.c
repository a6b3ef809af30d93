/*
 * Tells what happens to the Hosted Network: states, stations that come and go, radio switches. Ends
 * with Enter.
 *
 *     gcc examples/monitor.c -o monitor -lwlanapi
 */
#include <stdio.h>

#include <wlanapi.h>

static const char *state_name(WLAN_HOSTED_NETWORK_STATE state)
{
    switch (state) {
    case wlan_hosted_network_unavailable: return "unavailable";
    case wlan_hosted_network_idle: return "idle";
    case wlan_hosted_network_active: return "active";
    }
    return "?";
}

static const char *radio_name(DOT11_RADIO_STATE state)
{
    switch (state) {
    case dot11_radio_state_unknown: return "unknown";
    case dot11_radio_state_on: return "on";
    case dot11_radio_state_off: return "off";
    }
    return "?";
}

static void print_peer(const UCHAR *mac, const char *what)
{
    printf("%02x:%02x:%02x:%02x:%02x:%02x %s", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5], what);
}

/* Runs on a thread of the library; the data is gone when it returns. */
static VOID WINAPI on_notification(PWLAN_NOTIFICATION_DATA what, PVOID context)
{
    (void)context;
    if (what->NotificationSource != WLAN_NOTIFICATION_SOURCE_HNWK)
        return;
    switch (what->NotificationCode) {
    case wlan_hosted_network_state_change: {
        const WLAN_HOSTED_NETWORK_STATE_CHANGE *change = what->pData;
        printf("state: %s -> %s (reason %d)\n", state_name(change->OldState),
               state_name(change->NewState), (int)change->StateChangeReason);
        break;
    }
    case wlan_hosted_network_peer_state_change: {
        const WLAN_HOSTED_NETWORK_DATA_PEER_STATE_CHANGE *change = what->pData;
        print_peer(change->NewState.PeerMacAddress,
                   change->NewState.PeerAuthState == wlan_hosted_network_peer_state_authenticated
                       ? "joined"
                       : "left");
        printf(" (reason %d)\n", (int)change->PeerStateChangeReason);
        break;
    }
    case wlan_hosted_network_radio_state_change: {
        const WLAN_HOSTED_NETWORK_RADIO_STATE *radio = what->pData;
        printf("radio: software %s, hardware %s\n", radio_name(radio->dot11SoftwareRadioState),
               radio_name(radio->dot11HardwareRadioState));
        break;
    }
    default: break;
    }
    fflush(stdout);
}

/* Nothing is told again of what happened before: ask once, after registering. */
static DWORD print_status(HANDLE handle)
{
    PWLAN_HOSTED_NETWORK_STATUS status;
    DWORD code = WlanHostedNetworkQueryStatus(handle, &status, NULL);
    if (code != ERROR_SUCCESS)
        return code;
    printf("state: %s\n", state_name(status->HostedNetworkState));
    if (status->HostedNetworkState == wlan_hosted_network_active)
        for (DWORD i = 0; i < status->dwNumberOfPeers; i++) {
            print_peer(status->PeerList[i].PeerMacAddress, "is here\n");
        }
    fflush(stdout);
    WlanFreeMemory(status);
    return ERROR_SUCCESS;
}

int main(void)
{
    HANDLE handle;
    DWORD version;
    DWORD code = WlanOpenHandle(WLAN_API_VERSION, NULL, &version, &handle);
    if (code != ERROR_SUCCESS) {
        fprintf(stderr, "WlanOpenHandle: error %lu\n", (unsigned long)code);
        return 1;
    }
    code = WlanRegisterNotification(handle, WLAN_NOTIFICATION_SOURCE_HNWK, TRUE, on_notification,
                                    NULL, NULL, NULL);
    if (code == ERROR_SUCCESS)
        code = print_status(handle);
    if (code == ERROR_SUCCESS)
        (void)getchar();
    else
        fprintf(stderr, "error %lu\n", (unsigned long)code);
    WlanCloseHandle(handle, NULL);
    return code == ERROR_SUCCESS ? 0 : 1;
}
