/* Chapter 5: softmax and cross-entropy. */
#include "course/examine/here.h"
#include "05_softmax_ce/softmax_ce.h"

static int classes_of(const Call *call) {
    return call->g.in.c;
}

static void run_softmax_naive(const Call *call) {
    softmax_naive(call->g.n, classes_of(call), call_at(call, A_X), call_at(call, A_SCORE));
}

static void run_cross_entropy_naive(const Call *call) {
    double *loss = call_at(call, A_LOSS);
    *loss = cross_entropy_naive(call->g.n, classes_of(call), call_at(call, A_X),
                                call_at(call, A_LABEL));
}

/* Row by row, because softmax() throws away the result of softmax_row(). */
static void run_softmax(const Call *call) {
    const real *x = call_at(call, A_X);
    real *p = call_at(call, A_SCORE);
    double *returned = call_at(call, A_LOSS);
    int classes = classes_of(call);
    for (int row = 0; row < call->g.n; row++)
        returned[row] = softmax_row(classes, x + row * classes, p + row * classes);
}

static void run_forward(const Call *call) {
    Loss l = softmax_ce_loss(classes_of(call));
    double *loss = call_at(call, A_LOSS);
    *loss = l.forward(&l, call->g.n, call_at(call, A_X), call_at(call, A_LABEL),
                      call_at(call, A_SCORE), call_at(call, A_DECISION));
}

static void run_backward(const Call *call) {
    Loss l = softmax_ce_loss(classes_of(call));
    l.backward(&l, call->g.n, call_at(call, A_X), call_at(call, A_LABEL), call_at(call, A_SCORE),
               (real)call->constant[0], call_at(call, A_DX));
}

const Here here_05[] = {
    {CALL_SOFTMAX_NAIVE, .run = run_softmax_naive},
    {CALL_CROSS_ENTROPY_NAIVE, .run = run_cross_entropy_naive},
    {CALL_SOFTMAX, .run = run_softmax},
    {CALL_SOFTMAX_CE_FORWARD, .run = run_forward},
    {CALL_SOFTMAX_CE_BACKWARD, .run = run_backward},
    {.function = FUNCTIONS},
};
