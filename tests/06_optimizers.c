/*
 * Chapter 6: optimizers, schedules, averages; wanted values are computed from the formulas in
 * double.
 */
#include "06_optimizers/optimizer.h"
#include "06_optimizers/schedule.h"
#include "support/item.h"
#include "support/suite.h"

#include <string.h>

TestSuite(ch06, .init = limited, .timeout = 20);

ITEM(ch06, sgd, "06.1-steps")
ITEM(ch06, momentum, "06.2-steps")
ITEM(ch06, adagrad, "06.3-steps")
ITEM(ch06, rmsprop, "06.4-steps")
ITEM(ch06, adam, "06.5-steps")

/* ------------------------------------------------------------------ no points ------------ */

static Optimizer named(const char *name) {
    Optimizer o;
    bool known = optimizer_named(name, &o);
    cr_assert(known, "no optimizer is named %s", name);
    return o;
}

// [not for students]
/* The report's stated formula, with the correction once more on the rate, as in its listing. */
Test(ch06, adam_twice, .description = "the report's listing: first step 0.316 of Adam's") {
    needs("06.5");
    static const real gradient[3][2] = {{1, -2}, {3, 0}, {-2, 4}};
    Optimizer o = named("adam-twice");
    real state[4] = {0}, w[2] = {10, 20};
    double at[2] = {10, 20}, m[2] = {0, 0}, v[2] = {0, 0};
    o.lr = 0.5;
    for (int t = 1; t <= 3; t++) {
        double b1 = 1 - pow(0.9, t), b2 = 1 - pow(0.999, t), again = sqrt(b2) / b1;
        optimizer_step(&o, 2, gradient[t - 1], state, w);
        for (int i = 0; i < 2; i++) {
            double g = (double)gradient[t - 1][i];
            m[i] = 0.9 * m[i] + 0.1 * g;
            v[i] = 0.999 * v[i] + 0.001 * g * g;
            at[i] -= 0.5 * again * (m[i] / b1) / (sqrt(v[i] / b2) + 1e-7);
            cr_assert(fabs((double)w[i] - at[i]) < 2e-5, "step %d, w[%d]: got %.8g, want %.8g", t,
                      i, (double)w[i], at[i]);
        }
        if (t == 1) cr_assert(fabs((10 - (double)w[0]) / 0.5 - sqrt(0.001) / 0.1) < 1e-5);
    }
}
// [not for students]

/* v collects steps, not gradients: when the rate falls, those already collected keep their size. */
Test(ch06, momentum_and_a_falling_rate, .description = "v = momentum * v - lr * g, w += v") {
    needs("06.2");
    Optimizer o = named("momentum");
    real w[1] = {1}, v[1] = {0};
    const real g[1] = {2};
    o.lr = 0.5;
    optimizer_step(&o, 1, g, v, w); /* v = -1, w = 0 */
    o.lr = 0.1;
    optimizer_step(&o, 1, g, v, w); /* v = -0.9 - 0.2 */
    cr_assert(fabs((double)v[0] + 1.1) < 1e-6, "v: %g", (double)v[0]);
    cr_assert(fabs((double)w[0] + 1.1) < 1e-6, "w: %g", (double)w[0]);
}

/* Many parameters at a time, and each by itself. */
static void check_entries(const char *name) {
    enum { N = 20569 };
    Rng rng = rng_seed(7, 0);
    Optimizer together = named(name);
    cr_assert_str_eq(together.name, name);
    real *w = normals(&rng, N), *state = zeros((size_t)together.slots * N), one[N];
    real *g = normals(&rng, 3 * N);
    memcpy(one, w, sizeof one);
    for (int t = 0; t < 3; t++)
        optimizer_step(&together, N, g + t * N, state, w);
    for (int i = 0; i < N; i++) {
        real own[2] = {0};
        Optimizer alone = named(name);
        for (int t = 0; t < 3; t++)
            optimizer_step(&alone, 1, &g[t * N + i], own, &one[i]);
    }
    expect_list(name, N, w, one, 1e-6);
}

/* A parameter that never moves must stay finite. */
static void check_no_gradient(const char *name) {
    Optimizer o = named(name);
    real w = 3, g = 0, state[2] = {0};
    for (int t = 0; t < 3; t++)
        optimizer_step(&o, 1, &g, state, &w);
    cr_assert(w == 3, "%s: gradient 0 moved w to %g", name, (double)w);
}

/* eps is outside the root: with g = 1e-7 it halves adagrad's and adam's first step. */
static void check_tiny_gradient(const char *name, double want) {
    Optimizer o = named(name);
    real w = 0, g = (real)1e-7, state[2] = {0};
    o.lr = 1;
    optimizer_step(&o, 1, &g, state, &w);
    cr_assert(fabs((double)w + want) < 1e-4 * want, "%s: step %g, want %g", name, -(double)w, want);
}

Test(ch06, one_flat_vector, .description = "entries do not see each other; all names work") {
    needs("06");
    static const double tiny[] = {
        1e-7,                 /* sgd */
        1e-7,                 /* momentum */
        0.5,                  /* adagrad */
        1e-7 / (1e-8 + 1e-7), /* rmsprop */
        0.5,                  /* adam */
        0.5 * 0.316227766,    /* adam-twice: sqrt(0.001) / 0.1 of adam's */
        1e-7 / 0.02,          /* sdlm with curvature 0 */
    };
    int count = 0;
    for (; optimizer_names[count]; count++) {
        check_entries(optimizer_names[count]);
        check_no_gradient(optimizer_names[count]);
        check_tiny_gradient(optimizer_names[count], tiny[count]);
    }
    cr_assert(count == sizeof tiny / sizeof *tiny, "%d names", count);
    Optimizer o;
    cr_assert(!optimizer_named("adamw", &o), "an unknown name must be refused");
}

