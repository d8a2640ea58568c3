/*
 * Chapter 6: every rule against its first steps, written out.
 *
 * Two parameters, gradients chosen so that roots are whole numbers; each test computes the wanted
 * values from the formula in double, line by line.
 */
#include "06_optimizers/optimizer.h"
#include "06_optimizers/schedule.h"
#include "check.h"

#include <string.h>

TestSuite(ch06, .timeout = 20);

static const real gradient[3][2] = {{1, -2}, {3, 0}, {-2, 4}};

static Optimizer named(const char *name) {
    Optimizer o;
    bool known = optimizer_named(name, &o);
    cr_assert(known, "no optimizer is named %s", name);
    return o;
}

/* Three steps of the named rule from (10, 20); w holds the parameters after each. */
static Optimizer three_steps(const char *name, real w[3][2]) {
    Optimizer o = named(name);
    real state[4] = {0}, at[2] = {10, 20};
    o.lr = 0.5;
    for (int t = 0; t < 3; t++) {
        optimizer_step(&o, 2, gradient[t], state, at);
        memcpy(w[t], at, sizeof at);
    }
    cr_expect(o.t == 3, "t counts the steps: %ld", o.t);
    return o;
}

/* Both parameters at a time; the wanted values as doubles. */
static void expect_step(const char *name, int t, const real got[2], const double want[2]) {
    for (int i = 0; i < 2; i++)
        cr_expect(fabs((double)got[i] - want[i]) < 2e-5, "%s, step %d, w[%d]: got %.8g, want %.8g",
                  name, t + 1, i, (double)got[i], want[i]);
}

Test(ch06, t01_sgd, .description = "[1 pt] w -= lr * g") {
    real w[3][2];
    three_steps("sgd", w);
    const double want[3][2] = {{9.5, 21}, {8, 21}, {9, 19}};
    for (int t = 0; t < 3; t++)
        expect_step("sgd", t, w[t], want[t]);
}

Test(ch06, t02_momentum, .description = "[1 pt] v = 0.9 v - lr * g, w += v") {
    real w[3][2];
    three_steps("momentum", w);
    /* v: -0.5, -0.45 - 1.5 = -1.95, -1.755 + 1 = -0.755;  1, 0.9, 0.81 - 2 = -1.19 */
    const double want[3][2] = {{9.5, 21}, {7.55, 21.9}, {6.795, 20.71}};
    for (int t = 0; t < 3; t++)
        expect_step("momentum", t, w[t], want[t]);
}

Test(ch06, t03_adagrad, .description = "[1 pt] h += g^2, w -= lr * g / (sqrt(h) + eps)") {
    real w[3][2];
    three_steps("adagrad", w);
    double at[2] = {10, 20}, h[2] = {0, 0};
    for (int t = 0; t < 3; t++) {
        for (int i = 0; i < 2; i++) {
            double g = (double)gradient[t][i];
            h[i] += g * g;
            at[i] -= 0.5 * g / (sqrt(h[i]) + 1e-7);
        }
        expect_step("adagrad", t, w[t], at);
    }
    /* the first step is lr in the direction of the sign, whatever the size of g */
    cr_expect(fabs((double)w[0][0] - 9.5) < 1e-5 && fabs((double)w[0][1] - 20.5) < 1e-5);
}

Test(ch06, t04_rmsprop,
     .description = "[1 pt] h = 0.99 h + 0.01 g^2, w -= lr * g / (sqrt(h) + eps)") {
    real w[3][2];
    three_steps("rmsprop", w);
    /* first step: h = 0.01 g^2, so the step is lr * sign(g) / 0.1 = 5 */
    cr_expect(fabs((double)w[0][0] - 5) < 1e-4 && fabs((double)w[0][1] - 25) < 1e-4, "%g %g",
              (double)w[0][0], (double)w[0][1]);
    double at[2] = {10, 20}, h[2] = {0, 0};
    for (int t = 0; t < 3; t++) {
        for (int i = 0; i < 2; i++) {
            double g = (double)gradient[t][i];
            h[i] = 0.99 * h[i] + 0.01 * g * g;
            at[i] -= 0.5 * g / (sqrt(h[i]) + 1e-7);
        }
        expect_step("rmsprop", t, w[t], at);
    }
}

