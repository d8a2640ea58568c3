/**
 * @file direct.h
 * @brief Direct convolution: reads each window from the image itself. Advanced; skip on first
 *        reading.
 *
 * @addtogroup ch02
 *
 * **Direct convolution** (advanced). im2col copies every pixel up to 25 times so that a matrix
 * product can run over the copies. For the two shapes that LeNet-5 spends its time on, the sums can
 * be formed over the image itself. The processor adds and multiplies LANES numbers in one
 * instruction; the question is which LANES outputs to compute side by side:
 *
 * - **Filters in lanes** (C3: its 16 filters fill one vector of 16, two of 8 or four of 4). One
 *   pixel times the weights of all filters at one place of the window is one instruction:
 *   acc[j] += x[i+p, j+q] * w[0..15, p, q]. Backwards, w[0..15, p, q] times dy[0..15, i, j] is one
 *   instruction too; it leaves each filter's share of dx[i+p, j+q], and the lanes are summed at
 *   the end.
 * - **Columns in lanes** (C1): neighbouring outputs of a row use neighbouring pixels. One weight
 *   times a piece of a row is one instruction: acc[f] += w[f, p, q] * x[i+p, q .. q+15].
 *
 * The sums that are being formed stay in registers; a pixel or weight that is loaded serves several
 * of them. `build/race/02_conv` times this against the matrix product, and prints the difference.
 *
 * Where it does not fit, a layer keeps the matrix product: other shapes, and the double build.
 * How many lanes and registers there are, and so how many sums are formed at a time, is in lanes.h.
 * @{
 */
#ifndef DIRECT_H
#define DIRECT_H

#include "layer.h"

/**
 * @brief Makes a convolution direct, if it is C1 or C3 of LeNet-5 (with or without links).
 * @param layer a layer; its two functions are replaced when it fits
 * @return whether it fits; always false with doubles
 */
bool direct_conv(Layer *layer);

/**
 * @brief How many numbers one instruction works on in this build.
 * @return 16, 8, 4, or 0 where direct_conv() never fits
 */
int direct_lanes(void);

/** @} */
#endif
