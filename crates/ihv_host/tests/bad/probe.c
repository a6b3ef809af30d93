/*
 * An extension that does what a test tells it to: every Control request is one order, its first byte
 * says which. The answer is a Win32 code, or what else the order is about, as one DWORD. What happens
 * in other handlers is told by notifications: code = a letter, data = a DWORD.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <wlanihv.h>

static DOT11EXT_APIS api;
static DOT11EXT_VIRTUAL_STATION_APIS virtual_api;
static _Atomic(HANDLE) h, hc, hs;
static DOT11_MAC_ADDRESS peer = {2, 0, 0, 0, 0, 0x10};
static _Atomic DWORD completions, accepted;
static atomic_int storming;
static pthread_t storm_threads[4];
static volatile int key_in_receive;

static void tell(DWORD code, DWORD value)
{
    L2_NOTIFICATION_DATA data = {L2_NOTIFICATION_SOURCE_WLAN_IHV, code, {0}, 4, &value};
    api.Dot11ExtSendNotification(h, &data);
}

static DWORD set_key(HANDLE handle, UCHAR fill, BOOLEAN delete)
{
    union {
        DOT11_CIPHER_KEY_MAPPING_KEY_VALUE value;
        UCHAR bytes[20 + 28];
    } key;
    DWORD sixteen = 16, code;
    memset(&key, 0, sizeof key);
    memcpy(key.value.PeerMacAddr, "\2\0\0\0\0\x10", 6);
    key.value.AlgorithmId = DOT11_CIPHER_ALGO_CCMP;
    key.value.Direction = DOT11_DIR_BOTH;
    key.value.bDelete = delete;
    key.value.usKeyLength = 28;
    memcpy(key.bytes + 20 + 8, &sixteen, 4);
    memset(key.bytes + 20 + 12, fill, 16);
    code = api.Dot11ExtSetKeyMappingKey(handle, &key.value);
    memset(&key, 0xff, sizeof key);
    return code;
}

static void *key_thread(void *fill)
{
    uintptr_t failed = 0;
    for (int i = 0; i < 50; i++)
        failed |= set_key(h, (UCHAR)(uintptr_t)fill, 0);
    return (void *)failed;
}

/* Everything at any time, with whatever handles there are or were. */
static void *storm(void *seed)
{
    for (unsigned n = (unsigned)(uintptr_t)seed; storming; n = n * 1103515245 + 12345) {
        switch (n >> 16 & 3) {
        case 0: set_key(h, (UCHAR)n, n >> 18 & 1); break;
        case 1: api.Dot11ExtPreAssociateCompletion(h, hc, 0, 0); break;
        case 2: api.Dot11ExtPostAssociateCompletion(h, hs, &peer, 0, 0); break;
        case 3:
            if (!api.Dot11ExtSendPacket(h, 9, "\2\0\0\0\0\x10\x88\xb5!", (HANDLE)(uintptr_t)1))
                accepted++;
            break;
        }
        usleep(n >> 20 & 127);
    }
    return NULL;
}

