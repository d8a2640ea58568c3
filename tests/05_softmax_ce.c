/*
 * Chapter 5: softmax and cross-entropy.
 */
#include "05_softmax_ce/softmax_ce.h"
#include "check.h"

#include <string.h>

TestSuite(ch05, .timeout = 20);

#ifndef REAL_DOUBLE

Test(ch05, t01_softmax_by_hand, .description = "[2 pts] logarithms of 1, 2, 5 give 1/8, 2/8, 5/8") {
    const real x[6] = {0, log((real)2), log((real)5), 3, 3, 3};
    const real want[6] = {(real)0.125, (real)0.25,  (real)0.625,
                          (real)1 / 3, (real)1 / 3, (real)1 / 3};
    real p[6];
    softmax(2, 3, x, p);
    expect_list("p", 6, p, want, 1e-6);
    softmax_naive(2, 3, x, p);
    expect_list("naive", 6, p, want, 1e-6);
}

Test(ch05, t02_stable, .description = "[2 pts] shifting all scores changes nothing; no overflow") {
    const real x[3] = {1, 2, 3}, high[3] = {1001, 1002, 1003}, far[3] = {-3000, 0, 3000};
    real p[3], q[3];
    softmax(1, 3, x, p);
    softmax(1, 3, high, q);
    expect_list("shifted by 1000", 3, q, p, 1e-6);
    softmax(1, 3, far, q);
    cr_expect(q[0] == 0 && q[1] == 0 && q[2] == 1, "%g %g %g", (double)q[0], (double)q[1],
              (double)q[2]);
}

Test(ch05, t03_loss,
     .description = "[3 pts] -log p of the true class, summed; exact when p underflows") {
    Loss l = softmax_ce_loss(3);
    const real x[6] = {0, log((real)2), log((real)5), 0, 200, 0};
    const uint8_t label[2] = {2, 0};
    real p[6];
    int decision[2];
    /* row 0: -log(5/8); row 1: p of class 0 is e^-200, far below the smallest float; loss 200 */
    double loss = l.forward(&l, 1, x, label, p, decision);
    cr_expect(fabs(loss - log(8.0 / 5)) < 1e-6, "got %.9g, want %.9g", loss, log(8.0 / 5));
    loss = l.forward(&l, 2, x, label, p, decision);
    cr_expect(fabs(loss - log(8.0 / 5) - 200) < 1e-4, "got %.9g", loss);
    cr_expect(fabs(cross_entropy_report(0) + log(1e-7)) < 1e-9, "the report stops at 16.1");
}

Test(ch05, t04_backward, .description = "[2 pts] scale * (p - [i = t]), dx overwritten") {
    Loss l = softmax_ce_loss(3);
    const real x[3] = {0, log((real)2), log((real)5)};
    const uint8_t label = 1;
    real p[3], dx[3] = {9, 9, 9};
    int decision;
    l.forward(&l, 1, x, &label, p, &decision);
    l.backward(&l, 1, x, &label, p, (real)0.5, dx);
    const real want[3] = {(real)0.0625, (real)-0.375, (real)0.3125};
    expect_list("dx", 3, dx, want, 1e-6);
}

Test(ch05, t05_nan_travels, .description = "[1 pts] a NaN score makes the loss NaN, in any place") {
    Loss l = softmax_ce_loss(3);
    for (int at = 0; at < 3; at++) {
        real x[3] = {1, 5, 2}, p[3];
        const uint8_t label = 1;
        int decision;
        x[at] = (real)NAN;
        double loss = l.forward(&l, 1, x, &label, p, &decision);
        cr_expect(isnan(loss), "NaN at %d: loss %g", at, loss);
        cr_expect(decision >= 0 && decision < 3);
    }
}

Test(ch05, t06_decision, .description = "[1 pts] the largest score, the first one on a tie") {
    Loss l = softmax_ce_loss(4);
    const real x[12] = {1, 3, 2, 0, 4, 4, 1, 4, -5, -4, -3, -2};
    const uint8_t label[3] = {0, 0, 0};
    real p[12];
    int decision[3];
    l.forward(&l, 3, x, label, p, decision);
    cr_expect(decision[0] == 1 && decision[1] == 0 && decision[2] == 3, "%d %d %d", decision[0],
              decision[1], decision[2]);
}

#else /* the double build: numerical gradients */

Test(ch05, t07_gradient,
     .description = "[3 pts] dx equals extrapolated differences, for any scale") {
    Rng rng = rng_seed(7, 0);
    const struct {
        int classes, n;
        real scale;
    } size[] = {{10, 7, 1}, {10, 7, (real)1 / 7}, {2, 3, 2}, {5, 1, 1}};
    for (size_t k = 0; k < sizeof size / sizeof *size; k++) {
        Loss l = softmax_ce_loss(size[k].classes);
        real *x = normals(&rng, (size_t)(size[k].n * size[k].classes));
        uint8_t label[8];
        for (int i = 0; i < size[k].n; i++) label[i] = (uint8_t)rng_below(&rng, size[k].classes);
        expect_ok(gradcheck_loss(&l, size[k].n, x, label, size[k].scale));
    }
}

#endif
