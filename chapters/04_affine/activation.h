/**
 * @file activation.h
 * @brief ReLU and sigmoid: the bends between the layers.
 *
 * @addtogroup ch04
 *
 * **Activations** act on every number alone and have no parameters. Backward needs only what forward
 * made:
 *
 *     relu      y = x if x > 0, else 0          dx = dy where y > 0, else 0
 *     sigmoid   y = 1 / (1 + e^-x)              dx = dy * y * (1 - y)
 *
 * At x = 0, where ReLU has no derivative, we take 0, as the report does. The sigmoid's derivative is
 * at most 1/4 and vanishes for large |x|: behind a few such layers little gradient is left, which is
 * the report's reason for ReLU.
 *
 * Both let NaN through: ReLU is `x < 0 ? 0 : x`, because `x > 0 ? x : 0` would turn a NaN into a
 * harmless 0. And neither writes into dy: it belongs to the caller (the report's `Relu.backward` zeroes
 * its argument in place, which corrupts the gradient of a second branch that reads it).
 *
 * Source: the report, "ReLU".
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

/** @} */
#endif
