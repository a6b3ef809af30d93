/*
 * An extension in C: a vendor's own handshake, which ends in a CCMP key for the peer. It plays both
 * roles, by the mode of its adapter (DOT11_ADAPTER): 8 is the access point, with many peers at a time,
 * 4 a station.
 *
 *     gcc -std=c11 -shared -fPIC -pthread -o libhandshake.so handshake.c
 *     x86_64-w64-mingw32-gcc -std=c11 -shared -o handshake.dll handshake.c -lbcrypt
 *
 * The second is a DLL of Windows, as vendors build theirs; it runs under Wine.
 *
 * Stations that want it have the element DD 04 02 CA FE 01 in their association request: OUI 02:CA:FE
 * (locally administered, for experiments), kind 1.
 *
 * Both sides share a secret of 8 to 64 bytes of ASCII, which stands in the vendor's security fragment:
 * <sharedSecret>...</sharedSecret>. Frames have EtherType 0x88B5 (for local experiments), a type byte
 * and what follows; they are in clear as long as the sender has no key for the receiver.
 *
 *     0 START  station -> AP    nothing
 *     1 HELLO  AP -> station    nonce A (16)
 *     2 REPLY  station -> AP    nonce S (16), tag("reply") (16)
 *     3 DONE   AP -> station    tag("done") (16)
 *     4 BYE    either           tag("bye") (16)
 *
 * tag(label) is the first half of HMAC-SHA-256(secret, label, nonce A, nonce S), and tag("key") is the
 * key: CCMP, key ID 0, both directions, packet numbers from 1.
 *
 * Both begin when they are associated: the station says START, the access point HELLO. Whoever was too
 * early is not heard, so the access point answers START with the same HELLO again, and the station each
 * HELLO with a REPLY (the same nonce S, the tag of that HELLO's nonce A). At a right REPLY the access
 * point sends DONE, installs the key and opens its port, at a right DONE the station does the last two.
 * What has a wrong tag or is out of turn is dropped. BYE is encrypted with the key that is there:
 * who gets it deletes the key and closes the port. Who hears that the association is over deletes the
 * key as well; nothing can be sent then, so this example takes a BYE but never says one.
 *
 * An example: a real protocol would take the secret from a safe place, repeat lost frames, bind both
 * addresses and have forward secrecy.
 */
#define _DEFAULT_SOURCE 1 /* explicit_bzero */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <wlanihv.h>

/* ---- Threads, random numbers and erasing, here and there ------------------------------------------ */

#ifdef _WIN32

#include <bcrypt.h>

#define explicit_bzero SecureZeroMemory

static int fill_random(uint8_t *bytes, size_t size)
{
    return BCryptGenRandom(NULL, bytes, (ULONG)size, BCRYPT_USE_SYSTEM_PREFERRED_RNG) == 0;
}

#define LOCK(mutex) AcquireSRWLockExclusive(mutex)
#define UNLOCK(mutex) ReleaseSRWLockExclusive(mutex)
#define WAIT(condition, mutex) SleepConditionVariableSRW(condition, mutex, INFINITE, 0)
#define WAKE(condition) WakeAllConditionVariable(condition)
static SRWLOCK lock = SRWLOCK_INIT;
static CONDITION_VARIABLE ended = CONDITION_VARIABLE_INIT;

#define THREAD(run, argument) static DWORD WINAPI run(LPVOID argument)
#define THREAD_ENDS return 0

static int start_thread(DWORD(WINAPI *run)(LPVOID), void *argument)
{
    HANDLE thread = CreateThread(NULL, 0, run, argument, 0, NULL);
    return thread && CloseHandle(thread);
}

#else

#include <pthread.h>
#include <sys/random.h>

static int fill_random(uint8_t *bytes, size_t size)
{
    return getrandom(bytes, size, 0) == (ssize_t)size;
}

