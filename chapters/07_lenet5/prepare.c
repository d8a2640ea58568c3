/*
 * Ground, contrast, crop, scale, centre.
 */
#include "07_lenet5/prepare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    BOX = 20,  /* pixels of the longer side */
    FAINT = 51 /* a fifth of 255: ink below is paper */
};

/* A part of an image: rows top .. bottom-1, columns left .. right-1. */
typedef struct Frame {
    int top, bottom, left, right;
} Frame;

/* ------------------------------------------------------------------ ink ------------------ */

/* The median of the pixels along the edge. */
static int ground_level(const Grey *g) {
    long count[256] = {0}, total = 0, below = 0;
    for (int r = 0; r < g->h; r++)
        for (int q = 0; q < g->w; q++)
            if (r == 0 || q == 0 || r == g->h - 1 || q == g->w - 1)
                count[g->byte[(size_t)r * (size_t)g->w + (size_t)q]]++, total++;
    int level = 0;
    while ((below += count[level]) * 2 < total) level++;
    return level;
}

/* Pixels become ink: 0 paper, 255 the strongest. Returns how much the strongest differed from the ground. */
static int to_ink(const Grey *g, uint8_t *ink) {
    size_t n = (size_t)g->h * (size_t)g->w;
    int ground = ground_level(g), most[2] = {0, 0};
    for (size_t i = 0; i < n; i++) { /* darker or lighter: what differs more is ink */
        int dark = ground - g->byte[i];
        if (dark > most[0]) most[0] = dark;
        if (-dark > most[1]) most[1] = -dark;
    }
    int sign = most[0] >= most[1] ? 1 : -1, strongest = sign > 0 ? most[0] : most[1];
    for (size_t i = 0; i < n; i++) {
        int level = sign * (ground - g->byte[i]) * 255 / (strongest ? strongest : 1);
        ink[i] = (uint8_t)(level < FAINT ? 0 : level);
    }
    return strongest;
}

/* ------------------------------------------------------------------ pieces --------------- */

/* The frame of the ink connected with pixel `start`; its pixels leave `todo`. `stack` has room for all of them. */
static Frame follow(int h, int w, uint8_t *todo, int *stack, int start) {
    Frame f = {h, 0, w, 0};
    int depth = 0;
    todo[start] = 0;
    stack[depth++] = start;
    while (depth > 0) {
        int at = stack[--depth], r = at / w, q = at % w;
        f.top = r < f.top ? r : f.top, f.bottom = r >= f.bottom ? r + 1 : f.bottom;
        f.left = q < f.left ? q : f.left, f.right = q >= f.right ? q + 1 : f.right;
        for (int i = r - 1; i <= r + 1; i++)
            for (int k = q - 1; k <= q + 1; k++) {
                if (i < 0 || k < 0 || i >= h || k >= w || !todo[i * w + k]) continue;
                todo[i * w + k] =
                    0; /* marked when it is put down, so that none is put down twice */
                stack[depth++] = i * w + k;
            }
    }
    return f;
}

/* The frame around all ink. Two pieces, both at least half as tall as the tallest, are two digits. */
static bool find_digit(int h, int w, const uint8_t *ink, Frame *whole, Error *error) {
    size_t n = (size_t)h * (size_t)w;
    uint8_t *todo = malloc(n);
    int *stack = malloc(n * sizeof *stack), tallest = 0, second = 0;
    bool ok = (todo && stack) || error_set(error, "no memory to look for pieces");
    *whole = (Frame){h, 0, w, 0};
    if (ok) memcpy(todo, ink, n);
    for (size_t i = 0; ok && i < n; i++) {
        if (!todo[i]) continue;
        Frame f = follow(h, w, todo, stack, (int)i);
        int tall = f.bottom - f.top;
        if (tall > tallest)
            second = tallest, tallest = tall;
        else if (tall > second)
            second = tall;
        whole->top = f.top < whole->top ? f.top : whole->top;
        whole->bottom = f.bottom > whole->bottom ? f.bottom : whole->bottom;
        whole->left = f.left < whole->left ? f.left : whole->left;
        whole->right = f.right > whole->right ? f.right : whole->right;
    }
    free(todo), free(stack);
    if (ok && second * 2 >= tallest)
        return error_set(
            error, "several digits? there are two pieces of about the same height; give one digit "
                   "an image, without gaps between its strokes");
    return ok;
}

