/*
 * The activations: one loop and one formula each.
 */
#include "04_affine/activation.h"

#include <stdio.h>

/* How many numbers n images have. */
static int entries(const Layer *l, int n) {
    return n * shape_size(l->in);
}

// [relu]
static void relu_forward(const Layer *l, int n, const real *w, const real *x, real *y,
                         real *scratch) {
    (void)w, (void)scratch;
    int count = entries(l, n);
    /* y = 0 if x < 0, else x: so NaN, which is not below 0, stays NaN */
    for (int i = 0; i < count; i++)
        y[i] = x[i] < 0 ? 0 : x[i];
}

/* Forward was y = max(x, 0): y > 0 exactly where x > 0, and there the slope is 1. */
static void relu_backward(const Layer *l, int n, const real *w, const real *x, const real *y,
                          const real *dy, real *dw, real *dx, real *scratch) {
    (void)w, (void)x, (void)dw, (void)scratch;
    if (!dx) return;
    int count = entries(l, n);
    for (int i = 0; i < count; i++) {
        /* dx = 0 if y <= 0, else dy, which is read in any case: then the choice needs no branch */
        real through = dy[i];
        dx[i] = y[i] <= 0 ? 0 : through;
    }
}
// [relu]

// [sigmoid]
static void sigmoid_forward(const Layer *l, int n, const real *w, const real *x, real *y,
                            real *scratch) {
    (void)w, (void)scratch;
    int count = entries(l, n);
    /* e^-x may overflow to infinity for very negative x; 1 / infinity is 0, as it should be. */
    for (int i = 0; i < count; i++)
        y[i] = 1 / (1 + exp(-x[i]));
}

/* Forward was y = 1 / (1 + e^-x), so the slope is e^-x / (1 + e^-x)^2 = y (1 - y). */
static void sigmoid_backward(const Layer *l, int n, const real *w, const real *x, const real *y,
                             const real *dy, real *dw, real *dx, real *scratch) {
    (void)w, (void)x, (void)dw, (void)scratch;
    if (!dx) return;
    int count = entries(l, n);
    for (int i = 0; i < count; i++)
        dx[i] = dy[i] * y[i] * (1 - y[i]);
}
// [sigmoid]

// [squash]
/* The paper's A and S: f(1) = 1 and f(-1) = -1, and the curve bends most there. */
static const real squash_a = (real)1.7159, squash_s = (real)(2.0 / 3);

static void squash_forward(const Layer *l, int n, const real *w, const real *x, real *y,
                           real *scratch) {
    (void)w, (void)scratch;
    int count = entries(l, n);
    /* y = A tanh(S x) */
    for (int i = 0; i < count; i++)
        y[i] = squash_a * tanh(squash_s * x[i]);
}

/* Forward was y = A tanh(S x), so the slope is A S (1 - tanh^2) = (S/A) (A - y) (A + y). */
static void squash_backward(const Layer *l, int n, const real *w, const real *x, const real *y,
                            const real *dy, real *dw, real *dx, real *scratch) {
    (void)w, (void)x, (void)dw, (void)scratch;
    if (!dx) return;
    int count = entries(l, n);
    for (int i = 0; i < count; i++)
        dx[i] = dy[i] * (squash_s / squash_a) * (squash_a - y[i]) * (squash_a + y[i]);
}
// [squash]

/* ------------------------------------------------------------------ the layers ----------- */

/* No parameters, no scratch: an activation is its two functions. */
static Layer activation(const char *name, const char *kind, Shape shape, LayerForward *forward,
                        LayerBackward *backward) {
    Layer l = {.kind = kind, .in = shape, .out = shape, .forward = forward, .backward = backward};
    snprintf(l.name, sizeof l.name, "%s", name);
    return l;
}

Layer relu_layer(const char *name, Shape shape) {
    return activation(name, "relu", shape, relu_forward, relu_backward);
}

Layer sigmoid_layer(const char *name, Shape shape) {
    return activation(name, "sigmoid", shape, sigmoid_forward, sigmoid_backward);
}

Layer squash_layer(const char *name, Shape shape) {
    return activation(name, "squash", shape, squash_forward, squash_backward);
}
