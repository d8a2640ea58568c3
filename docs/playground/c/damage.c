/*
 * The commonest mistakes of the lessons, each around the functions that are correct.
 */
#include "damage.h"

#include <string.h>

/* The damaged network, and the functions that its layers had before. */
static const Network *damaged;
static LayerBackward *correct[LAYERS_MAX];

/* A copy of a layer's parameters that a mistake may change; C5 has the most, 48,120. */
enum { PARAMS_MOST = 50000 };
static real changed[PARAMS_MOST];

/* The correct function of a layer. */
static LayerBackward *correct_backward(const Layer *l) {
    return correct[l - damaged->layer];
}

/* dw = ... for each image instead of dw += ...: only the last image of the batch teaches. */
static void backward_overwritten(const Layer *l, int n, const real *w, const real *x, const real *y,
                                 const real *dy, real *dw, real *dx, real *scratch) {
    for (int image = 0; image < n; image++) {
        memset(dw, 0, layer_params(l) * sizeof *dw);
        correct_backward(l)(l, 1, w, x, y, dy, dw, dx, scratch);
        x += shape_size(l->in);
        y += shape_size(l->out);
        dy += shape_size(l->out);
        if (dx) dx += shape_size(l->in);
    }
}

/* dx from filters that are turned by 180 degrees; dw does not read them. */
static void backward_flipped(const Layer *l, int n, const real *w, const real *x, const real *y,
                             const real *dy, real *dw, real *dx, real *scratch) {
    int window = l->size * l->size, windows = (int)layer_weights(l) / window;
    memcpy(changed, w, layer_params(l) * sizeof *w);
    for (int k = 0; k < windows; k++)
        for (int i = 0; i < window; i++)
            changed[k * window + i] = w[k * window + window - 1 - i];
    correct_backward(l)(l, n, changed, x, y, dy, dw, dx, scratch);
}

void damage_layers(Network *net, Damage damage) {
    damaged = net;
    for (int i = 0; i < net->layers; i++) {
        Layer *l = &net->layer[i];
        correct[i] = l->backward;
        if (damage == OVERWRITTEN && layer_params(l) > 0) l->backward = backward_overwritten;
        if (damage == FLIPPED && strcmp(l->kind, "conv") == 0) l->backward = backward_flipped;
    }
}

void damage_params(const Network *net, Damage damage, bool begin, real *params) {
    for (int i = 0; i < net->layers; i++) {
        const Layer *l = &net->layer[i];
        real *w = params + network_offset(net, i), *b = w + layer_weights(l);
        if (damage == NO_BIAS) memset(b, 0, (size_t)l->bias * sizeof *b);
        if (damage == ALL_EQUAL && begin)
            for (size_t k = 0; k < layer_weights(l); k++)
                w[k] = w[0] < 0 ? -w[0] : w[0];
    }
}
