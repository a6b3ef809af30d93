/*
 * What tests/face/functions do not look at because it is a matter of Windows: threads, memory, the end
 * of a process. Each word of the command line is a case.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <windows.h>

#include <objbase.h>
#include <tlhelp32.h>
#include <wlanapi.h>

#include "client.h"
#include "report.h"
#include "service.h"

#define PATIENCE_MS 20000

/* A verb of the script `service`, in ../service.c. */
void hostednet_script(const char *verb, const char *argument);

struct seen {
    HANDLE event;
    HANDLE handle;
    DWORD thread;
    volatile LONG calls;
    DWORD slot;
    int slot_worked;
    int com_worked;
    int file_worked;
    int exception_worked;
    DWORD closing;
    int close_it;
};

static DWORD threads_now(void)
{
    THREADENTRY32 entry = {.dwSize = sizeof entry};
    HANDLE all = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    DWORD count = 0;
    for (BOOL more = Thread32First(all, &entry); more; more = Thread32Next(all, &entry))
        count += entry.th32OwnerProcessID == GetCurrentProcessId();
    CloseHandle(all);
    return count;
}

static int file_works(void)
{
    WCHAR folder[MAX_PATH], name[MAX_PATH];
    DWORD done = 0;
    GetTempPathW(MAX_PATH, folder);
    if (GetTempFileNameW(folder, L"hn", 0, name) == 0)
        return 0;
    HANDLE file = CreateFileW(name, GENERIC_WRITE, 0, NULL, CREATE_ALWAYS, 0, NULL);
    WriteFile(file, "x", 1, &done, NULL);
    CloseHandle(file);
    DeleteFileW(name);
    return done == 1;
}

static LONG WINAPI step_over(EXCEPTION_POINTERS *what)
{
    if (what->ExceptionRecord->ExceptionCode != 0xe0001234)
        return EXCEPTION_CONTINUE_SEARCH;
    return EXCEPTION_CONTINUE_EXECUTION;
}

/* Uses of Windows that need a thread it knows. */
static VOID WINAPI callback(PWLAN_NOTIFICATION_DATA what, PVOID context)
{
    struct seen *seen = context;
    (void)what;
    if (InterlockedIncrement(&seen->calls) == 1) {
        seen->thread = GetCurrentThreadId();
        TlsSetValue(seen->slot, seen);
        seen->slot_worked = TlsGetValue(seen->slot) == seen;
        seen->com_worked = SUCCEEDED(CoInitializeEx(NULL, COINIT_MULTITHREADED));
        CoUninitialize();
        seen->file_worked = file_works();
        PVOID handler = AddVectoredExceptionHandler(1, step_over);
        RaiseException(0xe0001234, 0, 0, NULL);
        RemoveVectoredExceptionHandler(handler);
        seen->exception_worked = 1;
        if (seen->close_it)
            seen->closing = WlanCloseHandle(seen->handle, NULL);
    }
    SetEvent(seen->event);
}

static void begin(struct seen *seen)
{
    memset(seen, 0, sizeof *seen);
    seen->event = CreateEventW(NULL, FALSE, FALSE, NULL);
    seen->slot = TlsAlloc();
    seen->handle = open_client();
    seen->closing = 0xabababab;
    IS("settings are made", WlanHostedNetworkInitSettings(seen->handle, NULL, NULL), 0);
    IS("it registers", WlanRegisterNotification(seen->handle, WLAN_NOTIFICATION_SOURCE_ALL, FALSE,
                                                callback, seen, NULL, NULL),
       0);
}

static void case_callback(void)
{
    struct seen seen;
    service_start();
    begin(&seen);
    IS("the network starts", WlanHostedNetworkForceStart(seen.handle, NULL, NULL), 0);
    IS("the callback comes", WaitForSingleObject(seen.event, PATIENCE_MS), WAIT_OBJECT_0);
    HOLDS("in a thread of its own", seen.thread != 0 && seen.thread != GetCurrentThreadId());
    HANDLE thread = OpenThread(THREAD_QUERY_INFORMATION, FALSE, seen.thread);
    HOLDS("that Windows knows", thread != NULL && GetProcessIdOfThread(thread) == GetCurrentProcessId());
    CloseHandle(thread);
    HOLDS("thread-local storage works there", seen.slot_worked);
    HOLDS("COM works there", seen.com_worked);
    HOLDS("files work there", seen.file_worked);
    HOLDS("exceptions work there", seen.exception_worked);
    IS("the network stops", WlanHostedNetworkForceStop(seen.handle, NULL, NULL), 0);
    IS("it ends", WlanCloseHandle(seen.handle, NULL), 0);
    LONG calls = seen.calls;
    HANDLE other = open_client();
    start_network(other);
    IS("nothing comes any more", seen.calls, calls);
    WlanCloseHandle(other, NULL);
    service_forget();
}

