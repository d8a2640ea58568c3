/* Chapter 4: full connection and activations. */
#include "course/examine/here.h"
#include "04_affine/activation.h"
#include "04_affine/affine.h"

static Layer affine(const Call *call) {
    return affine_layer("F6", call->g.in, call->g.out.c);
}

static Layer affine_naive(const Call *call) {
    Layer layer = affine(call);
    layer.forward = affine_forward_naive;
    layer.backward = affine_backward_naive;
    return layer;
}

static Layer relu(const Call *call) {
    return relu_layer("C1.relu", call->g.in);
}

static Layer sigmoid(const Call *call) {
    return sigmoid_layer("F6.sigm", call->g.in);
}

const Here here_04[] = {
    {CALL_AFFINE_FORWARD_NAIVE, .layer = affine_naive, .direction = FORWARD},
    {CALL_AFFINE_BACKWARD_NAIVE, .layer = affine_naive, .direction = BACKWARD},
    {CALL_AFFINE_FORWARD, .layer = affine, .direction = FORWARD},
    {CALL_AFFINE_BACKWARD, .layer = affine, .direction = BACKWARD},
    {CALL_RELU_FORWARD, .layer = relu, .direction = FORWARD},
    {CALL_RELU_BACKWARD, .layer = relu, .direction = BACKWARD},
    {CALL_SIGMOID_FORWARD, .layer = sigmoid, .direction = FORWARD},
    {CALL_SIGMOID_BACKWARD, .layer = sigmoid, .direction = BACKWARD},
    {.function = FUNCTIONS},
};
