/**
 * @file subsample.h
 * @brief Trainable subsampling: how the 1998 network halves its maps.
 *
 * @addtogroup ch03
 *
 * **Subsampling** in LeCun et al. 1998 adds the four numbers of a window and lets the network learn what to
 * make of the sum: every map has one weight and one bias,
 *
 *     y[ch,i,j] = w[ch] * (x[ch,2i,2j] + x[ch,2i,2j+1] + x[ch,2i+1,2j] + x[ch,2i+1,2j+1]) + b[ch]
 *
 * and a squash follows as a layer of its own (chapter 4). With a small w a map passes on a blur; with a large
 * one the squash turns it into a noisy AND or OR of its inputs. Unlike max pooling, all four inputs get a
 * gradient:
 *
 *     dw[ch] += sum dy * sum4        db[ch] += sum dy        dx = w[ch] * dy, to each of the four
 *
 * The paper says "added" on page 7 and "averages" on page 6; the two differ by a factor of 4 in w, and in the
 * size of first weights and steps. We add, as LeCun's own later code does.
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
 * @return the layer; one weight and one bias a channel
 */
Layer subsample_layer(const char *name, Shape in, int size);

/**
 * @brief The definition of forward, a window at a time, sums in double. Same contract as Layer.forward.
 * @param layer   a subsampling layer
 * @param n       images
 * @param w       weight and bias
 * @param x       (n, c, h, w)
 * @param y       (n, c, h/size, w/size), overwritten
 * @param scratch not used
 */
void subsample_forward_naive(const Layer *layer, int n, const real *w, const real *x, real *y,
                             real *scratch);

/**
 * @brief The definition of backward, sums in double. Same contract as Layer.backward.
 * @param layer   a subsampling layer
 * @param n       images
 * @param w       weight and bias
 * @param x       (n, c, h, w)
 * @param y       not used
 * @param dy      (n, c, h/size, w/size)
 * @param dw      weight and bias gradient, accumulated
 * @param dx      (n, c, h, w), overwritten; NULL: not wanted
 * @param scratch not used
 */
void subsample_backward_naive(const Layer *layer, int n, const real *w, const real *x,
                              const real *y, const real *dy, real *dw, real *dx, real *scratch);

/** @} */
#endif
