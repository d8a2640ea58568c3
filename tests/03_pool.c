/*
 * Chapter 3: max pooling and its edge rules.
 */
#include "03_pool/pool.h"
// [not for students]
#include "03_pool/subsample.h"
// [not for students]
#include "support/item.h"
#include "support/suite.h"

TestSuite(ch03, .init = limited, .timeout = 20);

static const struct {
    Shape in;
    int size, stride, pad, n;
} geometry[] = {
    {{1, 4, 4}, 2, 2, 0, 1},    {{2, 5, 7}, 2, 2, 0, 2}, {{2, 5, 7}, 3, 2, 1, 2},
    {{1, 6, 4}, 3, 1, 2, 3},    {{3, 7, 3}, 2, 3, 0, 2}, {{6, 28, 28}, 2, 2, 0, 2},
    {{16, 10, 10}, 2, 2, 0, 2}, {{1, 1, 5}, 1, 1, 0, 2}, {{2, 5, 5}, 2, 2, 1, 1},
    {{70, 2, 4}, 2, 2, 0, 1},
};
enum { GEOMETRIES = sizeof geometry / sizeof *geometry };

static Layer layer_of(int g) {
    return max_pool_layer("S2", geometry[g].in, geometry[g].size, geometry[g].stride,
                          geometry[g].pad);
}

/* Forward and backward on one small image. */
static void run(const Layer *l, const real *x, const real *dy, real *y, real *dx) {
    real scratch[64];
    cr_assert(l->scratch <= 64);
    l->forward(l, 1, NULL, x, y, scratch);
    l->backward(l, 1, NULL, x, y, dy, NULL, dx, scratch);
}

ITEM(ch03, forward_plain, "03.1-plain")
ITEM(ch03, forward_edges, "03.1-edges")
ITEM(ch03, forward_nan, "03.1-nan")
ITEM(ch03, backward_plain, "03.2-plain")
ITEM(ch03, backward_overlap, "03.2-overlap")
ITEM(ch03, backward_ties, "03.2-ties")
ITEM(ch03, backward_nan, "03.2-nan")

/* ------------------------------------------------------------------ no points ------------ */

Test(ch03, worked_example, .description = "4x4, windows of 2x2, by hand") {
    needs("03");
    Layer l = max_pool_layer("S2", (Shape){1, 4, 4}, 2, 2, 0);
    const real x[16] = {1, 2, 5, 0, 3, 4, 1, 1, 0, 0, 7, 8, 9, 0, 6, 2}, dy[4] = {1, 2, 3, 4};
    const real want_y[4] = {4, 5, 9, 8};
    const real want_dx[16] = {0, 0, 2, 0, 0, 1, 0, 0, 0, 0, 0, 4, 3, 0, 0, 0};
    real *y = nans(4), *dx = nans(16);
    run(&l, x, dy, y, dx);
    expect_list("y", 4, y, want_y, 0);
    expect_list("dx", 16, dx, want_dx, 0);
}

Test(ch03, backward_exact, .description = "dx equals differences, tolerance 0") {
    needs("03");
    Rng rng = rng_seed(3, 0);
    for (int g = 0; g < GEOMETRIES; g++) {
        Layer l = layer_of(g);
        if (shape_size(l.in) > 500) continue; /* differences cost two forwards per entry */
        int n = geometry[g].n;
        real *x = distinct(&rng, (size_t)(n * shape_size(l.in)));
        real *dy = eighths(&rng, (size_t)(n * shape_size(l.out)));
        GradCase c = {&l, n, NULL, x, dy, 0.05};
        expect_ok(gradcheck_exact(&c));
    }
}

// [not for students]
Test(ch03, nan_propagates, .description = "wherever in the window it is") {
    needs("03");
    for (int at = 0; at < 4; at++) {
        Layer l = max_pool_layer("S2", (Shape){1, 2, 2}, 2, 2, 0);
        real x[4] = {3, 1, 2, 4}, y[1], dx[4];
        const real dy[1] = {5};
        x[at] = (real)NAN;
        run(&l, x, dy, y, dx);
        cr_assert(isnan(y[0]), "NaN at %d became %g", at, (double)y[0]);
        for (int i = 0; i < 4; i++)
            cr_assert(dx[i] == (i == at ? 5 : 0), "NaN at %d: dx[%d] = %g", at, i, (double)dx[i]);
    }
}

