/**
 * @file subsample.h
 * @brief Trainable subsampling: how the 1998 network halves its maps.
 *
 * @addtogroup ch03
 *
 * **Subsampling** (advanced): every map has one weight and one bias, and windows do not overlap.
 *
 *     y[ch,i,j] = w[ch] * (sum of the window of x[ch] at size*i, size*j) + b[ch]
 *     dw[ch] += sum of dy * window sum      db[ch] += sum of dy
 *     dx = w[ch] * dy, to every entry of the window
 *
 * The squash that follows in the paper is a separate layer (chapter 4). The paper says "added" on
 * page 7 and "averages" on page 6, a factor of 4 in w; we add.
 *
 * Lesson: chapters/03_pool/README.md. Source: LeCun et al. 1998, section II-B, layers S2 and S4.
 * @{
 */
#ifndef SUBSAMPLE_H
#define SUBSAMPLE_H

#include "layer.h"

/**
 * @brief A trainable subsampling layer.
 * @param name unique in its network
 * @param in   shape of one input; size must divide h and w
 * @param size side of the square window, also its stride
 * @return the layer; one weight and one bias per channel, no scratch
 */
Layer subsample_layer(const char *name, Shape in, int size);

LayerForward subsample_forward_naive;   ///< The definition, a window at a time, sums in double.
LayerBackward subsample_backward_naive; ///< The definition, sums in double.

LayerForward subsample_forward;   ///< The same in the layer's own precision.
LayerBackward subsample_backward; ///< The same in the layer's own precision.

/** @} */
#endif