Test(ch06, constants, .description = "the report's rates and constants") {
    static const struct {
        const char *name;
        double lr, momentum, decay, beta1, beta2, eps;
        int slots;
    } want[] = {
        {"sgd", 0.01, 0, 0, 0, 0, 0, 0},
        {"momentum", 0.01, 0.9, 0, 0, 0, 0, 1},
        {"adagrad", 0.01, 0, 0, 0, 0, 1e-7, 1},
        {"rmsprop", 0.01, 0, 0.99, 0, 0, 1e-7, 1},
        {"adam", 0.001, 0, 0, 0.9, 0.999, 1e-7, 2},
        {"adam-twice", 0.001, 0, 0, 0.9, 0.999, 1e-7, 2},
    };
    for (size_t k = 0; k < sizeof want / sizeof *want; k++) {
        Optimizer o = named(want[k].name);
        cr_assert(o.lr == want[k].lr && o.momentum == want[k].momentum &&
                      o.decay == want[k].decay && o.beta1 == want[k].beta1 &&
                      o.beta2 == want[k].beta2 && o.eps == want[k].eps &&
                      o.slots == want[k].slots && o.t == 0,
                  "%s", want[k].name);
    }
}

Test(ch06, sdlm, .description = "w -= lr / (mu + h) * g, h given and left alone") {
    Optimizer o = named("sdlm");
    real w[3] = {1, 1, 1}, h[3] = {0, (real)0.08, 2};
    const real g[3] = {1, 2, -4};
    cr_assert(o.lr == 0.0005 && o.mu == 0.02 && o.slots == 1, "the paper's first rate and mu");
    for (int t = 0; t < 2; t++)
        optimizer_step(&o, 3, g, h, w);
    /* two steps of 0.0005/0.02 * 1, 0.0005/0.1 * 2, 0.0005/2.02 * -4 */
    const real want[3] = {(real)0.95, (real)0.98, (real)(1 + 0.004 / 2.02)};
    expect_list("w", 3, w, want, 1e-6);
    cr_assert(h[0] == 0 && h[1] == (real)0.08 && h[2] == 2, "it wrote into the curvature");
}

Test(ch06, schedules, .description = "warm-up, half a cosine, the paper's table") {
    static const double paper[21] = {5e-4, 5e-4, 2e-4, 2e-4, 2e-4, 1e-4, 1e-4,
                                     1e-4, 5e-5, 5e-5, 5e-5, 5e-5, 1e-5, 1e-5,
                                     1e-5, 1e-5, 1e-5, 1e-5, 1e-5, 1e-5, 1e-5};
    /* passes done: the paper's first pass is the one after 0 */
    for (int pass = 0; pass <= 20; pass++)
        for (double part = 0; part < 1; part += 0.3) {
            double rate = 5e-4 * schedule_share(SCHEDULE_1998, 0, pass + part, 20);
            cr_assert(fabs(rate - paper[pass]) < 1e-12, "pass %d: rate %g", pass + 1, rate);
        }
    cr_assert(schedule_share(SCHEDULE_CONSTANT, 0, 7.5, 10) == 1);
    /* 2 of 10 epochs of warm-up: 0, 1/4, 1/2 on the way, then cos from 0 to pi over the other 8 */
    static const double done[7] = {0, 0.5, 1, 2, 4, 6, 10};
    static const double want[7] = {0, 0.25, 0.5, 1, 0.8535533906, 0.5, 0};
    for (int k = 0; k < 7; k++) {
        double got = schedule_share(SCHEDULE_COSINE, 2, done[k], 10);
        cr_assert(fabs(got - want[k]) < 1e-9, "after %g of 10 epochs: got %g, want %g", done[k],
                  got, want[k]);
    }
    cr_assert(schedule_share(SCHEDULE_CONSTANT, 4, 1, 10) == 0.25, "a warm-up to a constant rate");
    cr_assert(schedule_share(SCHEDULE_COSINE, 4, 3, 4) == 0.75, "nothing but warm-up");
}

Test(ch06, average_and_decay,
     .description = "mean = keep * mean + (1 - keep) * w; w -= lr * weight_decay * w first") {
    needs("06.5");
    const real at[4][2] = {{1, -4}, {3, 0}, {5, 8}, {2, 2}};
    real mean[2] = {100, 100};
    double want[2] = {0, 0};
    /* (t-1)/(t+8) = 0, .1, .18, .25; at most .15 */
    static const double keep[4] = {0, 0.1, 0.15, 0.15};
    for (int t = 0; t < 4; t++) {
        average_step(2, 0.15, t + 1, at[t], mean);
        for (int i = 0; i < 2; i++) {
            want[i] = keep[t] * want[i] + (1 - keep[t]) * (double)at[t][i];
            cr_assert(fabs((double)mean[i] - want[i]) < 1e-5, "step %d: got %g, want %g", t + 1,
                      (double)mean[i], want[i]);
        }
    }
    Optimizer o = named("adam");
    real w[2] = {10, -20}, state[4] = {0};
    const real g[2] = {1, 0};
    cr_assert(o.weight_decay == 0, "no decay unless asked for");
    o.lr = 0.5;
    o.weight_decay = 0.1;
    optimizer_step(&o, 2, g, state, w); /* 10 * (1 - 0.05) - 0.5;  -20 * (1 - 0.05) */
    cr_assert(fabs((double)w[0] - 9) < 1e-5 && fabs((double)w[1] + 19) < 1e-5, "%g %g",
              (double)w[0], (double)w[1]);
}
