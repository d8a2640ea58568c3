/* Chapter 3: max pooling. */
#include "course/examine/here.h"
#include "03_pool/pool.h"
#include "course/examine/here_layer.h"

bool call_03(const Call *call) {
    const Geometry *g = &call->g;
    bool forward = call->function == CALL_MAX_POOL_FORWARD;
    if (!forward && call->function != CALL_MAX_POOL_BACKWARD) return false;
    Layer l = max_pool_layer("S2", g->in, g->size, g->stride, g->pad);
    call_layer(call, &l, forward);
    return true;
}
