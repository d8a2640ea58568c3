/*
 * The training of 1998: its passes, and the second derivatives that its step divides by.
 */
#include "support.h"

#include "04_affine/activation.h"
#include "04_affine/affine.h"
#include "07_lenet5/original/curvature.h"
#include "07_lenet5/workbench/recipe.h"

#include <string.h>

#ifndef REAL_DOUBLE

TestSuite(ch07_original, .init = whole_network, .timeout = 120);

Test(ch07_original, passes,
     .description = "a fixed order, new curvature before every pass, falling rates") {
    enum { IMAGES = 2000 };
    Network net = lenet5_with(&lenet5_1998);
    Dataset data = few(IMAGES);
    Recipe recipe;
    cr_assert(recipe_named("1998", &recipe));
    Trainer t = planned(&net, &data, 1, recipe.plan);
    double lr = recipe.plan.optimizer.lr;
    size_t params = network_params(&net);
    int order[IMAGES];
    real *curvature = zeros(params);
    trainer_begin(&t, 1);
    memcpy(order, t.order, sizeof order);
    memcpy(curvature, t.state, params * sizeof *curvature);
    cr_expect(order[0] != 0 || order[1] != 1, "the first pass shuffles");
    cr_expect(curvature[network_offset(&net, 10)] > 0, "no curvature was estimated");
    trainer_step(&t, 0);
    cr_expect(t.optimizer.lr == lr, "rate %g", t.optimizer.lr);
    cr_expect(same_bits(params, curvature, t.state), "the step wrote into the curvature");
    trainer_begin(&t, 3);
    trainer_step(&t, 0);
    cr_expect(memcmp(order, t.order, sizeof order) == 0, "a fixed order stays");
    cr_expect(t.optimizer.lr == 0.4 * lr, "rate %g", t.optimizer.lr);
    cr_expect(!same_bits(params, curvature, t.state), "the same estimate twice");
    trainer_free(&t);
}

Test(ch07_original, curvature_of_copies,
     .description = "augmented copies are estimated too; the same images, the same numbers") {
    Network net = lenet5_with(&lenet5_1998);
    Dataset data = few(300);
    Plan plan = {.batch = 1, .epochs = 1, .copies = 2, .augment = {.shift = 2, .rotate = 10}};
    plan.optimizer = optimizer_for("sdlm");
    Trainer t = planned(&net, &data, 1, plan);
    size_t params = network_params(&net);
    real *copies = zeros(params), *images = zeros(params);
    curvature_estimate(&t, 300, 2); /* the first copies of images 0 and 1 */
    memcpy(copies, t.state, params * sizeof *copies);
    curvature_estimate(&t, 0, 2); /* the images themselves */
    memcpy(images, t.state, params * sizeof *images);
    cr_expect(!same_bits(params, copies, images), "copies have no separate curvature");
    curvature_estimate(&t, 900, 2); /* the order has 900 patterns: it begins again */
    cr_expect(same_bits(params, t.state, images), "the order does not begin again");
    trainer_free(&t);
}

#else /* the double build */

TestSuite(ch07_original, .init = whole_network, .timeout = 120);

/* The sum of hy/2 * (y - c)^2 for n images: its second derivative by y is hy everywhere. */
static double bowl(const Layer *l, int n, const real *w, const real *x, const real *c,
                   const real *hy) {
    int count = n * shape_size(l->out);
    real *y = zeros((size_t)count), *scratch = zeros(l->scratch);
    double sum = 0;
    l->forward(l, n, w, x, y, scratch);
    for (int i = 0; i < count; i++)
        sum += hy[i] / 2 * (y[i] - c[i]) * (y[i] - c[i]);
    return sum;
}

/* Working memory that is not zero, as layer_curvature() asks for it. */
static real *curvature_scratch(const Layer *l, Rng *rng) {
    return normals(rng, l->scratch + layer_params(l) + (size_t)shape_size(l->in));
}

/* At its minimum, y = c, the bowl's second derivative by x is hy f'(x)^2: the term that the
   Gauss-Newton approximation drops is 0 there. */
Test(ch07_original, curvature_of_activations,
     .description = "hx = f'^2 hy, against second differences") {
    enum { N = 2, UNITS = 5 };
    Rng rng = rng_seed(9, 0);
    const Shape shape = {UNITS, 1, 1};
    const Layer layers[3] = {squash_layer("a", shape), sigmoid_layer("b", shape),
                             relu_layer("c", shape)};
    for (int k = 0; k < 3; k++) {
        const Layer *l = &layers[k];
        real *x = normals(&rng, N * UNITS), *hy = normals(&rng, N * UNITS);
        real *hx = normals(&rng, N * UNITS), *c = zeros(N * UNITS);
        l->forward(l, N, NULL, x, c, NULL);
        layer_curvature(l, N, NULL, x, c, hy, NULL, hx, curvature_scratch(l, &rng));
        for (int i = 0; i < N * UNITS; i++) {
            const double h = 1e-4;
            real middle = x[i];
            x[i] = middle + h;
            double sum = bowl(l, N, NULL, x, c, hy);
            x[i] = middle - h;
            sum += bowl(l, N, NULL, x, c, hy);
            x[i] = middle;
            double want = sum / (h * h);
            cr_expect(fabs(hx[i] - want) < 1e-4 * fmax(1, fabs(want)), "%s hx[%d]: got %g, want %g",
                      l->kind, i, hx[i], want);
        }
    }
}

