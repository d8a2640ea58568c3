/*
 * Accuracy, predictions, rejection.
 */
#include "07_lenet5/evaluate.h"

#include "elementary.h"
#include "team.h"

#include <stdlib.h>
#include <string.h>

enum { THREADS_MOST = 8 }; /* more would only take memory: 10,000 images need 30 ms */

/* A pass over a data set, and the answers that it leaves. */
typedef struct Pass {
    const Network *net;
    const real *params;
    const Dataset *data;
    Workspace *space; /* one for each thread                          */
    int parts;        /* micro-batches                                */
    double *loss;     /* (parts)                                      */
    int *decision;    /* (n) the predicted classes                    */
    real *score;      /* (n, classes); NULL: not asked for            */
} Pass;

/* Micro-batch s of the data set, on one of the threads. */
static void pass_micro_batch(void *job, int s, int thread) {
    const Pass *pass = job;
    Workspace *space = &pass->space[thread];
    int first = s * MICRO_BATCH, left = pass->data->n - first, classes = pass->net->loss.classes;
    int n = left < MICRO_BATCH ? left : MICRO_BATCH;
    /* forward only: no dy, no gradient, no step */
    network_input(pass->net, pass->data, first, n, space);
    pass->loss[s] = network_forward(pass->net, n, pass->params, space);
    memcpy(pass->decision + first, space->decision, (size_t)n * sizeof *space->decision);
    if (pass->score)
        memcpy(pass->score + first * classes, space->score,
               (size_t)(n * classes) * sizeof *space->score);
}

/* All images in micro-batches, with threads and workspaces for this pass alone. */
static bool forward_all(Pass *pass, int threads, Error *error) {
    if (threads > THREADS_MOST) threads = THREADS_MOST;
    Team *team = team_new(threads, error);
    if (!team) return false;
    pass->space = workspaces_new(pass->net, threads, error);
    bool ok = pass->space != NULL;
    if (ok) team_run(team, pass->parts, pass_micro_batch, pass);
    workspaces_free(pass->space, threads);
    team_free(team);
    return ok;
}

static void pass_free(Pass *pass) {
    free(pass->loss);
    free(pass->decision);
    free(pass->score);
}

/* Room for the answers, then the pass; `score` asks for those as well. */
static bool pass_run(Pass *pass, bool score, int threads, Error *error) {
    size_t n = (size_t)pass->data->n, classes = (size_t)pass->net->loss.classes;
    pass->parts = (pass->data->n + MICRO_BATCH - 1) / MICRO_BATCH;
    pass->loss = calloc((size_t)pass->parts, sizeof *pass->loss);
    pass->decision = calloc(n, sizeof *pass->decision);
    if (score) pass->score = calloc(n * classes, sizeof *pass->score);
    bool ok = pass->loss && pass->decision && (pass->score || !score);
    if (!ok) error_set(error, "no memory to classify %d images", pass->data->n);
    if (ok) ok = forward_all(pass, threads, error);
    if (!ok) pass_free(pass);
    return ok;
}

// [evaluate]
bool evaluate(const Network *net, const real *params, const Dataset *data, int threads,
              Evaluation *result, Error *error) {
    Pass pass = {.net = net, .params = params, .data = data};
    *result = (Evaluation){.n = data->n};
    if (!pass_run(&pass, false, threads, error)) return false;
    /* added in the order of the micro-batches: the same sum on any number of threads */
    for (int s = 0; s < pass.parts; s++)
        result->loss += pass.loss[s] / data->n;
    /* rows are true digits, columns are answers; the diagonal is correct */
    for (int i = 0; i < data->n; i++)
        result->confusion[data->label[i]][pass.decision[i]]++;
    for (int k = 0; k < CLASSES; k++)
        result->accuracy += result->confusion[k][k];
    result->accuracy /= data->n;
    pass_free(&pass);
    return true;
}
// [evaluate]

