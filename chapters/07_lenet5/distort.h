/**
 * @file distort.h
 * @brief New training images from old ones: shifted, turned, stretched, slanted and bent.
 *
 * @addtogroup ch07
 *
 * **Distortion.** A 4 that is moved by a pixel, turned by a few degrees or written a little wider is still a 4.
 * Showing the network such images costs nothing but time, and it cannot learn them by heart.
 *
 * The map runs **backwards**: for every pixel of the new image it says which place of the old one to look at, so
 * that no pixel stays empty. With the origin in the middle of the image, x to the right and y down:
 *
 *     u = scale * squeeze * (xr + shear * yr) + shift_x + bend_x(x, y)      xr = cos(a)*x - sin(a)*y
 *     v = scale / squeeze *  yr               + shift_y + bend_y(x, y)      yr = sin(a)*x + cos(a)*y
 *
 * with a the angle of the turn. The value at (u, v) is interpolated between its four pixels; outside is background. Every amount is drawn anew
 * for an image, uniformly on both sides of "nothing happens".
 *
 * - shift, scale, squeeze (narrower and taller, or the reverse) and horizontal shear are the paper's kinds
 *   (LeCun et al. 1998, section III-A; it gives no ranges). Turning is ours.
 * - The bend is an elastic distortion as in Simard et al. 2003, who smooth a field of random displacements with
 *   a Gaussian. Ours draws displacements on a coarse grid and blends them with a cubic B-spline: as smooth, and a
 *   tenth of the work. The spline passes near the drawn points, not through them, so a pixel mostly moves less than `bend`.
 *
 * Everything follows from one generator an image, so an image and a seed give the same picture on any thread.
 * @{
 */
#ifndef DISTORT_H
#define DISTORT_H

#include "dataset.h"
#include "rng.h"

#include <stdbool.h>

enum {
    BEND_STEP = 8, ///< pixels between two points of the grid of displacements
    BEND_GRID =
        7, ///< points a side: 4 cells over 32 pixels, and the spline looks one point further out
    WARP_SIDE = 32 ///< largest side of an image with its border
};

/** How far images may be moved: the largest amount of each kind, 0 for none. */
typedef struct Distortion {
    double shift;   ///< pixels to a side, and up or down
    double rotate;  ///< degrees
    double scale;   ///< 0.1: from 0.9 to 1.1 times the size
    double squeeze; ///< 0.1: up to 1.1 times as wide and 1/1.1 as high, or the reverse
    double shear;   ///< pixels sideways for a pixel of height
    double bend;    ///< pixels that a point of the grid is moved
} Distortion;

/** One drawn distortion: the map from a new image back to the old. */
typedef struct Warp {
    real map[2][2];                     ///< (x, y) -> (u, v), without shift and bend
    real shift[2];                      ///< pixels of u and v
    bool bent;                          ///< whether bend is not all 0
    real bend[2][BEND_GRID][BEND_GRID]; ///< displacements of u and of v: [row][column]
} Warp;

/**
 * @brief Whether anything is moved at all.
 * @param d the largest amounts
 * @return false when all are 0
 */
bool distortion_any(const Distortion *d);

/**
 * @brief Draws a distortion.
 * @param d   the largest amounts
 * @param rng the image's generator, advanced
 * @return the map
 */
Warp warp_draw(const Distortion *d, Rng *rng);

/**
 * @brief The definition: every pixel by itself, in double.
 * @param data  the set
 * @param i     which image
 * @param input the range of values
 * @param pad   width of the border; the image with its border has at most WARP_SIDE pixels a side
 * @param warp  the map
 * @param x     (28 + 2*pad, 28 + 2*pad) reals, overwritten; ink may be moved into the border
 */
void warp_image_naive(const Dataset *data, int i, Input input, int pad, const Warp *warp, real *x);

/**
 * @brief The same, row by row and several times as fast.
 * @param data  the set
 * @param i     which image
 * @param input the range of values
 * @param pad   width of the border
 * @param warp  the map
 * @param x     (28 + 2*pad, 28 + 2*pad) reals, overwritten
 */
void warp_image(const Dataset *data, int i, Input input, int pad, const Warp *warp, real *x);

/** @} */
#endif
