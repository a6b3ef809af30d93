/*
 * Lines of words; a word between quotation marks may hold blanks.
 */
#ifndef FACE_WORDS_H
#define FACE_WORDS_H

#include <stddef.h>

#define MOST_WORDS 24
#define LINE_SIZE 512

struct words {
    int count;
    char *word[MOST_WORDS];
    char text[LINE_SIZE];
};

void words_split(struct words *words, const char *line);

/* The word, or "" past the end. */
const char *word(const struct words *words, int index);
int word_is(const struct words *words, int index, const char *text);

/* The rest of `line` after `skipped` words, without blanks around it. */
const char *words_after(const char *line, int skipped);

#endif
