/*
 * Trainable subsampling: the definition, then the loops we use.
 */
#include "03_pool/subsample.h"

#include "fail.h"

#include <stdio.h>

/* ------------------------------------------------------------------ definitions ---------- */

/* The sum of window (i,j) in channel ch of image m. */
static double window_sum(const Layer *l, const real *x, int m, int ch, int i, int j) {
    double sum = 0;
    for (int p = 0; p < l->size; p++)
        for (int q = 0; q < l->size; q++)
            sum += entry(x, l->in, m, ch, i * l->size + p, j * l->size + q);
    return sum;
}

void subsample_forward_naive(const Layer *l, int n, const real *w, const real *x, real *y,
                             real *scratch) {
    (void)scratch;
    for (int m = 0; m < n; m++)
        for (int ch = 0; ch < l->in.c; ch++)
            for (int i = 0; i < l->out.h; i++)
                for (int j = 0; j < l->out.w; j++) {
                    /* y = w * sum4 + b, with all weights in row 0 and all biases in row 1 */
                    double weight = cell(w, l->in.c, 0, ch), bias = cell(w, l->in.c, 1, ch);
                    double sum = weight * window_sum(l, x, m, ch, i, j) + bias;
                    y[m * shape_size(l->out) + at(l->out, ch, i, j)] = (real)sum;
                }
}

/* Forward was y = w * sum4 + b, so dw += dy * sum4, db += dy, and dx = w * dy in the window. */
void subsample_backward_naive(const Layer *l, int n, const real *w, const real *x, const real *y,
                              const real *dy, real *dw, real *dx, real *scratch) {
    (void)y, (void)scratch;
    for (int ch = 0; ch < l->in.c; ch++) {
        /* dw and db of one map, added to the old ones: gradients accumulate */
        double weight = cell(dw, l->in.c, 0, ch), bias = cell(dw, l->in.c, 1, ch);
        for (int m = 0; m < n; m++)
            for (int i = 0; i < l->out.h; i++)
                for (int j = 0; j < l->out.w; j++) {
                    /* dw += dy * sum4, db += dy */
                    double d = entry(dy, l->out, m, ch, i, j);
                    weight += d * window_sum(l, x, m, ch, i, j);
                    bias += d;
                }
        dw[ch] = (real)weight;
        dw[l->in.c + ch] = (real)bias;
    }
    if (!dx) return;
    /* Entry (r,s) is in window (r/size, s/size) and in no other: dx = w * dy. */
    for (int m = 0; m < n; m++)
        for (int ch = 0; ch < l->in.c; ch++)
            for (int r = 0; r < l->in.h; r++)
                for (int s = 0; s < l->in.w; s++) {
                    int window = at(l->out, ch, r / l->size, s / l->size);
                    real d = dy[m * shape_size(l->out) + window];
                    dx[m * shape_size(l->in) + at(l->in, ch, r, s)] = w[ch] * d;
                }
}

/* ------------------------------------------------------------------ in use --------------- */

void subsample_forward(const Layer *l, int n, const real *w, const real *x, real *y,
                       real *scratch) {
    (void)scratch;
    const real *b = w + l->in.c;
    for (int map = 0; map < n * l->in.c; map++) {
        /* Maps of all images in one row; each has its own w and b. */
        int ch = map % l->in.c;
        for (int i = 0; i < l->out.h; i++)
            for (int j = 0; j < l->out.w; j++) {
                real sum4 = 0;
                for (int p = 0; p < l->size; p++)
                    for (int q = 0; q < l->size; q++)
                        sum4 += x[at(l->in, 0, i * l->size + p, j * l->size + q)];
                /* y = w * sum4 + b */
                y[at(l->out, 0, i, j)] = w[ch] * sum4 + b[ch];
            }
        x += l->in.h * l->in.w;
        y += l->out.h * l->out.w;
    }
}

// [subsample-backward]
/* Forward was y = w * sum4 + b, so dw += dy * sum4, db += dy, and dx = w * dy in the window. */
void subsample_backward(const Layer *l, int n, const real *w, const real *x, const real *y,
                        const real *dy, real *dw, real *dx, real *scratch) {
    (void)y, (void)scratch;
    for (int map = 0; map < n * l->in.c; map++) {
        int ch = map % l->in.c;
        real weight = 0, bias = 0; /* of this map */
        for (int i = 0; i < l->out.h; i++)
            for (int j = 0; j < l->out.w; j++) {
                /* The sum is added up again: dw += dy * sum4, db += dy. */
                real d = dy[at(l->out, 0, i, j)], sum4 = 0;
                for (int p = 0; p < l->size; p++)
                    for (int q = 0; q < l->size; q++)
                        sum4 += x[at(l->in, 0, i * l->size + p, j * l->size + q)];
                weight += d * sum4;
                bias += d;
            }
        if (dx) {
            /* Entry (r,s) was in one sum: dx = w * dy. */
            for (int r = 0; r < l->in.h; r++)
                for (int s = 0; s < l->in.w; s++)
                    dx[at(l->in, 0, r, s)] = w[ch] * dy[at(l->out, 0, r / l->size, s / l->size)];
            dx += l->in.h * l->in.w;
        }
        dw[ch] += weight;
        dw[l->in.c + ch] += bias;
        x += l->in.h * l->in.w;
        dy += l->out.h * l->out.w;
    }
}
// [subsample-backward]

/* ------------------------------------------------------------------ the layer ------------ */

/* Weights first, then biases: w[ch] is at ch, b[ch] at in.c + ch. */
Layer subsample_layer(const char *name, Shape in, int size) {
    contract(size >= 1 && in.h % size == 0 && in.w % size == 0,
             "%s: windows of %d do not divide %dx%d", name, size, in.h, in.w);
    Layer l = {
        .kind = "subsample",
        .in = in,
        .out = window_shape(in, in.c, size, size, 0),
        .size = size,
        .stride = size,
        .weight = {in.c},
        .bias = in.c,
        .trainable = 2 * in.c,
        .forward = subsample_forward,
        .backward = subsample_backward,
    };
    snprintf(l.name, sizeof l.name, "%s", name);
    l.connections = shape_size(l.out) * (size * size + 1);
    l.macs = shape_size(l.out);
    return l;
}
