/*
 * Round trips of the API, one kind a run, each one timed: the median in microseconds.
 *
 *     bench-api bare COUNT REQUEST ANSWER   two processes, SOCK_SEQPACKET, messages of these sizes
 *     bench-api hostapd COUNT SOCKET        PING at hostapd's control socket
 *     bench-api query COUNT                 WlanHostedNetworkQueryStatus
 *     bench-api set COUNT KIND              WlanHostedNetworkSetSecondaryKey; KIND: temporary,
 *                                           passphrase (temporary too) or persistent
 *     bench-api sizes SOCKET                REQUEST ANSWER of a query, seen between library and service
 */
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <wlanapi.h>

#define LARGEST (128 * 1024)

static void die(const char *what)
{
    fprintf(stderr, "bench-api: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void refused(const char *what, DWORD code)
{
    fprintf(stderr, "bench-api: %s: error %u\n", what, (unsigned)code);
    exit(1);
}

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static int earlier(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Runs trip() for a while to warm up, then COUNT times under the clock, and prints the median. */
static void measure(int count, void (*trip)(void *), void *with)
{
    int64_t *times = calloc((size_t)count, sizeof *times);
    if (times == NULL)
        die("memory");
    for (int i = 0; i < count / 10 + 1; i++)
        trip(with);
    for (int i = 0; i < count; i++) {
        int64_t began = now();
        trip(with);
        times[i] = now() - began;
    }
    qsort(times, (size_t)count, sizeof *times, earlier);
    printf("%.2f\n", (double)times[count / 2] / 1000);
    free(times);
}

static struct sockaddr_un address(const char *path)
{
    struct sockaddr_un to = { .sun_family = AF_UNIX };
    if (strlen(path) >= sizeof to.sun_path) {
        errno = ENAMETOOLONG;
        die(path);
    }
    strcpy(to.sun_path, path);
    return to;
}

/* ---- two processes and a socket ----------------------------------------------------------------- */

struct pair {
    int socket;
    size_t request, answer;
    char *buffer;
};

static void ping(void *with)
{
    struct pair *pair = with;
    if (send(pair->socket, pair->buffer, pair->request, 0) != (ssize_t)pair->request ||
        recv(pair->socket, pair->buffer, LARGEST, 0) != (ssize_t)pair->answer)
        die("bare ping-pong");
}

static void bare(int count, size_t request, size_t answer)
{
    int ends[2];
    struct pair pair = { .request = request, .answer = answer, .buffer = calloc(1, LARGEST) };
    if (pair.buffer == NULL || socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends) != 0)
        die("bare ping-pong");
    pid_t child = fork();
    if (child < 0)
        die("fork");
    if (child == 0) {
        close(ends[0]);
        while (recv(ends[1], pair.buffer, LARGEST, 0) > 0)
            if (send(ends[1], pair.buffer, answer, MSG_NOSIGNAL) < 0)
                break;
        _exit(0);
    }
    close(ends[1]);
    pair.socket = ends[0];
    measure(count, ping, &pair);
    close(ends[0]);
    waitpid(child, NULL, 0);
    free(pair.buffer);
}

/* ---- hostapd ------------------------------------------------------------------------------------ */

static void ping_hostapd(void *with)
{
    char answer[64];
    int fd = *(int *)with;
    if (send(fd, "PING", 4, 0) != 4 || recv(fd, answer, sizeof answer, 0) != 5 ||
        memcmp(answer, "PONG\n", 5) != 0)
        die("PING");
}

static void hostapd(int count, const char *path)
{
    char own[64];
    snprintf(own, sizeof own, "/tmp/bench-api.%d", (int)getpid());
    struct sockaddr_un here = address(own), there = address(path);
    int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    unlink(own);
    if (fd < 0 || bind(fd, (struct sockaddr *)&here, sizeof here) != 0 ||
        connect(fd, (struct sockaddr *)&there, sizeof there) != 0)
        die(path);
    measure(count, ping_hostapd, &fd);
    unlink(own);
}

/* ---- ours --------------------------------------------------------------------------------------- */

static HANDLE open_handle(void)
{
    HANDLE client;
    DWORD version;
    DWORD code = WlanOpenHandle(WLAN_API_VERSION, NULL, &version, &client);
    if (code != ERROR_SUCCESS)
        refused("WlanOpenHandle", code);
    return client;
}

static void query(void *with)
{
    PWLAN_HOSTED_NETWORK_STATUS status;
    DWORD code = WlanHostedNetworkQueryStatus(with, &status, NULL);
    if (code != ERROR_SUCCESS)
        refused("WlanHostedNetworkQueryStatus", code);
    WlanFreeMemory(status);
}

struct key {
    HANDLE client;
    unsigned number;
    BOOL passphrase, persistent;
};

/* Another key each time: an equal one need not be written. */
static void set(void *with)
{
    struct key *key = with;
    unsigned char data[33] = "";
    DWORD length = 32;
    key->number++;
    if (key->passphrase)
        length = (DWORD)snprintf((char *)data, sizeof data, "bench %010u", key->number) + 1;
    else
        memcpy(data, &key->number, sizeof key->number);
    DWORD code = WlanHostedNetworkSetSecondaryKey(key->client, length, data, key->passphrase,
                                                  key->persistent, NULL, NULL);
    if (code != ERROR_SUCCESS)
        refused("WlanHostedNetworkSetSecondaryKey", code);
}

/* ---- how long the messages are ------------------------------------------------------------------ */

struct relay {
    int library, service;
    size_t request, answer;
};

/* Hands packets on until the library hangs up; remembers the last of each direction. */
static void *hand_on(void *with)
{
    struct relay *relay = with;
    static char packet[LARGEST];
    int fd = accept(relay->library, NULL, NULL);
    for (;;) {
        ssize_t n = recv(fd, packet, sizeof packet, 0);
        if (n <= 0 || send(relay->service, packet, (size_t)n, 0) != n)
            break;
        relay->request = (size_t)n;
        n = recv(relay->service, packet, sizeof packet, 0);
        if (n <= 0)
            break;
        relay->answer = (size_t)n; /* before the library goes on */
        if (send(fd, packet, (size_t)n, 0) != n)
            break;
    }
    close(fd);
    return NULL;
}

static void sizes(const char *path)
{
    char own[64];
    struct relay relay = { 0 };
    pthread_t thread;
    snprintf(own, sizeof own, "/tmp/bench-api.%d", (int)getpid());
    struct sockaddr_un here = address(own), there = address(path);
    relay.library = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    relay.service = socket(AF_UNIX, SOCK_SEQPACKET, 0);
    unlink(own);
    if (bind(relay.library, (struct sockaddr *)&here, sizeof here) != 0 ||
        listen(relay.library, 1) != 0 ||
        connect(relay.service, (struct sockaddr *)&there, sizeof there) != 0)
        die(path);
    setenv("HOSTEDNET_SOCKET", own, 1);
    if (pthread_create(&thread, NULL, hand_on, &relay) != 0)
        die("thread");
    HANDLE client = open_handle();
    query(client);
    printf("%zu %zu\n", relay.request, relay.answer);
    unlink(own);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    int count = argc > 2 ? atoi(argv[2]) : 0;
    signal(SIGPIPE, SIG_IGN);
    if (argc == 3 && strcmp(what, "sizes") == 0) {
        sizes(argv[2]);
    } else if (argc == 5 && count > 0 && strcmp(what, "bare") == 0) {
        bare(count, (size_t)atoi(argv[3]), (size_t)atoi(argv[4]));
    } else if (argc == 4 && count > 0 && strcmp(what, "hostapd") == 0) {
        hostapd(count, argv[3]);
    } else if (argc == 3 && count > 0 && strcmp(what, "query") == 0) {
        measure(count, query, open_handle());
    } else if (argc == 4 && count > 0 && strcmp(what, "set") == 0) {
        struct key key = {
            .client = open_handle(),
            .passphrase = strcmp(argv[3], "passphrase") == 0,
            .persistent = strcmp(argv[3], "persistent") == 0,
        };
        measure(count, set, &key);
    } else {
        fputs("bench-api: see the head of api.c\n", stderr);
        return 2;
    }
    return 0;
}
