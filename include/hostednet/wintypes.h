/*
 * The Windows types that wlanapi.h is written in.
 *
 * On Windows this is <windows.h>. Elsewhere it is the few names below, with the widths they have on
 * Windows: a DWORD has 32 bits also where a long has 64, and a WCHAR has 16 bits where a wchar_t has
 * 32. So print a DWORD as
 *
 *     printf("%lu", (unsigned long)code);
 *
 * which is right on both, and write 16-bit text as u"text" (C11, C++11), which has the right width
 * on Linux.
 */
#ifndef HOSTEDNET_WINTYPES_H
#define HOSTEDNET_WINTYPES_H

#ifdef _WIN32

#include <windows.h>
#include <eaptypes.h>
#include <ntddndis.h>

#else

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* How functions and callbacks are called: as any C function. */
#ifndef WINAPI
#define WINAPI
#endif
#ifndef CALLBACK
#define CALLBACK
#endif
#ifndef CONST
#define CONST const
#endif
#ifndef VOID
#define VOID void
#endif

#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif

typedef int32_t INT, LONG;
typedef uint32_t UINT, DWORD, ULONG, *PDWORD, *LPDWORD, *PULONG;
typedef uint16_t USHORT, WORD, *PUSHORT;
typedef uint8_t UCHAR, BYTE, *PUCHAR, *PBYTE, *LPBYTE;
typedef char CHAR, *PCHAR, *LPSTR;
typedef const char *LPCSTR;
typedef uint64_t ULONGLONG;
typedef int64_t LONGLONG;

/* True is everything but 0: compare with 0, never with TRUE. */
typedef int32_t BOOL, *PBOOL;
/* One byte. */
typedef uint8_t BOOLEAN, *PBOOLEAN;

typedef void *PVOID, *LPVOID;
typedef const void *LPCVOID;
typedef void *HANDLE, **PHANDLE;

/* One 16-bit unit of UTF-16; C++ has a type of its own for it, of the same layout. */
#if defined(__cplusplus)
typedef char16_t WCHAR;
#else
typedef uint16_t WCHAR;
#endif
typedef WCHAR *PWCHAR, *PWSTR, *LPWSTR;
typedef const WCHAR *PCWSTR, *LPCWSTR;

#ifndef GUID_DEFINED
#define GUID_DEFINED
typedef struct _GUID {
    uint32_t Data1;
    uint16_t Data2;
    uint16_t Data3;
    uint8_t Data4[8];
} GUID;
#endif
typedef GUID *LPGUID;

/* Head of the structures that are handed on to a driver (ntddndis.h). */
typedef struct _NDIS_OBJECT_HEADER {
    UCHAR Type;
    UCHAR Revision;
    USHORT Size;
} NDIS_OBJECT_HEADER, *PNDIS_OBJECT_HEADER;

/* Who made an EAP method, and which of his it is (eaptypes.h). */
typedef struct _EAP_TYPE {
    BYTE type;
    DWORD dwVendorId;
    DWORD dwVendorType;
} EAP_TYPE;

typedef struct _EAP_METHOD_TYPE {
    EAP_TYPE eapType;
    DWORD dwAuthorId;
} EAP_METHOD_TYPE;

/* The codes that the functions of wlanapi.h return (winerror.h). */
#define ERROR_SUCCESS 0L
#define ERROR_ACCESS_DENIED 5L
#define ERROR_INVALID_HANDLE 6L
#define ERROR_NOT_ENOUGH_MEMORY 8L
#define ERROR_INVALID_DATA 13L
#define ERROR_OUTOFMEMORY 14L
#define ERROR_WRITE_FAULT 29L
#define ERROR_GEN_FAILURE 31L
#define ERROR_NOT_SUPPORTED 50L
#define ERROR_INVALID_PARAMETER 87L
#define ERROR_CALL_NOT_IMPLEMENTED 120L
#define ERROR_SERVICE_NOT_ACTIVE 1062L
#define ERROR_NOT_FOUND 1168L
#define ERROR_BAD_PROFILE 1206L
#define ERROR_REMOTE_SESSION_LIMIT_EXCEEDED 1220L
#define ERROR_NO_SYSTEM_RESOURCES 1450L
#define ERROR_BAD_CONFIGURATION 1610L
#define ERROR_INVALID_STATE 5023L

#ifdef __cplusplus
}
#endif

#endif /* _WIN32 */

#endif /* HOSTEDNET_WINTYPES_H */
