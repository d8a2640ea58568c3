/**
 * @file affine.h
 * @brief The fully connected layer.
 *
 * @defgroup ch04 Chapter 4: full connection and activations
 *
 * Every output is a weighted sum of all inputs and a bias. For a batch of n rows that is one matrix
 * product:
 *
 *     x   (n, in)       one input a row
 *     w   (out, in)     one unit a row, as PyTorch stores it (the report stores the transpose)
 *     b   (out)         stored behind w
 *     y   (n, out)
 *
 * @f[ y_{i,o} = b_o + \sum_{l} w_{o,l}\; x_{i,l} @f]
 *
 *     y   = x * w^T + b
 *
 *     db += column sums of dy
 *     dw += dy^T * x
 *     dx  = dy * w
 *
 * A feature map (c, h, w) is already a row of c*h*w numbers, so there is nothing to flatten.
 *
 * Two affine layers in a row are one affine layer: w2 (w1 x + b1) + b2 is again a weighted sum. What
 * makes depth worth something is the bend between them, see activation.h.
 *
 * Source: the report, "Affine"; LeCun et al. 1998, layers C5 and F6.
 * @{
 */
#ifndef AFFINE_H
#define AFFINE_H

#include "layer.h"

/**
 * @brief A fully connected layer.
 * @param name  unique in its network
 * @param in    shape of one input; its c*h*w numbers are the inputs
 * @param units number of outputs, at least 1
 * @return the layer; its output shape is {units, 1, 1}
 */
Layer affine_layer(const char *name, Shape in, int units);

/**
 * @brief The definition of forward, a sum at a time, in double. Same contract as Layer.forward.
 * @param layer   an affine layer
 * @param n       rows
 * @param w       weight and bias
 * @param x       (n, in)
 * @param y       (n, out), overwritten
 * @param scratch not used
 */
void affine_forward_naive(const Layer *layer, int n, const real *w, const real *x, real *y,
                          real *scratch);

/**
 * @brief The definition of backward, a sum at a time, in double. Same contract as Layer.backward.
 * @param layer   an affine layer
 * @param n       rows
 * @param w       weight and bias
 * @param x       (n, in)
 * @param y       not used
 * @param dy      (n, out)
 * @param dw      weight and bias gradient, accumulated
 * @param dx      (n, in), overwritten; NULL: not wanted
 * @param scratch not used
 */
void affine_backward_naive(const Layer *layer, int n, const real *w, const real *x, const real *y,
                           const real *dy, real *dw, real *dx, real *scratch);

/** @} */
#endif
