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

bool trainer_new(Trainer *t, const Network *net, const Dataset *data, int batch, int threads,
                 Optimizer optimizer, Init init, uint64_t seed, Error *error) {
    size_t n = network_params(net), slots = (size_t)optimizer.slots;
    threads = workers(threads);
    *t = (Trainer){.net = net, .data = data, .batch = batch, .threads = threads};
    t->optimizer = optimizer;
    t->shuffle = rng_seed(seed, 's');
    t->space = workspaces_new(net, threads, error);
    t->params = calloc(n, sizeof(real));
    t->grad = calloc(n, sizeof(real));
    t->state = calloc(n * slots + 1, sizeof(real));
    t->order = calloc((size_t)data->n, sizeof(int));
    bool ok = t->space && t->params && t->grad && t->state && t->order;
    for (int k = 0; k < WAVE; k++) ok = (t->slice_grad[k] = calloc(n, sizeof(real))) && ok;
    if (!ok) {
        trainer_free(t);
        return error_set(error, "no memory to train %zu parameters on %d threads", n, threads);
    }
    for (int i = 0; i < data->n; i++) t->order[i] = i;
    network_init(net, init, seed, t->params);
    return true;
}

void trainer_free(Trainer *t) {
    workspaces_free(t->space, t->threads);
    for (int k = 0; k < WAVE; k++) free(t->slice_grad[k]);
    free(t->params), free(t->grad), free(t->state), free(t->order);
    *t = (Trainer){0};
}

/* ------------------------------------------------------------------ one batch ------------ */

void trainer_shuffle(Trainer *t) {
    rng_shuffle(&t->shuffle, t->order, t->data->n);
}

// [slice]
/* One slice: forward, loss, backward; its part of the gradient into grad. */
static Step slice_gradient(const Trainer *t, const int *index, int n, real scale, Workspace *space,
                           real *grad) {
    memset(grad, 0, network_params(t->net) * sizeof *grad);
    network_input(t->net, t->data, index, 0, n, space);
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
        network_input(t->net, t->data, t->order + (first + i) % t->data->n, 0, 1, &t->space[0]);
        network_forward(t->net, 1, t->params, &t->space[0]);
        network_curvature(t->net, 1, t->params, &t->space[0], h);
    }
    for (size_t i = 0; i < params; i++) h[i] /= (real)n;
}

void trainer_begin(Trainer *t, int epoch) {
    if (epoch == 1 || !t->fixed_order) trainer_shuffle(t);
    if (t->rate) t->optimizer.lr = t->rate(epoch);
    if (t->optimizer.mu > 0) trainer_curvature(t, CURVATURE * (epoch - 1), CURVATURE);
}

Step trainer_step(Trainer *t, int first) {
    int n = t->data->n - first < t->batch ? t->data->n - first : t->batch;
    Step step = trainer_gradient(t, t->order + first, n);
    if (isfinite(step.loss))
        optimizer_step(&t->optimizer, network_params(t->net), t->grad, t->state, t->params);
    return step;
}

/* ------------------------------------------------------------------ evaluation ----------- */

bool evaluate(const Network *net, const real *params, const Dataset *data, int threads,
              Evaluation *result, Error *error) {
    int slices = (data->n + SLICE - 1) / SLICE;
    threads = workers(threads);
    double *loss = calloc((size_t)slices, sizeof *loss); /* one a slice, added in order below */
    int *decision = calloc((size_t)data->n, sizeof *decision);
    Workspace *space = workspaces_new(net, threads, error);
    bool ok = loss && decision && space;
    if (ok) {
#pragma omp parallel for num_threads(threads) schedule(dynamic, 4)
        for (int s = 0; s < slices; s++) {
            Workspace *mine = &space[omp_get_thread_num()];
            int first = s * SLICE, n = data->n - first < SLICE ? data->n - first : SLICE;
            network_input(net, data, NULL, first, n, mine);
            loss[s] = network_forward(net, n, params, mine);
            memcpy(decision + first, mine->decision, (size_t)n * sizeof *decision);
        }
        *result = (Evaluation){.n = data->n};
        for (int s = 0; s < slices; s++) result->loss += loss[s] / data->n;
        for (int i = 0; i < data->n; i++) result->confusion[data->label[i]][decision[i]]++;
        for (int k = 0; k < CLASSES; k++) result->accuracy += result->confusion[k][k];
        result->accuracy /= data->n;
    } else {
        error_set(error, "no memory to evaluate %d images", data->n);
    }
    workspaces_free(space, threads);
    free(loss), free(decision);
    return ok;
}
