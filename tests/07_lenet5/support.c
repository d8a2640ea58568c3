/*
 * Networks, images, training; see support.h.
 */
#include "support.h"

#include "gemm.h"
#include "support/item.h"

#include <string.h>

void whole_network(void) {
    limited();
    needs("07");
}

Dataset few(int n) {
    static Dataset all;
    Error error;
    if (all.n == 0) cr_assert(dataset_load(MNIST_DIR, "t10k", &all, &error), "%s", error.text);
    return (Dataset){n, all.image, all.label};
}

Optimizer optimizer_for(const char *name) {
    Optimizer optimizer;
    bool known = optimizer_named(name, &optimizer);
    cr_assert(known, "there is no %s", name);
    return optimizer;
}

Trainer planned(const Network *net, const Dataset *data, int threads, Plan plan) {
    Trainer trainer;
    Error error;
    gemm_single_thread();
    cr_assert(trainer_new(&trainer, net, data, &plan, 1, &error), "%s", error.text);
    cr_assert(trainer_share(&trainer, threads, &error), "%s", error.text);
    return trainer;
}

Trainer trainer_for(const Network *net, const Dataset *data, int batch, int threads,
                    const char *optimizer) {
    Plan plan = {
        .init = INIT_UNIFORM, .optimizer = optimizer_for(optimizer), .batch = batch, .epochs = 1};
    return planned(net, data, threads, plan);
}

Step train_epochs(Trainer *trainer, int epochs) {
    Step step = {0};
    for (int epoch = 1; epoch <= epochs; epoch++) {
        trainer_begin(trainer, epoch);
        for (int first = 0; first < trainer->data->n; first += trainer->plan.batch)
            step = trainer_step(trainer, first);
    }
    return step;
}

bool same_bits(size_t n, const real *a, const real *b) {
    return memcmp(a, b, n * sizeof(real)) == 0;
}

double largest(size_t n, const real *x) {
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        /* not fmax(): gcc 12 for ARM breaks down over a loop of it from float to double */
        double size = fabs((double)x[i]);
        if (size > most) most = size;
    }
    return most;
}

const char *fastest(void) {
    Network net = lenet5(ACTIVATION_RELU);
    network_accelerate(&net);
    return net.kernels;
}

double loss_and_gradient(const Network *net, real *grad) {
    enum { IMAGES = 30 };
    Dataset data = few(IMAGES);
    Workspace space;
    Error error;
    real *params = zeros(network_params(net));
    network_init(net, INIT_UNIFORM, 1, params);
    cr_assert(workspace_new(net, IMAGES, &space, &error), "%s", error.text);
    network_input(net, &data, 0, IMAGES, &space);
    double loss = network_forward(net, IMAGES, params, &space) / IMAGES;
    network_backward(net, IMAGES, params, (real)1 / IMAGES, &space, grad);
    workspace_free(&space);
    return loss;
}

void expect_same_network(const Network *net, double want_loss, const real *want) {
    size_t n = network_params(net);
    real *grad = zeros(n);
    double loss = loss_and_gradient(net, grad), most = largest(n, want);
    cr_expect(most > 1e-3, "largest gradient %g: the comparison proves nothing", most);
    cr_expect(fabs(loss - want_loss) < 1e-5 * want_loss, "%s: loss %g, want %g", net->kernels, loss,
              want_loss);
    expect_list(net->kernels, n, grad, want, 2e-5 * most);
}

Grey drawing_of(const uint8_t *byte, bool dark) {
    enum { TIMES = 7, H = 300, W = 260, DOWN = 80, ACROSS = 15 };
    uint8_t *pixels = kept(H * W);
    for (int i = 0; i < H * W; i++) {
        int down = i / W - DOWN, across = i % W - ACROSS;
        int r = down / TIMES, q = across / TIMES;
        bool inside = down >= 0 && across >= 0 && r < IMAGE_SIDE && q < IMAGE_SIDE;
        int ink = inside ? byte[r * IMAGE_SIDE + q] * 200 / 255 : 0;
        pixels[i] = (uint8_t)(dark ? 230 - ink : 20 + ink);
    }
    return (Grey){H, W, pixels};
}
