/**
 * @file shape.h
 * @brief Shapes of images, and the one home of the output-size formula.
 */
#ifndef SHAPE_H
#define SHAPE_H

/** One image or one stack of feature maps: c maps of h rows and w columns, row-major. */
typedef struct Shape {
    int c; ///< channels (feature maps)
    int h; ///< rows
    int w; ///< columns
} Shape;

/**
 * @brief How many numbers a shape holds.
 * @param s the shape
 * @return c * h * w
 */
static inline int shape_size(Shape s) {
    return s.c * s.h * s.w;
}

/**
 * @brief How many windows fit along one axis.
 *
 * @f[ out = \left\lfloor \frac{in + 2\,pad - size}{stride} \right\rfloor + 1 @f]
 *
 * What is left over at the end, when the stride does not divide, is seen by no window.
 * Everything that slides a window asks here; no other line computes an output size.
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
 * @param in       the image
 * @param channels channels of the result
 * @param size     side of the square window
 * @param stride   step on both axes
 * @param pad      padding on all four sides
 * @return {channels, window_out(h), window_out(w)}
 */
Shape window_shape(Shape in, int channels, int size, int stride, int pad);

#endif
