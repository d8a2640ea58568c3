/*
 * Numerical derivatives and comparisons; see gradcheck.h.
 *
 * The order of this file: differences, comparing one tensor, running a layer, and the three checks
 * that put these together.
 */
#include "gradcheck.h"

#include "fence.h"
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The content of dx and dw before backward: it must overwrite the one, add to the other. */
static const real dx_before = 3, dw_before = 5;

/* Room for the guard numbers after everything that a layer may write. */
enum { FENCE = FENCE_BYTES / sizeof(real) };

/* ------------------------------------------------------------------ differences ---------- */

double gradcheck_central(double (*function)(void *), void *context, real *entry, double h) {
    real middle = *entry;
    real right = (real)((double)middle + h), left = (real)((double)middle - h);
    *entry = right;
    double above = function(context);
    *entry = left;
    double below = function(context);
    *entry = middle;
    /* by the step on the floating-point grid, not by 2h */
    return (above - below) / ((double)right - (double)left);
}

double gradcheck_difference(double (*function)(void *), void *context, real *entry, double *bar) {
    /* A power of two near 6e-6 |v|: rounding and truncation errors are about equal there. */
    double size = fabs((double)*entry) > 1 ? fabs((double)*entry) : 1;
    double h = exp2(round(log2(6e-6 * size)));
    double whole = gradcheck_central(function, context, entry, h);
    double half = gradcheck_central(function, context, entry, h / 2);
    *bar = fabs(whole - half);
    return (4 * half - whole) / 3;
}

static double largest(size_t count, const double *value) {
    double most = 0;
    for (size_t i = 0; i < count; i++)
        if (fabs(value[i]) > most) most = fabs(value[i]);
    return most;
}

void gradcheck_tolerance(size_t count, const double *got, const double *want, const double *bar,
                         double value, double *tolerance) {
    double most = largest(count, want);
    double floor = 1e-9 * fmax(1, fmax(most, fabs(value)));
    for (size_t i = 0; i < count; i++) {
        double pair = fmax(fabs(got[i]), fabs(want[i]));
        tolerance[i] = floor + 1e-6 * pair;
        if (bar[i] > 1e-4 * fmax(fabs(want[i]), most)) tolerance[i] = -1;
    }
}

/* ------------------------------------------------------------------ one tensor ----------- */

static size_t tensor_count(const GradTensor *t) {
    size_t count = 1;
    for (int d = 0; d < t->dims; d++)
        count *= (size_t)t->dim[d];
    return count;
}

/* Splits a flat index into one index per dimension. */
static void tensor_index(const GradTensor *t, size_t i, int index[4]) {
    for (int d = t->dims - 1; d >= 0; d--) {
        index[d] = (int)(i % (size_t)t->dim[d]);
        i /= (size_t)t->dim[d];
    }
}

/* Written so that NaN on either side counts as wrong. */
static bool entry_wrong(const GradTensor *t, size_t i) {
    if (t->tolerance[i] < 0) return false;
    return !(fabs(t->got[i] - t->want[i]) <= t->tolerance[i]);
}

/* "C3 dw[3,0,4,4]: got 12, want 6, tolerance 0 (7 of 150 wrong)" */
static void describe(const char *owner, const GradTensor *t, size_t worst, size_t wrong,
                     GradFinding *finding) {
    int at[4] = {0};
    char place[64];
    size_t length = 0;
    tensor_index(t, worst, at);
    for (int d = 0; d < t->dims; d++)
        length +=
            (size_t)snprintf(place + length, sizeof place - length, "%s%d", d ? "," : "", at[d]);
    snprintf(finding->text, sizeof finding->text,
             "%s %s[%s]: got %.9g, want %.9g, tolerance %.2g (%zu of %zu wrong)", owner, t->name,
             place, unsigned_nan(t->got[worst]), unsigned_nan(t->want[worst]), t->tolerance[worst],
             wrong, tensor_count(t));
}

