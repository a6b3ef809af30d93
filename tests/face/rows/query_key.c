/*
 * Table 10.5: WlanHostedNetworkQuerySecondaryKey. Each row sets a key and asks for it.
 */
#include <stdio.h>
#include <string.h>

#include "client.h"
#include "report.h"
#include "row.h"
#include "service.h"

#define D "D nf-wlanapi-wlanhostednetworkquerysecondarykey"
#define I "I"

enum missing { NOTHING, LENGTH, DATA, PASSPHRASE, PERSISTENT, REASON };
enum who { OURSELVES, NOBODY };

struct query_key_row {
    const char *name;
    const char *mark;
    const char *words;
    const char *key; /* what is set before; NULL: nothing */
    DWORD length;    /* of it, as set and as given back */
    BOOL passphrase;
    BOOL persistent;
    enum missing missing; /* the output that is NULL */
    enum who who;
    int times;
    DWORD code;
};

#define TEN "0123456789"
#define SIXTY_THREE TEN TEN TEN TEN TEN TEN "123"
#define BINARY "\0\xff\x80 binary keys have 32 bytes..\0"

static const struct query_key_row rows[] = {
    {"Q01", D, "no key", NULL, 0, FALSE, FALSE, NOTHING, OURSELVES, 1, 0},
    {"Q02", D, "a passphrase of 8", "12345678", 9, TRUE, TRUE, NOTHING, OURSELVES, 1, 0},
    {"Q03", D, "a passphrase of 63", SIXTY_THREE, 64, TRUE, TRUE, NOTHING, OURSELVES, 1, 0},
    {"Q04", D, "a binary key", BINARY, 32, FALSE, TRUE, NOTHING, OURSELVES, 1, 0},
    {"Q05", D, "a temporary key waits", "12345678", 9, TRUE, FALSE, NOTHING, OURSELVES, 1, 0},
    {"Q06", D, "no place for the length", "12345678", 9, TRUE, TRUE, LENGTH, OURSELVES, 1, 87},
    {"Q06", D, "no place for the data", "12345678", 9, TRUE, TRUE, DATA, OURSELVES, 1, 87},
    {"Q06", D, "no place for the form", "12345678", 9, TRUE, TRUE, PASSPHRASE, OURSELVES, 1, 87},
    {"Q06", D, "no place for the kind", "12345678", 9, TRUE, TRUE, PERSISTENT, OURSELVES, 1, 87},
    {"Q07", D, "nobody asks for the reason", "12345678", 9, TRUE, TRUE, REASON, OURSELVES, 1, 0},
    {"Q08", D, "without privilege", "12345678", 9, TRUE, TRUE, NOTHING, NOBODY, 1, 0},
    {"Q09", I, "twice", "12345678", 9, TRUE, TRUE, NOTHING, OURSELVES, 2, 0},
};

#define UNTOUCHED 0x5a5a5a5a

struct answer {
    DWORD length;
    PUCHAR data;
    BOOL passphrase;
    BOOL persistent;
    WLAN_HOSTED_NETWORK_REASON reason;
};

static DWORD ask(HANDLE handle, enum missing missing, struct answer *answer)
{
    *answer = (struct answer){UNTOUCHED, NULL, UNTOUCHED, UNTOUCHED,
                              (WLAN_HOSTED_NETWORK_REASON)UNTOUCHED};
    return WlanHostedNetworkQuerySecondaryKey(
        handle, missing == LENGTH ? NULL : &answer->length,
        missing == DATA ? NULL : &answer->data,
        missing == PASSPHRASE ? NULL : &answer->passphrase,
        missing == PERSISTENT ? NULL : &answer->persistent,
        missing == REASON ? NULL : &answer->reason, NULL);
}

static const char *judge(const struct query_key_row *row, DWORD code, const struct answer *answer)
{
    if (code != row->code)
        return "the code is another";
    if (code != ERROR_SUCCESS) /* what the row left out was never passed */
        return answer->length == UNTOUCHED && answer->data == NULL &&
                       answer->passphrase == UNTOUCHED && answer->persistent == UNTOUCHED
                   ? ""
                   : "an output is written";
    if (row->missing != REASON && answer->reason != wlan_hosted_network_reason_success)
        return "the reason is not 0";
    if (answer->length != row->length)
        return "the length is another";
    if (row->key == NULL)
        return answer->data == NULL ? "" : "there is data";
    if (memcmp(answer->data, row->key, row->length) != 0)
        return "the key is another";
    if ((answer->passphrase != FALSE) != (row->passphrase != FALSE))
        return "the form is another";
    return (answer->persistent != FALSE) == (row->persistent != FALSE) ? ""
                                                                       : "persistent is another";
}

static const char *ask_and_judge(HANDLE handle, const struct query_key_row *row)
{
    struct answer answers[2];
    const char *wrong = "";
    for (int i = 0; i < row->times; i++) {
        DWORD code = ask(handle, row->missing, &answers[i]);
        if (*wrong == '\0')
            wrong = judge(row, code, &answers[i]);
    }
    if (row->times == 2 && answers[0].data == answers[1].data)
        wrong = "both answers are the same memory";
    for (int i = 0; i < row->times; i++)
        WlanFreeMemory(answers[i].data);
    return wrong;
}

static int ask_as_nobody(void *row)
{
    return *ask_and_judge(open_client(), row) == '\0';
}

static void run(const struct query_key_row *row)
{
    const char *wrong;
    HANDLE handle = open_client();
    WlanHostedNetworkSetSecondaryKey(handle, row->length, (PUCHAR)row->key, row->passphrase,
                                     row->persistent, NULL, NULL);
    if (row->who == NOBODY) {
        int fine = as_nobody(ask_as_nobody, (void *)row);
        if (fine < 0) {
            report_skipped(row->name, "needs root to be another user");
            WlanCloseHandle(handle, NULL);
            return;
        }
        wrong = fine ? "" : "an unprivileged caller is not told the key";
    } else {
        wrong = ask_and_judge(handle, row);
    }
    WlanCloseHandle(handle, NULL);
    row_done(row->name, row->mark, row->words, wrong);
}

void query_key_rows(void)
{
    int running = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (!row_wanted(rows[i].name))
            continue;
        if (!running)
            service_start();
        running = 1;
        run(&rows[i]);
    }
    if (running)
        service_forget();
}
