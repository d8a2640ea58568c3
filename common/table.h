/**
 * @file table.h
 * @brief Numbers for gnuplot: tab-separated tables, with the names of the columns on top.
 *
 * A chapter's example prints its lesson and leaves the data behind that its picture is drawn from.
 * What the table holds is written with fprintf() into `file`: fields with tabs between them, "nan"
 * where there is nothing. Nothing half-written stays: the lines go into a file beside it, which
 * gets its name at the end.
 */
#ifndef TABLE_H
#define TABLE_H

#include "beside.h"

#include <stdio.h>

/** Where the examples write unless told otherwise, as seen from the project's top. */
#define DATA_DIR "build/data"

/** A table that is being written. */
typedef struct Table {
    FILE *file;    ///< where its lines go
    Beside beside; ///< what makes a file of them
} Table;

/**
 * @brief Opens a table for writing.
 * @param table  filled on success
 * @param folder an existing folder
 * @param name   the file's name, e.g. 01_memory.tsv
 * @param error  filled on failure
 * @return whether the folder can be written
 */
bool table_open(Table *table, const char *folder, const char *name, Error *error);

/**
 * @brief Gives the table its name; a table of that name is replaced.
 * @param table an open table
 * @param error filled on failure; then nothing is left of the table
 * @return whether all of it was written
 */
bool table_close(Table *table, Error *error);

#endif
