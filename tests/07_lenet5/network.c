/*
 * The table of layers, what it runs on, and its first loss.
 */
#include "02_conv/conv.h"
#include "02_conv/direct/direct.h"
#include "03_pool/pool.h"
#include "03_pool/rows/rows.h"
#include "03_pool/subsample.h"
#include "04_affine/activation.h"
#include "04_affine/affine.h"
#include "04_affine/rational/rational.h"
#include "04_affine/tiles/tiles.h"
#include "07_lenet5/double/double.h"
#include "07_lenet5/evaluate.h"
#include "support.h"

#include <string.h>

TestSuite(ch07_network, .timeout = 120);

Test(ch07_network, t01_table, .description = "shapes, parameters and connections, layer by layer") {
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

Test(ch07_network, t02_table_1998,
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

Test(ch07_network, t03_first_loss,
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

Test(ch07_network, t04_float_against_double,
     .description = "loss and gradient in both builds agree") {
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

/* Loss and gradient of 30 images with the parameters of seed 1. */
static double loss_and_gradient(const Network *net, real *grad) {
    enum { IMAGES = 30 };
    Dataset data = few(IMAGES);
    Workspace space;
    Error error;
    real *params = reals(network_params(net));
    network_init(net, INIT_UNIFORM, 1, params);
    cr_assert(workspace_new(net, IMAGES, &space, &error), "%s", error.text);
    network_input(net, &data, 0, IMAGES, &space);
    double loss = network_forward(net, IMAGES, params, &space) / IMAGES;
    network_backward(net, IMAGES, params, (real)1 / IMAGES, &space, grad);
    workspace_free(&space);
    return loss;
}

/* Another choice of functions, the same network: within what float sums may differ by. */
static void expect_same_network(const Network *net, double want_loss, const real *want) {
    size_t n = network_params(net);
    real *grad = reals(n);
    double loss = loss_and_gradient(net, grad), most = largest(n, want);
    cr_expect(most > 1e-3, "largest gradient %g: the comparison proves nothing", most);
    cr_expect(fabs(loss - want_loss) < 1e-5 * want_loss, "%s: loss %g, want %g", net->kernels, loss,
              want_loss);
    expect_list(net->kernels, n, grad, want, 2e-5 * most);
}

/* Pooling and ReLU may have changed places. */
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

Test(ch07_network, t05_kernels_agree,
     .description = "naive, textbook and fast: the same losses and gradients") {
    const Lenet5 *const choices[2] = {&lenet5_report, &lenet5_1998};
    for (int k = 0; k < 2; k++) {
        Network textbook = lenet5_with(choices[k]), naive = textbook, fast = textbook;
        real *grad = reals(network_params(&textbook));
        double loss = loss_and_gradient(&textbook, grad);
        cr_expect_str_eq(textbook.kernels, "textbook");
        network_naive(&naive);
        cr_expect_str_eq(naive.kernels, "naive");
        expect_same_network(&naive, loss, grad);
        int replaced = network_accelerate(&fast), differ = 0;
        for (int i = 0; i < fast.layers; i++) {
            const Layer *l = &fast.layer[i], *same = layer_named(&textbook, l->name);
            bool other = l->forward != same->forward || l->backward != same->backward;
            cr_expect(other == has_faster(*same), "%s: %s", l->name,
                      other ? "replaced" : "not replaced");
            differ += other;
        }
        cr_expect(replaced == differ && replaced > 0, "%d replaced, %d differ", replaced, differ);
        cr_expect_str_eq(fast.kernels, "fast");
        expect_same_network(&fast, loss, grad);
    }
}

/* n numbers as they come out of a convolution on paper: many ties, zeros of both signs, and now and
   then what a diverged run holds. */
static real *awkward(Rng *rng, size_t n) {
    static const real value[8] = {-2, -1, (real)-0.0, 0, 1, 2, (real)INFINITY, (real)NAN};
    real *x = reals(n);
    for (size_t i = 0; i < n; i++) {
        bool odd = rng_below(rng, 50) == 0;
        x[i] = value[odd ? 6 + rng_below(rng, 2) : rng_below(rng, 6)];
    }
    return x;
}

/* y and dx of layer i and the one after it. */
static void run_pair(const Network *net, int i, int n, const real *x, const real *dy, real *y,
                     real *dx) {
    const Layer *first = &net->layer[i], *second = first + 1;
    size_t between = (size_t)(n * shape_size(first->out));
    real *middle = reals(between), *back = reals(between);
    real *scratch = reals(first->scratch + second->scratch);
    first->forward(first, n, NULL, x, middle, scratch);
    second->forward(second, n, NULL, middle, y, scratch);
    second->backward(second, n, NULL, middle, y, dy, NULL, back, scratch);
    first->backward(first, n, NULL, x, middle, back, NULL, dx, scratch);
}

/* NaN where NaN, equal elsewhere. */
static void expect_same_numbers(const char *what, size_t n, const real *got, const real *want) {
    size_t differ = 0;
    for (size_t i = 0; i < n; i++)
        differ += isnan(want[i]) ? !isnan(got[i]) : got[i] != want[i];
    cr_expect(differ == 0, "%s: %zu of %zu differ", what, differ, n);
}

/* largest(relu(x)) = relu(largest(x)), and both orders send dy to the same entry. */
Test(ch07_network, t07_pooling_before_relu,
     .description = "fast kernels pool first: the same values, the same gradients") {
    enum { N = 3 };
    Network table = lenet5(ACTIVATION_RELU), fast = table;
    Rng rng = rng_seed(8, 0);
    network_accelerate(&fast);
    int pairs = 0;
    for (int i = 0; i + 1 < table.layers; i++) {
        const Layer *relu = &table.layer[i], *pool = relu + 1;
        if (strcmp(pool->kind, "max pool") != 0) continue;
        cr_expect_str_eq(fast.layer[i].name, pool->name);
        cr_expect_str_eq(fast.layer[i + 1].name, relu->name);
        size_t in = (size_t)(N * shape_size(relu->in)), out = (size_t)(N * shape_size(pool->out));
        real *x = awkward(&rng, in), *dy = integers(&rng, out), *y = reals(out), *dx = reals(in);
        real *want_y = reals(out), *want_dx = reals(in);
        run_pair(&table, i, N, x, dy, want_y, want_dx);
        run_pair(&fast, i, N, x, dy, y, dx);
        expect_same_numbers("y", out, y, want_y);
        expect_same_numbers("dx", in, dx, want_dx);
        pairs++;
    }
    cr_expect(pairs == 2, "S2 and S4 follow a ReLU: %d", pairs);
}

/* A squash is not a rectifier: equal after rounding is not equal before. */
Test(ch07_network, t08_other_activations_stay_first, .description = "the order of the table") {
    Network table = lenet5(ACTIVATION_SIGMOID), fast = table;
    network_accelerate(&fast);
    for (int i = 0; i < table.layers; i++)
        cr_expect_str_eq(fast.layer[i].name, table.layer[i].name);
}

/* What the chapters teach, by the kind of a layer; and the definition where it is another one. */
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

Test(ch07_network, t06_textbook_is_what_the_chapters_teach,
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
