/**
 * @file fail.h
 * @brief Two kinds of error, two ways out.
 *
 * - **Environment errors**: a missing file, a wrong flag, no memory, a full disk. Library functions
 *   return false and fill an Error with one line: the problem, its place and a remedy; only a main
 *   turns it into a message and an exit code, with fail() or fail_with().
 * - **Programming errors**: shapes that cannot go together. contract() names them and aborts, so
 *   that a debugger stops at the mistake.
 */
#ifndef FAIL_H
#define FAIL_H

#include <stdbool.h>
#include <stddef.h>

enum {
    EXIT_USAGE = 2 ///< exit code: the command line was wrong; everything else is EXIT_FAILURE
};

/** One line of text about a problem. */
typedef struct Error {
    char text[512]; ///< one line, no newline at the end
} Error;

/**
 * @brief Writes one line into an error; control characters become question marks.
 * @param error  where to write; the text is cut at its size
 * @param format as in printf
 * @return always false, so that a function can end with `return error_set(error, ...)`
 */
bool error_set(Error *error, const char *format, ...) __attribute__((format(printf, 2, 3)));

/**
 * @brief Copies a file's name for a terminal: unprintable characters become question marks.
 * @param copy room for the copy; a long name is cut
 * @param size of that room
 * @return copy
 */
const char *printable_name(const char *name, char *copy, size_t size);

/**
 * @brief Prints `error: ...` on stderr and exits. Only mains call it.
 * @param exit_code EXIT_FAILURE or EXIT_USAGE
 * @param format    as in printf, one line
 */
_Noreturn void fail(int exit_code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** @brief Prints the error that a library function filled, and exits with EXIT_FAILURE. */
_Noreturn void fail_with(const Error *error);

/**
 * @brief Aborts with a message unless the condition holds: a programming error.
 * @param holds  the condition
 * @param format as in printf; names the layer and both shapes
 */
void contract(bool holds, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
