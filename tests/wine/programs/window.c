/*
 * A program with a window, as hotspot programs with a face are: the callback posts to the thread of the
 * window, which asks and acts; threads poll beside it. It knows nothing of wlanapi but what
 * GetProcAddress says, and declares the structures itself, as programs do whose compiler has no wlanapi.h.
 */
#include <stdio.h>
#include <string.h>

#include <windows.h>

#include "report.h"
#include "service.h"

#define WM_NETWORK (WM_APP + 1)
#define PATIENCE_MS 20000
#define POLLERS 4

typedef struct {
    ULONG length;
    UCHAR bytes[32];
} ssid;

typedef struct {
    ssid name;
    DWORD peers;
} connection_settings;

typedef struct {
    UCHAR mac[6];
    DWORD authenticated;
} peer;

#pragma pack(push, 8)
typedef struct {
    DWORD state;
    GUID device;
    UCHAR bssid[6];
    DWORD phy;
    ULONG channel;
    DWORD peer_count;
    peer peers[1];
} status;
#pragma pack(pop)

#pragma pack(push, 4)
typedef struct {
    DWORD state;
    GUID device;
    UCHAR bssid[6];
    DWORD phy;
    ULONG channel;
    DWORD peer_count;
    peer peers[1];
} tight_status;
#pragma pack(pop)

_Static_assert(sizeof(status) == sizeof(tight_status), "no packing that programs use matters");

typedef struct {
    DWORD source;
    DWORD code;
    GUID device;
    DWORD size;
    PVOID data;
} notification;

typedef VOID(WINAPI *callback_function)(notification *, PVOID);

static DWORD(WINAPI *wlan_open)(DWORD, PVOID, PDWORD, PHANDLE);
static DWORD(WINAPI *wlan_close)(HANDLE, PVOID);
static VOID(WINAPI *wlan_free)(PVOID);
static DWORD(WINAPI *wlan_listen)(HANDLE, DWORD, BOOL, callback_function, PVOID, PVOID, PDWORD);
static DWORD(WINAPI *net_init)(HANDLE, PDWORD, PVOID);
static DWORD(WINAPI *net_set)(HANDLE, DWORD, DWORD, PVOID, PDWORD, PVOID);
static DWORD(WINAPI *net_query)(HANDLE, DWORD, PDWORD, PVOID *, PDWORD, PVOID);
static DWORD(WINAPI *net_set_key)(HANDLE, DWORD, PUCHAR, BOOL, BOOL, PDWORD, PVOID);
static DWORD(WINAPI *net_query_key)(HANDLE, PDWORD, PUCHAR *, PBOOL, PBOOL, PDWORD, PVOID);
static DWORD(WINAPI *net_start)(HANDLE, PDWORD, PVOID);
static DWORD(WINAPI *net_stop)(HANDLE, PDWORD, PVOID);
static DWORD(WINAPI *net_status)(HANDLE, status **, PVOID);

static void load(void)
{
    static const struct {
        const char *name;
        void *to;
    } functions[] = {
        {"WlanOpenHandle", &wlan_open},
        {"WlanCloseHandle", &wlan_close},
        {"WlanFreeMemory", &wlan_free},
        {"WlanRegisterNotification", &wlan_listen},
        {"WlanHostedNetworkInitSettings", &net_init},
        {"WlanHostedNetworkSetProperty", &net_set},
        {"WlanHostedNetworkQueryProperty", &net_query},
        {"WlanHostedNetworkSetSecondaryKey", &net_set_key},
        {"WlanHostedNetworkQuerySecondaryKey", &net_query_key},
        {"WlanHostedNetworkForceStart", &net_start},
        {"WlanHostedNetworkForceStop", &net_stop},
        {"WlanHostedNetworkQueryStatus", &net_status},
    };
    HMODULE library = LoadLibraryExW(L"wlanapi.dll", NULL, LOAD_LIBRARY_SEARCH_SYSTEM32);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
        FARPROC found = GetProcAddress(library, functions[i].name);
        if (found == NULL)
            give_up("%s: %lu", functions[i].name, (unsigned long)GetLastError());
        memcpy(functions[i].to, &found, sizeof found);
    }
    HOLDS("a name nobody has is not found", GetProcAddress(library, "WlanHostedNetworkFly") == NULL);
}

struct program {
    HANDLE handle;
    HWND window;
    DWORD thread;
    /* what the thread of the window saw */
    int posted, active, idle, joined, left;
};

