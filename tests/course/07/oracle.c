/*
 * A network of layers that pick (y[k] = w[k] * x[k*step] + b[k]) or turn (y[k] = x[last-k]), with
 * the loss 3 * largest - x[label]: the parts of here.c, computed image by image in double.
 */
#include "course/examine/oracle/oracle.h"

#include "fail.h"

#include <stdlib.h>
#include <string.h>

enum { CLASSES = 10, LAYERS = 8, PIXELS = 784, MICRO = 25 };

/* A run: one image on its way, the parameters, where gradients go. */
typedef struct ImageRun {
    const Call *call;
    int layers, units;
    const double *w;               /* all parameters */
    double y[LAYERS + 1][CLASSES]; /* y[0]: the picked pixels */
    int offset[LAYERS + 1];        /* where a layer's parameters begin */
    double *grad;
} ImageRun;

static bool has_parameters(const Call *call, int layer) {
    return layer == 0 || (call->number[1] >> layer & 1);
}

static ImageRun run_of(const Call *call, const double *w, double *grad) {
    ImageRun run = {.call = call, .layers = call->number[0], .units = call->g.out.c};
    for (int i = 0; i < run.layers; i++)
        run.offset[i + 1] = run.offset[i] + (has_parameters(call, i) ? 2 * run.units : 0);
    run.w = w;
    run.grad = grad;
    return run;
}

/* One layer; at tells where its parameters are thought to begin. */
static void layer_forward(const ImageRun *run, int layer, int at, const double *x, double *y) {
    const double *w = run->w + at;
    for (int k = 0; k < run->units; k++)
        y[k] = has_parameters(run->call, layer) ? w[k] * x[k] + w[run->units + k]
                                                : x[run->units - 1 - k];
}

static void layer_backward(const ImageRun *run, int layer, int at, int to, const double *x,
                           double *d) {
    double dx[CLASSES];
    const double *w = run->w + at;
    double *dw = run->grad + to;
    for (int k = 0; k < run->units; k++) {
        dx[k] = has_parameters(run->call, layer) ? d[k] * w[k] : d[run->units - 1 - k];
        if (!has_parameters(run->call, layer)) continue;
        dw[k] += d[k] * x[k];
        dw[run->units + k] += d[k];
    }
    memcpy(d, dx, (size_t)run->units * sizeof *d);
}

static int best_class(const ImageRun *run, const double *x) {
    int best = 0;
    for (int k = 1; k < run->units; k++)
        if (x[k] > x[best]) best = k;
    return best;
}

static double loss_of(const ImageRun *run, const double *x, int label) {
    return label == 9 ? (double)NAN : 3 * x[best_class(run, x)] - x[label];
}

/* ------------------------------------------------------------------ forward -------------- */

enum { PARAMS_STAY = 1, INPUT_STAYS, REVERSED, LAST_LEFT_OUT, FIRST_LEFT_OUT, ONE_IMAGE };

static const Suspect forward_suspects[] = {
    {"params-stay", "every layer gets the parameters of the first: params is not moved on"},
    {"input-stays", "every layer reads the images: layer i reads y[i], the output of layer i - 1"},
    {"reversed", "the layers run in the wrong order: forward goes from the first to the last"},
    {"last-left-out", "the last layer does not run"},
    {"first-left-out", "the first layer does not run"},
    {"one-image", "only the first image runs: every layer takes all n"},
};

static void forward_image(ImageRun *run, int mistake) {
    int from = mistake == FIRST_LEFT_OUT, to = run->layers - (mistake == LAST_LEFT_OUT);
    for (int i = 1; i <= run->layers; i++)
        fill(run->y[i], CLASSES, 0); /* a new workspace is cleared */
    for (int step = from; step < to; step++) {
        int i = mistake == REVERSED ? run->layers - 1 - step : step;
        const double *x = mistake == INPUT_STAYS ? run->y[0] : run->y[i];
        int at = mistake == PARAMS_STAY ? 0 : run->offset[i];
        layer_forward(run, i, at, x, run->y[i + 1]);
    }
}

static void forward_run(const Call *call, int mistake, double **v) {
    ImageRun run = run_of(call, v[A_W], NULL);
    int n = call->g.n, units = run.units;
    double loss = 0;
    for (int image = 0; image < n; image++) {
        memcpy(run.y[0], v[A_X] + image * units, (size_t)units * sizeof(double));
        forward_image(&run, mistake);
        if (mistake == ONE_IMAGE && image > 0) memset(run.y[1], 0, sizeof run.y - sizeof run.y[0]);
        const double *out = run.y[run.layers];
        for (int i = 0; i < run.layers; i++)
            memcpy(v[A_Y] + (i * n + image) * units, run.y[i + 1], (size_t)units * sizeof(double));
        memcpy(v[A_SCORE] + image * units, out, (size_t)units * sizeof(double));
        v[A_DECISION][image] = best_class(&run, out);
        loss += loss_of(&run, out, (int)v[A_LABEL][image]);
    }
    v[A_LOSS][0] = loss;
}

