#include "words.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

static char *skip_blanks(char *at)
{
    while (isspace((unsigned char)*at))
        at++;
    return at;
}

/* The end of the word that begins at `at`. */
static char *word_end(char *at)
{
    if (*at == '"') {
        char *mark = strchr(at + 1, '"');
        return mark != NULL ? mark : at + strlen(at);
    }
    while (*at != '\0' && !isspace((unsigned char)*at))
        at++;
    return at;
}

void words_split(struct words *words, const char *line)
{
    words->count = 0;
    snprintf(words->text, sizeof words->text, "%s", line);
    char *at = skip_blanks(words->text);
    while (*at != '\0' && words->count < MOST_WORDS) {
        char *end = word_end(at);
        words->word[words->count++] = *at == '"' ? at + 1 : at;
        if (*end == '\0')
            break;
        *end = '\0';
        at = skip_blanks(end + 1);
    }
}

const char *word(const struct words *words, int index)
{
    return index < words->count ? words->word[index] : "";
}

int word_is(const struct words *words, int index, const char *text)
{
    return strcmp(word(words, index), text) == 0;
}

const char *words_after(const char *line, int skipped)
{
    char *at = skip_blanks((char *)line);
    while (skipped-- > 0 && *at != '\0') {
        at = word_end(at);
        if (*at == '"')
            at++;
        at = skip_blanks(at);
    }
    return at;
}
