#include "client.h"

#include <stdio.h>
#include <string.h>
#ifndef _WIN32
#include <errno.h>
#include <grp.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

#include "report.h"
#include "service.h"

#define NOBODY 65534
#define GARBAGE 0xdeadcafe

HANDLE open_client(void)
{
    HANDLE handle = NULL;
    DWORD version = 0;
    DWORD code = WlanOpenHandle(WLAN_API_VERSION, NULL, &version, &handle);
    if (code != ERROR_SUCCESS)
        give_up("WlanOpenHandle: %lu", (unsigned long)code);
    return handle;
}

HANDLE never_issued(void)
{
    return (HANDLE)(uintptr_t)GARBAGE;
}

static void check_code(const char *function, const char *when, DWORD got, DWORD expected)
{
    char name[128];
    snprintf(name, sizeof name, "%s, %s", function, when);
    report_number(name, got, expected, "the code");
}

void check_common_rules(const char *function, call_under_test call, int reserved)
{
    int something = 0;
    HANDLE closed = open_client();
    WlanCloseHandle(closed, NULL);
    check_code(function, "no handle", call(NULL, NULL), ERROR_INVALID_PARAMETER);
    check_code(function, "a handle never given out", call(never_issued(), NULL),
               ERROR_INVALID_HANDLE);
    check_code(function, "a handle that points to something", call(&something, NULL),
               ERROR_INVALID_HANDLE);
    check_code(function, "a closed handle", call(closed, NULL), ERROR_INVALID_HANDLE);

    HANDLE handle = open_client();
    if (reserved)
        check_code(function, "a reserved pointer", call(handle, &something),
                   ERROR_INVALID_PARAMETER);
    service_kill();
    check_code(function, "the service is gone", call(handle, NULL), ERROR_SERVICE_NOT_ACTIVE);
    check_code(function, "the service is gone, no handle", call(NULL, NULL),
               ERROR_INVALID_PARAMETER);
    check_code(function, "the service is gone, unknown handle", call(never_issued(), NULL),
               ERROR_SERVICE_NOT_ACTIVE);
    service_start();
    check_code(function, "another service: the handle is dead", call(handle, NULL),
               ERROR_SERVICE_NOT_ACTIVE);
    check_code(function, "it can still be closed", WlanCloseHandle(handle, NULL), ERROR_SUCCESS);
    check_code(function, "once", WlanCloseHandle(handle, NULL), ERROR_INVALID_HANDLE);
}

int state_now(HANDLE handle)
{
    PWLAN_HOSTED_NETWORK_STATUS status = NULL;
    if (WlanHostedNetworkQueryStatus(handle, &status, NULL) != ERROR_SUCCESS)
        return -1;
    int state = (int)status->HostedNetworkState;
    WlanFreeMemory(status);
    return state;
}

void start_network(HANDLE handle)
{
    DWORD code = WlanHostedNetworkInitSettings(handle, NULL, NULL);
    if (code == ERROR_SUCCESS)
        code = WlanHostedNetworkStartUsing(handle, NULL, NULL);
    if (code != ERROR_SUCCESS)
        give_up("the network does not start: %lu", (unsigned long)code);
}

DWORD set_passphrase(HANDLE handle, const char *text, BOOL persistent,
                     WLAN_HOSTED_NETWORK_REASON *reason)
{
    return WlanHostedNetworkSetSecondaryKey(handle, (DWORD)strlen(text) + 1, (PUCHAR)text, TRUE,
                                            persistent, reason, NULL);
}

int passphrase_is(HANDLE handle, const char *text)
{
    DWORD length = 0;
    PUCHAR data = NULL;
    BOOL passphrase = FALSE, persistent = FALSE;
    if (WlanHostedNetworkQuerySecondaryKey(handle, &length, &data, &passphrase, &persistent, NULL,
                                           NULL) != ERROR_SUCCESS)
        return 0;
    int same = text == NULL ? length == 0 && data == NULL
                            : passphrase != FALSE && length == strlen(text) + 1 &&
                                  memcmp(data, text, length) == 0;
    WlanFreeMemory(data);
    return same;
}

/* For programs of Windows it is in tests/wine/nobody.c. */
#ifndef _WIN32
int as_nobody(int (*act)(void *context), void *context)
{
    int status;
    if (geteuid() != 0)
        return -1;
    pid_t pid = fork();
    if (pid == 0) {
        if (setgroups(0, NULL) < 0 || setgid(NOBODY) < 0 || setuid(NOBODY) < 0)
            _exit(255);
        _exit(act(context));
    }
    if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
        give_up("a process of another user: %s", strerror(errno));
    return WEXITSTATUS(status);
}
#endif