/* All functions that take a handle, with this one: the first code that is not as expected. */
static DWORD with_handle(HANDLE bad, DWORD expected)
{
    DOT11_CIPHER_DEFAULT_KEY_VALUE key = {{0x80, 1, 24}, 0, DOT11_CIPHER_ALGO_CCMP, {0}, 1, 0, 0, {0}};
    DOT11EXT_IHV_UI_REQUEST ui = {0};
    L2_NOTIFICATION_DATA note = {L2_NOTIFICATION_SOURCE_WLAN_IHV, 0, {0}, 0, NULL};
    BOOL is_virtual;
    GUID guid;
    DWORD size = 0;
    LPVOID data;
    DWORD codes[] = {
        set_key(bad, 1, 0),
        api.Dot11ExtSetProfileCustomUserData(bad, hc, 0, 0, NULL),
        api.Dot11ExtGetProfileCustomUserData(bad, hc, 0, &size, &data),
        api.Dot11ExtSetCurrentProfile(bad, hc, NULL, NULL),
        api.Dot11ExtSendUIRequest(bad, &ui),
        api.Dot11ExtPreAssociateCompletion(bad, hc, 0, 0),
        api.Dot11ExtPostAssociateCompletion(bad, hs, &peer, 0, 0),
        api.Dot11ExtSendNotification(bad, &note),
        api.Dot11ExtSendPacket(bad, 8, "\2\0\0\0\0\x10\x88\xb5", NULL),
        api.Dot11ExtSetEtherTypeHandling(bad, 1, 0, NULL, 0, NULL),
        api.Dot11ExtSetAuthAlgorithm(bad, 1),
        api.Dot11ExtSetUnicastCipherAlgorithm(bad, 4),
        api.Dot11ExtSetMulticastCipherAlgorithm(bad, 4),
        api.Dot11ExtSetDefaultKey(bad, &key, DOT11_DIR_BOTH),
        api.Dot11ExtSetDefaultKeyId(bad, 0),
        api.Dot11ExtNicSpecificExtension(bad, 0, NULL, &size, NULL),
        api.Dot11ExtSetExcludeUnencrypted(bad, TRUE),
        api.Dot11ExtStartOneX(bad, NULL),
        api.Dot11ExtStopOneX(bad),
        api.Dot11ExtProcessSecurityPacket(bad, 0, NULL),
        virtual_api.Dot11ExtRequestVirtualStation(bad, NULL),
        virtual_api.Dot11ExtReleaseVirtualStation(bad, NULL),
        virtual_api.Dot11ExtQueryVirtualStationProperties(bad, &is_virtual, &guid, NULL),
    };
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i] != expected)
            return (DWORD)(1000 * (i + 1)) + codes[i];
    return expected;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Nanoseconds of the median of many keys. */
static DWORD measure(void)
{
    static uint64_t took[5000];
    for (int i = 0; i < 5000; i++) {
        struct timespec a, b;
        clock_gettime(CLOCK_MONOTONIC, &a);
        set_key(h, (UCHAR)i, 0);
        clock_gettime(CLOCK_MONOTONIC, &b);
        took[i] = (uint64_t)(b.tv_sec - a.tv_sec) * 1000000000 + b.tv_nsec - a.tv_nsec;
    }
    qsort(took, 5000, sizeof *took, compare);
    return (DWORD)took[2500];
}

static void *nothing(void *told)
{
    *(int *)told = 1;
    return NULL;
}

/* What an extension has no business with: 0 when it succeeds, else errno. */
static DWORD attempt(UCHAR what, const char *path)
{
    static char *const none[] = {NULL};
    struct rlimit more = {RLIM_INFINITY, RLIM_INFINITY};
    char byte;
    long done = -1;
    int fd;
    errno = 0;
    switch (what) {
    case 'o': done = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666); break;
    case 'a': done = open(path, O_RDWR); break;
    case 'r':
        fd = open(path, O_RDONLY);
        done = fd < 0 ? -1 : read(fd, &byte, 1) < 0 ? -1 : 0;
        break;
    case 'd': done = mkdir(path, 0777); break;
    case 'u': done = unlink(path); break;
    case 's': done = socket(AF_INET, SOCK_STREAM, 0); break;
    case 'S': done = socket(AF_UNIX, SOCK_SEQPACKET, 0); break;
    case 'N': done = socket(AF_NETLINK, SOCK_RAW, 0); break;
    case 'p': done = ptrace(PTRACE_ATTACH, getppid(), NULL, NULL); break;
    case 'v': done = syscall(SYS_process_vm_readv, getppid(), NULL, 0, NULL, 0, 0); break;
    case 'k': done = kill(getppid(), 0); break;
    case 'f':
        done = fork();
        if (done == 0)
            _exit(0);
        break;
    case 'V': done = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL); if (!done) _exit(0); break;
    case 'e': done = execve("/bin/true", none, none); break;
    case 'E': done = syscall(SYS_execveat, AT_FDCWD, "/bin/true", none, none, 0); break;
    case 'm': done = syscall(SYS_mount, "none", "/tmp", "tmpfs", 0, NULL); break;
    case 'b': done = syscall(SYS_bpf, 0, NULL, 0); break;
    case 'i': done = syscall(SYS_io_uring_setup, 1, NULL); break;
    case 'K': done = syscall(SYS_keyctl, 0, -3, 1); break;
    case 'U': done = syscall(SYS_userfaultfd, 0); break;
    case 'P': done = syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0); break;
    case 'n': done = unshare(CLONE_NEWUSER); break;
    case 'D': done = prctl(PR_SET_DUMPABLE, 1); break;
    case 'q': done = prctl(PR_SET_PDEATHSIG, 0); break;
    case 'L': done = setrlimit(RLIMIT_NOFILE, &more); break;
    case 'F': done = memfd_create("x", 0); break;
