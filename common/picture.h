/**
 * @file picture.h
 * @brief Small pictures and matrices in the terminal, so that a lesson can be checked by eye.
 *
 * One character cell shows one pixel of width and two of height, which makes pixels square. On a
 * colour terminal both are drawn (a half block in two greys); elsewhere, or with NO_COLOR set,
 * their mean becomes one of ten characters from blank to `@`. A NaN is drawn as `?`. These
 * functions write only to the stream they are given.
 */
#ifndef PICTURE_H
#define PICTURE_H

#include "real.h"

#include <stdbool.h>
#include <stdio.h>

/**
 * @brief Whether a stream is a terminal that should get colours and moving bars.
 * @return true on a terminal that is not "dumb", unless NO_COLOR is set
 */
bool stream_is_fancy(FILE *out);

/**
 * @brief Draws images side by side.
 * @param x  (count, h, w)
 * @param lo the value drawn blank (black on a colour terminal)
 * @param hi the value drawn brightest; with lo == hi each image uses its own range
 */
void picture_print(FILE *out, int count, int h, int w, const real *x, real lo, real hi);

/**
 * @brief Prints a matrix of numbers, three significant digits, one row per line.
 * @param x (rows, cols)
 */
void matrix_print(FILE *out, const char *title, int rows, int cols, const real *x);

/**
 * @brief Writes a matrix as a block of a table, which gnuplot finds by its name (its "index").
 *
 * A line `# NAME`, rows of numbers with tabs between them, two empty lines.
 *
 * @param x (rows, cols)
 */
void block_write(FILE *out, const char *name, int rows, int cols, const real *x);

#endif
