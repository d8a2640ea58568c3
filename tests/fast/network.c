/*
 * The network on the faster functions: the same losses and gradients.
 */
#include "02_conv/direct/direct.h"
#include "03_pool/rows/rows.h"
#include "04_affine/rational/rational.h"
#include "04_affine/tiles/tiles.h"
#include "07_lenet5/support.h"

#include <string.h>

TestSuite(fast_network, .timeout = 120);

/* Pooling and ReLU may have changed places. */
static const Layer *layer_named(const Network *net, const char *name) {
    for (int i = 0; i < net->layers; i++)
        if (strcmp(net->layer[i].name, name) == 0) return &net->layer[i];
    cr_assert_fail("no layer %s", name);
    return NULL;
}

/* Whether one of the folders has something faster for a layer on this machine. */
static bool has_faster(Layer l) {
    return direct_conv(&l) || rows_pool(&l) || rational_squash(&l) || tiles_affine(&l);
}

Test(fast_network, kernels_agree,
     .description = "textbook and fast: the same losses and gradients") {
    const Lenet5 *const choices[2] = {&lenet5_report, &lenet5_1998};
    for (int k = 0; k < 2; k++) {
        Network textbook = lenet5_with(choices[k]), fast = textbook;
        real *grad = reals(network_params(&textbook));
        double loss = loss_and_gradient(&textbook, grad);
        int replaced = network_accelerate(&fast), differ = 0;
        for (int i = 0; i < fast.layers; i++) {
            const Layer *l = &fast.layer[i], *same = layer_named(&textbook, l->name);
            bool other = l->forward != same->forward || l->backward != same->backward;
            cr_expect(other == has_faster(*same), "%s: %s", l->name,
                      other ? "replaced" : "not replaced");
            differ += other;
        }
        cr_expect(replaced == differ && replaced > 0, "%d replaced, %d differ", replaced, differ);
        cr_expect_str_eq(fast.kernels, "fast");
        expect_same_network(&fast, loss, grad);
    }
}

/* n numbers as they come out of a convolution on paper: many ties, zeros of both signs, and now and
   then what a diverged run holds. */
static real *awkward(Rng *rng, size_t n) {
    static const real value[8] = {-2, -1, (real)-0.0, 0, 1, 2, (real)INFINITY, (real)NAN};
    real *x = reals(n);
    for (size_t i = 0; i < n; i++) {
        bool odd = rng_below(rng, 50) == 0;
        x[i] = value[odd ? 6 + rng_below(rng, 2) : rng_below(rng, 6)];
    }
    return x;
}

/* y and dx of layer i and the one after it. */
static void run_pair(const Network *net, int i, int n, const real *x, const real *dy, real *y,
                     real *dx) {
    const Layer *first = &net->layer[i], *second = first + 1;
    size_t between = (size_t)(n * shape_size(first->out));
    real *middle = reals(between), *back = reals(between);
    real *scratch = reals(first->scratch + second->scratch);
    first->forward(first, n, NULL, x, middle, scratch);
    second->forward(second, n, NULL, middle, y, scratch);
    second->backward(second, n, NULL, middle, y, dy, NULL, back, scratch);
    first->backward(first, n, NULL, x, middle, back, NULL, dx, scratch);
}

/* NaN where NaN, equal elsewhere. */
static void expect_same_numbers(const char *what, size_t n, const real *got, const real *want) {
    size_t differ = 0;
    for (size_t i = 0; i < n; i++)
        differ += isnan(want[i]) ? !isnan(got[i]) : got[i] != want[i];
    cr_expect(differ == 0, "%s: %zu of %zu differ", what, differ, n);
}

/* largest(relu(x)) = relu(largest(x)), and both orders send dy to the same entry. */
Test(fast_network, pooling_before_relu,
     .description = "fast kernels pool first: the same values, the same gradients") {
    enum { N = 3 };
    Network table = lenet5(ACTIVATION_RELU), fast = table;
    Rng rng = rng_seed(8, 0);
    network_accelerate(&fast);
    int pairs = 0;
    for (int i = 0; i + 1 < table.layers; i++) {
        const Layer *relu = &table.layer[i], *pool = relu + 1;
        if (strcmp(pool->kind, "max pool") != 0) continue;
        cr_expect_str_eq(fast.layer[i].name, pool->name);
        cr_expect_str_eq(fast.layer[i + 1].name, relu->name);
        size_t in = (size_t)(N * shape_size(relu->in)), out = (size_t)(N * shape_size(pool->out));
        real *x = awkward(&rng, in), *dy = integers(&rng, out), *y = reals(out), *dx = reals(in);
        real *want_y = reals(out), *want_dx = reals(in);
        run_pair(&table, i, N, x, dy, want_y, want_dx);
        run_pair(&fast, i, N, x, dy, y, dx);
        expect_same_numbers("y", out, y, want_y);
        expect_same_numbers("dx", in, dx, want_dx);
        pairs++;
    }
    cr_expect(pairs == 2, "S2 and S4 follow a ReLU: %d", pairs);
}

/* A squash is not a rectifier: equal after rounding is not equal before. */
Test(fast_network, other_activations_stay_first, .description = "the order of the table") {
    Network table = lenet5(ACTIVATION_SIGMOID), fast = table;
    network_accelerate(&fast);
    for (int i = 0; i < table.layers; i++)
        cr_expect_str_eq(fast.layer[i].name, table.layer[i].name);
}
