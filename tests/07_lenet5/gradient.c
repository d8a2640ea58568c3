/*
 * The double build: numerical gradients of the whole network.
 */
#include "support.h"
#include "support/item.h"

#include <string.h>

TestSuite(ch07_gradient, .init = limited, .timeout = 120);

#ifdef REAL_DOUBLE

enum { N = 3 }; /* images */

/* The summed loss of N images as a function of the parameters. */
typedef struct Whole {
    const Network *net;
    Workspace space;
    real *params;
    const real *base, *direction; /* params = base + along * direction, when there is a direction */
    real along;
} Whole;

static double whole_loss(void *context) {
    Whole *w = context;
    if (w->direction)
        for (size_t i = 0; i < network_params(w->net); i++)
            w->params[i] = w->base[i] + w->along * w->direction[i];
    return network_forward(w->net, N, w->params, &w->space);
}

/* Whether entry i of the flat vector is a parameter: missing links only hold a place. */
static bool is_parameter(const Network *net, size_t i) {
    int layer = 0;
    while (i >= network_offset(net, layer + 1))
        layer++;
    size_t within = i - network_offset(net, layer);
    return within >= layer_weights(&net->layer[layer]) || layer_linked(&net->layer[layer], within);
}

/* Some entries of one tensor: all of a bias, 40 random ones of a weight. */
static void check_entries(Whole *whole, const char *name, size_t begin, size_t count,
                          const real *grad, Rng *rng, GradFinding *finding) {
    enum { MOST = 128 };
    double got[MOST], want[MOST], bar[MOST], tolerance[MOST];
    size_t picks = count <= MOST ? count : 40;
    for (size_t k = 0; k < picks; k++) {
        size_t i = begin + (picks == count ? k : (size_t)rng_below(rng, (int)count));
        while (!is_parameter(whole->net, i))
            i = begin + (size_t)rng_below(rng, (int)count);
        got[k] = (double)grad[i];
        want[k] = gradcheck_difference(whole_loss, whole, &whole->params[i], &bar[k]);
    }
    gradcheck_tolerance(picks, got, want, bar, whole_loss(whole), tolerance);
    GradTensor tensor = {name, 1, {(int)picks}, got, want, tolerance};
    gradcheck_compare("network", &tensor, 0.05, finding);
}

/* One direction through all parameters at once: the slope must be grad . direction. */
static void check_direction(Whole *whole, const real *grad, Rng *rng) {
    size_t n = network_params(whole->net);
    real *base = zeros(n), *direction = normals(rng, n);
    double slope = 0, bar, tolerance;
    memcpy(base, whole->params, n * sizeof *base);
    for (size_t i = 0; i < n; i++) {
        direction[i] = is_parameter(whole->net, i) ? direction[i] / 250 : 0;
        slope += (double)grad[i] * (double)direction[i];
    }
    whole->base = base;
    whole->direction = direction;
    double want = gradcheck_difference(whole_loss, whole, &whole->along, &bar);
    gradcheck_tolerance(1, &slope, &want, &bar, whole_loss(whole), &tolerance);
    cr_expect(tolerance > 0 && fabs(slope - want) <= tolerance, "slope %.12g, want %.12g", slope,
              want);
}

static void check_whole_network(Network net, real enlarged) {
    Dataset data = few(200);
    Trainer t = trainer_for(&net, &data, 20, 2, "adam");
    Whole whole = {.net = &net, .params = t.params};
    Error error;
    GradFinding finding = {.ok = true};
    Rng rng = rng_seed(1, 0);
    size_t params = network_params(&net);
    real *grad = zeros(params);
    train_epochs(&t, 2); /* 20 steps: away from the first point, where much is symmetric */
    for (size_t i = 0; i < params; i++)
        t.params[i] *= enlarged;
    cr_assert(workspace_new(&net, N, &whole.space, &error), "%s", error.text);
    network_input(&net, &data, 10, N, &whole.space);
    whole_loss(&whole);
    network_backward(&net, N, t.params, 1, &whole.space, grad);
    Tensor tensor[2 * LAYERS_MAX];
    int count = network_tensors(&net, t.params, tensor);
    for (int k = 0; k < count; k++)
        check_entries(&whole, tensor[k].name, (size_t)(tensor[k].data - t.params),
                      tensor_size(&tensor[k]), grad, &rng, &finding);
    cr_expect(finding.checked > 420, "only %zu entries", finding.checked);
    expect_ok(finding);
    check_direction(&whole, grad, &rng);
    workspace_free(&whole.space);
    trainer_free(&t);
}

Test(ch07_gradient, report,
     .description = "the whole network against differences, ReLU and sigmoid") {
    needs("07.7");
    check_whole_network(lenet5(ACTIVATION_RELU), 1);
    check_whole_network(lenet5(ACTIVATION_SIGMOID), 4); /* or next to nothing arrives at C1 */
}

// [not for students]
Test(ch07_gradient, original, .description = "the original against differences, both losses") {
    needs("07.1");
    needs("07.7");
    Lenet5 choice = lenet5_1998;
    check_whole_network(lenet5_with(&choice), 1);
    choice.j = 40;
    check_whole_network(lenet5_with(&choice), 1);
}
// [not for students]

#endif