/* y = w x + b: d2L/dw2 = hy x^2, d2L/db2 = hy, d2L/dx2 = sum hy w^2, all exactly. */
Test(ch07_original, curvature_of_weights,
     .description = "hw = x^2 hy accumulates, hx = sum w^2 hy") {
    enum { N = 2, IN = 5, OUT = 3 };
    Rng rng = rng_seed(10, 0);
    Layer l = affine_layer("F6", (Shape){IN, 1, 1}, OUT);
    real *w = normals(&rng, OUT * IN + OUT), *x = normals(&rng, N * IN);
    real *hy = normals(&rng, N * OUT), *y = zeros(N * OUT);
    real *hw = zeros(OUT * IN + OUT), *hx = normals(&rng, N * IN);
    for (int i = 0; i < OUT * IN + OUT; i++)
        hw[i] = 5;
    l.forward(&l, N, w, x, y, NULL);
    layer_curvature(&l, N, w, x, y, hy, hw, hx, curvature_scratch(&l, &rng));
    for (int o = 0; o < OUT; o++) {
        for (int i = 0; i < IN; i++) {
            double want = 5 + hy[o] * x[i] * x[i] + hy[OUT + o] * x[IN + i] * x[IN + i];
            cr_expect(fabs(hw[o * IN + i] - want) < 1e-12, "hw[%d,%d]: got %g, want %g", o, i,
                      hw[o * IN + i], want);
        }
        double want = 5 + hy[o] + hy[OUT + o];
        cr_expect(fabs(hw[OUT * IN + o] - want) < 1e-12, "hb[%d]: got %g, want %g", o,
                  hw[OUT * IN + o], want);
    }
    for (int i = 0; i < N * IN; i++) {
        double want = 0;
        for (int o = 0; o < OUT; o++)
            want += hy[i / IN * OUT + o] * w[o * IN + i % IN] * w[o * IN + i % IN];
        cr_expect(fabs(hx[i] - want) < 1e-12, "hx[%d]: got %g, want %g", i, hx[i], want);
    }
}

/* f'(a)^2 for f = 1.7159 tanh(2/3 a), from y = f(a). */
static double squared_slope(double y) {
    double slope = 2.0 / 3 / 1.7159 * (1.7159 - y) * (1.7159 + y);
    return slope * slope;
}

/* F6 is followed by its squash and by the loss, whose second derivative is 2: written out. For all
   others: never negative, and something to divide by wherever there is a link. */
Test(ch07_original, curvature_of_the_network,
     .description = "F6: h = 2 f'^2 x^2; none negative; no link, no curvature") {
    enum { N = 4, F6 = 10, IN = 120, OUT = 84 };
    Network net = lenet5_with(&lenet5_1998);
    Dataset data = few(N);
    Trainer t = trainer_for(&net, &data, 1, 1, "sdlm");
    Workspace space;
    Error error;
    int positive = 0;
    cr_assert(workspace_new(&net, N, &space, &error), "%s", error.text);
    curvature_estimate(&t, 0, N); /* the mean over all four images */
    network_input(&net, &data, 0, N, &space);
    network_forward(&net, N, t.params, &space);
    const real *x = space.y[F6], *y = space.y[F6 + 2], *h = t.state + network_offset(&net, F6);
    for (int o = 0; o < OUT; o++) {
        for (int k = 0; k <= IN; k += 15) { /* the last one is the bias: its x is 1 */
            double want = 0;
            for (int i = 0; i < N; i++) {
                double factor = k < IN ? x[i * IN + k] : 1;
                want += 2 * squared_slope(y[i * OUT + o]) * factor * factor / N;
            }
            double got = k < IN ? h[o * IN + k] : h[OUT * IN + o];
            cr_expect(fabs(got - want) < 1e-9, "h[%d,%d]: got %g, want %g", o, k, got, want);
        }
    }
    for (size_t i = 0; i < network_params(&net); i++) {
        cr_expect(t.state[i] >= 0, "h[%zu] = %g", i, t.state[i]);
        positive += t.state[i] > 0;
    }
    cr_expect(positive == 60000, "%d parameters have a curvature, 60,000 have a link", positive);
    workspace_free(&space);
    trainer_free(&t);
}

#endif
