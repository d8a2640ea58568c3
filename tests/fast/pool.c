/*
 * Pooling along rows (chapters/03_pool/rows/) against chapter 3.
 */
#include "03_pool/pool.h"
#include "03_pool/rows/rows.h"
#include "03_pool/subsample.h"
#include "support/check.h"

TestSuite(fast_pool, .timeout = 20);

/* The same layer along rows. */
static Layer rows_of(Layer l) {
    Layer rows = l;
    cr_assert(rows_pool(&rows), "%s does not run along rows", l.kind);
    cr_expect(rows.forward != l.forward && rows.backward != l.backward, "the same functions");
    return rows;
}

Test(fast_pool, equals_windows, .description = "along rows: bit for bit the windows") {
    static const struct {
        Shape in;
        int size, stride, pad, n;
    } some[] = {
        {{1, 4, 4}, 2, 2, 0, 1},    {{2, 5, 7}, 2, 2, 0, 2}, {{2, 5, 7}, 3, 2, 1, 2},
        {{1, 6, 4}, 3, 1, 2, 3},    {{3, 7, 3}, 2, 3, 0, 2}, {{6, 28, 28}, 2, 2, 0, 2},
        {{16, 10, 10}, 2, 2, 0, 2}, {{1, 1, 5}, 1, 1, 0, 2}, {{2, 5, 5}, 2, 2, 1, 1},
    };
    Rng rng = rng_seed(2, 0);
    for (size_t g = 0; g < sizeof some / sizeof *some; g++) {
        Layer l = max_pool_layer("S2", some[g].in, some[g].size, some[g].stride, some[g].pad);
        Layer rows = rows_of(l);
        int n = some[g].n;
        real *dy = integers(&rng, (size_t)(n * shape_size(l.out)));
        /* integers has many ties: both must send the gradient to the same place */
        for (int ties = 0; ties < 2; ties++) {
            size_t count = (size_t)(n * shape_size(l.in));
            real *x = ties ? integers(&rng, count) : normals(&rng, count);
            GradCase c = {&rows, n, NULL, x, dy, 0.01};
            expect_ok(gradcheck_naive(&c, &l, false));
        }
    }
}

Test(fast_pool, nan_propagates, .description = "wherever in the window it is") {
    for (int at = 0; at < 4; at++) {
        Layer l = rows_of(max_pool_layer("S2", (Shape){1, 2, 2}, 2, 2, 0));
        real x[4] = {3, 1, 2, 4}, y[1], dx[4], *scratch = nans(l.scratch);
        const real dy[1] = {5};
        x[at] = (real)NAN;
        l.forward(&l, 1, NULL, x, y, scratch);
        l.backward(&l, 1, NULL, x, y, dy, NULL, dx, scratch);
        cr_expect(isnan(y[0]), "NaN at %d became %g", at, (double)y[0]);
        for (int i = 0; i < 4; i++)
            cr_expect(dx[i] == (i == at ? 5 : 0), "NaN at %d: dx[%d] = %g", at, i, (double)dx[i]);
    }
}

Test(fast_pool, subsampling, .description = "exact with whole numbers; in float, within rounding") {
    static const struct {
        Shape in;
        int size, n;
    } some[] = {{{2, 4, 6}, 2, 2},
                {{3, 3, 6}, 3, 2},
                {{1, 5, 4}, 1, 3},
                {{6, 28, 28}, 2, 2},
                {{16, 10, 10}, 2, 2}};
    Rng rng = rng_seed(9, 0);
    for (size_t g = 0; g < sizeof some / sizeof *some; g++) {
        Layer l = subsample_layer("S4", some[g].in, some[g].size), rows = rows_of(l);
        Layer naive = layer_with(l, subsample_forward_naive, subsample_backward_naive);
        GradCase c = random_case(&rows, some[g].n, &rng, integers, 0.3);
        expect_ok(gradcheck_naive(&c, &naive, false));
        c = random_case(&rows, some[g].n, &rng, normals, 0.9);
        expect_ok(gradcheck_naive(&c, &naive, true));
    }
}
