/*
 * Augmented images: the definition, then the loops we use.
 */
#include "07_lenet5/augment.h"

#include "elementary.h"
#include "fail.h"
#include "shape.h"

#include <stddef.h>
#include <string.h>

/* Ranges that are all 0 give the image itself; then nothing needs to be drawn or computed. */
bool augment_any(const Augment *a) {
    return a->shift > 0 || a->rotate > 0 || a->scale > 0 || a->squeeze > 0 || a->shear > 0 ||
           a->bend > 0;
}

/* ------------------------------------------------------------------ a random map ---------- */

/* Every range is symmetric: an image moves left as often as right. */
static double either_way(double most, Rng *rng) {
    return rng_uniform(rng, -most, most);
}

/* The numbers are drawn in a fixed order and, but for the bend, all of them, whatever the ranges: a
   range of 0 must not shift the numbers of the others. */
Warp warp_random(const Augment *a, Rng *rng) {
    Warp warp = {.bent = a->bend > 0};
    double angle = either_way(a->rotate, rng) * 3.14159265358979 / 180;
    double scale = 1 + either_way(a->scale, rng);
    double squeeze = 1 + either_way(a->squeeze, rng);
    double shear = either_way(a->shear, rng);
    double wide = scale * squeeze, high = scale / squeeze, c = our_cos(angle), s = our_sin(angle);
    /* u = wide * (xr + shear * yr),  v = high * yr,  xr = c x - s y,  yr = s x + c y */
    warp.map[0][0] = (real)(wide * (c + shear * s));
    warp.map[0][1] = (real)(wide * (-s + shear * c));
    warp.map[1][0] = (real)(high * s);
    warp.map[1][1] = (real)(high * c);
    for (int k = 0; k < 2; k++)
        warp.shift[k] = (real)either_way(a->shift, rng);
    if (!warp.bent) return warp;
    for (int k = 0; k < 2; k++)
        for (int r = 0; r < BEND_GRID; r++)
            for (int q = 0; q < BEND_GRID; q++)
                warp.bend[k][r][q] = (real)either_way(a->bend, rng);
    return warp;
}

/* ------------------------------------------------------------------ the definition -------- */

/* The weights of the four points around a cell, at share f of it: the uniform cubic B-spline. */
static void spline(real f, real weight[4]) {
    real g = 1 - f;
    weight[0] = g * g * g / 6;
    weight[1] = (3 * f * f * f - 6 * f * f + 4) / 6;
    weight[2] = (3 * g * g * g - 6 * g * g + 4) / 6;
    weight[3] = f * f * f / 6;
}

/* The displacement at row r and column q: 16 points of the grid, each with its two weights. */
static double bend_at(const real grid[BEND_GRID][BEND_GRID], int r, int q) {
    real down[4], across[4];
    double sum = 0;
    spline((real)(r % BEND_STEP) / BEND_STEP, down);
    spline((real)(q % BEND_STEP) / BEND_STEP, across);
    for (int k = 0; k < 4; k++)
        for (int m = 0; m < 4; m++)
            sum += (double)(down[k] * across[m] * grid[r / BEND_STEP + k][q / BEND_STEP + m]);
    return sum;
}

/* A pixel of the old image, background outside. */
static double pixel(const uint8_t *byte, int r, int q) {
    const Shape image = {1, IMAGE_SIDE, IMAGE_SIDE};
    return inside(image, r, q) ? byte[at(image, 0, r, q)] : 0;
}

// [warp-naive]
/* The grey level between the four pixels around row v and column u. */
static double between(const uint8_t *byte, double v, double u) {
    int r = (int)floor(v), q = (int)floor(u);
    double down = v - r, across = u - q;
    return (1 - down) * ((1 - across) * pixel(byte, r, q) + across * pixel(byte, r, q + 1)) +
           down * ((1 - across) * pixel(byte, r + 1, q) + across * pixel(byte, r + 1, q + 1));
}

/* For each new pixel, the place in the old image that it comes from. Going the other way, from old
   pixels to new ones, would leave holes. */
void warp_image_naive(const Dataset *data, int i, Input input, int pad, const Warp *warp, real *x) {
    const uint8_t *byte = data->image + (size_t)i * IMAGE_BYTES;
    int side = IMAGE_SIDE + 2 * pad;
    double middle = (side - 1) / 2.0;
    for (int r = 0; r < side; r++)
        for (int q = 0; q < side; q++) {
            double uv[2];
            for (int k = 0; k < 2; k++) {
                uv[k] = (double)warp->map[k][0] * (q - middle) +
                        (double)warp->map[k][1] * (r - middle) + (double)warp->shift[k];
                if (warp->bent) uv[k] += bend_at(warp->bend[k], r, q);
            }
            double level = between(byte, uv[1] + middle - pad, uv[0] + middle - pad);
            x[r * side + q] = input.lo + (input.hi - input.lo) * (real)(level / 255);
        }
}
// [warp-naive]

