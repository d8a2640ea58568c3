/*
 * Who checks the checks? Layers that are wrong on purpose, in the ways in which students and famous
 * projects have been wrong, and the check that must catch each.
 *
 * A wrong layer is a correct one with one changed pointer. Every test also asserts that the finding
 * names the tensor.
 */
#include "02_conv/conv.h"
#include "03_pool/pool.h"
#include "04_affine/activation.h"
#include "04_affine/affine.h"
#include "05_softmax_ce/softmax_ce.h"
#include "support/fence.h"
#include "support/suite.h"

#include <string.h>

TestSuite(guard, .init = limited, .timeout = 30);

/* The layers that the wrong ones are made of: 2 channels, not square, padding, batch of 3. */
enum { N = 3 };

/* The finding must be a failure whose text says this. */
static void expect_caught(GradFinding finding, const char *says) {
    cr_assert(!finding.ok, "the check did not notice");
    cr_assert(strstr(finding.text, says) != NULL, "does not say '%s': %s", says, finding.text);
}

#define BACKWARD(name)                                                                   \
    static void name(const Layer *l, int n, const real *w, const real *x, const real *y, \
                     const real *dy, real *dw, real *dx, real *scratch)

#ifndef REAL_DOUBLE

static Layer correct_conv(void) {
    return conv_layer("C3", (Shape){2, 5, 6}, 3, 3, 1, 1, NULL);
}

static Layer naive_of(Layer layer) {
    return layer_with(layer, conv_forward_naive, conv_backward_naive);
}

static GradCase case_of(const Layer *l) {
    Rng rng = rng_seed(1, 0);
    return random_case(l, N, &rng, eighths, 0.5);
}

static void expect_backward_caught(LayerBackward *backward, const char *says) {
    Layer l = correct_conv();
    GradCase c = case_of(&l);
    expect_ok(gradcheck_exact(&c)); /* the correct layer passes */
    l.backward = backward;
    expect_caught(gradcheck_exact(&c), says);
}

/* Runs the correct backward into dw and dx. */
static void correct(const Layer *l, int n, const real *w, const real *x, const real *y,
                    const real *dy, real *dw, real *dx, real *scratch) {
    Layer good = correct_conv();
    (void)l;
    good.backward(&good, n, w, x, y, dy, dw, dx, scratch);
}

BACKWARD(sign_flipped) {
    correct(l, n, w, x, y, dy, dw, dx, scratch);
    for (int i = 0; dx && i < n * shape_size(l->in); i++)
        dx[i] = -dx[i];
}

Test(guard, sign_flipped) {
    expect_backward_caught(sign_flipped, "C3 dx[");
}

BACKWARD(doubled) {
    correct(l, n, w, x, y, dy, dw, NULL, scratch);
    correct(l, n, w, x, y, dy, dw, dx, scratch);
}

Test(guard, doubled) {
    expect_backward_caught(doubled, "C3 dw[");
}

BACKWARD(divided_by_batch) {
    real *own = zeros(layer_params(l));
    correct(l, n, w, x, y, dy, own, dx, scratch);
    for (size_t i = 0; i < layer_params(l); i++)
        dw[i] += own[i] / (real)n;
}

Test(guard, mean_in_the_layer) {
    expect_backward_caught(divided_by_batch, "C3 dw[");
}

BACKWARD(overwritten) {
    memset(dw, 0, layer_params(l) * sizeof *dw);
    correct(l, n, w, x, y, dy, dw, dx, scratch);
}

Test(guard, gradient_overwritten) {
    expect_backward_caught(overwritten, "C3 dw[");
}

BACKWARD(not_cleared) {
    real *own = zeros((size_t)(n * shape_size(l->in)));
    correct(l, n, w, x, y, dy, dw, own, scratch);
    for (int i = 0; dx && i < n * shape_size(l->in); i++)
        dx[i] += own[i];
}

Test(guard, buffer_not_cleared) {
    expect_backward_caught(not_cleared, "C3 dx[");
}

/* dw with every 3x3 window read backwards. */
BACKWARD(kernel_rotated) {
    real *own = zeros(layer_params(l));
    size_t weights = layer_weights(l);
    correct(l, n, w, x, y, dy, own, dx, scratch);
    for (size_t i = 0; i < weights; i++)
        dw[i] += own[i / 9 * 9 + 8 - i % 9];
    for (size_t i = weights; i < layer_params(l); i++)
        dw[i] += own[i];
}

