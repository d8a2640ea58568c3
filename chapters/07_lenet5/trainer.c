/*
 * Mini-batches, micro-batches, steps.
 */
#include "07_lenet5/trainer.h"

#include "fail.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ memory --------------- */

static void take_step(Trainer *t);

/* How many sums of gradients wait at a time, in a mini-batch of n: see trainer_gradient(). */
static int sums_at_most(int n) {
    int size = micro_batch(n), sums = 1;
    for (int parts = (n + size - 1) / size; parts > 1; parts /= 2)
        sums++;
    return sums;
}

/* All memory is taken before the first step, so an epoch cannot fail. */
bool trainer_new(Trainer *t, const Network *net, const Dataset *data, const Plan *plan,
                 uint64_t seed, Error *error) {
    size_t n = network_params(net), slots = (size_t)plan->optimizer.slots;
    /* found here, and not when the run is over and its parameters are to be saved */
    contract(net->name[0] && net->kernels, "the network has no name, or no name of its kernels");
    *t = (Trainer){.net = net, .data = data, .plan = *plan, .seed = seed, .threads = 1};
    t->gradient = trainer_gradient;
    t->step = take_step;
    t->patterns = data->n * (1 + plan->copies);
    t->optimizer = plan->optimizer;
    /* Each use of randomness has its stream: more epochs change no initial weight. */
    t->shuffle = rng_seed(seed, STREAM_SHUFFLE);
    t->params = calloc(n, sizeof(real));
    t->grad = calloc((size_t)sums_at_most(plan->batch) * n, sizeof(real));
    t->state = calloc(n * slots + 1, sizeof(real));
    t->order = calloc((size_t)t->patterns, sizeof(int));
    bool ok = t->params && t->grad && t->state && t->order;
    if (plan->average > 0) {
        t->mean = calloc(n, sizeof(real));
        ok = ok && t->mean;
    }
    if (!ok) error_set(error, "no memory to train %zu parameters", n);
    if (!ok || !workspace_new(net, MICRO_BATCH, &t->space, error)) {
        trainer_free(t);
        return false;
    }
    /* in the order of the file; every epoch shuffles it further */
    for (int i = 0; i < t->patterns; i++)
        t->order[i] = i;
    network_init(net, plan->init, seed, t->params);
    if (t->mean) memcpy(t->mean, t->params, n * sizeof(real));
    return true;
}

void trainer_free(Trainer *t) {
    if (t->shares) t->unshare(t);
    workspace_free(&t->space);
    free(t->params);
    free(t->mean);
    free(t->grad);
    free(t->state);
    free(t->order);
    *t = (Trainer){0};
}

/* A mean of parameters answers better than the last of them, which still jump. */
real *trainer_result(const Trainer *t) {
    return t->mean ? t->mean : t->params;
}

/* ------------------------------------------------------------------ images --------------- */

/* Whether the present epoch shows this copy of an image as the image is. */
static bool undistorted(const Trainer *t, int copy) {
    int plain = t->plan.undistorted; /* that many epochs at the end */
    bool last_epochs = plain > 0 && t->epoch > t->plan.epochs - plain;
    bool original = t->plan.copies > 0 && copy == 0;
    return !augment_any(&t->plan.augment) || last_epochs || original;
}

/* Bytes to reals, warped or not. The same image of the same epoch is the same on every thread and
   in every order, since its random numbers depend on nothing else. */
void trainer_image(const Trainer *t, int pattern, real *x) {
    int image = pattern % t->data->n, copy = pattern / t->data->n;
    if (undistorted(t, copy)) {
        dataset_image(t->data, image, t->net->input, t->net->pad, x);
        return;
    }
    /* A generator for this image in this epoch (or copy): no thread depends on another. */
    uint64_t turn = (uint64_t)(copy > 0 ? copy : t->epoch);
    Rng epoch = rng_seed(t->seed, STREAM_AUGMENT + 256 * turn);
    Rng rng = rng_seed(rng_next(&epoch), (uint64_t)image);
    Warp warp = warp_random(&t->plan.augment, &rng);
    warp_image(t->data, image, t->net->input, t->net->pad, &warp, x);
}

/* The images of a micro-batch, and their labels. */
void trainer_input(const Trainer *t, const int *index, int n, Workspace *space) {
    int size = shape_size(t->net->layer[0].in);
    for (int i = 0; i < n; i++) {
        trainer_image(t, index[i], space->y[0] + i * size);
        space->label[i] = t->data->label[index[i] % t->data->n];
    }
}

/* ------------------------------------------------------------------ one mini-batch ------- */

