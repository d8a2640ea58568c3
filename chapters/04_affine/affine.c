/*
 * Full connection: the definition in sums, then three matrix products.
 */
#include "04_affine/affine.h"

#include "fail.h"
#include "gemm.h"

#include <stdio.h>

/* ------------------------------------------------------------------ definitions ---------- */

// [affine-forward-naive]
void affine_forward_naive(const Layer *l, int n, const real *w, const real *x, real *y,
                          real *scratch) {
    (void)scratch;
    int in = shape_size(l->in), out = l->out.c;
    const real *b = w + layer_weights(l);
    for (int m = 0; m < n; m++)
        for (int o = 0; o < out; o++) {
            /* y[m,o] = b[o] + sum over k of w[o,k] * x[m,k] */
            double sum = (double)b[o];
            for (int k = 0; k < in; k++)
                sum += cell(w, in, o, k) * cell(x, in, m, k);
            y[m * out + o] = (real)sum;
        }
}
// [affine-forward-naive]

// [affine-backward-naive]
/* Forward was  y[m,o] = b[o] + sum over k of w[o,k] * x[m,k]. */
void affine_backward_naive(const Layer *l, int n, const real *w, const real *x, const real *y,
                           const real *dy, real *dw, real *dx, real *scratch) {
    (void)y, (void)scratch;
    int in = shape_size(l->in), out = l->out.c;
    real *db = dw + layer_weights(l);
    for (int o = 0; o < out; o++) {
        /* db[o] += sum over m of dy[m,o] */
        double sum = (double)db[o];
        for (int m = 0; m < n; m++)
            sum += cell(dy, out, m, o);
        db[o] = (real)sum;
    }
    for (int o = 0; o < out; o++)
        for (int k = 0; k < in; k++) {
            /* dw[o,k] += sum over m of dy[m,o] * x[m,k] */
            double sum = cell(dw, in, o, k);
            for (int m = 0; m < n; m++)
                sum += cell(dy, out, m, o) * cell(x, in, m, k);
            dw[o * in + k] = (real)sum;
        }
    if (!dx) return;
    for (int m = 0; m < n; m++)
        for (int k = 0; k < in; k++) {
            /* dx[m,k] = sum over o of dy[m,o] * w[o,k] */
            double sum = 0;
            for (int o = 0; o < out; o++)
                sum += cell(dy, out, m, o) * cell(w, in, o, k);
            dx[m * in + k] = (real)sum;
        }
}
// [affine-backward-naive]

/* ------------------------------------------------------------------ in use --------------- */

// [affine-forward]
void affine_forward(const Layer *l, int n, const real *w, const real *x, real *y, real *scratch) {
    (void)scratch;
    int in = shape_size(l->in), out = l->out.c;
    const real *b = w + layer_weights(l);
    /* Every row begins as the biases; the product is added to it. */
    for (int m = 0; m < n; m++)
        for (int o = 0; o < out; o++)
            y[m * out + o] = b[o];
    /* y = x * w^T + b :  (n, in) * (in, out) */
    gemm(PLAIN, TRANSPOSED, n, out, in, x, w, 1, y);
}
// [affine-forward]

// [affine-backward]
/* Forward was  y = x * w^T + b. */
void affine_backward(const Layer *l, int n, const real *w, const real *x, const real *y,
                     const real *dy, real *dw, real *dx, real *scratch) {
    (void)y, (void)scratch;
    int in = shape_size(l->in), out = l->out.c;
    real *db = dw + layer_weights(l);
    /* db += column sums of dy */
    for (int m = 0; m < n; m++)
        for (int o = 0; o < out; o++)
            db[o] += dy[m * out + o];
    /* dw += dy^T * x :  (out, n) * (n, in) */
    gemm(TRANSPOSED, PLAIN, out, in, n, dy, x, 1, dw);
    /* dx = dy * w :  (n, out) * (out, in) */
    if (dx) gemm(PLAIN, PLAIN, n, in, out, dy, w, 0, dx);
}
// [affine-backward]

/* ------------------------------------------------------------------ the layer ------------ */

Layer affine_layer(const char *name, Shape in, int units) {
    int inputs = shape_size(in);
    contract(units >= 1 && inputs >= 1, "%s: %d units on %d inputs", name, units, inputs);
    Layer l = {
        .kind = "affine",
        .in = in,
        .out = {units, 1, 1},
        .weight = {units, inputs},
        .bias = units,
        .trainable = units * (inputs + 1),
        .connections = units * (inputs + 1),
        .macs = units * inputs,
        .forward = affine_forward,
        .backward = affine_backward,
    };
    snprintf(l.name, sizeof l.name, "%s", name);
    return l;
}
