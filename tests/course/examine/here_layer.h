/**
 * @file here_layer.h
 * @brief Gives a call's arrays to a layer.
 */
#ifndef HERE_LAYER_H
#define HERE_LAYER_H

#include "call.h"
#include "layer.h"

/**
 * @brief Runs one direction of a layer on the arrays of a call.
 * @param call    the call
 * @param layer   the layer
 * @param forward which direction
 */
static inline void call_layer(const Call *call, const Layer *layer, bool forward) {
    real *w = call_at(call, A_W), *x = call_at(call, A_X), *y = call_at(call, A_Y);
    real *scratch = call_at(call, A_SCRATCH);
    if (forward)
        layer->forward(layer, call->g.n, w, x, y, scratch);
    else
        layer->backward(layer, call->g.n, w, x, y, call_at(call, A_DY), call_at(call, A_DW),
                        call_at(call, A_DX), scratch);
}

#endif
