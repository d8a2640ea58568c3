/*
 * Softmax and cross-entropy, naive and stable.
 */
#include "05_softmax_ce/softmax_ce.h"

#include "fail.h"

#include <stdio.h>

/* ------------------------------------------------------------------ definition ----------- */

void softmax_naive(int n, int classes, const real *x, real *p) {
    for (int row = 0; row < n; row++, x += classes, p += classes) {
        real sum = 0;
        for (int i = 0; i < classes; i++) sum += exp(x[i]);
        for (int i = 0; i < classes; i++) p[i] = exp(x[i]) / sum;
    }
}

double cross_entropy_report(double p) {
    return -log(p + 1e-7);
}

/* ------------------------------------------------------------------ what we use ---------- */

/* The place of the largest entry, the first one on a tie. */
static int first_largest(int classes, const real *x) {
    int best = 0;
    for (int i = 1; i < classes; i++)
        if (x[i] > x[best]) best = i;
    return best;
}

// [softmax]
/* One row: p = softmax(x); returns log sum_k e^x_k. */
static double softmax_row(int classes, const real *x, real *p) {
    real m = x[first_largest(classes, x)], sum = 0;
    for (int i = 0; i < classes; i++) {
        p[i] = exp(x[i] - m);
        sum += p[i];
    }
    for (int i = 0; i < classes; i++) p[i] /= sum;
    return (double)m + log((double)sum);
}
// [softmax]

void softmax(int n, int classes, const real *x, real *p) {
    for (int row = 0; row < n; row++) softmax_row(classes, x + row * classes, p + row * classes);
}

// [softmax-ce]
static double softmax_ce_forward(const Loss *l, int n, const real *x, const uint8_t *label,
                                 real *score, int *decision) {
    double total = 0;
    for (int row = 0; row < n; row++, x += l->classes, score += l->classes) {
        /* loss = log sum_k e^x_k - x_t */
        total += softmax_row(l->classes, x, score) - (double)x[label[row]];
        decision[row] = first_largest(l->classes, x);
    }
    return total;
}

/* Forward was loss = log sum_k e^x_k - x_t, so dloss/dx_i = p_i - [i = t]. */
static void softmax_ce_backward(const Loss *l, int n, const real *x, const uint8_t *label,
                                const real *score, real scale, real *dx) {
    (void)x;
    for (int row = 0; row < n; row++, score += l->classes, dx += l->classes)
        for (int i = 0; i < l->classes; i++) dx[i] = scale * (score[i] - (i == label[row]));
}
// [softmax-ce]

/* The exact diagonal: d(p_i - [i = t])/dx_i = p_i (1 - p_i), never negative. */
static void softmax_ce_curvature(const Loss *l, int n, const real *x, const uint8_t *label,
                                 const real *score, real *hx) {
    (void)x, (void)label;
    for (int i = 0; i < n * l->classes; i++) hx[i] = score[i] * (1 - score[i]);
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
