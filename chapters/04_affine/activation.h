/**
 * @file activation.h
 * @brief ReLU, sigmoid and the squash of 1998: the nonlinear functions between the layers.
 *
 * @addtogroup ch04
 *
 * **Activations** act on every number alone and have no parameters; backward reads only y.
 *
 *     relu      y = 0 if x < 0, else x          dx = 0 if y <= 0, else dy (so 0 at x = 0)
 *     sigmoid   y = 1 / (1 + e^-x)              dx = dy * y * (1 - y)
 *     squash    y = A tanh(S x)                 dx = dy * (S/A) * (A - y) * (A + y)
 *
 * with A = 1.7159 and S = 2/3. All three propagate NaN.
 *
 * Source: the report, "ReLU"; LeCun et al. 1998, equation 6 and appendix A.
 * @{
 */
#ifndef ACTIVATION_H
#define ACTIVATION_H

#include "layer.h"

/**
 * @brief The rectifier.
 * @param name  unique in its network
 * @param shape of input and output
 * @return the layer
 */
Layer relu_layer(const char *name, Shape shape);

/**
 * @brief The logistic function. For large |x| it saturates at 0 or 1 without overflow.
 * @param name  unique in its network
 * @param shape of input and output
 * @return the layer
 */
Layer sigmoid_layer(const char *name, Shape shape);

/**
 * @brief The scaled hyperbolic tangent of the 1998 network (advanced).
 * @param name  unique in its network
 * @param shape of input and output
 * @return the layer
 */
Layer squash_layer(const char *name, Shape shape);

/** @} */
#endif
