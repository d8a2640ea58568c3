/**
 * @file pool.h
 * @brief Max pooling, and where its gradient goes.
 *
 * @defgroup ch03 3: Pooling
 *
 * Every window passes on its largest entry, and only that entry gets the gradient back.
 *
 *     x   (c, h, w)      one input image
 *     y   (c, oh, ow)    oh = window_out(h), ow = window_out(w)
 *
 * @f[ y_{ch,i,j} = \max_{p,q}\; x_{ch,\;i\,stride+p-pad,\;j\,stride+q-pad} \qquad
 *     dx_{ch,r,s} = \sum_{(i,j)\ \text{whose maximum is at}\ (r,s)} dy_{ch,i,j} @f]
 *
 * - Ties: the first maximum in reading order takes the whole gradient.
 * - Padding never wins; every window has at least one real entry, because pad < size.
 * - NaN wins: y is NaN, and the gradient goes to the first NaN of the window.
 * - An entry that is the maximum of several windows gets the sum; one in no window gets 0.
 *
 * Lesson: chapters/03_pool/README.md. Source: the report, "MaxPooling".
 * @{
 */
#ifndef POOL_H
#define POOL_H

#include "layer.h"

/**
 * @brief A max pooling layer; it has no parameters.
 * @param name   unique in its network
 * @param in     shape of one input
 * @param size   side of the square window
 * @param stride step between windows
 * @param pad    padding on each side, 0 .. size-1
 * @return the layer; w, dw and scratch are not used
 */
Layer max_pool_layer(const char *name, Shape in, int size, int stride, int pad);

LayerForward max_pool_forward;   ///< The largest entry of every window.
LayerBackward max_pool_backward; ///< Each dy to the place of its maximum, found again from x.

/** @} */
#endif
