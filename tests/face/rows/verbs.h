/*
 * What a client of the step language can do: each verb is a call of the API. It runs in the process
 * that owns the handle.
 */
#ifndef FACE_VERBS_H
#define FACE_VERBS_H

#include "inbox.h"
#include "words.h"

#define NO_REASON (-1)

struct outcome {
    long code;  /* -1: no such verb */
    int reason; /* NO_REASON where the function has none */
    char text[LINE_SIZE];
};

struct client_state {
    HANDLE handle;
    struct inbox inbox;
};

/* `words` begins with the verb. */
void verb_do(struct client_state *client, const struct words *words, struct outcome *outcome);

#endif
