#include "actor.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "report.h"
#include "row.h"

#define NOBODY 65534
#define PATIENCE_MS 30000

extern char **environ;

void actor_begin(struct actor *actor, const char *name, int elsewhere, int as_nobody)
{
    int ends[2];
    snprintf(actor->name, sizeof actor->name, "%s", name);
    actor->state.handle = NULL;
    actor->pid = 0;
    actor->fd = -1;
    if (!elsewhere) {
        inbox_init(&actor->state.inbox);
        return;
    }
    char *words[] = {"/proc/self/exe", "--actor", as_nobody ? "nobody" : "same", NULL};
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        give_up("socketpair: %s", strerror(errno));
    posix_spawn_file_actions_adddup2(&actions, ends[1], 0);
    int error = posix_spawn(&actor->pid, words[0], &actions, NULL, words, environ);
    if (error != 0)
        give_up("cannot run a second client: %s", strerror(error));
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    actor->fd = ends[0];
}

void actor_do(struct actor *actor, const char *line, struct outcome *outcome)
{
    if (actor->pid == 0) {
        struct words words;
        words_split(&words, line);
        verb_do(&actor->state, &words, outcome);
        return;
    }
    struct pollfd wait = {.fd = actor->fd, .events = POLLIN};
    if (send(actor->fd, line, strlen(line) + 1, MSG_NOSIGNAL) < 0 ||
        poll(&wait, 1, PATIENCE_MS) != 1 ||
        recv(actor->fd, outcome, sizeof *outcome, 0) != (ssize_t)sizeof *outcome)
        *outcome = (struct outcome){-1, NO_REASON, "its process does not answer"};
}

static void actor_gone(struct actor *actor)
{
    while (waitpid(actor->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    close(actor->fd);
    actor->pid = 0;
    actor->name[0] = '\0';
}

void actor_kill(struct actor *actor)
{
    kill(actor->pid, SIGKILL);
    actor_gone(actor);
}

void actor_exit(struct actor *actor)
{
    shutdown(actor->fd, SHUT_WR);
    actor_gone(actor);
}

void actor_end(struct actor *actor)
{
    if (actor->pid != 0)
        actor_kill(actor);
    else if (actor->state.handle != NULL)
        WlanCloseHandle(actor->state.handle, NULL);
    actor->name[0] = '\0';
}

/* The loop of a client's own process: a line in, an outcome out. */
int actor_main(int argc, char **argv)
{
    static struct client_state state;
    static char line[LINE_SIZE];
    struct words words;
    struct outcome outcome;
    if (argc > 2 && strcmp(argv[2], "nobody") == 0 &&
        (setgroups(0, NULL) < 0 || setgid(NOBODY) < 0 || setuid(NOBODY) < 0))
        return 2;
    inbox_init(&state.inbox);
    while (recv(0, line, sizeof line, 0) > 0) {
        words_split(&words, line);
        verb_do(&state, &words, &outcome);
        if (send(0, &outcome, sizeof outcome, MSG_NOSIGNAL) < 0)
            break;
    }
    _exit(0); /* as a program that ends without closing its handle */
}