Test(guard, kernel_not_rotated) {
    expect_backward_caught(kernel_rotated, "C3 dw[");
}

BACKWARD(last_row_missed) {
    correct(l, n, w, x, y, dy, dw, dx, scratch);
    for (int map = 0; dx && map < n * l->in.c; map++)
        for (int s = 0; s < l->in.w; s++)
            dx[(map * l->in.h + l->in.h - 1) * l->in.w + s] = 0;
}

Test(guard, last_row_missed) {
    expect_backward_caught(last_row_missed, "C3 dx[");
}

/* Which input is written into, 0 to 2, and whether its last number or its first. */
static int spoiled;
static bool at_the_end;

BACKWARD(writes_input) {
    const real *input[3] = {w, x, dy};
    size_t count[3] = {layer_params(l), (size_t)(n * shape_size(l->in)),
                       (size_t)(n * shape_size(l->out))};
    correct(l, n, w, x, y, dy, dw, dx, scratch);
    ((real *)input[spoiled])[at_the_end ? count[spoiled] - 1 : 0] += 1;
}

Test(guard, writes_into_an_input) {
    static const char *const says[3] = {"C3 writes into the caller's w",
                                        "C3 writes into the caller's x",
                                        "C3 writes into the caller's dy"};
    for (int k = 0; k < 6; k++) {
        spoiled = k / 2;
        at_the_end = k % 2;
        expect_backward_caught(writes_input, says[spoiled]);
    }
}

BACKWARD(reads_scratch) {
    real stale = scratch[0];
    correct(l, n, w, x, y, dy, dw, dx, scratch);
    if (dx) dx[0] += stale;
}

Test(guard, reads_scratch) {
    expect_backward_caught(reads_scratch, "C3 dx[0,0,0,0]: got nan,");
}

BACKWARD(minus_nan) {
    correct(l, n, w, x, y, dy, dw, dx, scratch);
    if (dx) dx[0] = copysign((real)NAN, -1);
}

Test(guard, nan_has_no_sign) {
    expect_backward_caught(minus_nan, "C3 dx[0,0,0,0]: got nan,");
}

BACKWARD(one_entry_wrong) {
    correct(l, n, w, x, y, dy, dw, dx, scratch);
    dw[30] += (real)0.25;
}

/* The message is a number, the number wanted, the tolerance, and how many are wrong. */
Test(guard, one_entry_wrong) {
    Layer l = correct_conv();
    GradCase c = case_of(&l);
    l.backward = one_entry_wrong;
    GradFinding finding = gradcheck_exact(&c);
    double got = 0, want = 0;
    expect_caught(finding, ", tolerance 0 (1 of 54 wrong)");
    int read = sscanf(finding.text, "C3 dw[1,1,1,0]: got %lf, want %lf, ", &got, &want);
    cr_assert(read == 2 && got == want + 0.25, "%s", finding.text);
}

/* One number past the end of each thing that a layer writes, in one direction or the other. */
static const char *overrun; /* of what */

static real *past(const char *name, real *end) {
    static real nowhere;
    return strcmp(overrun, name) == 0 ? end : &nowhere;
}

BACKWARD(backward_too_far) {
    correct(l, n, w, x, y, dy, dw, dx, scratch);
    if (dx) *past("dx", dx + n * shape_size(l->in)) = 0;
    *past("dw", dw + layer_params(l)) += 1;
    *past("scratch", scratch + l->scratch) = 0;
}

static void forward_too_far(const Layer *l, int n, const real *w, const real *x, real *y,
                            real *scratch) {
    Layer good = correct_conv();
    good.forward(&good, n, w, x, y, scratch);
    *past("y", y + n * shape_size(l->out) + FENCE_BYTES / sizeof *y - 1) = 0;
}

Test(guard, writes_past_an_end) {
    static const char *const names[] = {"y", "dw", "dx", "scratch", ""};
    for (int k = 0; k < 5; k++) {
        Layer l = correct_conv(), naive = naive_of(l);
        GradCase c = case_of(&l);
        overrun = names[k];
        l.forward = forward_too_far;
        l.backward = backward_too_far;
        if (k == 4) {
            expect_ok(gradcheck_exact(&c));
            continue;
        }
        const char *says = textf("C3 writes past the end of %s", names[k]);
        expect_caught(gradcheck_exact(&c), says);
        expect_caught(gradcheck_naive(&c, &naive, true), says);
    }
}

