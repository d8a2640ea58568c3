/**
 * @file shape.h
 * @brief Shapes of images, where an entry is stored, and the only place where output sizes are
 *        computed.
 */
#ifndef SHAPE_H
#define SHAPE_H

#include "real.h"

#include <stdbool.h>

/** One image or one stack of feature maps: c maps (channels) of h rows and w columns. */
typedef struct Shape {
    int c; ///< channels (feature maps)
    int h; ///< rows
    int w; ///< columns
} Shape;

/**
 * @brief How many numbers a shape holds.
 * @return c * h * w
 */
static inline int shape_size(Shape s) {
    return s.c * s.h * s.w;
}

/**
 * @brief Where an entry is stored: channel after channel, in each row after row.
 * @param in the shape of the image
 * @param ch channel, 0 .. c-1
 * @param r  row, 0 .. h-1
 * @param s  column, 0 .. w-1
 * @return the index i for which x[i] is entry (ch, r, s) of image x
 */
// [at]
static inline int at(Shape in, int ch, int r, int s) {
    return (ch * in.h + r) * in.w + s;
}
// [at]

/**
 * @brief One entry of one of several images, as a double: the definitions add up in double.
 * @param x  images, or filters, of one shape, one after the other
 * @param in that shape
 * @param m  which image, from 0
 * @param ch channel, 0 .. c-1
 * @param r  row, 0 .. h-1
 * @param s  column, 0 .. w-1
 * @return x[m,ch,r,s]
 */
// [entry]
static inline double entry(const real *x, Shape in, int m, int ch, int r, int s) {
    return (double)x[m * shape_size(in) + at(in, ch, r, s)];
}
// [entry]

/**
 * @brief The same for a matrix stored row after row.
 * @param x       the matrix
 * @param columns how long a row is
 * @param row     row, from 0
 * @param column  column, 0 .. columns-1
 * @return x[row,column]
 */
static inline double cell(const real *x, int columns, int row, int column) {
    return (double)x[row * columns + column];
}

/**
 * @brief Whether a place belongs to the image or to the padding around it.
 * @param in the shape of the image
 * @param r  row
 * @param s  column
 * @return 0 <= r < h and 0 <= s < w
 */
static inline bool inside(Shape in, int r, int s) {
    return r >= 0 && r < in.h && s >= 0 && s < in.w;
}

/**
 * @brief How many windows fit along one axis.
 *
 * @f[ out = \left\lfloor \frac{in + 2\,pad - size}{stride} \right\rfloor + 1 @f]
 *
 * If the stride does not divide evenly, the last rows and columns are covered by no window.
 *
 * @param in     length of the axis, at least 1
 * @param size   length of the window, 1 .. in + 2*pad
 * @param stride step between windows, at least 1
 * @param pad    padding on each end, 0 .. size - 1 (more would make windows of padding only)
 * @return the number of windows; values outside these ranges break the contract
 */
int window_out(int in, int size, int stride, int pad);

/**
 * @brief The shape that windows over an image produce: window_out() on both axes.
 * @param channels channels of the result
 * @param size     side of the square window
 * @param stride   step on both axes
 * @param pad      padding on all four sides
 * @return {channels, window_out(h), window_out(w)}
 */
Shape window_shape(Shape in, int channels, int size, int stride, int pad);

#endif
