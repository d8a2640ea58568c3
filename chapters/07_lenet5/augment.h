/**
 * @file augment.h
 * @brief New training images from old ones: shifted, rotated, stretched, slanted and bent.
 *
 * @addtogroup ch07
 *
 * The map runs backwards, from a pixel (x, y) of the new image to a place (u, v) of the old one,
 * with the origin in the middle, x to the right and y down:
 *
 *     u = scale * squeeze * (xr + shear * yr) + shift_x + bend_x(x, y)
 *     v = scale / squeeze *  yr               + shift_y + bend_y(x, y)
 *
 *     xr = cos(a)*x - sin(a)*y,   yr = sin(a)*x + cos(a)*y,   a: the angle of the rotation
 *
 * The value at (u, v) is interpolated between its four pixels; outside is background. Each amount
 * is random, uniform on both sides of "nothing happens". bend is a field of displacements: random
 * ones on a coarse grid, blended by a cubic B-spline, so that most pixels move less than `bend`.
 *
 * Source: LeCun et al. 1998, section III-A (shift, scale, squeeze, shear; no ranges); Simard et al.
 * 2003 (the bend, there smoothed by a Gaussian). Rotation is ours.
 * @{
 */
#ifndef AUGMENT_H
#define AUGMENT_H

#include "dataset.h"
#include "rng.h"

#include <stdbool.h>

enum {
    BEND_STEP = 8, ///< pixels between two points of the grid of displacements
    BEND_GRID = 7, ///< points per side: 4 cells over 32 pixels, and the spline looks one further
    WARP_SIDE = 32 ///< largest side of an image with its border
};

/** How far images may be moved: the largest amount of each kind, 0 for none. */
typedef struct Augment {
    double shift;   ///< pixels to a side, and up or down
    double rotate;  ///< degrees
    double scale;   ///< 0.1: from 0.9 to 1.1 times the size
    double squeeze; ///< 0.1: up to 1.1 times as wide and 1/1.1 as high, or the reverse
    double shear;   ///< pixels sideways per pixel of height
    double bend;    ///< pixels that a point of the grid is moved
} Augment;

/** One random map from a new image back to the old. */
typedef struct Warp {
    real map[2][2];                     ///< (x, y) -> (u, v), without shift and bend
    real shift[2];                      ///< pixels of u and v
    bool bent;                          ///< whether bend is not all 0
    real bend[2][BEND_GRID][BEND_GRID]; ///< displacements of u and of v: [row][column]
} Warp;

/** Image i of data through the map, as (28 + 2*pad, 28 + 2*pad) numbers x, overwritten; ink may be
    moved into the border. An image with its border has at most WARP_SIDE pixels per side. */
typedef void WarpImage(const Dataset *data, int i, Input input, int pad, const Warp *warp, real *x);

/**
 * @brief Whether anything is moved at all.
 * @param a the largest amounts
 * @return false when all are 0
 */
bool augment_any(const Augment *a);

/**
 * @brief A random map.
 * @param a   the largest amounts
 * @param rng the image's generator, advanced
 * @return the map
 */
Warp warp_random(const Augment *a, Rng *rng);

WarpImage warp_image_naive; ///< The definition: every pixel by itself, in double.
WarpImage warp_image;       ///< The same, row by row and several times as fast.

/** @} */
#endif
