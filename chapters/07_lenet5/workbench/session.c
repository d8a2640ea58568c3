/*
 * Shared by the commands; see session.h. Each function does one step that can fail for the user's
 * reasons, and ends the program with one line when it does.
 */
#include "07_lenet5/workbench/session.h"

#include <stdlib.h>
#include <string.h>

/* The data set, or the end of the program. */
Dataset session_set(const Options *o, const char *prefix) {
    Dataset data;
    Error error;
    if (!dataset_load(o->data, prefix, &data, &error)) fail_with(&error);
    return data;
}

/* Numbers fit any nonlinearity of the same shapes: settings missing in their file are printed
   here. */
static void print_assumed(const Options *o, const Recipe *recipe) {
    bool assumed[NET_SETTINGS];
    char value[32];
    if (options_assumed(o, assumed) == 0) return;
    fprintf(stderr, "%s does not say its settings; assumed:", o->load);
    for (int k = 0; k < NET_SETTINGS; k++) {
        bool unused = strcmp(settings[k].key, "j") == 0 && !recipe->net.rbf;
        if (assumed[k] && !unused)
            fprintf(stderr, " %s=%s", settings[k].key, recipe_get(recipe, k, value, sizeof value));
    }
    fprintf(stderr, " (--set changes them)\n");
}

/* Settings that do not fit each other, or a file that cannot be read, end the program. */
Recipe session_recipe(const Options *o) {
    Recipe recipe;
    Error error;
    /* a wrong flag and an unreadable file have different exit codes */
    int code = options_recipe(o, &recipe, &error);
    if (code) fail(code, "%s", error.text);
    print_assumed(o, &recipe);
    return recipe;
}

/* On a fresh table only: kernels may join two of its layers. */
void session_kernels(const Options *o, Network *net) {
    if (o->kernels == KERNELS_FAST) network_accelerate(net);
    if (o->kernels == KERNELS_NAIVE) network_naive(net);
}

/* The table, then its functions. */
Network session_network(const Options *o, const Lenet5 *choice) {
    Network net = lenet5_with(choice);
    session_kernels(o, &net);
    return net;
}

/* Saved parameters into new memory; shapes and names are checked against the network. */
real *session_params(const Network *net, const char *path) {
    Tensor tensor[2 * LAYERS_MAX];
    Error error;
    real *params = calloc(network_params(net), sizeof(real));
    if (!params) fail(EXIT_FAILURE, "no memory for the parameters");
    int count = network_tensors(net, params, tensor);
    if (!safetensors_load(path, count, tensor, &error)) fail_with(&error);
    return params;
}

/* The number of images is known only when the set is loaded, so the flag cannot check it. */
void session_check_image(const Options *o, const Dataset *data, const char *set) {
    if (o->image >= data->n)
        fail(EXIT_USAGE, "--image %d: only %d %s image%s, counted from 0", o->image, data->n, set,
             data->n == 1 ? "" : "s");
}
