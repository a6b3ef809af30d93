/*
 * What a test program prints: one line per case, beginning with ok, FAILED or skipped.
 */
#ifndef FACE_REPORT_H
#define FACE_REPORT_H

void report_ok(const char *name, const char *words);
void report_failed(const char *name, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void report_skipped(const char *name, const char *why);

/* The exit status: 0 when nothing failed. */
int report_status(void);

/* Something the test itself needs does not work: print why, end with status 2. */
_Noreturn void give_up(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* One case each. Numbers are compared as long long. */
void report_number(const char *words, long long got, long long expected, const char *expression);
void report_truth(const char *words, int holds, const char *expression);

#define IS(words, expression, expected) \
    report_number(words, (long long)(expression), (long long)(expected), #expression)
#define HOLDS(words, condition) report_truth(words, (condition) != 0, #condition)

#endif
