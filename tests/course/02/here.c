/* Chapter 2: convolution. */
#include "course/examine/here.h"
#include "02_conv/conv.h"
#include "course/examine/here_layer.h"

bool call_02(const Call *call) {
    const Geometry *g = &call->g;
    uint16_t links[64], *table = NULL;
    bool forward = call->function == CALL_CONV_FORWARD_NAIVE || call->function == CALL_CONV_FORWARD;
    if (call->function < CALL_CONV_FORWARD_NAIVE || call->function > CALL_CONV_BACKWARD)
        return false;
    for (int f = 0; call_at(call, A_LINKS) && f < g->out.c; f++) {
        links[f] = (uint16_t)call_get(call, A_LINKS, (size_t)f);
        table = links;
    }
    Layer l = conv_layer("C3", g->in, g->out.c, g->size, g->stride, g->pad, table);
    if (call->function == CALL_CONV_FORWARD_NAIVE) l.forward = conv_forward_naive;
    if (call->function == CALL_CONV_BACKWARD_NAIVE) l.backward = conv_backward_naive;
    call_layer(call, &l, forward);
    return true;
}
