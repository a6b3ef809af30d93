/* WlanHostedNetworkQuerySecondaryKey: page nf-wlanapi-wlanhostednetworkquerysecondarykey. */
#include <string.h>

#include "client.h"
#include "report.h"
#include "service.h"

static DWORD length;
static PUCHAR data;
static BOOL passphrase;
static BOOL persistent;

static DWORD query(HANDLE handle)
{
    WLAN_HOSTED_NETWORK_REASON reason = wlan_hosted_network_reason_unspecified;
    length = 0xabababab;
    data = NULL;
    DWORD code = WlanHostedNetworkQuerySecondaryKey(handle, &length, &data, &passphrase,
                                                    &persistent, &reason, NULL);
    return code == ERROR_SUCCESS && reason != wlan_hosted_network_reason_success ? 0xffffffff : code;
}

static DWORD call(HANDLE handle, PVOID reserved)
{
    DWORD code = WlanHostedNetworkQuerySecondaryKey(handle, &length, &data, &passphrase,
                                                    &persistent, NULL, reserved);
    if (code == ERROR_SUCCESS)
        WlanFreeMemory(data);
    return code;
}

int main(void)
{
    UCHAR binary[32];
    service_start();
    HANDLE handle = open_client();
    IS("no key is no error", query(handle), 0);
    HOLDS("its length is 0 and it is NULL", length == 0 && data == NULL);
    IS("a passphrase is set", set_passphrase(handle, "12345678", FALSE, NULL), 0);
    IS("it is given back", query(handle), 0);
    HOLDS("with its closing 0", length == 9 && memcmp(data, "12345678", 9) == 0);
    HOLDS("as a temporary passphrase", passphrase != FALSE && persistent == FALSE);
    WlanFreeMemory(data);
    for (unsigned i = 0; i < sizeof binary; i++)
        binary[i] = (UCHAR)(i * 8);
    IS("a binary key is set",
       WlanHostedNetworkSetSecondaryKey(handle, sizeof binary, binary, FALSE, TRUE, NULL, NULL), 0);
    IS("it is given back", query(handle), 0);
    HOLDS("with the same bytes", length == 32 && memcmp(data, binary, 32) == 0);
    HOLDS("as a persistent binary key", passphrase == FALSE && persistent != FALSE);
    WlanFreeMemory(data);
    WlanCloseHandle(handle, NULL);
    check_common_rules("WlanHostedNetworkQuerySecondaryKey", call, 1);
    return report_status();
}
