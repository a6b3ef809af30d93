/*
 * The part of the Wine module that starts programs of Linux. netsh.exe calls it: a program of Windows
 * cannot read what one of Linux prints.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <windef.h>
#include <winbase.h>

#include "run.h"

extern char **environ;

/* Appends what can be read now; 0 at the end of the stream. */
static int take(int fd, struct hostednet_text *text)
{
    char part[4096];
    ssize_t size;
    do
        size = read(fd, part, sizeof part);
    while (size < 0 && errno == EINTR);
    if (size <= 0)
        return 0;
    char *longer = realloc(text->bytes, text->size + (size_t)size);
    if (longer == NULL)
        return 0;
    for (ssize_t i = 0; i < size; i++)
        longer[text->size + (size_t)i] = part[i];
    text->bytes = longer;
    text->size += (unsigned)size;
    return 1;
}

static void read_all(int out, int err, struct hostednet_text texts[2])
{
    struct pollfd streams[2] = {{.fd = out, .events = POLLIN}, {.fd = err, .events = POLLIN}};
    while (streams[0].fd >= 0 || streams[1].fd >= 0) {
        if (poll(streams, 2, -1) < 0 && errno != EINTR)
            return;
        for (int i = 0; i < 2; i++)
            if (streams[i].fd >= 0 && streams[i].revents != 0 && !take(streams[i].fd, &texts[i]))
                streams[i].fd = -1;
    }
}

static int start(char *const words[], int out, int err, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    posix_spawn_file_actions_adddup2(&actions, err, 2);
    posix_spawnattr_init(&attributes);
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    int error = posix_spawn(pid, words[0], &actions, &attributes, words, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

int WINAPI HostednetRun(char *const words[], struct hostednet_text texts[2])
{
    int out[2], err[2], status = 0;
    pid_t pid;
    texts[0] = texts[1] = (struct hostednet_text){0};
    if (pipe2(out, O_CLOEXEC) < 0)
        return -errno;
    if (pipe2(err, O_CLOEXEC) < 0) {
        int error = errno;
        close(out[0]);
        close(out[1]);
        return -error;
    }
    int error = start(words, out[1], err[1], &pid);
    close(out[1]);
    close(err[1]);
    if (error == 0) {
        read_all(out[0], err[0], texts);
        pid_t ended;
        do
            ended = waitpid(pid, &status, 0);
        while (ended < 0 && errno == EINTR);
    }
    close(out[0]);
    close(err[0]);
    if (error != 0)
        return -error;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void WINAPI HostednetForget(struct hostednet_text texts[2])
{
    free(texts[0].bytes);
    free(texts[1].bytes);
}
