#include "report.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static int failures;

void report_ok(const char *name, const char *words)
{
    printf("ok      %s%s%s\n", name, *words != '\0' ? "  " : "", words);
    fflush(stdout);
}

void report_failed(const char *name, const char *format, ...)
{
    va_list arguments;
    failures++;
    printf("FAILED  %s: ", name);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
}

void report_skipped(const char *name, const char *why)
{
    printf("skipped %s: %s\n", name, why);
    fflush(stdout);
}

int report_status(void)
{
    return failures == 0 ? 0 : 1;
}

void give_up(const char *format, ...)
{
    va_list arguments;
    printf("FAILED  the test itself: ");
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
    exit(2);
}

void report_number(const char *words, long long got, long long expected, const char *expression)
{
    if (got == expected)
        report_ok(words, "");
    else
        report_failed(words, "%s is %lld, not %lld", expression, got, expected);
}

void report_truth(const char *words, int holds, const char *expression)
{
    if (holds)
        report_ok(words, "");
    else
        report_failed(words, "%s does not hold", expression);
}
