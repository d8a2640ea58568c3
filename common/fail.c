/* The two ways out of an error; see fail.h. */
#include "fail.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* How many bytes from here on are one printable character of UTF-8; 0: none. */
static size_t printable(const char *text) {
    unsigned char first = (unsigned char)text[0];
    if (first < 0x80) return !iscntrl(first);
    size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4) return 0;
    for (size_t i = 1; i < length; i++)
        if (((unsigned char)text[i] & 0xc0) != 0x80) return 0;
    /* U+0080 to U+009F: control characters too, which some terminals obey */
    return first == 0xc2 && (unsigned char)text[1] < 0xa0 ? 0 : length;
}

/* Line ends, sequences that a terminal obeys, bytes that are not UTF-8: each becomes a "?". */
static void make_printable(char *text) {
    while (*text) {
        size_t length = printable(text);
        if (length == 0) *text = '?';
        text += length == 0 ? 1 : length;
    }
}

const char *printable_name(const char *name, char *copy, size_t size) {
    snprintf(copy, size, "%s", name);
    make_printable(copy);
    return copy;
}

/* Always false, so that a function that fails can say why and return in one statement. */
bool error_set(Error *error, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    /* Names from a hostile file may hold line ends, or sequences that a terminal obeys. */
    make_printable(error->text);
    return false;
}

/* "error: " or "broken contract: ", the message, a newline, all on stderr. */
static void report(const char *kind, const char *format, va_list args) {
    char line[2048];
    vsnprintf(line, sizeof line, format, args);
    make_printable(line);
    /* Output so far comes first, wherever the two streams go. */
    fflush(stdout);
    fprintf(stderr, "%s: %s\n", kind, line);
}

/* The end of a program for a reason that its user can do something about. */
void fail(int exit_code, const char *format, ...) {
    va_list args;
    va_start(args, format);
    report("error", format, args);
    va_end(args);
    exit(exit_code);
}

void fail_with(const Error *error) {
    fail(EXIT_FAILURE, "%s", error->text);
}

void contract(bool holds, const char *format, ...) {
    if (holds) return;
    va_list args;
    va_start(args, format);
    report("broken contract", format, args);
    va_end(args);
    /* and not exit(): a debugger stops here, with the wrong call still on the stack */
    abort();
}
