/*
 * Chapter 2: convolution. Exact with eighths; in float against the loops that sum in double.
 */
#include "02_conv/conv.h"
#include "gemm.h"
#include "support/item.h"
#include "support/suite.h"

#include <string.h>

TestSuite(ch02, .init = limited, .timeout = 20);

/* A filter table for three channels: one, two and all of them. */
static const uint16_t some_links[4] = {1, 6, 5, 7};

typedef struct ConvCase {
    Shape in;
    int filters, size, stride, pad, n;
    const uint16_t *links;
} ConvCase;

static const ConvCase small[] = {
    {{1, 4, 4}, 1, 3, 1, 0, 1, NULL},  {{2, 5, 7}, 3, 3, 2, 1, 2, NULL},
    {{3, 7, 5}, 2, 2, 3, 0, 3, NULL},  {{2, 6, 4}, 3, 5, 1, 2, 2, NULL},
    {{1, 3, 3}, 2, 3, 1, 2, 2, NULL},  {{3, 4, 6}, 4, 3, 1, 1, 2, some_links},
    {{4, 1, 5}, 5, 1, 1, 0, 2, NULL},  {{2, 8, 8}, 2, 3, 4, 1, 1, NULL},
    {{2, 9, 8}, 3, 5, 2, 0, 2, NULL},  {{2, 8, 9}, 2, 4, 1, 0, 2, NULL},
    {{2, 3, 4}, 70, 2, 1, 0, 1, NULL},
};
enum { SMALL = sizeof small / sizeof *small };

static Layer layer_of(const ConvCase *g) {
    return conv_layer("C3", g->in, g->filters, g->size, g->stride, g->pad, g->links);
}

static Layer naive_of(Layer layer) {
    return layer_with(layer, conv_forward_naive, conv_backward_naive);
}

static GradCase case_of(const Layer *l, int n, Rng *rng, real *(*numbers)(Rng *, size_t)) {
    /* windows with gaps between them leave pixels without a gradient */
    return random_case(l, n, rng, numbers, l->stride > l->size ? 0.1 : 0.5);
}

ITEM(ch02, forward_naive_plain, "02.1-plain")
ITEM(ch02, forward_naive_geometry, "02.1-geometry")
ITEM(ch02, dw_naive_plain, "02.2-plain")
ITEM(ch02, dw_naive_geometry, "02.2-geometry")
ITEM(ch02, dw_naive_table, "02.2-table")
ITEM(ch02, dx_naive_plain, "02.3-plain")
ITEM(ch02, dx_naive_geometry, "02.3-geometry")
ITEM(ch02, forward_exact, "02.4-exact")
ITEM(ch02, backward_parameters, "02.5-parameters")
ITEM(ch02, backward_input, "02.5-input")
ITEM(ch02, backward_table, "02.5-table")

/* ------------------------------------------------------------------ no points ------------ */

Test(ch02, worked_example, .description = "two channels, two filters, by hand") {
    needs("02.4");
    needs("02.5");
    Layer l = conv_layer("C1", (Shape){2, 2, 3}, 2, 2, 1, 0, NULL);
    const real x[12] = {1, 2, 3, 4, 5, 6, /* second channel */ 0, 1, 0, 1, 0, 1};
    const real w[18] = {/* filter 0 */ 1, 0,  0,  1, 2, 0, 0, 0,
                        /* filter 1 */ 0, 1,  -1, 0, 0, 0, 0, 3,
                        /* biases */ 10,  -10};
    /* filter 0: x00 + x11 + 2*second00 + 10:  1+5+0+10, 2+6+2+10
       filter 1: x01 - x10 + 3*second11 - 10:  2-4+0-10, 3-5+3-10 */
    const real want[4] = {16, 20, -12, -9}, dy[4] = {1, 2, 3, 4};
    real dw[18] = {0}, *y = nans(4), *dx = nans(12), *scratch = nans(l.scratch);
    l.forward(&l, 1, w, x, y, scratch);
    expect_list("y", 4, y, want, 0);
    l.backward(&l, 1, w, x, y, dy, dw, dx, scratch);
    /* db = 1+2, 3+4;  dw[0,0,0,0] = 1*x00 + 2*x01;  dw[1,1,1,1] = 3*second11 + 4*second12 */
    cr_assert(dw[16] == 3 && dw[17] == 7, "db: got %g %g, want 3 7", (double)dw[16],
              (double)dw[17]);
    cr_assert(dw[0] == 5, "dw[0,0,0,0]: got %g, want 5", (double)dw[0]);
    cr_assert(dw[15] == 4, "dw[1,1,1,1]: got %g, want 4", (double)dw[15]);
    /* dx of the first channel: filter 0 gives dy to x[i,j] and x[i+1,j+1], filter 1 to x[i,j+1] and
       minus dy to x[i+1,j] */
    const real want_dx[6] = {1, 2 + 3, 4, -3, 1 - 4, 2};
    expect_list("dx, first channel", 6, dx, want_dx, 0);
}

