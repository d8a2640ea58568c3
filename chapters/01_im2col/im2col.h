/**
 * @file im2col.h
 * @brief Windows as columns of a matrix, and the way back.
 *
 * @defgroup ch01 1: Windows as columns
 *
 * im2col() copies every window of an image into a column of a matrix; col2im() **adds** every entry
 * of such a matrix to the pixel from which im2col() copied it. Entries of padding are 0 on the way
 * there and dropped on the way back.
 *
 *     x     (c, h, w)            one image
 *     col   (c*k*k, oh*ow)       row (ch,p,q), column (i,j); k = size, oh and ow: window_out()
 *
 * @f[ col_{(ch,p,q),(i,j)} = x_{ch,\; i\,stride + p - pad,\; j\,stride + q - pad} @f]
 *
 * Lesson: chapters/01_im2col/README.md. Source: the report, "Convolution" (there with windows in
 * rows); Chellapilla, Puri and Simard 2006.
 * @{
 */
#ifndef IM2COL_H
#define IM2COL_H

#include "real.h"
#include "shape.h"

#include <stddef.h>

/**
 * @brief How many numbers the matrix of one image has.
 * @param in     the image
 * @param size   side k of the square window, at most h + 2*pad and w + 2*pad
 * @param stride step between windows, at least 1
 * @param pad    zeros on each side, 0 .. size-1
 * @return c*k*k * oh*ow
 */
size_t im2col_size(Shape in, int size, int stride, int pad);

/** From x to col, which is overwritten; the other arguments as in im2col_size(). */
typedef void Im2col(Shape in, int size, int stride, int pad, const real *x, real *col);

/** From col to x, which is overwritten; the other arguments as in im2col_size(). */
typedef void Col2im(Shape in, int size, int stride, int pad, const real *col, real *x);

Im2col im2col_naive; ///< The definition: one entry at a time, straight from the formula.
Im2col im2col;       ///< The same matrix, one run of entries at a time.

Col2im col2im_naive; ///< The definition: every entry is added where im2col_naive() read it.
Col2im col2im;       ///< The same sums, one run of entries at a time.

/** @} */
#endif
