/*
 * Shapes, matrix products, differences, contracts.
 */
#include "gemm.h"
#include "support/suite.h"

#include <string.h>

TestSuite(common_arithmetic, .init = limited, .timeout = 60);

Test(common_arithmetic, window_out) {
    cr_expect(window_out(32, 5, 1, 0) == 28);
    cr_expect(window_out(28, 2, 2, 0) == 14);
    cr_expect(window_out(28, 5, 1, 2) == 28);
    cr_expect(window_out(7, 3, 2, 0) == 3);
    cr_expect(window_out(8, 3, 2, 0) == 3); /* one row is left over */
    cr_expect(window_out(1, 3, 1, 2) == 3);
    cr_expect(window_out(3, 5, 1, 1) == 1); /* it just fits */
}

static void window_too_large(void) {
    window_out(4, 7, 1, 1);
}

static void padding_as_large_as_window(void) {
    window_out(4, 2, 1, 2);
}

Test(common_arithmetic, windows_that_are_none) {
    expect_contract(window_too_large, "window 7 does not fit an axis of 4 with padding 1");
    expect_contract(padding_as_large_as_window, "padding 2 with window 2");
}

Test(common_arithmetic, gemm_equals_definition) {
    Rng rng = rng_seed(1, 0);
    const int sizes[][3] = {{1, 7, 5},    {1, 120, 400},  {1, 1, 1},  {2, 3, 4},
                            {6, 784, 25}, {16, 100, 150}, {7, 5, 33}, {120, 25, 400}};
    gemm_single_thread();
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int mode = 0; mode < 8; mode++) {
            int m = sizes[s][0], n = sizes[s][1], k = sizes[s][2];
            Transpose ta = mode & 1 ? TRANSPOSED : PLAIN, tb = mode & 2 ? TRANSPOSED : PLAIN;
            real beta = mode & 4 ? 1 : 0;
            real *a = eighths(&rng, (size_t)(m * k)), *b = eighths(&rng, (size_t)(k * n));
            real *c = eighths(&rng, (size_t)(m * n)), *want = zeros((size_t)(m * n));
            memcpy(want, c, (size_t)(m * n) * sizeof *c);
            char what[64];
            snprintf(what, sizeof what, "%dx%dx%d mode %d", m, n, k, mode);
            gemm(ta, tb, m, n, k, a, b, beta, c);
            gemm_naive(ta, tb, m, n, k, a, b, beta, want);
            expect_list(what, (size_t)(m * n), c, want, 0); /* whole numbers: exact */
        }
}

Test(common_arithmetic, gemm_by_hand) {
    const real a[6] = {1, 2, 3, 4, 5, 6};
    const real b[6] = {1, 0, 2, 1, 0, 3};
    const real plain[4] = {5, 11, 14, 23};  /* b as (3,2): 1 0 / 2 1 / 0 3        */
    const real turned[4] = {7, 10, 16, 22}; /* b as (2,3): 1 0 2 / 1 0 3, turned  */
    real c[4];
    gemm_naive(PLAIN, PLAIN, 2, 2, 3, a, b, 0, c);
    expect_list("plain", 4, c, plain, 0);
    gemm_naive(PLAIN, TRANSPOSED, 2, 2, 3, a, b, 0, c);
    expect_list("b transposed", 4, c, turned, 0);
}

Test(common_arithmetic, gemm_overwrites_with_beta_0) {
    const real a[4] = {2, 1, 1, 1}, b[4] = {3, 4, 5, 6};
    for (int rows = 1; rows <= 2; rows++) {                       /* one row is a special case */
        real c[4] = {(real)NAN, (real)NAN, (real)NAN, (real)NAN}; /* beta 0 must not read c */
        gemm(PLAIN, PLAIN, rows, 2, 2, a, b, 0, c);
        cr_expect(c[0] == 11 && c[1] == 14, "%d rows: %g %g", rows, (double)c[0], (double)c[1]);
    }
}

static double cube(void *context) {
    double v = (double)*(real *)context;
    return v * v * v;
}

/* ((v+h)^3 - (v-h)^3) / 2h = 3v^2 + h^2, without rounding for these numbers. */
Test(common_arithmetic, central_difference_by_hand) {
    real v = 2;
    cr_expect(gradcheck_central(cube, &v, &v, 0.5) == 12.25 && v == 2);
    cr_expect(isnan(gradcheck_central(cube, &v, &v, 1e-20)), "no step, and yet a difference");
}

static void wrong_sum(void) {
    contract(1 + 1 == 3, "C1: %d", 3);
}

Test(common_arithmetic, contract_aborts) {
    expect_contract(wrong_sum, "C1: 3");
}