#define LOCK(mutex) pthread_mutex_lock(mutex)
#define UNLOCK(mutex) pthread_mutex_unlock(mutex)
#define WAIT(condition, mutex) pthread_cond_wait(condition, mutex)
#define WAKE(condition) pthread_cond_broadcast(condition)
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t ended = PTHREAD_COND_INITIALIZER;

#define THREAD(run, argument) static void *run(void *argument)
#define THREAD_ENDS return NULL

static int start_thread(void *(*run)(void *), void *argument)
{
    pthread_t thread;
    return pthread_create(&thread, NULL, run, argument) == 0 && pthread_detach(thread) == 0;
}

#endif

/* ---- SHA-256 and HMAC (FIPS 180-4, RFC 2104) ------------------------------------------------------ */

struct sha256 {
    uint32_t state[8];
    uint64_t length;
    uint8_t block[64];
};

/* The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static const uint32_t ROUND[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t turn(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

static void sha256_block(struct sha256 *s)
{
    uint32_t w[64], v[8];
    for (int i = 0; i < 16; i++)
        w[i] = (uint32_t)s->block[4 * i] << 24 | (uint32_t)s->block[4 * i + 1] << 16 |
               (uint32_t)s->block[4 * i + 2] << 8 | s->block[4 * i + 3];
    for (int i = 16; i < 64; i++) {
        uint32_t a = w[i - 15], b = w[i - 2];
        w[i] = w[i - 16] + (turn(a, 7) ^ turn(a, 18) ^ a >> 3) + w[i - 7] +
               (turn(b, 17) ^ turn(b, 19) ^ b >> 10);
    }
    memcpy(v, s->state, sizeof v);
    for (int i = 0; i < 64; i++) {
        uint32_t a = v[0], e = v[4];
        uint32_t t = v[7] + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) +
                     ((e & v[5]) ^ (~e & v[6])) + ROUND[i] + w[i];
        uint32_t u = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) +
                     ((a & v[1]) ^ (a & v[2]) ^ (v[1] & v[2]));
        memmove(v + 1, v, 7 * sizeof *v);
        v[4] += t;
        v[0] = t + u;
    }
    for (int i = 0; i < 8; i++)
        s->state[i] += v[i];
}

static void sha256_begin(struct sha256 *s)
{
    /* The same of the square roots of the first 8 primes. */
    static const uint32_t start[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                      0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    memcpy(s->state, start, sizeof start);
    s->length = 0;
}

static void sha256_add(struct sha256 *s, const void *data, size_t size)
{
    for (const uint8_t *byte = data; size > 0; byte++, size--) {
        s->block[s->length++ % 64] = *byte;
        if (s->length % 64 == 0)
            sha256_block(s);
    }
}

static void sha256_end(struct sha256 *s, uint8_t out[32])
{
    uint64_t bits = s->length * 8;
    uint8_t length[8];
    sha256_add(s, "\x80", 1);
    while (s->length % 64 != 56)
        sha256_add(s, "", 1);
    for (int i = 0; i < 8; i++)
        length[i] = (uint8_t)(bits >> (56 - 8 * i));
    sha256_add(s, length, 8);
    for (int i = 0; i < 32; i++)
        out[i] = (uint8_t)(s->state[i / 4] >> (24 - 8 * (i % 4)));
}

#define NONCE 16
#define TAG 16
#define SECRET 64

static void tag(const uint8_t secret[SECRET], const char *label, const uint8_t *nonce_a,
                const uint8_t *nonce_s, uint8_t out[TAG])
{
    struct sha256 s;
    uint8_t pad[64], digest[32];
    for (int i = 0; i < 64; i++)
        pad[i] = secret[i] ^ 0x36;
    sha256_begin(&s);
    sha256_add(&s, pad, 64);
    sha256_add(&s, label, strlen(label));
    sha256_add(&s, nonce_a, NONCE);
    sha256_add(&s, nonce_s, NONCE);
    sha256_end(&s, digest);
    for (int i = 0; i < 64; i++)
        pad[i] = secret[i] ^ 0x5c;
    sha256_begin(&s);
    sha256_add(&s, pad, 64);
    sha256_add(&s, digest, 32);
    sha256_end(&s, digest);
    memcpy(out, digest, TAG);
    explicit_bzero(pad, sizeof pad);
    explicit_bzero(&s, sizeof s);
    explicit_bzero(digest, sizeof digest);
}

