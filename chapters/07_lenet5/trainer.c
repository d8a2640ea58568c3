/*
 * Mini-batches, micro-batches, steps: training that gives the same bits on any number of threads.
 */
#include "07_lenet5/trainer.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ memory --------------- */

bool trainer_new(Trainer *t, const Network *net, const Dataset *data, const Plan *plan, int threads,
                 uint64_t seed, Error *error) {
    size_t n = network_params(net), slots = (size_t)plan->optimizer.slots;
    *t = (Trainer){.net = net, .data = data, .plan = *plan, .seed = seed};
    t->threads = threads < WAVE ? threads : WAVE;
    t->patterns = data->n * (1 + plan->copies);
    t->optimizer = plan->optimizer;
    /* Each use of randomness has a stream of its own: more epochs change no first weight. */
    t->shuffle = rng_seed(seed, STREAM_SHUFFLE);
    t->space = workspaces_new(net, t->threads, error);
    t->team = team_new(t->threads, error);
    t->params = calloc(n, sizeof(real));
    t->grad = calloc(n, sizeof(real));
    t->state = calloc(n * slots + 1, sizeof(real));
    t->order = calloc((size_t)t->patterns, sizeof(int));
    bool ok = t->space && t->team && t->params && t->grad && t->state && t->order;
    for (int k = 0; k < WAVE; k++) {
        t->micro_grad[k] = calloc(n, sizeof(real));
        ok = ok && t->micro_grad[k];
    }
    if (plan->average > 0) {
        t->mean = calloc(n, sizeof(real));
        ok = ok && t->mean;
    }
    if (!ok) {
        trainer_free(t);
        return error_set(error, "no memory to train %zu parameters on %d threads", n, threads);
    }
    /* in the order of the file; every epoch shuffles it on */
    for (int i = 0; i < t->patterns; i++)
        t->order[i] = i;
    network_init(net, plan->init, seed, t->params);
    if (t->mean) memcpy(t->mean, t->params, n * sizeof(real));
    return true;
}

void trainer_free(Trainer *t) {
    team_free(t->team);
    workspaces_free(t->space, t->threads);
    for (int k = 0; k < WAVE; k++)
        free(t->micro_grad[k]);
    free(t->params);
    free(t->mean);
    free(t->grad);
    free(t->state);
    free(t->order);
    *t = (Trainer){0};
}

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

/* Images of a micro-batch, for a mini-batch of n. */
static int micro_batch(int n) {
    return n >= 4 * MICRO_BATCH ? MICRO_BATCH : (n + 3) / 4;
}

// [micro-batch]
/* One micro-batch: forward, loss, backward; its part of the gradient into grad. */
static Step micro_gradient(const Trainer *t, const int *index, int n, real scale, Workspace *space,
                           real *grad) {
    /* layers add to dw (layer.h), so somebody must clear it: here */
    memset(grad, 0, network_params(t->net) * sizeof *grad);
    trainer_input(t, index, n, space);
    Step step = {.loss = network_forward(t->net, n, t->params, space)};
    for (int i = 0; i < n; i++)
        step.correct += space->decision[i] == space->label[i];
    network_backward(t->net, n, t->params, scale, space, grad);
    return step;
}
// [micro-batch]

/* A wave: the micro-batches of a mini-batch that the team works on at a time. */
typedef struct Wave {
    Trainer *t;
    const int *index; /* the patterns of the mini-batch  */
    int n;            /* how many                        */
    int size;         /* of a micro-batch                */
    int begin;        /* micro-batches before this wave  */
    int count;        /* micro-batches in this wave      */
    Step step[WAVE];  /* what each of them gave          */
} Wave;

// [wave]
/* Micro-batch s of a wave, on one of the threads: its gradient into micro_grad[s]. */
static void wave_micro_batch(void *job, int s, int thread) {
    Wave *wave = job;
    Trainer *t = wave->t;
    int first = (wave->begin + s) * wave->size, left = wave->n - first;
    int n = left < wave->size ? left : wave->size;
    real scale = 1 / (real)wave->n; /* L is the mean over the mini-batch */
    wave->step[s] =
        micro_gradient(t, wave->index + first, n, scale, &t->space[thread], t->micro_grad[s]);
}

