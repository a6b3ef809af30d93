/*
 * Runs the reference's test tables through the C ABI.
 *
 *     rows FOLDER [ROW...]     the tables of the folder; only the rows named
 */
#include <stdio.h>
#include <string.h>

#include "report.h"
#include "row.h"

static char **wanted;
static int wanted_count;

int row_wanted(const char *name)
{
    for (int i = 0; i < wanted_count; i++)
        if (strcmp(wanted[i], name) == 0)
            return 1;
    return wanted_count == 0;
}

void row_done(const char *name, const char *mark, const char *words, const char *wrong)
{
    char line[256];
    snprintf(line, sizeof line, "%s [%s] %s", name, mark, words);
    if (*wrong == '\0')
        report_ok(line, "");
    else
        report_failed(line, "%s", wrong);
}

int main(int argc, char **argv)
{
    static const char *const tables[] = {"state.rows", "life.rows", "transitions.rows",
                                         "policy.rows"};
    char path[512];
    if (argc > 1 && strcmp(argv[1], "--actor") == 0)
        return actor_main(argc, argv);
    if (argc < 2)
        give_up("usage: rows FOLDER [ROW...]");
    wanted = argv + 2;
    wanted_count = argc - 2;
    set_key_rows();
    query_key_rows();
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        snprintf(path, sizeof path, "%s/%s", argv[1], tables[i]);
        step_rows(path);
    }
    return report_status();
}