/* In constant time. */
static int same(const uint8_t *a, const uint8_t *b, size_t size)
{
    uint8_t difference = 0;
    while (size-- > 0)
        difference |= *a++ ^ *b++;
    return difference == 0;
}

/* For local experiments, in network order. On one adapter it belongs to one extension. */
#ifndef ETHER_TYPE
#define ETHER_TYPE "\x88\xb5"
#endif

/* ---- The extension ---------------------------------------------------------------------------------- */

enum { START, HELLO, REPLY, DONE, BYE };

struct port {
    struct port *next;
    HANDLE session;
    DOT11_MAC_ADDRESS peer;
    uint8_t nonce_a[NONCE], nonce_s[NONCE];
    /*
     * An access point greets at once. A key is never installed twice: after PARTED a new one needs a
     * new association.
     */
    enum { WAITING, GREETED, KEYED, PARTED } stage;
};

struct adapter {
    HANDLE service;
    int is_access_point;
    uint8_t secret[SECRET];
    int has_secret;
    struct port *ports; /* a station has one at most */
};

static DOT11EXT_APIS api;

/* EtherType 0x88B5 comes to us, and may be in clear as long as there is no key. */
static DWORD listen_to_frames(struct adapter *a)
{
    DOT11_PRIVACY_EXEMPTION clear = {0, DOT11_EXEMPT_ON_KEY_MAPPING_KEY_UNAVAILABLE,
                                     DOT11_EXEMPT_UNICAST};
    USHORT type;
    memcpy(&type, ETHER_TYPE, 2);
    clear.usEtherType = type;
    return api.Dot11ExtSetEtherTypeHandling(a->service, 16, 1, &clear, 1, &type);
}

/* A body of NONCE or TAG bytes, or two of them, or none. */
static DWORD send_frame(struct adapter *a, struct port *p, UCHAR type, const uint8_t *body,
                        size_t size)
{
    uint8_t *frame = malloc(9 + size);
    DWORD code;
    if (!frame)
        return ERROR_OUTOFMEMORY;
    memcpy(frame, p->peer, 6);
    memcpy(frame + 6, ETHER_TYPE, 2);
    frame[8] = type;
    memcpy(frame + 9, body, size);
    /* The frame is ours until SendPacketCompletion, which gets it as its label. */
    code = api.Dot11ExtSendPacket(a->service, (ULONG)(9 + size), frame, frame);
    if (code)
        free(frame);
    return code;
}

/* Installs the key, or deletes it. */
static DWORD set_key(struct adapter *a, struct port *p, BOOLEAN delete)
{
    union {
        DOT11_CIPHER_KEY_MAPPING_KEY_VALUE value;
        uint8_t bytes[20 + 12 + 16];
    } key;
    DWORD size = 16, code;
    memset(&key, 0, sizeof key);
    memcpy(key.value.PeerMacAddr, p->peer, 6);
    key.value.AlgorithmId = DOT11_CIPHER_ALGO_CCMP;
    key.value.Direction = DOT11_DIR_BOTH;
    key.value.bDelete = delete;
    key.value.usKeyLength = 12 + 16; /* the whole DOT11_KEY_ALGO_CCMP */
    if (!delete) {
        memcpy(key.bytes + 20 + 8, &size, 4);
        tag(a->secret, "key", p->nonce_a, p->nonce_s, key.bytes + 20 + 12);
    }
    code = api.Dot11ExtSetKeyMappingKey(a->service, &key.value);
    explicit_bzero(&key, sizeof key);
    return code;
}

