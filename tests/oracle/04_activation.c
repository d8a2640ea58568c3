/* ReLU and sigmoid: one formula per entry, and the formulas that are written instead. */
#include "oracle.h"

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

const Oracle oracle_relu_forward = {relu_forward_run, NULL, 0, relu_forward_suspects,
                                    COUNT(relu_forward_suspects)};

enum { NO_MASK = 1, DY_LOST, TIMES_Y, SIGN_OF_DY, INVERTED, RELU_NAN_LOST };

static const Suspect relu_backward_suspects[] = {
    {"no-mask", "where y is 0 nothing passes: dx = dy where y > 0, not where y >= 0"},
    {"dy-lost", "dy is missing: dx = dy where y > 0"},
    {"times-y", "dy is multiplied by y: dx = dy where y > 0"},
    {"sign-of-dy", "the mask is taken from dy: it is where y > 0"},
    {"inverted", "the mask is the wrong way round: dx = dy where y > 0"},
    {"nan-lost", "where y is NaN the gradient must pass, or a diverged run looks healthy"},
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

const Oracle oracle_relu_backward = {relu_backward_run, NULL, 0, relu_backward_suspects,
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

const Oracle oracle_sigmoid_forward = {sigmoid_forward_run, NULL, 0, sigmoid_forward_suspects,
                                       COUNT(sigmoid_forward_suspects)};

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

const Oracle oracle_sigmoid_backward = {sigmoid_backward_run, NULL, 0, sigmoid_backward_suspects,
                                        COUNT(sigmoid_backward_suspects)};
