/* A program's library that closes a handle when the process ends: no other thread is left then. */
#include <windows.h>

#include <wlanapi.h>

static HANDLE kept;

__declspec(dllexport) void keep(HANDLE handle)
{
    kept = handle;
}

BOOL WINAPI DllMain(HINSTANCE library, DWORD reason, LPVOID reserved)
{
    (void)library;
    (void)reserved;
    if (reason == DLL_PROCESS_DETACH && kept != NULL)
        WlanCloseHandle(kept, NULL);
    return TRUE;
}