static void case_close_in_callback(void)
{
    struct seen seen;
    service_start();
    begin(&seen);
    seen.close_it = 1;
    IS("the network starts", WlanHostedNetworkStartUsing(seen.handle, NULL, NULL), 0);
    IS("the callback comes", WaitForSingleObject(seen.event, PATIENCE_MS), WAIT_OBJECT_0);
    IS("it may close its handle", seen.closing, 0);
    IS("which is gone", WlanCloseHandle(seen.handle, NULL), ERROR_INVALID_HANDLE);
    service_forget();
}

/* .NET frees results with CoTaskMemFree; some programs with HeapFree. */
static void case_memory(void)
{
    PWLAN_HOSTED_NETWORK_STATUS status = NULL;
    PVOID data = NULL;
    DWORD size = 0, length = 0;
    PUCHAR key = NULL;
    BOOL passphrase, persistent;
    service_start();
    HANDLE handle = open_client();
    start_network(handle);
    IS("a key is set", set_passphrase(handle, "come as you are", TRUE, NULL), 0);
    for (int i = 0; i < 200; i++) {
        WlanHostedNetworkQueryStatus(handle, &status, NULL);
        CoTaskMemFree(status);
        WlanHostedNetworkQueryProperty(handle, wlan_hosted_network_opcode_connection_settings, &size,
                                       &data, NULL, NULL);
        CoTaskMemFree(data);
        WlanHostedNetworkQuerySecondaryKey(handle, &length, &key, &passphrase, &persistent, NULL,
                                           NULL);
        CoTaskMemFree(key);
        CoTaskMemFree(WlanAllocateMemory(100));
        WlanFreeMemory(CoTaskMemAlloc(100));
    }
    WlanHostedNetworkQueryStatus(handle, &status, NULL);
    HOLDS("the process heap knows it", HeapValidate(GetProcessHeap(), 0, status));
    HOLDS("and its size", HeapSize(GetProcessHeap(), 0, status) >= sizeof *status);
    WlanFreeMemory(status);
    HOLDS("the heap is whole", HeapValidate(GetProcessHeap(), 0, NULL));
    SetLastError(0);
    HOLDS("no size, no memory", WlanAllocateMemory(0) == NULL);
    IS("which is said", GetLastError(), ERROR_INVALID_PARAMETER);
    WlanCloseHandle(handle, NULL);
    service_forget();
}

/* Nobody wants a reason, and the simplest calls come in the least likely order. */
static void case_null_reasons(void)
{
    UCHAR binary[32];
    for (int i = 0; i < 32; i++)
        binary[i] = (UCHAR)(i * 7); /* with a 0 */
    service_start();
    HANDLE handle = open_client();
    IS("ForceStop before anything", WlanHostedNetworkForceStop(handle, NULL, NULL), 0);
    IS("StopUsing of nothing", WlanHostedNetworkStopUsing(handle, NULL, NULL),
       ERROR_INVALID_STATE);
    IS("InitSettings", WlanHostedNetworkInitSettings(handle, NULL, NULL), 0);
    IS("a binary key",
       WlanHostedNetworkSetSecondaryKey(handle, 32, binary, FALSE, TRUE, NULL, NULL), 0);
    DWORD length = 0;
    PUCHAR key = NULL;
    BOOL passphrase = TRUE, persistent = FALSE;
    IS("it can be asked for", WlanHostedNetworkQuerySecondaryKey(handle, &length, &key, &passphrase,
                                                                 &persistent, NULL, NULL),
       0);
    HOLDS("as it is", length == 32 && key != NULL && memcmp(key, binary, 32) == 0);
    HOLDS("as no passphrase, for good", !passphrase && persistent);
    WlanFreeMemory(key);
    IS("a key for one session", set_passphrase(handle, "for tonight", FALSE, NULL), 0);
    IS("StartUsing", WlanHostedNetworkStartUsing(handle, NULL, NULL), 0);
    HOLDS("it is in force", passphrase_is(handle, "for tonight"));
    IS("StopUsing", WlanHostedNetworkStopUsing(handle, NULL, NULL), 0);
    HOLDS("with the session it is gone", passphrase_is(handle, NULL));
    IS("a key is removed", WlanHostedNetworkSetSecondaryKey(handle, 0, NULL, FALSE, TRUE, NULL, NULL),
       0);
    IS("RefreshSecuritySettings", WlanHostedNetworkRefreshSecuritySettings(handle, NULL, NULL), 0);
    IS("ForceStart", WlanHostedNetworkForceStart(handle, NULL, NULL), 0);
    IS("ForceStop", WlanHostedNetworkForceStop(handle, NULL, NULL), 0);
    WlanCloseHandle(handle, NULL);
    service_forget();
}

