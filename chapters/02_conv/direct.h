/**
 * @file direct.h
 * @brief The same convolution without col: windows read where they stand.
 *
 * @addtogroup ch02
 *
 * **Without col.** im2col copies every pixel 25 times so that a matrix product can run over the copies.
 * For the two shapes that LeNet-5 spends its time on, the sums can be formed over the image itself. The
 * processor adds and multiplies LANES numbers in one instruction; the only question is which LANES
 * outputs to compute side by side:
 *
 * - **Filters in lanes** (C3: its 16 filters fill one vector of 16 or two of 8). One pixel times the weights of all filters at one
 *   place of the window is one instruction:  acc[j] += x[i+p, j+q] * (w[0..15, p, q]).
 * - **Columns in lanes** (C1, and every dx): neighbouring outputs of a row use neighbouring pixels.
 *   One weight times a piece of a row is one instruction:  acc[f] += w[f, p, q] * (x[i+p, q .. q+15]).
 *
 * The sums that are being formed stay in registers; a pixel or weight that is loaded serves several of
 * them. `make chapter 2` times this against the matrix product, with the difference beside it.
 *
 * The in-place versions keep the contract of layer.h and are tested against the same naive loops. Where
 * they do not fit, conv_layer() stays with the matrix product: other shapes, the double build,
 * processors without AVX2. (AVX-512 has 32 registers of 16 floats, AVX2 16 of 8; the number of sums formed
 * at a time follows from that.)
 *
 * NaN: lanes beyond the end of a row multiply padding zeros, so a NaN or infinity in the data may reach
 * more entries of a gradient than in the definition, never fewer.
 * @{
 */
#ifndef DIRECT_H
#define DIRECT_H

#include "layer.h"

#include <stdbool.h>

/**
 * @brief Makes a convolution work in place, if it is C1 or C3 of LeNet-5 (with or without links).
 * @param layer a convolution; forward, backward and scratch are replaced when it fits
 * @return whether it fits; always false in builds without AVX2 and FMA, or with doubles
 */
bool direct_conv(Layer *layer);

/** @} */
#endif