#ifdef __x86_64__
    case 'x': done = syscall(0x40000000 | SYS_getpid); break;
#endif
    /* What it may do. */
    case 'T': {
        pthread_t thread;
        int told = 0;
        if (!(errno = pthread_create(&thread, NULL, nothing, &told)))
            pthread_join(thread, NULL);
        done = told ? 0 : -1;
        break;
    }
    case 'J':
        done = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? -1 : 0;
        break;
    case 'w': done = fprintf(stderr, "a word\n") < 0 ? -1 : 0; break;
    }
    return done < 0 ? (DWORD)errno : 0;
}

static DWORD WINAPI control(HANDLE hi, DWORD in_size, PBYTE in, DWORD out_size, PBYTE out, PDWORD returned)
{
    DWORD code = 0, reason = 0, win32 = 0;
    UCHAR order = in_size ? in[0] : 0, byte = in_size > 1 ? in[1] : 0;
    LPVOID memory;
    (void)hi;
    if (in_size >= 9) {
        memcpy(&reason, in + 1, 4);
        memcpy(&win32, in + 5, 4);
    }
    switch (order) {
    case 'k': code = set_key(h, byte, 0); break;
    case 'd': code = set_key(h, 0, 0x80); break;
    case 'n': code = api.Dot11ExtSetKeyMappingKey(h, NULL); break;
    case '0': code = set_key(NULL, 1, 0); break;
    case 'b': code = with_handle((HANDLE)(uintptr_t)0x1234, 6); break;
    case 'z': code = with_handle(NULL, 6); break;
    case 'p': code = api.Dot11ExtPreAssociateCompletion(h, hc, reason, win32); break;
    case 'P': code = api.Dot11ExtPostAssociateCompletion(h, hs, &peer, reason, win32); break;
    case 's': code = api.Dot11ExtSendPacket(h, 9, "\2\0\0\0\0\x10\x88\xb5!", (HANDLE)(uintptr_t)byte); break;
    case 'c': code = completions; break;
    case 'e': {
        USHORT types[1];
        memcpy(types, "\x88\x8e", 2);
        code = api.Dot11ExtSetEtherTypeHandling(h, byte, 0, NULL, 1, types);
        break;
    }
    case 'r': key_in_receive = byte; break;
    case 't': {
        pthread_t threads[4];
        for (uintptr_t i = 0; i < 4; i++)
            pthread_create(&threads[i], NULL, key_thread, (void *)(i + 1));
        for (int i = 0; i < 4; i++) {
            void *failed;
            pthread_join(threads[i], &failed);
            code |= (DWORD)(uintptr_t)failed;
        }
        break;
    }
    case 'x':
        storming = 1;
        for (uintptr_t i = 0; i < 4; i++)
            pthread_create(&storm_threads[i], NULL, storm, (void *)(i + 1));
        break;
    case 'y':
        storming = 0;
        break;
    case 'j':
        for (int i = 0; i < 4; i++)
            pthread_join(storm_threads[i], NULL);
        code = accepted;
        break;
    case 'u': {
        DWORD size = 0;
        code = api.Dot11ExtSetProfileCustomUserData(h, hc, 7, 3, "pin");
        if (!code)
            code = api.Dot11ExtGetProfileCustomUserData(h, hc, 7, &size, &memory);
        if (!code && (size != 3 || memcmp(memory, "pin", 3)))
            code = 1;
        if (!code)
            api.Dot11ExtFreeBuffer(memory);
        break;
    }
    case 'N': {
        DWORD room = byte;
        UCHAR answer[255];
        code = api.Dot11ExtNicSpecificExtension(h, 2, "hi", &room, answer);
        code |= room << 16;
        break;
    }
    case '8': code = api.Dot11ExtStartOneX(h, NULL); break;
    case 'v': code = virtual_api.Dot11ExtRequestVirtualStation(h, NULL); break;
    case 'U': {
        DOT11EXT_IHV_UI_REQUEST ui = {1, {0x11223344, 0x5566, 0x7788, {1, 2, 3, 4, 5, 6, 7, 8}}, {0}, 0, NULL};
        code = api.Dot11ExtSendUIRequest(h, &ui);
        break;
    }
    case 'm': code = measure(); break;
    case 'T': {
        char path[200] = {0};
        if (in_size > 2 && in_size - 2 < sizeof path)
            memcpy(path, in + 2, in_size - 2);
        code = attempt(byte, path);
        break;
    }
    /* Misdeeds. */
    case 'C': *(volatile int *)16 = 1; break;
    case 'H': for (;;) pause();
    case 'L': for (volatile int i = 0;; i = i + 1) ;
    case 'F':
        api.Dot11ExtAllocateBuffer(8, &memory);
        api.Dot11ExtFreeBuffer(memory);
        api.Dot11ExtFreeBuffer(memory);
        break;
    case 'W':
        api.Dot11ExtAllocateBuffer(8, &memory);
        memset((UCHAR *)memory - 4096, 0x5a, 1 << 20);
        free(malloc(100));
        break;
    }
    *returned = 4;
    if (out_size >= 4)
        memcpy(out, &code, 4);
    return 0;
}

