/*
 * A program that knows wlanapi.dll only by its name, as those that also run on Windows without it: loads
 * it, uses it, lets go of it, and does it again.
 */
#include <stdio.h>

#include <windows.h>

typedef DWORD(WINAPI *open_function)(DWORD, PVOID, PDWORD, PHANDLE);
typedef DWORD(WINAPI *close_function)(HANDLE, PVOID);

int main(void)
{
    for (int i = 1; i <= 20; i++) {
        HANDLE handle = NULL;
        DWORD version = 0;
        HMODULE library = LoadLibraryA("wlanapi.dll");
        open_function open = (open_function)(void *)GetProcAddress(library, "WlanOpenHandle");
        close_function close = (close_function)(void *)GetProcAddress(library, "WlanCloseHandle");
        if (open == NULL || close == NULL || open(2, NULL, &version, &handle) != 0 ||
            close(handle, NULL) != 0 || !FreeLibrary(library)) {
            printf("FAILED  round %d\n", i);
            return 1;
        }
    }
    printf("ok      it is loaded and let go of twenty times\n");
    return 0;
}
