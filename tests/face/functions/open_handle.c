/* WlanOpenHandle: page nf-wlanapi-wlanopenhandle; the refused versions are Wine's findings. */
#include "client.h"
#include "report.h"
#include "service.h"

static const DWORD UNTOUCHED = 0xabababab;

static void check_version(DWORD asked, DWORD expected)
{
    DWORD negotiated = UNTOUCHED;
    HANDLE handle = NULL;
    IS("a known version is taken", WlanOpenHandle(asked, NULL, &negotiated, &handle), 0);
    IS("it is the one in use", negotiated, expected);
    HOLDS("a handle is given out", handle != NULL);
    IS("the handle works", WlanCloseHandle(handle, NULL), 0);
}

static void check_refusal(const char *words, DWORD code, DWORD version, PVOID reserved)
{
    DWORD negotiated = UNTOUCHED;
    HANDLE handle = never_issued();
    IS(words, WlanOpenHandle(version, reserved, &negotiated, &handle), code);
    HOLDS("the outputs are left alone", negotiated == UNTOUCHED && handle == never_issued());
}

int main(void)
{
    DWORD negotiated = UNTOUCHED;
    HANDLE handle = NULL;
    HANDLE second = NULL;

    check_refusal("no service", ERROR_SERVICE_NOT_ACTIVE, 2, NULL);
    check_refusal("no service comes before a bad version", ERROR_SERVICE_NOT_ACTIVE, 0, NULL);

    service_start();
    check_version(1, 1);
    check_version(2, 2);
    check_refusal("version 0", ERROR_NOT_SUPPORTED, 0, NULL);
    check_refusal("version 3", ERROR_NOT_SUPPORTED, 3, NULL);
    check_refusal("version 10", ERROR_NOT_SUPPORTED, 10, NULL);
    check_refusal("a reserved pointer", ERROR_INVALID_PARAMETER, 2, &second);
    IS("no place for the version", WlanOpenHandle(2, NULL, NULL, &handle), ERROR_INVALID_PARAMETER);
    IS("no place for the handle", WlanOpenHandle(2, NULL, &negotiated, NULL),
       ERROR_INVALID_PARAMETER);
    HOLDS("the outputs are left alone", negotiated == UNTOUCHED && handle == NULL);

    handle = open_client();
    second = open_client();
    HOLDS("two handles are two", handle != second);
    IS("the first closes", WlanCloseHandle(handle, NULL), 0);
    IS("the second goes on working", state_now(second), wlan_hosted_network_idle);
    IS("it closes", WlanCloseHandle(second, NULL), 0);
    return report_status();
}