Test(ch03, table_of_layers, .description = "names, shapes, connections; no parameters") {
    Layer l = max_pool_layer("S2", (Shape){6, 28, 30}, 2, 2, 0);
    cr_assert_str_eq(l.name, "S2");
    cr_assert_str_eq(l.kind, "max pool");
    cr_assert(l.out.c == 6 && l.out.h == 14 && l.out.w == 15);
    cr_assert(l.size == 2 && l.stride == 2 && l.pad == 0);
    cr_assert(l.connections == 6 * 14 * 15 * 4 && l.macs == 0, "%ld, %ld", l.connections, l.macs);
    cr_assert(layer_params(&l) == 0 && l.trainable == 0 && l.scratch == 0);
    l = subsample_layer("S4", (Shape){16, 10, 12}, 2);
    cr_assert_str_eq(l.name, "S4");
    cr_assert_str_eq(l.kind, "subsample");
    cr_assert(l.out.c == 16 && l.out.h == 5 && l.out.w == 6 && l.size == 2 && l.stride == 2);
    cr_assert(l.connections == 16 * 30 * 5 && l.macs == 16 * 30, "%ld, %ld", l.connections, l.macs);
    cr_assert(l.trainable == 32 && layer_weights(&l) == 16 && l.bias == 16);
}

static void does_not_divide_height(void) {
    subsample_layer("S2", (Shape){1, 5, 4}, 2);
}
static void does_not_divide_width(void) {
    subsample_layer("S2", (Shape){1, 4, 5}, 2);
}
static void no_window(void) {
    subsample_layer("S2", (Shape){1, 4, 4}, 0);
}

/* ------------------------------------------------------------------ subsampling ---------- */

Test(ch03, subsample_contracts, .description = "windows that do not divide the map") {
    expect_contract(does_not_divide_height, "S2: windows of 2 do not divide 5x4");
    expect_contract(does_not_divide_width, "S2: windows of 2 do not divide 4x5");
    expect_contract(no_window, "S2: windows of 0 do not divide 4x4");
}

Test(ch03, subsample_by_hand, .description = "y = w * sum4 + b and its gradients") {
    Layer l = subsample_layer("S2", (Shape){2, 2, 4}, 2);
    const real x[16] = {1, 2, 3, 4, 5, 6, 7, 8, /* second map */ 0, 1, 0, 1, 1, 0, 1, 2};
    const real w[4] = {2, -1, /* b */ 10, 20}, dy[4] = {1, 2, 3, 4};
    /* sums: 1+2+5+6 = 14, 3+4+7+8 = 22; 2, 4 */
    const real want[4] = {38, 54, 18, 16};
    /* dw = 1*14 + 2*22, 3*2 + 4*4;  db = 1+2, 3+4;  dx = w * dy */
    const real want_dw[4] = {58, 22, 3, 7};
    const real want_dx[16] = {2, 2, 4, 4, 2, 2, 4, 4, -3, -3, -4, -4, -3, -3, -4, -4};
    real y[4], dw[4] = {0}, dx[16];
    l.forward(&l, 1, w, x, y, NULL);
    expect_list("y", 4, y, want, 0);
    l.backward(&l, 1, w, x, y, dy, dw, dx, NULL);
    expect_list("dw and db", 4, dw, want_dw, 0);
    expect_list("dx", 16, dx, want_dx, 0);
    cr_assert(l.trainable == 4 && l.connections == 4 * 5, "%d trainable, %ld connections",
              l.trainable, l.connections);
}

Test(ch03, subsample_checks, .description = "exact gradients; float against the definition") {
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
        Layer l = subsample_layer("S4", some[g].in, some[g].size);
        Layer naive = layer_with(l, subsample_forward_naive, subsample_backward_naive);
        GradCase c = random_case(&l, some[g].n, &rng, eighths, 0.3);
        if (some[g].n * shape_size(l.in) < 500) expect_ok(gradcheck_exact(&c));
        expect_ok(gradcheck_naive(&c, &naive, false)); /* eighths: bit for bit */
        c = random_case(&l, some[g].n, &rng, normals, 0.9);
        expect_ok(gradcheck_naive(&c, &naive, true));
    }
}
// [not for students]
