/*
 * Pooling along rows (chapters/03_pool/rows/) against chapter 3.
 */
#include "03_pool/pool.h"
#include "03_pool/rows/rows.h"
#include "03_pool/subsample.h"
#include "04_affine/activation.h"
#include "support/item.h"
#include "support/suite.h"

static void begin(void) {
    limited();
    needs("03");
}

TestSuite(fast_pool, .init = begin, .timeout = 20);

static const struct {
    Shape in;
    int size, stride, pad, n;
} geometry[] = {
    {{1, 4, 4}, 2, 2, 0, 1},    {{2, 5, 7}, 2, 2, 0, 2}, {{2, 5, 7}, 3, 2, 1, 2},
    {{1, 6, 4}, 3, 1, 2, 3},    {{3, 7, 3}, 2, 3, 0, 2}, {{6, 28, 28}, 2, 2, 0, 2},
    {{16, 10, 10}, 2, 2, 0, 2}, {{1, 1, 5}, 1, 1, 0, 2}, {{2, 5, 5}, 2, 2, 1, 1},
};
enum { GEOMETRIES = sizeof geometry / sizeof *geometry };

static Layer layer_of(int g) {
    return max_pool_layer("S2", geometry[g].in, geometry[g].size, geometry[g].stride,
                          geometry[g].pad);
}

/* The same layer along rows. */
static Layer rows_of(Layer l) {
    Layer rows = l;
    cr_assert(rows_pool(&rows), "%s does not run along rows", l.kind);
    cr_assert(rows.forward != l.forward && rows.backward != l.backward, "the same functions");
    return rows;
}

Test(fast_pool, equals_windows, .description = "along rows: bit for bit the windows") {
    Rng rng = rng_seed(2, 0);
    for (int g = 0; g < GEOMETRIES; g++) {
        Layer l = layer_of(g), rows = rows_of(l);
        int n = geometry[g].n;
        real *dy = eighths(&rng, (size_t)(n * shape_size(l.out)));
        /* of ties both must send the gradient to the same place */
        for (int tied = 0; tied < 2; tied++) {
            size_t count = (size_t)(n * shape_size(l.in));
            real *x = tied ? ties(&rng, count) : normals(&rng, count);
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
        cr_assert(isnan(y[0]), "NaN at %d became %g", at, (double)y[0]);
        for (int i = 0; i < 4; i++)
            cr_assert(dx[i] == (i == at ? 5 : 0), "NaN at %d: dx[%d] = %g", at, i, (double)dx[i]);
    }
}

/* n numbers as they come out of a convolution on paper: many ties, zeros of both signs, and now and
   then the numbers of a diverged run. */
static real *awkward(Rng *rng, size_t n) {
    static const real value[8] = {-2, -1, (real)-0.0, 0, 1, 2, (real)INFINITY, (real)NAN};
    real *x = zeros(n);
    for (size_t i = 0; i < n; i++) {
        bool odd = rng_below(rng, 50) == 0;
        x[i] = value[odd ? 6 + rng_below(rng, 2) : rng_below(rng, 6)];
    }
    return x;
}

/* NaN where NaN, equal elsewhere. */
static void expect_same_numbers(const char *what, size_t n, const real *got, const real *want) {
    size_t differ = 0;
    for (size_t i = 0; i < n; i++)
        differ += isnan(want[i]) ? !isnan(got[i]) : got[i] != want[i];
    cr_assert(differ == 0, "%s: %zu of %zu differ", what, differ, n);
}

/* y and dx of ReLU and then pooling. */
static void run_both(const Layer *relu, const Layer *pool, int n, const real *x, const real *dy,
                     real *y, real *dx) {
    size_t between = (size_t)(n * shape_size(relu->out));
    real *middle = zeros(between), *back = zeros(between);
    relu->forward(relu, n, NULL, x, middle, NULL);
    pool->forward(pool, n, NULL, middle, y, NULL);
    pool->backward(pool, n, NULL, middle, y, dy, NULL, back, NULL);
    relu->backward(relu, n, NULL, x, middle, back, NULL, dx, NULL);
}

/* largest(relu(x)) = relu(largest(x)), and dy finds the same entry, or none. */
Test(fast_pool, relu_and_pooling_in_one, .description = "the values and gradients of both layers") {
    Rng rng = rng_seed(8, 0);
    for (int g = 0; g < GEOMETRIES; g++) {
        Layer pool = layer_of(g), one = rows_of(pool), relu = relu_layer("C1.relu", pool.in);
        Layer sigmoid = sigmoid_layer("C1.sigmoid", pool.in);
        cr_assert(!rows_relu_pool(&sigmoid, &one), "a sigmoid is not a rectifier");
        cr_assert(!rows_relu_pool(&relu, &pool), "pooling by windows stays alone");
        cr_assert(rows_relu_pool(&relu, &one));
        int n = geometry[g].n;
        size_t in = (size_t)(n * shape_size(pool.in)), out = (size_t)(n * shape_size(pool.out));
        real *x = awkward(&rng, in), *dy = eighths(&rng, out), *scratch = nans(one.scratch);
        real *y = nans(out), *dx = nans(in), *want_y = zeros(out), *want_dx = zeros(in);
        run_both(&relu, &pool, n, x, dy, want_y, want_dx);
        one.forward(&one, n, NULL, x, y, scratch);
        one.backward(&one, n, NULL, x, y, dy, NULL, dx, scratch);
        expect_same_numbers("y", out, y, want_y);
        expect_same_numbers("dx", in, dx, want_dx);
    }
}

Test(fast_pool, subsampling, .description = "exact with eighths; in float, within rounding") {
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
        GradCase c = random_case(&rows, some[g].n, &rng, eighths, 0.3);
        expect_ok(gradcheck_naive(&c, &naive, false));
        c = random_case(&rows, some[g].n, &rng, normals, 0.9);
        expect_ok(gradcheck_naive(&c, &naive, true));
    }
}
