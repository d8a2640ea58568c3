/* Chapter 2: convolution. */
#include "course/examine/here.h"
#include "02_conv/conv.h"

/* The connection table must live as long as the layer. */
static Layer textbook(const Call *call) {
    static uint16_t links[128];
    const Geometry *g = &call->g;
    bool table = call->array[A_LINKS].present;
    for (int f = 0; table && f < g->out.c; f++)
        links[f] = (uint16_t)call_get(call, A_LINKS, (size_t)f);
    return conv_layer("C3", g->in, g->out.c, g->size, g->stride, g->pad, table ? links : NULL);
}

static Layer naive(const Call *call) {
    Layer layer = textbook(call);
    layer.forward = conv_forward_naive;
    layer.backward = conv_backward_naive;
    return layer;
}

const Here here_02[] = {
    {CALL_CONV_FORWARD_NAIVE, .layer = naive, .direction = FORWARD},
    {CALL_CONV_BACKWARD_NAIVE, .layer = naive, .direction = BACKWARD},
    {CALL_CONV_FORWARD, .layer = textbook, .direction = FORWARD},
    {CALL_CONV_BACKWARD, .layer = textbook, .direction = BACKWARD},
    {.function = FUNCTIONS},
};
