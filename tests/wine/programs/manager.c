/*
 * What programs do that drive netsh instead of wlanapi: they see to their rights, to the services of
 * Windows and to how netsh answers, through pipes and files.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>

#include <shellapi.h>
#include <shlobj.h>

#include "report.h"

#define PATIENCE_MS 20000

static void rights(void)
{
    SID_IDENTIFIER_AUTHORITY authority = {SECURITY_NT_AUTHORITY};
    PSID administrators = NULL;
    BOOL member = FALSE;
    TOKEN_ELEVATION elevation = {0};
    DWORD size = 0;
    HANDLE token = NULL;
    HOLDS("IsUserAnAdmin", IsUserAnAdmin());
    AllocateAndInitializeSid(&authority, 2, SECURITY_BUILTIN_DOMAIN_RID, DOMAIN_ALIAS_RID_ADMINS, 0, 0, 0,
                             0, 0, 0, &administrators);
    HOLDS("CheckTokenMembership", CheckTokenMembership(NULL, administrators, &member) && member);
    FreeSid(administrators);
    OpenProcessToken(GetCurrentProcess(), TOKEN_QUERY, &token);
    HOLDS("the token is elevated",
          GetTokenInformation(token, TokenElevation, &elevation, sizeof elevation, &size) &&
              elevation.TokenIsElevated);
    CloseHandle(token);
}

static DWORD state_of(SC_HANDLE service)
{
    SERVICE_STATUS_PROCESS status = {0};
    DWORD size = 0;
    if (!QueryServiceStatusEx(service, SC_STATUS_PROCESS_INFO, (BYTE *)&status, sizeof status, &size))
        return 0;
    return status.dwCurrentState;
}

static int becomes(SC_HANDLE service, DWORD state)
{
    ULONGLONG end = GetTickCount64() + PATIENCE_MS;
    while (state_of(service) != state) {
        if (GetTickCount64() > end)
            return 0;
        Sleep(20);
    }
    return 1;
}

static void services(void)
{
    SERVICE_STATUS status;
    SC_HANDLE manager = OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT);
    SC_HANDLE wlan = OpenServiceA(manager, "Wlansvc", SERVICE_QUERY_STATUS | SERVICE_START | SERVICE_STOP);
    SC_HANDLE sharing = OpenServiceW(manager, L"SharedAccess", SERVICE_ALL_ACCESS);
    HOLDS("there are WlanSvc and SharedAccess", wlan != NULL && sharing != NULL);
    IS("WlanSvc runs", state_of(wlan), SERVICE_RUNNING);
    HOLDS("starting it again is refused", !StartServiceW(wlan, 0, NULL));
    IS("since it runs", GetLastError(), ERROR_SERVICE_ALREADY_RUNNING);
    HOLDS("it stops, as when it is started anew", ControlService(wlan, SERVICE_CONTROL_STOP, &status));
    HOLDS("in a while", becomes(wlan, SERVICE_STOPPED));
    HOLDS("it starts", StartServiceW(wlan, 0, NULL) && becomes(wlan, SERVICE_RUNNING));
    HOLDS("SharedAccess starts when it does not run",
          state_of(sharing) == SERVICE_RUNNING ||
              (StartServiceW(sharing, 0, NULL) && becomes(sharing, SERVICE_RUNNING)));
    char buffer[4096];
    QUERY_SERVICE_CONFIGW *config = (QUERY_SERVICE_CONFIGW *)buffer;
    DWORD size = 0;
    HOLDS("SharedAccess may be configured",
          ChangeServiceConfigW(sharing, SERVICE_NO_CHANGE, SERVICE_AUTO_START, SERVICE_NO_CHANGE, NULL, NULL,
                               NULL, NULL, NULL, NULL, NULL) &&
              QueryServiceConfigW(sharing, config, sizeof buffer, &size) &&
              config->dwStartType == SERVICE_AUTO_START);
    CloseServiceHandle(sharing);
    CloseServiceHandle(wlan);
    CloseServiceHandle(manager);
}

static char output[65536];

/* What a command line prints, through a pipe; its exit status. */
static DWORD piped(const char *line)
{
    SECURITY_ATTRIBUTES inherited = {sizeof inherited, NULL, TRUE};
    STARTUPINFOA start = {.cb = sizeof start, .dwFlags = STARTF_USESTDHANDLES | STARTF_USESHOWWINDOW};
    PROCESS_INFORMATION process = {0};
    HANDLE read = NULL, write = NULL;
    char copy[1024];
    DWORD status = 99, size = 0, part = 0;
    snprintf(copy, sizeof copy, "%s", line);
    CreatePipe(&read, &write, &inherited, 0);
    SetHandleInformation(read, HANDLE_FLAG_INHERIT, 0);
    start.hStdOutput = start.hStdError = write;
    start.wShowWindow = SW_HIDE;
    output[0] = '\0';
    if (!CreateProcessA(NULL, copy, NULL, NULL, TRUE, CREATE_NO_WINDOW, NULL, NULL, &start, &process))
        give_up("%s: %lu", line, (unsigned long)GetLastError());
    CloseHandle(write);
    while (size + 1 < sizeof output && ReadFile(read, output + size, sizeof output - 1 - size, &part, NULL) &&
           part > 0)
        size += part;
    output[size] = '\0';
    CloseHandle(read);
    WaitForSingleObject(process.hProcess, PATIENCE_MS);
    GetExitCodeProcess(process.hProcess, &status);
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
    return status;
}

