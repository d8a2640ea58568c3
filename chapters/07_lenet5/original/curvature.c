/*
 * The curvature pass of 1998: backward once more, on squared quantities.
 */
#include "07_lenet5/original/curvature.h"

#include <string.h>

// [curvature-linear]
/* y = sum w*x + b: backward on w^2 and x^2. A bias has the factor 1, whose square is 1. */
static void curvature_linear(const Layer *l, int n, const real *w, const real *x, const real *y,
                             const real *hy, real *hw, real *hx, real *scratch) {
    size_t params = layer_params(l), weights = layer_weights(l);
    size_t in = (size_t)shape_size(l->in), out = (size_t)shape_size(l->out);
    real *w2 = scratch + l->scratch, *x2 = w2 + params;
    for (size_t i = 0; i < params; i++)
        w2[i] = i < weights ? w[i] * w[i] : w[i];
    for (int image = 0; image < n; image++) {
        for (size_t i = 0; i < in; i++)
            x2[i] = x[i] * x[i];
        l->backward(l, 1, w2, x2, y, hy, hw, hx, scratch);
        x += in;
        y += out;
        hy += out;
        if (hx) hx += in;
    }
}
// [curvature-linear]

/* y = f(x), entry by entry: hx = f' * f' * hy. */
static void curvature_elementwise(const Layer *l, int n, const real *x, const real *y,
                                  const real *hy, real *hx, real *scratch) {
    if (!hx) return;
    size_t size = (size_t)shape_size(l->in);
    real *once = scratch + l->scratch;
    for (int image = 0; image < n; image++) {
        l->backward(l, 1, NULL, x, y, hy, NULL, once, scratch); /* f' * hy      */
        l->backward(l, 1, NULL, x, y, once, NULL, hx, scratch); /* f' * f' * hy */
        x += size;
        y += size;
        hy += size;
        hx += size;
    }
}

void layer_curvature(const Layer *l, int n, const real *w, const real *x, const real *y,
                     const real *hy, real *hw, real *hx, real *scratch) {
    if (layer_params(l) > 0)
        curvature_linear(l, n, w, x, y, hy, hw, hx, scratch);
    else if (shape_size(l->in) == shape_size(l->out))
        curvature_elementwise(l, n, x, y, hy, hx, scratch);
    else
        l->backward(l, n, w, x, y, hy, hw, hx, scratch);
}

void network_curvature(const Network *net, int n, const real *params, Workspace *space, real *h) {
    real *hy = space->d[0], *hx = space->d[1];
    net->loss.curvature(&net->loss, n, space->y[net->layers], space->label, space->score, hy);
    params += network_params(net);
    h += network_params(net);
    for (int i = net->layers - 1; i >= 0; i--) {
        const Layer *l = &net->layer[i];
        params -= layer_params(l);
        h -= layer_params(l);
        layer_curvature(l, n, params, space->y[i], space->y[i + 1], hy, h, i > 0 ? hx : NULL,
                        space->scratch);
        real *swap = hy;
        hy = hx;
        hx = swap;
    }
}

void curvature_estimate(Trainer *t, int first, int n) {
    size_t params = network_params(t->net);
    real *h = t->state;
    contract(t->optimizer.slots == 1, "%s has no place for a curvature", t->optimizer.name);
    memset(h, 0, params * sizeof *h);
    for (int i = 0; i < n; i++) {
        trainer_input(t, t->order + (first + i) % t->patterns, 1, &t->space);
        network_forward(t->net, 1, t->params, &t->space);
        network_curvature(t->net, 1, t->params, &t->space, h);
    }
    for (size_t i = 0; i < params; i++)
        h[i] /= (real)n;
}

void curvature_prepare(Trainer *t) {
    curvature_estimate(t, t->start + CURVATURE_IMAGES * (t->epoch - 1), CURVATURE_IMAGES);
}