static const Oracle oracle_network_forward = {forward_run, NULL, 0, forward_suspects,
                                              COUNT(forward_suspects)};

/* ------------------------------------------------------------------ backward ------------- */

enum { BACK_PARAMS_STAY = 1, GRAD_STAYS, DY_STAYS, NO_SCALE, Y_FOR_X, FORWARD_ORDER, NO_LOSS };

static const Suspect backward_suspects[] = {
    {"params-stay", "every layer gets the parameters of the first: params moves with the layers"},
    {"grad-stays", "every layer adds to the gradient of the first: grad moves with the layers"},
    {"dy-stays", "every layer gets the dy of the loss: the dx of a layer is the dy of the one "
                 "before"},
    {"no-scale", "scale does not reach the loss"},
    {"y-for-x", "a layer gets its output as x: layer i read y[i] and wrote y[i+1]"},
    {"forward-order", "the layers run from the first to the last: backward begins with the last"},
    {"no-loss", "the loss's backward is missing, where the gradient begins"},
};

/* dloss/dx of one image. */
static void loss_slope(const ImageRun *run, const double *x, int label, double scale, double *d) {
    for (int k = 0; k < run->units; k++)
        d[k] = scale * (3 * (k == best_class(run, x)) - (k == label));
}

static void backward_image(ImageRun *run, int mistake, double *d) {
    double loss[CLASSES];
    memcpy(loss, d, sizeof loss);
    for (int step = 0; step < run->layers; step++) {
        int i = mistake == FORWARD_ORDER ? step : run->layers - 1 - step;
        const double *x = mistake == Y_FOR_X ? run->y[i + 1] : run->y[i];
        if (mistake == DY_STAYS) memcpy(d, loss, sizeof loss);
        layer_backward(run, i, mistake == BACK_PARAMS_STAY ? 0 : run->offset[i],
                       mistake == GRAD_STAYS ? 0 : run->offset[i], x, d);
    }
}

static void backward_run(const Call *call, int mistake, double **v) {
    ImageRun run = run_of(call, v[A_W], v[A_DW]);
    int n = call->g.n, units = run.units;
    double scale = mistake == NO_SCALE ? 1 : call->constant[0];
    for (int image = 0; image < n; image++) {
        double d[CLASSES] = {0};
        memcpy(run.y[0], v[A_X] + image * units, (size_t)units * sizeof(double));
        for (int i = 0; i < run.layers; i++)
            memcpy(run.y[i + 1], v[A_Y] + (i * n + image) * units, (size_t)units * sizeof(double));
        loss_slope(&run, run.y[run.layers], (int)v[A_LABEL][image], scale, d);
        if (mistake == NO_LOSS) fill(d, CLASSES, 0);
        backward_image(&run, mistake, d);
    }
}

static const Oracle oracle_network_backward = {backward_run, NULL, 0, backward_suspects,
                                               COUNT(backward_suspects)};

/* ------------------------------------------------------------------ trainer -------------- */

/* The pixels that the first layer picks: bytes of 0 and 255 are 0 and 1. */
static void picture(ImageRun *run, const double *pixel, int image) {
    int step = PIXELS / run->units;
    for (int k = 0; k < run->units; k++)
        run->y[0][k] = pixel[image * PIXELS + k * step] / 255;
}

/* Loss and decision of one image, and its gradient times scale into run->grad, if there is one. */
static double image_loss(ImageRun *run, double **v, int image, double scale, int *decision) {
    double d[CLASSES] = {0};
    int label = (int)v[A_LABEL][image];
    picture(run, v[A_X], image);
    forward_image(run, RIGHT);
    *decision = best_class(run, run->y[run->layers]);
    if (run->grad) {
        loss_slope(run, run->y[run->layers], label, scale, d);
        backward_image(run, RIGHT, d);
    }
    return loss_of(run, run->y[run->layers], label);
}

enum {
    NOT_CLEARED = 1,
    GRAD_NO_SCALE,
    PART_SCALE,
    NONE_CORRECT,
    ALL_CORRECT,
    FIRST_IMAGES,
    NO_SUM
};

static const Suspect gradient_suspects[] = {
    {"not-cleared", "grad still holds the gradient of the micro-batch before: clear it first"},
    {"no-scale", "scale does not reach network_backward()"},
    {"part-scale", "the gradient is divided by the images of the micro-batch: scale is given"},
    {"zero", "correct predictions are not counted"},
    {"all-correct", "all predictions count as correct: compare decision and label"},
    {"first-images", "the first images are taken, not those that index names"},
    {"no-loss", "the loss is not returned: network_forward() computes it"},
};

