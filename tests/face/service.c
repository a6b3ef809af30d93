#include "service.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report.h"

#define READY_MS 20000
#define MOST_WORDS 16

extern char **environ;

static char folder[64];
static pid_t service; /* 0: none */
static pid_t owner;   /* a forked child leaves all this alone */
static int readiness = -1; /* where the service says that it is ready */
static char printed[65536];

static const char *program(void)
{
    const char *name = getenv("HOSTEDNET");
    return name != NULL ? name : "hostednet";
}

static void in_folder(char *path, size_t size, const char *name)
{
    snprintf(path, size, "%s/%s", folder, name);
}

/* Runs a program with these descriptors; -1 stays as it is. */
static pid_t spawn(char *const words[], int in, int out)
{
    posix_spawn_file_actions_t actions;
    pid_t pid;
    posix_spawn_file_actions_init(&actions);
    if (in >= 0)
        posix_spawn_file_actions_adddup2(&actions, in, 0);
    if (out >= 0) {
        posix_spawn_file_actions_adddup2(&actions, out, 1);
        posix_spawn_file_actions_adddup2(&actions, out, 2);
    }
    int error = posix_spawnp(&pid, words[0], &actions, NULL, words, environ);
    posix_spawn_file_actions_destroy(&actions);
    if (error != 0)
        give_up("cannot run %s: %s", words[0], strerror(error));
    return pid;
}

/* As spawn, but it dies with this process, however that ends. */
static pid_t spawn_service(char *const words[], int log)
{
    pid_t pid = fork();
    if (pid < 0)
        give_up("fork: %s", strerror(errno));
    if (pid > 0)
        return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(log, 1);
    dup2(log, 2);
    execvp(words[0], words);
    _exit(127);
}

static int ended(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            give_up("waitpid: %s", strerror(errno));
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void remove_folder(void)
{
    char *words[] = {"rm", "-rf", folder, NULL};
    if (folder[0] != '\0')
        ended(spawn(words, -1, -1));
    folder[0] = '\0';
}

void service_forget(void)
{
    if (getpid() != owner)
        return;
    if (service != 0)
        service_kill();
    remove_folder();
}

static void make_folder(void)
{
    static int registered;
    char path[96];
    strcpy(folder, "/tmp/hostednet-face-XXXXXX");
    if (mkdtemp(folder) == NULL)
        give_up("mkdtemp: %s", strerror(errno));
    chmod(folder, 0711); /* other users find the socket, no more */
    in_folder(path, sizeof path, "control.sock");
    setenv("HOSTEDNET_SOCKET", path, 1);
    owner = getpid();
    if (!registered)
        atexit(service_forget);
    registered = 1;
}

/* The service says READY=1 to the socket in NOTIFY_SOCKET, as it does to systemd. */
static void open_readiness(char *path, size_t size)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    in_folder(path, size, "ready");
    unlink(path);
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    if (readiness >= 0)
        close(readiness);
    readiness = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (readiness < 0 || bind(readiness, (struct sockaddr *)&address, sizeof address) < 0)
        give_up("the readiness socket: %s", strerror(errno));
}

static void wait_for_readiness(void)
{
    struct pollfd wait = {.fd = readiness, .events = POLLIN};
    char message[256];
    do {
        if (poll(&wait, 1, READY_MS) <= 0)
            give_up("the service is not ready after %d s", READY_MS / 1000);
        ssize_t size = recv(readiness, message, sizeof message - 1, 0);
        message[size > 0 ? size : 0] = '\0';
    } while (strstr(message, "READY=1") == NULL);
}

static void write_policy(const char *text)
{
    char path[96];
    in_folder(path, sizeof path, "policy.toml");
    FILE *file = fopen(path, "w");
    if (file == NULL || fprintf(file, "%s\n", text) < 0 || fclose(file) != 0)
        give_up("%s: %s", path, strerror(errno));
}

void service_policy(const char *text)
{
    write_policy(text);
    kill(service, SIGHUP);
    wait_for_readiness();
}

void service_start(void)
{
    char state[96], policy[96], log[96], ready[96];
    if (folder[0] == '\0') {
        make_folder();
        write_policy("");
    }
    in_folder(state, sizeof state, "state");
    in_folder(policy, sizeof policy, "policy.toml");
    in_folder(log, sizeof log, "log");
    open_readiness(ready, sizeof ready);
    int log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    char *words[] = {(char *)program(), "serve",    "--radio", "sim", "--state-dir", state,
                     "--policy",        policy, NULL};
    setenv("NOTIFY_SOCKET", ready, 1);
    service = spawn_service(words, log_fd);
    unsetenv("NOTIFY_SOCKET");
    close(log_fd);
    wait_for_readiness();
}

void service_ask_to_stop(void)
{
    kill(service, SIGTERM);
}

void service_wait(void)
{
    int status = ended(service);
    service = 0;
    if (status != 0)
        report_failed("the service ends with status 0", "status %d", status);
}

void service_stop(void)
{
    service_ask_to_stop();
    service_wait();
}

void service_kill(void)
{
    kill(service, SIGKILL);
    ended(service);
    service = 0;
}

void service_restart(void)
{
    service_stop();
    service_start();
}

void storage_refuse(void)
{
    char state[96], aside[96];
    in_folder(state, sizeof state, "state");
    in_folder(aside, sizeof aside, "aside");
    /* A file in its place cannot be made a folder again. */
    if (rename(state, aside) < 0)
        give_up("rename: %s", strerror(errno));
    int fd = open(state, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        give_up("open: %s", strerror(errno));
    close(fd);
}

void storage_allow(void)
{
    char state[96], aside[96];
    in_folder(state, sizeof state, "state");
    in_folder(aside, sizeof aside, "aside");
    if (unlink(state) < 0 || rename(aside, state) < 0)
        give_up("rename: %s", strerror(errno));
}

/* Reads all of `fd` into `printed`. */
static void keep_words(int fd)
{
    size_t size = 0;
    ssize_t more;
    while ((more = read(fd, printed + size, sizeof printed - 1 - size)) > 0)
        size += (size_t)more;
    printed[size] = '\0';
}

int hostednet(const char *input, ...)
{
    char *words[MOST_WORDS + 1] = {(char *)program()};
    int in[2], out[2];
    va_list arguments;
    va_start(arguments, input);
    for (int i = 1; i < MOST_WORDS; i++)
        if ((words[i] = va_arg(arguments, char *)) == NULL)
            break;
    va_end(arguments);
    if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0)
        give_up("pipe: %s", strerror(errno));
    pid_t pid = spawn(words, in[0], out[1]);
    close(in[0]);
    close(out[1]);
    if (input != NULL) {
        ssize_t size = (ssize_t)strlen(input);
        if (write(in[1], input, (size_t)size) != size)
            give_up("write: %s", strerror(errno));
    }
    close(in[1]);
    keep_words(out[0]);
    close(out[0]);
    return ended(pid);
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
    part[0] = '\0';
    const char *begin = strstr(text, before);
    if (begin == NULL)
        return;
    begin += strlen(before);
    const char *end = strstr(begin, after);
    if (end != NULL && (size_t)(end - begin) < size) {
        memcpy(part, begin, (size_t)(end - begin));
        part[end - begin] = '\0';
    }
}
