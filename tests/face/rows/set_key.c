/*
 * Tables 10.1 to 10.3: the arguments of WlanHostedNetworkSetSecondaryKey. Each row is one call; after
 * a refused one the key before must be there unchanged, after a taken one the new key.
 */
#include <stdio.h>
#include <string.h>

#include "client.h"
#include "guarded.h"
#include "report.h"
#include "row.h"
#include "service.h"

#define D "D nf-wlanapi-wlanhostednetworksetsecondarykey"
#define D_REASON "D ne-wlanapi-wlan_hosted_network_reason"
#define I "I"

enum which_handle { OPEN, NONE, UNKNOWN, CLOSED };
enum reason_place { ASKED, NOT_ASKED };
enum { ANY_REASON = -1 };

struct set_key_row {
    const char *name;
    const char *mark;
    const char *words;
    enum which_handle handle;
    DWORD length;
    const char *data; /* NULL: no data */
    size_t size;      /* bytes of data that can be read */
    BOOL passphrase;
    int reserved;
    int service_up;
    enum reason_place place;
    DWORD code;
    int reason;
};

#define TEXT(bytes) bytes, sizeof(bytes) - 1
#define NO_DATA NULL, 0
#define FINE ERROR_SUCCESS, wlan_hosted_network_reason_success
#define BAD ERROR_INVALID_PARAMETER, wlan_hosted_network_reason_bad_parameters
#define EIGHT TEXT("12345678\0")
#define UP 1
#define DOWN 0

#define TEN "0123456789"
#define THIRTY_ONE TEN TEN TEN "1"
#define SIXTY TEN TEN TEN TEN TEN TEN

/* A plain call: an open handle, nothing reserved, the service up, the reason asked for. */
#define FORM(length, data, passphrase, result) \
    OPEN, length, data, passphrase, 0, UP, ASKED, result

