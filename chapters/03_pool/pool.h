/**
 * @file pool.h
 * @brief Max pooling, and where its gradient goes.
 *
 * @defgroup ch03 Chapter 3: pooling
 *
 * A convolution says where a feature is; pooling keeps only roughly where, at half the resolution.
 * Every window passes on its largest entry:
 *
 *     x   (c, h, w)      one input image
 *     y   (c, oh, ow)    oh = window_out(h), ow = window_out(w)
 *
 * @f[ y_{ch,i,j} = \max_{p,q}\; x_{ch,\;i\,stride+p-pad,\;j\,stride+q-pad} @f]
 *
 * Only that entry moved y, so only that entry gets its gradient back:
 *
 * @f[ dx_{ch,r,s} = \sum_{(i,j)\ \text{whose maximum is at}\ (r,s)} dy_{ch,i,j} @f]
 *
 * The edge rules, each with a test:
 *
 * - **Ties**: the first maximum in reading order takes the whole gradient. (Handing it to every
 *   tied entry would multiply it; after ReLU ties between zeros are common.)
 * - **Padding** never wins: padded places are skipped, which is what padding with minus infinity
 *   means. Zeros would win against negative entries. pad is below size, so that every window has at
 *   least one real entry. (The report takes `pad` but leaves it out of the output size.)
 * - **NaN** wins: a window that holds one yields NaN, and its gradient goes to the first NaN.
 * - **Overlapping windows** (stride < size): an entry that is the maximum of several windows gets
 *   the sum. Pixels covered by no window (stride > size, or a remainder at the end) get 0.
 *
 * backward finds the maximum again from x; forward stores nothing.
 *
 * Source: the report, "MaxPooling". LeCun et al. 1998 subsample differently, see subsample.h.
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
 * @param pad    padding on each side that never wins, 0 .. size-1
 * @return the layer; w, dw and scratch are not used
 */
Layer max_pool_layer(const char *name, Shape in, int size, int stride, int pad);

LayerForward max_pool_forward;   ///< The largest entry of every window.
LayerBackward max_pool_backward; ///< Each dy to the place of its maximum.

/** @} */
#endif
