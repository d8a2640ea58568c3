/* Chapter 4: full connection and activations. */
#include "course/examine/here.h"
#include "04_affine/activation.h"
#include "04_affine/affine.h"
#include "course/examine/here_layer.h"

static void affine(const Call *call, bool naive, bool forward) {
    Layer l = affine_layer("F6", call->g.in, call->g.out.c);
    if (naive) l.forward = affine_forward_naive;
    if (naive) l.backward = affine_backward_naive;
    call_layer(call, &l, forward);
}

bool call_04(const Call *call) {
    Layer relu = relu_layer("C1.relu", call->g.in), sigmoid = sigmoid_layer("F6.sigm", call->g.in);
    switch (call->function) {
    case CALL_AFFINE_FORWARD_NAIVE:
        affine(call, true, true);
        return true;
    case CALL_AFFINE_BACKWARD_NAIVE:
        affine(call, true, false);
        return true;
    case CALL_AFFINE_FORWARD:
        affine(call, false, true);
        return true;
    case CALL_AFFINE_BACKWARD:
        affine(call, false, false);
        return true;
    case CALL_RELU_FORWARD:
        call_layer(call, &relu, true);
        return true;
    case CALL_RELU_BACKWARD:
        call_layer(call, &relu, false);
        return true;
    case CALL_SIGMOID_FORWARD:
        call_layer(call, &sigmoid, true);
        return true;
    case CALL_SIGMOID_BACKWARD:
        call_layer(call, &sigmoid, false);
        return true;
    default:
        return false;
    }
}