static void complete(struct adapter *a, struct port *p, DWORD code)
{
    DWORD reason = code ? L2_REASON_CODE_IHV_BASE + 1 : L2_REASON_CODE_SUCCESS;
    api.Dot11ExtPostAssociateCompletion(a->service, p->session, &p->peer, reason, code);
}

static struct port *port_of(struct adapter *a, const void *peer)
{
    struct port *p = a->ports;
    while (p && memcmp(p->peer, peer, 6) != 0)
        p = p->next;
    return p;
}

static void forget_port(struct adapter *a, struct port *gone)
{
    struct port **link = &a->ports;
    while (*link != gone)
        link = &(*link)->next;
    *link = gone->next;
    explicit_bzero(gone, sizeof *gone);
    free(gone);
}

static int has_tag(const struct adapter *a, const struct port *p, const char *label,
                   const uint8_t *found)
{
    uint8_t expected[TAG];
    tag(a->secret, label, p->nonce_a, p->nonce_s, expected);
    return same(expected, found, TAG);
}

/* The handshake is through: the key, and then the port. */
static void finish(struct adapter *a, struct port *p)
{
    DWORD code = set_key(a, p, FALSE);
    if (!code)
        p->stage = KEYED;
    complete(a, p, code);
}

/* What an access point gets. */
static void answer_station(struct adapter *a, struct port *p, UCHAR type, const uint8_t *body,
                           size_t size)
{
    uint8_t done[TAG];
    DWORD code;
    if (p->stage != GREETED)
        return;
    if (type == START && size == 0) {
        /* It did not hear the first one. */
        send_frame(a, p, HELLO, p->nonce_a, NONCE);
    } else if (type == REPLY && size == NONCE + TAG) {
        memcpy(p->nonce_s, body, NONCE);
        if (!has_tag(a, p, "reply", body + NONCE))
            return; /* somebody else */
        tag(a->secret, "done", p->nonce_a, p->nonce_s, done);
        /* Before the key is there, so that the station can read it. */
        code = send_frame(a, p, DONE, done, TAG);
        if (code)
            complete(a, p, code);
        else
            finish(a, p);
    }
}

/* What a station gets. */
static void answer_access_point(struct adapter *a, struct port *p, UCHAR type, const uint8_t *body,
                                size_t size)
{
    uint8_t reply[NONCE + TAG];
    if (type == HELLO && size == NONCE && (p->stage == WAITING || p->stage == GREETED)) {
        memcpy(p->nonce_a, body, NONCE);
        memcpy(reply, p->nonce_s, NONCE);
        tag(a->secret, "reply", p->nonce_a, p->nonce_s, reply + NONCE);
        if (!send_frame(a, p, REPLY, reply, sizeof reply))
            p->stage = GREETED;
    } else if (type == DONE && size == TAG && p->stage == GREETED && has_tag(a, p, "done", body)) {
        finish(a, p);
    }
}

static DWORD WINAPI receive_packet(HANDLE mine, DWORD size, LPVOID packet)
{
    struct adapter *a = mine;
    const uint8_t *frame = packet;
    struct port *p = size > 8 ? port_of(a, frame) : NULL;
    if (!p)
        return ERROR_SUCCESS;
    if (frame[8] == BYE && size == 9 + TAG && p->stage == KEYED) {
        if (has_tag(a, p, "bye", frame + 9)) {
            p->stage = PARTED;
            set_key(a, p, TRUE);
            complete(a, p, ERROR_CANCELLED);
        }
    } else if (a->is_access_point) {
        answer_station(a, p, frame[8], frame + 9, size - 9);
    } else {
        answer_access_point(a, p, frame[8], frame + 9, size - 9);
    }
    return ERROR_SUCCESS;
}

