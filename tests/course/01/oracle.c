/* im2col and col2im: each pair (entry of col, pixel) of the walk is one copy or one addition. */
#include "course/examine/oracle/oracle.h"
#include "course/examine/oracle/walk.h"

#include <stdlib.h>

enum { ROWS_FOR_COLUMNS = WALK_MISTAKES, PADDING_LEFT, COL_STAYS };

static const Suspect im2col_suspects[] = {
    {"transposed", "windows are rows here: each must be a column of col"},
    {"padding-left", "entries in the padding must become 0; they were left as they were"},
    {"col-stays", "every (ch,p,q) is written into the first row: col is not moved on"},
};

static void im2col_run(const Call *call, int mistake, double **v) {
    int rows = call->g.in.c * call->g.size * call->g.size, size = shape_size(call->g.in);
    int windows = call->g.out.h * call->g.out.w;
    Walk k = walk_begin(call->g, mistake < WALK_MISTAKES ? (Astray)mistake : WALK_RIGHT);
    while (walk_next(&k)) {
        int entry = k.row * windows + k.column;
        if (mistake == ROWS_FOR_COLUMNS) entry = k.column * rows + k.row;
        if (mistake == PADDING_LEFT && !k.inside) continue;
        if (mistake == COL_STAYS) entry = k.column;
        if (entry < rows * windows) v[A_COL][entry] = k.inside ? look(v[A_X], size, k.pixel) : 0;
    }
}

enum { COL_BY_ROWS = WALK_MISTAKES, LAST_WINS, MEAN, COL_NOT_MOVED, CLEARED_AGAIN };

static const Suspect col2im_suspects[] = {
    {"col-transposed", "col is read with windows as rows: each window is a column"},
    {"not-added", "= instead of +=: a pixel gets the sum over all windows that contain it"},
    {"mean", "the sum is divided by the number of windows"},
    {"col-stays", "every (ch,p,q) is read from the first row: col is not moved on"},
    {"cleared-again", "x is cleared once per channel: once, before the loops, is enough"},
};

static void col2im_run(const Call *call, int mistake, double **v) {
    int rows = call->g.in.c * call->g.size * call->g.size, size = shape_size(call->g.in);
    int windows = call->g.out.h * call->g.out.w;
    double *count = scrap(size);
    Walk k = walk_begin(call->g, mistake < WALK_MISTAKES ? (Astray)mistake : WALK_RIGHT);
    fill(v[A_X], size, 0);
    while (walk_next(&k)) {
        int entry = k.row * windows + k.column;
        if (mistake == COL_BY_ROWS) entry = k.column * rows + k.row;
        if (mistake == COL_NOT_MOVED) entry = k.column;
        bool channel_begins = k.p == 0 && k.q == 0 && k.i == 0 && k.j == 0;
        if (mistake == CLEARED_AGAIN && channel_begins) fill(v[A_X], size, 0);
        if (!k.inside || k.pixel < 0 || k.pixel >= size) continue;
        double value = look(v[A_COL], rows * windows, entry);
        v[A_X][k.pixel] = mistake == LAST_WINS ? value : v[A_X][k.pixel] + value;
        count[k.pixel]++;
    }
    for (int i = 0; mistake == MEAN && i < size; i++)
        if (count[i] > 0) v[A_X][i] /= count[i];
    free(count);
}

static const Oracle oracle_im2col = {im2col_run, walk_suspects, WALK_MISTAKES - 1, im2col_suspects,
                                     COUNT(im2col_suspects)};
static const Oracle oracle_col2im = {col2im_run, walk_suspects, WALK_MISTAKES - 1, col2im_suspects,
                                     COUNT(col2im_suspects)};

const Answer answers_01[] = {
    {CALL_IM2COL_NAIVE, &oracle_im2col},
    {CALL_IM2COL, &oracle_im2col},
    {CALL_COL2IM_NAIVE, &oracle_col2im},
    {CALL_COL2IM, &oracle_col2im},
    {.function = FUNCTIONS},
};
