/*
 * The network on the faster functions: the same losses and gradients.
 */
#include "02_conv/direct/direct.h"
#include "03_pool/rows/rows.h"
#include "04_affine/rational/rational.h"
#include "04_affine/tiles/tiles.h"
#include "07_lenet5/support.h"

#include <string.h>

TestSuite(fast_network, .init = whole_network, .timeout = 120);

static const Layer *layer_named(const Network *net, const char *name) {
    for (int i = 0; i < net->layers; i++)
        if (strcmp(net->layer[i].name, name) == 0) return &net->layer[i];
    cr_assert_fail("no layer %s", name);
    return NULL;
}

/* Whether one of the folders has something faster for a layer on this machine. */
static bool has_faster(Layer l) {
    return direct_conv(&l) || rows_pool(&l) || rational_squash(&l) || tiles_affine(&l);
}

Test(fast_network, kernels_agree,
     .description = "textbook and fast: the same losses and gradients") {
    const Lenet5 *const choices[2] = {&lenet5_report, &lenet5_1998};
    for (int k = 0; k < 2; k++) {
        Network textbook = lenet5_with(choices[k]), fast = textbook;
        real *grad = zeros(network_params(&textbook));
        double loss = loss_and_gradient(&textbook, grad);
        int replaced = network_accelerate(&fast), differ = 0;
        for (int i = 0; i < fast.layers; i++) {
            const Layer *l = &fast.layer[i], *same = layer_named(&textbook, l->name);
            bool other = l->forward != same->forward || l->backward != same->backward;
            cr_assert(other == has_faster(*same), "%s: %s", l->name,
                      other ? "replaced" : "not replaced");
            differ += other;
        }
        cr_assert(replaced == differ && replaced > 0, "%d replaced, %d differ", replaced, differ);
        cr_assert_str_eq(fast.kernels, "fast");
        expect_same_network(&fast, loss, grad);
    }
}

Test(fast_network, relu_joins_pooling, .description = "ReLU before pooling is no longer a layer") {
    static const char *const left[] = {"C1",      "S2", "C3",      "S4", "C5",
                                       "C5.relu", "F6", "F6.relu", "OUT"};
    Network relu = lenet5(ACTIVATION_RELU), sigmoid = lenet5(ACTIVATION_SIGMOID), same = sigmoid;
    network_accelerate(&relu);
    cr_assert(relu.layers == 9, "%d layers", relu.layers);
    for (int i = 0; i < relu.layers; i++)
        cr_assert_str_eq(relu.layer[i].name, left[i]);
    cr_assert(network_params(&relu) == PARAMS);
    network_accelerate(&sigmoid);
    cr_assert(sigmoid.layers == same.layers, "%d layers", sigmoid.layers);
    for (int i = 0; i < same.layers; i++)
        cr_assert_str_eq(sigmoid.layer[i].name, same.layer[i].name);
}
