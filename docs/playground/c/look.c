/*
 * One image, one network, every value and every gradient between the layers.
 */
#include "05_softmax_ce/rbf.h"
#include "07_lenet5/lenet5.h"
#include "07_lenet5/workbench/preprocess.h"
#include "play.h"

#include <stdlib.h>
#include <string.h>

static Network net;
static Workspace space;            /* of one image */
static real *params, *gradient;    /* flat */
static real *dy[LAYERS_MAX + 1];   /* dL/d of space.y[i] */
static uint8_t image[IMAGE_BYTES]; /* the input */
static Grey drawing;               /* and its source */
static Error error;

/* ------------------------------------------------------------------ the network ---------- */

static void forget(void) {
    workspace_free(&space);
    free(params);
    free(gradient);
    for (int i = 0; i <= LAYERS_MAX; i++) {
        free(dy[i]);
        dy[i] = NULL;
    }
}

bool look_network(bool original, int activation) {
    forget();
    net = original ? lenet5_with(&lenet5_1998) : lenet5((Activation)activation);
    network_naive(&net);
    size_t n = network_params(&net);
    params = calloc(n, sizeof *params);
    gradient = calloc(n, sizeof *gradient);
    bool ok = workspace_new(&net, 1, &space, &error) && params && gradient;
    for (int i = 0; i <= net.layers; i++) {
        Shape shape = i == 0 ? net.layer[0].in : net.layer[i - 1].out;
        dy[i] = calloc((size_t)shape_size(shape), sizeof *dy[i]);
        ok = ok && dy[i];
    }
    return ok || error_set(&error, "no memory for a network");
}

void look_range(real lo, real hi) {
    net.input = (Input){lo, hi};
}

int look_layers(void) {
    return net.layers;
}

const char *look_name(int layer) {
    return net.layer[layer].name;
}

const char *look_kind(int layer) {
    return net.layer[layer].kind;
}

int look_fact(int layer, Fact fact) {
    const Layer *l = &net.layer[layer];
    const int facts[] = {
        l->in.c,      l->in.h,      l->in.w,      l->out.c, l->out.h,
        l->out.w,     l->size,      l->stride,    l->pad,   l->weight[0],
        l->weight[1], l->weight[2], l->weight[3], l->bias,  (int)network_offset(&net, layer)};
    return facts[fact];
}

bool look_linked(int layer, int f, int ch) {
    const Layer *l = &net.layer[layer];
    return !l->links || (l->links[f] >> ch & 1);
}

int look_count(void) {
    return (int)network_params(&net);
}

real *look_params(void) {
    return params;
}

real *look_gradient(void) {
    return gradient;
}

real *look_y(int i) {
    return space.y[i];
}

real *look_dy(int i) {
    return dy[i];
}

real *look_scores(void) {
    return space.score;
}

real look_code(int digit, int k) {
    return rbf_target(rbf_codes[digit], k);
}

double look_constant(void) {
    return net.loss.constant;
}

/* ------------------------------------------------------------------ a drawing ------------ */

uint8_t *look_drawing(int h, int w) {
    free(drawing.byte);
    drawing = (Grey){.h = h, .w = w, .byte = malloc((size_t)h * (size_t)w)};
    return drawing.byte;
}

bool look_preprocess(void) {
    return preprocess_digit(&drawing, image, &error);
}

uint8_t *look_image(void) {
    return image;
}

/* ------------------------------------------------------------------ both directions ------ */

int look_forward(void) {
    uint8_t label = 0;
    const Dataset one = {1, image, &label};
    network_input(&net, &one, 0, 1, &space);
    network_forward(&net, 1, params, &space);
    return space.decision[0];
}

/* network_backward(), but every dy is kept, and the image gets its gradient as well. */
double look_backward(int label) {
    const Loss *loss = &net.loss;
    real *top = space.y[net.layers];
    space.label[0] = (uint8_t)label;
    double value = loss->forward(loss, 1, top, space.label, space.score, space.decision);
    loss->backward(loss, 1, top, space.label, space.score, 1, dy[net.layers]);
    memset(gradient, 0, network_params(&net) * sizeof *gradient);
    for (int i = net.layers - 1; i >= 0; i--) {
        const Layer *l = &net.layer[i];
        size_t offset = network_offset(&net, i);
        l->backward(l, 1, params + offset, space.y[i], space.y[i + 1], dy[i + 1], gradient + offset,
                    dy[i], space.scratch);
    }
    return value;
}

const char *look_error(void) {
    return error.text;
}
