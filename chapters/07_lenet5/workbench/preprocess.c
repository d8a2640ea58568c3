/*
 * Background, contrast, crop, scale, centre: the five steps of preprocess.h, one section each.
 *
 * "Ink" is a byte for each pixel of the drawing, 0 for paper. All steps but the last work on it.
 */
#include "07_lenet5/workbench/preprocess.h"

#include "07_lenet5/workbench/ink.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    BOX = 20,     /* pixels of the longer side */
    FAINT = 51,   /* a fifth of 255: ink below is paper */
    CONTRAST = 32 /* of 255: the share of light that the strongest ink swallows, at least */
};

/* A part of an image: rows top .. bottom-1, columns left .. right-1. */
typedef struct Frame {
    int top, bottom, left, right;
} Frame;

/* ------------------------------------------------------------------ pieces --------------- */

/* The ink that no piece has been made of yet, and room for the pixels of one piece. */
typedef struct Search {
    int h, w;
    uint8_t *todo; /* (h, w) */
    int *piece;    /* (h * w) */
    int count;     /* pixels of the last piece */
} Search;

/* Makes the frame large enough for a pixel. */
static void include(Frame *f, int r, int q) {
    if (r < f->top) f->top = r;
    if (r >= f->bottom) f->bottom = r + 1;
    if (q < f->left) f->left = q;
    if (q >= f->right) f->right = q + 1;
}

/* The ink connected with pixel `start` becomes the last piece and leaves `todo`. Returns the frame
   around it. */
static Frame follow(Search *s, int start) {
    Frame f = {s->h, 0, s->w, 0};
    s->todo[start] = 0;
    s->piece[0] = start;
    s->count = 1;
    /* The list grows while the loop goes through it: each pixel adds its neighbours. */
    for (int k = 0; k < s->count; k++) {
        int r = s->piece[k] / s->w, q = s->piece[k] % s->w;
        include(&f, r, q);
        for (int i = r - 1; i <= r + 1; i++)
            for (int j = q - 1; j <= q + 1; j++) {
                if (i < 0 || j < 0 || i >= s->h || j >= s->w || !s->todo[i * s->w + j]) continue;
                s->todo[i * s->w + j] = 0; /* marked when it is listed, so that none is twice */
                s->piece[s->count] = i * s->w + j;
                s->count++;
            }
    }
    return f;
}

/* How tall the tallest piece is, and the next one. */
static void measure(Search *s, const uint8_t *ink, int *tallest, int *second) {
    int n = s->h * s->w; /* no more than 4096 * 4096: image.h sees to that */
    *tallest = 0;
    *second = 0;
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
    /* a second search, as which pieces are specks is known only after the first */
    memcpy(s->todo, ink, (size_t)n);
    for (int i = 0; i < n; i++) {
        if (!s->todo[i]) continue;
        Frame f = follow(s, i);
        if (f.bottom - f.top < least) {
            for (int k = 0; k < s->count; k++)
                ink[s->piece[k]] = 0;
            continue;
        }
        include(&whole, f.top, f.left);
        include(&whole, f.bottom - 1, f.right - 1);
    }
    return whole;
}

/* The frame around the digit. Two pieces, both at least half as tall as the tallest, are two
   digits; the bar of a 5 that was drawn apart is not. */
static bool search(Search *s, uint8_t *ink, Frame *whole, Error *error) {
    int tallest, second;
    measure(s, ink, &tallest, &second);
    if (second * 2 >= tallest)
        return error_set(error, "several digits? there are two pieces of about the same height; "
                                "give one digit per image, without gaps between its strokes");
    *whole = wipe_specks(s, ink, tallest / 10.0);
    return true;
}

/* The same, with room for the search. */
static bool find_digit(int h, int w, uint8_t *ink, Frame *whole, Error *error) {
    size_t n = (size_t)h * (size_t)w;
    for (size_t i = 0; i < n; i++)
        if (ink[i] < FAINT) ink[i] = 0;
    Search s = {h, w, malloc(n), malloc(n * sizeof(int)), 0};
    bool ok = false;
    if (s.todo && s.piece)
        ok = search(&s, ink, whole, error);
    else
        error_set(error, "no memory to look for pieces");
    free(s.todo);
    free(s.piece);
    return ok;
}

/* ------------------------------------------------------------------ size and place ------- */

/* The part of [from, to) that lies in [i, i + 1): 0 outside, 1 for a whole pixel. */
static double share(double from, double to, int i) {
    double overlap = fmin(to, i + 1) - fmax(from, i);
    return fmax(overlap, 0);
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

/* The frame's ink, its longer side BOX pixels, onto a canvas at row `down` and column `across`. A
   pixel of the canvas is the mean of the old ones that it covers; there is no ink outside the
   frame. */
static void paint(const uint8_t *ink, int w, const Frame *f, double down, double across,
                  uint8_t *byte) {
    int tall = f->bottom - f->top, wide = f->right - f->left;
    double step = fmax(tall, wide) / BOX; /* old pixels per new one */
    for (int r = 0; r < IMAGE_SIDE; r++)
        for (int q = 0; q < IMAGE_SIDE; q++) {
            /* the square that this pixel covers, then its part within the frame */
            double top = f->top + (r - down) * step, left = f->left + (q - across) * step;
            double bottom = fmin(top + step, f->bottom), right = fmin(left + step, f->right);
            double level = 0;
            top = fmax(top, f->top);
            left = fmax(left, f->left);
            if (bottom > top && right > left)
                level = mean_ink(ink, w, f, top, bottom, left, right) * (bottom - top) *
                        (right - left) / (step * step);
            byte[r * IMAGE_SIDE + q] = (uint8_t)lround(level);
        }
}

/* The centre of mass of a canvas: row and column. An empty one has its middle. */
static void centre_of_mass(const uint8_t *byte, double centre[2]) {
    double mass = 0, sum[2] = {0, 0};
    /* 0.5: a pixel's mass is in its middle */
    for (int i = 0; i < IMAGE_BYTES; i++) {
        mass += byte[i];
        sum[0] += byte[i] * (i / IMAGE_SIDE + 0.5);
        sum[1] += byte[i] * (i % IMAGE_SIDE + 0.5);
    }
    for (int k = 0; k < 2; k++)
        centre[k] = mass > 0 ? sum[k] / mass : IMAGE_SIDE / 2.0;
}

/* Once in the middle to find the centre of mass, then again, moved by whole pixels. */
static void paint_centred(const uint8_t *ink, int w, const Frame *f, uint8_t *byte) {
    double corner = (IMAGE_SIDE - BOX) / 2.0, centre[2];
    paint(ink, w, f, corner, corner, byte);
    centre_of_mass(byte, centre);
    paint(ink, w, f, corner + IMAGE_SIDE / 2 - floor(centre[0]),
          corner + IMAGE_SIDE / 2 - floor(centre[1]), byte);
}

/* All five steps; the second and the third may find that there is no digit, or more than one. */
bool preprocess_digit(const Grey *grey, uint8_t byte[IMAGE_BYTES], Error *error) {
    uint8_t *ink = malloc((size_t)grey->h * (size_t)grey->w);
    Frame frame;
    int share;
    bool ok = false;
    if (!ink) return error_set(error, "no memory for %d x %d pixels", grey->w, grey->h);
    if (ink_separate(grey, ink, &share, error)) {
        if (share < CONTRAST)
            error_set(error, "no digit: hardly any contrast in it");
        else
            ok = find_digit(grey->h, grey->w, ink, &frame, error);
    }
    if (ok) paint_centred(ink, grey->w, &frame, byte);
    free(ink);
    return ok;
}
