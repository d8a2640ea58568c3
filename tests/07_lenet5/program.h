/**
 * @file program.h
 * @brief Running 07_lenet5 as a user does: arguments in, exit code and output back.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "support.h"

#include <sys/types.h>

/** The traces of a program. */
typedef struct Ran {
    int code;        ///< its exit code, or 128 + the signal that ended it
    const char *out; ///< its stdout
    const char *err; ///< its stderr
} Ran;

/** A program that has been started. */
typedef struct Running {
    pid_t pid;
    FILE *out, *err;
} Running;

/* A folder with 300 training and 200 test images, so that the program is quick: images 0 .. 299
   and 300 .. 499 of MNIST's test set. */
const char *small_set(void);
enum { SMALL_TRAIN = 300, SMALL_TEST = 200 };

/* Writes images first .. first + n - 1 of MNIST's test set into a folder, as "train" or "t10k". */
void write_set(const char *dir, const char *prefix, int first, int n);

/* Runs `07_lenet5 ARGUMENTS` in a folder, through a shell that splits the arguments. */
Ran lenet5_in(const char *dir, const char *arguments, ...) __attribute__((format(printf, 2, 3)));

/* The same, and it must end with exit code 0. */
Ran lenet5_ok(const char *dir, const char *arguments, ...) __attribute__((format(printf, 2, 3)));

/* The program's path, from anywhere, quoted for a shell. */
const char *program_path(void);

/* Runs any command in a folder. */
Ran command_in(const char *dir, const char *command, ...) __attribute__((format(printf, 2, 3)));

/* Starts any command in a folder. */
Running command_start(const char *dir, const char *command);

/* Starts `07_lenet5 ARGUMENTS` in a folder. */
Running lenet5_start(const char *dir, const char *arguments);

/* Waits until a running program has written a text to stdout. */
void wait_for(const Running *running, const char *text);

/* Waits for the end of a program. */
Ran wait_for_end(Running *running);

#endif
