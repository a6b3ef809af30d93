/*
 * The life of a client: what forks, kills, limits, threads and slow callbacks do to it.
 *
 *     life [CASE...]     only the cases named
 */
#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"
#include "inbox.h"
#include "report.h"
#include "service.h"

static struct inbox inbox;

/* A handle that keeps its notifications, of a network that has settings. */
static HANDLE listener(void)
{
    HANDLE handle = open_client();
    inbox_init(&inbox);
    if (WlanHostedNetworkInitSettings(handle, NULL, NULL) != ERROR_SUCCESS ||
        inbox_register(&inbox, handle) != ERROR_SUCCESS)
        give_up("no notifications");
    return handle;
}

/* The next notification is the change to `state` for `reason`. */
static void hears_state(const char *words, WLAN_HOSTED_NETWORK_STATE state, int reason)
{
    struct letter letter;
    if (!inbox_take(&inbox, &letter))
        report_failed(words, "no notification comes");
    else if (letter.code != wlan_hosted_network_state_change ||
             letter.data.state.NewState != state ||
             (int)letter.data.state.StateChangeReason != reason)
        report_failed(words, "code %#lx, state %d, reason %d", (unsigned long)letter.code,
                      (int)letter.data.state.NewState, (int)letter.data.state.StateChangeReason);
    else
        report_ok(words, "");
}