/* ------------------------------------------------------------------ size and place ------- */

// [prepare-scale]
/* How much of [from, to) lies in [i, i + 1). */
static double share(double from, double to, int i) {
    double low = from > i ? from : i, high = to < i + 1 ? to : i + 1;
    return high > low ? high - low : 0;
}

/* A rectangle of ink, fractions of pixels included: its mean. */
static double mean_ink(const uint8_t *ink, int w, const Frame *f, double top, double bottom,
                       double left, double right) {
    double sum = 0;
    for (int r = (int)top; r < f->bottom && r < bottom; r++)
        for (int q = (int)left; q < f->right && q < right; q++)
            sum += share(top, bottom, r) * share(left, right, q) *
                   ink[(size_t)r * (size_t)w + (size_t)q];
    return sum / ((bottom - top) * (right - left));
}

/* The frame's ink, its longer side BOX pixels, into a canvas at row `down` and column `across`. */
static void draw(const uint8_t *ink, int w, const Frame *f, double down, double across,
                 uint8_t *byte) {
    int tall = f->bottom - f->top, wide = f->right - f->left;
    double step = (double)(tall > wide ? tall : wide) / BOX; /* old pixels a new one */
    for (int r = 0; r < IMAGE_SIDE; r++)
        for (int q = 0; q < IMAGE_SIDE; q++) {
            double top = f->top + (r - down) * step, left = f->left + (q - across) * step;
            double bottom = top + step, right = left + step, level = 0;
            double t = top > f->top ? top : f->top, l = left > f->left ? left : f->left;
            double b = bottom < f->bottom ? bottom : f->bottom,
                   e = right < f->right ? right : f->right;
            if (b > t && e > l)
                level = mean_ink(ink, w, f, t, b, l, e) * (b - t) * (e - l) / (step * step);
            byte[r * IMAGE_SIDE + q] = (uint8_t)lround(level);
        }
}
// [prepare-scale]

/* The centre of mass of a canvas: row and column. */
static void centre_of_mass(const uint8_t *byte, double centre[2]) {
    double mass = 0, sum[2] = {0, 0};
    for (int i = 0; i < IMAGE_BYTES; i++) {
        mass += byte[i];
        sum[0] += byte[i] * (i / IMAGE_SIDE + 0.5);
        sum[1] += byte[i] * (i % IMAGE_SIDE + 0.5);
    }
    for (int k = 0; k < 2; k++) centre[k] = mass > 0 ? sum[k] / mass : IMAGE_SIDE / 2.0;
}

bool prepare_digit(const Grey *grey, uint8_t byte[IMAGE_BYTES], Error *error) {
    uint8_t *ink = malloc((size_t)grey->h * (size_t)grey->w);
    Frame frame;
    if (!ink) return error_set(error, "no memory for %d x %d pixels", grey->w, grey->h);
    bool ok = to_ink(grey, ink) >= 32 || error_set(error, "no digit: hardly any contrast in it");
    ok = ok && find_digit(grey->h, grey->w, ink, &frame, error);
    if (ok) {
        double corner = (IMAGE_SIDE - BOX) / 2.0, centre[2];
        draw(ink, grey->w, &frame, corner, corner, byte);
        centre_of_mass(byte, centre);
        draw(ink, grey->w, &frame, corner + IMAGE_SIDE / 2 - floor(centre[0]),
             corner + IMAGE_SIDE / 2 - floor(centre[1]), byte);
    }
    free(ink);
    return ok;
}
