#include "inbox.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "report.h"

#define PATIENCE_S 10

void inbox_init(struct inbox *inbox)
{
    pthread_condattr_t attributes;
    memset(inbox, 0, sizeof *inbox);
    pthread_mutex_init(&inbox->lock, NULL);
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&inbox->more, &attributes);
}

VOID WINAPI inbox_put(PWLAN_NOTIFICATION_DATA what, PVOID context)
{
    struct inbox *inbox = context;
    pthread_mutex_lock(&inbox->lock);
    if (inbox->came < INBOX_SIZE) {
        struct letter *letter = &inbox->letters[inbox->came++];
        letter->source = what->NotificationSource;
        letter->code = what->NotificationCode;
        letter->size = what->dwDataSize;
        letter->device = what->InterfaceGuid;
        size_t size = what->dwDataSize;
        if (what->pData != NULL)
            memcpy(&letter->data, what->pData,
                   size < sizeof letter->data ? size : sizeof letter->data);
    }
    pthread_cond_broadcast(&inbox->more);
    pthread_mutex_unlock(&inbox->lock);
}

DWORD inbox_register(struct inbox *inbox, HANDLE handle)
{
    return WlanRegisterNotification(handle, WLAN_NOTIFICATION_SOURCE_HNWK, FALSE, inbox_put, inbox,
                                    NULL, NULL);
}

int inbox_take(struct inbox *inbox, struct letter *letter)
{
    struct timespec until;
    int error = 0;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += PATIENCE_S;
    pthread_mutex_lock(&inbox->lock);
    while (inbox->taken == inbox->came && error != ETIMEDOUT)
        error = pthread_cond_timedwait(&inbox->more, &inbox->lock, &until);
    int there = inbox->taken < inbox->came;
    if (there)
        *letter = inbox->letters[inbox->taken++];
    pthread_mutex_unlock(&inbox->lock);
    return there;
}

size_t inbox_waiting(struct inbox *inbox)
{
    pthread_mutex_lock(&inbox->lock);
    size_t waiting = inbox->came - inbox->taken;
    pthread_mutex_unlock(&inbox->lock);
    return waiting;
}

int inbox_until_state(struct inbox *inbox, WLAN_HOSTED_NETWORK_STATE state, struct letter *letter)
{
    while (inbox_take(inbox, letter))
        if (letter->code == wlan_hosted_network_state_change &&
            letter->data.state.NewState == state)
            return 1;
    return 0;
}
