/*
 * Chapter 4: full connection, where every triple (image m, unit o, input k) is one product; ReLU
 * and sigmoid, one formula per entry, and the formulas that are written instead.
 */
#include "course/examine/oracle/oracle.h"

#include <stdlib.h>

enum {
    NO_BIAS = 1,
    FIRST_BIAS,
    BIAS_BY_IMAGE,
    FIRST_UNIT,
    LAST_INPUT,
    NOT_RESET,
    NEVER_RESET,
    ADDED_TO_OLD,
    W_TRANSPOSED
};

static const Suspect forward_suspects[] = {
    {"no-bias", "the bias is missing"},
    {"first-bias", "every unit gets the bias of unit 0"},
    {"bias-by-image", "the bias belongs to the unit o, not to the image m"},
    {"first-unit", "every unit gets the weights of unit 0: the index of w lacks o"},
    {"last-input", "only the last input counts: = instead of +="},
    {"not-reset", "the sum is not set back for every output"},
    {"never-reset", "the sum is not set back for every output"},
    {"added-to-old", "the product is added to the old content of y: beta, or the bias comes first"},
    {"w-transposed", "w is read transposed: it is stored (out, in), entry (o,k) at o*in + k"},
};

static void change_parameters(int mistake, double **v, int out, int in) {
    if (mistake == NO_BIAS) fill(v[A_B], out, 0);
    if (mistake == FIRST_BIAS) repeat_first(v[A_B], out, 1);
    if (mistake == FIRST_UNIT) repeat_first(v[A_W], out, in);
    if (mistake == W_TRANSPOSED) read_transposed(v[A_W], out, in);
}

static void forward_run(const Call *call, int mistake, double **v) {
    int n = call->g.n, out = call->g.out.c, in = shape_size(call->g.in);
    double run = 0;
    change_parameters(mistake, v, out, in);
    for (int i = 0; i < n; i++)
        for (int o = 0; o < out; o++) {
            double sum = 0, bias = v[A_B][o];
            for (int k = 0; k < in; k++) {
                if (mistake == LAST_INPUT) sum = 0;
                sum += v[A_W][o * in + k] * v[A_X][i * in + k];
            }
            if (mistake == NOT_RESET && o == 0) run = 0;
            run += sum;
            if (mistake == NOT_RESET || mistake == NEVER_RESET) sum = run;
            if (mistake == BIAS_BY_IMAGE) bias = look(v[A_B], out, i);
            if (mistake == ADDED_TO_OLD) bias = v[A_Y][i * out + o];
            v[A_Y][i * out + o] = sum + bias;
        }
}

static const Oracle oracle_affine_forward = {forward_run, NULL, 0, forward_suspects,
                                             COUNT(forward_suspects)};

/* ------------------------------------------------------------------ backward ------------- */

enum {
    X_STAYS = 1,
    DY_STAYS,
    LAST_IMAGE,
    LAST_IMAGE_ADDED,
    FIRST_IMAGE,
    DB_ALL,
    DX_W_TRANSPOSED,
    DW_X_TRANSPOSED,
    DW_DY_TRANSPOSED,
    LAST_UNIT
};

static const Suspect backward_suspects[] = {
    {"x-stays", "every image is computed with the x of the first: the index of x lacks m"},
    {"first-for-all", "every image is computed with the dy of the first: the index of dy lacks m"},
    {"last-image", "= instead of +=: each image overwrites the sum of the images before"},
    {"last-image-added", "only the last image counts"},
    {"first-image", "only the first image counts"},
    {"db-all", "the dy of all units are added up: each bias has its own"},
    {"w-transposed", "the product reads w the wrong way round: dx = dy * w"},
    {"x-transposed", "the product reads x the wrong way round: dw += dy^T * x"},
    {"dy-transposed", "the product reads dy the wrong way round: dw += dy^T * x"},
    {"last-unit", "only the last unit counts: dx is a sum over all units"},
};

static bool image_counts(int mistake, int image, int n) {
    if (mistake == LAST_IMAGE || mistake == LAST_IMAGE_ADDED) return image == n - 1;
    return mistake != FIRST_IMAGE || image == 0;
}

