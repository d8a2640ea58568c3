/* Initial weights; see init.h. */
#include "init.h"

/* The inputs of one unit of a layer with weights: weights that reach it, missing links not
   counted. */
static int fan_in_of(const Layer *layer, int filter) {
    /* Subsampling has one weight for a whole window. */
    if (layer->weight[1] == 0) return layer->size * layer->size;
    size_t row = layer_weights(layer) / (size_t)layer->weight[0];
    int count = 0;
    for (size_t i = 0; i < row; i++)
        count += layer_linked(layer, (size_t)filter * row + i);
    return count;
}

/* One initial weight or bias of a unit with this fan-in. */
static real initial(Init init, bool bias, int fan_in, Rng *rng) {
    /* U(-reach, reach), for biases as well */
    if (init == INIT_LECUN || init == INIT_UNIFORM) {
        double reach = init == INIT_LECUN ? 2.4 / fan_in : 1 / sqrt((double)fan_in);
        return (real)rng_uniform(rng, -reach, reach);
    }
    /* N(0, deviation^2), and no bias */
    if (bias) return 0;
    double deviation = init == INIT_HE ? sqrt(2.0 / fan_in) : 0.01;
    return (real)(deviation * rng_normal(rng));
}

/* Filter by filter, the weights in their order and then the bias, whatever the scheme: a seed means
   the same numbers everywhere. */
void layer_init(const Layer *layer, Init init, real *w, Rng *rng) {
    if (layer->weight[0] == 0) return; /* no parameters */
    size_t filters = (size_t)layer->weight[0];
    size_t row = layer_weights(layer) / filters;
    real *b = w + layer_weights(layer);
    for (size_t f = 0; f < filters; f++) {
        /* the same for all weights of a filter, but not for all filters: C3 has 3, 4 and 6 maps */
        int fan_in = fan_in_of(layer, (int)f);
        for (size_t i = f * row; i < (f + 1) * row; i++)
            w[i] = layer_linked(layer, i) ? initial(init, false, fan_in, rng) : 0;
        if (layer->bias > 0) b[f] = initial(init, true, fan_in, rng);
    }
}
