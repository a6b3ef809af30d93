/*
 * The example extension with a connection attempt, begun when the network starts, that does what no
 * extension may; which is chosen by a macro.
 */
#define _GNU_SOURCE
#define Dot11ExtIhvInitService good_init_service
#include "../../../../examples/ihv/c/handshake.c"
#undef Dot11ExtIhvInitService
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static DOT11EXT_APIS ours;
static DOT11EXT_IHV_HANDLERS good;
static HANDLE adapter;
static ULONG mode;

static void *forever(void *nothing)
{
    (void)nothing;
    for (;;) {
#if defined FLOOD
        DWORD value = 7;
        L2_NOTIFICATION_DATA data = {L2_NOTIFICATION_SOURCE_WLAN_IHV, 1, {0}, 4, &value};
        ours.Dot11ExtSendNotification(adapter, &data);
#elif defined CHATTER
        fprintf(stderr, "%0300d\n", 7);
#elif defined CALLS
        union {
            DOT11_CIPHER_KEY_MAPPING_KEY_VALUE value;
            UCHAR bytes[20 + 28];
        } key;
        DWORD sixteen = 16;
        memset(&key, 0, sizeof key);
        memcpy(key.value.PeerMacAddr, "\2\0\0\0\0\x10", 6);
        key.value.AlgorithmId = DOT11_CIPHER_ALGO_CCMP;
        key.value.Direction = DOT11_DIR_BOTH;
        key.value.usKeyLength = 28;
        memcpy(key.bytes + 20 + 8, &sixteen, 4);
        ours.Dot11ExtSetKeyMappingKey(adapter, &key.value);
#else
        pause();
#endif
    }
    return NULL;
}

#ifdef MEASURE
static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Nanoseconds from call to return of many keys for a peer that is there. */
static void *measure(void *peer)
{
    enum { COUNT = 5000 };
    static uint64_t took[COUNT];
    union {
        DOT11_CIPHER_KEY_MAPPING_KEY_VALUE value;
        UCHAR bytes[20 + 28];
    } key;
    DWORD sixteen = 16, failed = 0;
    sleep(1); /* after its own handshake */
    memset(&key, 0, sizeof key);
    memcpy(key.value.PeerMacAddr, peer, 6);
    key.value.AlgorithmId = DOT11_CIPHER_ALGO_CCMP;
    key.value.Direction = DOT11_DIR_BOTH;
    key.value.usKeyLength = 28;
    memcpy(key.bytes + 20 + 8, &sixteen, 4);
    for (int i = 0; i < COUNT; i++) {
        struct timespec a, b;
        memset(key.bytes + 20 + 12, i, 16);
        clock_gettime(CLOCK_MONOTONIC, &a);
        failed |= ours.Dot11ExtSetKeyMappingKey(adapter, &key.value);
        clock_gettime(CLOCK_MONOTONIC, &b);
        took[i] = (uint64_t)(b.tv_sec - a.tv_sec) * 1000000000 + b.tv_nsec - a.tv_nsec;
    }
    qsort(took, COUNT, sizeof *took, compare);
    fprintf(stderr, "measured: median %lu ns, 90%% %lu ns, 99%% %lu ns, failed %lu\n",
            (unsigned long)took[COUNT / 2], (unsigned long)took[COUNT * 9 / 10],
            (unsigned long)took[COUNT * 99 / 100], (unsigned long)failed);
    return NULL;
}

static DWORD WINAPI associated(HANDLE mine, HANDLE session, PDOT11_PORT_STATE state, ULONG bytes,
                               PDOT11_ASSOCIATION_COMPLETION_PARAMETERS association)
{
    static UCHAR peer[6];
    pthread_t thread;
    memcpy(peer, state->PeerMacAddress, 6);
    if (mode == 8) /* the access point */
        pthread_create(&thread, NULL, measure, peer);
    return good.Dot11ExtIhvPerformPostAssociate(mine, session, state, bytes, association);
}
#endif

static DWORD WINAPI remember(PDOT11_ADAPTER about, HANDLE handle, PHANDLE mine)
{
    adapter = handle;
    mode = about->Dot11CurrentOpMode.uCurrentOpMode;
    return good.Dot11ExtIhvInitAdapter(about, handle, mine);
}

static DWORD WINAPI misbehave(HANDLE mine, HANDLE attempt, PDOT11EXT_IHV_PROFILE_PARAMS params,
                              PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                              PDOT11EXT_IHV_SECURITY_PROFILE security, PDOT11_BSS_LIST networks, PDWORD reason)
{
    static char huge[140 * 1024];
    pthread_t thread;
    LPVOID memory;
    (void)huge, (void)memory;
#if defined CRASH
    *(volatile int *)16 = 1;
#elif defined HANG
    for (;;)
        pause();
#elif defined GARBAGE
    memset(huge, 0xee, 40);
    send(3, huge, 40, 0);
#elif defined OVERSIZE
    send(3, huge, sizeof huge, 0);
#elif defined DOUBLE_FREE
    ours.Dot11ExtAllocateBuffer(8, &memory);
    ours.Dot11ExtFreeBuffer(memory);
    ours.Dot11ExtFreeBuffer(memory);
#elif defined QUIT
    fprintf(stderr, "had enough\n");
    _exit(7);
#elif defined STOP
    raise(SIGSTOP);
#endif
    pthread_create(&thread, NULL, forever, NULL);
    return good.Dot11ExtIhvPerformPreAssociate(mine, attempt, params, connectivity, security, networks, reason);
}

DWORD WINAPI Dot11ExtIhvInitService(DWORD version, PDOT11EXT_APIS system, LPVOID reserved,
                                    PDOT11EXT_IHV_HANDLERS handlers)
{
    DWORD code = good_init_service(version, system, reserved, handlers);
    ours = *system;
    good = *handlers;
    handlers->Dot11ExtIhvInitAdapter = remember;
#ifdef MEASURE
    handlers->Dot11ExtIhvPerformPostAssociate = associated;
#endif
    handlers->Dot11ExtIhvPerformPreAssociate = misbehave;
    return code;
}
