/*
 * Convolution: for each filter and each pair (entry of the window, pixel) of the walk
 *
 *     y[f,window] += w[f,entry] * x[pixel]
 *     dw[f,entry] += dy[f,window] * x[pixel]
 *     dx[pixel]   += dy[f,window] * w[f,entry]
 */
#include "course/examine/oracle/oracle.h"
#include "course/examine/oracle/walk.h"

#include <stdlib.h>

/* Sizes that the formulas need. */
typedef struct Sizes {
    int n, f, row, windows, x, y;
} Sizes;

static Sizes sizes_of(const Geometry *g) {
    return (Sizes){g->n,
                   g->out.c,
                   g->in.c * g->size * g->size,
                   g->out.h * g->out.w,
                   shape_size(g->in),
                   shape_size(g->out)};
}

/* Whether filter f sees channel ch. */
static bool sees(double **v, int f, int ch) {
    return !v[A_LINKS] || ((int)v[A_LINKS][f] >> ch & 1);
}

/* Every kernel rotated by 180 degrees. */
static void turn_kernels(double *w, int sheets, int window) {
    for (int s = 0; s < sheets; s++, w += window)
        for (int i = 0; i < window / 2; i++) {
            double kept = w[i];
            w[i] = w[window - 1 - i];
            w[window - 1 - i] = kept;
        }
}

/* The windows of one image as columns. */
static double *columns_of(const Geometry *g, const double *x) {
    Sizes n = sizes_of(g);
    double *col = scrap(n.row * n.windows);
    Walk k = walk_begin(*g, WALK_RIGHT);
    while (walk_next(&k))
        col[k.row * n.windows + k.column] = k.inside ? x[k.pixel] : 0;
    return col;
}

/* ------------------------------------------------------------------ forward -------------- */

enum {
    NO_BIAS = WALK_MISTAKES,
    FIRST_BIAS,
    BIAS_PER_CHANNEL,
    FLIPPED,
    FIRST_FILTER,
    LAST_CHANNEL,
    FIRST_CHANNEL,
    NOT_RESET,
    NEVER_RESET,
    ADDED_TO_OLD,
    W_TRANSPOSED,
    COL_TRANSPOSED
};

static const Suspect forward_suspects[] = {
    {"no-bias", "the bias is missing"},
    {"first-bias", "every filter gets the bias of filter 0"},
    {"bias-per-channel", "the bias is added once for every channel: once per output is enough"},
    {"kernel-flipped", "the kernel is flipped: w[p,q] belongs to the pixel (i*stride+p, ...)"},
    {"first-filter", "every filter gets the weights of filter 0: the index of w lacks f"},
    {"last-channel", "only the last channel counts: = instead of +=, or the sum starts anew"},
    {"first-channel", "only channel 0 counts"},
    {"not-reset", "the sum is not set back for every output"},
    {"never-reset", "the sum is not set back for every output"},
    {"added-to-old", "the product is added to the old content of y: beta, or the bias comes first"},
    {"w-transposed", "the product reads w transposed"},
    {"col-transposed", "the product reads col transposed"},
};

static void change_parameters(const Call *call, int mistake, double **v) {
    Sizes n = sizes_of(&call->g);
    int window = call->g.size * call->g.size;
    if (mistake == NO_BIAS) fill(v[A_B], n.f, 0);
    if (mistake == FIRST_BIAS) fill(v[A_B], n.f, v[A_B][0]);
    if (mistake == FIRST_FILTER) repeat_first(v[A_W], n.f, n.row);
    if (mistake == FLIPPED) turn_kernels(v[A_W], n.f * call->g.in.c, window);
    if (mistake == W_TRANSPOSED) read_transposed(v[A_W], n.f, n.row);
    for (int f = 0; mistake == BIAS_PER_CHANNEL && f < n.f; f++)
        v[A_B][f] *= call->g.in.c;
}

