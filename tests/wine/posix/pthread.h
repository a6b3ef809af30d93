/* As much of POSIX threads as tests/face/inbox.c wants, made of Windows' own: they work in a callback only
 * if its thread is one of Windows. */
#ifndef WINE_PTHREAD_H
#define WINE_PTHREAD_H

#include <windows.h>

#include <errno.h>
#include <time.h>

typedef SRWLOCK pthread_mutex_t;
typedef CONDITION_VARIABLE pthread_cond_t;
typedef int pthread_condattr_t;

#undef CLOCK_MONOTONIC
#define CLOCK_MONOTONIC 1
#define clock_gettime windows_clock

struct timespec_of_windows {
    long long tv_sec;
    long tv_nsec;
};
#define timespec timespec_of_windows

static inline int windows_clock(int clock, struct timespec *now)
{
    ULONGLONG ticks = GetTickCount64();
    (void)clock;
    now->tv_sec = (long long)(ticks / 1000);
    now->tv_nsec = (long)(ticks % 1000) * 1000000;
    return 0;
}

static inline void pthread_mutex_init(pthread_mutex_t *lock, void *attributes)
{
    (void)attributes;
    InitializeSRWLock(lock);
}

static inline void pthread_mutex_lock(pthread_mutex_t *lock)
{
    AcquireSRWLockExclusive(lock);
}

static inline void pthread_mutex_unlock(pthread_mutex_t *lock)
{
    ReleaseSRWLockExclusive(lock);
}

static inline void pthread_condattr_init(pthread_condattr_t *attributes)
{
    *attributes = 0;
}

static inline void pthread_condattr_setclock(pthread_condattr_t *attributes, int clock)
{
    *attributes = clock;
}

static inline void pthread_cond_init(pthread_cond_t *changed, pthread_condattr_t *attributes)
{
    (void)attributes;
    InitializeConditionVariable(changed);
}

static inline void pthread_cond_broadcast(pthread_cond_t *changed)
{
    WakeAllConditionVariable(changed);
}

static inline int pthread_cond_timedwait(pthread_cond_t *changed, pthread_mutex_t *lock,
                                         const struct timespec *until)
{
    struct timespec now;
    windows_clock(CLOCK_MONOTONIC, &now);
    long long left = (until->tv_sec - now.tv_sec) * 1000 + (until->tv_nsec - now.tv_nsec) / 1000000;
    if (left <= 0 || !SleepConditionVariableSRW(changed, lock, (DWORD)left, 0))
        return ETIMEDOUT;
    return 0;
}

#endif
