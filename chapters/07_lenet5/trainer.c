/*
 * Slices, waves, steps: training that gives the same bits on any number of threads.
 */
#include "07_lenet5/trainer.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

int slice_size(int n) {
    return n >= 4 * SLICE ? SLICE : (n + 3) / 4;
}

/* A wave has no work for more threads; evaluation keeps to the same number, for its memory. */
static int workers(int threads) {
    return threads < WAVE ? threads : WAVE;
}

/* ------------------------------------------------------------------ memory --------------- */

static void workspaces_free(Workspace *space, int threads) {
    for (int t = 0; space && t < threads; t++) workspace_free(&space[t]);
    free(space);
}

static Workspace *workspaces_new(const Network *net, int threads, Error *error) {
    Workspace *space = calloc((size_t)threads, sizeof *space);
    bool ok = space || error_set(error, "no memory for %d threads", threads);
    for (int t = 0; ok && t < threads; t++) ok = workspace_new(net, SLICE, &space[t], error);
    if (ok) return space;
    workspaces_free(space, threads);
    return NULL;
}

bool trainer_new(Trainer *t, const Network *net, const Dataset *data, const Plan *plan, int threads,
                 uint64_t seed, Error *error) {
    size_t n = network_params(net), slots = (size_t)plan->optimizer.slots;
    threads = workers(threads);
    *t = (Trainer){.net = net, .data = data, .plan = *plan, .seed = seed, .threads = threads};
    t->patterns = data->n * (1 + plan->copies);
    t->optimizer = plan->optimizer;
    t->shuffle = rng_seed(seed, 's');
    t->space = workspaces_new(net, threads, error);
    t->params = calloc(n, sizeof(real));
    t->mean = plan->average > 0 ? calloc(n, sizeof(real)) : NULL;
    t->grad = calloc(n, sizeof(real));
    t->state = calloc(n * slots + 1, sizeof(real));
    t->order = calloc((size_t)t->patterns, sizeof(int));
    bool ok = t->space && t->params && t->grad && t->state && t->order;
    ok = ok && (t->mean || !(plan->average > 0));
    for (int k = 0; k < WAVE; k++) ok = (t->slice_grad[k] = calloc(n, sizeof(real))) && ok;
    if (!ok) {
        trainer_free(t);
        return error_set(error, "no memory to train %zu parameters on %d threads", n, threads);
    }
    for (int i = 0; i < t->patterns; i++) t->order[i] = i;
    network_init(net, plan->init, seed, t->params);
    if (t->mean) memcpy(t->mean, t->params, n * sizeof(real));
    return true;
}

void trainer_free(Trainer *t) {
    workspaces_free(t->space, t->threads);
    for (int k = 0; k < WAVE; k++) free(t->slice_grad[k]);
    free(t->params), free(t->mean), free(t->grad), free(t->state), free(t->order);
    *t = (Trainer){0};
}

real *trainer_result(const Trainer *t) {
    return t->mean ? t->mean : t->params;
}

/* ------------------------------------------------------------------ one batch ------------ */

// [trainer-image]
void trainer_image(const Trainer *t, int pattern, real *x) {
    int image = pattern % t->data->n, copy = pattern / t->data->n;
    bool settling = t->plan.settle > 0 && t->epoch > t->plan.epochs - t->plan.settle;
    bool original = t->plan.copies > 0 && copy == 0;
    if (settling || original || !distortion_any(&t->plan.distortion)) {
        dataset_image(t->data, image, t->net->input, t->net->pad, x);
        return;
    }
    Rng epoch = rng_seed(t->seed, 'd' + 256 * (uint64_t)(copy > 0 ? copy : t->epoch));
    Rng rng = rng_seed(rng_next(&epoch), (uint64_t)image);
    Warp warp = warp_draw(&t->plan.distortion, &rng);
    warp_image(t->data, image, t->net->input, t->net->pad, &warp, x);
}
// [trainer-image]

/* n patterns and their labels, into the workspace. */
static void slice_input(const Trainer *t, const int *index, int n, Workspace *space) {
    int size = shape_size(t->net->layer[0].in);
    for (int i = 0; i < n; i++) {
        trainer_image(t, index[i], space->y[0] + i * size);
        space->label[i] = t->data->label[index[i] % t->data->n];
    }
}

// [slice]
/* One slice: forward, loss, backward; its part of the gradient into grad. */
static Step slice_gradient(const Trainer *t, const int *index, int n, real scale, Workspace *space,
                           real *grad) {
    memset(grad, 0, network_params(t->net) * sizeof *grad);
    slice_input(t, index, n, space);
    Step step = {.loss = network_forward(t->net, n, t->params, space)};
    for (int i = 0; i < n; i++) step.right += space->decision[i] == space->label[i];
    network_backward(t->net, n, t->params, scale, space, grad);
    return step;
}
// [slice]

/* grad += the gradients of a wave, slice after slice; threads share out the entries. */
static void add_slices(Trainer *t, int slices) {
    long n = (long)network_params(t->net);
#pragma omp parallel for num_threads(t->threads) schedule(static)
    for (long i = 0; i < n; i++) {
        real sum = t->grad[i];
        for (int s = 0; s < slices; s++) sum += t->slice_grad[s][i];
        t->grad[i] = sum;
    }
}