/* y without the bias, for one image whose numbers begin at x and y. */
static void forward_image(const Call *call, int mistake, double **v, int x, double *y) {
    Sizes n = sizes_of(&call->g);
    Walk k = walk_begin(call->g, mistake < WALK_MISTAKES ? (Astray)mistake : WALK_RIGHT);
    double *col = mistake == COL_TRANSPOSED ? columns_of(&call->g, v[A_X] + x) : NULL;
    if (col) read_transposed(col, n.row, n.windows);
    while (walk_next(&k)) {
        bool counts = (mistake != LAST_CHANNEL || k.ch == call->g.in.c - 1) &&
                      (mistake != FIRST_CHANNEL || k.ch == 0);
        double pixel = k.inside ? look(v[A_X], n.n * n.x, x + k.pixel) : 0;
        if (col) pixel = col[k.row * n.windows + k.column];
        for (int f = 0; counts && f < n.f; f++)
            if (sees(v, f, k.ch) && k.column < n.windows)
                y[f * n.windows + k.column] += v[A_W][f * n.row + k.row] * pixel;
    }
    free(col);
}

/* Each output's sum also has those of all outputs before it. */
static void run_on(double *y, int count) {
    for (int i = 1; i < count; i++)
        y[i] += y[i - 1];
}

static void forward_run(const Call *call, int mistake, double **v) {
    Sizes n = sizes_of(&call->g);
    double *y = scrap(n.n * n.y);
    change_parameters(call, mistake, v);
    for (int image = 0; image < n.n; image++)
        forward_image(call, mistake, v, image * n.x, y + image * n.y);
    for (int map = 0; mistake == NOT_RESET && map < n.n * n.f; map++)
        run_on(y + map * n.windows, n.windows);
    if (mistake == NEVER_RESET) run_on(y, n.n * n.y);
    for (int i = 0; i < n.n * n.y; i++) {
        double bias = v[A_B][i / n.windows % n.f];
        v[A_Y][i] = y[i] + (mistake == ADDED_TO_OLD ? v[A_Y][i] : bias);
    }
    free(y);
}

static const Oracle oracle_conv_forward = {forward_run, walk_suspects, WALK_MISTAKES - 1,
                                           forward_suspects, COUNT(forward_suspects)};

/* ------------------------------------------------------------------ backward ------------- */

enum {
    X_STAYS = WALK_MISTAKES,
    DY_STAYS,
    LAST_IMAGE,
    LAST_IMAGE_ADDED,
    FIRST_IMAGE,
    DB_FIRST,
    DB_LAST,
    DB_ALL,
    DX_FLIPPED,
    DX_W_TRANSPOSED,
    DW_COL_TRANSPOSED,
    DW_DY_TRANSPOSED,
    COL_LEFT,
    TABLE_LEFT,
    LAST_FILTER,
    LAST_WINDOW
};

static const Suspect backward_suspects[] = {
    {"x-stays", "every image is computed with the x of the first: x is not moved on"},
    {"first-for-all", "every image is computed with the dy of the first: dy is not moved on"},
    {"last-image", "each image overwrites the sum of the images before: = or beta 0"},
    {"last-image-added", "only the last image counts"},
    {"first-image", "only the first image counts"},
    {"db-first", "only the first output counts: db[f] is the sum of all dy of filter f"},
    {"db-last", "= instead of +=: db[f] is the sum of all dy of filter f"},
    {"db-all", "the dy of all filters are added up: each bias has its own"},
    {"kernel-flipped", "the kernel is flipped: (r,s) met w[p,q] where p = r + pad - i*stride"},
    {"w-transposed", "the product reads w the wrong way round: dcol = w^T * dy"},
    {"col-transposed", "the product reads col the wrong way round: dw += dy * col^T"},
    {"dy-transposed", "the product reads dy the wrong way round: dw += dy * col^T"},
    {"col-left", "the product is added to the col of x, which is still in scratch: beta 0"},
    {"table-left", "missing links must get no gradient: layer_clear_unlinked()"},
    {"last-filter", "only the last filter counts: dx is a sum over all filters"},
    {"last-window", "= instead of +=: a pixel adds up over all windows that contain it"},
};

/* Whether an image counts, for mistakes about the batch. */
static bool image_counts(int mistake, int image, int n) {
    if (mistake == LAST_IMAGE || mistake == LAST_IMAGE_ADDED) return image == n - 1;
    return mistake != FIRST_IMAGE || image == 0;
}