/* Full connection with its weight read the wrong way round, on a square layer. */
BACKWARD(weight_transposed) {
    (void)x, (void)y, (void)scratch;
    Layer good = affine_layer("F6", l->in, l->out.c);
    int side = l->out.c;
    real *own = zeros(layer_params(l));
    good.backward(&good, n, w, x, y, dy, own, dx, scratch);
    for (int o = 0; o < side; o++)
        for (int i = 0; i < side; i++)
            dw[o * side + i] += own[i * side + o];
    for (int o = 0; o < side; o++)
        dw[side * side + o] += own[side * side + o];
}

Test(guard, weight_transposed) {
    Layer l = affine_layer("F6", (Shape){4, 1, 1}, 4);
    GradCase c = case_of(&l);
    expect_ok(gradcheck_exact(&c));
    l.backward = weight_transposed;
    expect_caught(gradcheck_exact(&c), "F6 dw[");
}

/* ReLU as in the report's listing: it clears the caller's dy. */
BACKWARD(relu_in_place) {
    (void)w, (void)x, (void)dw, (void)scratch;
    for (int i = 0; i < n * shape_size(l->in); i++) {
        if (y[i] <= 0) ((real *)dy)[i] = 0;
        if (dx) dx[i] = dy[i];
    }
}

Test(guard, relu_in_place) {
    Rng rng = rng_seed(1, 0);
    Layer l = relu_layer("C1.relu", (Shape){2, 3, 4});
    real *x = distinct(&rng, 24 * N);
    for (int i = 0; i < 24 * N; i++)
        x[i] += 2;
    GradCase c = {&l, N, NULL, x, eighths(&rng, 24 * N), 0.3};
    expect_ok(gradcheck_exact(&c));
    l.backward = relu_in_place;
    expect_caught(gradcheck_exact(&c), "caller's dy");
}

/* The first layer of a network is asked for no dx; every check must try that once. */
static int asked_without_dx;

BACKWARD(counts_null_dx) {
    Layer good = relu_layer("C1.relu", l->in);
    asked_without_dx += dx == NULL;
    good.backward(&good, n, w, x, y, dy, dw, dx, scratch);
}

Test(guard, dx_null_is_tried) {
    Rng rng = rng_seed(1, 0);
    Layer correct_layer = relu_layer("C1.relu", (Shape){2, 3, 4}), l = correct_layer;
    real *x = distinct(&rng, 24 * N);
    for (int i = 0; i < 24 * N; i++)
        x[i] += 2;
    GradCase c = {&l, N, NULL, x, eighths(&rng, 24 * N), 0.3};
    l.backward = counts_null_dx;
    expect_ok(gradcheck_exact(&c));
    cr_assert(asked_without_dx == 1, "gradcheck_exact asked %d times", asked_without_dx);
    expect_ok(gradcheck_naive(&c, &correct_layer, false));
    cr_assert(asked_without_dx == 2, "gradcheck_naive did not ask");
}

/* Max pooling that gives every tied maximum the whole gradient. */
BACKWARD(every_tie) {
    (void)w, (void)dw, (void)scratch;
    for (int map = 0; map < n * l->in.c; map++)
        for (int r = 0; dx && r < l->in.h; r++)
            for (int s = 0; s < l->in.w; s++) {
                int in = (map * l->in.h + r) * l->in.w + s;
                int out = (map * l->out.h + r / 2) * l->out.w + s / 2;
                dx[in] = x[in] == y[out] ? dy[out] : 0;
            }
}

Test(guard, every_tie_takes_all) {
    Rng rng = rng_seed(1, 0);
    Layer l = max_pool_layer("S2", (Shape){2, 4, 6}, 2, 2, 0), naive = l;
    GradCase c = {&l, N, NULL, ties(&rng, 48 * N), eighths(&rng, 12 * N), 0.05};
    expect_ok(gradcheck_naive(&c, &naive, false));
    l.backward = every_tie;
    expect_caught(gradcheck_naive(&c, &naive, false), "S2 dx[");
}

/* ------------------------------------------------------------------ shared errors -------- */

/*
 * Forward and backward agree with each other and are both wrong. No difference of forward can see
 * that; the comparison with the naive loops does.
 */
#define FORWARD(name) \
    static void name(const Layer *l, int n, const real *w, const real *x, real *y, real *scratch)