// [gradient]
Step trainer_gradient(Trainer *t, const int *index, int n) {
    int size = slice_size(n), slices = (n + size - 1) / size;
    Step total = {0};
    if (slices == 1) { /* nothing to add up, nothing to share out */
        total = slice_gradient(t, index, n, 1 / (real)n, &t->space[0], t->grad);
        total.loss /= n;
        return total;
    }
    memset(t->grad, 0, network_params(t->net) * sizeof *t->grad);
    for (int wave = 0; wave < slices; wave += WAVE) {
        int count = slices - wave < WAVE ? slices - wave : WAVE;
        Step step[WAVE];
#pragma omp parallel for num_threads(t->threads) schedule(dynamic, 1)
        for (int s = 0; s < count; s++) {
            int first = (wave + s) * size;
            int images = n - first < size ? n - first : size;
            step[s] = slice_gradient(t, index + first, images, 1 / (real)n,
                                     &t->space[omp_get_thread_num()], t->slice_grad[s]);
        }
        add_slices(t, count);
        for (int s = 0; s < count; s++) total.loss += step[s].loss, total.right += step[s].right;
    }
    total.loss /= n;
    return total;
}
// [gradient]

void trainer_curvature(Trainer *t, int first, int n) {
    size_t params = network_params(t->net);
    real *h = t->state;
    contract(t->optimizer.slots == 1, "%s has no place for a curvature", t->optimizer.name);
    memset(h, 0, params * sizeof *h);
    for (int i = 0; i < n; i++) {
        slice_input(t, t->order + (first + i) % t->patterns, 1, &t->space[0]);
        network_forward(t->net, 1, t->params, &t->space[0]);
        network_curvature(t->net, 1, t->params, &t->space[0], h);
    }
    for (size_t i = 0; i < params; i++) h[i] /= (real)n;
}

// [trainer-begin]
static void order_epoch(Trainer *t, int epoch) {
    t->epoch = epoch;
    t->start = (int)((long)(epoch - 1) * t->data->n % t->patterns);
    if (t->start == 0 && (epoch == 1 || !t->plan.fixed_order))
        rng_shuffle(&t->shuffle, t->order, t->patterns);
}

void trainer_begin(Trainer *t, int epoch) {
    order_epoch(t, epoch);
    if (t->optimizer.mu > 0) trainer_curvature(t, t->start + CURVATURE * (epoch - 1), CURVATURE);
}

Step trainer_step(Trainer *t, int first) {
    const Plan *plan = &t->plan;
    size_t params = network_params(t->net);
    int n = t->data->n - first < plan->batch ? t->data->n - first : plan->batch;
    Step step = trainer_gradient(t, t->order + t->start + first, n);
    if (!isfinite(step.loss)) return step;
    double done = t->epoch - 1 + (double)first / t->data->n;
    t->optimizer.lr =
        plan->optimizer.lr * schedule_share(plan->schedule, plan->warmup, done, plan->epochs);
    optimizer_step(&t->optimizer, params, t->grad, t->state, t->params);
    if (t->mean) average_step(params, plan->average, t->optimizer.t, t->params, t->mean);
    return step;
}
// [trainer-begin]

void trainer_go_to(Trainer *t, int epoch, long steps) {
    for (int e = 1; e <= epoch; e++) order_epoch(t, e);
    t->optimizer.t = steps;
}

/* ------------------------------------------------------------------ evaluation ----------- */

/* The score of the decision, and its lead over the second best: both losses make it the best one. */
static Judgement judgement(const Loss *loss, const real *score, int decision) {
    double best = (double)score[decision], lead = HUGE_VAL;
    for (int k = 0; k < loss->classes; k++)
        if (k != decision) lead = fmin(lead, fabs(best - (double)score[k]));
    return (Judgement){decision, best, lead};
}

/* All images, slice by slice: one loss a slice, one judgement an image. */
static bool run_all(const Network *net, const real *params, const Dataset *data, int threads,
                    double *loss, Judgement *each, Error *error) {
    int slices = (data->n + SLICE - 1) / SLICE, classes = net->loss.classes;
    threads = workers(threads);
    Workspace *space = workspaces_new(net, threads, error);
    if (!space) return false;
#pragma omp parallel for num_threads(threads) schedule(dynamic, 4)
    for (int s = 0; s < slices; s++) {
        Workspace *mine = &space[omp_get_thread_num()];
        int first = s * SLICE, n = data->n - first < SLICE ? data->n - first : SLICE;
        network_input(net, data, NULL, first, n, mine);
        loss[s] = network_forward(net, n, params, mine);
        for (int i = 0; i < n; i++)
            each[first + i] = judgement(&net->loss, mine->score + i * classes, mine->decision[i]);
    }
    workspaces_free(space, threads);
    return true;
}

bool evaluate(const Network *net, const real *params, const Dataset *data, int threads,
              Evaluation *result, Error *error) {
    int slices = (data->n + SLICE - 1) / SLICE;
    double *loss = calloc((size_t)slices, sizeof *loss); /* one a slice, added in order */
    Judgement *each = calloc((size_t)data->n, sizeof *each);
    bool ok = (loss && each) || error_set(error, "no memory to evaluate %d images", data->n);
    ok = ok && run_all(net, params, data, threads, loss, each, error);
    *result = (Evaluation){.n = data->n};
    for (int s = 0; ok && s < slices; s++) result->loss += loss[s] / data->n;
    for (int i = 0; ok && i < data->n; i++) result->confusion[data->label[i]][each[i].decision]++;
    for (int k = 0; k < CLASSES; k++) result->accuracy += result->confusion[k][k];
    result->accuracy /= data->n;
    free(loss), free(each);
    return ok;
}

bool judge(const Network *net, const real *params, const Dataset *data, int threads,
           Judgement *each, Error *error) {
    double *loss = calloc((size_t)(data->n + SLICE - 1) / SLICE, sizeof *loss);
    if (!loss) return error_set(error, "no memory to judge %d images", data->n);
    bool ok = run_all(net, params, data, threads, loss, each, error);
    free(loss);
    return ok;
}
