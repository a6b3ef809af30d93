/*
 * The example extension with one handler that does what no extension may: crashes or never returns.
 *
 *     gcc -std=c11 -shared -fPIC -pthread -DCRASH_AT_PORT -o libcrash.so misbehaving.c
 */
#define Dot11ExtIhvInitService good_init_service
#define ETHER_TYPE "\x88\xb7"
#include "../../examples/ihv/c/handshake.c"
#undef Dot11ExtIhvInitService
#include <unistd.h>

#if defined CRASH_AT_PORT || defined HANG_AT_PORT
static DWORD WINAPI misbehave(HANDLE mine, HANDLE session, PDOT11_PORT_STATE state, ULONG bytes,
                              PDOT11_ASSOCIATION_COMPLETION_PARAMETERS association)
{
    (void)mine, (void)session, (void)state, (void)bytes, (void)association;
#ifdef CRASH_AT_PORT
    *(volatile int *)16 = 1;
#else
    for (;;)
        pause();
#endif
    return ERROR_SUCCESS;
}
#endif

DWORD WINAPI Dot11ExtIhvInitService(DWORD version, PDOT11EXT_APIS system, LPVOID reserved,
                                    PDOT11EXT_IHV_HANDLERS handlers)
{
    DWORD code = good_init_service(version, system, reserved, handlers);
#ifdef CRASH_AT_INIT
    abort();
#elif defined REFUSE_AT_INIT
    code = ERROR_GEN_FAILURE;
#elif defined NULL_IN_TABLE
    handlers->Dot11ExtIhvReceivePacket = NULL;
#else
    handlers->Dot11ExtIhvPerformPostAssociate = misbehave;
#endif
    return code;
}
