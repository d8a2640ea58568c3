/*
 * Background, contrast, crop, scale, centre.
 */
#include "07_lenet5/workbench/preprocess.h"

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
static int background_level(const Grey *g) {
    long count[256] = {0}, total = 0, below = 0;
    for (int r = 0; r < g->h; r++)
        for (int q = 0; q < g->w; q++)
            if (r == 0 || q == 0 || r == g->h - 1 || q == g->w - 1) {
                count[g->byte[(size_t)r * (size_t)g->w + (size_t)q]]++;
                total++;
            }
    int level = 0;
    for (below = count[0]; below * 2 < total; below += count[level])
        level++;
    return level;
}

/* Pixels become ink: 0 paper, 255 the strongest. Returns how much that one differed from the
   background. */
static int to_ink(const Grey *g, uint8_t *ink) {
    size_t n = (size_t)g->h * (size_t)g->w;
    int background = background_level(g), most[2] = {0, 0};
    for (size_t i = 0; i < n; i++) { /* darker or lighter: what differs more is ink */
        int dark = background - g->byte[i];
        if (dark > most[0]) most[0] = dark;
        if (-dark > most[1]) most[1] = -dark;
    }
    int sign = most[0] >= most[1] ? 1 : -1, strongest = sign > 0 ? most[0] : most[1];
    for (size_t i = 0; i < n; i++) {
        int level = sign * (background - g->byte[i]) * 255 / (strongest ? strongest : 1);
        ink[i] = (uint8_t)(level < FAINT ? 0 : level);
    }
    return strongest;
}

/* ------------------------------------------------------------------ pieces --------------- */

/* The ink that still is to be looked at, and room for the pixels of one piece of it. */
typedef struct Search {
    int h, w;
    uint8_t *todo; /* (h, w) */
    int *piece;    /* (h * w) */
    int count;     /* pixels of the last piece */
} Search;

/* The ink connected with pixel `start` becomes the last piece and leaves `todo`. Returns the frame
   around it. */
static Frame follow(Search *s, int start) {
    Frame f = {s->h, 0, s->w, 0};
    s->count = 0;
    s->todo[start] = 0;
    s->piece[s->count++] = start;
    for (int k = 0; k < s->count; k++) {
        int r = s->piece[k] / s->w, q = s->piece[k] % s->w;
        if (r < f.top) f.top = r;
        if (r >= f.bottom) f.bottom = r + 1;
        if (q < f.left) f.left = q;
        if (q >= f.right) f.right = q + 1;
        for (int i = r - 1; i <= r + 1; i++)
            for (int j = q - 1; j <= q + 1; j++) {
                if (i < 0 || j < 0 || i >= s->h || j >= s->w || !s->todo[i * s->w + j]) continue;
                s->todo[i * s->w + j] = 0; /* marked when it is listed, so that none is twice */
                s->piece[s->count++] = i * s->w + j;
            }
    }
    return f;
}

/* How tall the tallest piece is, and the next one. */
static void measure(Search *s, const uint8_t *ink, int *tallest, int *second) {
    int n = s->h * s->w;
    *tallest = *second = 0;
    memcpy(s->todo, ink, (size_t)n);
    for (int i = 0; i < n; i++) {
        if (!s->todo[i]) continue;
        Frame f = follow(s, i);
        int tall = f.bottom - f.top;
        if (tall > *tallest) {
            *second = *tallest;
            *tallest = tall;
        } else if (tall > *second) {
            *second = tall;
        }
    }
}

/* Wipes out pieces that are less tall than `least`. Returns the frame around the others. */
static Frame wipe_specks(Search *s, uint8_t *ink, double least) {
    int n = s->h * s->w;
    Frame whole = {s->h, 0, s->w, 0};
    memcpy(s->todo, ink, (size_t)n);
    for (int i = 0; i < n; i++) {
        if (!s->todo[i]) continue;
        Frame f = follow(s, i);
        if (f.bottom - f.top < least) {
            for (int k = 0; k < s->count; k++)
                ink[s->piece[k]] = 0;
            continue;
        }
        if (f.top < whole.top) whole.top = f.top;
        if (f.bottom > whole.bottom) whole.bottom = f.bottom;
        if (f.left < whole.left) whole.left = f.left;
        if (f.right > whole.right) whole.right = f.right;
    }
    return whole;
}

/* The frame around the digit. Two pieces, both at least half as tall as the tallest, are two
   digits. */
static bool find_digit(int h, int w, uint8_t *ink, Frame *whole, Error *error) {
    size_t n = (size_t)h * (size_t)w;
    Search s = {h, w, malloc(n), malloc(n * sizeof(int)), 0};
    int tallest = 0, second = 0;
    bool ok = (s.todo && s.piece) || error_set(error, "no memory to look for pieces");
    if (ok) measure(&s, ink, &tallest, &second);
    if (ok && second * 2 >= tallest)
        ok = error_set(error, "several digits? there are two pieces of about the same height; give "
                              "one digit per image, without gaps between its strokes");
    if (ok) *whole = wipe_specks(&s, ink, tallest / 10.0);
    free(s.todo);
    free(s.piece);
    return ok;
}

/* ------------------------------------------------------------------ size and place ------- */

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

/* The centre of mass of a canvas: row and column. */
static void centre_of_mass(const uint8_t *byte, double centre[2]) {
    double mass = 0, sum[2] = {0, 0};
    for (int i = 0; i < IMAGE_BYTES; i++) {
        mass += byte[i];
        sum[0] += byte[i] * (i / IMAGE_SIDE + 0.5);
        sum[1] += byte[i] * (i % IMAGE_SIDE + 0.5);
    }
    for (int k = 0; k < 2; k++)
        centre[k] = mass > 0 ? sum[k] / mass : IMAGE_SIDE / 2.0;
}

bool preprocess_digit(const Grey *grey, uint8_t byte[IMAGE_BYTES], Error *error) {
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
