/*
 * What the Wine module exports beside the functions of wlanapi.dll, for netsh.exe and connection
 * sharing (ask.h).
 */
#ifndef HOSTEDNET_WINE_RUN_H
#define HOSTEDNET_WINE_RUN_H

/* What a program printed, UTF-8, not closed by a 0. */
struct hostednet_text {
    char *bytes;
    unsigned size;
};

/* Runs a program of Linux and waits for it: words[0] is its path, the last one NULL, all UTF-8.
 * Gives its exit status and what it wrote to standard output and standard error; -errno when it
 * cannot be started. */
int WINAPI HostednetRun(char *const words[], struct hostednet_text texts[2]);

/* Frees what HostednetRun wrote there. */
void WINAPI HostednetForget(struct hostednet_text texts[2]);

#endif
