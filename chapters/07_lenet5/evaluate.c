/*
 * Accuracy, predictions, rejection.
 */
#include "07_lenet5/evaluate.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { THREADS_MOST = 8 }; /* more would only take memory: 10,000 images need 30 ms */

/*
 * Runs all images in micro-batches: the loss of each micro-batch into loss, the predicted class of
 * each image into decision, its scores into score (n, classes) unless that is NULL.
 */
static bool forward_all(const Network *net, const real *params, const Dataset *data, int threads,
                        double *loss, int *decision, real *score, Error *error) {
    int parts = (data->n + MICRO_BATCH - 1) / MICRO_BATCH, classes = net->loss.classes;
    if (threads > THREADS_MOST) threads = THREADS_MOST;
    Workspace *space = workspaces_new(net, threads, error);
    if (!space) return false;
#pragma omp parallel for num_threads(threads) schedule(dynamic, 4)
    for (int s = 0; s < parts; s++) {
        Workspace *mine = &space[omp_get_thread_num()];
        int first = s * MICRO_BATCH, left = data->n - first;
        int n = left < MICRO_BATCH ? left : MICRO_BATCH;
        network_input(net, data, first, n, mine);
        loss[s] = network_forward(net, n, params, mine);
        memcpy(decision + first, mine->decision, (size_t)n * sizeof *decision);
        if (score)
            memcpy(score + first * classes, mine->score, (size_t)(n * classes) * sizeof *score);
    }
    workspaces_free(space, threads);
    return true;
}

// [evaluate]
bool evaluate(const Network *net, const real *params, const Dataset *data, int threads,
              Evaluation *result, Error *error) {
    int parts = (data->n + MICRO_BATCH - 1) / MICRO_BATCH;
    double *loss = calloc((size_t)parts, sizeof *loss);
    int *decision = calloc((size_t)data->n, sizeof *decision);
    bool ok = (loss && decision) || error_set(error, "no memory to evaluate %d images", data->n);
    ok = ok && forward_all(net, params, data, threads, loss, decision, NULL, error);
    *result = (Evaluation){.n = data->n};
    if (ok) {
        /* added in the order of the micro-batches: the same sum on any number of threads */
        for (int s = 0; s < parts; s++)
            result->loss += loss[s] / data->n;
        for (int i = 0; i < data->n; i++)
            result->confusion[data->label[i]][decision[i]]++;
        for (int k = 0; k < CLASSES; k++)
            result->accuracy += result->confusion[k][k];
        result->accuracy /= data->n;
    }
    free(loss);
    free(decision);
    return ok;
}
// [evaluate]

Prediction prediction_of(const Loss *loss, const real *score, int decision) {
    Prediction p = {.digit = decision, .score = (double)score[decision], .margin = HUGE_VAL};
    double sum = 0;
    for (int k = 0; k < loss->classes; k++) {
        double y = (double)score[k];
        if (k != decision) p.margin = fmin(p.margin, fabs(p.score - y));
        /* Distances become e^-y, the smallest taken out so that nothing underflows. */
        p.probability[k] = loss->smallest_wins ? exp(p.score - y) : y;
        sum += p.probability[k];
    }
    for (int k = 0; k < loss->classes; k++)
        p.probability[k] /= sum;
    return p;
}

bool predict(const Network *net, const real *params, const Dataset *data, int threads,
             Prediction *each, Error *error) {
    int parts = (data->n + MICRO_BATCH - 1) / MICRO_BATCH, classes = net->loss.classes;
    double *loss = calloc((size_t)parts, sizeof *loss);
    int *decision = calloc((size_t)data->n, sizeof *decision);
    real *score = calloc((size_t)(data->n * classes), sizeof *score);
    bool ok = loss && decision && score;
    if (!ok) error_set(error, "no memory to predict %d images", data->n);
    ok = ok && forward_all(net, params, data, threads, loss, decision, score, error);
    for (int i = 0; ok && i < data->n; i++)
        each[i] = prediction_of(&net->loss, score + i * classes, decision[i]);
    free(loss);
    free(decision);
    free(score);
    return ok;
}

/* ------------------------------------------------------------------ rejection ------------ */

/* An image and how confident the network is about it: larger is more. */
typedef struct Confidence {
    double value;
    int image;
} Confidence;

static int least_first(const void *a, const void *b) {
    const Confidence *x = a, *y = b;
    if (x->value != y->value) return x->value < y->value ? -1 : 1;
    return (x->image > y->image) - (x->image < y->image);
}

// [rejection]
bool rejection_curve(const Network *net, const Dataset *data, const Prediction *each, Doubt doubt,
                     double *error, Error *why) {
    int n = data->n, wrong = 0;
    Confidence *sorted = calloc((size_t)n, sizeof *sorted);
    if (!sorted) return error_set(why, "no memory to sort %d images", n);
    for (int i = 0; i < n; i++) {
        double score = net->loss.smallest_wins ? -each[i].score : each[i].score;
        sorted[i] = (Confidence){doubt == DOUBT_MARGIN ? each[i].margin : score, i};
    }
    qsort(sorted, (size_t)n, sizeof *sorted, least_first);
    /* keep one more, less and less confident */
    for (int k = n - 1; k >= 0; k--) {
        int image = sorted[k].image;
        wrong += each[image].digit != data->label[image];
        error[k] = (double)wrong / (n - k);
    }
    free(sorted);
    return true;
}
// [rejection]
