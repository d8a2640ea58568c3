/*
 * Chapter 5: softmax and cross-entropy.
 */
// [not for students]
#include "05_softmax_ce/rbf.h"
// [not for students]
#include "05_softmax_ce/softmax_ce.h"
#include "support/item.h"
#include "support/suite.h"

#include <string.h>

TestSuite(ch05, .init = limited, .timeout = 20);

// [not for students]
/* Pixel k of a digit's code as a number. */
static int bit(int digit, int k) {
    return rbf_codes[digit][k] == '#' ? 1 : -1;
}
// [not for students]

#ifndef REAL_DOUBLE

ITEM(ch05, softmax_naive, "05.1-softmax")
ITEM(ch05, cross_entropy_naive, "05.1-loss")
ITEM(ch05, softmax_values, "05.2-values")
ITEM(ch05, softmax_stable, "05.2-stable")
ITEM(ch05, forward_loss, "05.3-loss")
ITEM(ch05, forward_stable, "05.3-stable")
ITEM(ch05, forward_decision, "05.3-decision")
ITEM(ch05, backward_gradient, "05.4-gradient")

/* ------------------------------------------------------------------ no points ------------ */

Test(ch05, softmax_by_hand, .description = "logarithms of 1, 2, 5 give 1/8, 2/8, 5/8") {
    needs("05.1");
    needs("05.2");
    const real x[6] = {0, log((real)2), log((real)5), 3, 3, 3};
    const real want[6] = {(real)0.125, (real)0.25,  (real)0.625,
                          (real)1 / 3, (real)1 / 3, (real)1 / 3};
    real *p = nans(6);
    softmax(2, 3, x, p);
    expect_list("p", 6, p, want, 1e-6);
    double naive[6] = {0};
    const uint8_t label[2] = {2, 0};
    softmax_naive(2, 3, x, naive);
    for (int i = 0; i < 6; i++)
        cr_assert(fabs(naive[i] - (double)want[i]) < 1e-6, "naive[%d]: %g", i, naive[i]);
    /* -log 5/8 - log 1/3 */
    cr_assert(fabs(cross_entropy_naive(2, 3, x, label) - log(24.0 / 5)) < 1e-6);
    cr_assert(fabs(cross_entropy_report(0) + log(1e-7)) < 1e-9, "the report stops at 16.1");
}

// [not for students]
/* Three different rows, so that one taken for another shows. */
Test(ch05, rows, .description = "softmax and loss, row by row, equal the definition") {
    needs("05");
    enum { ROWS = 3, CLASSES = 4 };
    const real x[ROWS * CLASSES] = {1, 2, 3, 4, -3, 0, 2, 1, 5, -5, (real)0.5, 2};
    const uint8_t label[ROWS] = {3, 1, 2};
    real *p = nans(ROWS * CLASSES), *score = nans(ROWS * CLASSES), *dx = nans(ROWS * CLASSES);
    real want[ROWS * CLASSES], want_dx[ROWS * CLASSES];
    double naive[ROWS * CLASSES];
    int decision[ROWS + 1] = {-1, -1, -1, -7};
    Loss l = softmax_ce_loss(CLASSES);
    for (int row = 0; row < ROWS; row++) {
        double sum = 0;
        for (int i = 0; i < CLASSES; i++)
            sum += exp((double)x[row * CLASSES + i]);
        for (int i = 0; i < CLASSES; i++) {
            int at = row * CLASSES + i;
            double share = exp((double)x[at]) / sum;
            want[at] = (real)share;
            want_dx[at] = (real)(0.5 * (share - (label[row] == i)));
        }
    }
    softmax(ROWS, CLASSES, x, p);
    expect_list("p", ROWS * CLASSES, p, want, 1e-6);
    softmax_naive(ROWS, CLASSES, x, naive);
    for (int i = 0; i < ROWS * CLASSES; i++)
        cr_assert(fabs(naive[i] - (double)want[i]) < 1e-6, "naive[%d]: %g", i, naive[i]);
    double loss = l.forward(&l, ROWS, x, label, score, decision);
    expect_list("score", ROWS * CLASSES, score, want, 1e-6);
    cr_assert(decision[0] == 3 && decision[1] == 2 && decision[2] == 0 && decision[3] == -7);
    cr_assert(fabs(loss - cross_entropy_naive(ROWS, CLASSES, x, label)) < 1e-5, "loss %g", loss);
    l.backward(&l, ROWS, x, label, score, (real)0.5, dx);
    expect_list("dx", ROWS * CLASSES, dx, want_dx, 1e-6);
}

