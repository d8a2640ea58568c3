/* Chapter 1: im2col and col2im. */
#include "course/examine/here.h"
#include "01_im2col/im2col.h"

/* All four have these parameters. */
typedef void Windows(Shape in, int size, int stride, int pad, const real *from, real *to);

static void run(const Call *call, Windows *function, Slot from, Slot to) {
    const Geometry *g = &call->g;
    function(g->in, g->size, g->stride, g->pad, call_at(call, from), call_at(call, to));
}

static void run_im2col_naive(const Call *call) {
    run(call, im2col_naive, A_X, A_COL);
}

static void run_im2col(const Call *call) {
    run(call, im2col, A_X, A_COL);
}

static void run_col2im_naive(const Call *call) {
    run(call, col2im_naive, A_COL, A_X);
}

static void run_col2im(const Call *call) {
    run(call, col2im, A_COL, A_X);
}

const Here here_01[] = {
    {CALL_IM2COL_NAIVE, .run = run_im2col_naive},
    {CALL_IM2COL, .run = run_im2col},
    {CALL_COL2IM_NAIVE, .run = run_col2im_naive},
    {CALL_COL2IM, .run = run_col2im},
    {.function = FUNCTIONS},
};