/* Copies the images and changes the copy before the correct layer sees it. */
static real *changed(const Layer *l, int n, const real *x, bool border) {
    real *copy = zeros((size_t)(n * shape_size(l->in)));
    memcpy(copy, x, (size_t)(n * shape_size(l->in)) * sizeof *copy);
    for (int i = 0; i < n * shape_size(l->in); i++) {
        int s = i % l->in.w, ch = i / (l->in.w * l->in.h) % l->in.c;
        if (border ? s == l->in.w - 1 : ch > 0) copy[i] = 0; /* never looked at */
    }
    return copy;
}

static void forward_changed(const Layer *l, int n, const real *w, const real *x, real *y,
                            real *scratch, bool border) {
    Layer good = correct_conv();
    real *copy = changed(l, n, x, border);
    good.forward(&good, n, w, copy, y, scratch);
}

static void backward_changed(const Layer *l, int n, const real *w, const real *x, const real *y,
                             const real *dy, real *dw, real *dx, real *scratch, bool border) {
    real *copy = changed(l, n, x, border);
    correct(l, n, w, copy, y, dy, dw, dx, scratch);
    if (!dx) return;
    copy = changed(l, n, dx, border); /* pixels never looked at have no gradient */
    memcpy(dx, copy, (size_t)(n * shape_size(l->in)) * sizeof *copy);
}

FORWARD(forward_one_channel) {
    forward_changed(l, n, w, x, y, scratch, false);
}
BACKWARD(backward_one_channel) {
    backward_changed(l, n, w, x, y, dy, dw, dx, scratch, false);
}
FORWARD(forward_lost_column) {
    forward_changed(l, n, w, x, y, scratch, true);
}
BACKWARD(backward_lost_column) {
    backward_changed(l, n, w, x, y, dy, dw, dx, scratch, true);
}

Test(guard, second_channel_ignored) {
    Layer l = correct_conv(), naive = naive_of(l);
    l.forward = forward_one_channel;
    l.backward = backward_one_channel;
    GradCase c = case_of(&l);
    c.nonzero = 0.3;
    expect_ok(gradcheck_exact(&c)); /* blind, as expected */
    expect_caught(gradcheck_naive(&c, &naive, true), "C3 y[");
}

Test(guard, padded_column_lost) {
    Layer l = correct_conv(), naive = naive_of(l);
    l.forward = forward_lost_column;
    l.backward = backward_lost_column;
    GradCase c = case_of(&l);
    c.nonzero = 0.3;
    expect_ok(gradcheck_exact(&c)); /* blind, as expected */
    expect_caught(gradcheck_naive(&c, &naive, true), "C3 y[");
}

/* The bias forgotten: backward no longer belongs to forward, and the naive loops differ in y. */
FORWARD(forward_no_bias) {
    Layer good = correct_conv();
    real *own = zeros(layer_params(l));
    memcpy(own, w, layer_weights(l) * sizeof *own);
    good.forward(&good, n, own, x, y, scratch);
}

Test(guard, forgotten_bias) {
    Layer l = correct_conv(), naive = naive_of(l);
    GradCase c = case_of(&l);
    l.forward = forward_no_bias;
    expect_caught(gradcheck_naive(&c, &naive, true), "C3 y[");
    expect_caught(gradcheck_exact(&c), "C3 db[");
}

/* ------------------------------------------------------------------ tolerances ----------- */

/* One input, one weight, no bias: y = 1 is a sum of 2 terms of size 1 (the bias is one), which
   float sums may miss by 2 * 2 * 2^-24, two units in the last place of 1. */
static real offset; /* added by the wrong layer */

FORWARD(forward_offset) {
    Layer good = affine_layer("F6", l->in, l->out.c);
    good.forward(&good, n, w, x, y, scratch);
    y[0] += offset;
}

Test(guard, two_units_are_rounding_and_three_are_not) {
    Layer l = affine_layer("F6", (Shape){1, 1, 1}, 1), naive = l;
    const real w[2] = {1, 0}, one[1] = {1};
    GradCase c = {&l, 1, w, one, one, 0.5};
    l.forward = forward_offset;
    for (int units = -3; units <= 3; units++) {
        offset = (real)(units < 0 ? units * 0x1p-24 : units * 0x1p-23); /* below 1: half as large */
        GradFinding finding = gradcheck_naive(&c, &naive, true);
        if (units == 3)
            expect_caught(finding, "F6 y[0,0,0,0]: got");
        else
            expect_ok(finding);
    }
    offset = (real)-0x1p-22;
    expect_ok(gradcheck_naive(&c, &naive, true));
    offset = (real)(-0x1p-22 - 0x1p-24);
    expect_caught(gradcheck_naive(&c, &naive, true), "F6 y[0,0,0,0]: got");
}

