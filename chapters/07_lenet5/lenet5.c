/*
 * LeNet-5 as a table of layers: read it beside Fig. 2 of LeCun et al. 1998.
 */
#include "07_lenet5/lenet5.h"

#include "02_conv/conv.h"
#include "03_pool/pool.h"
#include "04_affine/activation.h"
#include "04_affine/affine.h"
#include "05_softmax_ce/softmax_ce.h"

#include <stdio.h>

/* The activation behind a layer: "C1" is followed by "C1.relu". */
static Shape bend(Network *net, const char *layer, Activation activation) {
    char name[32];
    bool relu = activation == ACTIVATION_RELU;
    snprintf(name, sizeof name, "%s.%s", layer, relu ? "relu" : "sigmoid");
    Shape shape = network_out(net);
    return network_add(net, relu ? relu_layer(name, shape) : sigmoid_layer(name, shape));
}

// [lenet5]
Network lenet5(Activation activation) {
    Network net = {.name = "lenet5", .input = {.lo = 0, .hi = 1}, .pad = 2};

    Shape s = network_out(&net);                                  /*  1x32x32 */
    s = network_add(&net, conv_layer("C1", s, 6, 5, 1, 0, NULL)); /*  6x28x28 */
    s = bend(&net, "C1", activation);
    s = network_add(&net, max_pool_layer("S2", s, 2, 2, 0));       /*  6x14x14 */
    s = network_add(&net, conv_layer("C3", s, 16, 5, 1, 0, NULL)); /* 16x10x10 */
    s = bend(&net, "C3", activation);
    s = network_add(&net, max_pool_layer("S4", s, 2, 2, 0)); /* 16x5x5   */
    s = network_add(&net, affine_layer("C5", s, 120));       /* 120      */
    s = bend(&net, "C5", activation);
    s = network_add(&net, affine_layer("F6", s, 84)); /* 84       */
    s = bend(&net, "F6", activation);
    s = network_add(&net, affine_layer("OUT", s, 10)); /* 10       */

    net.loss = softmax_ce_loss(shape_size(s));
    return net;
}
// [lenet5]
