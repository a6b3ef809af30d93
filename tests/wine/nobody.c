/*
 * as_nobody of tests/face/client.h for programs of Windows: a thread that Linux takes for another user's.
 * Each thread has its own identity there, and the service sees that of the one that connects.
 */
#include "client.h"

#include <windows.h>

#include "report.h"

#define NOBODY 65534
#define KEEP (-1L)

/* Numbers of Linux on x86-64. */
enum { SETRESUID = 117, SETRESGID = 119, SETGROUPS = 116, GETEUID = 107 };

struct errand {
    int (*act)(void *context);
    void *context;
    int result;
};

/* Wine runs programs for Windows on the processor itself, which also takes this. */
static long linux_call(long number, long first, long second, long third)
{
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(first), "S"(second), "d"(third)
                     : "rcx", "r11", "memory");
    return result;
}

static DWORD WINAPI run(PVOID context)
{
    struct errand *errand = context;
    if (linux_call(SETGROUPS, 0, 0, 0) == 0 && linux_call(SETRESGID, KEEP, NOBODY, KEEP) == 0 &&
        linux_call(SETRESUID, KEEP, NOBODY, KEEP) == 0)
        errand->result = errand->act(errand->context);
    return 0;
}

int as_nobody(int (*act)(void *context), void *context)
{
    struct errand errand = {act, context, 255};
    if (linux_call(GETEUID, 0, 0, 0) != 0)
        return -1;
    HANDLE thread = CreateThread(NULL, 0, run, &errand, 0, NULL);
    if (thread == NULL || WaitForSingleObject(thread, INFINITE) != WAIT_OBJECT_0)
        give_up("a thread of another user");
    CloseHandle(thread);
    return errand.result;
}
