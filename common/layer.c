/* What every layer has, whatever it computes; see layer.h. */
#include "layer.h"

#include <stdio.h>

size_t layer_weights(const Layer *layer) {
    size_t count = layer->weight[0] > 0;
    for (int d = 0; d < 4 && layer->weight[d] > 0; d++) count *= (size_t)layer->weight[d];
    return count;
}

size_t layer_params(const Layer *layer) {
    return layer_weights(layer) + (size_t)layer->bias;
}

bool layer_linked(const Layer *layer, size_t i) {
    if (!layer->links) return true;
    size_t window = (size_t)layer->size * (size_t)layer->size;
    size_t channel = i / window % (size_t)layer->in.c;
    size_t filter = i / window / (size_t)layer->in.c;
    return layer->links[filter] >> channel & 1;
}

void layer_clear_unlinked(const Layer *layer, real *dw) {
    for (size_t i = 0; layer->links && i < layer_weights(layer); i++)
        if (!layer_linked(layer, i)) dw[i] = 0;
}

// [curvature-linear]
void layer_curvature_linear(const Layer *layer, int n, const real *w, const real *x, const real *y,
                            const real *hy, real *hw, real *hx, real *scratch) {
    size_t params = layer_params(layer), weights = layer_weights(layer);
    size_t in = (size_t)shape_size(layer->in), out = (size_t)shape_size(layer->out);
    real *w2 = scratch + layer->scratch, *x2 = w2 + params;
    for (size_t i = 0; i < params; i++) w2[i] = i < weights ? w[i] * w[i] : w[i];
    for (int image = 0; image < n; image++) {
        for (size_t i = 0; i < in; i++) x2[i] = x[i] * x[i];
        layer->backward(layer, 1, w2, x2, y, hy, hw, hx, scratch);
        x += in, y += out, hy += out;
        if (hx) hx += in;
    }
}
// [curvature-linear]

void layer_curvature_elementwise(const Layer *layer, int n, const real *w, const real *x,
                                 const real *y, const real *hy, real *hw, real *hx, real *scratch) {
    size_t size = (size_t)shape_size(layer->in);
    real *once = scratch + layer->scratch;
    for (int image = 0; hx && image < n; image++, x += size, y += size, hy += size, hx += size) {
        layer->backward(layer, 1, w, x, y, hy, hw, once, scratch); /* f' * hy */
        layer->backward(layer, 1, w, x, y, once, hw, hx, scratch); /* f' * f' * hy */
    }
}

size_t layer_curvature_scratch(const Layer *layer) {
    return layer->scratch + layer_params(layer) + (size_t)shape_size(layer->in);
}

int layer_fan_in(const Layer *layer, int filter) {
    if (layer->weight[1] == 0) return layer->size * layer->size; /* one weight for a whole window */
    size_t row = layer_weights(layer) / (size_t)layer->weight[0];
    int count = 0;
    for (size_t i = 0; i < row; i++) count += layer_linked(layer, (size_t)filter * row + i);
    return count;
}

/* One first weight or bias of a unit with this fan-in. */
static real draw(Init init, bool bias, int fan_in, Rng *rng) {
    double reach = init == INIT_LECUN ? 2.4 / fan_in : 1 / sqrt((double)fan_in);
    if (init == INIT_LECUN || init == INIT_UNIFORM) return (real)rng_uniform(rng, -reach, reach);
    if (bias) return 0;
    double deviation = init == INIT_HE ? sqrt(2.0 / fan_in) : 0.01;
    return (real)(deviation * rng_normal(rng));
}

void layer_init(const Layer *layer, Init init, real *w, Rng *rng) {
    if (layer->weight[0] == 0) return;
    size_t filters = (size_t)layer->weight[0];
    size_t row = layer_weights(layer) / filters;
    real *b = w + layer_weights(layer);
    for (size_t f = 0; f < filters; f++) {
        int fan_in = layer_fan_in(layer, (int)f);
        for (size_t i = f * row; i < (f + 1) * row; i++)
            w[i] = layer_linked(layer, i) ? draw(init, false, fan_in, rng) : 0;
        if (layer->bias > 0) b[f] = draw(init, true, fan_in, rng);
    }
}

char *with_commas(long value, char *text, size_t size) {
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%ld", value);
    size_t at = 0;
    for (int i = 0; i < length && at + 2 < size; i++) {
        if (i > 0 && (length - i) % 3 == 0) text[at++] = ',';
        text[at++] = digits[i];
    }
    text[at] = '\0';
    return text;
}

/* "conv 5x5", "max pool 2x2", "affine". */
static void kind_text(const Layer *layer, char *text, size_t size) {
    if (layer->size > 0)
        snprintf(text, size, "%s %dx%d", layer->kind, layer->size, layer->size);
    else
        snprintf(text, size, "%s", layer->kind);
}

void layer_summary(const Layer *layer, char *line, size_t size) {
    char kind[32], in[40], out[40], trainable[32], connections[32];
    kind_text(layer, kind, sizeof kind);
    snprintf(in, sizeof in, "%dx%dx%d", layer->in.c, layer->in.h, layer->in.w);
    snprintf(out, sizeof out, "%dx%dx%d", layer->out.c, layer->out.h, layer->out.w);
    snprintf(line, size, "%-10s %-14s %9s -> %-9s %10s %12s", layer->name, kind, in, out,
             with_commas(layer->trainable, trainable, sizeof trainable),
             with_commas(layer->connections, connections, sizeof connections));
}
