/*
 * tests/face/service.h for programs of Windows: what the service is told from outside, a script of Linux
 * does (`service`), whom the Wine module runs. The tier has made the folder and set HOSTEDNET_SOCKET.
 */
#include "service.h"

#include <windows.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"
#include "run.h"

#define MOST_WORDS 20

typedef int(WINAPI *run_function)(char *const[], struct hostednet_text[2]);
typedef void(WINAPI *forget_function)(struct hostednet_text[2]);

static char printed[65536];
static run_function run;
static forget_function forget;

/* Runs the script and keeps what it printed. */
static int script(char *words[])
{
    struct hostednet_text texts[2];
    if (run == NULL) {
        HMODULE module = LoadLibraryA("hostednet_wlanapi.dll");
        if (module == NULL)
            give_up("hostednet_wlanapi.dll: %lu", (unsigned long)GetLastError());
        run = (run_function)(void *)GetProcAddress(module, "HostednetRun");
        forget = (forget_function)(void *)GetProcAddress(module, "HostednetForget");
    }
    words[0] = getenv("SERVICE_SCRIPT");
    if (words[0] == NULL || run == NULL || forget == NULL)
        give_up("these programs are run by the tier wine");
    int status = run(words, texts);
    if (status < 0)
        give_up("%s cannot be run: %d", words[0], status);
    snprintf(printed, sizeof printed, "%.*s%.*s", (int)texts[0].size,
             texts[0].bytes != NULL ? texts[0].bytes : "", (int)texts[1].size,
             texts[1].bytes != NULL ? texts[1].bytes : "");
    forget(texts);
    return status;
}

static void must(const char *verb, const char *argument)
{
    char *words[] = {NULL, (char *)verb, (char *)argument, NULL};
    if (script(words) != 0)
        give_up("service %s: %s", verb, printed);
}

void hostednet_script(const char *verb, const char *argument)
{
    must(verb, argument);
}

void service_forget(void)
{
    must("forget", NULL);
}

void service_start(void)
{
    static int registered;
    if (!registered)
        atexit(service_forget);
    registered = 1;
    must("start", NULL);
}

void service_ask_to_stop(void)
{
    must("ask", NULL);
}

void service_wait(void)
{
    must("wait", NULL);
}

void service_stop(void)
{
    service_ask_to_stop();
    service_wait();
}

void service_kill(void)
{
    must("kill", NULL);
}

void service_restart(void)
{
    service_stop();
    service_start();
}

void storage_refuse(void)
{
    must("refuse", NULL);
}

void storage_allow(void)
{
    must("allow", NULL);
}

int hostednet(const char *input, ...)
{
    char *words[MOST_WORDS + 1] = {NULL, "run", (char *)(input != NULL ? input : "")};
    va_list arguments;
    va_start(arguments, input);
    for (int i = 3; i < MOST_WORDS; i++)
        if ((words[i] = va_arg(arguments, char *)) == NULL)
            break;
    va_end(arguments);
    return script(words);
}

int said(const char *text)
{
    return strstr(printed, text) != NULL;
}

const char *last_words(void)
{
    return printed;
}

int station_join(const char *name, const char *key)
{
    char line[256];
    snprintf(line, sizeof line, "%s\n", key);
    return hostednet(line, "sim", "join", name, NULL);
}

int station_leave(const char *name)
{
    return hostednet(NULL, "sim", "leave", name, NULL);
}

void between(const char *text, const char *before, const char *after, char *part, size_t size)
{
    const char *begin = strstr(text, before);
    part[0] = '\0';
    if (begin == NULL)
        return;
    begin += strlen(before);
    const char *end = strstr(begin, after);
    if (end != NULL && (size_t)(end - begin) < size)
        snprintf(part, size, "%.*s", (int)(end - begin), begin);
}
