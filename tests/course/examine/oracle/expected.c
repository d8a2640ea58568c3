/* The judge's questions, answered by formulas; see expected.h. */
#include "course/examine/expected.h"

#include "oracle.h"

#include <stdlib.h>

static const Oracle no_oracle = {0};

static const Oracle *const oracle_of[FUNCTIONS] = {
    [CALL_IM2COL_NAIVE] = &oracle_im2col,
    [CALL_IM2COL] = &oracle_im2col,
    [CALL_COL2IM_NAIVE] = &oracle_col2im,
    [CALL_COL2IM] = &oracle_col2im,
    [CALL_CONV_FORWARD_NAIVE] = &oracle_conv_forward,
    [CALL_CONV_FORWARD] = &oracle_conv_forward,
    [CALL_CONV_BACKWARD_NAIVE] = &oracle_conv_backward,
    [CALL_CONV_BACKWARD] = &oracle_conv_backward,
    [CALL_MAX_POOL_FORWARD] = &oracle_pool_forward,
    [CALL_MAX_POOL_BACKWARD] = &oracle_pool_backward,
    [CALL_AFFINE_FORWARD_NAIVE] = &oracle_affine_forward,
    [CALL_AFFINE_FORWARD] = &oracle_affine_forward,
    [CALL_AFFINE_BACKWARD_NAIVE] = &oracle_affine_backward,
    [CALL_AFFINE_BACKWARD] = &oracle_affine_backward,
    [CALL_RELU_FORWARD] = &oracle_relu_forward,
    [CALL_RELU_BACKWARD] = &oracle_relu_backward,
    [CALL_SIGMOID_FORWARD] = &oracle_sigmoid_forward,
    [CALL_SIGMOID_BACKWARD] = &oracle_sigmoid_backward,
    [CALL_SOFTMAX_NAIVE] = &oracle_softmax,
    [CALL_SOFTMAX] = &oracle_softmax,
    [CALL_CROSS_ENTROPY_NAIVE] = &oracle_cross_entropy,
    [CALL_SOFTMAX_CE_FORWARD] = &oracle_loss_forward,
    [CALL_SOFTMAX_CE_BACKWARD] = &oracle_loss_backward,
    [CALL_NETWORK_FORWARD] = &oracle_network_forward,
    [CALL_NETWORK_BACKWARD] = &oracle_network_backward,
    [CALL_TRAINER_GRADIENT] = &oracle_gradient,
    [CALL_TRAINER_STEPS] = &oracle_steps,
    [CALL_EVALUATE] = &oracle_evaluate,
};

const Oracle *oracle_for(const Call *call) {
    if (call->function == CALL_OPTIMIZER) return &oracle_optimizer[call->number[0]];
    const Oracle *oracle = oracle_of[call->function];
    return oracle ? oracle : &no_oracle;
}

void expected_right(const Call *call, double *v[SLOTS]) {
    const Oracle *oracle = oracle_for(call);
    if (oracle->run) oracle->run(call, RIGHT, v);
}

int expected_suspects(const Call *call) {
    const Oracle *oracle = oracle_for(call);
    return oracle->shares + oracle->suspects;
}

Suspect expected_suspect(const Call *call, int suspect) {
    const Oracle *oracle = oracle_for(call);
    int own = suspect - oracle->shares;
    return own < 0 ? oracle->shared[suspect] : oracle->suspect[own];
}

/* Entries that the mistake leaves open do not count. */
bool expected_fits(const Call *call, int suspect, Slot slot, const double *got) {
    double *v[SLOTS + 1];
    size_t known = 0, count = call->array[slot].count;
    bool fits = true;
    call_doubles(call, v);
    oracle_for(call)->run(call, suspect + 1, v);
    for (size_t i = 0; fits && i < count; i++) {
        double pred = v[slot][i];
        if (fabs(pred) > ANYTHING / 1e10 && !isinf(pred)) continue;
        known++;
        fits = expected_agrees(call, got[i], pred);
    }
    free(v[SLOTS]);
    return fits && 8 * known >= count;
}
