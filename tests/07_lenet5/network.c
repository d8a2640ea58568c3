/*
 * The table of layers, its kernels, and its first loss.
 */
#include "02_conv/conv.h"
#include "03_pool/pool.h"
#include "03_pool/subsample.h"
#include "04_affine/affine.h"
#include "07_lenet5/double/double.h"
#include "07_lenet5/evaluate.h"
#include "support.h"

#include <string.h>

TestSuite(ch07_network, .init = whole_network, .timeout = 120);

Test(ch07_network, table, .description = "shapes, parameters and connections, layer by layer") {
    static const struct {
        const char *name;
        Shape out;
        int trainable;
        long connections;
    } want[] = {
        {"C1", {6, 28, 28}, 156, 122304},  {"C1.relu", {6, 28, 28}, 0, 0},
        {"S2", {6, 14, 14}, 0, 4704},      {"C3", {16, 10, 10}, 2416, 241600},
        {"C3.relu", {16, 10, 10}, 0, 0},   {"S4", {16, 5, 5}, 0, 1600},
        {"C5", {120, 1, 1}, 48120, 48120}, {"C5.relu", {120, 1, 1}, 0, 0},
        {"F6", {84, 1, 1}, 10164, 10164},  {"F6.relu", {84, 1, 1}, 0, 0},
        {"OUT", {10, 1, 1}, 850, 850},
    };
    Network net = lenet5(ACTIVATION_RELU);
    cr_assert(net.layers == (int)(sizeof want / sizeof *want), "%d layers", net.layers);
    for (int i = 0; i < net.layers; i++) {
        const Layer *l = &net.layer[i];
        cr_expect_str_eq(l->name, want[i].name);
        cr_expect(l->out.c == want[i].out.c && l->out.h == want[i].out.h &&
                      l->out.w == want[i].out.w,
                  "%s: %dx%dx%d", l->name, l->out.c, l->out.h, l->out.w);
        cr_expect(l->trainable == want[i].trainable && (int)layer_params(l) == want[i].trainable,
                  "%s: %d trainable", l->name, l->trainable);
        cr_expect(l->connections == want[i].connections, "%s: %ld connections", l->name,
                  l->connections);
    }
    cr_expect(network_params(&net) == PARAMS, "%zu parameters", network_params(&net));
    cr_expect(network_trainable(&net) == PARAMS, "%ld trainable", network_trainable(&net));
    cr_expect(net.layer[0].in.h == 32 && net.layer[0].in.w == 32);
    Network sigmoid = lenet5(ACTIVATION_SIGMOID);
    cr_expect_str_eq(sigmoid.layer[1].kind, "sigmoid");
}

/* LeCun's rule for a unit with four inputs: U(-0.6, 0.6). */
static void check_subsample_init(const Layer *subsample) {
    real w[12];
    Rng rng = rng_seed(1, 0);
    layer_init(subsample, INIT_LECUN, w, &rng);
    double most = largest(12, w);
    cr_expect(most > 0.3 && most <= 0.6, "largest %g", most);
}

Test(ch07_network, table_1998,
     .description = "the original: 60,000 parameters, 340,908 connections") {
    static const struct {
        const char *name;
        int trainable;
        long connections;
    } want[] = {{"C1", 156, 122304}, {"S2", 12, 5880},     {"C3", 1516, 151600},
                {"S4", 32, 2000},    {"C5", 48120, 48120}, {"F6", 10164, 10164}};
    Network net = lenet5_with(&lenet5_1998);
    long connections = (long)net.loss.in * net.loss.classes; /* 840 links to fixed codes */
    cr_assert(net.layers == 12, "six layers, each with a squash: %d", net.layers);
    for (int i = 0; i < 12; i++) {
        const Layer *l = &net.layer[i];
        connections += l->connections;
        if (i % 2) {
            cr_expect_str_eq(l->kind, "squash");
            continue;
        }
        cr_expect_str_eq(l->name, want[i / 2].name);
        cr_expect(l->trainable == want[i / 2].trainable, "%s: %d trainable", l->name, l->trainable);
        cr_expect(l->connections == want[i / 2].connections, "%s: %ld connections", l->name,
                  l->connections);
    }
    cr_expect(network_trainable(&net) == 60000, "%ld trainable", network_trainable(&net));
    cr_expect(connections == 340908, "%ld connections", connections);
    /* background, the border too, is -0.1 */
    Dataset data = few(1);
    Workspace space;
    Error error;
    cr_assert(workspace_new(&net, 1, &space, &error), "%s", error.text);
    network_input(&net, &data, 0, 1, &space);
    cr_expect(space.y[0][0] == (real)-0.1, "border %g", (double)space.y[0][0]);
    workspace_free(&space);
    check_subsample_init(&net.layer[2]);
}