/* Each notification becomes a message; its data lives only as long as this runs. */
static VOID WINAPI to_the_window(notification *what, PVOID context)
{
    struct program *program = context;
    DWORD state = 0;
    if (what->source == 0x80 && what->code == 0x1000 && what->size >= 12)
        memcpy(&state, (char *)what->data + 4, sizeof state);
    PostMessageW(program->window, WM_NETWORK, what->code, (LPARAM)state);
    /* A call of the same handle, from the callback. */
    status *now = NULL;
    if (net_status(program->handle, &now, NULL) == 0)
        wlan_free(now);
}

static DWORD peers_now(struct program *program)
{
    status *now = NULL;
    DWORD count = 99;
    if (net_status(program->handle, &now, NULL) == 0) {
        count = now->peer_count;
        for (DWORD i = 0; i < count; i++)
            if (now->peers[i].authenticated != 1)
                count = 98;
        wlan_free(now);
    }
    return count;
}

static LRESULT CALLBACK procedure(HWND window, UINT message, WPARAM code, LPARAM state)
{
    struct program *program = (struct program *)GetWindowLongPtrW(window, GWLP_USERDATA);
    if (message != WM_NETWORK)
        return DefWindowProcW(window, message, code, state);
    program->posted++;
    if (code == 0x1000 && state == 2)
        program->active++;
    if (code == 0x1000 && state == 1 && program->active)
        program->idle++;
    if (code == 0x1001 && peers_now(program) == 1)
        program->joined++;
    if (code == 0x1001 && peers_now(program) == 0)
        program->left++;
    return 0;
}

/* Runs the message loop until the number is what is wanted; timers go on beside it. */
static int until(const int *number)
{
    ULONGLONG end = GetTickCount64() + PATIENCE_MS;
    MSG message;
    while (*number == 0 && GetTickCount64() < end) {
        MsgWaitForMultipleObjects(0, NULL, FALSE, 100, QS_ALLINPUT);
        while (PeekMessageW(&message, NULL, 0, 0, PM_REMOVE)) {
            TranslateMessage(&message);
            DispatchMessageW(&message);
        }
    }
    return *number != 0;
}

static volatile LONG polling, polls, wrong;

/* As programs show the state: every now and then, each thread with a handle of its own. */
static DWORD WINAPI poll(PVOID nothing)
{
    HANDLE handle = NULL;
    DWORD version = 0;
    (void)nothing;
    if (wlan_open(1, NULL, &version, &handle) != 0 || version != 1)
        InterlockedIncrement(&wrong);
    while (polling) {
        status *now = NULL;
        DWORD size = 0, kind = 99;
        connection_settings *settings = NULL;
        BOOL *enabled = NULL;
        if (net_status(handle, &now, NULL) != 0 || now->state > 2)
            InterlockedIncrement(&wrong);
        wlan_free(now);
        if (net_query(handle, 0, &size, (PVOID *)&settings, &kind, NULL) != 0 ||
            size != sizeof *settings || settings->name.length > 32)
            InterlockedIncrement(&wrong);
        wlan_free(settings);
        if (net_query(handle, 3, &size, (PVOID *)&enabled, &kind, NULL) != 0 ||
            size != sizeof *enabled || *enabled != TRUE)
            InterlockedIncrement(&wrong);
        wlan_free(enabled);
        InterlockedIncrement(&polls);
        Sleep(20);
    }
    if (wlan_close(handle, NULL) != 0)
        InterlockedIncrement(&wrong);
    return 0;
}

static HWND make_window(struct program *program)
{
    WNDCLASSW class = {.lpfnWndProc = procedure, .lpszClassName = L"hotspot"};
    class.hInstance = GetModuleHandleW(NULL);
    if (!RegisterClassW(&class))
        give_up("RegisterClass: %lu", (unsigned long)GetLastError());
    HWND window = CreateWindowExW(0, L"hotspot", L"Hotspot", 0, 0, 0, 0, 0, HWND_MESSAGE, NULL,
                                  class.hInstance, NULL);
    if (window == NULL)
        give_up("CreateWindow: %lu", (unsigned long)GetLastError());
    SetWindowLongPtrW(window, GWLP_USERDATA, (LONG_PTR)program);
    return window;
}

/* The text of an edit field, in the code page of the machine, as ANSI programs take it. */
static void set_name(struct program *program, UINT page, const WCHAR *text)
{
    connection_settings settings = {.peers = 7};
    connection_settings *read = NULL;
    DWORD size = 0, kind = 99, reason = 99;
    settings.name.length = (ULONG)WideCharToMultiByte(page, 0, text, (int)wcslen(text),
                                                      (char *)settings.name.bytes, 32, NULL, NULL);
    IS("a name is set", net_set(program->handle, 0, sizeof settings, &settings, &reason, NULL), 0);
    IS("for no reason", reason, 0);
    IS("it is asked for", net_query(program->handle, 0, &size, (PVOID *)&read, &kind, NULL), 0);
    HOLDS("it is the same, byte by byte",
          read != NULL && size == sizeof *read && read->name.length == settings.name.length &&
              memcmp(read->name.bytes, settings.name.bytes, settings.name.length) == 0 &&
              read->peers == 7);
    IS("it is a value of its own, not the policy's", kind, 2);
    wlan_free(read);
}