static void add_parameters(const Call *call, int mistake, double **v) {
    int n = call->g.n, out = call->g.out.c, in = shape_size(call->g.in);
    if (mistake == LAST_IMAGE) {
        fill(v[A_DW], out * in, 0);
        fill(v[A_DB], out, 0);
    }
    for (int i = 0; i < n; i++)
        for (int o = 0; image_counts(mistake, i, n) && o < out; o++) {
            double dy = v[A_DY][i * out + o];
            for (int other = 0; other < out; other++)
                if (other == o || mistake == DB_ALL) v[A_DB][other] += dy;
            if (mistake == DW_DY_TRANSPOSED) dy = v[A_DY][o * n + i];
            for (int k = 0; k < in; k++)
                v[A_DW][o * in + k] +=
                    dy * v[A_X][mistake == DW_X_TRANSPOSED ? k * n + i : i * in + k];
        }
}

static void backward_run(const Call *call, int mistake, double **v) {
    int n = call->g.n, out = call->g.out.c, in = shape_size(call->g.in);
    if (mistake == X_STAYS) repeat_first(v[A_X], n, in);
    if (mistake == DY_STAYS) repeat_first(v[A_DY], n, out);
    if (mistake == DX_W_TRANSPOSED) read_transposed(v[A_W], out, in);
    add_parameters(call, mistake, v);
    for (int i = 0; v[A_DX] && i < n; i++)
        for (int k = 0; k < in; k++) {
            double sum = 0;
            for (int o = 0; o < out; o++)
                sum = (mistake == LAST_UNIT ? 0 : sum) + v[A_DY][i * out + o] * v[A_W][o * in + k];
            v[A_DX][i * in + k] = sum;
        }
}

static const Oracle oracle_affine_backward = {backward_run, NULL, 0, backward_suspects,
                                              COUNT(backward_suspects)};

/* ------------------------------------------------------------------ relu ----------------- */

enum { NAN_LOST = 1, ABSOLUTE, UNCHANGED };

static const Suspect relu_forward_suspects[] = {
    {"nan-lost", "NaN must stay NaN: x > 0 ? x : 0 makes it 0, x < 0 ? 0 : x does not"},
    {"absolute", "negative entries change their sign: they must become 0"},
    {"unchanged", "negative entries pass: they must become 0"},
};

static void relu_forward_run(const Call *call, int mistake, double **v) {
    for (size_t i = 0; i < call->array[A_X].count; i++) {
        double x = v[A_X][i], y = x < 0 ? 0 : x;
        if (mistake == NAN_LOST && isnan(x)) y = 0;
        if (mistake == ABSOLUTE) y = fabs(x);
        v[A_Y][i] = mistake == UNCHANGED ? x : y;
    }
}

static const Oracle oracle_relu_forward = {relu_forward_run, NULL, 0, relu_forward_suspects,
                                           COUNT(relu_forward_suspects)};

enum { NO_MASK = 1, DY_LOST, TIMES_Y, SIGN_OF_DY, INVERTED, RELU_NAN_LOST };

static const Suspect relu_backward_suspects[] = {
    {"no-mask", "where y is 0 nothing passes: dx = 0 where y <= 0, not where y < 0"},
    {"dy-lost", "dy is missing: dx = 0 where y <= 0, else dy"},
    {"times-y", "dy is multiplied by y: dx = 0 where y <= 0, else dy"},
    {"sign-of-dy", "the mask is taken from dy: dx = 0 where y <= 0"},
    {"inverted", "the mask is the wrong way round: dx = 0 where y <= 0, else dy"},
    {"nan-lost",
     "where y is NaN the gradient must pass: y > 0 ? dy : 0 stops it, y <= 0 ? 0 : dy does not"},
};

static void relu_backward_run(const Call *call, int mistake, double **v) {
    for (size_t i = 0; i < call->array[A_DY].count; i++) {
        double y = v[A_Y][i], dy = v[A_DY][i];
        bool through = !(y <= 0);
        if (mistake == NO_MASK) through = true;
        if (mistake == SIGN_OF_DY) through = dy > 0;
        if (mistake == INVERTED) through = !through;
        if (mistake == RELU_NAN_LOST) through = y > 0;
        if (mistake == DY_LOST) dy = 1;
        if (mistake == TIMES_Y) dy *= y;
        if (v[A_DX]) v[A_DX][i] = through ? dy : 0;
    }
}

