/**
 * @file activation.h
 * @brief ReLU, sigmoid and the squash of 1998: the bends between the layers.
 *
 * @addtogroup ch04
 *
 * **Activations** act on every number alone and have no parameters. Backward needs only what forward
 * made:
 *
 *     relu      y = x if x > 0, else 0          dx = dy where y > 0, else 0
 *     sigmoid   y = 1 / (1 + e^-x)              dx = dy * y * (1 - y)
 *     squash    y = A tanh(S x)                 dx = dy * (S/A) * (A - y) * (A + y)
 *
 * At x = 0, where ReLU has no derivative, we take 0, as the report does. The sigmoid's derivative is
 * at most 1/4 and vanishes for large |x|: behind a few such layers little gradient is left, which is
 * the report's reason for ReLU.
 *
 * **The squash** of LeCun et al. 1998 has A = 1.7159 and S = 2/3. It maps +1 to +1 and -1 to -1, its slope at 0
 * is 1.14, and where its curvature is largest, near +-1, the targets of the network lie: inside its range, so
 * that no unit is driven into saturation. The original network squashes 8,084 numbers an image, one image at a
 * time, and would spend most of its time in tanh(); squash() says how ours gets by with one division.
 *
 * All let NaN through: ReLU is `x < 0 ? 0 : x`, because `x > 0 ? x : 0` would turn a NaN into a
 * harmless 0. And neither writes into dy: it belongs to the caller (the report's `Relu.backward` zeroes
 * its argument in place, which corrupts the gradient of a second branch that reads it).
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
 * @brief The scaled hyperbolic tangent of the 1998 network.
 * @param name  unique in its network
 * @param shape of input and output
 * @return the layer
 */
Layer squash_layer(const char *name, Shape shape);

/**
 * @brief A tanh(S a): one number through the squash.
 *
 * Lambert's continued fraction for tanh, cut off after seven terms, is a quotient P/Q of two polynomials that
 * is right to 1e-8 up to |x| = 2.2. One doubling, tanh 2x = 2 tanh x / (1 + tanh^2 x), doubles that twice
 * over; both quotients become one division:
 *
 *     x = S a / 2,  u = x^2     P = x (135135 + 17325 u + 378 u^2 + u^3)
 *                               Q = 135135 + 62370 u + 3150 u^2 + 28 u^3
 *     tanh(S a) = 2 P Q / (Q^2 + P^2)
 *
 * Beyond |S a| = 9, where a float cannot tell tanh from 1, the argument is held at 9. The error against libm is
 * below 3e-7 everywhere (a test looks at every thousandth of the way), and rows of numbers become vector code.
 * In the double build this is libm's tanh.
 *
 * @param a the weighted sum; NaN stays NaN
 * @return between -1.7159 and 1.7159
 */
real squash(real a);

/** @} */
#endif