static VOID WINAPI deinit_service(VOID)
{
    fprintf(stderr, "after %lu\n", (unsigned long)set_key(h, 1, 0));
    fprintf(stderr, "late %lu\n", (unsigned long)api.Dot11ExtPostAssociateCompletion(h, hs, &peer, 0, 0));
}

static DWORD WINAPI init_adapter(PDOT11_ADAPTER adapter, HANDLE handle, PHANDLE mine)
{
    (void)adapter;
    h = handle;
    *mine = (HANDLE)(uintptr_t)0xabc;
#ifdef KEY_IN_INIT
    tell('I', set_key(h, 0x11, 0));
#endif
#ifdef NO_ADAPTER
    return 31;
#endif
    return 0;
}

static VOID WINAPI deinit_adapter(HANDLE mine)
{
    fprintf(stderr, "deinit %lu %d\n", (unsigned long)set_key(h, 1, 0), mine == (HANDLE)(uintptr_t)0xabc);
}

static DWORD WINAPI pre(HANDLE mine, HANDLE session, PDOT11EXT_IHV_PROFILE_PARAMS params,
                        PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn, PDOT11EXT_IHV_SECURITY_PROFILE sec,
                        PDOT11_BSS_LIST networks, PDWORD reason)
{
    DWORD size;
    LPVOID data;
    (void)mine, (void)params, (void)conn, (void)sec, (void)networks;
    hc = session;
    *reason = 0x90001;
    tell('p', api.Dot11ExtGetProfileCustomUserData(h, hc, 0, &size, &data));
    return 0;
}

static DWORD WINAPI post(HANDLE mine, HANDLE session, PDOT11_PORT_STATE state, ULONG bytes,
                         PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
    (void)mine;
    hs = session;
    memcpy(peer, state->PeerMacAddress, 6);
    if (bytes < sizeof *params || params->Header.Size != 96)
        return 13;
    return 0;
}

static DWORD WINAPI reset(HANDLE mine) { (void)mine; return 0; }

static DWORD WINAPI stop(HANDLE mine, PDOT11_MAC_ADDRESS who, DOT11_ASSOC_STATUS status)
{
    (void)mine, (void)status;
    return memcmp(*who, peer, 6) ? 13 : 0;
}

static DWORD WINAPI validate(HANDLE mine, PDOT11EXT_IHV_PROFILE_PARAMS params,
                             PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn,
                             PDOT11EXT_IHV_SECURITY_PROFILE sec, PDWORD reason)
{
    (void)mine, (void)params, (void)conn, (void)sec;
    *reason = 0x90007;
    return 1206;
}

static DWORD WINAPI match(HANDLE mine, PDOT11EXT_IHV_PROFILE_PARAMS params,
                          PDOT11EXT_IHV_CONNECTIVITY_PROFILE conn,
                          PDOT11EXT_IHV_SECURITY_PROFILE sec, PDOT11_BSS_LIST networks, PDWORD reason)
{
    (void)mine, (void)params, (void)conn, (void)sec, (void)reason;
    return networks->uNumOfBytes == 3 ? 0 : 13;
}

