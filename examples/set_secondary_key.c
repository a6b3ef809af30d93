/*
 * Sets the passphrase that guests join the Hosted Network with.
 *
 *     gcc examples/set_secondary_key.c -o set_secondary_key -lwlanapi
 *     echo 'tea at five' | ./set_secondary_key
 *
 * The running network takes it at once. Whoever is connected stays connected; whoever joins from now
 * on needs the new passphrase. An empty line removes it.
 */
#include <stdio.h>
#include <string.h>

#include <wlanapi.h>

int main(void)
{
    /* At most 63 characters, a line feed and the closing 0; one more to see what is too long. */
    char passphrase[66];
    if (fgets(passphrase, sizeof passphrase, stdin) == NULL) {
        fputs("No line to read a passphrase from: nothing is changed.\n", stderr);
        return 1;
    }
    passphrase[strcspn(passphrase, "\r\n")] = '\0';

    HANDLE handle;
    DWORD version;
    DWORD code = WlanOpenHandle(WLAN_API_VERSION, NULL, &version, &handle);
    if (code != ERROR_SUCCESS) {
        fprintf(stderr, "WlanOpenHandle: error %lu\n", (unsigned long)code);
        return 1;
    }

    /* The length counts the closing 0. No length and no data removes the key. */
    DWORD length = (DWORD)strlen(passphrase) + 1;
    PUCHAR data = (PUCHAR)passphrase;
    if (passphrase[0] == '\0') {
        length = 0;
        data = NULL;
    }

    WLAN_HOSTED_NETWORK_REASON reason;
    code = WlanHostedNetworkSetSecondaryKey(handle, length, data, TRUE, TRUE, &reason, NULL);
    memset(passphrase, 0, sizeof passphrase);
    if (code == ERROR_SUCCESS)
        puts(length != 0 ? "The secondary key is set." : "The secondary key is removed.");
    else
        fprintf(stderr, "WlanHostedNetworkSetSecondaryKey: error %lu, reason %d\n",
                (unsigned long)code, (int)reason);

    WlanCloseHandle(handle, NULL);
    return code == ERROR_SUCCESS ? 0 : 1;
}
