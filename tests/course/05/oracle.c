/* Softmax and cross-entropy in double, shifted by the largest entry; and the usual mistakes. */
#include "course/examine/oracle/oracle.h"

#include <float.h>

/* ------------------------------------------------------------------ softmax -------------- */

enum { NOT_SHIFTED = 1, RUNNING_SUM, WHOLE_BATCH, NO_EXP, NOT_NORMALISED, LOGARITHM, NO_M };

static const Suspect softmax_suspects[] = {
    {"not-shifted", "e^x overflows for large x: subtract the largest x of the row first"},
    {"running-sum", "the sum is not set back for every row"},
    {"whole-batch", "the sum goes over the whole batch: each row sums to 1"},
    {"no-exp", "the exponential is missing: p_i = e^x_i / sum of e^x_k"},
    {"not-normalised", "the division by the sum is missing: p_i = e^x_i / sum of e^x_k"},
    {"logarithm", "that is log p: the probabilities are wanted"},
    {"no-m", "m is missing in the value returned: m + log of the sum of e^(x_k - m)"},
};

static double largest(const double *x, int classes) {
    double most = x[0];
    for (int k = 1; k < classes; k++)
        if (!(x[k] <= most)) most = x[k];
    return most;
}

/* e^x as a float holds it. */
static double float_exp(double x) {
    double e = exp(x);
    double most = (double)FLT_MAX, least = (double)FLT_MIN / 1e7;
    if (e > most) return (double)INFINITY;
    return e < least ? 0 : e;
}

/* The numerator of p for one row. */
static void numerators(const Call *call, int mistake, const double *x, int classes, double *e) {
    bool plain = call->function == CALL_SOFTMAX_NAIVE;
    for (int k = 0; k < classes; k++) {
        double shift = plain && mistake == NOT_NORMALISED ? 0 : largest(x, classes);
        e[k] = exp(x[k] - shift);
        if (mistake == NOT_SHIFTED) e[k] = plain ? exp(x[k]) : float_exp(x[k]);
        if (mistake == RUNNING_SUM || mistake == WHOLE_BATCH) e[k] = exp(x[k]);
        if (mistake == NO_EXP) e[k] = x[k];
    }
}

/* log sum over k of e^x_k, of one row. */
static double log_sum(const double *x, int classes) {
    double m = largest(x, classes), sum = 0;
    for (int k = 0; k < classes; k++)
        sum += exp(x[k] - m);
    return m + log(sum);
}

/* The result of softmax_row(). */
static double returned(int mistake, const double *x, int classes) {
    double value = log_sum(x, classes);
    if (mistake == NO_M) return value - largest(x, classes);
    bool known = mistake == RIGHT || mistake == NOT_NORMALISED || mistake == LOGARITHM;
    return known ? value : ANYTHING;
}

static void softmax_run(const Call *call, int mistake, double **v) {
    int n = call->g.n, classes = call->g.in.c;
    double *p = v[A_SCORE], sum = 0;
    for (int row = 0; row < n; row++) {
        double *e = p + row * classes;
        numerators(call, mistake, v[A_X] + row * classes, classes, e);
        if (mistake != RUNNING_SUM && mistake != WHOLE_BATCH) sum = 0;
        for (int k = 0; k < classes; k++)
            sum += e[k];
        for (int k = 0; k < classes && mistake != WHOLE_BATCH && mistake != NOT_NORMALISED; k++)
            e[k] = mistake == LOGARITHM ? log(e[k] / sum) : e[k] / sum;
    }
    for (int i = 0; mistake == WHOLE_BATCH && i < n * classes; i++)
        p[i] /= sum;
    for (int row = 0; call->function == CALL_SOFTMAX && v[A_LOSS] && row < n; row++)
        v[A_LOSS][row] = returned(mistake, v[A_X] + row * classes, classes);
}

static const Oracle oracle_softmax = {softmax_run, NULL, 0, softmax_suspects,
                                      COUNT(softmax_suspects)};

/* ------------------------------------------------------------------ the loss ------------- */

/* Mistakes of both losses. */
enum { FIRST_LABEL = 1, LAST_ROW, EPSILON, NO_LOG, LOG_10, LARGEST_CLASS, FIRST_ROW };

static int first_largest(const double *x, int classes, bool last_tie) {
    int best = 0;
    for (int k = 1; k < classes; k++)
        if (x[k] > x[best] || (last_tie && x[k] == x[best])) best = k;
    return best;
}

/* One row's loss. */
static double row_loss(int mistake, const double *x, int classes, int label) {
    double loss = log_sum(x, classes) - x[label];
    if (mistake == LARGEST_CLASS) loss = log_sum(x, classes) - x[first_largest(x, classes, false)];
    if (mistake == EPSILON) loss = -log(exp(-loss) + 1e-7);
    if (mistake == NO_LOG) loss = -exp(-loss);
    return mistake == LOG_10 ? loss / log(10) : loss;
}

static const Suspect cross_entropy_suspects[] = {
    {"first-label", "every row is judged by the label of the first"},
    {"last-row", "only the last row counts: = instead of +="},
    {"epsilon", "log(p + 1e-7) is not the logarithm of p: the sum is exact without it"},
    {"no-log", "the logarithm is missing: loss = -log p_t"},
    {"log-10", "log10 is not the natural logarithm"},
    {"largest-class", "the loss is about the true class t, not about the largest p"},
    {"first-row", "every row is computed with the x of the first"},
};