/* A check of numbers that are all nearly zero would pass anything. */
static bool vacuous(const GradTensor *t, double nonzero, size_t count) {
    size_t present = 0;
    for (size_t i = 0; i < count; i++)
        present += t->want[i] != 0;
    return largest(count, t->want) < 1e-3 || (double)present < nonzero * (double)count;
}

void gradcheck_compare(const char *owner, const GradTensor *t, double nonzero,
                       GradFinding *finding) {
    size_t count = tensor_count(t), wrong = 0, skipped = 0, worst = 0;
    double worst_error = -1;
    for (size_t i = 0; i < count; i++) {
        skipped += t->tolerance[i] < 0;
        if (!entry_wrong(t, i)) continue;
        double error = fabs(t->got[i] - t->want[i]);
        if (isnan(error)) error = (double)INFINITY;
        if (error > worst_error) {
            worst = i;
            worst_error = error;
        }
        wrong++;
    }
    finding->checked += count - skipped;
    finding->skipped += skipped;
    if (!finding->ok) return; /* an earlier tensor has the word */
    if (wrong > 0) {
        finding->ok = false;
        describe(owner, t, worst, wrong, finding);
    } else if ((skipped > 1 && skipped * 50 > count) || vacuous(t, nonzero, count)) {
        finding->ok = false;
        snprintf(finding->text, sizeof finding->text,
                 "%s %s: the test proves nothing: %zu of %zu entries skipped, largest %.3g", owner,
                 t->name, skipped, count, largest(count, t->want));
    } else {
        snprintf(finding->text, sizeof finding->text, "%s: %zu entries agree", owner,
                 finding->checked);
    }
}

/* ------------------------------------------------------------------ running a layer ------ */

/* A layer with its own copy of the data and room for results. */
typedef struct LayerRun {
    const Layer *layer;
    int n;
    size_t nw, nx, ny;
    real *w, *x, *dy;  /* inputs, ours to move */
    real *y, *dw, *dx; /* results */
    real *scratch;
    real *block;                          /* all of the above */
    double *got, *want, *tolerance, *bar; /* room for the largest tensor */
} LayerRun;

static bool intact(const real *end) {
    return fence_broken(end, FENCE_BYTES) == FENCE_BYTES;
}

/* The array that the layer wrote past the end of, NULL for none. */
static const char *overrun(const LayerRun *run) {
    if (!intact(run->y + run->ny)) return "y";
    if (!intact(run->dw + run->nw)) return "dw";
    if (!intact(run->dx + run->nx)) return "dx";
    if (!intact(run->scratch + run->layer->scratch)) return "scratch";
    return NULL;
}

static void run_free(LayerRun *run) {
    free(run->block);
    free(run->scratch);
    free(run->got);
    *run = (LayerRun){.layer = run->layer};
}

static bool run_new(LayerRun *run, const Layer *layer, const GradCase *test) {
    size_t nw = layer_params(layer);
    size_t nx = (size_t)test->n * (size_t)shape_size(layer->in);
    size_t ny = (size_t)test->n * (size_t)shape_size(layer->out);
    size_t most = nw > nx ? nw : nx;
    if (ny > most) most = ny;
    *run = (LayerRun){.layer = layer, .n = test->n, .nw = nw, .nx = nx, .ny = ny};
    run->block = calloc(2 * nw + 2 * nx + 2 * ny + 3 * FENCE, sizeof(real));
    run->scratch = calloc(layer->scratch + FENCE, sizeof(real));
    run->got = calloc(4 * most + 1, sizeof(double));
    if (!run->block || !run->scratch || !run->got) {
        run_free(run);
        return false;
    }
    run->w = run->block;
    run->x = run->w + nw;
    run->dy = run->x + nx;
    run->y = run->dy + ny;
    run->dw = run->y + ny + FENCE;
    run->dx = run->dw + nw + FENCE;
    fence_set(run->y + ny, FENCE_BYTES);
    fence_set(run->dw + nw, FENCE_BYTES);
    fence_set(run->dx + nx, FENCE_BYTES);
    fence_set(run->scratch + layer->scratch, FENCE_BYTES);
    run->want = run->got + most;
    run->tolerance = run->want + most;
    run->bar = run->tolerance + most;
    if (nw) memcpy(run->w, test->w, nw * sizeof(real));
    memcpy(run->x, test->x, nx * sizeof(real));
    memcpy(run->dy, test->dy, ny * sizeof(real));
    return true;
}

