/*
 * The step language of the tables that tell stories; its words are explained in README.md.
 */
#include <ctype.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "actor.h"
#include "report.h"
#include "row.h"
#include "service.h"

#define MOST_ACTORS 6
#define MOST_NAMES 8

/* Something kept under a name for later: a key, mostly. */
struct kept {
    char name[16];
    char text[LINE_SIZE];
};

/* A call that goes on while others do something. */
struct meanwhile {
    pthread_t thread;
    struct actor *actor;
    char line[LINE_SIZE];
    struct outcome outcome;
};

struct row {
    char name[16];
    char mark[96];
    char words[LINE_SIZE];
    char wrong[LINE_SIZE * 2]; /* the first step that went wrong */
    char skipped[LINE_SIZE];
    struct actor *actors;
    struct kept kept[MOST_NAMES];
    struct meanwhile meanwhile;
};

static void fail(struct row *row, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void fail(struct row *row, const char *format, ...)
{
    va_list arguments;
    if (row->wrong[0] != '\0')
        return;
    va_start(arguments, format);
    vsnprintf(row->wrong, sizeof row->wrong, format, arguments);
    va_end(arguments);
}

static struct actor *find_actor(struct row *row, const char *name)
{
    for (int i = 0; i < MOST_ACTORS; i++)
        if (row->actors[i].name[0] != '\0' && strcmp(row->actors[i].name, name) == 0)
            return &row->actors[i];
    return NULL;
}

static struct actor *free_actor(struct row *row)
{
    for (int i = 0; i < MOST_ACTORS; i++)
        if (row->actors[i].name[0] == '\0')
            return &row->actors[i];
    give_up("%s has too many clients", row->name);
}

static struct kept *find_kept(struct row *row, const char *name)
{
    for (int i = 0; i < MOST_NAMES; i++)
        if (strcmp(row->kept[i].name, name) == 0 || row->kept[i].name[0] == '\0')
            return &row->kept[i];
    give_up("%s keeps too much", row->name);
}

/* Puts in what was kept: $NAME. */
static void expand(struct row *row, const char *line, char *out, size_t size)
{
    size_t at = 0;
    while (*line != '\0' && at + 1 < size) {
        char name[16] = "";
        size_t length = 0;
        if (*line == '$')
            while (isalnum((unsigned char)line[1 + length]) && length + 1 < sizeof name)
                length++;
        if (length == 0) {
            out[at++] = *line++;
            continue;
        }
        memcpy(name, line + 1, length);
        at += (size_t)snprintf(out + at, size - at, "%s", find_kept(row, name)->text);
        line += 1 + length;
        if (at >= size)
            at = size - 1;
    }
    out[at] = '\0';
}

/* ---- Clients ------------------------------------------------------------------------------------ */

/* One of "5023/3", "1062", or several with | between. Without a reason any will do. */
static int code_fits(const char *expected, const struct outcome *outcome)
{
    while (*expected != '\0') {
        char *end;
        long code = strtol(expected, &end, 10);
        long reason = outcome->reason;
        if (*end == '/')
            reason = strtol(end + 1, &end, 10);
        if (code == outcome->code && reason == outcome->reason)
            return 1;
        expected = *end == '|' ? end + 1 : end + strlen(end);
    }
    return 0;
}

static void judge_code(struct row *row, const char *line, const char *expected,
                       const struct outcome *outcome)
{
    if (outcome->code == -1)
        fail(row, "`%s`: %s", line,
             outcome->text[0] != '\0' ? outcome->text : "no such step");
    else if (!code_fits(expected, outcome))
        fail(row, "`%s` gives %ld/%d, not %s", line, outcome->code, outcome->reason, expected);
}

/* Cuts `line` before ` = CODES` at its end; without that success is expected. */
static void expected_code(char *line, char *codes, size_t size)
{
    char *mark = NULL;
    for (char *at = strstr(line, " = "); at != NULL; at = strstr(at + 1, " = "))
        mark = at;
    if (mark == NULL || !isdigit((unsigned char)mark[3])) {
        snprintf(codes, size, "0/0|0/%d", NO_REASON);
        return;
    }
    snprintf(codes, size, "%s", mark + 3);
    *mark = '\0';
}

/* `VERB ...`, `VERB ... = CODES`, `VERB ... is TEXT`, `VERB ... is not TEXT`, `hears TEXT` */
static void client_step(struct row *row, struct actor *actor, const char *step)
{
    char line[LINE_SIZE], codes[64];
    const char *text = NULL;
    int wanted = 1;
    struct outcome outcome;
    snprintf(line, sizeof line, "%s", step);
    expected_code(line, codes, sizeof codes);
    char *is = strstr(line, " is ");
    if (is != NULL) {
        *is = '\0';
        text = is + 4;
        wanted = strncmp(text, "not ", 4) != 0;
        text += wanted ? 0 : 4;
    }
    if (strncmp(line, "hears ", 6) == 0)
        text = line + 6;
    actor_do(actor, line, &outcome);
    judge_code(row, step, codes, &outcome);
    if (text != NULL && (strcmp(outcome.text, text) == 0) != wanted)
        fail(row, "`%s %s`: it is `%s`", actor->name, step, outcome.text);
}

/* `client NAME`, `client NAME elsewhere`, `client NAME elsewhere as nobody`; it opens a handle. */
static void new_client(struct row *row, const struct words *words)
{
    int nobody = word_is(words, 4, "nobody");
    if (nobody && geteuid() != 0) {
        snprintf(row->skipped, sizeof row->skipped, "needs root to be another user");
        return;
    }
    struct actor *actor = free_actor(row);
    actor_begin(actor, word(words, 1), word_is(words, 2, "elsewhere"), nobody);
    client_step(row, actor, "open");
}

static void *go_on(void *context)
{
    struct meanwhile *meanwhile = context;
    actor_do(meanwhile->actor, meanwhile->line, &meanwhile->outcome);
    return NULL;
}

/* `meanwhile CLIENT VERB ...`, later `CLIENT is done`. */
static void begin_meanwhile(struct row *row, const char *step)
{
    struct words words;
    words_split(&words, step);
    row->meanwhile.actor = find_actor(row, word(&words, 0));
    snprintf(row->meanwhile.line, LINE_SIZE, "%s", words_after(step, 1));
    if (row->meanwhile.actor == NULL ||
        pthread_create(&row->meanwhile.thread, NULL, go_on, &row->meanwhile) != 0)
        give_up("%s: `meanwhile %s`", row->name, step);
}

static void end_meanwhile(struct row *row)
{
    char codes[32];
    snprintf(codes, sizeof codes, "0/0|0/%d", NO_REASON);
    pthread_join(row->meanwhile.thread, NULL);
    judge_code(row, row->meanwhile.line, codes, &row->meanwhile.outcome);
    row->meanwhile.actor = NULL;
}

/* Until the network is stopping, which QueryStatus tells by refusing. */
static void await_stopping(struct row *row, struct actor *actor)
{
    const struct timespec moment = {0, 2 * 1000 * 1000};
    struct outcome outcome;
    for (int i = 0; i < 2500; i++) {
        actor_do(actor, "status", &outcome);
        if (outcome.code != ERROR_SUCCESS)
            return;
        nanosleep(&moment, NULL);
    }
    fail(row, "the network is not stopping");
}

/* `race A "K2" B "K3" TIMES`: both set their key at once; what is there after is one of them. */
static void race(struct row *row, const struct words *words)
{
    struct actor *first = find_actor(row, word(words, 0));
    struct actor *second = find_actor(row, word(words, 2));
    struct outcome outcome;
    char line[LINE_SIZE], either[2][LINE_SIZE];
    for (int i = 0; i < 2; i++)
        snprintf(either[i], LINE_SIZE, "passphrase \"%s\" persistent", word(words, 1 + 2 * i));
    for (int i = 0; i < atoi(word(words, 4)); i++) {
        snprintf(line, sizeof line, "%s set \"%s\"", first->name, word(words, 1));
        begin_meanwhile(row, line);
        snprintf(line, sizeof line, "set \"%s\"", word(words, 3));
        client_step(row, second, line);
        end_meanwhile(row);
        actor_do(first, "key", &outcome);
        if (strcmp(outcome.text, either[0]) != 0 && strcmp(outcome.text, either[1]) != 0)
            fail(row, "the key is `%s`", outcome.text);
    }
}

/* ---- The world outside -------------------------------------------------------------------------- */

static void expect_status(struct row *row, const char *step, int status, int expected)
{
    if (status != expected)
        fail(row, "`%s`: status %d; %s", step, status, last_words());
}

/* `station NAME joins "KEY"`, `... is refused "KEY" WORDS`, `... leaves`, `... has a link` */
static void station_step(struct row *row, const char *step, const struct words *words)
{
    const char *name = word(words, 1);
    if (word_is(words, 2, "joins")) {
        expect_status(row, step, station_join(name, word(words, 3)), 0);
    } else if (word_is(words, 2, "is")) {
        expect_status(row, step, station_join(name, word(words, 4)), 1);
        if (!said(words_after(step, 5)))
            fail(row, "`%s`: %s", step, last_words());
    } else if (word_is(words, 2, "leaves")) {
        expect_status(row, step, station_leave(name), 0);
    } else {
        expect_status(row, step, hostednet(NULL, "sim", "traffic", name, NULL), 0);
    }
}

static void service_step(struct row *row, const struct words *words)
{
    if (word_is(words, 1, "restarts"))
        service_restart();
    else if (word_is(words, 1, "is")) {
        service_kill();
        service_start();
    } else if (word_is(words, 1, "begins"))
        service_ask_to_stop();
    else if (word_is(words, 1, "ends"))
        service_wait();
    else
        fail(row, "no such step of the service");
}

/* Steps that are one command. Gives 0 when it is none. */
static int command_step(struct row *row, const char *step, const struct words *words)
{
    if (word_is(words, 0, "radio"))
        expect_status(row, step, hostednet(NULL, "sim", "radio", word(words, 1), NULL), 0);
    else if (word_is(words, 0, "adhoc"))
        expect_status(row, step, hostednet(NULL, "sim", "adhoc", word(words, 1), NULL), 0);
    else if (word_is(words, 0, "driver-stop"))
        expect_status(row, step, hostednet(NULL, "sim", "driver-stop", NULL), 0);
    else if (word_is(words, 0, "plug"))
        expect_status(row, step, hostednet(NULL, "sim", "plug", word(words, 1), NULL), 0);
    else if (word_is(words, 0, "replace"))
        expect_status(row, step, hostednet(NULL, "sim", "replace", NULL), 0);
    else if (word_is(words, 0, "slow-stop"))
        expect_status(row, step, hostednet(NULL, "sim", "slow-stop", word(words, 1), NULL), 0);
    else if (word_is(words, 0, "sleep"))
        expect_status(row, step, hostednet(NULL, "prepare-sleep", NULL), 0);
    else
        return 0;
    return 1;
}

/* `the name comes from the host`: `property 0` begins as the machine is called. */
static void name_from_host(struct row *row, struct actor *actor)
{
    char host[256] = "";
    struct outcome outcome;
    const char *name = outcome.text + 1; /* after the quotation mark */
    size_t same = 0;
    gethostname(host, sizeof host - 1);
    actor_do(actor, "property 0", &outcome);
    while (host[same] != '\0' && tolower((unsigned char)host[same]) ==
                                     tolower((unsigned char)name[same]))
        same++;
    const char *end = strchr(name, '"');
    if (outcome.code != 0 || same == 0 || end == NULL || end == name || end - name > 32)
        fail(row, "the host is %s, the network %s", host, outcome.text);
}

static void do_step(struct row *row, const char *step)
{
    struct words words;
    words_split(&words, step);
    struct actor *actor = find_actor(row, word(&words, 0));
    if (command_step(row, step, &words))
        return;
    if (word_is(&words, 0, "client")) {
        new_client(row, &words);
    } else if (word_is(&words, 0, "skip")) {
        snprintf(row->skipped, sizeof row->skipped, "%s", words_after(step, 1));
    } else if (word_is(&words, 0, "station")) {
        station_step(row, step, &words);
    } else if (word_is(&words, 0, "service")) {
        service_step(row, &words);
    } else if (word_is(&words, 0, "policy")) {
        service_policy(word_is(&words, 1, "none") ? "" : words_after(step, 1));
    } else if (word_is(&words, 0, "storage")) {
        if (word_is(&words, 1, "refuses"))
            storage_refuse();
        else
            storage_allow();
    } else if (word_is(&words, 0, "meanwhile")) {
        begin_meanwhile(row, words_after(step, 1));
    } else if (word_is(&words, 0, "race")) {
        words_split(&words, words_after(step, 1));
        race(row, &words);
    } else if (word_is(&words, 0, "keep")) { /* keep NAME of CLIENT VERB */
        struct outcome outcome;
        struct kept *kept = find_kept(row, word(&words, 1));
        actor = find_actor(row, word(&words, 3));
        actor_do(actor, words_after(step, 4), &outcome);
        snprintf(kept->name, sizeof kept->name, "%s", word(&words, 1));
        snprintf(kept->text, sizeof kept->text, "%s", outcome.text);
    } else if (actor == NULL) {
        fail(row, "`%s`: nobody of that name", step);
    } else if (word_is(&words, 1, "is") && word_is(&words, 2, "killed")) {
        actor_kill(actor);
    } else if (word_is(&words, 1, "exits")) {
        actor_exit(actor);
    } else if (word_is(&words, 1, "is") && word_is(&words, 2, "done")) {
        end_meanwhile(row);
    } else if (word_is(&words, 1, "awaits")) {
        await_stopping(row, actor);
    } else if (word_is(&words, 1, "sees")) {
        name_from_host(row, actor);
    } else {
        client_step(row, actor, words_after(step, 1));
    }
}

/* ---- Files -------------------------------------------------------------------------------------- */

static void begin_row(struct row *row, struct actor *actors, const char *line)
{
    struct words words;
    memset(row, 0, sizeof *row);
    row->actors = actors;
    words_split(&words, line);
    snprintf(row->name, sizeof row->name, "%s", word(&words, 1));
    const char *mark = strchr(line, '[');
    const char *end = mark != NULL ? strchr(mark, ']') : NULL;
    if (end == NULL)
        give_up("a row without a mark: %s", line);
    snprintf(row->mark, sizeof row->mark, "%.*s", (int)(end - mark - 1), mark + 1);
    snprintf(row->words, sizeof row->words, "%s", words_after(end + 1, 0));
}

static void end_row(struct row *row)
{
    if (row->meanwhile.actor != NULL)
        end_meanwhile(row);
    for (int i = 0; i < MOST_ACTORS; i++)
        if (row->actors[i].name[0] != '\0')
            actor_end(&row->actors[i]);
    service_forget();
    if (row->wrong[0] == '\0' && row->skipped[0] != '\0')
        report_skipped(row->name, row->skipped);
    else
        row_done(row->name, row->mark, row->words, row->wrong);
}

static void trim(char *line)
{
    size_t size = strlen(line);
    while (size > 0 && isspace((unsigned char)line[size - 1]))
        line[--size] = '\0';
}

void step_rows(const char *path)
{
    static struct actor actors[MOST_ACTORS];
    static struct row row;
    char raw[LINE_SIZE], line[LINE_SIZE * 2];
    int in_row = 0;
    FILE *file = fopen(path, "r");
    if (file == NULL)
        give_up("cannot read %s", path);
    while (fgets(raw, sizeof raw, file) != NULL) {
        trim(raw);
        if (raw[0] == '#' || raw[0] == '\0')
            continue;
        if (strncmp(raw, "row ", 4) == 0) {
            if (in_row)
                end_row(&row);
            begin_row(&row, actors, raw);
            in_row = row_wanted(row.name);
            if (in_row)
                service_start();
            continue;
        }
        if (!in_row || row.wrong[0] != '\0' || row.skipped[0] != '\0')
            continue;
        expand(&row, words_after(raw, 0), line, sizeof line);
        do_step(&row, line);
    }
    if (in_row)
        end_row(&row);
    fclose(file);
}