static DWORD WINAPI send_packet_completion(HANDLE frame)
{
    free(frame);
    return ERROR_SUCCESS;
}

static DWORD WINAPI init_adapter(PDOT11_ADAPTER about, HANDLE service, PHANDLE mine)
{
    struct adapter *a = calloc(1, sizeof *a);
    DWORD code;
    ULONG mode = about->Dot11CurrentOpMode.uCurrentOpMode;
    if (!a)
        return ERROR_OUTOFMEMORY;
    a->service = service;
    a->is_access_point = mode == DOT11_OPERATION_MODE_EXTENSIBLE_AP;
    code = listen_to_frames(a);
    if (code) {
        free(a);
        return code;
    }
    *mine = a;
    return ERROR_SUCCESS;
}

static VOID WINAPI deinit_adapter(HANDLE mine)
{
    struct adapter *a = mine;
    while (a->ports)
        forget_port(a, a->ports);
    explicit_bzero(a, sizeof *a);
    free(a);
}

/* What is between <sharedSecret> and </sharedSecret>, in ASCII. The fragment may be anything. */
static int read_secret(struct adapter *a, const WCHAR *text)
{
    static const char open[] = "<sharedSecret>";
    size_t matched = 0, n = 0;
    if (!text)
        return 0;
    while (*text && open[matched]) {
        matched = *text == (WCHAR)open[matched] ? matched + 1 : *text == (WCHAR)'<';
        text++;
    }
    explicit_bzero(a->secret, SECRET);
    if (open[matched])
        return 0;
    for (; *text && *text != '<' && *text < 128 && n < SECRET; text++)
        a->secret[n++] = (uint8_t)*text;
    return *text == '<' && n >= 8;
}

/* Threads of ours that are running: none may when deinit_service returns. */
static int threads;

static void count_thread(int change)
{
    LOCK(&lock);
    threads += change;
    WAKE(&ended);
    UNLOCK(&lock);
}

struct pending {
    HANDLE service, session;
    int is_access_point;
    DWORD code;
};

/* A pre-association is completed from a thread of ours: never from inside its handler. */
THREAD(complete_pre_association, argument)
{
    struct pending *p = argument;
    DWORD reason = p->code ? L2_REASON_CODE_IHV_BASE + 2 : L2_REASON_CODE_SUCCESS;
    /* An access point's ciphers are its network's. */
    if (!p->code && !p->is_access_point)
        p->code = api.Dot11ExtSetUnicastCipherAlgorithm(p->service, DOT11_CIPHER_ALGO_CCMP);
    if (p->code && !reason)
        reason = L2_REASON_CODE_UNKNOWN;
    api.Dot11ExtPreAssociateCompletion(p->service, p->session, reason, p->code);
    free(p);
    count_thread(-1);
    THREAD_ENDS;
}

static DWORD WINAPI perform_pre_associate(HANDLE mine, HANDLE session,
                                          PDOT11EXT_IHV_PROFILE_PARAMS params,
                                          PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                                          PDOT11EXT_IHV_SECURITY_PROFILE security,
                                          PDOT11_BSS_LIST networks, PDWORD reason)
{
    struct adapter *a = mine;
    struct pending *p = malloc(sizeof *p);
    (void)params, (void)connectivity, (void)networks;
    *reason = L2_REASON_CODE_IHV_BASE + 2;
    if (!p)
        return ERROR_OUTOFMEMORY;
    a->has_secret = read_secret(a, security->pszXmlFragmentIhvSecurity);
    *p = (struct pending){a->service, session, a->is_access_point,
                          a->has_secret ? ERROR_SUCCESS : ERROR_BAD_PROFILE};
    count_thread(1);
    if (!start_thread(complete_pre_association, p)) {
        count_thread(-1);
        free(p);
        return ERROR_OUTOFMEMORY;
    }
    *reason = L2_REASON_CODE_SUCCESS;
    return ERROR_SUCCESS;
}

