/*
 * One row of the reference's test tables.
 */
#ifndef FACE_ROW_H
#define FACE_ROW_H

/* Whether `name` was asked for on the command line; without names every row is. */
int row_wanted(const char *name);

/*
 * What is said of a row's result: `ok A01 [D setsecondarykey] words`. A row that found nothing wrong
 * passes "" as `wrong`.
 */
void row_done(const char *name, const char *mark, const char *words, const char *wrong);

/* Rows A01..A17, P01..P21, B01..B10 (SetSecondaryKey) and Q01..Q09 (QuerySecondaryKey). */
void set_key_rows(void);
void query_key_rows(void);

/* The rows of a file in the step language. */
void step_rows(const char *path);

/* The other end of a client in a process of its own (actor.h). */
int actor_main(int argc, char **argv);

#endif
