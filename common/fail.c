/* The two ways out of an error; see fail.h. */
#include "fail.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* Always false, so that a function that fails can say why and return in one statement. */
bool error_set(Error *error, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vsnprintf(error->text, sizeof error->text, format, args);
    va_end(args);
    /* Names from a hostile file may hold line ends, or sequences that a terminal obeys. */
    for (char *c = error->text; *c; c++)
        if (iscntrl((unsigned char)*c)) *c = '?';
    return false;
}

/* "error: " or "broken contract: ", the message, a newline, all on stderr. */
static void report(const char *kind, const char *format, va_list args) {
    /* Output so far comes first, wherever the two streams go. */
    fflush(stdout);
    fprintf(stderr, "%s: ", kind);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
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
