/*
 * findstr.exe for a prefix of Wine 8, whose own one finds nothing: scripts scrape what netsh prints with it.
 *
 *   findstr [/b] [/e] [/x] [/i] [/v] [/n] [/m] [/l | /r] [/c:TEXT]... [TEXTS] [FILE]...
 *
 * Exit status: 0 a line was found, 1 none, 2 it was not understood. Source: Windows' page "findstr".
 */
#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include <windows.h>

enum { MOST_TEXTS = 64, LONGEST_LINE = 8191, LONGEST_TEXT = 511 };

struct search {
    int begin, end, ignore, invert, number, names, literal, regular;
    int count;
    char texts[MOST_TEXTS][LONGEST_TEXT + 1];
};

static int complain(const char *text)
{
    fprintf(stderr, "FINDSTR: %s\n", text);
    return 2;
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static int same(const struct search *search, char a, char b)
{
    return search->ignore ? lower(a) == lower(b) : a == b;
}

static int is_word(char c)
{
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || c == '_' || (c & 0x80) != 0;
}

/* The end of the one-letter pattern at `p`: a letter, `.`, `\x` or `[...]`. */
static const char *past(const char *p)
{
    if (*p == '\\' && p[1] != '\0')
        return p + 2;
    if (*p == '[') {
        const char *q = p + 1 + (p[1] == '^');
        q = *q != '\0' ? strchr(q + 1, ']') : NULL;
        if (q != NULL)
            return q + 1;
    }
    return p + 1;
}

static int in_class(const struct search *search, const char *p, const char *end, char c)
{
    int not = p[1] == '^', found = 0;
    for (p += 1 + not; p < end; p++) {
        if (p + 2 < end && p[1] == '-') {
            char low = search->ignore ? lower(*p) : *p, high = search->ignore ? lower(p[2]) : p[2];
            char letter = search->ignore ? lower(c) : c;
            found |= letter >= low && letter <= high;
            p += 2;
        } else {
            found |= same(search, *p, c);
        }
    }
    return found != not;
}

static int takes(const struct search *search, const char *p, char c)
{
    const char *end = past(p);
    if (c == '\0')
        return 0;
    if (*p == '[' && end > p + 1)
        return in_class(search, p, end - 1, c);
    if (*p == '\\' && p[1] != '\0')
        return same(search, p[1], c);
    return *p == '.' || same(search, *p, c);
}

/* Whether the regular expression `p` fits from `at` on. */
static int fits(const struct search *search, const char *p, const char *line, const char *at)
{
    for (;;) {
        if (*p == '\0')
            return !search->end || *at == '\0';
        if (*p == '$' && p[1] == '\0')
            return *at == '\0';
        if (p[0] == '\\' && (p[1] == '<' || p[1] == '>')) {
            int before = at > line && is_word(at[-1]), after = is_word(*at);
            if (p[1] == '<' ? before || !after : !before || after)
                return 0;
            p += 2;
            continue;
        }
        const char *next = past(p);
        if (*next == '*') {
            const char *most = at;
            while (takes(search, p, *most))
                most++;
            for (; most >= at; most--)
                if (fits(search, next + 1, line, most))
                    return 1;
            return 0;
        }
        if (!takes(search, p, *at))
            return 0;
        p = next;
        at++;
    }
}

static int fits_literally(const struct search *search, const char *text, const char *at)
{
    for (; *text != '\0'; text++, at++) {
        if (*text == '\\' && (text[1] == '\\' || text[1] == '"'))
            text++;
        if (*at == '\0' || !same(search, *text, *at))
            return 0;
    }
    return !search->end || *at == '\0';
}

static int found_in(const struct search *search, const char *text, const char *line)
{
    int regular = search->regular || (!search->literal && strpbrk(text, ".*^$[\\") != NULL);
    int begin = search->begin || (regular && *text == '^');
    if (regular && *text == '^')
        text++;
    const char *at = line;
    do {
        if (regular ? fits(search, text, line, at) : fits_literally(search, text, at))
            return 1;
    } while (!begin && *at++ != '\0');
    return 0;
}

/* The lines of one file; how many were found. `name` is put in front where there are several. */
static long look(const struct search *search, FILE *file, const char *name)
{
    static char line[LONGEST_LINE + 2];
    long found = 0;
    for (long number = 1; fgets(line, sizeof line, file) != NULL; number++) {
        int any = 0;
        line[strcspn(line, "\r\n")] = '\0';
        for (int i = 0; i < search->count && !any; i++)
            any = found_in(search, search->texts[i], line);
        if (any == search->invert)
            continue;
        found++;
        if (search->names)
            break;
        if (name != NULL)
            printf("%s:", name);
        if (search->number)
            printf("%ld:", number);
        printf("%s\r\n", line);
    }
    if (search->names && found > 0 && name != NULL)
        printf("%s\r\n", name);
    return found;
}

static int add(struct search *search, const char *text, size_t length)
{
    if (search->count == MOST_TEXTS || length > LONGEST_TEXT)
        return 0;
    memcpy(search->texts[search->count], text, length);
    search->texts[search->count++][length] = '\0';
    return 1;
}

/* In the code page of files and pipes. */
static void narrow(const WCHAR *word, char *bytes, int size)
{
    if (WideCharToMultiByte(CP_OEMCP, 0, word, -1, bytes, size, NULL, NULL) == 0)
        bytes[0] = '\0';
}

/* One word of options, as `/i` or `/n/c:text`; 0 when it is not understood. */
static int option(struct search *search, const WCHAR *word)
{
    char text[2 * LONGEST_TEXT];
    for (word++; *word != L'\0'; word++) {
        switch (*word | 0x20) {
        case 'b': search->begin = 1; break;
        case 'e': search->end = 1; break;
        case 'x': search->begin = search->end = 1; break;
        case 'i': search->ignore = 1; break;
        case 'v': search->invert = 1; break;
        case 'n': search->number = 1; break;
        case 'm': search->names = 1; break;
        case 'l': search->literal = 1; break;
        case 'r': search->regular = 1; break;
        case 'p':
        case '/' | 0x20: break;
        case 'c':
            if (word[1] != L':')
                return 0;
            narrow(word + 2, text, sizeof text);
            return add(search, text, strlen(text));
        default: return 0;
        }
    }
    return 1;
}

int wmain(int count, WCHAR *words[])
{
    static struct search search;
    static char text[MOST_TEXTS * LONGEST_TEXT];
    long found = 0;
    int at = 1;
    _setmode(_fileno(stdout), _O_BINARY);
    for (; at < count && words[at][0] == L'/'; at++)
        if (!option(&search, words[at]))
            return complain("this option is not offered");
    if (search.count == 0) { /* blanks part what is looked for */
        if (at == count)
            return complain("what is looked for is missing");
        narrow(words[at++], text, sizeof text);
        for (const char *part = text; *part != '\0';) {
            size_t length = strcspn(part, " ");
            if (length > 0 && !add(&search, part, length))
                return complain("this is too much to look for");
            part += length + (part[length] == ' ');
        }
    }
    if (at == count)
        found = look(&search, stdin, NULL);
    for (int several = count - at > 1; at < count; at++) {
        FILE *file = _wfopen(words[at], L"rb");
        narrow(words[at], text, sizeof text);
        if (file == NULL) {
            fprintf(stderr, "FINDSTR: Cannot open %s\n", text);
            continue;
        }
        found += look(&search, file, several || search.names ? text : NULL);
        fclose(file);
    }
    return found == 0;
}
