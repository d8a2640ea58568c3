/* Chapter 1: im2col and col2im. */
#include "course/examine/here.h"
#include "01_im2col/im2col.h"

bool call_01(const Call *call) {
    const Geometry *g = &call->g;
    real *x = call_at(call, A_X), *col = call_at(call, A_COL);
    switch (call->function) {
    case CALL_IM2COL_NAIVE:
        im2col_naive(g->in, g->size, g->stride, g->pad, x, col);
        return true;
    case CALL_IM2COL:
        im2col(g->in, g->size, g->stride, g->pad, x, col);
        return true;
    case CALL_COL2IM_NAIVE:
        col2im_naive(g->in, g->size, g->stride, g->pad, col, x);
        return true;
    case CALL_COL2IM:
        col2im(g->in, g->size, g->stride, g->pad, col, x);
        return true;
    default:
        return false;
    }
}