Test(ch07_network, first_loss,
     .description = "an untrained network is undecided: loss near log 10") {
    Network net = lenet5(ACTIVATION_RELU);
    Dataset data = few(500);
    Trainer t = trainer_for(&net, &data, 100, 1, "adam");
    Evaluation e;
    Error error;
    cr_assert(evaluate(&net, t.params, &data, 2, &e, &error), "%s", error.text);
    cr_expect(fabs(e.loss - log(10)) < 0.02, "loss %g, want 2.3026", e.loss);
    cr_expect(e.accuracy < 0.3, "accuracy %g", e.accuracy);
    trainer_free(&t);
}

Test(ch07_network, float_against_double, .description = "loss and gradient in both builds agree") {
    static double got[1 + DOUBLE_PARAMS], want[1 + DOUBLE_PARAMS];
    cr_assert(probe(&got[0], &got[1]), "no memory");
    FILE *pipe = popen(BUILD "/tests/double", "r");
    cr_assert(pipe != NULL, "cannot run the double half, " BUILD "/tests/double");
    size_t count = fread(want, sizeof *want, 1 + DOUBLE_PARAMS, pipe);
    cr_assert(count == 1 + DOUBLE_PARAMS, BUILD "/tests/double: %zu numbers", count);
    cr_expect(pclose(pipe) == 0);
    cr_expect(fabs(got[0] - want[0]) < 1e-6, "loss %.9g and %.9g", got[0], want[0]);
    double most = 0, worst = 0;
    for (int i = 1; i <= DOUBLE_PARAMS; i++) {
        most = fmax(most, fabs(want[i]));
        worst = fmax(worst, fabs(got[i] - want[i]));
    }
    cr_expect(most > 1e-3, "largest gradient %g: the comparison proves nothing", most);
    /* some hundred roundings of 6e-8 each, relative to the largest entry */
    cr_expect(worst < 2e-5 * most, "worst difference %g, largest gradient %g", worst, most);
}

/* ------------------------------------------------------------------ kernels -------------- */

Test(ch07_network, naive_agrees,
     .description = "naive and textbook: the same losses and gradients") {
    const Lenet5 *const choices[2] = {&lenet5_report, &lenet5_1998};
    for (int k = 0; k < 2; k++) {
        Network textbook = lenet5_with(choices[k]), naive = textbook;
        real *grad = zeros(network_params(&textbook));
        double loss = loss_and_gradient(&textbook, grad);
        cr_expect_str_eq(textbook.kernels, "textbook");
        network_naive(&naive);
        cr_expect_str_eq(naive.kernels, "naive");
        expect_same_network(&naive, loss, grad);
    }
}

/* The chapters' functions by kind of layer, and the definition where it is another function. */
static const struct {
    const char *kind;
    LayerForward *forward, *naive_forward;
    LayerBackward *backward, *naive_backward;
} taught[] = {
    {"conv", conv_forward, conv_forward_naive, conv_backward, conv_backward_naive},
    {"affine", affine_forward, affine_forward_naive, affine_backward, affine_backward_naive},
    {"max pool", max_pool_forward, max_pool_forward, max_pool_backward, max_pool_backward},
    {"subsample", subsample_forward, subsample_forward_naive, subsample_backward,
     subsample_backward_naive},
};

Test(ch07_network, textbook_is_what_the_chapters_teach,
     .description = "the layers come with the functions of the chapters") {
    const Lenet5 *const choices[2] = {&lenet5_report, &lenet5_1998};
    int checked = 0;
    for (int k = 0; k < 2; k++) {
        Network net = lenet5_with(choices[k]), naive = net;
        network_naive(&naive);
        for (int i = 0; i < net.layers; i++)
            for (size_t t = 0; t < sizeof taught / sizeof *taught; t++) {
                const Layer *l = &net.layer[i], *definition = &naive.layer[i];
                if (strcmp(l->kind, taught[t].kind) != 0) continue;
                cr_expect(l->forward == taught[t].forward && l->backward == taught[t].backward,
                          "%s does not run on its chapter", l->name);
                cr_expect(definition->forward == taught[t].naive_forward &&
                              definition->backward == taught[t].naive_backward,
                          "%s does not run on its definition", l->name);
                checked++;
            }
    }
    /* C1 S2 C3 S4 C5 F6 OUT, and of the original C1 S2 C3 S4 C5 F6 */
    cr_expect(checked == 13, "%d layers", checked);
}
