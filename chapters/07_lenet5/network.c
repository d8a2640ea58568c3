/*
 * A table of layers, forwards and backwards.
 */
#include "07_lenet5/network.h"

#include "measure.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ the table ------------ */

/* The output of an empty network is its input: the image, padded. */
Shape network_out(const Network *net) {
    int side = IMAGE_SIDE + 2 * net->pad;
    if (net->layers == 0) return (Shape){1, side, side};
    return net->layer[net->layers - 1].out;
}

Shape network_add(Network *net, Layer layer) {
    Shape before = network_out(net);
    contract(net->layers < LAYERS_MAX, "%s: more than %d layers", net->name, LAYERS_MAX);
    /* An affine layer sees a row where the layer before has maps: only the sizes must agree. */
    contract(shape_size(before) == shape_size(layer.in), "%s takes %dx%dx%d but gets %dx%dx%d",
             layer.name, layer.in.c, layer.in.h, layer.in.w, before.c, before.h, before.w);
    net->layer[net->layers] = layer;
    net->layers++;
    return layer.out;
}

/* All parameters lie in one array, layer after layer; this is where a layer's begin. */
size_t network_offset(const Network *net, int layer) {
    size_t offset = 0;
    for (int i = 0; i < layer; i++)
        offset += layer_params(&net->layer[i]);
    return offset;
}

size_t network_params(const Network *net) {
    return network_offset(net, net->layers);
}

long network_trainable(const Network *net) {
    long sum = 0;
    for (int i = 0; i < net->layers; i++)
        sum += net->layer[i].trainable;
    return sum;
}

/* One stream of random numbers for all layers, so a seed gives the same weights everywhere. */
void network_init(const Network *net, Init init, uint64_t seed, real *params) {
    Rng rng = rng_seed(seed, STREAM_WEIGHTS);
    for (int i = 0; i < net->layers; i++)
        layer_init(&net->layer[i], init, params + network_offset(net, i), &rng);
}

/* The same memory under the names that a saved file has: C1.weight, C1.bias, ... */
int network_tensors(const Network *net, real *params, Tensor *tensor) {
    int count = 0;
    for (int i = 0; i < net->layers; i++) {
        const Layer *l = &net->layer[i];
        real *w = params + network_offset(net, i);
        if (layer_params(l) == 0) continue;
        Tensor weight = {.data = w}, bias = {.dims = 1, .dim = {l->bias}};
        snprintf(weight.name, sizeof weight.name, "%s.weight", l->name);
        snprintf(bias.name, sizeof bias.name, "%s.bias", l->name);
        for (int d = 0; d < 4 && l->weight[d] > 0; d++) {
            weight.dim[d] = l->weight[d];
            weight.dims = d + 1;
        }
        bias.data = w + layer_weights(l);
        tensor[count] = weight;
        tensor[count + 1] = bias;
        count += 2;
    }
    return count;
}

/* ------------------------------------------------------------------ printing it ---------- */

/* One row of the table of layers. */
static void print_row(FILE *out, const char *name, const char *kind, const char *from,
                      const char *to, long trainable, long connections) {
    char text[2][32];
    /* A row without shapes has their columns for its kind. */
    if (*from)
        fprintf(out, "%-10s %-14s %9s -> %-9s", name, kind, from, to);
    else
        fprintf(out, "%-10s %-37s", name, kind);
    fprintf(out, " %10s %12s\n", with_commas(trainable, text[0], sizeof text[0]),
            with_commas(connections, text[1], sizeof text[1]));
}

/* "6x28x28" */
static char *shape_text(Shape s, char *text, size_t size) {
    snprintf(text, size, "%dx%dx%d", s.c, s.h, s.w);
    return text;
}

void network_print(FILE *out, const Network *net) {
    char kind[32], from[40], to[40];
    long connections = 0;
    fprintf(out, "%-10s %-14s %9s %2s %-9s %10s %12s\n", "layer", "kind", "in", "", "out",
            "trainable", "connections");
    for (int i = 0; i < net->layers; i++) {
        const Layer *l = &net->layer[i];
        /* "conv 5x5", but "affine" */
        int length = snprintf(kind, sizeof kind, "%s", l->kind);
        if (l->size > 0)
            snprintf(kind + length, sizeof kind - (size_t)length, " %dx%d", l->size, l->size);
        print_row(out, l->name, kind, shape_text(l->in, from, sizeof from),
                  shape_text(l->out, to, sizeof to), l->trainable, l->connections);
        connections += l->connections;
    }
    if (net->loss.smallest_wins) {
        /* The codes are fixed, but the paper counts their links. */
        long links = (long)net->loss.in * net->loss.classes;
        print_row(out, "OUT", net->loss.name, shape_text(network_out(net), from, sizeof from),
                  "10x1x1", 0, links);
        connections += links;
    }
    print_row(out, "sum", net->loss.smallest_wins ? "" : net->loss.name, "", "",
              network_trainable(net), connections);
}

/* ------------------------------------------------------------------ room to work --------- */

/* The most numbers that one image has between two layers. */
static size_t widest(const Network *net) {
    int most = shape_size(net->layer[0].in);
    for (int i = 0; i < net->layers; i++)
        if (shape_size(net->layer[i].out) > most) most = shape_size(net->layer[i].out);
    return (size_t)most;
}