/* ------------------------------------------------------------------ vacuous tests -------- */

Test(guard, zero_gradient_proves_nothing) {
    Layer l = correct_conv();
    GradCase c = case_of(&l);
    c.dy = zeros((size_t)(N * shape_size(l.out)));
    expect_caught(gradcheck_exact(&c), "C3 dx: the test proves nothing");
}

/* The numbers of one tensor compared with themselves: `skipped` of them without a verdict, `zero`
   whose wanted value is 0. */
static GradFinding compared(int count, int skipped, int zero, double nonzero) {
    double *got = kept((size_t)count * 8), *want = kept((size_t)count * 8);
    double *tolerance = kept((size_t)count * 8);
    for (int i = 0; i < count; i++) {
        want[i] = i < zero ? 0 : 0.001;
        got[i] = want[i];
        tolerance[i] = i < count - skipped ? 0 : -1;
    }
    const GradTensor t = {"dx", 1, {count}, got, want, tolerance};
    GradFinding finding = {.ok = true};
    gradcheck_compare("F6", &t, nonzero, &finding);
    return finding;
}

Test(guard, how_much_may_be_skipped_or_zero) {
    expect_ok(compared(10, 1, 0, 0.9));  /* one, of however few */
    expect_ok(compared(100, 2, 0, 0.9)); /* or one in fifty */
    expect_caught(compared(99, 2, 0, 0.9), "F6 dx: the test proves nothing: 2 of 99 entries");
    expect_caught(compared(149, 3, 0, 0.9), "F6 dx: the test proves nothing: 3 of 149 entries");
    expect_ok(compared(10, 0, 1, 0.9));
    expect_caught(compared(10, 0, 2, 0.9), "F6 dx: the test proves nothing");
    GradFinding finding = compared(100, 2, 0, 0.9);
    cr_assert(finding.checked == 98 && finding.skipped == 2, "%zu, %zu", finding.checked,
              finding.skipped);
}

#else /* the double build: smooth checks */

/* 1e-9 of the largest number, or of 1, and 1e-6 of the entry; no verdict where halving the step
   changes the difference by more than 1e-4 of the largest wanted value. */
Test(guard, tolerance_of_differences) {
    const double got[4] = {1, -2.5, 0, 0.5}, want[4] = {1, -2, 0, 0.5};
    const double bar[4] = {1.9e-4, 2.1e-4, 0, 0};
    double tolerance[4];
    gradcheck_tolerance(4, got, want, bar, 0.25, tolerance);
    const double sure[4] = {2e-9 + 1e-6, -1, 2e-9, 2e-9 + 0.5e-6};
    for (int i = 0; i < 4; i++)
        cr_assert(fabs(tolerance[i] - sure[i]) < 1e-15, "%d: %g", i, tolerance[i]);
    gradcheck_tolerance(4, got, want, bar, -7, tolerance);
    cr_assert(fabs(tolerance[2] - 7e-9) < 1e-15, "a loss of 7 makes it %g", tolerance[2]);
    const double small[1] = {1e-5};
    gradcheck_tolerance(1, small, small, small + 0, 0, tolerance);
    cr_assert(tolerance[0] == -1, "a bar as large as the value");
    gradcheck_tolerance(1, small, small, bar + 2, 0, tolerance);
    cr_assert(fabs(tolerance[0] - (1e-9 + 1e-11)) < 1e-17, "%g", tolerance[0]);
}

static double factor; /* of the wrong layer below */

BACKWARD(off_by_factor) {
    (void)w, (void)x, (void)dw, (void)scratch;
    for (int i = 0; dx && i < n * shape_size(l->in); i++)
        dx[i] = dy[i] * y[i] * (1 - y[i]) * (real)factor;
}

Test(guard, a_millionth_is_the_limit) {
    Rng rng = rng_seed(1, 0);
    Layer l = sigmoid_layer("F6.sigmoid", (Shape){2, 3, 4});
    real *dy = zeros(24 * N);
    for (int i = 0; i < 24 * N; i++)
        dy[i] = 100; /* so that the part of the tolerance that does not depend on it is small */
    GradCase c = {&l, N, NULL, normals(&rng, 24 * N), dy, 0.9};
    l.backward = off_by_factor;
    factor = 1 + 0.8e-6;
    expect_ok(gradcheck_smooth(&c));
    factor = 1 + 1.6e-6;
    expect_caught(gradcheck_smooth(&c), "F6.sigmoid dx[");
    factor = 1 - 1.6e-6;
    expect_caught(gradcheck_smooth(&c), "F6.sigmoid dx[");
}

