/*
 * The five optimizers of the report, its listing of Adam, and the step of 1998: one loop each, the
 * formula above it.
 */
#include "06_optimizers/optimizer.h"

#include "elementary.h"

#include <string.h>

// [sgd]
/* Downhill, in proportion to the slope. */
static void sgd_step(const Optimizer *o, size_t n, const real *g, real **state, real *w) {
    (void)state;
    real lr = (real)o->lr;
    for (size_t i = 0; i < n; i++) {
        /* w -= lr * g */
        w[i] -= lr * g[i];
    }
}
// [sgd]

// [momentum]
/* v is a velocity: gradients that agree add up, gradients that alternate cancel. */
static void momentum_step(const Optimizer *o, size_t n, const real *g, real **state, real *w) {
    real lr = (real)o->lr, momentum = (real)o->momentum;
    real *v = state[0];
    for (size_t i = 0; i < n; i++) {
        /* v = momentum * v - lr * g,  w += v */
        v[i] = momentum * v[i] - lr * g[i];
        w[i] += v[i];
    }
}
// [momentum]

// [adagrad]
/* h only grows, so steps shrink, most where gradients are large. */
static void adagrad_step(const Optimizer *o, size_t n, const real *g, real **state, real *w) {
    real lr = (real)o->lr, eps = (real)o->eps;
    real *h = state[0];
    for (size_t i = 0; i < n; i++) {
        /* h += g^2,  w -= lr * g / (sqrt(h) + eps) */
        h[i] += g[i] * g[i];
        w[i] -= lr * g[i] / (sqrt(h[i]) + eps);
    }
}
// [adagrad]

// [rmsprop]
/* As AdaGrad, but h forgets: an average of g^2 over the last 1 / (1 - decay) steps or so. */
static void rmsprop_step(const Optimizer *o, size_t n, const real *g, real **state, real *w) {
    real lr = (real)o->lr, eps = (real)o->eps, decay = (real)o->decay;
    real fresh = (real)(1 - o->decay);
    real *h = state[0];
    for (size_t i = 0; i < n; i++) {
        /* h = decay * h + (1 - decay) * g^2,  w -= lr * g / (sqrt(h) + eps) */
        h[i] = decay * h[i] + fresh * g[i] * g[i];
        w[i] -= lr * g[i] / (sqrt(h[i]) + eps);
    }
}
// [rmsprop]

// [adam]
/* Both Adams: rate is the factor before the corrected quotient. */
static void adam_move(const Optimizer *o, double rate, size_t n, const real *g, real **state,
                      real *w) {
    real beta1 = (real)o->beta1, beta2 = (real)o->beta2, eps = (real)o->eps, lr = (real)rate;
    real fresh1 = (real)(1 - o->beta1), fresh2 = (real)(1 - o->beta2);
    /* m and v start at 0; after t steps they are too small, and these factors make up for it. */
    real correct1 = (real)(1 / (1 - our_power(o->beta1, o->t)));
    real correct2 = (real)(1 / (1 - our_power(o->beta2, o->t)));
    real *m = state[0], *v = state[1];
    for (size_t i = 0; i < n; i++) {
        /* m = beta1 * m + (1 - beta1) * g,  v = beta2 * v + (1 - beta2) * g^2 */
        m[i] = beta1 * m[i] + fresh1 * g[i];
        v[i] = beta2 * v[i] + fresh2 * g[i] * g[i];
        /* w -= lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps) */
        w[i] -= lr * (m[i] * correct1) / (sqrt(v[i] * correct2) + eps);
    }
}

static void adam_step(const Optimizer *o, size_t n, const real *g, real **state, real *w) {
    adam_move(o, o->lr, n, g, state, w);
}
// [adam]

// [adam-twice]
/* The report's listing: lr_t already holds the correction that adam_move applies once more. */
static void adam_twice_step(const Optimizer *o, size_t n, const real *g, real **state, real *w) {
    double t = o->t;
    double lr_t = o->lr * sqrt(1 - our_power(o->beta2, t)) / (1 - our_power(o->beta1, t));
    adam_move(o, lr_t, n, g, state, w);
}
// [adam-twice]

// [sdlm]
/* The curvature h is given: it is the state. */
static void sdlm_step(const Optimizer *o, size_t n, const real *g, real **state, real *w) {
    real lr = (real)o->lr, mu = (real)o->mu;
    const real *h = state[0];
    for (size_t i = 0; i < n; i++) {
        /* w -= lr / (mu + h) * g */
        w[i] -= lr / (mu + h[i]) * g[i];
    }
}
// [sdlm]

/* The defaults; slots is how many numbers per parameter an optimizer remembers. */
static const Optimizer optimizers[] = {
    {.name = "sgd", .lr = 0.01, .step = sgd_step},
    {.name = "momentum", .lr = 0.01, .momentum = 0.9, .slots = 1, .step = momentum_step},
    {.name = "adagrad", .lr = 0.01, .eps = 1e-7, .slots = 1, .step = adagrad_step},
    {.name = "rmsprop", .lr = 0.01, .decay = 0.99, .eps = 1e-7, .slots = 1, .step = rmsprop_step},
    {.name = "adam",
     .lr = 0.001,
     .beta1 = 0.9,
     .beta2 = 0.999,
     .eps = 1e-7,
     .slots = 2,
     .step = adam_step},
    {.name = "adam-twice",
     .lr = 0.001,
     .beta1 = 0.9,
     .beta2 = 0.999,
     .eps = 1e-7,
     .slots = 2,
     .step = adam_twice_step},
    {.name = "sdlm", .lr = 0.0005, .mu = 0.02, .slots = 1, .step = sdlm_step},
};

const char *const optimizer_names[] = {"sgd",  "momentum",   "adagrad", "rmsprop",
                                       "adam", "adam-twice", "sdlm",    NULL};

bool optimizer_named(const char *name, Optimizer *o) {
    for (size_t i = 0; i < sizeof optimizers / sizeof *optimizers; i++) {
        if (strcmp(name, optimizers[i].name) != 0) continue;
        *o = optimizers[i];
        return true;
    }
    return false;
}

// [optimizer-step]
void optimizer_step(Optimizer *o, size_t n, const real *g, real *state, real *w) {
    real *slot[SLOTS_MAX] = {NULL};
    for (int k = 0; k < o->slots; k++)
        slot[k] = state + (size_t)k * n;
    o->t++;
    optimizer_move(o, n, g, slot, w);
}

void optimizer_move(const Optimizer *o, size_t n, const real *g, real **state, real *w) {
    if (o->weight_decay > 0) {
        /* w -= lr * weight_decay * w */
        real kept = (real)(1 - o->lr * o->weight_decay);
        for (size_t i = 0; i < n; i++)
            w[i] *= kept;
    }
    o->step(o, n, g, state, w);
}
// [optimizer-step]
