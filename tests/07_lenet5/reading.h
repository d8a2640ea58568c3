/**
 * @file reading.h
 * @brief Reading the program's results: tables, saved files, lines of output.
 */
#ifndef READING_H
#define READING_H

#include "support.h"

/* Whether a file exists. */
bool exists(const char *path);

/* Whether two files have the same bytes; missing files have none in common. */
bool same_bytes(const char *a, const char *b);

/* The number after a text, or NaN. */
double number_after(const char *output, const char *text);

/* The value of an entry of a saved file's metadata. */
const char *saved_as(const char *path, const char *key);

/** A table of numbers: rows of the same length. Words in it are NaN. */
typedef struct Table {
    int rows, columns;
    double *number;
    const char *head; ///< the line with the columns' names, "" without one
} Table;

/* A table whose first line may name the columns; it ends at a blank line. */
Table table_of(const char *path);

/* The rows after the line "# NAME". */
Table block_of(const char *path, const char *name);

/* How many lines of a file begin with a text. */
int lines_with(const char *path, const char *beginning);

/* The number in a row of a column, which is given by its name. */
double table_cell(const Table *table, int row, const char *column);

/* A number by row and column; both from 0. */
double table_entry(const Table *table, int row, int column);

/* Two logs of runs that must be the same: all columns but the seconds. */
void expect_same_log(const char *path, const char *other);

#endif
