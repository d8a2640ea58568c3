/*
 * Squared distances to fixed codes, and the two losses on them.
 */
#include "05_softmax_ce/rbf.h"

#include "fail.h"

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

// [rbf]
/* y_i = sum_k (x_k - code_ik)^2 */
static real distance(const Loss *l, const real *x, int i) {
    real sum = 0;
    for (int k = 0; k < l->in; k++) {
        real d = x[k] - rbf_target(l->code[i], k);
        sum += d * d;
    }
    return sum;
}

/*
 * p_i = e^-y_i / (e^-j + sum_k e^-y_k); returns log(e^-j + sum_k e^-y_k). The smallest exponent m is taken out:
 * log(...) = -m + log(e^(m-j) + sum e^(m-y_k)), and the sum is at least 1. With j infinite and no competition
 * all p_i are 0.
 */
static double competition(const Loss *l, const real *y, double *p) {
    double m = l->j, sum;
    for (int i = 0; i < l->classes; i++) {
        p[i] = 0;
        if ((double)y[i] < m) m = (double)y[i];
    }
    if (isinf(l->j)) return 0; /* loss (8) */
    sum = exp(m - l->j);
    for (int i = 0; i < l->classes; i++) sum += p[i] = exp(m - (double)y[i]);
    for (int i = 0; i < l->classes; i++) p[i] /= sum;
    return log(sum) - m;
}

static double rbf_forward(const Loss *l, int n, const real *x, const uint8_t *label, real *score,
                          int *decision) {
    double total = 0, p[10];
    for (int row = 0; row < n; row++, x += l->in, score += l->classes) {
        int best = 0;
        for (int i = 0; i < l->classes; i++) {
            score[i] = distance(l, x, i);
            if (score[i] < score[best]) best = i;
        }
        decision[row] = best;
        /* (8) y_t,  (9) y_t + log(e^-j + sum e^-y_i) */
        total += (double)score[label[row]] + competition(l, score, p);
    }
    return total;
}

/* dloss/dx_k = 2 (x_k - code_tk) - 2 sum_i p_i (x_k - code_ik) */
static void rbf_backward(const Loss *l, int n, const real *x, const uint8_t *label,
                         const real *score, real scale, real *dx) {
    double p[10];
    for (int row = 0; row < n; row++, x += l->in, dx += l->in, score += l->classes) {
        competition(l, score, p);
        for (int k = 0; k < l->in; k++)
            dx[k] = 2 * scale * (x[k] - rbf_target(l->code[label[row]], k));
        for (int i = 0; i < l->classes && !isinf(l->j); i++)
            for (int k = 0; k < l->in; k++)
                dx[k] -= 2 * scale * (real)p[i] * (x[k] - rbf_target(l->code[i], k));
    }
}

/* (8) 2,  (9) 2 p_r + 4 (sum_i p_i d_i^2 - (sum_i p_i d_i)^2), d_i = x_k - code_ik, p_r = 1 - sum p_i */
static void rbf_curvature(const Loss *l, int n, const real *x, const uint8_t *label,
                          const real *score, real *hx) {
    double p[10];
    (void)label;
    for (int row = 0; row < n; row++, x += l->in, hx += l->in, score += l->classes) {
        competition(l, score, p);
        for (int k = 0; k < l->in; k++) {
            double rubbish = 1, mean = 0, squares = 0;
            for (int i = 0; i < l->classes; i++) {
                double d = (double)(x[k] - rbf_target(l->code[i], k));
                rubbish -= p[i];
                mean += p[i] * d;
                squares += p[i] * d * d;
            }
            hx[k] = (real)(2 * rubbish + 4 * (squares - mean * mean));
        }
    }
}
// [rbf]

Loss rbf_loss(double j) {
    contract(j > 0, "the constant j of the RBF loss is %g, it must be positive", j);
    Loss l = {
        .in = CODE,
        .classes = 10,
        .code = rbf_codes,
        .j = j,
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
