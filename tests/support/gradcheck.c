/*
 * Numerical derivatives, comparisons and explanations; see gradcheck.h.
 *
 * The order of this file: differences, judging one tensor, guessing a cause, running a layer, and
 * the three checks that put these together.
 */
#include "gradcheck.h"

#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What dx and dw hold before backward is called: it must overwrite the one, add to the other. */
static const real dx_before = 3, dw_before = 5;

/* As many numbers after everything that a layer may write hold this one, which nobody may change:
   a whole row of a map too far is still seen. */
enum { GUARDS = 64 };
static const real guard_number = (real)-7777.25;

/* ------------------------------------------------------------------ differences ---------- */

double gradcheck_central(double (*function)(void *), void *context, real *entry, double h) {
    real middle = *entry;
    real right = (real)((double)middle + h), left = (real)((double)middle - h);
    *entry = right;
    double above = function(context);
    *entry = left;
    double below = function(context);
    *entry = middle;
    /* by what the floating-point grid really moved, not by 2h */
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

static size_t tensor_flat(const GradTensor *t, const int index[4]) {
    size_t i = 0;
    for (int d = 0; d < t->dims; d++)
        i = i * (size_t)t->dim[d] + (size_t)index[d];
    return i;
}

/* Written so that NaN on either side counts as wrong. */
static bool entry_wrong(const GradTensor *t, size_t i) {
    if (t->tolerance[i] < 0) return false;
    return !(fabs(t->got[i] - t->want[i]) <= t->tolerance[i]);
}

/* ------------------------------------------------------------------ likely causes -------- */

/* A guess says what got[i] would be if the mistake were this one. */
typedef double Guess(const GradTensor *t, int n, size_t i);

static double guess_zero(const GradTensor *t, int n, size_t i) {
    return (void)t, (void)n, (void)i, 0;
}

static double guess_sign(const GradTensor *t, int n, size_t i) {
    return (void)n, -t->want[i];
}

static double guess_twice(const GradTensor *t, int n, size_t i) {
    return (void)n, 2 * t->want[i];
}

static double guess_mean(const GradTensor *t, int n, size_t i) {
    return t->want[i] / n;
}

static double guess_sum(const GradTensor *t, int n, size_t i) {
    return t->want[i] * n;
}

static double guess_kept(const GradTensor *t, int n, size_t i) {
    return (void)n, t->want[i] + (double)dx_before;
}

static double guess_overwritten(const GradTensor *t, int n, size_t i) {
    return (void)n, t->want[i] - (double)dw_before;
}

/* The last two axes rotated by 180 degrees: a kernel read backwards. */
static double guess_rotated(const GradTensor *t, int n, size_t i) {
    (void)n;
    int at[4];
    if (t->dims != 4) return (double)NAN;
    tensor_index(t, i, at);
    at[2] = t->dim[2] - 1 - at[2];
    at[3] = t->dim[3] - 1 - at[3];
    return t->want[tensor_flat(t, at)];
}

/* The numbers of a matrix stored column after column: (a, b) read as (b, a). */
static double guess_transposed(const GradTensor *t, int n, size_t i) {
    (void)n;
    if (t->dims < 2) return (double)NAN;
    size_t rows = (size_t)t->dim[0], cols = tensor_count(t) / rows;
    return t->want[i % rows * cols + i / rows];
}

/* Facts, as far as they go: what every entry is, whatever made it so. */
static const struct {
    Guess *guess;
    const char *text;
    int least; /* images, below which it says nothing */
} guesses[] = {
    {guess_zero, "every entry is 0: never computed?", 1},
    {guess_sign, "every entry has the wrong sign", 1},
    {guess_twice, "every entry is twice what it should be: added twice?", 1},
    {guess_mean, "every entry is divided by the number of images, or by something of that size", 2},
    {guess_sum, "every entry is multiplied by the number of images, or by something of that size",
     3},
    {guess_kept, "the old content is still in it: dx must be overwritten, not added to", 1},
    {guess_overwritten, "the old content is gone: dw must be added to, not overwritten", 1},
    {guess_rotated, "equal to the wanted kernel rotated by 180 degrees", 1},
    {guess_transposed, "equal to the wanted matrix transposed", 1},
};

static bool guess_fits(const GradTensor *t, int n, Guess *guess) {
    size_t count = tensor_count(t);
    for (size_t i = 0; i < count; i++) {
        double value = guess(t, n, i), slack = 2 * t->tolerance[i] + 1e-6 * fabs(value);
        if (t->tolerance[i] >= 0 && !(fabs(t->got[i] - value) <= slack)) return false;
    }
    return true;
}

/* Whether all wrong entries have this index, or in `later` any but 0, along an axis; and at least
   half of the entries there are wrong: one wrong entry says nothing about a place. */
static bool wrong_at(const GradTensor *t, int axis, int place, bool later) {
    size_t there = 0, wrong = 0;
    for (size_t i = 0; i < tensor_count(t); i++) {
        int at[4] = {0};
        tensor_index(t, i, at);
        bool in = later ? at[axis] > 0 : at[axis] == place;
        if (entry_wrong(t, i) && !in) return false;
        there += in;
        wrong += in && entry_wrong(t, i);
    }
    return there < tensor_count(t) && 2 * wrong >= there;
}

/* Where all wrong entries lie. */
static const char *guess_place(const GradTensor *t) {
    if (t->dims != 4) return "";
    if (wrong_at(t, 2, t->dim[2] - 1, false))
        return "only the last row is wrong: a loop that ends too early?";
    if (wrong_at(t, 3, t->dim[3] - 1, false))
        return "only the last column is wrong: a loop that ends too early?";
    if (wrong_at(t, 1, 0, true)) return "only the first channel is right";
    if (wrong_at(t, 0, 0, true)) return "along the first axis only the first one is right";
    return "";
}

/* The one guess that fits; none if there are two. */
static const char *likely_cause(const GradTensor *t, int n) {
    const char *cause = NULL;
    for (size_t i = 0; i < tensor_count(t); i++)
        if (isnan(t->got[i])) return "there are NaNs: scratch read before it was written?";
    for (size_t g = 0; g < sizeof guesses / sizeof *guesses; g++) {
        if (n < guesses[g].least || !guess_fits(t, n, guesses[g].guess)) continue;
        if (cause) return "";
        cause = guesses[g].text;
    }
    return cause ? cause : guess_place(t);
}

/* ------------------------------------------------------------------ judging -------------- */

/* "C3 dw[3,0,4,4]: got 12, want 6 (7 of 150 wrong; ...)" */
static void explain(const char *owner, int n, const GradTensor *t, size_t worst, size_t wrong,
                    GradFinding *finding) {
    int at[4] = {0};
    char place[64];
    size_t length = 0;
    tensor_index(t, worst, at);
    for (int d = 0; d < t->dims; d++)
        length +=
            (size_t)snprintf(place + length, sizeof place - length, "%s%d", d ? "," : "", at[d]);
    const char *cause = likely_cause(t, n);
    const char *by = t->by_forward ? " by differences of forward, if that is right" : "";
    snprintf(finding->text, sizeof finding->text,
             "%s %s[%s]: got %.9g, want %.9g%s, tolerance %.2g (%zu of %zu wrong%s%s)", owner,
             t->name, place, unsigned_nan(t->got[worst]), unsigned_nan(t->want[worst]), by,
             t->tolerance[worst], wrong, tensor_count(t), *cause ? "; " : "", cause);
}

/* A check of numbers that are all nearly zero would pass anything. */
static bool vacuous(const GradTensor *t, double nonzero, size_t count) {
    size_t present = 0;
    for (size_t i = 0; i < count; i++)
        present += t->want[i] != 0;
    return largest(count, t->want) < 1e-3 || (double)present < nonzero * (double)count;
}

void gradcheck_judge(const char *owner, int n, const GradTensor *t, double nonzero,
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
        explain(owner, n, t, worst, wrong, finding);
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
typedef struct Run {
    const Layer *layer;
    int n;
    size_t nw, nx, ny;
    real *w, *x, *dy;  /* inputs, ours to move */
    real *y, *dw, *dx; /* results */
    real *scratch;
    real *block;                          /* all of the above */
    double *got, *want, *tolerance, *bar; /* room for the largest tensor */
} Run;

static void set_guard(real *end) {
    for (int i = 0; i < GUARDS; i++)
        end[i] = guard_number;
}

static bool guard_intact(const real *end) {
    for (int i = 0; i < GUARDS; i++)
        if (end[i] != guard_number) return false;
    return true;
}

/* What the layer wrote past the end of, NULL if nothing. */
static const char *overrun(const Run *run) {
    if (!guard_intact(run->y + run->ny)) return "y";
    if (!guard_intact(run->dw + run->nw)) return "dw";
    if (!guard_intact(run->dx + run->nx)) return "dx";
    if (!guard_intact(run->scratch + run->layer->scratch)) return "scratch";
    return NULL;
}

static void run_free(Run *run) {
    free(run->block);
    free(run->scratch);
    free(run->got);
    *run = (Run){.layer = run->layer};
}

static bool run_new(Run *run, const Layer *layer, const GradCase *test) {
    size_t nw = layer_params(layer);
    size_t nx = (size_t)test->n * (size_t)shape_size(layer->in);
    size_t ny = (size_t)test->n * (size_t)shape_size(layer->out);
    size_t most = nw > nx ? nw : nx;
    if (ny > most) most = ny;
    *run = (Run){.layer = layer, .n = test->n, .nw = nw, .nx = nx, .ny = ny};
    run->block = calloc(2 * nw + 2 * nx + 2 * ny + 3 * GUARDS, sizeof(real));
    run->scratch = calloc(layer->scratch + GUARDS, sizeof(real));
    run->got = calloc(4 * most + 1, sizeof(double));
    if (!run->block || !run->scratch || !run->got) {
        run_free(run);
        return false;
    }
    run->w = run->block;
    run->x = run->w + nw;
    run->dy = run->x + nx;
    run->y = run->dy + ny;
    run->dw = run->y + ny + GUARDS;
    run->dx = run->dw + nw + GUARDS;
    set_guard(run->y + ny);
    set_guard(run->dw + nw);
    set_guard(run->dx + nx);
    set_guard(run->scratch + layer->scratch);
    run->want = run->got + most;
    run->tolerance = run->want + most;
    run->bar = run->tolerance + most;
    if (nw) memcpy(run->w, test->w, nw * sizeof(real));
    memcpy(run->x, test->x, nx * sizeof(real));
    memcpy(run->dy, test->dy, ny * sizeof(real));
    return true;
}

/* Scratch is undefined on entry; NaN finds whoever counts on it. */
static void spoil_scratch(Run *run) {
    for (size_t i = 0; i < run->layer->scratch; i++)
        run->scratch[i] = (real)NAN;
}

static void run_forward(Run *run) {
    spoil_scratch(run);
    run->layer->forward(run->layer, run->n, run->w, run->x, run->y, run->scratch);
}

/* dx and dw hold known numbers before backward; what has no link holds 0, as it always does. */
static void clear_gradients(Run *run, real dw_start) {
    size_t weights = layer_weights(run->layer);
    for (size_t i = 0; i < run->nx; i++)
        run->dx[i] = dx_before;
    for (size_t i = 0; i < run->nw; i++)
        run->dw[i] = i >= weights || layer_linked(run->layer, i) ? dw_start : 0;
    spoil_scratch(run);
}

static void run_both(Run *run, real dw_start) {
    run_forward(run);
    clear_gradients(run, dw_start);
    run->layer->backward(run->layer, run->n, run->w, run->x, run->y, run->dy, run->dw, run->dx,
                         run->scratch);
}

/* L = sum dy*y, the number whose derivatives backward returns. */
static double objective(void *context) {
    Run *run = context;
    run_forward(run);
    double sum = 0;
    for (size_t i = 0; i < run->ny; i++)
        sum += (double)run->dy[i] * (double)run->y[i];
    return sum;
}

/* Backward once more without dx: dw must come out the same. run_both() went before. */
static bool null_dx_allowed(Run *run, GradFinding *finding) {
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
static bool contract_kept(Run *run, const GradCase *test, GradFinding *finding) {
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
static GradTensor tensor_of(const Run *run, const char *name) {
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

/* Fills got from results and want from differences for one tensor, and judges it. */
static void check_tensor(Run *run, const char *name, bool exact, double nonzero, real *value,
                         const real *result, real before, GradFinding *finding) {
    GradTensor t = tensor_of(run, name);
    t.by_forward = true;
    size_t count = tensor_count(&t);
    bool weight = strcmp(name, "dw") == 0;
    for (size_t i = 0; i < count; i++) {
        bool parameter = !weight || layer_linked(run->layer, i);
        run->got[i] = (double)result[i] - (parameter ? (double)before : 0);
        run->tolerance[i] = run->bar[i] = 0;
        if (!parameter)
            run->want[i] = 0; /* no such link: no gradient, whatever forward does with it */
        else if (exact)
            run->want[i] = gradcheck_central(objective, run, &value[i], 1);
        else
            run->want[i] = gradcheck_difference(objective, run, &value[i], &run->bar[i]);
    }
    if (!exact)
        gradcheck_tolerance(count, run->got, run->want, run->bar, objective(run), run->tolerance);
    gradcheck_judge(run->layer->name, run->n, &t, nonzero, finding);
}

static GradFinding check_backward(const GradCase *test, bool exact) {
    GradFinding finding = {.ok = true};
    const Layer *l = test->layer;
    Run run;
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
static bool run_changed(Run *run, const Layer *naive, const GradCase *test, bool ones) {
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
static void compare(Run *fast, const char *name, const real *got, const real *want,
                    const real *products, const real *terms, double nonzero, GradFinding *finding) {
    GradTensor t = tensor_of(fast, name);
    for (size_t i = 0; i < tensor_count(&t); i++) {
        fast->got[i] = (double)got[i];
        fast->want[i] = (double)want[i];
        /* 2^-24 is half a unit in float's last place; 2 K of them bound any order of summing. */
        fast->tolerance[i] = products ? 2 * (double)terms[i] * 0x1p-24 * (double)products[i] : 0;
    }
    gradcheck_judge(fast->layer->name, fast->n, &t, nonzero, finding);
}

GradFinding gradcheck_naive(const GradCase *test, const Layer *naive, bool linear) {
    Run fast = {0}, slow = {0}, size = {0}, ones = {0};
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
    real *block = calloc(2 * count + scores + 2 * GUARDS, sizeof(real));
    double *numbers = calloc(4 * count, sizeof(double));
    int *decision = calloc((size_t)n, sizeof(int));
    if (block && numbers && decision) {
        double *got = numbers, *want = got + count, *bar = want + count, *tolerance = bar + count;
        real *dx = block + count;
        real *score = block + 2 * count + GUARDS;
        LossRun run = {loss, n, label, scale, block, score, decision};
        set_guard(dx + count);
        set_guard(score + scores);
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
        GradTensor t = {"dx", 2, {n, loss->in}, got, want, tolerance, true};
        gradcheck_judge(loss->name, n, &t, 0.9, &finding);
        if (!guard_intact(dx + count) || !guard_intact(score + scores)) {
            finding.ok = false;
            snprintf(finding.text, sizeof finding.text, "%s writes past the end of %s", loss->name,
                     guard_intact(dx + count) ? "score" : "dx");
        }
    } else {
        finding = (GradFinding){.text = "no memory for the check"};
    }
    free(block);
    free(numbers);
    free(decision);
    return finding;
}