/* No gradient comes in, none goes out, to the bit: sums begin at 0. */
Test(ch02, no_gradient, .description = "dy = 0 leaves dw and dx at 0 exactly") {
    needs("02.4");
    needs("02.5");
    const Layer both[2] = {conv_layer("C1", (Shape){1, 32, 32}, 6, 5, 1, 0, NULL),
                           conv_layer("C3", (Shape){6, 14, 14}, 16, 5, 1, 0, NULL)};
    Rng rng = rng_seed(8, 0);
    for (int k = 0; k < 2; k++) {
        Layer l = both[k];
        size_t nx = (size_t)shape_size(l.in), ny = (size_t)shape_size(l.out), nw = layer_params(&l);
        real *w = normals(&rng, nw), *x = normals(&rng, nx), *zero = zeros(nx + ny + nw);
        real *y = nans(ny), *dw = zeros(nw), *dx = nans(nx), *scratch = nans(l.scratch);
        l.forward(&l, 1, w, x, y, scratch);
        l.backward(&l, 1, w, x, y, zero, dw, dx, scratch);
        expect_list("dw", nw, dw, zero, 0);
        expect_list("dx", nx, dx, zero, 0);
    }
}

static void unlinked_filter(void) {
    static const uint16_t links[2] = {1, 0};
    conv_layer("C3", (Shape){2, 5, 5}, 2, 3, 1, 0, links);
}
static void unknown_channel(void) {
    static const uint16_t links[2] = {1, 4};
    conv_layer("C3", (Shape){2, 5, 5}, 2, 3, 1, 0, links);
}
static void too_many_channels(void) {
    static const uint16_t links[1] = {1};
    conv_layer("C3", (Shape){17, 5, 5}, 1, 3, 1, 0, links);
}
static void no_filter(void) {
    conv_layer("C3", (Shape){2, 5, 5}, 0, 3, 1, 0, NULL);
}
static void no_channel(void) {
    conv_layer("C3", (Shape){0, 5, 5}, 1, 3, 1, 0, NULL);
}

Test(ch02, table_of_layers, .description = "names, counts, scratch; refusals") {
    Layer l = conv_layer("C1", (Shape){1, 32, 32}, 6, 5, 1, 0, NULL);
    cr_assert_str_eq(l.name, "C1");
    cr_assert_str_eq(l.kind, "conv");
    cr_assert(l.trainable == 156 && l.connections == 122304 && l.macs == 6L * 25 * 784,
              "%d, %ld, %ld", l.trainable, l.connections, l.macs);
    cr_assert(l.scratch == 25 * 784 && l.bias == 6 && l.stride == 1 && l.pad == 0 && l.size == 5);
    cr_assert(l.weight[0] == 6 && l.weight[1] == 1 && l.weight[2] == 5 && l.weight[3] == 5);
    l = conv_layer("C3", (Shape){6, 14, 14}, 16, 5, 1, 0, conv_table_1998);
    cr_assert(l.trainable == 1516 && l.connections == 151600 && l.macs == 60L * 25 * 100,
              "%d, %ld, %ld", l.trainable, l.connections, l.macs);
    /* sixteen channels are the most that a table of links holds */
    static const uint16_t all[1] = {0xffff};
    l = conv_layer("C3", (Shape){16, 3, 3}, 1, 3, 1, 0, all);
    cr_assert(l.trainable == 145, "%d", l.trainable);
    expect_contract(unlinked_filter, "C3: filter 1 is linked to no channel");
    expect_contract(unknown_channel, "C3: filter 1 is linked to a channel above 1");
    expect_contract(too_many_channels, "C3: a connection table holds 16 channels, not 17");
    expect_contract(no_filter, "C3: 0 filters on 2 channels");
    expect_contract(no_channel, "C3: 1 filters on 0 channels");
}

Test(ch02, backward_exact, .description = "dx, dw, db equal differences, tolerance 0") {
    needs("02");
    Rng rng = rng_seed(3, 0);
    for (int g = 0; g < SMALL; g++) {
        Layer l = layer_of(&small[g]), naive = naive_of(l);
        GradCase c = case_of(&l, small[g].n, &rng, eighths);
        expect_ok(gradcheck_exact(&c));
        c.layer = &naive;
        expect_ok(gradcheck_exact(&c));
    }
}

Test(ch02, float_against_naive, .description = "LeNet's sizes and odd ones in float") {
    needs("02");
    static const ConvCase large[] = {
        {{1, 32, 32}, 6, 5, 1, 0, 2, NULL},
        {{6, 14, 14}, 16, 5, 1, 0, 2, NULL},
        {{6, 14, 14}, 16, 5, 1, 0, 2, conv_table_1998},
        {{3, 17, 11}, 7, 3, 2, 1, 2, NULL},
        {{5, 9, 13}, 9, 4, 1, 3, 1, NULL},
    };
    Rng rng = rng_seed(4, 0);
    gemm_single_thread();
    for (size_t g = 0; g < sizeof large / sizeof *large; g++) {
        Layer l = layer_of(&large[g]), naive = naive_of(l);
        GradCase c = case_of(&l, large[g].n, &rng, normals);
        expect_ok(gradcheck_naive(&c, &naive, true));
    }
}

