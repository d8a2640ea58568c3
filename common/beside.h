/**
 * @file beside.h
 * @brief A file that is there as a whole or not at all.
 *
 * It is written beside its final place, flushed to the disk and then renamed, so that a full disk or a power cut
 * leaves either the old file or the new one, never half of one.
 */
#ifndef BESIDE_H
#define BESIDE_H

#include "fail.h"

#include <limits.h>
#include <stdio.h>

/** A file on its way to its place. */
typedef struct Beside {
    char path[PATH_MAX]; ///< where it goes
    char name[PATH_MAX]; ///< where it is written
    FILE *file;          ///< open for writing
} Beside;

/**
 * @brief Creates the file beside its place.
 * @param path   where it is to go
 * @param beside filled on success; beside_close() or beside_drop() ends it
 * @param error  filled on failure: path and reason
 * @return false when the folder is missing or read-only, or the place is taken by a folder, a device or a pipe
 */
bool beside_open(const char *path, Beside *beside, Error *error);

/**
 * @brief Puts what was written into its place; an older file is replaced.
 * @param beside the file; closed in any case
 * @param error  filled on failure: path and reason
 * @return whether everything reached the disk; if not, an older file is untouched and nothing else is left
 */
bool beside_close(Beside *beside, Error *error);

/**
 * @brief Gives up: nothing is left of the file.
 * @param beside the file; closed
 */
void beside_drop(Beside *beside);

#endif