static const struct set_key_row rows[] = {
    {"A01", D, "no handle", NONE, 9, EIGHT, TRUE, 0, UP, ASKED, 87, ANY_REASON},
    {"A02", D_REASON, "a handle never given out", UNKNOWN, 9, EIGHT, TRUE, 0, UP, ASKED, 6, 2},
    {"A03", I, "a closed handle", CLOSED, 9, EIGHT, TRUE, 0, UP, ASKED, 6, 2},
    {"A04", D, "a reserved pointer", OPEN, 9, EIGHT, TRUE, 1, UP, ASKED, 87, ANY_REASON},
    {"A05", D, "no length, no data, as a passphrase", FORM(0, NO_DATA, TRUE, FINE)},
    {"A05", D, "no length, no data, as a binary key", FORM(0, NO_DATA, FALSE, FINE)},
    {"A06", D, "a length without data, passphrase", FORM(9, NO_DATA, TRUE, BAD)},
    {"A07", D, "a length without data, binary", FORM(32, NO_DATA, FALSE, BAD)},
    {"A08", D, "data without a length, passphrase", FORM(0, EIGHT, TRUE, BAD)},
    {"A09", D, "data without a length, binary", FORM(0, EIGHT, FALSE, BAD)},
    {"A10", D, "the service is down", OPEN, 9, EIGHT, TRUE, 0, DOWN, ASKED, 1062, 24},
    {"A11", I, "service down, no handle", NONE, 9, EIGHT, TRUE, 0, DOWN, ASKED, 87, ANY_REASON},
    {"A12", I, "service down, unknown handle", UNKNOWN, 9, EIGHT, TRUE, 0, DOWN, ASKED, 1062, 24},
    {"A13", I, "service down, no data", OPEN, 9, NO_DATA, TRUE, 0, DOWN, ASKED, 87, ANY_REASON},
    {"A14", D, "nobody asks for the reason", OPEN, 9, EIGHT, TRUE, 0, UP, NOT_ASKED, FINE},
    {"A15", D, "nor when it fails", OPEN, 8, TEXT("12345678"), TRUE, 0, UP, NOT_ASKED, BAD},
    {"A16", I, "TRUE is everything but 0", FORM(9, EIGHT, 2, FINE)},
    {"A16", I, "also a negative number", FORM(9, EIGHT, -1, FINE)},
    {"A17", I, "a length beyond all, passphrase", FORM(0xffffffff, TEXT(""), TRUE, BAD)},
    {"A17", I, "a length beyond all, binary", FORM(0xffffffff, TEXT(""), FALSE, BAD)},

    {"P01", D, "nothing but 0", FORM(1, TEXT("\0"), TRUE, BAD)},
    {"P02", D, "7 characters and 0", FORM(8, TEXT("1234567\0"), TRUE, BAD)},
    {"P03", D, "8 characters without 0, counted as 8", FORM(8, TEXT("12345678"), TRUE, BAD)},
    {"P04", D, "8 characters and 0", FORM(9, EIGHT, TRUE, FINE)},
    {"P05", I, "9 characters without 0", FORM(9, TEXT("123456789"), TRUE, BAD)},
    {"P06", D, "31 characters and 0", FORM(32, TEXT(THIRTY_ONE "\0"), TRUE, FINE)},
    {"P07", D, "62 characters and 0", FORM(63, TEXT(SIXTY "12\0"), TRUE, FINE)},
    {"P08", D, "63 characters and 0", FORM(64, TEXT(SIXTY "123\0"), TRUE, FINE)},
    {"P09", I, "64 characters without 0", FORM(64, TEXT(SIXTY "1234"), TRUE, BAD)},
    {"P10", D, "64 characters and 0", FORM(65, TEXT(SIXTY "wxyz\0"), TRUE, BAD)},
    {"P11", D, "64 hexadecimal digits and 0", FORM(65, TEXT(SIXTY "abcd\0"), TRUE, BAD)},
    {"P12", I, "a byte of 0x80", FORM(9, TEXT("1234\x80" "678\0"), TRUE, BAD)},
    {"P12", I, "a byte of 0xff", FORM(13, TEXT("12345678901\xff\0"), TRUE, BAD)},
    {"P13", I, "a byte of 0x01", FORM(9, TEXT("\x01" "2345678\0"), TRUE, BAD)},
    {"P13", I, "a tabulator", FORM(9, TEXT("1234\t678\0"), TRUE, BAD)},
    {"P13", I, "a byte of 0x1f", FORM(9, TEXT("1234567\x1f\0"), TRUE, BAD)},
    {"P13", I, "a byte of 0x7f", FORM(9, TEXT("1234\x7f" "678\0"), TRUE, BAD)},
    {"P14", I, "8 blanks", FORM(9, TEXT("        \0"), TRUE, FINE)},
    {"P15", I, "8 tildes", FORM(9, TEXT("~~~~~~~~\0"), TRUE, FINE)},
    {"P16", I, "a 0 after 8 characters", FORM(13, TEXT("12345678\0abc\0"), TRUE, BAD)},
    {"P17", I, "a 0 after 4 characters", FORM(13, TEXT("1234\0abcdefg\0"), TRUE, BAD)},
    {"P18", I, "0 twice at the end", FORM(10, TEXT("12345678\0\0"), TRUE, BAD)},
    {"P19", I, "UTF-16", FORM(18, TEXT("1\0002\0003\0004\0005\0006\0007\0008\0\0\0"), TRUE, BAD)},
    {"P20", I, "nothing but zeros", FORM(9, TEXT("\0\0\0\0\0\0\0\0\0"), TRUE, BAD)},
    {"P21", D, "a buffer longer than the key", FORM(9, TEXT("12345678\0and more"), TRUE, FINE)},

    {"B01", D, "32 bytes", FORM(32, TEXT("any bytes whatever, 32 of them.."), FALSE, FINE)},
    {"B02", D, "with 0x00 and 0xff", FORM(32, TEXT("\0\xff\x80\0" TEN TEN "8bytes.."), FALSE, FINE)},
    {"B03", I, "32 zeros",
     FORM(32, TEXT("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), FALSE, FINE)},
    {"B04", D, "1 byte", FORM(1, TEXT("k"), FALSE, BAD)},
    {"B05", D, "31 bytes", FORM(31, TEXT(THIRTY_ONE), FALSE, BAD)},
    {"B06", D, "32 bytes and 0", FORM(33, TEXT(THIRTY_ONE "2\0"), FALSE, BAD)},
    {"B07", D, "a passphrase with its 0", FORM(9, EIGHT, FALSE, BAD)},
    {"B08", D, "63 bytes", FORM(63, TEXT(SIXTY "123"), FALSE, BAD)},
    {"B08", D, "65 bytes", FORM(65, TEXT(SIXTY "12345"), FALSE, BAD)},
    {"B09", D, "64 hexadecimal digits", FORM(64, TEXT(SIXTY "abcd"), FALSE, BAD)},
    {"B10", D, "16 bytes", FORM(16, TEXT(TEN "123456"), FALSE, BAD)},
    {"B10", D, "20 bytes", FORM(20, TEXT(TEN TEN), FALSE, BAD)},
};

static const char BEFORE[] = "the key before";

/* The key in force, compared with what the row must have left. */
static int key_is(HANDLE handle, DWORD length, const void *bytes, int passphrase)
{
    DWORD found = 0;
    PUCHAR data = NULL;
    BOOL form = FALSE, persistent = FALSE;
    if (WlanHostedNetworkQuerySecondaryKey(handle, &found, &data, &form, &persistent, NULL, NULL) !=
        ERROR_SUCCESS)
        return 0;
    int same = found == length &&
               (length == 0 || (memcmp(data, bytes, length) == 0 &&
                                (form != FALSE) == (passphrase != 0) && persistent != FALSE));
    WlanFreeMemory(data);
    return same;
}

static HANDLE handle_for(const struct set_key_row *row, HANDLE open)
{
    if (row->handle == NONE)
        return NULL;
    if (row->handle == UNKNOWN)
        return never_issued();
    if (row->handle == CLOSED)
        WlanCloseHandle(open, NULL);
    return open;
}

static void run(const struct set_key_row *row, HANDLE observer)
{
    char wrong[160] = "";
    struct guarded data = guarded_copy(row->data, row->size);
    WLAN_HOSTED_NETWORK_REASON reason = (WLAN_HOSTED_NETWORK_REASON)0x5a5a;
    HANDLE open = open_client();
    if (set_passphrase(open, BEFORE, TRUE, NULL) != ERROR_SUCCESS)
        give_up("no key can be set");
    HANDLE handle = handle_for(row, open);
    if (!row->service_up)
        service_kill();
    /* Length and data as they are, then the flags, persistent. */
    DWORD code = WlanHostedNetworkSetSecondaryKey(
        handle, row->length, row->data != NULL ? data.bytes : NULL, row->passphrase, TRUE,
        row->place == ASKED ? &reason : NULL, row->reserved ? &reason : NULL);
    if (code != row->code)
        snprintf(wrong, sizeof wrong, "the code is %lu, not %lu", (unsigned long)code,
                 (unsigned long)row->code);
    else if (row->place == ASKED && row->reason != ANY_REASON && (int)reason != row->reason)
        snprintf(wrong, sizeof wrong, "the reason is %d, not %d", (int)reason, row->reason);
    if (row->handle != CLOSED)
        WlanCloseHandle(open, NULL);
    if (!row->service_up) {
        service_start();
        observer = open_client();
    }
    int kept = row->code == ERROR_SUCCESS
                   ? key_is(observer, row->length, row->data, row->passphrase)
                   : key_is(observer, sizeof BEFORE, BEFORE, TRUE);
    if (*wrong == '\0' && !kept)
        snprintf(wrong, sizeof wrong, "another key is in force afterwards");
    if (!row->service_up)
        WlanCloseHandle(observer, NULL);
    guarded_free(&data);
    row_done(row->name, row->mark, row->words, wrong);
}

void set_key_rows(void)
{
    int running = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!row_wanted(rows[i].name))
            continue;
        if (!running)
            service_start();
        running = 1;
        HANDLE observer = open_client();
        run(&rows[i], observer);
        WlanCloseHandle(observer, NULL);
    }
    if (running)
        service_forget();
}
