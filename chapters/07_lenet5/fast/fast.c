/*
 * Which faster functions the network runs on: network_accelerate() of lenet5.h. In a tree without
 * this folder plain.c takes its place.
 */
#include "02_conv/direct/direct.h"
#include "03_pool/rows/rows.h"
#include "04_affine/rational/rational.h"
#include "04_affine/tiles/tiles.h"
#include "07_lenet5/lenet5.h"

#include <string.h>

/* Takes a layer out of the table: another does its work. */
static void remove_layer(Network *net, int layer) {
    net->layers--;
    memmove(&net->layer[layer], &net->layer[layer + 1],
            (size_t)(net->layers - layer) * sizeof(Layer));
}

// [accelerate]
int network_accelerate(Network *net) {
    int replaced = 0;
    for (int i = 0; i < net->layers; i++) {
        Layer *l = &net->layer[i];
        /* Each looks at the layer and, where it fits, replaces its functions. */
        replaced += direct_conv(l) || rows_pool(l) || tiles_affine(l) || rational_squash(l);
    }
    for (int i = 0; i + 1 < net->layers; i++)
        if (rows_relu_pool(&net->layer[i], &net->layer[i + 1])) remove_layer(net, i);
    if (replaced > 0) net->kernels = "fast";
    return replaced;
}
// [accelerate]