/* Scratch is undefined on entry; NaN exposes code that counts on it. */
static void spoil_scratch(LayerRun *run) {
    for (size_t i = 0; i < run->layer->scratch; i++)
        run->scratch[i] = (real)NAN;
}

static void run_forward(LayerRun *run) {
    spoil_scratch(run);
    run->layer->forward(run->layer, run->n, run->w, run->x, run->y, run->scratch);
}

/* dx and dw hold known numbers before backward; weights without a link hold 0, as they always
   do. */
static void clear_gradients(LayerRun *run, real dw_start) {
    size_t weights = layer_weights(run->layer);
    for (size_t i = 0; i < run->nx; i++)
        run->dx[i] = dx_before;
    for (size_t i = 0; i < run->nw; i++)
        run->dw[i] = i >= weights || layer_linked(run->layer, i) ? dw_start : 0;
    spoil_scratch(run);
}

static void run_both(LayerRun *run, real dw_start) {
    run_forward(run);
    clear_gradients(run, dw_start);
    run->layer->backward(run->layer, run->n, run->w, run->x, run->y, run->dy, run->dw, run->dx,
                         run->scratch);
}

/* L = sum dy*y, the number whose derivatives backward returns. */
static double objective(void *context) {
    LayerRun *run = context;
    run_forward(run);
    double sum = 0;
    for (size_t i = 0; i < run->ny; i++)
        sum += (double)run->dy[i] * (double)run->y[i];
    return sum;
}

/* Backward once more without dx: dw must come out the same. run_both() went before. */
static bool null_dx_allowed(LayerRun *run, GradFinding *finding) {
    for (size_t i = 0; i < run->nw; i++)
        run->bar[i] = (double)run->dw[i];
    clear_gradients(run, dw_before);
    run->layer->backward(run->layer, run->n, run->w, run->x, run->y, run->dy, run->dw, NULL,
                         run->scratch);
    for (size_t i = 0; i < run->nw; i++) {
        if ((double)run->dw[i] == run->bar[i] || isnan(run->bar[i])) continue;
        *finding = (GradFinding){.ok = false};
        snprintf(finding->text, sizeof finding->text,
                 "%s dw[%zu] depends on whether dx is wanted: %.9g and %.9g", run->layer->name, i,
                 unsigned_nan((double)run->dw[i]), run->bar[i]);
        return false;
    }
    return true;
}

/* The rules of layer.h that no number shows: inputs untouched, nothing written past an end, dx =
   NULL allowed. */
static bool contract_kept(LayerRun *run, const GradCase *test, GradFinding *finding) {
    const char *broken = overrun(run);
    if (broken) {
        *finding = (GradFinding){.ok = false};
        snprintf(finding->text, sizeof finding->text, "%s writes past the end of %s",
                 run->layer->name, broken);
        return false;
    }
    if (run->nw && memcmp(run->w, test->w, run->nw * sizeof(real)) != 0) broken = "w";
    if (memcmp(run->x, test->x, run->nx * sizeof(real)) != 0) broken = "x";
    if (memcmp(run->dy, test->dy, run->ny * sizeof(real)) != 0) broken = "dy";
    if (!broken) return null_dx_allowed(run, finding);
    *finding = (GradFinding){.ok = false};
    snprintf(finding->text, sizeof finding->text, "%s writes into the caller's %s",
             run->layer->name, broken);
    return false;
}

/* ------------------------------------------------------------------ the checks ----------- */

