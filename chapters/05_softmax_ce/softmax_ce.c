/*
 * Softmax and cross-entropy: as the formulas say, as the report says, and stable.
 */
#include "05_softmax_ce/softmax_ce.h"

#include "elementary.h"
#include "fail.h"
#include "shape.h"

#include <stdio.h>

/* ------------------------------------------------------------------ definitions ---------- */

// [softmax-naive]
void softmax_naive(int n, int classes, const real *x, double *p) {
    for (int row = 0; row < n; row++) {
        /* p_i = e^x_i / sum over k of e^x_k */
        double sum = 0;
        for (int k = 0; k < classes; k++)
            sum += exp(cell(x, classes, row, k));
        for (int i = 0; i < classes; i++)
            p[row * classes + i] = exp(cell(x, classes, row, i)) / sum;
    }
}

double cross_entropy_naive(int n, int classes, const real *x, const uint8_t *label) {
    double p[10], total = 0;
    contract(classes <= 10, "the naive cross-entropy has room for 10 classes, not %d", classes);
    for (int row = 0; row < n; row++) {
        softmax_naive(1, classes, x + row * classes, p);
        /* loss = -log p_t */
        total -= log(p[label[row]]);
    }
    return total;
}
// [softmax-naive]

/* ------------------------------------------------------------------ the report ----------- */

/* 1e-7 avoids log 0, but also caps the loss at 16.1: log-sum-exp needs no such number. */
double cross_entropy_report(double p) {
    return -log(p + 1e-7);
}

/* ------------------------------------------------------------------ in use --------------- */

/* The place of the largest entry, the first one on a tie. */
static int first_largest(int classes, const real *x) {
    int best = 0;
    for (int i = 1; i < classes; i++)
        if (x[i] > x[best]) best = i;
    return best;
}

// [softmax]
/* One row: p = softmax(x); returns log sum over k of e^x_k. */
double softmax_row(int classes, const real *x, real *p) {
    /* With the largest x at 0 no exponential is above 1, and their sum is at least 1. */
    real m = x[first_largest(classes, x)], sum = 0;
    for (int i = 0; i < classes; i++) {
        p[i] = (real)our_exp((double)(x[i] - m));
        sum += p[i];
    }
    for (int i = 0; i < classes; i++)
        p[i] /= sum;
    /* log sum of e^x_k = m + log sum of e^(x_k - m) */
    return (double)m + our_log((double)sum);
}
// [softmax]

void softmax(int n, int classes, const real *x, real *p) {
    for (int row = 0; row < n; row++)
        softmax_row(classes, x + row * classes, p + row * classes);
}

// [softmax-ce-forward]
static double softmax_ce_forward(const Loss *l, int n, const real *x, const uint8_t *label, real *p,
                                 int *decision) {
    double total = 0;
    for (int row = 0; row < n; row++) {
        /* loss = log sum over k of e^x_k - x_t */
        total += softmax_row(l->classes, x, p) - cell(x, l->classes, 0, label[row]);
        decision[row] = first_largest(l->classes, x);
        x += l->classes;
        p += l->classes;
    }
    return total;
}
// [softmax-ce-forward]

// [softmax-ce-backward]
/* Forward was loss = log sum over k of e^x_k - x_t, so dloss/dx_i = p_i, and 1 less where i = t. */
static void softmax_ce_backward(const Loss *l, int n, const real *x, const uint8_t *label,
                                const real *p, real scale, real *dx) {
    (void)x;
    for (int row = 0; row < n; row++) {
        for (int i = 0; i < l->classes; i++) {
            /* scale is 1/N: the only place where the mean over the batch enters */
            real truth = i == label[row] ? 1 : 0;
            dx[i] = scale * (p[i] - truth);
        }
        p += l->classes;
        dx += l->classes;
    }
}
// [softmax-ce-backward]

/* The exact diagonal: d(p_i)/dx_i = p_i (1 - p_i), never negative. */
static void softmax_ce_curvature(const Loss *l, int n, const real *x, const uint8_t *label,
                                 const real *p, real *hx) {
    (void)x, (void)label;
    for (int i = 0; i < n * l->classes; i++)
        hx[i] = p[i] * (1 - p[i]);
}

Loss softmax_ce_loss(int classes) {
    contract(classes >= 2, "softmax over %d classes", classes);
    Loss l = {
        .in = classes,
        .classes = classes,
        .forward = softmax_ce_forward,
        .backward = softmax_ce_backward,
        .curvature = softmax_ce_curvature,
    };
    snprintf(l.name, sizeof l.name, "softmax cross-entropy");
    return l;
}
