/*
 * A hotspot that is a service of Windows: a program enters it in the service manager and starts it, it uses
 * the network from when it is started until it is stopped, without console, desktop or environment of whoever
 * started it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>

#include <wlanapi.h>

#include "report.h"

#define NAME L"HostednetTestHotspot"
#define PATIENCE_MS 20000

/* What went wrong in the service: its own exit code. */
enum { NOTHING, NO_HANDLE, NO_SETTINGS, NO_NOTIFICATIONS, NO_START, NO_NOTIFICATION, NO_NETSH };

static SERVICE_STATUS_HANDLE service_handle;
static HANDLE stop_event, heard_event;

static void say(DWORD state, DWORD trouble)
{
    SERVICE_STATUS status = {
        .dwServiceType = SERVICE_WIN32_OWN_PROCESS,
        .dwCurrentState = state,
        .dwControlsAccepted = state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP : 0,
        .dwWin32ExitCode = trouble != NOTHING ? ERROR_SERVICE_SPECIFIC_ERROR : NO_ERROR,
        .dwServiceSpecificExitCode = trouble,
        .dwWaitHint = PATIENCE_MS,
    };
    SetServiceStatus(service_handle, &status);
}

static VOID WINAPI hear(PWLAN_NOTIFICATION_DATA what, PVOID event)
{
    if (what->NotificationSource == WLAN_NOTIFICATION_SOURCE_HNWK)
        SetEvent(event);
}

static VOID WINAPI control(DWORD what)
{
    if (what == SERVICE_CONTROL_STOP) {
        say(SERVICE_STOP_PENDING, NOTHING);
        SetEvent(stop_event);
    }
}

static int netsh_answers(void)
{
    WCHAR line[] = L"netsh.exe wlan show hostednetwork";
    STARTUPINFOW start = {.cb = sizeof start};
    PROCESS_INFORMATION process;
    DWORD status = 99;
    if (!CreateProcessW(NULL, line, NULL, NULL, FALSE, CREATE_NO_WINDOW, NULL, NULL, &start, &process))
        return 0;
    WaitForSingleObject(process.hProcess, PATIENCE_MS);
    GetExitCodeProcess(process.hProcess, &status);
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
    return status == 0;
}

static DWORD host(HANDLE *client)
{
    DWORD version = 0;
    if (WlanOpenHandle(2, NULL, &version, client) != 0)
        return NO_HANDLE;
    if (WlanHostedNetworkInitSettings(*client, NULL, NULL) != 0)
        return NO_SETTINGS;
    if (WlanRegisterNotification(*client, WLAN_NOTIFICATION_SOURCE_HNWK, TRUE, hear, heard_event, NULL,
                                 NULL) != 0)
        return NO_NOTIFICATIONS;
    if (WlanHostedNetworkStartUsing(*client, NULL, NULL) != 0)
        return NO_START;
    if (WaitForSingleObject(heard_event, PATIENCE_MS) != WAIT_OBJECT_0)
        return NO_NOTIFICATION;
    return netsh_answers() ? NOTHING : NO_NETSH;
}

static VOID WINAPI service_main(DWORD count, WCHAR *words[])
{
    HANDLE client = NULL;
    (void)count;
    (void)words;
    stop_event = CreateEventW(NULL, TRUE, FALSE, NULL);
    heard_event = CreateEventW(NULL, TRUE, FALSE, NULL);
    service_handle = RegisterServiceCtrlHandlerW(NAME, control);
    say(SERVICE_START_PENDING, NOTHING);
    DWORD trouble = host(&client);
    if (trouble == NOTHING) {
        say(SERVICE_RUNNING, NOTHING);
        WaitForSingleObject(stop_event, INFINITE);
        WlanHostedNetworkStopUsing(client, NULL, NULL);
    }
    WlanCloseHandle(client, NULL);
    say(SERVICE_STOPPED, trouble);
}

static SERVICE_STATUS until_not(SC_HANDLE service, DWORD state)
{
    SERVICE_STATUS status = {0};
    ULONGLONG end = GetTickCount64() + PATIENCE_MS;
    while (QueryServiceStatus(service, &status) && status.dwCurrentState == state &&
           GetTickCount64() < end)
        Sleep(20);
    return status;
}

static int network_state(HANDLE client)
{
    PWLAN_HOSTED_NETWORK_STATUS status = NULL;
    if (WlanHostedNetworkQueryStatus(client, &status, NULL) != 0)
        return -1;
    int state = (int)status->HostedNetworkState;
    WlanFreeMemory(status);
    return state;
}

static void drive(void)
{
    WCHAR path[MAX_PATH], line[MAX_PATH + 16];
    HANDLE client = NULL;
    DWORD version = 0;
    SERVICE_STATUS status;
    GetModuleFileNameW(NULL, path, MAX_PATH);
    _snwprintf(line, sizeof line / sizeof *line, L"\"%ls\" serve", path);
    IS("a handle", WlanOpenHandle(2, NULL, &version, &client), 0);
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_ALL_ACCESS);
    /* As such programs do, it waits for WlanSvc. */
    SC_HANDLE service =
        CreateServiceW(manager, NAME, L"Hotspot", SERVICE_ALL_ACCESS, SERVICE_WIN32_OWN_PROCESS,
                       SERVICE_DEMAND_START, SERVICE_ERROR_NORMAL, line, NULL, NULL, L"WlanSvc\0", NULL, NULL);
    if (service == NULL)
        give_up("CreateService: %lu", (unsigned long)GetLastError());
    HOLDS("it is started", StartServiceW(service, 0, NULL));
    status = until_not(service, SERVICE_START_PENDING);
    IS("nothing went wrong", status.dwServiceSpecificExitCode, NOTHING);
    IS("it runs", status.dwCurrentState, SERVICE_RUNNING);
    IS("the network is on the air", network_state(client), wlan_hosted_network_active);
    HOLDS("it is stopped", ControlService(service, SERVICE_CONTROL_STOP, &status));
    status = until_not(service, SERVICE_STOP_PENDING);
    IS("it has stopped", status.dwCurrentState, SERVICE_STOPPED);
    IS("the network too", network_state(client), wlan_hosted_network_idle);
    HOLDS("it is struck out", DeleteService(service));
    CloseServiceHandle(service);
    CloseServiceHandle(manager);
    WlanCloseHandle(client, NULL);
}

int main(int count, char *words[])
{
    static WCHAR name[] = NAME;
    const SERVICE_TABLE_ENTRYW table[] = {{name, service_main}, {NULL, NULL}};
    if (count > 1 && strcmp(words[1], "serve") == 0)
        return !StartServiceCtrlDispatcherW(table);
    drive();
    return report_status();
}