/* ------------------------------------------------------------------ the version in use ---- */

enum {
    FRAME = IMAGE_SIDE + 3, /* one pixel of background before the image, two after it */
    CORNERS = FRAME - 1     /* places in a row of the frame that have a right neighbour */
};

/* Displacements of a whole row: the grid's rows are blended first, once, then its columns. */
static void bend_row(const real grid[BEND_GRID][BEND_GRID], int r, int side,
                     const real across[BEND_STEP][4], real *uv) {
    real row[BEND_GRID];
    const real *down = across[r % BEND_STEP];
    for (int m = 0; m < BEND_GRID; m++) {
        row[m] = 0;
        for (int k = 0; k < 4; k++)
            row[m] += down[k] * grid[r / BEND_STEP + k][m];
    }
    for (int q = 0; q < side; q++)
        for (int m = 0; m < 4; m++)
            uv[q] += across[q % BEND_STEP][m] * row[q / BEND_STEP + m];
}

/* Every pixel of the framed image with its right, lower and lower right neighbour, a byte each: one
   load then fetches all that a new pixel needs, and processors can gather such words. */
static void pack_corners(const uint8_t *byte, uint32_t corner[CORNERS * CORNERS]) {
    uint8_t frame[FRAME * FRAME] = {0};
    for (int r = 0; r < IMAGE_SIDE; r++)
        memcpy(frame + (r + 1) * FRAME + 1, byte + r * IMAGE_SIDE, IMAGE_SIDE);
    for (int r = 0; r < CORNERS; r++)
        for (int q = 0; q < CORNERS; q++) {
            const uint8_t *upper = frame + r * FRAME + q, *lower = upper + FRAME;
            corner[r * CORNERS + q] = upper[0] | (uint32_t)upper[1] << 8 |
                                      (uint32_t)lower[0] << 16 | (uint32_t)lower[1] << 24;
        }
}

/* Places in one direction, cut into the pixel before and the distance from it (left in place). A
   place outside the frame counts as its edge, which is background. */
static void split_places(int side, real *restrict place, int *restrict before) {
    const real last = CORNERS - 1;
    for (int q = 0; q < side; q++) {
        real p = place[q] < last ? place[q] : last;
        place[q] = p > 0 ? p : 0;
    }
    /* a second loop, as compilers find no vectors for the two in one */
    for (int q = 0; q < side; q++) {
        before[q] = (int)place[q];
        place[q] -= (real)before[q];
    }
}

/* A row of new pixels from the corners; u and v are used up. */
static void sample_row(int side, const uint32_t *restrict corner, real *restrict u,
                       real *restrict v, Input input, real *restrict x) {
    const real step = (input.hi - input.lo) / 255;
    int left[WARP_SIDE], top[WARP_SIDE];
    split_places(side, u, left);
    split_places(side, v, top);
    for (int q = 0; q < side; q++) {
        int four = (int)corner[top[q] * CORNERS + left[q]];
        real upper_left = (real)(four & 255), upper_right = (real)(four >> 8 & 255);
        real lower_left = (real)(four >> 16 & 255), lower_right = (real)(four >> 24 & 255);
        real above = upper_left + u[q] * (upper_right - upper_left);
        real below = lower_left + u[q] * (lower_right - lower_left);
        x[q] = input.lo + step * (above + v[q] * (below - above));
    }
}

/* The same row by row, in loops that compilers turn into vector code. */
void warp_image(const Dataset *data, int i, Input input, int pad, const Warp *warp, real *x) {
    const uint8_t *byte = data->image + (size_t)i * IMAGE_BYTES;
    uint32_t corner[CORNERS * CORNERS];
    real across[BEND_STEP][4], u[WARP_SIDE], v[WARP_SIDE];
    int side = IMAGE_SIDE + 2 * pad;
    contract(side <= WARP_SIDE, "a border of %d is too wide for an augmented image", pad);
    real middle = (real)(side - 1) / 2, into = middle - (real)pad + 1;
    pack_corners(byte, corner);
    /* the spline's weights repeat from cell to cell: one table for rows and columns */
    for (int f = 0; f < BEND_STEP; f++)
        spline((real)f / BEND_STEP, across[f]);
    for (int r = 0; r < side; r++) {
        real y = (real)r - middle;
        /* (u, v) = map * (q - middle, r - middle) + shift: the place in the old image */
        for (int q = 0; q < side; q++) {
            u[q] =
                warp->map[0][0] * ((real)q - middle) + warp->map[0][1] * y + warp->shift[0] + into;
            v[q] =
                warp->map[1][0] * ((real)q - middle) + warp->map[1][1] * y + warp->shift[1] + into;
        }
        if (warp->bent) bend_row(warp->bend[0], r, side, across, u);
        if (warp->bent) bend_row(warp->bend[1], r, side, across, v);
        sample_row(side, corner, u, v, input, x + r * side);
    }
}