static void key_and_back(struct program *program)
{
    char text[] = "a long enough key";
    DWORD size = 0, reason = 99;
    PUCHAR key = NULL;
    BOOL passphrase = FALSE, persistent = FALSE;
    IS("a key with its end", net_set_key(program->handle, sizeof text, (PUCHAR)text, TRUE, TRUE, &reason, NULL),
       0);
    IS("it is asked for",
       net_query_key(program->handle, &size, &key, &passphrase, &persistent, &reason, NULL), 0);
    IS("its end is counted", size, sizeof text);
    HOLDS("so it prints as a string", key != NULL && strcmp((char *)key, text) == 0);
    HOLDS("a passphrase, for good", passphrase && persistent);
    wlan_free(key);
}

struct unregisters {
    HANDLE handle, event;
    volatile LONG calls;
    DWORD code, again;
};

/* Enough for programs that only wait for the first. */
static VOID WINAPI once(notification *what, PVOID context)
{
    struct unregisters *it = context;
    (void)what;
    if (InterlockedIncrement(&it->calls) == 1) {
        it->code = wlan_listen(it->handle, 0, FALSE, NULL, NULL, NULL, NULL);
        it->again = net_start(it->handle, NULL, NULL); /* a call that changes something, from the callback */
        SetEvent(it->event);
    }
}

static void one_shot(void)
{
    struct unregisters it = {.code = 99, .again = 99};
    DWORD version = 0, before = 99;
    HANDLE other = NULL;
    it.event = CreateEventW(NULL, FALSE, FALSE, NULL);
    wlan_open(2, NULL, &version, &it.handle);
    wlan_open(2, NULL, &version, &other);
    IS("all sources at once", wlan_listen(it.handle, 0xffff, TRUE, once, &it, NULL, &before), 0);
    IS("before it was none", before, 0);
    IS("somebody else starts", net_start(other, NULL, NULL), 0);
    IS("the callback comes", WaitForSingleObject(it.event, PATIENCE_MS), WAIT_OBJECT_0);
    IS("it unregistered itself", it.code, 0);
    IS("and called on", it.again, 0);
    IS("the other one stops", net_stop(other, NULL, NULL), 0);
    IS("and closes", wlan_close(other, NULL), 0);
    IS("the first one closes", wlan_close(it.handle, NULL), 0);
    IS("it was called once", it.calls, 1);
}

int main(void)
{
    struct program program = {.thread = GetCurrentThreadId()};
    HANDLE pollers[POLLERS];
    DWORD version = 0, before = 99, reason = 99;
    service_start();
    load();
    program.window = make_window(&program);
    IS("a handle of version 1", wlan_open(1, NULL, &version, &program.handle), 0);
    IS("which is said", version, 1);
    IS("settings are made", net_init(program.handle, &reason, NULL), 0);
    set_name(&program, 1252, L"Caf\u00e9");
    set_name(&program, CP_UTF8, L"\u30db\u30c3\u30c8 Caf\u00e9");
    key_and_back(&program);
    /* Others ask for what stations do, which never comes here. */
    IS("it listens to all", wlan_listen(program.handle, 8 | 0x10 | 0x80, FALSE, to_the_window, &program, NULL, &before),
       0);
    polling = 1;
    for (int i = 0; i < POLLERS; i++)
        pollers[i] = CreateThread(NULL, 0, poll, NULL, 0, NULL);
    IS("the network starts", net_start(program.handle, &reason, NULL), 0);
    HOLDS("the window hears of it", until(&program.active));
    IS("a phone joins", station_join("phone", "a long enough key"), 0);
    HOLDS("the window sees it, authenticated", until(&program.joined));
    program.left = 0;
    IS("it leaves", station_leave("phone"), 0);
    HOLDS("the window sees that", until(&program.left));
    IS("the network stops", net_stop(program.handle, &reason, NULL), 0);
    HOLDS("the window hears of it", until(&program.idle));
    for (int i = 0; i < PATIENCE_MS && polls <= POLLERS; i += 10)
        Sleep(10);
    polling = 0;
    WaitForMultipleObjects(POLLERS, pollers, TRUE, INFINITE);
    HOLDS("others polled meanwhile", polls > POLLERS);
    IS("and were always answered", wrong, 0);
    IS("the handle closes", wlan_close(program.handle, NULL), 0);
    DestroyWindow(program.window);
    one_shot();
    service_forget();
    return report_status();
}