static DWORD WINAPI discover(HANDLE mine, BOOL insecure, PDOT11EXT_IHV_PROFILE_PARAMS params,
                             PDOT11_BSS_LIST networks, PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST list,
                             PDWORD reason)
{
    LPVOID profiles, text;
    (void)mine, (void)insecure, (void)params, (void)networks, (void)reason;
    api.Dot11ExtAllocateBuffer(sizeof(DOT11EXT_IHV_DISCOVERY_PROFILE), &profiles);
    api.Dot11ExtAllocateBuffer(10, &text);
    memcpy(text, u"<a/>", 10);
    list->dwCount = 1;
    list->pIhvDiscoveryProfiles = profiles;
    list->pIhvDiscoveryProfiles->IhvConnectivityProfile.pszXmlFragmentIhvConnectivity = text;
    return 0;
}

static DWORD WINAPI session(ULONG event, PWTSSESSION_NOTIFICATION n)
{
    return event == WTS_SESSION_LOGOFF && n->cbSize == 8 ? n->dwSessionId : 13;
}

static DWORD WINAPI indication(HANDLE mine, DOT11EXT_IHV_INDICATION_TYPE type, ULONG len, LPVOID data)
{
    (void)mine, (void)data;
    tell('i', (DWORD)type << 16 | len);
    return 0;
}

static DWORD WINAPI receive(HANDLE mine, DWORD len, LPVOID data)
{
    UCHAR frame = len > 8 ? ((UCHAR *)data)[8] : 0;
    (void)mine;
    if (key_in_receive) {
        key_in_receive = 0;
        tell('k', set_key(h, frame, 0));
    }
    tell('f', frame);
    return 0;
}

static DWORD WINAPI done(HANDLE label) { completions += (DWORD)(uintptr_t)label; return 0; }
static DWORD WINAPI pending(GUID id, PBOOL is) { *is = id.Data1 == 0x01020304 ? 0x80 : 0; return 0; }

static DWORD WINAPI response(GUID id, DWORD len, LPVOID data)
{
    tell('u', id.Data1 == 0x11223344 && len == 0 && !data);
    return 0;
}

static DWORD WINAPI query_ui(HANDLE mine, DOT11EXT_IHV_CONNECTION_PHASE phase, PDOT11EXT_IHV_UI_REQUEST *out)
{
    LPVOID memory;
    (void)mine;
    if (phase == connection_phase_any)
        return ERROR_CALL_NOT_IMPLEMENTED;
    api.Dot11ExtAllocateBuffer(sizeof **out, &memory);
    *out = memory;
    (*out)->dwSessionId = 9;
    return 0;
}

static DWORD WINAPI onex(HANDLE mine, DOT11_MSONEX_RESULT result, PDOT11_MSONEX_RESULT_PARAMS params)
{
    (void)mine, (void)result, (void)params;
    return 0;
}

DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO info)
{
#ifdef WRONG_VERSION
    info->dwVerMin = 1;
    info->dwVerMax = 2;
#else
    info->dwVerMin = info->dwVerMax = 0;
#endif
    return 0;
}

DWORD WINAPI Dot11ExtIhvInitService(DWORD version, PDOT11EXT_APIS in, LPVOID reserved, PDOT11EXT_IHV_HANDLERS out)
{
    DOT11EXT_IHV_HANDLERS handlers = {
        deinit_service, init_adapter, deinit_adapter, pre, reset, post, stop, validate, match, discover,
        session, indication, receive, done, pending, response, query_ui, onex, control};
    if (version || reserved)
        return ERROR_INVALID_PARAMETER;
    api = *in;
#ifdef NULL_IN_TABLE
    handlers.Dot11ExtIhvReceivePacket = NULL;
#endif
#ifdef INIT_FAILS
    return 31;
#endif
#ifdef INIT_HANGS
    for (;;)
        pause();
#endif
#ifdef INIT_CRASHES
    abort();
#endif
    /* Before any adapter there is no handle that could be right. */
    if (set_key(NULL, 1, 0) != 6 || set_key((HANDLE)1, 1, 0) != 6)
        return 1;
    *out = handlers;
    return 0;
}

DWORD WINAPI Dot11ExtIhvInitVirtualStation(PDOT11EXT_VIRTUAL_STATION_APIS in, LPVOID reserved)
{
    virtual_api = *in;
    return reserved ? ERROR_INVALID_PARAMETER : 0;
}
