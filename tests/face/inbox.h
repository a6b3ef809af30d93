/*
 * Keeps the notifications of one handle in the order they came.
 */
#ifndef FACE_INBOX_H
#define FACE_INBOX_H

#include <pthread.h>
#include <wlanapi.h>

#define INBOX_SIZE 4096

struct letter {
    DWORD source;
    DWORD code;
    DWORD size;
    GUID device;
    union {
        WLAN_HOSTED_NETWORK_STATE_CHANGE state;
        WLAN_HOSTED_NETWORK_DATA_PEER_STATE_CHANGE peer;
        WLAN_HOSTED_NETWORK_RADIO_STATE radio;
    } data;
};

struct inbox {
    pthread_mutex_t lock;
    pthread_cond_t more;
    size_t came;
    size_t taken;
    struct letter letters[INBOX_SIZE];
};

void inbox_init(struct inbox *inbox);

/* The callback; its context is the inbox. */
VOID WINAPI inbox_put(PWLAN_NOTIFICATION_DATA what, PVOID inbox);

/* Registers the inbox for the handle's Hosted Network notifications. */
DWORD inbox_register(struct inbox *inbox, HANDLE handle);

/* The next one, waiting at most 10 s. Gives 0 when none came. */
int inbox_take(struct inbox *inbox, struct letter *letter);

/* How many came and have not been taken. */
size_t inbox_waiting(struct inbox *inbox);

/* Takes letters until one says that the state is now `state`. Gives 0 when none came. */
int inbox_until_state(struct inbox *inbox, WLAN_HOSTED_NETWORK_STATE state, struct letter *letter);

#endif