/* The report's stated formula, with `extra` on the rate for its listing. */
static void adam_by_formula(bool twice, double want[3][2]) {
    double at[2] = {10, 20}, m[2] = {0, 0}, v[2] = {0, 0};
    for (int t = 1; t <= 3; t++) {
        double b1 = 1 - pow(0.9, t), b2 = 1 - pow(0.999, t);
        double extra = twice ? sqrt(b2) / b1 : 1;
        for (int i = 0; i < 2; i++) {
            double g = (double)gradient[t - 1][i];
            m[i] = 0.9 * m[i] + 0.1 * g;
            v[i] = 0.999 * v[i] + 0.001 * g * g;
            at[i] -= 0.5 * extra * (m[i] / b1) / (sqrt(v[i] / b2) + 1e-7);
            want[t - 1][i] = at[i];
        }
    }
}

Test(ch06, t05_adam, .description = "[2 pts] bias corrected once, as the report states it") {
    real w[3][2];
    double want[3][2];
    three_steps("adam", w);
    adam_by_formula(false, want);
    for (int t = 0; t < 3; t++)
        expect_step("adam", t, w[t], want[t]);
    /* corrected right, the first step is lr * sign(g) */
    cr_expect(fabs((double)w[0][0] - 9.5) < 1e-5 && fabs((double)w[0][1] - 20.5) < 1e-5);
}

Test(ch06, t06_adam_twice,
     .description = "[1 pt] the report's listing: first step 0.316 of Adam's") {
    real w[3][2];
    double want[3][2];
    three_steps("adam-twice", w);
    adam_by_formula(true, want);
    for (int t = 0; t < 3; t++)
        expect_step("adam-twice", t, w[t], want[t]);
    cr_expect(fabs((10 - (double)w[0][0]) / 0.5 - sqrt(0.001) / 0.1) < 1e-5);
}

/* Many parameters at a time, and each by itself. */
static void check_entries(const char *name) {
    enum { N = 37 };
    Rng rng = rng_seed(7, 0);
    Optimizer together = named(name);
    cr_expect_str_eq(together.name, name);
    real *w = normals(&rng, N), *state = reals((size_t)together.slots * N), one[N];
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
    cr_expect(w == 3, "%s: gradient 0 moved w to %g", name, (double)w);
}

/* eps is outside the root: with g = 1e-7 it halves adagrad's and adam's first step. */
static void check_tiny_gradient(const char *name, double want) {
    Optimizer o = named(name);
    real w = 0, g = (real)1e-7, state[2] = {0};
    o.lr = 1;
    optimizer_step(&o, 1, &g, state, &w);
    cr_expect(fabs((double)w + want) < 1e-4 * want, "%s: step %g, want %g", name, -(double)w, want);
}

Test(ch06, t07_one_flat_vector,
     .description = "[1 pt] entries do not see each other; all names work") {
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
    cr_expect(count == sizeof tiny / sizeof *tiny, "%d names", count);
    Optimizer o;
    cr_expect(!optimizer_named("adamw", &o), "an unknown name must be refused");
}

Test(ch06, t08_constants, .description = "[1 pt] the report's rates and constants") {
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
        cr_expect(o.lr == want[k].lr && o.momentum == want[k].momentum &&
                      o.decay == want[k].decay && o.beta1 == want[k].beta1 &&
                      o.beta2 == want[k].beta2 && o.eps == want[k].eps &&
                      o.slots == want[k].slots && o.t == 0,
                  "%s", want[k].name);
    }
}