/* The diagonal holds the correct answers; the last column divides it by its row. */
void confusion_print(FILE *out, const Evaluation *e) {
    fprintf(out, "      ");
    for (int k = 0; k < CLASSES; k++)
        fprintf(out, "%5d", k);
    fprintf(out, "   correct\n");
    for (int i = 0; i < CLASSES; i++) {
        int row = 0;
        fprintf(out, "   %d: ", i);
        for (int k = 0; k < CLASSES; k++) {
            fprintf(out, "%5d", e->confusion[i][k]);
            row += e->confusion[i][k];
        }
        /* a digit that the set does not have gets 0 */
        fprintf(out, "  %6.2f %%\n", row > 0 ? 100.0 * e->confusion[i][i] / row : 0.0);
    }
}

/* The margin is the paper's measure of doubt: an image between two digits has two good scores. */
Prediction prediction_of(const Loss *loss, const real *score, int decision) {
    Prediction p = {.digit = decision, .score = (double)score[decision], .margin = HUGE_VAL};
    double sum = 0;
    for (int k = 0; k < loss->classes; k++) {
        double y = (double)score[k];
        /* the distance to the second-best class is the smallest to any other */
        if (k != decision) p.margin = fmin(p.margin, fabs(p.score - y));
        /* Distances become e^-y, the smallest taken out so that nothing underflows. */
        p.probability[k] = loss->smallest_wins ? our_exp(p.score - y) : y;
        sum += p.probability[k];
    }
    /* softmax has this sum already; e^-y gets it here */
    for (int k = 0; k < loss->classes; k++)
        p.probability[k] /= sum;
    return p;
}

/* The same pass, with the scores of every image. */
bool predict(const Network *net, const real *params, const Dataset *data, int threads,
             Prediction *each, Error *error) {
    Pass pass = {.net = net, .params = params, .data = data};
    int classes = net->loss.classes;
    if (!pass_run(&pass, true, threads, error)) return false;
    for (int i = 0; i < data->n; i++)
        each[i] = prediction_of(&net->loss, pass.score + i * classes, pass.decision[i]);
    pass_free(&pass);
    return true;
}

/* ------------------------------------------------------------------ rejection ------------ */

/* An image and how confident the network is about it: larger is more. */
typedef struct Confidence {
    double value;
    int image;
} Confidence;

/* For qsort(), which may order ties as it likes: they come in the order of the images, so that the
   curve is the same everywhere. */
static int least_first(const void *a, const void *b) {
    const Confidence *x = a, *y = b;
    if (x->value != y->value) return x->value < y->value ? -1 : 1;
    return (x->image > y->image) - (x->image < y->image);
}

/* All images, the least confident first; NULL when there is no memory. */
static Confidence *by_confidence(const Network *net, int n, const Prediction *each, Doubt doubt) {
    Confidence *sorted = calloc((size_t)n, sizeof *sorted);
    if (!sorted) return NULL;
    for (int i = 0; i < n; i++) {
        /* a small distance is as good as a large probability */
        double score = net->loss.smallest_wins ? -each[i].score : each[i].score;
        sorted[i] = (Confidence){doubt == DOUBT_MARGIN ? each[i].margin : score, i};
    }
    qsort(sorted, (size_t)n, sizeof *sorted, least_first);
    return sorted;
}

// [rejection]
bool rejection_curve(const Network *net, const Dataset *data, const Prediction *each, Doubt doubt,
                     double *error, Error *why) {
    int n = data->n, wrong = 0;
    Confidence *sorted = by_confidence(net, n, each, doubt);
    if (!sorted) return error_set(why, "no memory to sort %d images", n);
    /* keep one more, less and less confident */
    for (int k = n - 1; k >= 0; k--) {
        int image = sorted[k].image;
        if (each[image].digit != data->label[image]) wrong++;
        error[k] = (double)wrong / (n - k);
    }
    free(sorted);
    return true;
}
// [rejection]
