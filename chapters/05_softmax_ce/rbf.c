/*
 * Squared distances to fixed codes, and the two losses on them.
 */
#include "05_softmax_ce/rbf.h"

#include "elementary.h"
#include "fail.h"
#include "shape.h"

#include <math.h>
#include <stdio.h>

/* clang-format off */
const char rbf_codes[10][CODE + 1] = {
    /* 0 */
    ".#####."
    "......."
    "..###.."
    ".##.##."
    "##...##"
    "##...##"
    "##...##"
    "##...##"
    ".##.##."
    "..###.."
    "......."
    ".......",
    /* 1 */
    "...##.."
    "..###.."
    ".####.."
    "...##.."
    "...##.."
    "...##.."
    "...##.."
    "...##.."
    "...##.."
    ".######"
    "......."
    ".......",
    /* 2 */
    ".#####."
    "......."
    ".#####."
    "##...##"
    "#....##"
    "....##."
    "..###.."
    ".##...."
    "##....."
    "#######"
    "......."
    ".......",
    /* 3 */
    "#######"
    ".....##"
    "....##."
    "...##.."
    "..####."
    ".....##"
    ".....##"
    ".....##"
    "##...##"
    ".#####."
    "......."
    ".......",
    /* 4 */
    ".#####."
    "......."
    "......."
    ".##..##"
    ".##..##"
    "###..##"
    "##...##"
    "##...##"
    "##..###"
    ".######"
    ".....##"
    ".....##",
    /* 5 */
    ".#####."
    "......."
    "#######"
    "##....."
    "##....."
    ".####.."
    "..####."
    ".....##"
    "##...##"
    ".#####."
    "......."
    ".......",
    /* 6 */
    "..####."
    ".##...."
    "##....."
    "##....."
    "######."
    "###..##"
    "##...##"
    "##...##"
    "###..##"
    ".#####."
    "......."
    ".......",
    /* 7 */
    "#######"
    ".....##"
    ".....##"
    "....##."
    "...##.."
    "...##.."
    "..##..."
    "..##..."
    "..##..."
    "..##..."
    "......."
    ".......",
    /* 8 */
    ".#####."
    "##...##"
    "##...##"
    "##...##"
    ".#####."
    "##...##"
    "##...##"
    "##...##"
    "##...##"
    ".#####."
    "......."
    ".......",
    /* 9 */
    ".#####."
    "##..###"
    "##...##"
    "##...##"
    "##..###"
    ".######"
    ".....##"
    ".....##"
    "....##."
    ".####.."
    "......."
    ".......",
};
/* clang-format on */

enum { DIGITS = 10 };

// [rbf-distance]
/* y_i = sum over k of (x_k - code_ik)^2 */
static real distance(const real *x, int i) {
    real sum = 0;
    for (int k = 0; k < CODE; k++) {
        real d = x[k] - rbf_target(rbf_codes[i], k);
        sum += d * d;
    }
    return sum;
}
// [rbf-distance]

/*
 * p_i = e^-y_i / (e^-j + sum over k of e^-y_k); returns log(e^-j + sum over k of e^-y_k).
 *
 * The smallest exponent m is taken out: log(...) = -m + log(e^(m-j) + sum e^(m-y_k)), and the sum
 * is at least 1. With j infinite there is no competition, and all p_i are 0.
 */
static double compete(double j, const real *y, double p[DIGITS]) {
    double m = j;
    for (int i = 0; i < DIGITS; i++) {
        p[i] = 0;
        double y_i = cell(y, DIGITS, 0, i);
        if (y_i < m) m = y_i;
    }
    if (isinf(j)) return 0;
    double sum = our_exp(m - j);
    for (int i = 0; i < DIGITS; i++) {
        p[i] = our_exp(m - cell(y, DIGITS, 0, i));
        sum += p[i];
    }
    for (int i = 0; i < DIGITS; i++)
        p[i] /= sum;
    return our_log(sum) - m;
}

static double rbf_forward(const Loss *l, int n, const real *x, const uint8_t *label, real *y,
                          int *decision) {
    double total = 0, p[DIGITS];
    for (int row = 0; row < n; row++) {
        int best = 0;
        for (int i = 0; i < DIGITS; i++) {
            y[i] = distance(x, i);
            if (y[i] < y[best]) best = i;
        }
        decision[row] = best;
        /* (8) y_t,  (9) y_t + log(e^-j + sum e^-y_i) */
        total += cell(y, DIGITS, 0, label[row]) + compete(l->constant, y, p);
        x += CODE;
        y += DIGITS;
    }
    return total;
}

// [rbf-backward]
/* dloss/dx_k = 2 (x_k - code_tk) - 2 sum over i of p_i (x_k - code_ik) */
static void rbf_backward(const Loss *l, int n, const real *x, const uint8_t *label, const real *y,
                         real scale, real *dx) {
    double p[DIGITS];
    for (int row = 0; row < n; row++) {
        const char *code = rbf_codes[label[row]];
        compete(l->constant, y, p);
        for (int k = 0; k < CODE; k++)
            dx[k] = 2 * scale * (x[k] - rbf_target(code, k));
        if (!isinf(l->constant))
            for (int i = 0; i < DIGITS; i++)
                for (int k = 0; k < CODE; k++)
                    dx[k] -= 2 * scale * (real)p[i] * (x[k] - rbf_target(rbf_codes[i], k));
        x += CODE;
        dx += CODE;
        y += DIGITS;
    }
}
// [rbf-backward]

/* (8) 2,  (9) 2 p_r + 4 (sum p_i d_i^2 - (sum p_i d_i)^2)
   with d_i = x_k - code_ik and p_r = 1 - sum p_i */
static void rbf_curvature(const Loss *l, int n, const real *x, const uint8_t *label, const real *y,
                          real *hx) {
    double p[DIGITS];
    (void)label;
    for (int row = 0; row < n; row++) {
        compete(l->constant, y, p);
        for (int k = 0; k < CODE; k++) {
            double rubbish = 1, mean = 0, squares = 0;
            for (int i = 0; i < DIGITS; i++) {
                double d = (double)(x[k] - rbf_target(rbf_codes[i], k));
                rubbish -= p[i];
                mean += p[i] * d;
                squares += p[i] * d * d;
            }
            hx[k] = (real)(2 * rubbish + 4 * (squares - mean * mean));
        }
        x += CODE;
        hx += CODE;
        y += DIGITS;
    }
}

Loss rbf_loss(double j) {
    contract(j > 0, "the constant j of the RBF loss is %g, it must be positive", j);
    Loss l = {
        .in = CODE,
        .classes = DIGITS,
        .smallest_wins = true,
        .constant = j,
        .forward = rbf_forward,
        .backward = rbf_backward,
        .curvature = rbf_curvature,
    };
    if (isinf(j))
        snprintf(l.name, sizeof l.name, "RBF");
    else
        snprintf(l.name, sizeof l.name, "RBF, j = %g", j);
    return l;
}
