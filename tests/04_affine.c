/*
 * Chapter 4: full connection and activations.
 */
#include "04_affine/activation.h"
#include "04_affine/affine.h"
#include "gemm.h"
#include "support/item.h"
#include "support/suite.h"

TestSuite(ch04, .init = limited, .timeout = 20);

#ifndef REAL_DOUBLE

ITEM(ch04, affine_forward_naive, "04.1-exact")
ITEM(ch04, affine_backward_naive_parameters, "04.2-parameters")
ITEM(ch04, affine_backward_naive_input, "04.2-input")
ITEM(ch04, affine_forward, "04.3-exact")
ITEM(ch04, affine_backward_parameters, "04.4-parameters")
ITEM(ch04, affine_backward_input, "04.4-input")
ITEM(ch04, relu_forward, "04.5-forward")
ITEM(ch04, relu_backward, "04.5-backward")
ITEM(ch04, sigmoid_forward, "04.6-forward")
ITEM(ch04, sigmoid_backward, "04.6-backward")

/* ------------------------------------------------------------------ no points ------------ */

Test(ch04, worked_example, .description = "two images, two inputs, three units") {
    needs("04.3");
    needs("04.4");
    Layer l = affine_layer("A", (Shape){2, 1, 1}, 3);
    const real w[9] = {2, 0, 1, -1, 0, 3, 1, 0, -2}, x[4] = {1, 2, 3, -1};
    const real dy[6] = {2, -1, 1, 0, 2, 1};
    /* the lesson's numbers: y[0,0] = 2*1 + 0*2 + 1 = 3, y[0,1] = 1 - 2 + 0, y[0,2] = 6 - 2, ... */
    const real want_y[6] = {3, -1, 4, 7, 4, -5};
    /* dw[1,.] = -1 (1, 2) + 2 (3, -1); db = column sums; dx[0,.] = 2 (2, 0) - 1 (1, -1) + (0, 3) */
    const real want_dw[9] = {2, 4, 5, -4, 4, 1, 2, 1, 2}, want_dx[4] = {3, 4, 2, 1};
    real dw[9] = {0}, *y = nans(6), *dx = nans(4);
    l.forward(&l, 2, w, x, y, NULL);
    l.backward(&l, 2, w, x, y, dy, dw, dx, NULL);
    expect_list("y", 6, y, want_y, 0);
    expect_list("dw and db", 9, dw, want_dw, 0);
    expect_list("dx", 4, dx, want_dx, 0);
}

static void no_units(void) {
    affine_layer("F6", (Shape){2, 3, 4}, 0);
}
static void no_inputs(void) {
    affine_layer("F6", (Shape){0, 3, 4}, 5);
}

Test(ch04, table_of_layers, .description = "names, counts; refusals") {
    Layer l = affine_layer("C5", (Shape){16, 5, 5}, 120);
    cr_assert_str_eq(l.name, "C5");
    cr_assert_str_eq(l.kind, "affine");
    cr_assert(l.weight[0] == 120 && l.weight[1] == 400 && l.weight[2] == 0 && l.bias == 120);
    cr_assert(l.trainable == 48120 && l.connections == 48120 && l.macs == 48000, "%d, %ld, %ld",
              l.trainable, l.connections, l.macs);
    cr_assert(l.out.c == 120 && l.out.h == 1 && l.out.w == 1);
    expect_contract(no_units, "F6: 0 units on 24 inputs");
    expect_contract(no_inputs, "F6: 5 units on 0 inputs");
}

static Layer naive_of(Layer layer) {
    return layer_with(layer, affine_forward_naive, affine_backward_naive);
}

Test(ch04, backward_exact, .description = "dx, dw, db equal differences, tolerance 0") {
    needs("04.1");
    needs("04.2");
    needs("04.3");
    needs("04.4");
    static const struct {
        Shape in;
        int units, n;
    } size[] = {{{3, 1, 1}, 2, 2}, {{2, 3, 2}, 5, 3}, {{7, 1, 1}, 1, 4}, {{1, 1, 1}, 6, 3}};
    Rng rng = rng_seed(2, 0);
    for (size_t i = 0; i < sizeof size / sizeof *size; i++)
        for (int naive = 0; naive < 2; naive++) {
            Layer l = affine_layer("C5", size[i].in, size[i].units);
            if (naive) l = naive_of(l);
            GradCase c = random_case(&l, size[i].n, &rng, eighths, 0.5);
            expect_ok(gradcheck_exact(&c));
        }
}

Test(ch04, float_against_naive, .description = "LeNet's sizes and odd ones in float") {
    needs("04.1");
    needs("04.2");
    needs("04.3");
    needs("04.4");
    static const struct {
        Shape in;
        int units, n;
    } size[] = {{{16, 5, 5}, 120, 25}, {{120, 1, 1}, 84, 25}, {{84, 1, 1}, 10, 25},
                {{16, 5, 5}, 120, 1},  {{37, 1, 1}, 11, 3},   {{1, 28, 28}, 10, 7}};
    Rng rng = rng_seed(3, 0);
    gemm_single_thread();
    for (size_t i = 0; i < sizeof size / sizeof *size; i++) {
        Layer l = affine_layer("C5", size[i].in, size[i].units), naive = naive_of(l);
        GradCase c = random_case(&l, size[i].n, &rng, normals, 0.9);
        expect_ok(gradcheck_naive(&c, &naive, true));
    }
}

Test(ch04, squash, .description = "1.7159 tanh(2/3 a), by hand, and NaN") {
    Layer l = squash_layer("C1.squash", (Shape){5, 1, 1});
    const real x[5] = {0, 1, -3, -1, (real)NAN}, dy[5] = {1, 2, 1, 1, 1};
    real *y = nans(5), *dx = nans(5);
    y[4] = 9; /* must become NaN */
    l.forward(&l, 1, NULL, x, y, NULL);
    /* f(+-1) is +-1; f(-3) = -1.7159 tanh 2 */
    const real want_y[4] = {0, 1, (real)(-1.7159 * 0.96402758), -1};
    expect_list("y", 4, y, want_y, 1e-5);
    cr_assert(isnan(y[4]), "squash turned NaN into %g", (double)y[4]);
    l.backward(&l, 1, NULL, x, y, dy, NULL, dx, NULL);
    /* f'(0) = 1.143933, f'(1) = 0.755412, f'(-3) = A S (1 - tanh^2 2) = 1.143933 * 0.0706508 */
    const real want[4] = {(real)1.143933, (real)(2 * 0.755412), (real)0.0808198, (real)0.755412};
    expect_list("dx", 4, dx, want, 2e-6);
}

#else /* the double build: numerical gradients */

// [sigmoid-gradient]
Test(ch04, sigmoid_gradient, .description = "dx equals extrapolated differences") {
    needs("04.6");
    Rng rng = rng_seed(6, 0);
    Layer l = sigmoid_layer("F6.sigmoid", (Shape){3, 4, 5});
    GradCase c = random_case(&l, 3, &rng, normals, 0.9);
    expect_ok(gradcheck_smooth(&c));
}
// [sigmoid-gradient]

Test(ch04, squash_gradient, .description = "dx equals extrapolated differences") {
    Rng rng = rng_seed(8, 0);
    Layer l = squash_layer("F6.squash", (Shape){3, 4, 5});
    GradCase c = random_case(&l, 3, &rng, normals, 0.9);
    expect_ok(gradcheck_smooth(&c));
}

#endif
