/**
 * @file file.h
 * @brief Files: is it one, and writing one so that it is complete or absent.
 *
 * A pipe may keep a reader waiting and a device may never end; neither has a length to check a
 * header against. So every reader asks file_length() first.
 *
 * Writing goes through an Output: the bytes go into a temporary file in the same folder, are
 * flushed to the disk, and the temporary is renamed. A full disk or a power cut leaves either the
 * old file or the new one, never half of one. The file keeps the permissions of the one it
 * replaces, and a link stays a link: the file behind it is replaced.
 *
 * The temporary is FILE.unfinished, locked while it is open. One that a killed program left is used
 * again; a second program that writes the same file is refused.
 *
 * The data behind a picture is a table for gnuplot: fields with tabs between them, the names of the
 * columns on top, "nan" for a missing value. It is written with fprintf() into Output.stream.
 */
#ifndef FILE_H
#define FILE_H

#include "fail.h"

#include <limits.h>
#include <stdio.h>

/** A file that is being written. */
typedef struct Output {
    FILE *stream;             ///< open for writing
    char path[PATH_MAX];      ///< the file, as the user calls it
    char target[PATH_MAX];    ///< the same without links
    char temporary[PATH_MAX]; ///< its name until it is complete
    int file;                 ///< the stream's descriptor, locked
} Output;

/** A lock that a program takes on a file that it will replace again and again. */
typedef struct Lock {
    char path[PATH_MAX]; ///< the file that carries it
    int file;            ///< open as long as the lock is held
} Lock;

/**
 * @brief Asks for a regular file, through links.
 * @param bytes filled with its length
 * @param error filled on failure: there is nothing, or it is a folder, a pipe or a device
 * @return whether it is a regular file
 */
bool file_length(const char *path, long *bytes, Error *error);

/**
 * @brief Whether two paths name the same file, existing or not.
 * @return true when writing one would replace the other
 */
bool file_same(const char *a, const char *b);

/**
 * @brief Whether writing either of two files leaves the other one alone: neither they themselves
 *        nor the files that are made on the way, FILE.unfinished and FILE.lock, are the same.
 */
bool file_disjoint(const char *a, const char *b);

/**
 * @brief Takes a lock, which the empty file PATH.lock carries; it ends with the process at the
 *        latest. Where a file system has no locks, this succeeds.
 * @param lock  filled on success; lock_release() ends it
 * @param path  the file to lock; need not exist
 * @param error filled on failure: another process holds the lock, or its file cannot be made
 * @return whether this process holds it now
 */
bool lock_take(Lock *lock, const char *path, Error *error);

/** @brief Gives a lock back and removes its file. */
void lock_release(Lock *lock);

/**
 * @brief Checks that a file could be written, before hours of work are put into it.
 * @param path  where it is to go
 * @param error filled on failure: the folder is missing or read-only, or the path is a folder
 */
bool output_possible(const char *path, Error *error);

/**
 * @brief Creates the temporary file.
 * @param output filled on success; output_commit() or output_discard() ends it
 * @param path   the name the file gets in the end
 * @param error  filled on failure: path and reason
 * @return false when the folder is missing or read-only, when another program is writing the file,
 *         or when the path names something that is not a regular file
 */
bool output_open(Output *output, const char *path, Error *error);

/**
 * @brief The same, the path given in two parts.
 * @param folder an existing folder
 * @param name   the file's name in it, e.g. 01_memory.tsv
 * @param error  filled on failure: path and reason
 * @return as output_open()
 */
bool output_open_in(Output *output, const char *folder, const char *name, Error *error);

/**
 * @brief Gives the file its name; an older file is replaced.
 * @param output the file; closed in any case
 * @param error  filled on failure: path and reason
 * @return whether everything reached the disk; if not, an older file is untouched and no temporary
 *         is left
 */
bool output_commit(Output *output, Error *error);

/** @brief Gives up: nothing is left of the file. */
void output_discard(Output *output);

#endif