/* The images of a micro-batch, as the trainer cuts a mini-batch. */
static int micro_batch(int n) {
    return n >= 4 * MICRO ? MICRO : (n + 3) / 4;
}

enum { PARTS = 4, SUMS = 3 }; /* micro-batches of a mini-batch, and sums that wait at a time */

static void add_counts(int *to, const int *from) {
    for (int k = 0; k <= PARTS; k++)
        to[k] += from[k];
}

/* Where nothing is cleared, a micro-batch adds to an earlier one's sum in its memory. count[0] is
   how often the result has the old content of grad, count[1 + k] the gradient of part k; the parts
   are added up as in trainer_gradient(). */
static void count_left(int parts, int *count) {
    int sum[SUMS][1 + PARTS] = {{1}}, sums = 0;
    for (int k = 0; k < parts; k++) {
        sum[sums++][1 + k]++;
        for (int complete = k + 1; complete % 2 == 0; complete /= 2, sums--)
            add_counts(sum[sums - 2], sum[sums - 1]);
    }
    for (; sums > 1; sums--)
        add_counts(sum[sums - 2], sum[sums - 1]);
    memcpy(count, sum[0], sizeof sum[0]);
}

static void gradient_run(const Call *call, int mistake, double **v) {
    int n = call->number[2], params = (int)call->array[A_W].count, size = micro_batch(n);
    int count[1 + PARTS] = {0, 1, 1, 1, 1};
    double scale = mistake == GRAD_NO_SCALE ? 1 : mistake == PART_SCALE ? 1.0 / size : 1.0 / n;
    ImageRun run = run_of(call, v[A_W], v[A_DW]);
    double loss = 0, correct = 0;
    contract(n <= PARTS * size, "more than %d micro-batches in a test", PARTS);
    if (mistake == NOT_CLEARED) count_left((n + size - 1) / size, count);
    /* grad holds 7 everywhere before, see here.c */
    fill(v[A_DW], params, 7 * count[0]);
    for (int i = 0; i < n; i++) {
        int decision, image = mistake == FIRST_IMAGES ? i % size : (int)v[A_DECISION][i];
        loss += image_loss(&run, v, image, count[1 + i / size] * scale, &decision);
        correct += decision == (int)v[A_LABEL][image];
    }
    if (mistake == NONE_CORRECT) correct = 0;
    if (mistake == ALL_CORRECT) correct = n;
    v[A_LOSS][0] = mistake == NO_SUM ? 0 : loss / n;
    v[A_CORRECT][0] = correct;
}

static const Oracle oracle_gradient = {gradient_run, NULL, 0, gradient_suspects,
                                       COUNT(gradient_suspects)};

enum {
    FIRST_STAYS = 1,
    NAN_STEP,
    FULL_RATE,
    SHRINKING_RATE,
    NO_STEP,
    NO_AVERAGE,
    AVERAGE_EARLY,
    LAST_IGNORED,
    LAST_FULL
};

static const Suspect steps_suspects[] = {
    {"first-stays", "every step takes the first images: first says where the mini-batch begins"},
    {"nan-step", "a step was taken although the loss is not finite"},
    {"full-rate", "the rate of the schedule is not used: lr times the share"},
    {"shrinking-rate", "the share multiplies the last step's rate: it belongs to the plan's"},
    {"no-step", "no step is taken: the parameters stay where they are"},
    {"no-average", "the running mean is not kept"},
    {"average-early", "the running mean is taken before the step: it belongs after it"},
    {"last-ignored", "the last mini-batch, which is smaller, takes no step"},
    {"last-full", "the last mini-batch is taken to be full: it has only the images that are left"},
};

/* Where the optimizer has got to. */
typedef struct Descent {
    double *w, *mean, rate;
    int params, t;
    double average;
} Descent;

static void keep_mean(Descent *d) {
    double keep = fmin(d->average, (d->t - 1.0) / (d->t + 8.0));
    for (int i = 0; i < d->params; i++)
        d->mean[i] = keep * d->mean[i] + (1 - keep) * d->w[i];
}

/* One step: w -= rate * grad, and the mean. */
static void descend(Descent *d, int mistake, const double *grad) {
    d->t++;
    if (mistake == AVERAGE_EARLY) keep_mean(d);
    for (int i = 0; i < d->params; i++)
        d->w[i] -= d->rate * grad[i];
    if (mistake != AVERAGE_EARLY && mistake != NO_AVERAGE) keep_mean(d);
}