struct heard {
    volatile LONG count;
    HANDLE event;
};

static VOID WINAPI hear(PWLAN_NOTIFICATION_DATA what, PVOID context)
{
    struct heard *heard = context;
    (void)what;
    InterlockedIncrement(&heard->count);
    SetEvent(heard->event);
}

/* The start is heard of in every round; of the stop only if that is told before the handle is closed. */
static void round_trip(struct heard *heard)
{
    HANDLE handle = open_client();
    ResetEvent(heard->event);
    if (WlanRegisterNotification(handle, WLAN_NOTIFICATION_SOURCE_HNWK, FALSE, hear, heard, NULL,
                                 NULL) != 0 ||
        WlanHostedNetworkStartUsing(handle, NULL, NULL) != 0 ||
        WaitForSingleObject(heard->event, PATIENCE_MS) != WAIT_OBJECT_0 ||
        WlanHostedNetworkStopUsing(handle, NULL, NULL) != 0 || WlanCloseHandle(handle, NULL) != 0)
        give_up("a round failed");
}

/* What Linux sees of this process: descriptors and KiB of memory. */
static void linux_sees(long long *descriptors, long long *memory)
{
    char number[32];
    snprintf(number, sizeof number, "%lu", GetCurrentProcessId());
    hostednet_script("measure", number);
    sscanf(last_words(), "%lld %lld", descriptors, memory);
}

static void case_rounds(void)
{
    const char *many = getenv("ROUNDS");
    int rounds = many != NULL ? atoi(many) : 1000;
    struct heard heard = {.event = CreateEventW(NULL, TRUE, FALSE, NULL)};
    long long files_before = 0, files_after = 0, memory_before = 0, memory_after = 0;
    service_start();
    HANDLE handle = open_client();
    IS("settings are made", WlanHostedNetworkInitSettings(handle, NULL, NULL), 0);
    for (int i = 0; i < 100; i++)
        round_trip(&heard);
    DWORD threads = threads_now();
    linux_sees(&files_before, &memory_before);
    ULONGLONG began = GetTickCount64();
    for (int i = 0; i < rounds; i++)
        round_trip(&heard);
    ULONGLONG took = GetTickCount64() - began;
    linux_sees(&files_after, &memory_after);
    HOLDS("every start was told", heard.count >= rounds);
    HOLDS("no thread is left", threads_now() <= threads + 1);
    /* Wine closes those of the last threads when it finds the time. */
    HOLDS("no descriptor is left", files_after <= files_before + 16);
    HOLDS("no memory is left", memory_after <= memory_before + 4096);
    printf("%d rounds in %llu ms; descriptors %lld to %lld, memory %lld to %lld KiB\n",
           rounds, took, files_before, files_after, memory_before, memory_after);
    WlanCloseHandle(handle, NULL);
    service_forget();
}

/* For tests/wine/run: uses the network, says so, and waits to be killed. */
static void case_hold(void)
{
    HANDLE handle = open_client();
    start_network(handle);
    printf("holding\n");
    fflush(stdout);
    Sleep(INFINITE);
}

/* Ends without giving anything back, while a callback runs that never returns. */
static VOID WINAPI never_returns(PWLAN_NOTIFICATION_DATA what, PVOID context)
{
    (void)what;
    SetEvent(context);
    Sleep(INFINITE);
}

static void case_exit_in_the_middle(void)
{
    HANDLE handle = open_client();
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    WlanRegisterNotification(handle, WLAN_NOTIFICATION_SOURCE_HNWK, FALSE, never_returns, event,
                             NULL, NULL);
    start_network(handle);
    IS("the callback comes", WaitForSingleObject(event, PATIENCE_MS), WAIT_OBJECT_0);
    HMODULE library = LoadLibraryA("last_words.dll");
    DWORD (*keep)(HANDLE) = (DWORD (*)(HANDLE))(void *)GetProcAddress(library, "keep");
    if (keep == NULL)
        give_up("last_words.dll");
    IS("a library registers and closes while it is loaded", keep(handle), 0);
    ExitProcess((UINT)report_status());
}

int main(int count, char *words[])
{
    static const struct {
        const char *name;
        void (*run)(void);
    } cases[] = {
        {"callback", case_callback},
        {"close_in_callback", case_close_in_callback},
        {"memory", case_memory},
        {"null_reasons", case_null_reasons},
        {"rounds", case_rounds},
        {"hold", case_hold},
        {"exit_in_the_middle", case_exit_in_the_middle},
    };
    for (int i = 1; i < count; i++)
        for (size_t at = 0; at < sizeof cases / sizeof *cases; at++)
            if (strcmp(words[i], cases[at].name) == 0)
                cases[at].run();
    return report_status();
}