/* Waits for a forked child; it tells of success by status 0. */
static int child_status(pid_t child)
{
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        if (errno != EINTR)
            give_up("waitpid: %s", strerror(errno));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* ---- Ends --------------------------------------------------------------------------------------- */

static void closing_drops_references(void)
{
    HANDLE watcher = listener();
    HANDLE user = open_client();
    start_network(user);
    WlanHostedNetworkStartUsing(user, NULL, NULL);
    hears_state("a handle with two references starts it", wlan_hosted_network_active, 17);
    IS("it is closed", WlanCloseHandle(user, NULL), 0);
    hears_state("they are gone with it", wlan_hosted_network_idle, 18);
    WlanCloseHandle(watcher, NULL);
}

static void exit_drops_references(void)
{
    HANDLE watcher = listener();
    pid_t child = fork();
    if (child == 0) {
        start_network(open_client());
        _exit(0);
    }
    IS("a process ends without closing anything", child_status(child), 0);
    hears_state("it had started the network", wlan_hosted_network_active, 17);
    hears_state("which goes with it", wlan_hosted_network_idle, 18);
    WlanCloseHandle(watcher, NULL);
}

/* A process that holds the network, and has a child that outlives it. */
static int holder(void)
{
    char *const words[] = {"cat", NULL};
    start_network(open_client());
    if (fork() == 0) {
        execvp(words[0], words);
        _exit(1);
    }
    pause();
    return 0;
}

static void kill_drops_references_though_children_live(void)
{
    int ends[2];
    char byte;
    HANDLE watcher = listener();
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
        give_up("socketpair");
    pid_t child = fork();
    if (child == 0) {
        dup2(ends[1], 0);
        dup2(ends[1], 1);
        execl("/proc/self/exe", "life", "--holder", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    hears_state("another program starts the network", wlan_hosted_network_active, 17);
    HOLDS("its child is there", write(ends[0], "x", 1) == 1 && read(ends[0], &byte, 1) == 1);
    kill(child, SIGKILL);
    child_status(child);
    hears_state("killed, it holds nothing any more", wlan_hosted_network_idle, 18);
    HOLDS("its child lives on", write(ends[0], "y", 1) == 1 && read(ends[0], &byte, 1) == 1);
    close(ends[0]);
    WlanCloseHandle(watcher, NULL);
}

/* ---- Forks -------------------------------------------------------------------------------------- */

/* In the child: 0 when all is as it must be, else the number of the step that is not. */
static int in_child(HANDLE inherited)
{
    DWORD length;
    if (WlanHostedNetworkStopUsing(inherited, NULL, NULL) != ERROR_INVALID_HANDLE)
        return 1;
    if (WlanHostedNetworkForceStop(inherited, NULL, NULL) != ERROR_INVALID_HANDLE)
        return 2;
    if (WlanRegisterNotification(inherited, 0, FALSE, NULL, NULL, NULL, &length) !=
        ERROR_INVALID_HANDLE)
        return 3;
    if (WlanCloseHandle(inherited, NULL) != ERROR_INVALID_HANDLE)
        return 4;
    HANDLE own = open_client();
    if (state_now(own) != (int)wlan_hosted_network_active)
        return 5;
    if (WlanHostedNetworkStartUsing(own, NULL, NULL) != ERROR_SUCCESS)
        return 6;
    return WlanCloseHandle(own, NULL) == ERROR_SUCCESS ? 0 : 7;
}

static void fork_leaves_handles_to_the_parent(void)
{
    HANDLE handle = listener();
    start_network(handle);
    hears_state("the parent starts the network", wlan_hosted_network_active, 17);
    pid_t child = fork();
    if (child == 0)
        _exit(in_child(handle));
    IS("its handle is none in the child, which opens its own", child_status(child), 0);
    IS("the network runs on", state_now(handle), wlan_hosted_network_active);
    IS("the parent's reference is there", WlanHostedNetworkStopUsing(handle, NULL, NULL), 0);
    hears_state("and its notifications", wlan_hosted_network_idle, 17);
    WlanCloseHandle(handle, NULL);
}

/* ---- The service -------------------------------------------------------------------------------- */

static void a_new_handle_reaches_the_new_service(void)
{
    HANDLE handle = listener();
    service_restart();
    IS("the old handle is dead", WlanHostedNetworkStartUsing(handle, NULL, NULL),
       ERROR_SERVICE_NOT_ACTIVE);
    IS("it stays dead", state_now(handle), -1);
    HANDLE fresh = open_client();
    IS("a new one works", state_now(fresh), wlan_hosted_network_idle);
    inbox_init(&inbox);
    IS("it registers", inbox_register(&inbox, fresh), 0);
    start_network(fresh);
    hears_state("and hears", wlan_hosted_network_active, 17);
    IS("the old one closes", WlanCloseHandle(handle, NULL), 0);
    IS("the new one closes", WlanCloseHandle(fresh, NULL), 0);
}

#define MOST_HANDLES 2048
#define MOST_OF_OTHERS 1024

static HANDLE handles[MOST_HANDLES + 1];

/* Opens handles until it is refused; gives how many, or 0 when the refusal is another. */
static int open_all(void)
{
    DWORD version, code = ERROR_SUCCESS;
    int count = 0;
    while (count <= MOST_HANDLES &&
           (code = WlanOpenHandle(WLAN_API_VERSION, NULL, &version, &handles[count])) ==
               ERROR_SUCCESS)
        count++;
    return code == ERROR_REMOTE_SESSION_LIMIT_EXCEEDED ? count : 0;
}

static int others_get_their_share(void *context)
{
    (void)context;
    return open_all() == MOST_OF_OTHERS;
}

static void handles_are_limited(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_max < MOST_HANDLES + 100) {
        report_skipped("handles are limited", "a process may not have so many descriptors here");
        return;
    }
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    int count = open_all();
    IS("2048 handles and no more", count, MOST_HANDLES);
    IS("the first works", state_now(handles[0]), wlan_hosted_network_idle);
    IS("the last works", count > 0 ? state_now(handles[count - 1]) : -1, wlan_hosted_network_idle);
    for (int i = 0; i < count; i++)
        WlanCloseHandle(handles[i], NULL);
    HANDLE again = open_client();
    IS("closing them makes room", WlanCloseHandle(again, NULL), 0);
    int shared = as_nobody(others_get_their_share, NULL);
    if (shared < 0)
        report_skipped("other users get half of them", "needs root to be another user");
    else
        IS("other users get half of them", shared, 1);
}

/* ---- Callbacks and threads ---------------------------------------------------------------------- */

struct curious {
    HANDLE handle;
    sem_t called;
    int state;
    DWORD set_code;
};

static VOID WINAPI ask_back(PWLAN_NOTIFICATION_DATA what, PVOID context)
{
    struct curious *curious = context;
    const WLAN_HOSTED_NETWORK_STATE_CHANGE *change = what->pData;
    if (what->NotificationCode != wlan_hosted_network_state_change ||
        change->NewState != wlan_hosted_network_active)
        return;
    curious->state = state_now(curious->handle);
    curious->set_code = set_passphrase(curious->handle, "from a callback", TRUE, NULL);
    WlanCloseHandle(open_client(), NULL);
    sem_post(&curious->called);
}

static void callbacks_may_call(void)
{
    struct curious curious = {open_client(), {{0}}, -1, 0xffffffff};
    sem_init(&curious.called, 0, 0);
    IS("a curious callback", WlanRegisterNotification(curious.handle, WLAN_NOTIFICATION_SOURCE_HNWK,
                                                      FALSE, ask_back, &curious, NULL, NULL),
       0);
    start_network(curious.handle);
    sem_wait(&curious.called);
    IS("sees the state it is told of", curious.state, wlan_hosted_network_active);
    IS("may set a key", curious.set_code, 0);
    HOLDS("which is there", passphrase_is(curious.handle, "from a callback"));
    WlanCloseHandle(curious.handle, NULL);
}

struct gate {
    atomic_int inside;
    atomic_int open;
    atomic_int after;
};

static VOID WINAPI pass_gate(PWLAN_NOTIFICATION_DATA what, PVOID context)
{
    struct gate *gate = context;
    (void)what;
    if (!atomic_load(&gate->open))
        atomic_fetch_add(&gate->after, 1);
    atomic_fetch_add(&gate->inside, 1);
    state_now(NULL);
    atomic_fetch_sub(&gate->inside, 1);
}

static void *toggle(void *context)
{
    const atomic_int *stop = context;
    HANDLE handle = open_client();
    while (!atomic_load(stop)) {
        WlanHostedNetworkStartUsing(handle, NULL, NULL);
        WlanHostedNetworkStopUsing(handle, NULL, NULL);
    }
    WlanCloseHandle(handle, NULL);
    return NULL;
}

static void nothing_comes_after_the_end(void)
{
    static struct gate gate;
    static atomic_int stop;
    pthread_t toggler;
    HANDLE handle = open_client();
    WlanHostedNetworkInitSettings(handle, NULL, NULL);
    atomic_store(&stop, 0);
    pthread_create(&toggler, NULL, toggle, &stop);
    int inside = 0;
    for (int i = 0; i < 200; i++) {
        HANDLE registered = i % 2 == 0 ? handle : open_client();
        atomic_store(&gate.open, 1);
        WlanRegisterNotification(registered, WLAN_NOTIFICATION_SOURCE_HNWK, FALSE, pass_gate, &gate,
                                 NULL, NULL);
        state_now(registered);
        if (registered == handle)
            WlanRegisterNotification(registered, 0, FALSE, NULL, NULL, NULL, NULL);
        else
            WlanCloseHandle(registered, NULL);
        inside += atomic_load(&gate.inside);
        atomic_store(&gate.open, 0);
        state_now(handle);
    }
    atomic_store(&stop, 1);
    pthread_join(toggler, NULL);
    IS("no callback runs when unregistering or closing returns", inside, 0);
    IS("nor begins after it", atomic_load(&gate.after), 0);
    WlanCloseHandle(handle, NULL);
}

struct slow {
    sem_t entered;
    sem_t leave;
    struct inbox inbox;
};

static VOID WINAPI dawdle(PWLAN_NOTIFICATION_DATA what, PVOID context)
{
    struct slow *slow = context;
    inbox_put(what, &slow->inbox);
    sem_post(&slow->entered);
    sem_wait(&slow->leave);
}

static void a_slow_callback_delays_nobody(void)
{
    static struct slow slow;
    struct letter letter;
    HANDLE handle = open_client();
    sem_init(&slow.entered, 0, 0);
    sem_init(&slow.leave, 0, 0);
    inbox_init(&slow.inbox);
    WlanHostedNetworkInitSettings(handle, NULL, NULL);
    WlanRegisterNotification(handle, WLAN_NOTIFICATION_SOURCE_HNWK, FALSE, dawdle, &slow, NULL,
                             NULL);
    HANDLE other = listener();
    start_network(other);
    sem_wait(&slow.entered);
    IS("its own handle goes on", WlanHostedNetworkForceStop(handle, NULL, NULL), 0);
    for (int i = 0; i < 20; i++) {
        WlanHostedNetworkStartUsing(other, NULL, NULL);
        WlanHostedNetworkStopUsing(other, NULL, NULL);
    }
    int heard = 0;
    while (heard < 42 && inbox_take(&inbox, &letter))
        heard += letter.code == wlan_hosted_network_state_change;
    IS("another hears all of it", heard, 42);
    IS("the slow one is called once at a time", inbox_waiting(&slow.inbox), 1);
    for (int i = 0; i < 42; i++)
        sem_post(&slow.leave);
    int in_order = 1;
    WLAN_HOSTED_NETWORK_STATE before = wlan_hosted_network_idle;
    for (heard = 0; heard < 42 && inbox_take(&slow.inbox, &letter); heard++) {
        in_order &= letter.data.state.OldState == before;
        before = letter.data.state.NewState;
    }
    IS("then it hears all of it too", heard, 42);
    HOLDS("in order", in_order);
    WlanCloseHandle(handle, NULL);
    WlanCloseHandle(other, NULL);
}

static void duplicates_are_left_out_on_request(void)
{
    static struct inbox once;
    WLAN_HOSTED_NETWORK_CONNECTION_SETTINGS settings = {{3, "Net"}, 10};
    struct letter letter;
    HANDLE all = listener();
    HANDLE handle = open_client();
    inbox_init(&once);
    WlanRegisterNotification(handle, WLAN_NOTIFICATION_SOURCE_HNWK, TRUE, inbox_put, &once, NULL,
                             NULL);
    for (int i = 0; i < 3; i++) {
        settings.dwMaxNumberOfPeers++;
        WlanHostedNetworkSetProperty(handle, wlan_hosted_network_opcode_connection_settings,
                                     sizeof settings, &settings, NULL, NULL);
    }
    WlanHostedNetworkStartUsing(handle, NULL, NULL);
    for (int i = 0; i < 3; i++)
        hears_state("each change of the settings is told", wlan_hosted_network_idle, 26);
    hears_state("and the start", wlan_hosted_network_active, 17);
    HOLDS("who wants no duplicates", inbox_take(&once, &letter) && letter.data.state.NewState ==
                                                                       wlan_hosted_network_idle);
    HOLDS("is told once", inbox_take(&once, &letter) &&
                              letter.data.state.NewState == wlan_hosted_network_active);
    WlanCloseHandle(all, NULL);
    WlanCloseHandle(handle, NULL);
}

static void a_registration_takes_the_place_of_another(void)
{
    static struct inbox second;
    struct letter letter;
    HANDLE handle = listener();
    inbox_init(&second);
    IS("another callback context", inbox_register(&second, handle), 0);
    start_network(handle);
    HOLDS("hears", inbox_take(&second, &letter));
    IS("the old one hears nothing", inbox_waiting(&inbox), 0);
    WlanCloseHandle(handle, NULL);
}

static void *ask_much(void *context)
{
    HANDLE handle = context;
    long wrong = 0;
    for (int i = 0; i < 200; i++) {
        wrong += state_now(handle) < 0;
        wrong += !passphrase_is(handle, "for all threads");
        wrong += WlanHostedNetworkStopUsing(handle, NULL, NULL) != ERROR_INVALID_STATE;
        wrong += WlanHostedNetworkForceStop(never_issued(), NULL, NULL) != ERROR_INVALID_HANDLE;
    }
    return (void *)wrong;
}

static void threads_share_a_handle(void)
{
    pthread_t threads[8];
    long wrong = 0;
    HANDLE handle = open_client();
    set_passphrase(handle, "for all threads", TRUE, NULL);
    for (int i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, ask_much, handle);
    for (int i = 0; i < 8; i++) {
        void *result;
        pthread_join(threads[i], &result);
        wrong += (long)result;
    }
    IS("8 threads, 6400 calls, no wrong answer", wrong, 0);
    WlanCloseHandle(handle, NULL);
}

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    {"close", closing_drops_references},
    {"exit", exit_drops_references},
    {"kill", kill_drops_references_though_children_live},
    {"fork", fork_leaves_handles_to_the_parent},
    {"restart", a_new_handle_reaches_the_new_service},
    {"limit", handles_are_limited},
    {"callback", callbacks_may_call},
    {"end", nothing_comes_after_the_end},
    {"slow", a_slow_callback_delays_nobody},
    {"duplicates", duplicates_are_left_out_on_request},
    {"replace", a_registration_takes_the_place_of_another},
    {"threads", threads_share_a_handle},
};

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "--holder") == 0)
        return holder();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int wanted = argc == 1;
        for (int a = 1; a < argc; a++)
            wanted |= strcmp(argv[a], cases[i].name) == 0;
        if (!wanted)
            continue;
        service_start();
        cases[i].run();
        service_forget();
    }
    return report_status();
}