static void loss_too_far(const Loss *l, int n, const real *x, const uint8_t *label,
                         const real *score, real scale, real *dx) {
    Loss good = softmax_ce_loss(l->classes);
    good.backward(&good, n, x, label, score, scale, dx);
    dx[n * l->in] = 0;
}

static double score_too_far(const Loss *l, int n, const real *x, const uint8_t *label, real *score,
                            int *decision) {
    Loss good = softmax_ce_loss(l->classes);
    double loss = good.forward(&good, n, x, label, score, decision);
    score[n * l->classes] = 0;
    return loss;
}

Test(guard, loss_writes_past_an_end) {
    Rng rng = rng_seed(1, 0);
    const uint8_t label[4] = {3, 1, 9, 0};
    real *x = normals(&rng, 40);
    Loss l = softmax_ce_loss(10);
    l.backward = loss_too_far;
    expect_caught(gradcheck_loss(&l, 4, x, label, (real)0.25), "past the end of dx");
    l = softmax_ce_loss(10);
    l.forward = score_too_far;
    expect_caught(gradcheck_loss(&l, 4, x, label, (real)0.25), "past the end of score");
}

static void loss_without_scale(const Loss *l, int n, const real *x, const uint8_t *label,
                               const real *score, real scale, real *dx) {
    Loss good = softmax_ce_loss(l->classes);
    (void)scale;
    good.backward(&good, n, x, label, score, 1, dx);
}

Test(guard, mean_missing_in_the_loss) {
    Rng rng = rng_seed(1, 0);
    Loss l = softmax_ce_loss(10);
    const uint8_t label[4] = {3, 1, 9, 0};
    real *x = normals(&rng, 40);
    expect_ok(gradcheck_loss(&l, 4, x, label, (real)0.25));
    l.backward = loss_without_scale;
    expect_caught(gradcheck_loss(&l, 4, x, label, (real)0.25), "dx[");
}

/* The derivative of tanh instead of the sigmoid's: correct at no point. */
BACKWARD(wrong_formula) {
    (void)w, (void)x, (void)dw, (void)scratch;
    for (int i = 0; dx && i < n * shape_size(l->in); i++)
        dx[i] = dy[i] * (1 - y[i] * y[i]);
}

Test(guard, wrong_sigmoid_derivative) {
    Rng rng = rng_seed(1, 0);
    Layer l = sigmoid_layer("F6.sigmoid", (Shape){2, 3, 4});
    GradCase c = {&l, N, NULL, normals(&rng, 24 * N), normals(&rng, 24 * N), 0.9};
    expect_ok(gradcheck_smooth(&c));
    l.backward = wrong_formula;
    expect_caught(gradcheck_smooth(&c), "F6.sigmoid dx[");
}

/* Off by one part in a hundred thousand: far too little for a check in float. */
BACKWARD(slightly_wrong) {
    (void)w, (void)x, (void)dw, (void)scratch;
    for (int i = 0; dx && i < n * shape_size(l->in); i++)
        dx[i] = dy[i] * y[i] * (1 - y[i]) * (real)1.00001;
}

Test(guard, slightly_wrong) {
    Rng rng = rng_seed(1, 0);
    Layer l = sigmoid_layer("F6.sigmoid", (Shape){2, 3, 4});
    GradCase c = {&l, N, NULL, normals(&rng, 24 * N), normals(&rng, 24 * N), 0.9};
    l.backward = slightly_wrong;
    expect_caught(gradcheck_smooth(&c), "F6.sigmoid dx[");
}

/* ReLU with inputs so near its kink that the step crosses it: a fault of the test, not of the
   layer. */
Test(guard, kinks_are_noticed) {
    Rng rng = rng_seed(1, 0);
    Layer l = relu_layer("C1.relu", (Shape){1, 4, 5});
    real *x = normals(&rng, 20);
    for (int i = 0; i < 5; i++)
        x[i] = i % 2 ? (real)1e-6 : (real)-1e-6;
    GradCase c = {&l, 1, NULL, x, normals(&rng, 20), 0.1};
    expect_caught(gradcheck_smooth(&c),
                  "C1.relu dx: the test proves nothing: 5 of 20 entries skipped");
}

#endif