static int printed(const char *text)
{
    return strstr(output, text) != NULL;
}

/* What stands behind a label, as programs cut it out: behind the colon, without blanks and line end. */
static int value_is(const char *label, const char *value)
{
    char *at = strstr(output, label);
    at = at != NULL ? strchr(at, ':') : NULL;
    if (at == NULL)
        return 0;
    at += 1 + strspn(at + 1, " ");
    return strncmp(at, value, strlen(value)) == 0 && at[strlen(value)] == '\r';
}

static void pipes(void)
{
    IS("set", piped("netsh wlan set hostednetwork mode=allow ssid=\"My Hotspot\" key=\"12345678\" "
                    "keyUsage=temporary"),
       0);
    HOLDS("says what it did", printed("The SSID of the hosted network has been successfully changed."));
    IS("start by cmd", piped("cmd.exe /C netsh wlan start hostednetwork"), 0);
    HOLDS("says so", printed("The hosted network started."));
    IS("show, with a code page", piped("cmd /c \"chcp 65001 >nul & netsh wlan show hostednetwork\""), 0);
    HOLDS("the name", value_is("SSID name", "\"My Hotspot\""));
    HOLDS("the state", value_is("Status", "Started"));
    HOLDS("the clients", value_is("Number of clients", "0"));
    IS("the key", piped("netsh.exe wlan show hostednetwork setting=security"), 0);
    HOLDS("is told", value_is("User security key     ", "12345678"));
    HOLDS("and how it is used", value_is("User security key usage", "Temporary"));
    IS("drivers", piped("netsh wlan show drivers"), 0);
    HOLDS("say what programs look for first", value_is("Hosted network supported", "Yes"));
    IS("refused values", piped("netsh wlan set hostednetwork key=1234567"), 1);
    HOLDS("name what is wrong", printed("8 to 63"));
    IS("stop by full path", piped("C:\\Windows\\System32\\netsh.exe wlan stop hostednetwork"), 0);
    IS("by cmd, one after the other",
       piped("cmd /c netsh wlan start hostednetwork & netsh wlan stop hostednetwork"), 0);
    HOLDS("both", printed("started") && printed("stopped"));
}

static void c_library(void)
{
    char line[512];
    int found = 0;
    FILE *pipe = _popen("netsh wlan show hostednetwork", "rt");
    while (pipe != NULL && fgets(line, sizeof line, pipe) != NULL)
        found += strstr(line, "\"My Hotspot\"") != NULL;
    IS("_popen reads it", found, 1);
    IS("and its status", pipe != NULL ? _pclose(pipe) : -1, 0);
    IS("system", system("netsh wlan show hostednetwork > nul 2>&1"), 0);
    IS("system, refused", system("netsh wlan set hostednetwork mode=perhaps > nul"), 1);
}

/* With the shield: the verb of programs that have no manifest. */
static void elevated(const char *what, const WCHAR *file, const WCHAR *words, DWORD expected)
{
    SHELLEXECUTEINFOW info = {.cbSize = sizeof info, .fMask = SEE_MASK_NOCLOSEPROCESS, .nShow = SW_HIDE};
    DWORD status = 99;
    info.lpVerb = L"runas";
    info.lpFile = file;
    info.lpParameters = words;
    HOLDS(what, ShellExecuteExW(&info) && info.hProcess != NULL);
    IS("it ends", WaitForSingleObject(info.hProcess, PATIENCE_MS), WAIT_OBJECT_0);
    GetExitCodeProcess(info.hProcess, &status);
    IS("with its status", status, expected);
    CloseHandle(info.hProcess);
}

int main(void)
{
    rights();
    services();
    pipes();
    c_library();
    elevated("netsh, elevated", L"netsh", L"wlan start hostednetwork", 0);
    elevated("cmd, elevated", L"cmd.exe", L"/c netsh wlan stop hostednetwork", 0);
    elevated("netsh, elevated and refused", L"netsh.exe", L"wlan set hostednetwork key=x", 1);
    return report_status();
}