/* The rate of the mini-batch that begins with image first: a warm-up of constant[1] epochs. */
static double rate_at(const Call *call, int mistake, int first, double last) {
    double warmup = call->constant[1], done = (double)first / call->g.n, share = 1;
    if (warmup > 0 && done < warmup) share = done / warmup;
    if (mistake == FULL_RATE) share = 1;
    bool shrinks = mistake == SHRINKING_RATE && first > 0;
    return share * (shrinks ? last : call->constant[0]);
}

static void steps_run(const Call *call, int mistake, double **v) {
    int n = call->g.n, batch = call->number[2], params = (int)call->array[A_W].count;
    double *w = scrap(params), *mean = scrap(params), *grad = scrap(params), shown = 0;
    ImageRun run = run_of(call, w, grad);
    Descent d = {.w = w, .mean = mean, .params = params, .average = call->constant[2]};
    memcpy(w, v[A_W], (size_t)params * sizeof *w);
    memcpy(mean, v[A_W], (size_t)params * sizeof *w);
    for (int first = 0, k = 0; first < n; first += batch, k++) {
        int images = n - first < batch && mistake != LAST_FULL ? n - first : batch;
        double loss = 0, correct = 0;
        fill(grad, params, 0);
        for (int i = 0; i < images; i++) {
            int decision, image = ((mistake == FIRST_STAYS ? 0 : first) + i) % n;
            loss += image_loss(&run, v, image, 1.0 / images, &decision) / images;
            correct += decision == (int)v[A_LABEL][image];
        }
        bool steps = (isfinite(loss) || mistake == NAN_STEP) && mistake != NO_STEP &&
                     !(mistake == LAST_IGNORED && images < batch);
        if (steps) {
            d.rate = rate_at(call, mistake, first, d.rate);
            shown = d.rate;
            descend(&d, mistake, grad);
        }
        v[A_LOSS][k] = loss;
        v[A_CORRECT][k] = correct;
        v[A_RATE][k] = shown;
        memcpy(v[A_Y] + k * params, w, (size_t)params * sizeof *w);
        if (v[A_MEAN]) memcpy(v[A_MEAN] + k * params, mean, (size_t)params * sizeof *w);
    }
    free(w);
    free(mean);
    free(grad);
}

static const Oracle oracle_steps = {steps_run, NULL, 0, steps_suspects, COUNT(steps_suspects)};

/* ------------------------------------------------------------------ evaluation ----------- */

enum { NOT_A_MEAN = 1, ACCURACY_COUNT, LAST_LOST, MEAN_OF_MEANS, NO_CONFUSION, ONLY_WRONG };

static const Suspect evaluate_suspects[] = {
    {"not-a-mean", "the loss is not divided by the number of images"},
    {"times-n", "the accuracy is a number of images: it must be their share, 0 .. 1"},
    {"last-lost", "the last micro-batch, which is not full, is not counted"},
    {"mean-of-means", "micro-batches are averaged as if all were equally large: divide by all "
                      "images"},
    {"no-confusion", "the confusion matrix is not filled"},
    {"only-wrong", "the confusion matrix counts correct predictions too, on its diagonal"},
};

static void evaluate_run(const Call *call, int mistake, double **v) {
    int n = call->g.n, parts = (n + MICRO - 1) / MICRO;
    ImageRun run = run_of(call, v[A_W], NULL);
    double loss = 0, correct = 0;
    fill(v[A_TABLE], CLASSES * CLASSES, 0);
    for (int i = 0; i < n; i++) {
        int decision, label = (int)v[A_LABEL][i];
        double one = image_loss(&run, v, i, 1, &decision);
        if (mistake == LAST_LOST && i >= n / MICRO * MICRO) continue;
        int in_part = n - i / MICRO * MICRO < MICRO ? n - i / MICRO * MICRO : MICRO;
        loss += mistake == MEAN_OF_MEANS ? one / in_part / parts : one / n;
        correct += decision == label;
        bool counts = mistake != NO_CONFUSION && (mistake != ONLY_WRONG || decision != label);
        v[A_TABLE][label * CLASSES + decision] += counts;
    }
    v[A_LOSS][0] = mistake == NOT_A_MEAN ? loss * n : loss;
    v[A_CORRECT][0] = mistake == ACCURACY_COUNT ? correct : correct / n;
}

static const Oracle oracle_evaluate = {evaluate_run, NULL, 0, evaluate_suspects,
                                       COUNT(evaluate_suspects)};

const Answer answers_07[] = {
    {CALL_NETWORK_FORWARD, &oracle_network_forward},
    {CALL_NETWORK_BACKWARD, &oracle_network_backward},
    {CALL_TRAINER_GRADIENT, &oracle_gradient},
    {CALL_TRAINER_STEPS, &oracle_steps},
    {CALL_EVALUATE, &oracle_evaluate},
    {.function = FUNCTIONS},
};