/* A small mini-batch makes four micro-batches as well, so that four threads have work. */
int micro_batch(int n) {
    if (n >= 4 * MICRO_BATCH) return MICRO_BATCH;
    return (n + 3) / 4;
}

// [micro-batch]
/* One micro-batch: forward, loss, backward; its part of the gradient into grad. */
Step micro_gradient(const Trainer *t, const int *index, int n, real scale, Workspace *space,
                    real *grad) {
    /* layers add to dw (layer.h), so it is cleared here */
    memset(grad, 0, network_params(t->net) * sizeof *grad);
    trainer_input(t, index, n, space);
    Step step = {.loss = network_forward(t->net, n, t->params, space)};
    for (int i = 0; i < n; i++)
        if (space->decision[i] == space->label[i]) step.correct++;
    network_backward(t->net, n, t->params, scale, space, grad);
    return step;
}
// [micro-batch]

// [gradient]
/* The two topmost sums of the stack become one; returns how many there are then. */
static int add_topmost(Trainer *t, int sums) {
    size_t params = network_params(t->net);
    const real *top = t->grad + (size_t)(sums - 1) * params;
    real *below = t->grad + (size_t)(sums - 2) * params;
    for (size_t i = 0; i < params; i++)
        below[i] += top[i];
    return sums - 1;
}

/*
 * One micro-batch after the other. A sum of floats depends on its order, and this is the order:
 * neighbours first, then neighbouring pairs, ((0+1) + (2+3)) + ... The stack holds the sums that
 * wait for their neighbour.
 */
Step trainer_gradient(Trainer *t, const int *index, int n) {
    size_t params = network_params(t->net);
    int size = micro_batch(n), sums = 0;
    real scale = 1 / (real)n; /* L is the mean over the mini-batch */
    Step total = {0};
    contract(n <= t->plan.batch, "a gradient of %d images, more than a batch of %d", n,
             t->plan.batch);
    for (int k = 0; k * size < n; k++) {
        int first = k * size, left = n - first, images = left < size ? left : size;
        real *top = t->grad + (size_t)sums * params;
        Step step = micro_gradient(t, index + first, images, scale, &t->space, top);
        total.loss += step.loss;
        total.correct += step.correct;
        sums++;
        /* 0+1 is complete after two micro-batches, (0+1) + (2+3) after four, ... */
        for (int complete = k + 1; complete % 2 == 0; complete /= 2)
            sums = add_topmost(t, sums);
    }
    while (sums > 1) /* when their number is not a power of two */
        sums = add_topmost(t, sums);
    total.loss /= n;
    return total;
}
// [gradient]

/* ------------------------------------------------------------------ epochs --------------- */

/* Where the epoch begins, and a new order when all patterns have been seen. */
static void order_images(Trainer *t, int epoch) {
    t->epoch = epoch;
    t->start = (int)((long)(epoch - 1) * t->data->n % t->patterns);
    bool reshuffle = epoch == 1 || !t->plan.fixed_order;
    if (t->start == 0 && reshuffle) rng_shuffle(&t->shuffle, t->order, t->patterns);
}

/* One step downhill. */
static void take_step(Trainer *t) {
    optimizer_step(&t->optimizer, network_params(t->net), t->grad, t->state, t->params);
}

// [trainer-step]
void trainer_begin(Trainer *t, int epoch) {
    order_images(t, epoch);
    if (t->plan.prepare) t->plan.prepare(t);
}

Step trainer_step(Trainer *t, int first) {
    const Plan *plan = &t->plan;
    int left = t->data->n - first, n = left < plan->batch ? left : plan->batch;
    /* the gradient of this mini-batch, the last of an epoch may be smaller */
    Step step = t->gradient(t, t->order + t->start + first, n);
    /* a diverged run: the caller reports it, the parameters stay as they are */
    if (!isfinite(step.loss)) return step;
    /* the rate at this moment of the run, then one step downhill */
    double done = t->epoch - 1 + (double)first / t->data->n;
    double share = schedule_share(plan->schedule, plan->warmup, done, plan->epochs);
    t->optimizer.lr = plan->optimizer.lr * share;
    t->step(t);
    size_t params = network_params(t->net);
    if (t->mean) average_step(params, plan->average, t->optimizer.t, t->params, t->mean);
    return step;
}
// [trainer-step]

/* To where a saved run was: the epochs are shuffled again, so the rest is bit-identical. */
void trainer_go_to(Trainer *t, int epoch, long steps) {
    for (int e = 1; e <= epoch; e++)
        order_images(t, e);
    t->optimizer.t = steps;
}
