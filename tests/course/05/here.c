/* Chapter 5: softmax and cross-entropy. */
#include "course/examine/here.h"
#include "05_softmax_ce/softmax_ce.h"

bool call_05(const Call *call) {
    int n = call->g.n, classes = call->g.in.c;
    real *x = call_at(call, A_X), *score = call_at(call, A_SCORE);
    const uint8_t *label = call_at(call, A_LABEL);
    double *loss = call_at(call, A_LOSS);
    if (call->function < CALL_SOFTMAX_NAIVE || call->function > CALL_SOFTMAX_CE_BACKWARD)
        return false;
    Loss l = softmax_ce_loss(classes);
    switch (call->function) {
    case CALL_SOFTMAX_NAIVE:
        softmax_naive(n, classes, x, call_at(call, A_SCORE));
        return true;
    case CALL_CROSS_ENTROPY_NAIVE:
        *loss = cross_entropy_naive(n, classes, x, label);
        return true;
    case CALL_SOFTMAX:
        softmax(n, classes, x, score);
        return true;
    case CALL_SOFTMAX_CE_FORWARD:
        *loss = l.forward(&l, n, x, label, score, call_at(call, A_DECISION));
        return true;
    case CALL_SOFTMAX_CE_BACKWARD:
        l.backward(&l, n, x, label, score, (real)call->constant[0], call_at(call, A_DX));
        return true;
    default:
        return false;
    }
}
