/**
 * @file affine.h
 * @brief The fully connected layer: every output sees every input.
 *
 * @defgroup ch04 4: Full connection
 *
 * Lesson: chapters/04_affine/README.md
 *
 *     x  (n, in)     one image per row; a feature map (c, h, w) is a row of c*h*w numbers
 *     w  (out, in)   one unit per row, as PyTorch stores it (the report stores the transpose)
 *     b  (out)       stored after w
 *     y  (n, out)
 *
 * @f[ y_{m,o} = b_o + \sum_{k} w_{o,k}\; x_{m,k} @f]
 *
 *     y   = x * w^T + b
 *     dw += dy^T * x       db += column sums of dy       dx = dy * w
 *
 * Source: the report, "Affine"; LeCun et al. 1998, layers C5 and F6.
 * @{
 */
#ifndef AFFINE_H
#define AFFINE_H

#include "layer.h"

/**
 * @brief A fully connected layer. It runs on affine_forward() and affine_backward().
 * @param name  unique in its network
 * @param in    shape of one input; its c*h*w numbers are the inputs
 * @param units number of outputs, at least 1
 * @return the layer; its output shape is {units, 1, 1}, scratch is not used
 */
Layer affine_layer(const char *name, Shape in, int units);

LayerForward affine_forward_naive;   ///< The definition, one sum at a time, in double.
LayerBackward affine_backward_naive; ///< The definition, one sum at a time, in double.

LayerForward affine_forward;   ///< One matrix product for the batch.
LayerBackward affine_backward; ///< Two matrix products for the batch.

/** @} */
#endif
