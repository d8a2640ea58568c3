/*
 * The squash and the sigmoid as quotients; the formulas are in rational.h.
 */
#include "04_affine/rational/rational.h"

#include "inlined.h"

#include <string.h>

/* P and Q. */
typedef struct Quotient {
    real p, q;
} Quotient;

/* tanh(x) = P / Q; x is held at 4.5, and NaN passes. */
INLINED Quotient tanh_of(real x) {
    const real most = (real)4.5;
    x = x > most ? most : x;
    x = x < -most ? -most : x;
    real u = x * x;
    real p = x * (135135 + u * (17325 + u * (378 + u)));
    real q = 135135 + u * (62370 + u * (3150 + u * 28));
    return (Quotient){p, q};
}

INLINED real squash(real a) {
    Quotient t = tanh_of((real)(2.0 / 3) / 2 * a);
    return (real)1.7159 * (2 * t.p * t.q / (t.q * t.q + t.p * t.p));
}

INLINED real sigmoid(real x) {
    Quotient t = tanh_of(x / 4);
    real sum = t.q + t.p, y = sum * sum / (2 * (t.q * t.q + t.p * t.p));
    return y > 1 ? 1 : y; /* rounding */
}

real rational_squash_of(real a) {
    return squash(a);
}

real rational_sigmoid_of(real x) {
    return sigmoid(x);
}

static void squash_forward(const Layer *l, int n, const real *w, const real *x, real *y,
                           real *scratch) {
    (void)w, (void)scratch;
    int count = n * shape_size(l->in);
    for (int i = 0; i < count; i++)
        y[i] = squash(x[i]);
}

static void sigmoid_forward(const Layer *l, int n, const real *w, const real *x, real *y,
                            real *scratch) {
    (void)w, (void)scratch;
    int count = n * shape_size(l->in);
    for (int i = 0; i < count; i++)
        y[i] = sigmoid(x[i]);
}

bool rational_squash(Layer *l) {
    LayerForward *forward = strcmp(l->kind, "squash") == 0    ? squash_forward
                            : strcmp(l->kind, "sigmoid") == 0 ? sigmoid_forward
                                                              : NULL;
    if (!forward || sizeof(real) > sizeof(float)) return false;
    l->forward = forward;
    return true;
}
