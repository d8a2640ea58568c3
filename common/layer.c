/* Questions about any layer, whatever it computes; see layer.h. */
#include "layer.h"

size_t layer_weights(const Layer *layer) {
    if (layer->weight[0] == 0) return 0;
    /* unused dimensions come last, and are 0 */
    size_t count = 1;
    for (int d = 0; d < 4 && layer->weight[d] > 0; d++)
        count *= (size_t)layer->weight[d];
    return count;
}

size_t layer_params(const Layer *layer) {
    return layer_weights(layer) + (size_t)layer->bias;
}

bool layer_linked(const Layer *layer, size_t i) {
    if (!layer->links) return true;
    /* The weight is (f, c, k, k); i counts through it. */
    size_t window = (size_t)layer->size * (size_t)layer->size;
    size_t channel = i / window % (size_t)layer->in.c;
    size_t filter = i / window / (size_t)layer->in.c;
    return layer->links[filter] >> channel & 1;
}

void layer_clear_unlinked(const Layer *layer, real *dw) {
    if (!layer->links) return;
    /* Backward of a convolution is one product: it computes these gradients like any other. */
    for (size_t i = 0; i < layer_weights(layer); i++)
        if (!layer_linked(layer, i)) dw[i] = 0;
}
