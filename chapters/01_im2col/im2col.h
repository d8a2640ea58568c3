/**
 * @file im2col.h
 * @brief Windows as columns of a matrix, and the way back.
 *
 * @defgroup ch01 Chapter 1: windows as columns
 *
 * A convolution slides a small window over an image and does the same arithmetic at every stop.
 * im2col() writes the windows down first: each becomes one **column** of a matrix.
 *
 *     x     (c, h, w)            one image
 *     col   (c*k*k, oh*ow)       row (ch,p,q) holds pixel (p,q) of channel ch of every window,
 *                                column (i,j) is the window at output place (i,j)
 *
 * @f[ col_{(ch,p,q),(i,j)} = x_{ch,\; i\,stride + p - pad,\; j\,stride + q - pad} @f]
 *
 * and 0 where that pixel lies outside the image. oh and ow come from window_out(). Each pixel is
 * copied into every window that contains it, so col is about (k/stride)^2 times as large as x.
 *
 * col2im() goes the other way: it **adds** every entry of col to the pixel it was copied from. That
 * is not the inverse (a pixel in nine windows comes back nine times) but what backpropagation
 * needs: if a pixel influences the loss through nine columns, its gradient is the sum of the nine.
 * For all x and y
 *
 * @f[ \sum_i im2col(x)_i\; y_i \;=\; \sum_i x_i\; col2im(y)_i @f]
 *
 * The report's `im2col` takes the whole batch and puts windows in rows. Ours takes one image, which
 * stays in cache, and its columns give a product with the filters that is already (f, oh, ow).
 *
 * Source: the report, "Convolution" (im2col, col2im); Chellapilla, Puri and Simard 2006, "High
 * performance convolutional neural networks for document processing".
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

/** From x to col. in, size, stride, pad: as im2col_size(); x (c, h, w); col (c*k*k, oh*ow),
    overwritten. */
typedef void Im2col(Shape in, int size, int stride, int pad, const real *x, real *col);

/** From col back to x. What col holds for padding is dropped; x (c, h, w) is overwritten. */
typedef void Col2im(Shape in, int size, int stride, int pad, const real *col, real *x);

Im2col im2col_naive; ///< The definition: one entry at a time, straight from the formula.
Im2col im2col;       ///< The same matrix, a row of each window place at a time.

Col2im col2im_naive; ///< The definition: every entry is added where im2col_naive() read it.
Col2im col2im;       ///< The same sums, a row at a time.

/** @} */
#endif