static const Oracle oracle_relu_backward = {relu_backward_run, NULL, 0, relu_backward_suspects,
                                            COUNT(relu_backward_suspects)};

/* ------------------------------------------------------------------ sigmoid -------------- */

enum { SIGN_OF_X = 1, OVERFLOW, TANH, NO_ONE };

static const Suspect sigmoid_forward_suspects[] = {
    {"sign-of-x", "the sign of x is wrong: y = 1 / (1 + e^-x)"},
    {"overflow", "e^x / (1 + e^x) is infinity / infinity for large x: 1 / (1 + e^-x) is not"},
    {"tanh", "that is the hyperbolic tangent: y = 1 / (1 + e^-x)"},
    {"no-one", "the 1 under the fraction is missing: y = 1 / (1 + e^-x)"},
};

static void sigmoid_forward_run(const Call *call, int mistake, double **v) {
    for (size_t i = 0; i < call->array[A_X].count; i++) {
        double x = v[A_X][i], y = 1 / (1 + exp(-x));
        if (mistake == SIGN_OF_X) y = 1 / (1 + exp(x));
        if (mistake == OVERFLOW && x > 89) y = (double)NAN;
        if (mistake == TANH) y = tanh(x);
        if (mistake == NO_ONE) y = exp(x);
        v[A_Y][i] = y;
    }
}

static const Oracle oracle_sigmoid_forward = {
    sigmoid_forward_run, NULL, 0, sigmoid_forward_suspects, COUNT(sigmoid_forward_suspects)};

enum { SLOPE_OF_X = 1, SLOPE_OF_TANH, NO_Y, NO_REST, SIGMOID_DY_LOST, AGAIN };

static const Suspect sigmoid_backward_suspects[] = {
    {"slope-of-x", "x is used where y belongs: dx = dy * y * (1 - y)"},
    {"slope-of-tanh", "1 - y^2 is the slope of tanh: dx = dy * y * (1 - y)"},
    {"no-y", "a factor y is missing: dx = dy * y * (1 - y)"},
    {"no-rest", "the factor 1 - y is missing: dx = dy * y * (1 - y)"},
    {"dy-lost", "dy is missing: dx = dy * y * (1 - y)"},
    {"again", "the sigmoid is taken of y once more: y is already 1 / (1 + e^-x)"},
};

static void sigmoid_backward_run(const Call *call, int mistake, double **v) {
    for (size_t i = 0; i < call->array[A_DY].count; i++) {
        double y = v[A_Y][i], dy = v[A_DY][i];
        if (mistake == SLOPE_OF_X) y = v[A_X][i];
        if (mistake == AGAIN) y = 1 / (1 + exp(-y));
        double slope = y * (1 - y);
        if (mistake == SLOPE_OF_TANH) slope = 1 - y * y;
        if (mistake == NO_Y) slope = 1 - y;
        if (mistake == NO_REST) slope = y;
        if (mistake == SIGMOID_DY_LOST) dy = 1;
        if (v[A_DX]) v[A_DX][i] = dy * slope;
    }
}

static const Oracle oracle_sigmoid_backward = {
    sigmoid_backward_run, NULL, 0, sigmoid_backward_suspects, COUNT(sigmoid_backward_suspects)};

const Answer answers_04[] = {
    {CALL_AFFINE_FORWARD_NAIVE, &oracle_affine_forward},
    {CALL_AFFINE_FORWARD, &oracle_affine_forward},
    {CALL_AFFINE_BACKWARD_NAIVE, &oracle_affine_backward},
    {CALL_AFFINE_BACKWARD, &oracle_affine_backward},
    {CALL_RELU_FORWARD, &oracle_relu_forward},
    {CALL_RELU_BACKWARD, &oracle_relu_backward},
    {CALL_SIGMOID_FORWARD, &oracle_sigmoid_forward},
    {CALL_SIGMOID_BACKWARD, &oracle_sigmoid_backward},
    {.function = FUNCTIONS},
};