Test(ch02, connection_table, .description = "Table I: 60 links, 1,516 parameters") {
    needs("02.4");
    needs("02.5");
    Layer l = conv_layer("C3", (Shape){6, 14, 14}, 16, 5, 1, 0, conv_table_1998);
    static const char *const table[6] = {
        "X...XXX..XXXX.XX", "XX...XXX..XXXX.X", "XXX...XXX..X.XXX",
        ".XXX..XXXX..X.XX", "..XXX..XXXX.XX.X", "...XXX..XXXX.XXX",
    };
    int links = 0;
    for (int ch = 0; ch < 6; ch++)
        for (int f = 0; f < 16; f++) {
            bool sees = conv_table_1998[f] >> ch & 1;
            links += sees;
            cr_assert(sees == (table[ch][f] == 'X'), "map %d, filter %d: %d", ch, f, sees);
        }
    cr_assert(links == 60, "%d links", links);
    cr_assert(l.trainable == 1516, "%d trainable", l.trainable);
    cr_assert(l.connections == 151600, "%ld connections", l.connections);

    /* Weights without a link start at 0 and get no gradient. */
    Rng rng = rng_seed(5, 0);
    real *w = zeros(layer_params(&l)), *dw = zeros(layer_params(&l)), *scratch = nans(l.scratch);
    real *x = normals(&rng, 6 * 14 * 14), *y = nans(1600), *dy = normals(&rng, 1600);
    layer_init(&l, INIT_HE, w, &rng);
    l.forward(&l, 1, w, x, y, scratch);
    l.backward(&l, 1, w, x, y, dy, dw, NULL, scratch);
    int absent = 0, wrong = 0, still = 0;
    for (size_t i = 0; i < layer_weights(&l); i++) {
        bool linked = layer_linked(&l, i), none = dw[i] == 0 && w[i] == 0;
        absent += !linked;
        wrong += !linked && !none;
        still += linked && (dw[i] == 0 || w[i] == 0);
    }
    cr_assert(absent == 36 * 25, "%d missing weights", absent);
    cr_assert(wrong == 0, "%d missing links have a weight or a gradient", wrong);
    cr_assert(still == 0, "%d links have neither", still);
}

Test(ch02, images_are_independent, .description = "a batch is its images one by one") {
    needs("02.4");
    Rng rng = rng_seed(6, 0);
    Layer l = conv_layer("C1", (Shape){2, 6, 5}, 3, 3, 1, 1, NULL);
    GradCase c = case_of(&l, 3, &rng, eighths);
    real *together = nans(3 * 90), *alone = nans(3 * 90);
    real *scratch = zeros(l.scratch);
    l.forward(&l, 3, c.w, c.x, together, scratch);
    for (int i = 0; i < 3; i++)
        l.forward(&l, 1, c.w, c.x + 60 * i, alone + 90 * i, scratch);
    expect_list("y", 3 * 90, together, alone, 0);
}

Test(ch02, link_to_missing_channel_aborts, .init = quiet, .signal = SIGABRT,
     .description = "a table that names a channel that x does not have") {
    static const uint16_t links[1] = {4};
    conv_layer("C3", (Shape){2, 6, 6}, 1, 3, 1, 0, links);
}

/* LeNet's own shapes with eighths, where the order of the sums does not matter; and nearly
   LeNet's, which faster versions must leave to this one. */
Test(ch02, lenet_shapes_exact, .description = "C1, C3 and alike equal the loops, exactly") {
    needs("02");
    static const ConvCase alike[] = {
        {{1, 32, 32}, 6, 5, 1, 0, 3, NULL},
        {{6, 14, 14}, 16, 5, 1, 0, 3, NULL},
        {{6, 14, 14}, 16, 5, 1, 0, 1, conv_table_1998},
        {{1, 32, 32}, 3, 5, 1, 0, 1, NULL},
        {{1, 32, 32}, 6, 5, 2, 0, 1, NULL},
        {{1, 32, 32}, 6, 5, 1, 2, 1, NULL},
        {{3, 32, 32}, 6, 5, 1, 0, 1, NULL},
        {{6, 14, 14}, 6, 5, 1, 0, 1, NULL},
        {{6, 14, 14}, 16, 3, 1, 0, 1, NULL},
        {{6, 14, 12}, 16, 5, 1, 0, 1, NULL},
    };
    Rng rng = rng_seed(8, 0);
    for (size_t g = 0; g < sizeof alike / sizeof *alike; g++) {
        Layer l = layer_of(&alike[g]), naive = naive_of(l);
        GradCase c = case_of(&l, alike[g].n, &rng, eighths);
        cr_assert(l.forward == conv_forward && l.backward == conv_backward,
                  "conv_layer() returns the chapter's functions");
        expect_ok(gradcheck_naive(&c, &naive, false));
    }
}