static void one_class(void) {
    softmax_ce_loss(1);
}
static void eleven_classes(void) {
    const real x[11] = {0};
    const uint8_t label[1] = {0};
    cross_entropy_naive(1, 11, x, label);
}
static void constant_of_zero(void) {
    rbf_loss(0);
}

Test(ch05, contracts, .description = "too few or too many classes, no constant") {
    needs("05.1");
    expect_contract(one_class, "softmax over 1 classes");
    expect_contract(eleven_classes, "room for 10 classes, not 11");
    expect_contract(constant_of_zero, "the constant j of the RBF loss is 0");
    Loss l = softmax_ce_loss(2), rbf = rbf_loss(HUGE_VAL), nine = rbf_loss(0.5);
    cr_assert(l.in == 2 && l.classes == 2 && !l.smallest_wins);
    cr_assert(rbf.in == CODE && rbf.classes == 10 && rbf.smallest_wins);
    cr_assert_str_eq(rbf.name, "RBF");
    cr_assert_str_eq(nine.name, "RBF, j = 0.5");
}

/* ------------------------------------------------------------------ RBF ------------------ */

/* Fills the stack with numbers that are not probabilities. */
static double litter(void) {
    volatile double rubbish[400];
    double sum = 0;
    for (int i = 0; i < 400; i++)
        rubbish[i] = 1e30 + i;
    for (int i = 0; i < 400; i++)
        sum += rubbish[i];
    return sum;
}

/* Far from all codes every e^-y is 0 in double; the smallest exponent must be taken out. */
Test(ch05, rbf_far_away, .description = "a state far from every code: finite, and by hand") {
    Loss eight = rbf_loss(HUGE_VAL), nine = rbf_loss(1e6), small = rbf_loss(0.1);
    const uint8_t label[1] = {3};
    real x[CODE], score[10], *dx = nans(CODE), *hx = nans(CODE), want[CODE];
    int decision[1];
    for (int k = 0; k < CODE; k++)
        x[k] = 4;
    /* A code of b black pixels is 9 b + 25 (84 - b) away: 1 and 3, the extremes, 27 and 32 ... */
    double loss = eight.forward(&eight, 1, x, label, score, decision);
    cr_assert(decision[0] == 4 || decision[0] == 8, "43 black pixels are nearest: %d", decision[0]);
    cr_assert(loss == 9 * 32 + 25 * 52, "loss (8): %g", loss);
    /* with j out of reach only the nearest code competes: y_3 - y_8 = 16 (43 - 32) */
    loss = nine.forward(&nine, 1, x, label, score, decision);
    cr_assert(fabs(loss - 16 * (43 - 32)) < 1e-6, "loss (9): %.9g", loss);
    nine.backward(&nine, 1, x, label, score, 1, dx);
    for (int k = 0; k < CODE; k++)
        want[k] = (real)(2 * (bit(8, k) - bit(3, k)));
    expect_list("dx of loss (9)", CODE, dx, want, 1e-5);
    /* with a small j only j does */
    loss = small.forward(&small, 1, x, label, score, decision);
    cr_assert(fabs(loss - (9 * 32 + 25 * 52 - 0.1)) < 1e-6, "loss (9), j = 0.1: %.9g", loss);
    cr_assert(litter() > 0);
    real *two = nans(2 * CODE), both[2 * CODE], scores[20];
    const uint8_t labels[2] = {3, 6};
    for (int k = 0; k < 2 * CODE; k++)
        both[k] = k < CODE ? 4 : (real)(bit(6, k - CODE) * 0.9);
    /* one row after another, as for each row by itself */
    Loss thirty = rbf_loss(30);
    thirty.forward(&thirty, 2, both, labels, scores, (int[2]){0});
    thirty.curvature(&thirty, 2, both, labels, scores, two);
    for (int row = 0; row < 2; row++) {
        thirty.curvature(&thirty, 1, both + row * CODE, labels + row, scores + row * 10, hx);
        expect_list("curvature of a row", CODE, hx, two + row * CODE, 0);
    }
    expect_list("curvature", 2 * CODE, two, two, 0);
    eight.curvature(&eight, 1, x, label, score, hx);
    for (int k = 0; k < CODE; k++)
        cr_assert(hx[k] == 2, "the curvature of loss (8) is 2, not %g", (double)hx[k]);
}