static DWORD WINAPI adapter_reset(HANDLE mine)
{
    struct adapter *a = mine;
    while (a->ports)
        forget_port(a, a->ports);
    /* The host has forgotten it. */
    return listen_to_frames(a);
}

static DWORD WINAPI perform_post_associate(HANDLE mine, HANDLE session, PDOT11_PORT_STATE state,
                                           ULONG bytes,
                                           PDOT11_ASSOCIATION_COMPLETION_PARAMETERS association)
{
    struct adapter *a = mine;
    struct port *p = port_of(a, state->PeerMacAddress);
    DWORD code;
    (void)bytes, (void)association;
    if (!a->has_secret)
        return ERROR_INVALID_STATE;
    if (p)
        forget_port(a, p);
    p = calloc(1, sizeof *p);
    if (!p)
        return ERROR_OUTOFMEMORY;
    p->session = session;
    memcpy(p->peer, state->PeerMacAddress, 6);
    p->next = a->ports;
    a->ports = p;
    if (!fill_random(a->is_access_point ? p->nonce_a : p->nonce_s, NONCE))
        code = ERROR_GEN_FAILURE;
    else if (a->is_access_point)
        code = send_frame(a, p, HELLO, p->nonce_a, NONCE);
    else
        code = send_frame(a, p, START, p->nonce_a, 0);
    if (code)
        forget_port(a, p);
    else if (a->is_access_point)
        p->stage = GREETED;
    return code;
}

static DWORD WINAPI stop_post_associate(HANDLE mine, PDOT11_MAC_ADDRESS peer,
                                        DOT11_ASSOC_STATUS status)
{
    struct adapter *a = mine;
    struct port *p = port_of(a, *peer);
    (void)status;
    if (p) {
        /* It may have died with the association: that is a success, too. */
        if (p->stage == KEYED)
            set_key(a, p, TRUE);
        forget_port(a, p);
    }
    return ERROR_SUCCESS;
}

static DWORD WINAPI validate_profile(HANDLE mine, PDOT11EXT_IHV_PROFILE_PARAMS params,
                                     PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                                     PDOT11EXT_IHV_SECURITY_PROFILE security, PDWORD reason)
{
    struct adapter scratch = {0};
    int good = read_secret(&scratch, security->pszXmlFragmentIhvSecurity);
    (void)mine, (void)params, (void)connectivity;
    explicit_bzero(&scratch, sizeof scratch);
    *reason = good ? L2_REASON_CODE_SUCCESS : L2_REASON_CODE_IHV_BASE + 2;
    return good ? ERROR_SUCCESS : ERROR_BAD_PROFILE;
}

/* Our handshake runs in any network. */
static DWORD WINAPI perform_capability_match(HANDLE mine, PDOT11EXT_IHV_PROFILE_PARAMS params,
                                             PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                                             PDOT11EXT_IHV_SECURITY_PROFILE security,
                                             PDOT11_BSS_LIST networks, PDWORD reason)
{
    (void)mine, (void)params, (void)connectivity, (void)security, (void)networks;
    *reason = L2_REASON_CODE_SUCCESS;
    return ERROR_SUCCESS;
}

static VOID WINAPI deinit_service(VOID)
{
    LOCK(&lock);
    while (threads > 0)
        WAIT(&ended, &lock);
    UNLOCK(&lock);
}

/* What we do not need. */

static DWORD WINAPI create_discovery_profiles(HANDLE mine, BOOL insecure,
                                              PDOT11EXT_IHV_PROFILE_PARAMS params,
                                              PDOT11_BSS_LIST networks,
                                              PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST list,
                                              PDWORD reason)
{
    (void)mine, (void)insecure, (void)params, (void)networks, (void)list;
    *reason = L2_REASON_CODE_UNKNOWN;
    return ERROR_CALL_NOT_IMPLEMENTED;
}

