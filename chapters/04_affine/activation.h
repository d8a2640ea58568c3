/**
 * @file activation.h
 * @brief ReLU, sigmoid and the squash of 1998: the nonlinear functions between the layers.
 *
 * @addtogroup ch04
 *
 * **Activations** act on every number alone and have no parameters. backward needs only what
 * forward wrote:
 *
 *     relu      y = x if x > 0, else 0          dx = dy where y > 0, else 0
 *     sigmoid   y = 1 / (1 + e^-x)              dx = dy * y * (1 - y)
 *     squash    y = A tanh(S x)                 dx = dy * (S/A) * (A - y) * (A + y)
 *
 * At x = 0, where ReLU has no derivative, we take 0, as the report does. The squash has A = 1.7159
 * and S = 2/3: it maps +1 to +1 and -1 to -1.
 *
 * All three propagate NaN: ReLU is `x < 0 ? 0 : x`, because `x > 0 ? x : 0` would turn a NaN into a
 * harmless 0. None of them writes into dy (the report's `Relu.backward` zeroes its argument in
 * place, which corrupts the gradient of a second branch that reads it).
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
