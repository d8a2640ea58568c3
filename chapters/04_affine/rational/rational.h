/**
 * @file rational.h
 * @brief Squash and sigmoid with one division instead of libm's tanh and exp. Advanced; skip on
 *        first reading.
 *
 * @addtogroup ch04
 *
 * **A rational squash** (advanced). The network of 1998 squashes 8,084 numbers per image, one image
 * at a time, and would spend most of its time in tanh(). Lambert's continued fraction for tanh, cut
 * off after seven terms, is a quotient P/Q of two polynomials that is exact to 1e-8 up to |x| =
 * 2.2. One doubling, tanh 2x = 2 tanh x / (1 + tanh^2 x), extends that to twice the range; both
 * quotients become one division:
 *
 *     x = S a / 2,  u = x^2     P = x (135135 + 17325 u + 378 u^2 + u^3)
 *                               Q = 135135 + 62370 u + 3150 u^2 + 28 u^3
 *     tanh(S a) = 2 P Q / (Q^2 + P^2)
 *
 * Beyond |S a| = 9, where a float cannot tell tanh from 1, the argument is held at 9. The error
 * against libm is below 3e-7 everywhere (a test looks at every thousandth of the way), and rows of
 * numbers become vector code. The sigmoid is a tanh too,
 *
 *     sigmoid(x) = 1/2 + tanh(x / 2) / 2 = (Q + P)^2 / (2 (Q^2 + P^2))     at x / 4, not S a / 2
 *
 * and a square is never below 0. Products and sums in one order give the same bits on every
 * machine, which libm's functions do not. The double build keeps those.
 * @{
 */
#ifndef RATIONAL_H
#define RATIONAL_H

#include "layer.h"

/**
 * @brief 1.7159 tanh(2/3 a), with one division.
 * @param a the weighted sum; NaN stays NaN
 * @return between -1.7159 and 1.7159
 */
real rational_squash_of(real a);

/**
 * @brief 1 / (1 + e^-x), with one division.
 * @return between 0 and 1; NaN for NaN
 */
real rational_sigmoid_of(real x);

/**
 * @brief Makes a layer compute one of the two.
 * @param layer a layer; its forward is replaced when it is a squash or a sigmoid
 * @return whether it is; always false in the double build
 */
bool rational_squash(Layer *layer);

/** @} */
#endif
