/*
 * A table of layers, forwards and backwards.
 */
#include "07_lenet5/network.h"

#include "fail.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ the table ------------ */

Shape network_out(const Network *net) {
    int side = IMAGE_SIDE + 2 * net->pad;
    return net->layers ? net->layer[net->layers - 1].out : (Shape){1, side, side};
}

Shape network_add(Network *net, Layer layer) {
    Shape before = network_out(net);
    contract(net->layers < LAYERS_MAX, "%s: more than %d layers", net->name, LAYERS_MAX);
    contract(shape_size(before) == shape_size(layer.in), "%s takes %dx%dx%d but gets %dx%dx%d",
             layer.name, layer.in.c, layer.in.h, layer.in.w, before.c, before.h, before.w);
    net->layer[net->layers++] = layer;
    return layer.out;
}

size_t network_offset(const Network *net, int layer) {
    size_t offset = 0;
    for (int i = 0; i < layer; i++) offset += layer_params(&net->layer[i]);
    return offset;
}

size_t network_params(const Network *net) {
    return network_offset(net, net->layers);
}

long network_trainable(const Network *net) {
    long sum = 0;
    for (int i = 0; i < net->layers; i++) sum += net->layer[i].trainable;
    return sum;
}

void network_init(const Network *net, Init init, uint64_t seed, real *params) {
    Rng rng = rng_seed(seed, 'w');
    for (int i = 0; i < net->layers; i++)
        layer_init(&net->layer[i], init, params + network_offset(net, i), &rng);
}

int network_tensors(const Network *net, real *params, Tensor *tensor) {
    int count = 0;
    for (int i = 0; i < net->layers; i++) {
        const Layer *l = &net->layer[i];
        real *w = params + network_offset(net, i);
        if (layer_params(l) == 0) continue;
        Tensor weight = {.data = w}, bias = {.dims = 1, .dim = {l->bias}};
        snprintf(weight.name, sizeof weight.name, "%s.weight", l->name);
        snprintf(bias.name, sizeof bias.name, "%s.bias", l->name);
        for (; weight.dims < 4 && l->weight[weight.dims] > 0; weight.dims++)
            weight.dim[weight.dims] = l->weight[weight.dims];
        bias.data = w + layer_weights(l);
        tensor[count++] = weight;
        tensor[count++] = bias;
    }
    return count;
}

/* ------------------------------------------------------------------ room to work --------- */

/* The most reals that one image has between two layers. */
static size_t widest(const Network *net) {
    int most = shape_size(net->layer[0].in);
    for (int i = 0; i < net->layers; i++)
        if (shape_size(net->layer[i].out) > most) most = shape_size(net->layer[i].out);
    return (size_t)most;
}

static size_t most_scratch(const Network *net) {
    size_t most = 0;
    for (int i = 0; i < net->layers; i++)
        if (layer_curvature_scratch(&net->layer[i]) > most)
            most = layer_curvature_scratch(&net->layer[i]);
    return most;
}

/* Zeroed memory that begins on a cache line. */
static void *room(size_t count, size_t size) {
    size_t bytes = (count * size + 63) / 64 * 64;
    void *memory = aligned_alloc(64, bytes ? bytes : 64);
    if (memory) memset(memory, 0, bytes);
    return memory;
}

bool workspace_new(const Network *net, int images, Workspace *space, Error *error) {
    size_t n = (size_t)images;
    *space = (Workspace){.n = images};
    bool ok = true;
    for (int i = 0; i <= net->layers; i++) {
        Shape shape = i == 0 ? net->layer[0].in : net->layer[i - 1].out;
        ok = (space->y[i] = room(n * (size_t)shape_size(shape), sizeof(real))) && ok;
    }
    for (int k = 0; k < 2; k++) ok = (space->d[k] = room(n * widest(net), sizeof(real))) && ok;
    ok = (space->scratch = room(most_scratch(net), sizeof(real))) && ok;
    ok = (space->score = room(n * (size_t)net->loss.classes, sizeof(real))) && ok;
    ok = (space->decision = room(n, sizeof(int))) && ok;
    ok = (space->label = room(n, 1)) && ok;
    if (ok) return true;
    workspace_free(space);
    return error_set(error, "no memory for a batch slice of %d images", images);
}

void workspace_free(Workspace *space) {
    for (int i = 0; i <= LAYERS_MAX; i++) free(space->y[i]);
    for (int k = 0; k < 2; k++) free(space->d[k]);
    free(space->scratch), free(space->score), free(space->decision), free(space->label);
    *space = (Workspace){0};
}

/* ------------------------------------------------------------------ one slice ------------ */

void network_input(const Network *net, const Dataset *data, const int *index, int first, int n,
                   Workspace *space) {
    contract(n <= space->n, "%d images in a workspace for %d", n, space->n);
    int size = shape_size(net->layer[0].in);
    for (int i = 0; i < n; i++) {
        int image = index ? index[i] : first + i;
        dataset_image(data, image, net->input, net->pad, space->y[0] + i * size);
        space->label[i] = data->label[image];
    }
}

// [network-forward]
double network_forward(const Network *net, int n, const real *params, Workspace *space) {
    for (int i = 0; i < net->layers; i++) {
        const Layer *l = &net->layer[i];
        l->forward(l, n, params, space->y[i], space->y[i + 1], space->scratch);
        params += layer_params(l);
    }
    return net->loss.forward(&net->loss, n, space->y[net->layers], space->label, space->score,
                             space->decision);
}
// [network-forward]

// [network-backward]
void network_backward(const Network *net, int n, const real *params, real scale, Workspace *space,
                      real *grad) {
    real *dy = space->d[0], *dx = space->d[1];
    net->loss.backward(&net->loss, n, space->y[net->layers], space->label, space->score, scale, dy);
    params += network_params(net);
    grad += network_params(net);
    for (int i = net->layers - 1; i >= 0; i--) {
        const Layer *l = &net->layer[i];
        params -= layer_params(l);
        grad -= layer_params(l);
        /* Nobody needs the gradient of the image itself. */
        l->backward(l, n, params, space->y[i], space->y[i + 1], dy, grad, i > 0 ? dx : NULL,
                    space->scratch);
        real *swap = dy;
        dy = dx;
        dx = swap;
    }
}
// [network-backward]

// [network-curvature]
void network_curvature(const Network *net, int n, const real *params, Workspace *space, real *h) {
    real *hy = space->d[0], *hx = space->d[1];
    net->loss.curvature(&net->loss, n, space->y[net->layers], space->label, space->score, hy);
    params += network_params(net);
    h += network_params(net);
    for (int i = net->layers - 1; i >= 0; i--) {
        const Layer *l = &net->layer[i];
        params -= layer_params(l);
        h -= layer_params(l);
        l->curvature(l, n, params, space->y[i], space->y[i + 1], hy, h, i > 0 ? hx : NULL,
                     space->scratch);
        real *swap = hy;
        hy = hx;
        hx = swap;
    }
}
// [network-curvature]