/* A share of the parameters: n of them, from first on. Small networks have fewer than shares. */
typedef struct Share {
    size_t first, n;
} Share;

static Share share_of(const Trainer *t, int k) {
    size_t params = network_params(t->net), length = (params + SHARES - 1) / SHARES;
    size_t first = (size_t)k * length, left = first < params ? params - first : 0;
    return (Share){params - left, left < length ? left : length};
}

/* One share of the entries: grad += the gradients of a wave, in their order. */
static void wave_sum(void *job, int k, int thread) {
    (void)thread;
    const Wave *wave = job;
    const Trainer *t = wave->t;
    Share share = share_of(t, k);
    real *grad = t->grad + share.first;
    /* the first wave of a mini-batch clears, the others add */
    if (wave->begin == 0) memset(grad, 0, share.n * sizeof *grad);
    for (int s = 0; s < wave->count; s++) {
        const real *part = t->micro_grad[s] + share.first;
        for (size_t i = 0; i < share.n; i++)
            grad[i] += part[i];
    }
}
// [wave]

// [gradient]
Step trainer_gradient(Trainer *t, const int *index, int n) {
    int size = micro_batch(n), parts = (n + size - 1) / size;
    Step total = {0};
    if (parts == 1) {
        /* nothing to add up, nothing to share out */
        total = micro_gradient(t, index, n, 1 / (real)n, &t->space[0], t->grad);
        total.loss /= n;
        return total;
    }
    /* WAVE gradients at a time: first all of them, then their sum, then the next wave */
    for (int begin = 0; begin < parts; begin += WAVE) {
        int count = parts - begin < WAVE ? parts - begin : WAVE;
        Wave wave = {.t = t, .index = index, .n = n, .size = size, .begin = begin, .count = count};
        team_run(t->team, count, wave_micro_batch, &wave);
        team_run_brief(t->team, SHARES, wave_sum, &wave);
        for (int s = 0; s < count; s++) {
            total.loss += wave.step[s].loss;
            total.correct += wave.step[s].correct;
        }
    }
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

// [take-step]
/* One share of a step. Its state lies together: (slots, n) numbers of this share. */
static void move_share(void *job, int k, int thread) {
    (void)thread;
    Trainer *t = job;
    Share share = share_of(t, k);
    real *state = t->state + (size_t)t->optimizer.slots * share.first;
    optimizer_move(&t->optimizer, share.n, t->grad + share.first, state, t->params + share.first);
}

/* optimizer_step(), shared out among the threads. */
static void take_step(Trainer *t) {
    t->optimizer.t++;
    team_run_brief(t->team, SHARES, move_share, t);
}
// [take-step]

// [trainer-step]
void trainer_begin(Trainer *t, int epoch) {
    order_images(t, epoch);
    if (t->plan.prepare) t->plan.prepare(t);
}

Step trainer_step(Trainer *t, int first) {
    const Plan *plan = &t->plan;
    int left = t->data->n - first, n = left < plan->batch ? left : plan->batch;
    /* the gradient of this mini-batch, the last of an epoch may be smaller */
    Step step = trainer_gradient(t, t->order + t->start + first, n);
    /* a diverged run: the caller reports it, the parameters stay as they are */
    if (!isfinite(step.loss)) return step;
    /* the rate at this moment of the run, then one step downhill */
    double done = t->epoch - 1 + (double)first / t->data->n;
    double share = schedule_share(plan->schedule, plan->warmup, done, plan->epochs);
    t->optimizer.lr = plan->optimizer.lr * share;
    take_step(t);
    size_t params = network_params(t->net);
    if (t->mean) average_step(params, plan->average, t->optimizer.t, t->params, t->mean);
    return step;
}
// [trainer-step]

/* To where a saved run was: the same orders are drawn again, so the rest is bit-identical. */
void trainer_go_to(Trainer *t, int epoch, long steps) {
    for (int e = 1; e <= epoch; e++)
        order_images(t, e);
    t->optimizer.t = steps;
}