static void add_db(int mistake, double **v, Sizes n, int image) {
    const double *dy = v[A_DY] + image * n.y;
    for (int f = 0; f < n.f; f++)
        for (int o = 0; o < n.windows; o++) {
            double value = dy[f * n.windows + o];
            if (mistake == DB_LAST) v[A_DB][f] = 0;
            if (mistake == DB_FIRST && o > 0) value = 0;
            v[A_DB][f] += value;
            for (int other = 0; mistake == DB_ALL && other < n.f; other++)
                v[A_DB][other] += other != f ? value : 0;
        }
}

static void add_dw(const Call *call, int mistake, double **v, Sizes n, int image) {
    Walk k = walk_begin(call->g, mistake < WALK_MISTAKES ? (Astray)mistake : WALK_RIGHT);
    double *col = mistake == DW_COL_TRANSPOSED ? columns_of(&call->g, v[A_X] + image * n.x) : NULL;
    if (col) read_transposed(col, n.row, n.windows);
    while (walk_next(&k)) {
        double pixel = k.inside ? look(v[A_X], n.n * n.x, image * n.x + k.pixel) : 0;
        if (col) pixel = col[k.row * n.windows + k.column];
        for (int f = 0; f < n.f && k.column < n.windows; f++) {
            bool linked = mistake == TABLE_LEFT || sees(v, f, k.ch);
            int from = f * n.windows + k.column;
            if (mistake == DW_DY_TRANSPOSED) from = k.column * n.f + f;
            if (linked) v[A_DW][f * n.row + k.row] += v[A_DY][image * n.y + from] * pixel;
        }
    }
    free(col);
}

static void find_dx(const Call *call, int mistake, double **v, Sizes n, int image) {
    Walk k = walk_begin(call->g, mistake < WALK_MISTAKES ? (Astray)mistake : WALK_RIGHT);
    double *dx = v[A_DX] + image * n.x;
    double *col = mistake == COL_LEFT ? columns_of(&call->g, v[A_X] + image * n.x) : scrap(1);
    fill(dx, n.x, 0);
    while (walk_next(&k)) {
        double sum = mistake == COL_LEFT ? col[k.row * n.windows + k.column] : 0;
        for (int f = 0; f < n.f && k.column < n.windows; f++) {
            if (mistake == LAST_FILTER) sum = 0;
            if (sees(v, f, k.ch))
                sum += v[A_W][f * n.row + k.row] * v[A_DY][image * n.y + f * n.windows + k.column];
        }
        if (!k.inside || k.pixel < 0 || k.pixel >= n.x) continue;
        dx[k.pixel] = mistake == LAST_WINDOW ? sum : dx[k.pixel] + sum;
    }
    free(col);
}

static void backward_run(const Call *call, int mistake, double **v) {
    Sizes n = sizes_of(&call->g);
    if (mistake == X_STAYS) repeat_first(v[A_X], n.n, n.x);
    if (mistake == DY_STAYS) repeat_first(v[A_DY], n.n, n.y);
    if (mistake == LAST_IMAGE) fill(v[A_DW], n.f * n.row, 0);
    if (mistake == LAST_IMAGE) fill(v[A_DB], n.f, 0);
    for (int image = 0; image < n.n; image++) {
        if (!image_counts(mistake, image, n.n)) continue;
        add_db(mistake, v, n, image);
        add_dw(call, mistake, v, n, image);
    }
    if (mistake == DX_FLIPPED)
        turn_kernels(v[A_W], n.f * call->g.in.c, call->g.size * call->g.size);
    if (mistake == DX_W_TRANSPOSED) read_transposed(v[A_W], n.f, n.row);
    for (int image = 0; v[A_DX] && image < n.n; image++)
        find_dx(call, mistake, v, n, image);
}

static const Oracle oracle_conv_backward = {backward_run, walk_suspects, WALK_MISTAKES - 1,
                                            backward_suspects, COUNT(backward_suspects)};

const Answer answers_02[] = {
    {CALL_CONV_FORWARD_NAIVE, &oracle_conv_forward},
    {CALL_CONV_FORWARD, &oracle_conv_forward},
    {CALL_CONV_BACKWARD_NAIVE, &oracle_conv_backward},
    {CALL_CONV_BACKWARD, &oracle_conv_backward},
    {.function = FUNCTIONS},
};
