/*
 * The rational squash; the formula is in rational.h.
 */
#include "04_affine/rational/rational.h"

#include "inlined.h"

#include <string.h>

INLINED real squash(real a) {
    const real most = (real)4.5; /* of |x|: |S a| is 9 */
    real x = (real)(2.0 / 3) / 2 * a;
    x = x > most ? most : x;
    x = x < -most ? -most : x;
    real u = x * x;
    real p = x * (135135 + u * (17325 + u * (378 + u)));
    real q = 135135 + u * (62370 + u * (3150 + u * 28));
    return (real)1.7159 * (2 * p * q / (q * q + p * p));
}

real rational_squash_of(real a) {
    return squash(a);
}

static void squash_forward(const Layer *l, int n, const real *w, const real *x, real *y,
                           real *scratch) {
    (void)w, (void)scratch;
    int count = n * shape_size(l->in);
    for (int i = 0; i < count; i++)
        y[i] = squash(x[i]);
}

bool rational_squash(Layer *l) {
#ifdef REAL_DOUBLE
    (void)l;
    (void)squash_forward;
    return false;
#else
    if (strcmp(l->kind, "squash") != 0) return false;
    l->forward = squash_forward;
    return true;
#endif
}
