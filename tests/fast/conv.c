/*
 * Convolution for LeNet's two shapes (chapters/02_conv/direct/) against chapter 2.
 */
#include "02_conv/conv.h"
#include "02_conv/direct/direct.h"
#include "gemm.h"
#include "support/item.h"
#include "support/suite.h"

static void begin(void) {
    limited();
    needs("02");
}

TestSuite(fast_conv, .init = begin, .timeout = 60);

typedef struct ConvCase {
    Shape in;
    int filters, size, stride, pad, n;
    const uint16_t *links;
} ConvCase;

static Layer layer_of(const ConvCase *g) {
    return conv_layer("C3", g->in, g->filters, g->size, g->stride, g->pad, g->links);
}

static Layer naive_of(Layer layer) {
    return layer_with(layer, conv_forward_naive, conv_backward_naive);
}

static const ConvCase lenet[] = {
    {{1, 32, 32}, 6, 5, 1, 0, 3, NULL},
    {{6, 14, 14}, 16, 5, 1, 0, 3, NULL},
    {{6, 14, 14}, 16, 5, 1, 0, 1, conv_table_1998},
};
enum { LENET = sizeof lenet / sizeof *lenet };

/* No gradient comes in, none goes out, to the bit: sums begin at 0. */
Test(fast_conv, no_gradient, .description = "dy = 0 leaves dw and dx at 0 exactly") {
    Rng rng = rng_seed(8, 0);
    for (int g = 0; g < LENET; g++) {
        Layer l = layer_of(&lenet[g]);
        direct_conv(&l);
        size_t nx = (size_t)shape_size(l.in), ny = (size_t)shape_size(l.out), nw = layer_params(&l);
        real *w = normals(&rng, nw), *x = normals(&rng, nx), *zero = zeros(nx + ny + nw);
        real *y = nans(ny), *dw = zeros(nw), *dx = nans(nx), *scratch = nans(l.scratch);
        l.forward(&l, 1, w, x, y, scratch);
        l.backward(&l, 1, w, x, y, zero, dw, dx, scratch);
        expect_list("dw", nw, dw, zero, 0);
        expect_list("dx", nx, dx, zero, 0);
    }
}

/* Eighths, so that the order of the sums does not matter; then others, in float. */
Test(fast_conv, equals_the_loops, .description = "C1 and C3: exact, and within rounding") {
    Rng rng = rng_seed(8, 0);
    for (int g = 0; g < LENET; g++) {
        Layer l = layer_of(&lenet[g]), naive = naive_of(l);
        direct_conv(&l);
        GradCase c = random_case(&l, lenet[g].n, &rng, eighths, 0.5);
        expect_ok(gradcheck_naive(&c, &naive, false));
        c = random_case(&l, lenet[g].n, &rng, normals, 0.5);
        expect_ok(gradcheck_naive(&c, &naive, true));
    }
}

/* Nearly LeNet's shapes, which direct.c must leave to the matrix product. */
Test(fast_conv, near_lenet,
     .description = "other filters, strides, padding, channels do not become direct") {
    static const ConvCase near[] = {
        {{1, 32, 32}, 3, 5, 1, 0, 1, NULL},  {{1, 32, 32}, 6, 5, 2, 0, 1, NULL},
        {{1, 32, 32}, 6, 5, 1, 2, 1, NULL},  {{3, 32, 32}, 6, 5, 1, 0, 1, NULL},
        {{6, 14, 14}, 6, 5, 1, 0, 1, NULL},  {{6, 14, 14}, 16, 3, 1, 0, 1, NULL},
        {{6, 14, 12}, 16, 5, 1, 0, 1, NULL},
    };
    for (size_t g = 0; g < sizeof near / sizeof *near; g++) {
        Layer l = layer_of(&near[g]);
        cr_assert(!direct_conv(&l) && l.forward == conv_forward && l.backward == conv_backward,
                  "shape %zu is not LeNet's", g);
    }
    for (int g = 0; g < LENET; g++) {
        Layer l = layer_of(&lenet[g]);
        cr_assert(direct_conv(&l) == (direct_lanes() > 0),
                  "LeNet's own become direct wherever there are lanes");
        cr_assert((l.forward != conv_forward) == (direct_lanes() > 0));
    }
}
