#include <stdlib.h>

#include <windows.h>

#include "ask.h"

typedef int(WINAPI *run_function)(char *const[], struct hostednet_text[2]);
typedef void(WINAPI *forget_function)(struct hostednet_text[2]);

/* Where `hostednet wine install` says which program to run. */
#define KEY L"Software\\hostednet"
#define VALUE L"Program"

static char *program(void)
{
    WCHAR path[1024];
    DWORD size = sizeof path;
    if (RegGetValueW(HKEY_LOCAL_MACHINE, KEY, VALUE, RRF_RT_REG_SZ, NULL, path, &size) != 0)
        return NULL;
    int length = WideCharToMultiByte(CP_UTF8, 0, path, -1, NULL, 0, NULL, NULL);
    char *bytes = malloc((size_t)length);
    if (bytes != NULL)
        WideCharToMultiByte(CP_UTF8, 0, path, -1, bytes, length, NULL, NULL);
    return bytes;
}

static FARPROC function(const char *name)
{
    HMODULE module = LoadLibraryW(L"hostednet_wlanapi.dll");
    return module != NULL ? GetProcAddress(module, name) : NULL;
}

int hostednet_ask(char *words[], struct hostednet_text texts[2])
{
    run_function run = (run_function)(void *)function("HostednetRun");
    texts[0] = texts[1] = (struct hostednet_text){NULL, 0};
    words[0] = program();
    if (run == NULL || words[0] == NULL) {
        free(words[0]);
        return HOSTEDNET_HALF_SET_UP;
    }
    int status = run(words, texts);
    free(words[0]);
    return status < 0 ? HOSTEDNET_GONE : status;
}

void hostednet_forget(struct hostednet_text texts[2])
{
    forget_function forget = (forget_function)(void *)function("HostednetForget");
    if (forget != NULL)
        forget(texts);
}
