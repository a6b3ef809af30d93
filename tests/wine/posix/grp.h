/* What tests/face/client.c wants of users: there is one, who is not root, so that it never forks. */
#ifndef WINE_GRP_H
#define WINE_GRP_H

#include <stdlib.h>

typedef int pid_of_windows;
#define pid_t pid_of_windows
#define fork() (-1)
#define geteuid() 1
#define setgroups(count, list) 0
#define setgid(id) 0
#define setuid(id) 0

#endif
