/*
 * Distorted images: the definition, then the loops we use.
 */
#include "07_lenet5/distort.h"

#include <string.h>

bool distortion_any(const Distortion *d) {
    return d->shift > 0 || d->rotate > 0 || d->scale > 0 || d->squeeze > 0 || d->shear > 0 ||
           d->bend > 0;
}

/* ------------------------------------------------------------------ drawing a map --------- */

static double either_way(double most, Rng *rng) {
    return rng_uniform(rng, -most, most);
}

// [warp-draw]
Warp warp_draw(const Distortion *d, Rng *rng) {
    Warp warp = {.bent = d->bend > 0};
    double turn = either_way(d->rotate, rng) * 3.14159265358979 / 180;
    double scale = 1 + either_way(d->scale, rng);
    double squeeze = 1 + either_way(d->squeeze, rng);
    double shear = either_way(d->shear, rng);
    double wide = scale * squeeze, high = scale / squeeze, c = cos(turn), s = sin(turn);
    /* u = wide * (xr + shear * yr),  v = high * yr,  xr = c x - s y,  yr = s x + c y */
    warp.map[0][0] = (real)(wide * (c + shear * s));
    warp.map[0][1] = (real)(wide * (-s + shear * c));
    warp.map[1][0] = (real)(high * s);
    warp.map[1][1] = (real)(high * c);
    for (int k = 0; k < 2; k++) warp.shift[k] = (real)either_way(d->shift, rng);
    for (int p = 0; warp.bent && p < 2 * BEND_GRID * BEND_GRID; p++)
        warp.bend[p / (BEND_GRID * BEND_GRID)][p / BEND_GRID % BEND_GRID][p % BEND_GRID] =
            (real)either_way(d->bend, rng);
    return warp;
}
// [warp-draw]

/* ------------------------------------------------------------------ the definition -------- */

/* How much the four points around a cell count at a share f of it: the uniform cubic B-spline. They add up to 1. */
static void spline(real f, real weight[4]) {
    real g = 1 - f;
    weight[0] = g * g * g / 6;
    weight[1] = (3 * f * f * f - 6 * f * f + 4) / 6;
    weight[2] = (3 * g * g * g - 6 * g * g + 4) / 6;
    weight[3] = f * f * f / 6;
}

/* The displacement at row r and column q. */
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
    bool inside = r >= 0 && r < IMAGE_SIDE && q >= 0 && q < IMAGE_SIDE;
    return inside ? byte[r * IMAGE_SIDE + q] : 0;
}

// [warp-naive]
/* The grey level between the four pixels around row v and column u. */
static double between(const uint8_t *byte, double v, double u) {
    int r = (int)floor(v), q = (int)floor(u);
    double down = v - r, across = u - q;
    return (1 - down) * ((1 - across) * pixel(byte, r, q) + across * pixel(byte, r, q + 1)) +
           down * ((1 - across) * pixel(byte, r + 1, q) + across * pixel(byte, r + 1, q + 1));
}

void warp_image_naive(const Dataset *data, int i, Input input, int pad, const Warp *warp, real *x) {
    const uint8_t *byte = data->image + (size_t)i * IMAGE_BYTES;
    int side = IMAGE_SIDE + 2 * pad;
    double middle = (side - 1) / 2.0;
    for (int r = 0; r < side; r++)
        for (int q = 0; q < side; q++) {
            double at[2]; /* u, v */
            for (int k = 0; k < 2; k++) {
                at[k] = (double)warp->map[k][0] * (q - middle) +
                        (double)warp->map[k][1] * (r - middle) + (double)warp->shift[k];
                if (warp->bent) at[k] += bend_at(warp->bend[k], r, q);
            }
            double level = between(byte, at[1] + middle - pad, at[0] + middle - pad);
            x[r * side + q] = input.lo + (input.hi - input.lo) * (real)(level / 255);
        }
}
// [warp-naive]

/* ------------------------------------------------------------------ what we use ----------- */

enum { FRAME = IMAGE_SIDE + 3 }; /* one pixel of background before the image, two behind */

/* Displacements of a whole row: the grid's rows are blended first, once, then its columns. */
static void bend_row(const real grid[BEND_GRID][BEND_GRID], int r, int side,
                     const real across[BEND_STEP][4], real *at) {
    real row[BEND_GRID];
    const real *down = across[r % BEND_STEP];
    for (int m = 0; m < BEND_GRID; m++) {
        row[m] = 0;
        for (int k = 0; k < 4; k++) row[m] += down[k] * grid[r / BEND_STEP + k][m];
    }
    for (int q = 0; q < side; q++)
        for (int m = 0; m < 4; m++) at[q] += across[q % BEND_STEP][m] * row[q / BEND_STEP + m];
}

/* A row of new pixels from the framed image; places further out than the frame are at its edge: background. */
static void sample_row(int side, const real *restrict frame, const real *restrict u,
                       const real *restrict v, Input input, real *restrict x) {
    real step = (input.hi - input.lo) / 255;
    for (int q = 0; q < side; q++) {
        real across = u[q] < 0 ? 0 : u[q] > FRAME - 2 ? FRAME - 2 : u[q];
        real down = v[q] < 0 ? 0 : v[q] > FRAME - 2 ? FRAME - 2 : v[q];
        int left = (int)across, top = (int)down, at = top * FRAME + left;
        across -= (real)left;
        down -= (real)top;
        real above = frame[at] + across * (frame[at + 1] - frame[at]);
        real below = frame[at + FRAME] + across * (frame[at + FRAME + 1] - frame[at + FRAME]);
        x[q] = input.lo + step * (above + down * (below - above));
    }
}

void warp_image(const Dataset *data, int i, Input input, int pad, const Warp *warp, real *x) {
    const uint8_t *byte = data->image + (size_t)i * IMAGE_BYTES;
    real frame[FRAME * FRAME + 1] = {0}, across[BEND_STEP][4], u[WARP_SIDE], v[WARP_SIDE];
    int side = IMAGE_SIDE + 2 * pad;
    contract(side <= WARP_SIDE, "a border of %d is too wide for a distorted image", pad);
    real middle = (real)(side - 1) / 2, into = middle - (real)pad + 1;
    for (int r = 0; r < IMAGE_SIDE; r++)
        for (int q = 0; q < IMAGE_SIDE; q++)
            frame[(r + 1) * FRAME + q + 1] = byte[r * IMAGE_SIDE + q];
    for (int f = 0; f < BEND_STEP; f++) spline((real)f / BEND_STEP, across[f]);
    for (int r = 0; r < side; r++, x += side) {
        real y = (real)r - middle;
        for (int q = 0; q < side; q++) {
            u[q] =
                warp->map[0][0] * ((real)q - middle) + warp->map[0][1] * y + warp->shift[0] + into;
            v[q] =
                warp->map[1][0] * ((real)q - middle) + warp->map[1][1] * y + warp->shift[1] + into;
        }
        if (warp->bent) bend_row(warp->bend[0], r, side, across, u);
        if (warp->bent) bend_row(warp->bend[1], r, side, across, v);
        sample_row(side, frame, u, v, input, x);
    }
}