/* Names and dimensions of the tensors of a layer. */
static GradTensor tensor_of(const LayerRun *run, const char *name) {
    const Layer *l = run->layer;
    GradTensor t = {.name = name, .got = run->got, .want = run->want, .tolerance = run->tolerance};
    if (strcmp(name, "dw") == 0) {
        for (t.dims = 0; t.dims < 4 && l->weight[t.dims] > 0; t.dims++)
            t.dim[t.dims] = l->weight[t.dims];
    } else if (strcmp(name, "db") == 0) {
        t.dims = 1;
        t.dim[0] = l->bias;
    } else {
        Shape s = strcmp(name, "dx") == 0 ? l->in : l->out;
        t.dims = 4;
        t.dim[0] = run->n;
        t.dim[1] = s.c;
        t.dim[2] = s.h;
        t.dim[3] = s.w;
    }
    return t;
}

/* Fills got from results and want from differences for one tensor, and compares them. */
static void check_tensor(LayerRun *run, const char *name, bool exact, double nonzero, real *value,
                         const real *result, real before, GradFinding *finding) {
    GradTensor t = tensor_of(run, name);
    size_t count = tensor_count(&t);
    bool weight = strcmp(name, "dw") == 0;
    for (size_t i = 0; i < count; i++) {
        bool parameter = !weight || layer_linked(run->layer, i);
        run->got[i] = (double)result[i] - (parameter ? (double)before : 0);
        run->tolerance[i] = 0;
        run->bar[i] = 0;
        if (!parameter)
            run->want[i] = 0; /* no such link: no gradient, whatever forward does with it */
        else if (exact)
            run->want[i] = gradcheck_central(objective, run, &value[i], 1);
        else
            run->want[i] = gradcheck_difference(objective, run, &value[i], &run->bar[i]);
    }
    if (!exact)
        gradcheck_tolerance(count, run->got, run->want, run->bar, objective(run), run->tolerance);
    gradcheck_compare(run->layer->name, &t, nonzero, finding);
}

static GradFinding check_backward(const GradCase *test, bool exact) {
    GradFinding finding = {.ok = true};
    const Layer *l = test->layer;
    LayerRun run;
    if (!run_new(&run, l, test)) return (GradFinding){.text = "no memory for the check"};
    run_both(&run, dw_before);
    if (contract_kept(&run, test, &finding)) {
        run_both(&run, dw_before);
        size_t nw = layer_weights(l);
        double linked = l->links ? test->nonzero / 2 : test->nonzero;
        check_tensor(&run, "dx", exact, test->nonzero, run.x, run.dx, 0, &finding);
        if (nw) check_tensor(&run, "dw", exact, linked, run.w, run.dw, dw_before, &finding);
        if (l->bias)
            check_tensor(&run, "db", exact, test->nonzero, run.w + nw, run.dw + nw, dw_before,
                         &finding);
    }
    run_free(&run);
    return finding;
}

GradFinding gradcheck_exact(const GradCase *test) {
    return check_backward(test, true);
}

GradFinding gradcheck_smooth(const GradCase *test) {
    return check_backward(test, false);
}

/* ------------------------------------------------------------------ fast against naive --- */

/* The naive layer on changed data: absolute values give sum|products|, ones give the count. */
static bool run_changed(LayerRun *run, const Layer *naive, const GradCase *test, bool ones) {
    if (!run_new(run, naive, test)) return false;
    for (size_t i = 0; i < run->nw; i++)
        run->w[i] = ones ? 1 : fabs(run->w[i]);
    for (size_t i = 0; i < run->nx; i++)
        run->x[i] = ones ? 1 : fabs(run->x[i]);
    for (size_t i = 0; i < run->ny; i++)
        run->dy[i] = ones ? 1 : fabs(run->dy[i]);
    run_both(run, ones ? 1 : dw_before);
    return true;
}

/* Compares one result of the fast run with the naive run's; both offer room in fast. */
static void compare(LayerRun *fast, const char *name, const real *got, const real *want,
                    const real *products, const real *terms, double nonzero, GradFinding *finding) {
    GradTensor t = tensor_of(fast, name);
    for (size_t i = 0; i < tensor_count(&t); i++) {
        fast->got[i] = (double)got[i];
        fast->want[i] = (double)want[i];
        /* 2^-24 is half a unit in float's last place; 2 K of them bound any order of summing. */
        fast->tolerance[i] = products ? 2 * (double)terms[i] * 0x1p-24 * (double)products[i] : 0;
    }
    gradcheck_compare(fast->layer->name, &t, nonzero, finding);
}

