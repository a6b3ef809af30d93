/*
 * hostednet_services.exe: what the service manager of a Wine prefix says of WlanSvc and SharedAccess.
 *
 * Programs ask it whether the services of Windows run that do wireless networks and connection sharing,
 * start them, and go no further when they are missing. Both are done by the service on Linux, which no
 * program of Windows starts or stops: these only say that they run, from when they are started until they
 * are stopped.
 *
 *   hostednet_services.exe install | remove   enters them, strikes them out
 *   hostednet_services.exe NAME               is one; the service manager runs this
 */
#include <stdio.h>
#include <wchar.h>

#include <windows.h>

struct entry {
    const WCHAR *name;
    const WCHAR *shown;
    DWORD start;
};

/* As on Windows: the first with the machine, the second when somebody wants it. */
static const struct entry ENTRIES[] = {
    {L"WlanSvc", L"WLAN AutoConfig", SERVICE_AUTO_START},
    {L"SharedAccess", L"Internet Connection Sharing (ICS)", SERVICE_DEMAND_START},
};
enum { ENTRY_COUNT = sizeof ENTRIES / sizeof *ENTRIES };

/* How long one may take to stop before it is struck out, in steps of 50 ms. */
enum { PATIENCE = 100 };

static SERVICE_STATUS_HANDLE handle;
static HANDLE stopped;

static void say(DWORD state)
{
    SERVICE_STATUS status = {
        .dwServiceType = SERVICE_WIN32_OWN_PROCESS,
        .dwCurrentState = state,
        .dwControlsAccepted =
            state == SERVICE_RUNNING ? SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_SHUTDOWN : 0,
    };
    SetServiceStatus(handle, &status);
}

static DWORD WINAPI control(DWORD what, DWORD kind, PVOID data, PVOID context)
{
    (void)kind;
    (void)data;
    (void)context;
    switch (what) {
    case SERVICE_CONTROL_STOP:
    case SERVICE_CONTROL_SHUTDOWN:
        SetEvent(stopped);
        return NO_ERROR;
    case SERVICE_CONTROL_INTERROGATE:
        return NO_ERROR;
    default:
        return ERROR_CALL_NOT_IMPLEMENTED;
    }
}

static void WINAPI serve(DWORD count, WCHAR *words[])
{
    handle = RegisterServiceCtrlHandlerExW(count > 0 ? words[0] : L"", control, NULL);
    if (handle == NULL)
        return;
    say(SERVICE_RUNNING);
    WaitForSingleObject(stopped, INFINITE);
    say(SERVICE_STOPPED);
}

static DWORD enter(SC_HANDLE manager, const struct entry *entry)
{
    WCHAR program[MAX_PATH], line[MAX_PATH + 40];
    DWORD length = GetModuleFileNameW(NULL, program, MAX_PATH);
    if (length == 0 || length >= MAX_PATH)
        return ERROR_BAD_PATHNAME;
    swprintf(line, sizeof line / sizeof *line, L"%ls %ls", program, entry->name);
    SC_HANDLE service = CreateServiceW(manager, entry->name, entry->shown, SERVICE_ALL_ACCESS,
                                       SERVICE_WIN32_OWN_PROCESS, entry->start, SERVICE_ERROR_IGNORE,
                                       line, NULL, NULL, NULL, NULL, NULL);
    DWORD code = service != NULL ? ERROR_SUCCESS : GetLastError();
    if (code == ERROR_SERVICE_EXISTS) { /* ours from before, or somebody else's, who gets it back */
        service = OpenServiceW(manager, entry->name, SERVICE_ALL_ACCESS);
        code = service != NULL && ChangeServiceConfigW(service, SERVICE_WIN32_OWN_PROCESS, entry->start,
                                                       SERVICE_ERROR_IGNORE, line, NULL, NULL, NULL, NULL,
                                                       NULL, entry->shown)
                   ? ERROR_SUCCESS
                   : GetLastError();
    }
    if (code == ERROR_SUCCESS && entry->start == SERVICE_AUTO_START && !StartServiceW(service, 0, NULL) &&
        GetLastError() != ERROR_SERVICE_ALREADY_RUNNING)
        code = GetLastError();
    if (service != NULL)
        CloseServiceHandle(service);
    return code;
}

static DWORD strike_out(SC_HANDLE manager, const struct entry *entry)
{
    SERVICE_STATUS status;
    DWORD code = ERROR_SUCCESS;
    SC_HANDLE service = OpenServiceW(manager, entry->name, SERVICE_ALL_ACCESS);
    if (service == NULL)
        return GetLastError() == ERROR_SERVICE_DOES_NOT_EXIST ? ERROR_SUCCESS : GetLastError();
    /* Asked again and again: one that is just starting with Wine refuses at first. */
    for (int i = 0; i < PATIENCE && QueryServiceStatus(service, &status) &&
                    status.dwCurrentState != SERVICE_STOPPED;
         i++) {
        ControlService(service, SERVICE_CONTROL_STOP, &status);
        Sleep(50);
    }
    if (!DeleteService(service) && GetLastError() != ERROR_SERVICE_MARKED_FOR_DELETE)
        code = GetLastError();
    CloseServiceHandle(service);
    return code;
}

static int all(DWORD (*one)(SC_HANDLE, const struct entry *))
{
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_ALL_ACCESS);
    DWORD code = manager != NULL ? ERROR_SUCCESS : GetLastError();
    const WCHAR *name = L"the service manager";
    for (int i = 0; i < ENTRY_COUNT && code == ERROR_SUCCESS; i++) {
        code = one(manager, &ENTRIES[i]);
        name = ENTRIES[i].name;
    }
    if (manager != NULL)
        CloseServiceHandle(manager);
    if (code != ERROR_SUCCESS)
        fprintf(stderr, "%ls: error %lu\n", name, (unsigned long)code);
    return code != ERROR_SUCCESS;
}

int wmain(int count, WCHAR *words[])
{
    static WCHAR any[] = L"";
    const SERVICE_TABLE_ENTRYW table[] = {{any, serve}, {NULL, NULL}};
    if (count == 2 && wcscmp(words[1], L"install") == 0)
        return all(enter);
    if (count == 2 && wcscmp(words[1], L"remove") == 0)
        return all(strike_out);
    stopped = CreateEventW(NULL, TRUE, FALSE, NULL);
    return stopped == NULL || !StartServiceCtrlDispatcherW(table);
}
