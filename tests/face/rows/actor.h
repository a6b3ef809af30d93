/*
 * A client of the step language, in this process or in one of its own.
 */
#ifndef FACE_ACTOR_H
#define FACE_ACTOR_H

#include <sys/types.h>

#include "verbs.h"

struct actor {
    char name[16];
    struct client_state state; /* of a client in this process */
    pid_t pid;                 /* of a client in its own; 0 else */
    int fd;                    /* to it */
};

/* A client in this process, or (`elsewhere`) in one of its own, which `as_nobody` belongs to user
 * nobody. It has no handle yet. */
void actor_begin(struct actor *actor, const char *name, int elsewhere, int as_nobody);

/* Does what `line` says, beginning with the verb. */
void actor_do(struct actor *actor, const char *line, struct outcome *outcome);

/* Ends its process, by SIGKILL or by exit without closing anything. */
void actor_kill(struct actor *actor);
void actor_exit(struct actor *actor);

/* Closes what is open; after it the actor is nobody. */
void actor_end(struct actor *actor);

#endif