static void cross_entropy_run(const Call *call, int mistake, double **v) {
    int n = call->g.n, classes = call->g.in.c;
    double total = 0;
    if (mistake == FIRST_LABEL) repeat_first(v[A_LABEL], n, 1);
    if (mistake == FIRST_ROW) repeat_first(v[A_X], n, classes);
    for (int row = 0; row < n; row++) {
        double loss = row_loss(mistake, v[A_X] + row * classes, classes, (int)v[A_LABEL][row]);
        total = (mistake == LAST_ROW ? 0 : total) + loss;
    }
    v[A_LOSS][0] = total;
}

static const Oracle oracle_cross_entropy = {cross_entropy_run, NULL, 0, cross_entropy_suspects,
                                            COUNT(cross_entropy_suspects)};

/* ------------------------------------------------------------------ fused ---------------- */

enum { LAST_TIE = FIRST_ROW + 1, SMALLEST, LABEL_ITSELF, UNDERFLOW, NO_TRUE_CLASS, NO_LOG_SUM };

static const Suspect forward_suspects[] = {
    {"first-label", "every row is judged by the label of the first"},
    {"last-row", "only the last row counts: = instead of +="},
    {"epsilon", "log(p + 1e-7) is not the logarithm of p: take log-sum - x_t"},
    {"no-log", "the logarithm is missing: loss = -log p_t"},
    {"log-10", "log10 is not the natural logarithm"},
    {"largest-class", "the loss is about the true class t, not about the largest x"},
    {"first-row", "every row is computed with the x of the first"},
    {"last-tie", "of equal x the first one decides, not the last"},
    {"smallest", "the class with the smallest x is taken: the largest decides"},
    {"label-itself", "the decision is the label: it must come from x alone"},
    {"underflow", "p_t underflows to 0, and -log 0 is infinite: take log-sum - x_t"},
    {"no-true-class", "x_t is missing: loss = log-sum - x_t"},
    {"no-log-sum", "the log-sum is missing: loss = log-sum - x_t"},
};

static void forward_run(const Call *call, int mistake, double **v) {
    int n = call->g.n, classes = call->g.in.c;
    double total = 0;
    if (mistake == FIRST_LABEL) repeat_first(v[A_LABEL], n, 1);
    if (mistake == FIRST_ROW) repeat_first(v[A_X], n, classes);
    softmax_run(call, RIGHT, v);
    for (int row = 0; row < n; row++) {
        const double *x = v[A_X] + row * classes;
        int label = (int)v[A_LABEL][row], best = first_largest(x, classes, mistake == LAST_TIE);
        double loss = row_loss(mistake, x, classes, label);
        if (mistake == UNDERFLOW && float_exp(-loss) == 0) loss = (double)INFINITY;
        if (mistake == NO_TRUE_CLASS) loss = log_sum(x, classes);
        if (mistake == NO_LOG_SUM) loss = -x[label];
        total = (mistake == LAST_ROW ? 0 : total) + loss;
        for (int k = 0; mistake == SMALLEST && k < classes; k++)
            if (x[k] < x[best]) best = k;
        v[A_DECISION][row] = mistake == LABEL_ITSELF ? label : best;
    }
    v[A_LOSS][0] = total;
}

static const Oracle oracle_loss_forward = {forward_run, NULL, 0, forward_suspects,
                                           COUNT(forward_suspects)};

enum {
    NO_SCALE = 1,
    NO_TRUTH,
    TRUTH_UNSCALED,
    BACK_FIRST_LABEL,
    X_FOR_P,
    LABEL_ONLY,
    SCORE_STAYS,
    SCALE_TWICE
};

static const Suspect backward_suspects[] = {
    {"no-scale", "the factor scale is missing"},
    {"no-truth", "the 1 of the true class is not subtracted: dx_i = scale * (p_i - [i = t])"},
    {"truth-unscaled", "scale multiplies p alone: dx_i = scale * (p_i - [i = t])"},
    {"first-label", "every row is judged by the label of the first"},
    {"x-for-p", "x is used where p belongs: dx_i = scale * (p_i - [i = t])"},
    {"label-only", "only the true class gets a gradient: every class has p_i - [i = t]"},
    {"p-stays", "every row is computed with the p of the first: p is not moved on"},
    {"scale-twice", "scale is multiplied in twice: dx_i = scale * (p_i - [i = t])"},
};

static void backward_run(const Call *call, int mistake, double **v) {
    int n = call->g.n, classes = call->g.in.c;
    double scale = mistake == NO_SCALE ? 1 : call->constant[0];
    if (mistake == SCALE_TWICE) scale *= scale;
    if (mistake == SCORE_STAYS) repeat_first(v[A_SCORE], n, classes);
    if (mistake == BACK_FIRST_LABEL) repeat_first(v[A_LABEL], n, 1);
    for (int i = 0; i < n * classes; i++) {
        bool truth = i % classes == (int)v[A_LABEL][i / classes];
        double p = mistake == X_FOR_P ? v[A_X][i] : v[A_SCORE][i], dx = scale * (p - truth);
        if (mistake == NO_TRUTH) dx = scale * p;
        if (mistake == TRUTH_UNSCALED) dx = scale * p - truth;
        if (mistake == LABEL_ONLY && !truth) dx = 0;
        v[A_DX][i] = dx;
    }
}

static const Oracle oracle_loss_backward = {backward_run, NULL, 0, backward_suspects,
                                            COUNT(backward_suspects)};

const Answer answers_05[] = {
    {CALL_SOFTMAX_NAIVE, &oracle_softmax},
    {CALL_SOFTMAX, &oracle_softmax},
    {CALL_CROSS_ENTROPY_NAIVE, &oracle_cross_entropy},
    {CALL_SOFTMAX_CE_FORWARD, &oracle_loss_forward},
    {CALL_SOFTMAX_CE_BACKWARD, &oracle_loss_backward},
    {.function = FUNCTIONS},
};
