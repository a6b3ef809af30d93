/*
 * The example extension as a DLL with one thing that no extension may do, or that none can.
 *
 *     x86_64-w64-mingw32-gcc -shared -DCRASH_AT_PORT -o crash.dll misbehaving.c -lbcrypt -lws2_32
 */
#define Dot11ExtIhvInitService good_init_service
#define ETHER_TYPE "\x88\xb7"
#include <winsock2.h>
#include "../../examples/ihv/c/handshake.c"
#undef Dot11ExtIhvInitService
#include <stdio.h>

#if defined CRASH_AT_PORT || defined HANG_AT_PORT
static DWORD WINAPI misbehave(HANDLE mine, HANDLE session, PDOT11_PORT_STATE state, ULONG bytes,
                              PDOT11_ASSOCIATION_COMPLETION_PARAMETERS association)
{
    (void)mine, (void)session, (void)state, (void)bytes, (void)association;
#ifdef CRASH_AT_PORT
    *(volatile int *)16 = 1;
#else
    for (;;)
        Sleep(INFINITE);
#endif
    return ERROR_SUCCESS;
}
#endif

#ifdef TRY_EVERYTHING
#include <excpt.h>

long CALLBACK take_it(EXCEPTION_POINTERS *about, void *frame);
long CALLBACK take_it(EXCEPTION_POINTERS *about, void *frame)
{
    (void)frame;
    return about->ExceptionRecord->ExceptionCode == EXCEPTION_ACCESS_VIOLATION
               ? EXCEPTION_EXECUTE_HANDLER
               : EXCEPTION_CONTINUE_SEARCH;
}

static volatile int survived;

/* As __try and __except of Microsoft's compiler. Registers are lost. */
static __attribute__((noinline, noclone)) void handle_an_exception(void)
{
    __try1(take_it)
    *(volatile int *)16 = 1;
    __except1
    survived = 1;
}

static void say(const char *what, int done)
{
    fprintf(stderr, "%s: %s\n", what, done ? "possible" : "refused");
    fflush(stderr);
}

static int can_open(const char *path, DWORD access, DWORD how)
{
    HANDLE file = CreateFileA(path, access, 0, NULL, how, 0, NULL);
    return file != INVALID_HANDLE_VALUE && CloseHandle(file);
}

static void try_everything(void)
{
    STARTUPINFOA start = {.cb = sizeof start};
    PROCESS_INFORMATION process;
    WSADATA data;
    char program[] = "C:\\windows\\system32\\cmd.exe /c exit";
    char temporary[MAX_PATH] = "";
    HANDLE other;

    say("reading the users' names", can_open("Z:\\etc\\passwd", GENERIC_READ, OPEN_EXISTING));
    say("reading a secret", can_open("Z:\\etc\\shadow", GENERIC_READ, OPEN_EXISTING));
    say("reading the service's state",
        can_open("Z:" STATE "\\settings.toml", GENERIC_READ, OPEN_EXISTING));
    say("writing to the system", can_open("Z:\\tmp\\ihv-was-here", GENERIC_WRITE, CREATE_ALWAYS));
    say("writing to the prefix", can_open("C:\\ihv-was-here", GENERIC_WRITE, CREATE_ALWAYS));
    say("changing a file of Wine's",
        can_open("C:\\windows\\system32\\kernel32.dll", GENERIC_WRITE, OPEN_EXISTING));
    GetEnvironmentVariableA("HOSTEDNET_SOCKET", temporary, sizeof temporary);
    say("seeing the service's environment", temporary[0] != 0);
    say("another program",
        CreateProcessA(NULL, program, NULL, NULL, FALSE, 0, NULL, NULL, &start, &process));
    WSAStartup(MAKEWORD(2, 2), &data);
    say("a socket", socket(AF_INET, SOCK_STREAM, 0) != INVALID_SOCKET);
    handle_an_exception();
    say("handling an exception", survived);
    other = CreateThread(NULL, 0, (LPTHREAD_START_ROUTINE)(void *)GetTickCount, NULL, 0, NULL);
    say("a thread", other && WaitForSingleObject(other, 5000) == WAIT_OBJECT_0);
}
#endif

DWORD WINAPI Dot11ExtIhvInitService(DWORD version, PDOT11EXT_APIS system, LPVOID reserved,
                                    PDOT11EXT_IHV_HANDLERS handlers)
{
    DWORD code = good_init_service(version, system, reserved, handlers);
#if defined CRASH_AT_INIT
    *(volatile int *)16 = 1;
#elif defined HANG_AT_INIT
    Sleep(INFINITE);
#elif defined TRY_EVERYTHING
    try_everything();
#else
    handlers->Dot11ExtIhvPerformPostAssociate = misbehave;
#endif
    return code;
}
