/*
 * The activations. Naive and fast are the same here: one loop, one formula.
 */
#include "04_affine/activation.h"

#include <stdio.h>

static int entries(const Layer *l, int n) {
    return n * shape_size(l->in);
}

// [relu]
static void relu_forward(const Layer *l, int n, const real *w, const real *x, real *y,
                         real *scratch) {
    (void)w, (void)scratch;
    for (int i = 0; i < entries(l, n); i++) y[i] = x[i] < 0 ? 0 : x[i]; /* NaN stays NaN */
}

/* Forward was y = max(x, 0): y > 0 exactly where x > 0, and there dy/dx = 1. */
static void relu_backward(const Layer *l, int n, const real *w, const real *x, const real *y,
                          const real *dy, real *dw, real *dx, real *scratch) {
    (void)w, (void)x, (void)dw, (void)scratch;
    for (int i = 0; dx && i < entries(l, n); i++) {
        real through = dy[i]; /* read in any case: then the choice needs no branch */
        dx[i] = y[i] <= 0 ? 0 : through;
    }
}
// [relu]

// [sigmoid]
static void sigmoid_forward(const Layer *l, int n, const real *w, const real *x, real *y,
                            real *scratch) {
    (void)w, (void)scratch;
    /* e^-x may overflow to infinity for very negative x; 1 / infinity is the right 0. */
    for (int i = 0; i < entries(l, n); i++) y[i] = 1 / (1 + exp(-x[i]));
}

/* Forward was y = 1 / (1 + e^-x), so dy/dx = e^-x / (1 + e^-x)^2 = y (1 - y). */
static void sigmoid_backward(const Layer *l, int n, const real *w, const real *x, const real *y,
                             const real *dy, real *dw, real *dx, real *scratch) {
    (void)w, (void)x, (void)dw, (void)scratch;
    for (int i = 0; dx && i < entries(l, n); i++) dx[i] = dy[i] * y[i] * (1 - y[i]);
}
// [sigmoid]

// [squash]
static const real squash_a = (real)1.7159, squash_s = (real)(2.0 / 3);

static inline real squash_inline(real a) {
#ifdef REAL_DOUBLE
    return squash_a * tanh(squash_s * a);
#else
    real x = squash_s / 2 * a;
    x = x > 4.5f ? 4.5f : x < -4.5f ? -4.5f : x;
    real u = x * x;
    real p = x * (135135 + u * (17325 + u * (378 + u)));
    real q = 135135 + u * (62370 + u * (3150 + u * 28));
    return squash_a * (2 * p * q / (q * q + p * p));
#endif
}

real squash(real a) {
    return squash_inline(a);
}

static void squash_forward(const Layer *l, int n, const real *w, const real *x, real *y,
                           real *scratch) {
    (void)w, (void)scratch;
    for (int i = 0; i < entries(l, n); i++) y[i] = squash_inline(x[i]);
}

/* Forward was y = A tanh(S x), so dy/dx = A S (1 - tanh^2) = (S/A) (A - y) (A + y). */
static void squash_backward(const Layer *l, int n, const real *w, const real *x, const real *y,
                            const real *dy, real *dw, real *dx, real *scratch) {
    (void)w, (void)x, (void)dw, (void)scratch;
    for (int i = 0; dx && i < entries(l, n); i++)
        dx[i] = dy[i] * (squash_s / squash_a) * (squash_a - y[i]) * (squash_a + y[i]);
}
// [squash]

static Layer activation(const char *name, const char *kind, Shape shape) {
    Layer l = {.kind = kind, .in = shape, .out = shape};
    l.curvature = layer_curvature_elementwise;
    snprintf(l.name, sizeof l.name, "%s", name);
    return l;
}

Layer relu_layer(const char *name, Shape shape) {
    Layer l = activation(name, "relu", shape);
    l.forward = relu_forward;
    l.backward = relu_backward;
    return l;
}

Layer sigmoid_layer(const char *name, Shape shape) {
    Layer l = activation(name, "sigmoid", shape);
    l.forward = sigmoid_forward;
    l.backward = sigmoid_backward;
    return l;
}

Layer squash_layer(const char *name, Shape shape) {
    Layer l = activation(name, "squash", shape);
    l.forward = squash_forward;
    l.backward = squash_backward;
    return l;
}