GradFinding gradcheck_naive(const GradCase *test, const Layer *naive, bool linear) {
    LayerRun fast = {0}, slow = {0}, size = {0}, ones = {0};
    GradFinding finding = {.ok = true};
    bool ready = run_new(&fast, test->layer, test) && run_new(&slow, naive, test);
    if (ready && linear)
        ready = run_changed(&size, naive, test, false) && run_changed(&ones, naive, test, true);
    if (ready) {
        size_t nw = layer_weights(naive);
        double nonzero = test->nonzero, linked = naive->links ? nonzero / 2 : nonzero;
        run_both(&fast, dw_before);
        contract_kept(&fast, test, &finding);
        run_both(&fast, dw_before);
        run_both(&slow, dw_before);
        compare(&fast, "y", fast.y, slow.y, size.y, ones.y, 0, &finding);
        compare(&fast, "dx", fast.dx, slow.dx, size.dx, ones.dx, nonzero, &finding);
        if (nw) compare(&fast, "dw", fast.dw, slow.dw, size.dw, ones.dw, linked, &finding);
        if (naive->bias)
            compare(&fast, "db", fast.dw + nw, slow.dw + nw, linear ? size.dw + nw : NULL,
                    linear ? ones.dw + nw : NULL, nonzero, &finding);
    } else {
        finding = (GradFinding){.text = "no memory for the check"};
    }
    run_free(&fast);
    run_free(&slow);
    run_free(&size);
    run_free(&ones);
    return finding;
}

/* ------------------------------------------------------------------ losses --------------- */

typedef struct LossRun {
    const Loss *loss;
    int n;
    const uint8_t *label;
    real scale;
    real *x, *score;
    int *decision;
} LossRun;

static double loss_objective(void *context) {
    LossRun *run = context;
    return (double)run->scale *
           run->loss->forward(run->loss, run->n, run->x, run->label, run->score, run->decision);
}

GradFinding gradcheck_loss(const Loss *loss, int n, const real *x, const uint8_t *label,
                           real scale) {
    GradFinding finding = {.ok = true};
    size_t count = (size_t)n * (size_t)loss->in, scores = (size_t)n * (size_t)loss->classes;
    real *block = calloc(2 * count + scores + 2 * FENCE, sizeof(real));
    double *numbers = calloc(4 * count, sizeof(double));
    int *decision = calloc((size_t)n, sizeof(int));
    if (block && numbers && decision) {
        double *got = numbers, *want = got + count, *bar = want + count, *tolerance = bar + count;
        real *dx = block + count;
        real *score = block + 2 * count + FENCE;
        LossRun run = {loss, n, label, scale, block, score, decision};
        fence_set(dx + count, FENCE_BYTES);
        fence_set(score + scores, FENCE_BYTES);
        memcpy(run.x, x, count * sizeof(real));
        for (size_t i = 0; i < count; i++)
            dx[i] = dx_before;
        loss_objective(&run);
        loss->backward(loss, n, run.x, label, run.score, scale, dx);
        for (size_t i = 0; i < count; i++) {
            got[i] = (double)dx[i];
            want[i] = gradcheck_difference(loss_objective, &run, &run.x[i], &bar[i]);
        }
        gradcheck_tolerance(count, got, want, bar, loss_objective(&run), tolerance);
        GradTensor t = {"dx", 2, {n, loss->in}, got, want, tolerance};
        gradcheck_compare(loss->name, &t, 0.9, &finding);
        if (!intact(dx + count) || !intact(score + scores)) {
            finding.ok = false;
            snprintf(finding.text, sizeof finding.text, "%s writes past the end of %s", loss->name,
                     intact(dx + count) ? "score" : "dx");
        }
    } else {
        finding = (GradFinding){.text = "no memory for the check"};
    }
    free(block);
    free(numbers);
    free(decision);
    return finding;
}
