/*
 * Chapter 6: some steps of one optimizer.
 *
 *     number[0]        which: the place of its name in optimizer_names
 *     constant[0..4]   momentum, decay, beta1, beta2, eps
 *     A_X              (parameters) where they start
 *     A_DY, A_RATE     (steps, parameters) the gradients, (steps) the learning rates
 *     A_STATE          the optimizer's memory
 *     A_W              (steps, parameters) where they are after each step
 */
#include "course/examine/here.h"
#include "06_optimizers/optimizer.h"
#include "fail.h"

#include <string.h>

static void run_steps(const Call *call) {
    size_t n = call->array[A_X].count, steps = call->array[A_RATE].count;
    const real *g = call_at(call, A_DY), *start = call_at(call, A_X);
    const double *rate = call_at(call, A_RATE);
    real *w = call_at(call, A_W);
    Optimizer o;
    const char *name = optimizer_names[call->number[0]];
    contract(optimizer_named(name, &o), "there is no optimizer %s", name);
    o.momentum = call->constant[0];
    o.decay = call->constant[1];
    o.beta1 = call->constant[2];
    o.beta2 = call->constant[3];
    o.eps = call->constant[4];
    for (size_t t = 0; t < steps; t++) {
        memcpy(w, t == 0 ? start : w - n, n * sizeof *w);
        o.lr = rate[t];
        optimizer_step(&o, n, g, call_at(call, A_STATE), w);
        g += n;
        w += n;
    }
}

const Here here_06[] = {
    {CALL_OPTIMIZER, .run = run_steps},
    {.function = FUNCTIONS},
};
