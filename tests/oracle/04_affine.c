/* Full connection: every triple (image i, unit o, input k) is one product. */
#include "oracle.h"

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
    {"bias-by-image", "the bias belongs to the unit o, not to the image i"},
    {"first-unit", "every unit gets the weights of unit 0: the index of w lacks o"},
    {"last-input", "only the last input counts: = instead of +="},
    {"not-reset", "the sum is not set back for every output"},
    {"never-reset", "the sum is not set back for every output"},
    {"added-to-old", "the product is added to what y held before: beta, or the bias comes first"},
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

const Oracle oracle_affine_forward = {forward_run, NULL, 0, forward_suspects,
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
    {"x-stays", "every image is computed with the x of the first: the index of x lacks i"},
    {"first-for-all", "every image is computed with the dy of the first: the index of dy lacks i"},
    {"last-image", "= instead of +=: each image overwrites what the one before has added"},
    {"last-image-added", "only the last image counts"},
    {"first-image", "only the first image counts"},
    {"db-all", "the dy of all units are added up: each bias has its own"},
    {"w-transposed", "the product reads w the wrong way round: dx = dy * w"},
    {"x-transposed", "the product reads x the wrong way round: dw += dy^T * x"},
    {"dy-transposed", "the product reads dy the wrong way round: dw += dy^T * x"},
    {"last-unit", "only the last unit counts: dx adds up what all units ask for"},
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

const Oracle oracle_affine_backward = {backward_run, NULL, 0, backward_suspects,
                                       COUNT(backward_suspects)};
