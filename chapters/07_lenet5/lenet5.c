/*
 * LeNet-5 as a table of layers: compare it with Fig. 2 of LeCun et al. 1998.
 */
#include "07_lenet5/lenet5.h"

#include "02_conv/conv.h"
#include "03_pool/pool.h"
#include "03_pool/subsample.h"
#include "04_affine/activation.h"
#include "04_affine/affine.h"
#include "05_softmax_ce/rbf.h"
#include "05_softmax_ce/softmax_ce.h"

#include <string.h>

const Lenet5 lenet5_report = {.activation = ACTIVATION_RELU, .j = HUGE_VAL, .input = {0, 1}};

const Lenet5 lenet5_1998 = {
    .activation = ACTIVATION_TANH,
    .subsample = true,
    .table = true,
    .rbf = true,
    .j = 10, /* equation (9); the paper gives no value, nor which loss it used: docs/original.md */
    .input = {(real)-0.1, (real)1.175},
};

/* A network without layers: its name and its kernels, which every file of it records; the range of
   its pixels and the border around them. */
static Network empty_network(const Lenet5 *choice) {
    contract(!choice->rbf || choice->activation == ACTIVATION_TANH, "RBF codes of -1 need tanh");
    return (Network){.name = "lenet5", .kernels = "textbook", .input = choice->input, .pad = 2};
}

/* The activation after a layer: "C1" is followed by "C1.relu". */
static Shape activate(Network *net, const char *layer, Activation activation) {
    /* in the order of the enum */
    static Layer (*const make[])(const char *, Shape) = {relu_layer, sigmoid_layer, squash_layer};
    static const char *const kind[] = {"relu", "sigmoid", "squash"};
    char name[32];
    snprintf(name, sizeof name, "%s.%s", layer, kind[activation]);
    return network_add(net, make[activation](name, network_out(net)));
}

/* S2 or S4: the largest of four, or a trainable sum and its activation. */
static Shape pool(Network *net, const char *name, const Lenet5 *choice) {
    Shape in = network_out(net);
    if (!choice->subsample) return network_add(net, max_pool_layer(name, in, 2, 2, 0));
    network_add(net, subsample_layer(name, in, 2));
    return activate(net, name, choice->activation);
}

// [lenet5]
Network lenet5_with(const Lenet5 *choice) {
    Network net = empty_network(choice);
    const uint16_t *links = choice->table ? conv_table_1998 : NULL;

    Shape s = network_out(&net);                                  /*  1x32x32 */
    s = network_add(&net, conv_layer("C1", s, 6, 5, 1, 0, NULL)); /*  6x28x28 */
    s = activate(&net, "C1", choice->activation);
    s = pool(&net, "S2", choice);                                   /*  6x14x14 */
    s = network_add(&net, conv_layer("C3", s, 16, 5, 1, 0, links)); /* 16x10x10 */
    s = activate(&net, "C3", choice->activation);
    s = pool(&net, "S4", choice);                      /* 16x5x5   */
    s = network_add(&net, affine_layer("C5", s, 120)); /* 120      */
    s = activate(&net, "C5", choice->activation);
    s = network_add(&net, affine_layer("F6", s, 84)); /* 84       */
    s = activate(&net, "F6", choice->activation);
    if (!choice->rbf) s = network_add(&net, affine_layer("OUT", s, 10));

    net.loss = choice->rbf ? rbf_loss(choice->j) : softmax_ce_loss(shape_size(s));
    return net;
}
// [lenet5]

/* The report compares activations: one switch, all else equal. */
Network lenet5(Activation activation) {
    Lenet5 choice = lenet5_report;
    choice.activation = activation;
    return lenet5_with(&choice);
}

/* ------------------------------------------------------------------ the definitions ------ */

/* Slow, and beyond doubt: a network that disagrees with this one is wrong. */
void network_naive(Network *net) {
    for (int i = 0; i < net->layers; i++) {
        Layer *l = &net->layer[i];
        if (strcmp(l->kind, "conv") == 0) {
            l->forward = conv_forward_naive;
            l->backward = conv_backward_naive;
        }
        if (strcmp(l->kind, "affine") == 0) {
            l->forward = affine_forward_naive;
            l->backward = affine_backward_naive;
        }
        if (strcmp(l->kind, "subsample") == 0) {
            l->forward = subsample_forward_naive;
            l->backward = subsample_backward_naive;
        }
    }
    net->kernels = "naive";
}