/* Scratch for any layer, and for squares of its parameters and of one image: the curvature of 1998
   (original/) asks for those as well. */
static size_t most_scratch(const Network *net) {
    size_t most = 0;
    for (int i = 0; i < net->layers; i++) {
        const Layer *l = &net->layer[i];
        size_t need = l->scratch + layer_params(l) + (size_t)shape_size(l->in);
        if (need > most) most = need;
    }
    return most;
}

/* Zeroed memory that begins on a cache line; *ok becomes false when there is none. */
static void *room(size_t count, size_t size, bool *ok) {
    enum { CACHE_LINE = 64 };
    size_t lines = (count * size + CACHE_LINE - 1) / CACHE_LINE;
    if (lines == 0) lines = 1; /* a network without scratch still gets an address */
    void *memory = aligned_alloc(CACHE_LINE, lines * CACHE_LINE);
    if (memory)
        memset(memory, 0, lines * CACHE_LINE);
    else
        *ok = false;
    return memory;
}

/*
 * One image-sized array after each layer, because backward reads the outputs of forward; but only
 * two gradients, because a dy is not needed once the layer before has its own.
 */
bool workspace_new(const Network *net, int images, Workspace *space, Error *error) {
    size_t n = (size_t)images;
    bool ok = true;
    *space = (Workspace){.n = images};
    for (int i = 0; i <= net->layers; i++) {
        Shape shape = i == 0 ? net->layer[0].in : net->layer[i - 1].out;
        space->y[i] = room(n * (size_t)shape_size(shape), sizeof(real), &ok);
    }
    for (int k = 0; k < 2; k++)
        space->d[k] = room(n * widest(net), sizeof(real), &ok);
    space->scratch = room(most_scratch(net), sizeof(real), &ok);
    space->score = room(n * (size_t)net->loss.classes, sizeof(real), &ok);
    space->decision = room(n, sizeof(int), &ok);
    space->label = room(n, 1, &ok);
    if (ok) return true;
    workspace_free(space);
    return error_set(error, "no memory for a micro-batch of %d images", images);
}

void workspace_free(Workspace *space) {
    for (int i = 0; i <= LAYERS_MAX; i++)
        free(space->y[i]);
    for (int k = 0; k < 2; k++)
        free(space->d[k]);
    free(space->scratch);
    free(space->score);
    free(space->decision);
    free(space->label);
    *space = (Workspace){0};
}

/* One for each thread: threads share the parameters and nothing else. */
Workspace *workspaces_new(const Network *net, int threads, Error *error) {
    Workspace *space = calloc((size_t)threads, sizeof *space);
    if (!space) {
        error_set(error, "no memory for %d threads", threads);
        return NULL;
    }
    for (int t = 0; t < threads; t++)
        if (!workspace_new(net, MICRO_BATCH, &space[t], error)) {
            workspaces_free(space, threads); /* the others are all zero */
            return NULL;
        }
    return space;
}

void workspaces_free(Workspace *space, int threads) {
    if (!space) return;
    for (int t = 0; t < threads; t++)
        workspace_free(&space[t]);
    free(space);
}

/* ------------------------------------------------------------------ n images ------------- */

/* Images first .. first+n-1 as the network sees them: scaled to its range, and padded. */
void network_input(const Network *net, const Dataset *data, int first, int n, Workspace *space) {
    contract(n <= space->n, "%d images in a workspace for %d", n, space->n);
    int size = shape_size(net->layer[0].in);
    for (int i = 0; i < n; i++) {
        dataset_image(data, first + i, net->input, net->pad, space->y[0] + i * size);
        space->label[i] = data->label[first + i];
    }
}

// [network-forward]
double network_forward(const Network *net, int n, const real *params, Workspace *space) {
    /* y[0] is the image; layer i reads y[i] and writes y[i+1] */
    for (int i = 0; i < net->layers; i++) {
        const Layer *l = &net->layer[i];
        l->forward(l, n, params, space->y[i], space->y[i + 1], space->scratch);
        params += layer_params(l);
    }
    /* the last y are the scores, and the loss turns them into one number */
    return net->loss.forward(&net->loss, n, space->y[net->layers], space->label, space->score,
                             space->decision);
}
// [network-forward]

// [network-backward]
void network_backward(const Network *net, int n, const real *params, real scale, Workspace *space,
                      real *grad) {
    real *dy = space->d[0], *dx = space->d[1];
    /* The loss has no dy: dL/dL is 1. Its dx is the dy of the last layer. */
    net->loss.backward(&net->loss, n, space->y[net->layers], space->label, space->score, scale, dy);
    /* from the end of the parameters to their beginning, as the layers go */
    params += network_params(net);
    grad += network_params(net);
    for (int i = net->layers - 1; i >= 0; i--) {
        const Layer *l = &net->layer[i];
        params -= layer_params(l);
        grad -= layer_params(l);
        /* The gradient of the image itself is not needed. */
        l->backward(l, n, params, space->y[i], space->y[i + 1], dy, grad, i > 0 ? dx : NULL,
                    space->scratch);
        /* The dx of this layer is the dy of the layer before. */
        real *swap = dy;
        dy = dx;
        dx = swap;
    }
}
// [network-backward]
