/**
 * @file tiles.h
 * @brief The matrix products of an affine layer for small batches. Advanced; skip on first reading.
 *
 * @addtogroup ch04
 *
 * **Tiles** (advanced). BLAS copies both factors into its own order before it multiplies them. For
 * large matrices that pays; a micro-batch of 25 images uses every weight only 25 times, and the
 * copying takes a good part of the time. Here the factors are read where they are: a tile of the
 * result, ROWS rows of a few vectors, stays in registers while one number of the left factor after
 * the other multiplies a piece of a row of the right one:
 *
 *     c[i.., j..] += a[i.., l] * b[l, j..]        for l = 0, 1, ...
 *
 * dw = dy^T * x and dx = dy * w have their right factor in this order already. y = x * w^T needs w
 * transposed first.
 *
 * Every sum is formed in the order of l. So a result depends neither on the BLAS that is installed
 * nor on the number of images, as long as there are enough for a tile.
 * @{
 */
#ifndef TILES_H
#define TILES_H

#include "layer.h"

/**
 * @brief Makes an affine layer multiply in tiles, unless there are fewer images than a tile's rows.
 * @param layer a layer; its two functions and its scratch are replaced when it is affine
 * @return whether it is; always false with doubles, and where there are no more than 4 lanes
 */
bool tiles_affine(Layer *layer);

/** @} */
#endif