static DWORD WINAPI process_session_change(ULONG event, PWTSSESSION_NOTIFICATION session)
{
    (void)event, (void)session;
    return ERROR_SUCCESS;
}

static DWORD WINAPI receive_indication(HANDLE mine, DOT11EXT_IHV_INDICATION_TYPE type, ULONG size,
                                       LPVOID data)
{
    (void)mine, (void)type, (void)size, (void)data;
    return ERROR_SUCCESS;
}

static DWORD WINAPI is_ui_request_pending(GUID request, PBOOL pending)
{
    (void)request;
    *pending = FALSE;
    return ERROR_SUCCESS;
}

static DWORD WINAPI process_ui_response(GUID request, DWORD size, LPVOID data)
{
    (void)request, (void)size, (void)data;
    return ERROR_SUCCESS;
}

static DWORD WINAPI query_ui_request(HANDLE mine, DOT11EXT_IHV_CONNECTION_PHASE phase,
                                     PDOT11EXT_IHV_UI_REQUEST *request)
{
    (void)mine, (void)phase, (void)request;
    return ERROR_CALL_NOT_IMPLEMENTED;
}

static DWORD WINAPI onex_indicate_result(HANDLE mine, DOT11_MSONEX_RESULT result,
                                         PDOT11_MSONEX_RESULT_PARAMS params)
{
    (void)mine, (void)result, (void)params;
    return ERROR_CALL_NOT_IMPLEMENTED;
}

static DWORD WINAPI control(HANDLE mine, DWORD in_size, PBYTE in, DWORD out_size, PBYTE out,
                            PDWORD returned)
{
    (void)mine, (void)in_size, (void)in, (void)out_size, (void)out;
    *returned = 0;
    return ERROR_NOT_SUPPORTED;
}

/* ---- Exports ---------------------------------------------------------------------------------------- */

DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO versions)
{
    if (!versions)
        return ERROR_INVALID_PARAMETER;
    versions->dwVerMin = 0;
    versions->dwVerMax = 0;
    return ERROR_SUCCESS;
}

DWORD WINAPI Dot11ExtIhvInitService(DWORD version, PDOT11EXT_APIS system, LPVOID reserved,
                                    PDOT11EXT_IHV_HANDLERS handlers)
{
    static const DOT11EXT_IHV_HANDLERS ours = {
        .Dot11ExtIhvDeinitService = deinit_service,
        .Dot11ExtIhvInitAdapter = init_adapter,
        .Dot11ExtIhvDeinitAdapter = deinit_adapter,
        .Dot11ExtIhvPerformPreAssociate = perform_pre_associate,
        .Dot11ExtIhvAdapterReset = adapter_reset,
        .Dot11ExtIhvPerformPostAssociate = perform_post_associate,
        .Dot11ExtIhvStopPostAssociate = stop_post_associate,
        .Dot11ExtIhvValidateProfile = validate_profile,
        .Dot11ExtIhvPerformCapabilityMatch = perform_capability_match,
        .Dot11ExtIhvCreateDiscoveryProfiles = create_discovery_profiles,
        .Dot11ExtIhvProcessSessionChange = process_session_change,
        .Dot11ExtIhvReceiveIndication = receive_indication,
        .Dot11ExtIhvReceivePacket = receive_packet,
        .Dot11ExtIhvSendPacketCompletion = send_packet_completion,
        .Dot11ExtIhvIsUIRequestPending = is_ui_request_pending,
        .Dot11ExtIhvProcessUIResponse = process_ui_response,
        .Dot11ExtIhvQueryUIRequest = query_ui_request,
        .Dot11ExtIhvOnexIndicateResult = onex_indicate_result,
        .Dot11ExtIhvControl = control,
    };
    (void)reserved;
    if (version != 0 || !system || !handlers)
        return ERROR_INVALID_PARAMETER;
    api = *system;
    *handlers = ours;
    return ERROR_SUCCESS;
}
