/*
 * How programs and libraries of a prefix run `hostednet`.
 */
#ifndef HOSTEDNET_WINE_ASK_H
#define HOSTEDNET_WINE_ASK_H

#include "run.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The prefix lacks a part of what `hostednet wine install` puts there. */
#define HOSTEDNET_HALF_SET_UP (-100001)
/* There is no such program any more. */
#define HOSTEDNET_GONE (-100002)

/* Runs the program that set up this prefix: words[0] is for its path, the last one NULL, all UTF-8.
 * Gives its exit status and what it printed, for hostednet_forget; or one of the above. */
int hostednet_ask(char *words[], struct hostednet_text texts[2]);

void hostednet_forget(struct hostednet_text texts[2]);

#ifdef __cplusplus
}
#endif

#endif
