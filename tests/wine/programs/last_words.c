/* A program's library that works while Windows loads it, when no thread can begin or end, and closes a
 * handle when the process ends, when no other thread is left. */
#include <windows.h>

#include <wlanapi.h>

static HANDLE kept;
static DWORD loading = ERROR_NOT_READY;

static VOID WINAPI nothing(PWLAN_NOTIFICATION_DATA what, PVOID context)
{
    (void)what;
    (void)context;
}

static DWORD work(void)
{
    HANDLE handle = NULL;
    DWORD version;
    DWORD code = WlanOpenHandle(2, NULL, &version, &handle);
    if (code == 0)
        code = WlanRegisterNotification(handle, WLAN_NOTIFICATION_SOURCE_HNWK, FALSE, nothing, NULL,
                                        NULL, NULL);
    if (code == 0)
        code = WlanRegisterNotification(handle, WLAN_NOTIFICATION_SOURCE_NONE, FALSE, NULL, NULL,
                                        NULL, NULL);
    if (code == 0)
        code = WlanCloseHandle(handle, NULL);
    return code;
}

__declspec(dllexport) DWORD keep(HANDLE handle)
{
    kept = handle;
    return loading;
}

BOOL WINAPI DllMain(HINSTANCE library, DWORD reason, LPVOID reserved)
{
    (void)library;
    (void)reserved;
    if (reason == DLL_PROCESS_ATTACH)
        loading = work();
    if (reason == DLL_PROCESS_DETACH && kept != NULL)
        WlanCloseHandle(kept, NULL);
    return TRUE;
}
