/*
 * netsh.exe for a Wine prefix: hands the wlan context to `hostednet netsh` and passes on what that
 * prints; every other context is for Wine's own netsh.exe.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <windows.h>

#include "ask.h"

typedef char *(CDECL *unix_name_function)(const WCHAR *);

static void complain(const char *text)
{
    fprintf(stderr, "netsh: %s\r\n", text);
}

/* The shortest word of Windows' own contexts that is wlan and no other. */
static int is_wlan(const WCHAR *word)
{
    size_t length = wcslen(word);
    return length >= 2 && length <= 4 && _wcsnicmp(word, L"wlan", length) == 0;
}

/* Whether these arguments are for us: the wlan context, or what Windows' netsh does itself. */
static int is_ours(int count, WCHAR *words[])
{
    int at = 1;
    while (at < count && (words[at][0] == L'-' || words[at][0] == L'/') && words[at][1] != L'?') {
        if (_wcsicmp(words[at] + 1, L"f") == 0)
            return 1;
        if (_wcsicmp(words[at] + 1, L"c") == 0)
            return at + 1 < count && is_wlan(words[at + 1]);
        at += 2;
    }
    return at >= count || is_wlan(words[at]) || _wcsicmp(words[at], L"exec") == 0 ||
           wcscmp(words[at], L"?") == 0 || wcscmp(words[at], L"/?") == 0;
}

static char *utf8(const WCHAR *text)
{
    int size = WideCharToMultiByte(CP_UTF8, 0, text, -1, NULL, 0, NULL, NULL);
    char *bytes = malloc((size_t)size);
    if (bytes != NULL)
        WideCharToMultiByte(CP_UTF8, 0, text, -1, bytes, size, NULL, NULL);
    return bytes;
}

/* A path as Linux has it; NULL when Wine cannot say. */
static char *unix_path(const WCHAR *path)
{
    WCHAR full[MAX_PATH];
    HMODULE kernel = GetModuleHandleW(L"kernel32.dll");
    unix_name_function unix_name =
        (unix_name_function)(void *)GetProcAddress(kernel, "wine_get_unix_file_name");
    DWORD length = GetFullPathNameW(path, MAX_PATH, full, NULL);
    if (unix_name == NULL || length == 0 || length >= MAX_PATH)
        return NULL;
    char *name = unix_name(full);
    char *copy = name != NULL ? _strdup(name) : NULL;
    HeapFree(GetProcessHeap(), 0, name);
    return copy;
}

/* `folder=C:\place` with the path of Linux. */
static char *folder(const WCHAR *word)
{
    char *path = unix_path(word + wcslen(L"folder="));
    char *whole = path != NULL ? malloc(strlen(path) + 8) : NULL;
    if (whole != NULL)
        sprintf(whole, "folder=%s", path);
    free(path);
    return whole;
}

static int is_before_a_script(const WCHAR *word)
{
    return _wcsicmp(word, L"-f") == 0 || _wcsicmp(word, L"/f") == 0 || _wcsicmp(word, L"exec") == 0;
}

static char *translated(const WCHAR *before, const WCHAR *word)
{
    char *text = NULL;
    if (before != NULL && is_before_a_script(before))
        text = unix_path(word);
    else if (_wcsnicmp(word, L"folder=", 7) == 0 && word[7] != 0)
        text = folder(word);
    return text != NULL ? text : utf8(word);
}

/* Windows' line ends. */
static WCHAR *with_carriage_returns(const WCHAR *text, int length, DWORD *size)
{
    WCHAR *lines = malloc(sizeof(WCHAR) * (2 * (size_t)length + 1));
    DWORD at = 0;
    for (int i = 0; lines != NULL && i < length; i++) {
        if (text[i] == L'\n')
            lines[at++] = L'\r';
        lines[at++] = text[i];
    }
    *size = at;
    return lines;
}

/* To a console as it is, to files and pipes in the code page programs expect. */
static void print(DWORD stream, const struct hostednet_text *text)
{
    HANDLE out = GetStdHandle(stream);
    DWORD mode, done, size = 0;
    int length = MultiByteToWideChar(CP_UTF8, 0, text->bytes, (int)text->size, NULL, 0);
    WCHAR *wide = malloc(sizeof(WCHAR) * ((size_t)length + 1));
    if (text->size == 0 || wide == NULL) {
        free(wide);
        return;
    }
    MultiByteToWideChar(CP_UTF8, 0, text->bytes, (int)text->size, wide, length);
    WCHAR *lines = with_carriage_returns(wide, length, &size);
    if (lines != NULL && GetConsoleMode(out, &mode)) {
        WriteConsoleW(out, lines, size, &done, NULL);
    } else if (lines != NULL) {
        UINT page = GetConsoleOutputCP() != 0 ? GetConsoleOutputCP() : GetOEMCP();
        int bytes = WideCharToMultiByte(page, 0, lines, (int)size, NULL, 0, NULL, NULL);
        char *narrow = malloc((size_t)bytes + 1);
        if (narrow != NULL) {
            WideCharToMultiByte(page, 0, lines, (int)size, narrow, bytes, NULL, NULL);
            WriteFile(out, narrow, (DWORD)bytes, &done, NULL);
        }
        free(narrow);
    }
    free(lines);
    free(wide);
}

static int run_hostednet(int count, WCHAR *words[])
{
    struct hostednet_text texts[2];
    char **line = calloc((size_t)count + 3, sizeof *line);
    if (line == NULL)
        return 1;
    line[1] = _strdup("netsh");
    for (int i = 1; i < count; i++)
        line[i + 1] = translated(i > 1 ? words[i - 1] : NULL, words[i]);
    int status = hostednet_ask(line, texts);
    if (status == HOSTEDNET_HALF_SET_UP) {
        complain("this prefix is only half set up: run `hostednet wine install` again.");
        return 1;
    }
    if (status == HOSTEDNET_GONE) {
        complain("the program `hostednet` is not where it was when this prefix was set up: run "
                 "`hostednet wine install` again.");
        return 1;
    }
    print(STD_OUTPUT_HANDLE, &texts[0]);
    print(STD_ERROR_HANDLE, &texts[1]);
    hostednet_forget(texts);
    return status;
}

/* `hostednet wine install` keeps Wine's own program beside this one. */
static int run_wines_own(void)
{
    STARTUPINFOW start = {.cb = sizeof start};
    PROCESS_INFORMATION process;
    WCHAR path[MAX_PATH + 20];
    DWORD status = 1;
    UINT length = GetSystemDirectoryW(path, MAX_PATH);
    wcscpy(path + length, L"\\netsh-wine.exe");
    if (!CreateProcessW(path, GetCommandLineW(), NULL, NULL, TRUE, 0, NULL, NULL, &start, &process)) {
        complain("only the wlan commands are there: Wine has no netsh of its own here.");
        return 1;
    }
    WaitForSingleObject(process.hProcess, INFINITE);
    GetExitCodeProcess(process.hProcess, &status);
    CloseHandle(process.hThread);
    CloseHandle(process.hProcess);
    return (int)status;
}

int wmain(int count, WCHAR *words[])
{
    return is_ours(count, words) ? run_hostednet(count, words) : run_wines_own();
}
