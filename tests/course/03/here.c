/* Chapter 3: max pooling. */
#include "course/examine/here.h"
#include "03_pool/pool.h"

static Layer max_pool(const Call *call) {
    const Geometry *g = &call->g;
    return max_pool_layer("S2", g->in, g->size, g->stride, g->pad);
}

const Here here_03[] = {
    {CALL_MAX_POOL_FORWARD, .layer = max_pool, .direction = FORWARD},
    {CALL_MAX_POOL_BACKWARD, .layer = max_pool, .direction = BACKWARD},
    {.function = FUNCTIONS},
};
