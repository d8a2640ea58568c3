/*
 * Full connection in tiles and the squash as a quotient (chapters/04_affine/tiles/, rational/)
 * against chapter 4.
 */
#include "04_affine/affine.h"
#include "04_affine/activation.h"
#include "04_affine/rational/rational.h"
#include "04_affine/tiles/tiles.h"
#include "gemm.h"
#include "support/item.h"
#include "support/suite.h"

static void begin(void) {
    limited();
    needs("04");
}

TestSuite(fast_affine, .init = begin, .timeout = 20);

/* Eighths, so the order of the sums does not matter: every size of a tile and of the remainder, and
   fewer images than a tile has rows. */
Test(fast_affine, tiles_exact, .description = "in tiles: equal to the definition, tolerance 0") {
    static const int inputs[] = {16, 37, 84, 120, 400}, units[] = {3, 10, 17, 84, 120};
    static const int images[] = {4, 5, 6, 13, 25};
    Rng rng = rng_seed(9, 0);
    gemm_single_thread();
    int tiled = 0;
    for (int i = 0; i < 5; i++)
        for (int u = 0; u < 5; u++)
            for (int n = 0; n < 5; n++) {
                Layer l = affine_layer("C5", (Shape){inputs[i], 1, 1}, units[u]), plain = l;
                Layer naive = layer_with(l, affine_forward_naive, affine_backward_naive);
                bool replaced = tiles_affine(&l);
                tiled += replaced;
                cr_assert(replaced == (l.forward != plain.forward) &&
                          replaced == (l.backward != plain.backward));
                GradCase c = random_case(&l, images[n], &rng, eighths, 0.2);
                expect_ok(gradcheck_naive(&c, &naive, false));
            }
    Layer narrow = affine_layer("C5", (Shape){3, 1, 1}, 2);
    cr_assert(!tiles_affine(&narrow), "three inputs are not a vector");
    Layer relu = relu_layer("R", (Shape){400, 1, 1});
    cr_assert(!tiles_affine(&relu), "ReLU multiplies nothing");
    cr_assert(tiled == 0 || tiled == 5 * 5 * 5, "%d layers in tiles", tiled);
}

Test(fast_affine, rational_function, .description = "1.7159 tanh(2/3 a), against libm, and NaN") {
    double worst = 0;
    for (int k = -20000; k <= 20000; k++) {
        double a = k / 1000.0, want = 1.7159 * tanh(2.0 / 3 * (double)(real)a);
        worst = fmax(worst, fabs((double)rational_squash_of((real)a) - want));
    }
    cr_assert(worst < 4e-7, "largest error of the rational squash %g", worst);
    cr_assert(rational_squash_of(0) == 0 && isnan(rational_squash_of((real)NAN)) &&
              rational_squash_of((real)INFINITY) < (real)1.71591);
}

Test(fast_affine, rational_sigmoid, .description = "1 / (1 + e^-x), against libm, and NaN") {
    double worst = 0;
    for (int k = -40000; k <= 40000; k++) {
        real x = (real)(k / 1000.0), y = rational_sigmoid_of(x);
        cr_assert(y >= 0 && y <= 1, "sigmoid(%g) = %.9g", (double)x, (double)y);
        worst = fmax(worst, fabs((double)y - 1 / (1 + exp(-(double)x))));
    }
    cr_assert(worst < 3e-7, "largest error of the rational sigmoid %g", worst);
    cr_assert(rational_sigmoid_of(0) == (real)0.5 && isnan(rational_sigmoid_of((real)NAN)));
    Layer taught = sigmoid_layer("C1.sigmoid", (Shape){3, 1, 1}), l = taught;
    const real x[3] = {0, 1, -3};
    real *y = nans(3), *want_y = nans(3);
    cr_assert(rational_squash(&l) && l.forward != taught.forward);
    taught.forward(&taught, 1, NULL, x, want_y, NULL);
    l.forward(&l, 1, NULL, x, y, NULL);
    expect_list("y", 3, y, want_y, 1e-6);
}

Test(fast_affine, rational_layer, .description = "its layer equals the squash of chapter 4") {
    enum { N = 5 };
    Layer taught = squash_layer("C1.squash", (Shape){N, 1, 1}), l = taught;
    cr_assert(rational_squash(&l) && l.forward != taught.forward);
    const real x[N] = {0, 1, -3, -1, (real)NAN}, dy[N] = {1, 2, 1, 1, 1};
    real *y = nans(N), *dx = nans(N), *want_y = nans(N), *want_dx = nans(N);
    y[4] = 9; /* must become NaN */
    taught.forward(&taught, 1, NULL, x, want_y, NULL);
    l.forward(&l, 1, NULL, x, y, NULL);
    expect_list("y", 4, y, want_y, 1e-6);
    cr_assert(isnan(y[4]), "squash turned NaN into %g", (double)y[4]);
    taught.backward(&taught, 1, NULL, x, want_y, dy, NULL, want_dx, NULL);
    l.backward(&l, 1, NULL, x, y, dy, NULL, dx, NULL);
    expect_list("dx", 4, dx, want_dx, 2e-6);
}