Test(ch05, codes, .description = "Fig. 3: black pixels and distances between the codes") {
    static const int black[10] = {35, 27, 33, 32, 41, 35, 39, 25, 43, 39};
    /* squared distances = 4 * differing pixels; above the diagonal */
    static const int distance[10][10] = {
        {0, 168, 120, 116, 72, 120, 88, 160, 104, 112},
        {0, 0, 120, 140, 200, 128, 176, 112, 200, 168},
        {0, 0, 0, 132, 136, 80, 144, 128, 136, 128},
        {0, 0, 0, 0, 116, 116, 100, 108, 84, 116},
        {0, 0, 0, 0, 0, 136, 80, 200, 80, 120},
        {0, 0, 0, 0, 0, 0, 104, 136, 112, 96},
        {0, 0, 0, 0, 0, 0, 0, 184, 48, 104},
        {0, 0, 0, 0, 0, 0, 0, 0, 160, 136},
        {0, 0, 0, 0, 0, 0, 0, 0, 0, 72},
        {0},
    };
    for (int i = 0; i < 10; i++) {
        int count = 0;
        cr_assert(strlen(rbf_codes[i]) == CODE);
        for (int k = 0; k < CODE; k++)
            count += bit(i, k) == 1;
        cr_assert(count == black[i], "%d has %d black pixels, want %d", i, count, black[i]);
        for (int other = i + 1; other < 10; other++) {
            int sum = 0;
            for (int k = 0; k < CODE; k++)
                sum += (bit(i, k) - bit(other, k)) * (bit(i, k) - bit(other, k));
            cr_assert(sum == distance[i][other], "%d and %d: %d", i, other, sum);
        }
    }
}

Test(ch05, rbf_by_hand, .description = "penalties, both losses, the smallest decides, NaN") {
    Loss eight = rbf_loss(HUGE_VAL), nine = rbf_loss(0.1);
    const uint8_t label[2] = {3, 8};
    real x[2 * CODE] = {0}, score[20];
    int decision[2];
    for (int k = 0; k < CODE; k++)
        x[CODE + k] = (real)bit(6, k); /* draws a 6, but it is an 8 */
    double loss = eight.forward(&eight, 2, x, label, score, decision);
    for (int i = 0; i < 10; i++)
        cr_assert(score[i] == 84, "a state of 0 is 84 from every code");
    cr_assert(score[16] == 0 && score[18] == 48 && decision[1] == 6 && decision[0] == 0);
    cr_assert(fabs(loss - (84 + 48)) < 1e-9, "loss (8) is %g", loss);
    loss = nine.forward(&nine, 1, x, label, score, decision);
    cr_assert(fabs(loss - 83.9) < 1e-9, "loss (9) of a state of 0 is 84 - j, got %.12g", loss);
    loss = nine.forward(&nine, 1, x + CODE, label + 1, score, decision);
    cr_assert(fabs(loss - (48 + log(exp(-0.1) + 1))) < 1e-6, "loss (9) is %.12g", loss);
    x[5] = (real)NAN;
    cr_assert(isnan(eight.forward(&eight, 1, x, label, score, decision)));
}
// [not for students]

