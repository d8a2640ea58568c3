/**
 * @file subsample.h
 * @brief Trainable subsampling: how the 1998 network halves its maps.
 *
 * @addtogroup ch03
 *
 * **Subsampling** (advanced) in LeCun et al. 1998 adds the four numbers of a window and lets the
 * network learn what to make of the sum: every map has one weight and one bias,
 *
 *     y[ch,i,j] = w[ch] * (sum of the window of x[ch] at size*i, size*j) + b[ch]
 *
 * and a squash follows as a layer of its own (chapter 4). With a small w a map passes on a blur;
 * with a large one the squash turns it into a noisy AND or OR of its inputs. Unlike max pooling,
 * all inputs of a window get a gradient:
 *
 *     dw[ch] += sum dy * sum4        db[ch] += sum dy        dx = w[ch] * dy, to each of the four
 *
 * The paper says "added" on page 7 and "averages" on page 6; the two differ by a factor of 4 in w,
 * and in the size of initial weights and steps. We add, as LeCun's own later code does.
 *
 * Source: LeCun et al. 1998, section II-B, layers S2 and S4.
 * @{
 */
#ifndef SUBSAMPLE_H
#define SUBSAMPLE_H

#include "layer.h"

/**
 * @brief A trainable subsampling layer with windows that do not overlap.
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
