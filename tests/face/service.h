/*
 * A service of our own on the simulated radio, in a folder of its own, and what happens to it from
 * outside: stations, switches, kills. HOSTEDNET names the program, else it is looked for in the path.
 */
#ifndef FACE_SERVICE_H
#define FACE_SERVICE_H

#include <stddef.h>

/* Starts the service, at first with empty settings, and waits until it is ready. */
void service_start(void);
/* SIGTERM, and waits for its end. */
void service_stop(void);
/* SIGTERM only. */
void service_ask_to_stop(void);
/* Waits for its end after that. */
void service_wait(void);
/* SIGKILL. */
void service_kill(void);
/* service_stop, or service_kill, and service_start with the same settings. */
void service_restart(void);
/* Kills the service and removes its folder. Done at exit too. */
void service_forget(void);

/* Gives the running service this policy.toml; it holds when this returns. */
void service_policy(const char *text);

/* Makes writing settings fail, also for root, or lets it succeed again. */
void storage_refuse(void);
void storage_allow(void);

/*
 * Runs `hostednet WORDS...` (the list ends with NULL) with `input` on its standard input and gives its
 * exit status. What it printed is kept for said().
 */
int hostednet(const char *input, ...);
/* Whether the last hostednet() printed `text`. */
int said(const char *text);
/* All it printed. */
const char *last_words(void);

/* Joins with a key; a refusal is a status other than 0. */
int station_join(const char *name, const char *key);
int station_leave(const char *name);

/* The part of `text` between `before` and `after`, cut to `size`; "" when there is none. */
void between(const char *text, const char *before, const char *after, char *part, size_t size);

#endif
