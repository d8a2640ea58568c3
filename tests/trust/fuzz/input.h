/*
 * Shared by the fuzz targets. Our readers take a path, not a piece of memory; so every input
 * becomes a file.
 *
 * A target is one function that libFuzzer calls with random bytes, millions of times (make
 * trust-fuzz). It must return, without a leak, an overrun or undefined behaviour, whatever the
 * bytes; and it aborts when a reader breaks one of the promises below.
 */
#ifndef INPUT_H
#define INPUT_H

#include "fail.h"

#include <stddef.h>
#include <stdint.h>

/* The entry that libFuzzer expects of every target. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* libFuzzer's own change of some bytes, and where it asks for ours. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t most);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed);

/* Writes the bytes to a file, always the same one, in memory where the system has /dev/shm. Returns
   its path. */
const char *input_file(const uint8_t *data, size_t size);

/* A promise: when it does not hold, the target aborts with these words. */
void promise(bool kept, const char *words);

/* What every reader promises when it refuses: one line that begins with the path. */
void promise_one_line(const char *path, const Error *error);

#endif
