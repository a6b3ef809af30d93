/*
 * Handles, and the rules that all functions share.
 */
#ifndef FACE_CLIENT_H
#define FACE_CLIENT_H

#include <wlanapi.h>

/* A handle; the test ends when there is none. */
HANDLE open_client(void);

/* One that was never given out. */
HANDLE never_issued(void);

/* A function under test, its other arguments right. */
typedef DWORD (*call_under_test)(HANDLE handle, PVOID reserved);

/*
 * No handle, unknown and closed handles, a reserved pointer (unless `reserved` is 0), and a service
 * that is not there, after which a new handle works again. The service is another one afterwards:
 * handles opened before are dead.
 */
void check_common_rules(const char *function, call_under_test call, int reserved);

/* The state as QueryStatus tells it; -1 when it fails. */
int state_now(HANDLE handle);

/* InitSettings, then StartUsing; the test ends when one fails. */
void start_network(HANDLE handle);

/* A passphrase with its closing 0; gives the code. */
DWORD set_passphrase(HANDLE handle, const char *text, BOOL persistent,
                     WLAN_HOSTED_NETWORK_REASON *reason);

/* The passphrase in force is `text` (NULL: there is none). */
int passphrase_is(HANDLE handle, const char *text);

/* Runs `act` with `context` in a process of user nobody and gives its result, 0 to 255; -1 when the
 * test does not run as root. */
int as_nobody(int (*act)(void *context), void *context);

#endif
