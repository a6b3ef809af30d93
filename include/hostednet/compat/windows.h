/*
 * For programs that begin with #include <windows.h>: the types of wlanapi.h and nothing else.
 * Not found without asking for it: pkg-config --cflags wlanapi names this folder.
 */
#ifndef HOSTEDNET_COMPAT_WINDOWS_H
#define HOSTEDNET_COMPAT_WINDOWS_H

#include <hostednet/wintypes.h>

#endif /* HOSTEDNET_COMPAT_WINDOWS_H */