Test(ch06, t09_sdlm, .description = "[1 pt] w -= lr / (mu + h) * g, h given and left alone") {
    Optimizer o = named("sdlm");
    real w[3] = {1, 1, 1}, h[3] = {0, (real)0.08, 2};
    const real g[3] = {1, 2, -4};
    cr_expect(o.lr == 0.0005 && o.mu == 0.02 && o.slots == 1, "the paper's first rate and mu");
    for (int t = 0; t < 2; t++)
        optimizer_step(&o, 3, g, h, w);
    /* two steps of 0.0005/0.02 * 1, 0.0005/0.1 * 2, 0.0005/2.02 * -4 */
    const real want[3] = {(real)0.95, (real)0.98, (real)(1 + 0.004 / 2.02)};
    expect_list("w", 3, w, want, 1e-6);
    cr_expect(h[0] == 0 && h[1] == (real)0.08 && h[2] == 2, "it wrote into the curvature");
}

Test(ch06, t10_schedules, .description = "[1 pt] warm-up, half a cosine, the paper's table") {
    static const double paper[21] = {5e-4, 5e-4, 2e-4, 2e-4, 2e-4, 1e-4, 1e-4,
                                     1e-4, 5e-5, 5e-5, 5e-5, 5e-5, 1e-5, 1e-5,
                                     1e-5, 1e-5, 1e-5, 1e-5, 1e-5, 1e-5, 1e-5};
    /* passes done: the paper's first pass is the one after 0 */
    for (int pass = 0; pass <= 20; pass++)
        for (double part = 0; part < 1; part += 0.3) {
            double rate = 5e-4 * schedule_share(SCHEDULE_1998, 0, pass + part, 20);
            cr_expect(fabs(rate - paper[pass]) < 1e-12, "pass %d: rate %g", pass + 1, rate);
        }
    cr_expect(schedule_share(SCHEDULE_CONSTANT, 0, 7.5, 10) == 1);
    /* 2 of 10 epochs of warm-up: 0, 1/4, 1/2 on the way, then cos from 0 to pi over the other 8 */
    static const double done[7] = {0, 0.5, 1, 2, 4, 6, 10};
    static const double want[7] = {0, 0.25, 0.5, 1, 0.8535533906, 0.5, 0};
    for (int k = 0; k < 7; k++) {
        double got = schedule_share(SCHEDULE_COSINE, 2, done[k], 10);
        cr_expect(fabs(got - want[k]) < 1e-9, "after %g of 10 epochs: got %g, want %g", done[k],
                  got, want[k]);
    }
    cr_expect(schedule_share(SCHEDULE_CONSTANT, 4, 1, 10) == 0.25, "a warm-up to a constant rate");
    cr_expect(schedule_share(SCHEDULE_COSINE, 4, 3, 4) == 0.75, "nothing but warm-up");
}

Test(
    ch06, t11_average_and_decay,
    .description = "[1 pt] mean = keep * mean + (1 - keep) * w; w -= lr * weight_decay * w first") {
    const real at[4][2] = {{1, -4}, {3, 0}, {5, 8}, {2, 2}};
    real mean[2] = {100, 100};
    double want[2] = {0, 0};
    /* (t-1)/(t+8) = 0, .1, .18, .25; at most .15 */
    static const double keep[4] = {0, 0.1, 0.15, 0.15};
    for (int t = 0; t < 4; t++) {
        average_step(2, 0.15, t + 1, at[t], mean);
        for (int i = 0; i < 2; i++) {
            want[i] = keep[t] * want[i] + (1 - keep[t]) * (double)at[t][i];
            cr_expect(fabs((double)mean[i] - want[i]) < 1e-5, "step %d: got %g, want %g", t + 1,
                      (double)mean[i], want[i]);
        }
    }
    Optimizer o = named("adam");
    real w[2] = {10, -20}, state[4] = {0};
    const real g[2] = {1, 0};
    cr_expect(o.weight_decay == 0, "no decay unless asked for");
    o.lr = 0.5;
    o.weight_decay = 0.1;
    optimizer_step(&o, 2, g, state, w); /* 10 * (1 - 0.05) - 0.5;  -20 * (1 - 0.05) */
    cr_expect(fabs((double)w[0] - 9) < 1e-5 && fabs((double)w[1] + 19) < 1e-5, "%g %g",
              (double)w[0], (double)w[1]);
}
