/*
 * Trainable subsampling: the definition, then the loops we use.
 */
#include "03_pool/subsample.h"

#include "fail.h"

#include <stdbool.h>
#include <stdio.h>

/* ------------------------------------------------------------------ definition ----------- */

/* The sum of window (i,j) of one map. */
static double window_sum(const Layer *l, const real *map, int i, int j) {
    double sum = 0;
    for (int p = 0; p < l->size; p++)
        for (int q = 0; q < l->size; q++)
            sum += (double)map[(i * l->size + p) * l->in.w + j * l->size + q];
    return sum;
}

// [subsample-naive]
void subsample_forward_naive(const Layer *l, int n, const real *w, const real *x, real *y,
                             real *scratch) {
    (void)scratch;
    for (int map = 0; map < n * l->in.c; map++, x += l->in.h * l->in.w)
        for (int i = 0; i < l->out.h; i++)
            for (int j = 0; j < l->out.w; j++) {
                int ch = map % l->in.c;
                double b = (double)w[l->in.c + ch];
                *y++ = (real)((double)w[ch] * window_sum(l, x, i, j) + b);
            }
}
// [subsample-naive]

/* Forward was y = w * sum4 + b. */
void subsample_backward_naive(const Layer *l, int n, const real *w, const real *x, const real *y,
                              const real *dy, real *dw, real *dx, real *scratch) {
    (void)y, (void)scratch;
    int pixels = l->in.h * l->in.w, outs = l->out.h * l->out.w, c = l->in.c;
    for (int ch = 0; ch < c; ch++) {
        double weight = (double)dw[ch], bias = (double)dw[c + ch];
        for (int image = 0; image < n; image++)
            for (int o = 0; o < outs; o++) {
                double d = (double)dy[(image * c + ch) * outs + o];
                const real *map = x + (image * c + ch) * pixels;
                weight += d * window_sum(l, map, o / l->out.w, o % l->out.w);
                bias += d;
            }
        dw[ch] = (real)weight;
        dw[c + ch] = (real)bias;
    }
    for (int i = 0; dx && i < n * c * pixels; i++) {
        int r = i % pixels / l->in.w / l->size, s = i % l->in.w / l->size;
        dx[i] = w[i / pixels % c] * dy[i / pixels * outs + r * l->out.w + s];
    }
}

/* ------------------------------------------------------------------ what we use ---------- */

/* One body for every size, inlined with the constants of S2 and S4. */
static inline __attribute__((always_inline)) void sum_map(int oh, int ow, int size, real w, real b,
                                                          const real *restrict x,
                                                          real *restrict y) {
    for (int i = 0; i < oh; i++)
        for (int j = 0; j < ow; j++) {
            real sum = 0;
            for (int p = 0; p < size; p++)
                for (int q = 0; q < size; q++) sum += x[(i * size + p) * ow * size + j * size + q];
            y[i * ow + j] = w * sum + b;
        }
}

/* dw and db of one map, and dx = w * dy spread over the windows. */
static inline __attribute__((always_inline)) void spread_map(int oh, int ow, int size, real w,
                                                             const real *restrict x,
                                                             const real *restrict dy,
                                                             real *restrict dw, real *restrict db,
                                                             real *restrict dx) {
    for (int i = 0; i < oh; i++)
        for (int j = 0; j < ow; j++) {
            real d = dy[i * ow + j], sum = 0;
            for (int p = 0; p < size; p++)
                for (int q = 0; q < size; q++) {
                    int at = (i * size + p) * ow * size + j * size + q;
                    sum += x[at];
                    if (dx) dx[at] = w * d;
                }
            *dw += d * sum;
            *db += d;
        }
}

static bool lenet_geometry(const Layer *l, int side) {
    return l->in.h == side && l->in.w == side && l->size == 2;
}

static void subsample_forward(const Layer *l, int n, const real *w, const real *x, real *y,
                              real *scratch) {
    (void)scratch;
    bool s2 = lenet_geometry(l, 28), s4 = lenet_geometry(l, 10);
    for (int map = 0; map < n * l->in.c; map++) {
        real weight = w[map % l->in.c], bias = w[l->in.c + map % l->in.c];
        if (s2)
            sum_map(14, 14, 2, weight, bias, x, y);
        else if (s4)
            sum_map(5, 5, 2, weight, bias, x, y);
        else
            sum_map(l->out.h, l->out.w, l->size, weight, bias, x, y);
        x += l->in.h * l->in.w;
        y += l->out.h * l->out.w;
    }
}

/* Forward was y = w * sum4 + b. */
static void subsample_backward(const Layer *l, int n, const real *w, const real *x, const real *y,
                               const real *dy, real *dw, real *dx, real *scratch) {
    (void)y, (void)scratch;
    bool s2 = lenet_geometry(l, 28), s4 = lenet_geometry(l, 10);
    for (int map = 0; map < n * l->in.c; map++) {
        int ch = map % l->in.c;
        real weight = 0, bias = 0; /* of this map */
        if (s2)
            spread_map(14, 14, 2, w[ch], x, dy, &weight, &bias, dx);
        else if (s4)
            spread_map(5, 5, 2, w[ch], x, dy, &weight, &bias, dx);
        else
            spread_map(l->out.h, l->out.w, l->size, w[ch], x, dy, &weight, &bias, dx);
        dw[ch] += weight;
        dw[l->in.c + ch] += bias;
        x += l->in.h * l->in.w;
        if (dx) dx += l->in.h * l->in.w;
        dy += l->out.h * l->out.w;
    }
}

/* ------------------------------------------------------------------ the layer ------------ */

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
        .curvature = layer_curvature_linear,
    };
    snprintf(l.name, sizeof l.name, "%s", name);
    l.connections = (long)shape_size(l.out) * (size * size + 1);
    l.macs = shape_size(l.out);
    return l;
}
