/**
 * @file im2col.h
 * @brief Windows as columns, and the way back.
 *
 * @defgroup ch01 Chapter 1: windows as columns
 *
 * A convolution slides a small window over an image and does the same arithmetic at every stop.
 * Processors like one big regular piece of arithmetic better than many small ones, so we first write
 * the windows down: every window becomes one **column** of a matrix. What is left of the
 * convolution is a single matrix product, which is chapter 2.
 *
 *     x     (c, h, w)            one image
 *     col   (c*k*k, oh*ow)       row (ch,p,q) is pixel (p,q) of channel ch of every window,
 *                                column (i,j) is the window at output place (i,j)
 *
 * @f[ col_{(ch,p,q),(i,j)} = x_{ch,\; i\,stride + p - pad,\; j\,stride + q - pad} @f]
 *
 * and 0 where that pixel lies outside the image. oh and ow come from window_out().
 *
 * The price is memory: a pixel stands in every window that covers it, so col is about (k/stride)^2 times
 * as large as the image. For LeNet-5 it is 19 times in its first convolution (called C1) and 13 in its
 * second (C3), not 25, because fewer windows cover the pixels at the edge.
 *
 * **The way back.** col2im() *adds* every column to the place its window came from. That is not the
 * inverse (a pixel under nine windows comes back nine times), it is the *adjoint*: for all x and y
 *
 * @f[ \langle im2col(x),\, y \rangle = \langle x,\, col2im(y) \rangle @f]
 *
 * and this is exactly what backpropagation needs. If a pixel influences the loss through nine
 * columns, its derivative is the sum of the nine (chain rule).
 *
 * Ours works on one image and puts windows in columns; the report's `im2col` takes the whole batch
 * and puts windows in rows. One image at a time stays in cache, and col is as wide as the output,
 * so that the product with the filters comes out as (f, oh, ow) without a transpose.
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
 * @brief How many reals the column matrix of one image has.
 * @param in     the image
 * @param size   side k of the square window
 * @param stride step between windows
 * @param pad    zeros on each side
 * @return c*k*k * oh*ow
 */
size_t im2col_size(Shape in, int size, int stride, int pad);

/**
 * @brief The definition: one entry at a time, straight from the formula.
 * @param in     shape of x
 * @param size   side k of the square window, at most h + 2*pad and w + 2*pad
 * @param stride step between windows, at least 1
 * @param pad    zeros on each side, 0 .. size-1
 * @param x      (c, h, w)
 * @param col    (c*k*k, oh*ow), overwritten
 */
void im2col_naive(Shape in, int size, int stride, int pad, const real *x, real *col);

/**
 * @brief The same matrix, a row segment at a time.
 * @param in     shape of x
 * @param size   side k of the square window, at most h + 2*pad and w + 2*pad
 * @param stride step between windows, at least 1
 * @param pad    zeros on each side, 0 .. size-1
 * @param x      (c, h, w)
 * @param col    (c*k*k, oh*ow), overwritten
 */
void im2col(Shape in, int size, int stride, int pad, const real *x, real *col);

/**
 * @brief The definition of the adjoint: every entry of col is added where im2col_naive() read it.
 * @param in     shape of x
 * @param size   side k of the square window
 * @param stride step between windows
 * @param pad    zeros on each side; what falls on them is dropped
 * @param col    (c*k*k, oh*ow)
 * @param x      (c, h, w), overwritten
 */
void col2im_naive(Shape in, int size, int stride, int pad, const real *col, real *x);

/**
 * @brief The same sums, a row segment at a time.
 * @param in     shape of x
 * @param size   side k of the square window
 * @param stride step between windows
 * @param pad    zeros on each side; what falls on them is dropped
 * @param col    (c*k*k, oh*ow)
 * @param x      (c, h, w), overwritten
 */
void col2im(Shape in, int size, int stride, int pad, const real *col, real *x);

/** @} */
#endif