#else /* the double build: numerical gradients */

Test(ch05, gradient, .description = "dx equals extrapolated differences, for any scale") {
    needs("05.2");
    needs("05.3");
    needs("05.4");
    Rng rng = rng_seed(7, 0);
    const struct {
        int classes, n;
        real scale;
    } size[] = {{10, 7, 1}, {10, 7, (real)1 / 7}, {2, 3, 2}, {5, 1, 1}, {26, 3, 1}};
    for (size_t k = 0; k < sizeof size / sizeof *size; k++) {
        Loss l = softmax_ce_loss(size[k].classes);
        real *x = normals(&rng, (size_t)(size[k].n * size[k].classes));
        uint8_t label[8];
        for (int i = 0; i < size[k].n; i++)
            label[i] = (uint8_t)rng_below(&rng, size[k].classes);
        expect_ok(gradcheck_loss(&l, size[k].n, x, label, size[k].scale));
    }
}

// [not for students]
Test(ch05, rbf_gradient, .description = "both losses, far from and near to the codes") {
    Rng rng = rng_seed(10, 0);
    const double js[] = {HUGE_VAL, 0.1, 5, 30};
    for (int k = 0; k < 4; k++)
        for (int near = 0; near < 2; near++) {
            Loss l = rbf_loss(js[k]);
            real *x = normals(&rng, 5 * CODE);
            const uint8_t label[5] = {0, 3, 6, 8, 9};
            /* near: between two codes, where (9) really competes */
            for (int i = 0; near && i < 5 * CODE; i++)
                x[i] = x[i] * 0.1 + 0.4 * bit(label[i / CODE], i % CODE) + 0.5 * bit(4, i % CODE);
            expect_ok(gradcheck_loss(&l, 5, x, label, 0.5));
        }
}

/* hx against second differences of the loss, which for these losses it equals exactly. */
Test(ch05, curvature, .description = "hx equals second differences, RBF and softmax") {
    needs("05.2");
    needs("05.3");
    Rng rng = rng_seed(11, 0);
    const Loss losses[] = {rbf_loss(HUGE_VAL), rbf_loss(0.1), rbf_loss(30), softmax_ce_loss(10)};
    for (size_t k = 0; k < sizeof losses / sizeof *losses; k++) {
        const Loss *l = &losses[k];
        real *x = normals(&rng, (size_t)l->in), *hx = nans((size_t)l->in), score[10];
        const uint8_t label = 6;
        int decision;
        for (int i = 0; i < l->in && l->smallest_wins; i++)
            x[i] = 0.1 * x[i] + 0.5 * (bit(6, i) + bit(8, i));
        double middle = l->forward(l, 1, x, &label, score, &decision);
        l->curvature(l, 1, x, &label, score, hx);
        for (int i = 0; i < l->in; i++) {
            const double h = 1e-4;
            real kept = x[i], spare[10];
            x[i] = kept + h;
            double above = l->forward(l, 1, x, &label, spare, &decision);
            x[i] = kept - h;
            double below = l->forward(l, 1, x, &label, spare, &decision);
            x[i] = kept;
            double want = (above - 2 * middle + below) / (h * h);
            cr_assert(fabs(hx[i] - want) < 1e-5 * fmax(1, fabs(want)),
                      "%s hx[%d]: got %.9g, want %.9g", l->name, i, hx[i], want);
            cr_assert(hx[i] >= 0);
        }
        expect_list("hx", (size_t)l->in, hx, hx, 0); /* nothing past its end */
    }
}
// [not for students]

#endif
