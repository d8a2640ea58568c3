/*
 * Chapter 5, the example: why softmax is shifted, why 1e-7 is not needed, and the first thing that
 * learns.
 *
 *     make chapter 5    or: build/05_softmax_ce [FOLDER for data [FOLDER with the four IDX files]]
 */
#include "04_affine/affine.h"
#include "05_softmax_ce/softmax_ce.h"

#include "05_softmax_ce/rbf.h"
#include "dataset.h"
#include "gemm.h"
#include "gradcheck.h"
#include "picture.h"
#include "table.h"

#include <stdlib.h>
#include <string.h>

/* softmax of (1, 2, 3) + shift, as the formula says and with the maximum at 0. */
static void both_ways(int shift, real naive[3], real stable[3]) {
    const real x[3] = {(real)(1 + shift), (real)(2 + shift), (real)(3 + shift)};
    softmax_naive(1, 3, x, naive);
    softmax(1, 3, x, stable);
}

/* 1. The same three scores, moved up by 0, 50 and 100. */
static void shifting(void) {
    real naive[3], stable[3];
    printf("1. softmax of (1, 2, 3) + shift, as the formula says and with the maximum at 0\n\n"
           "   shift        formula                          shifted\n");
    for (int shift = 0; shift <= 100; shift += 50) {
        both_ways(shift, naive, stable);
        printf("   %5d   %8.5f %8.5f %8.5f      %8.5f %8.5f %8.5f\n", shift, (double)naive[0],
               (double)naive[1], (double)naive[2], (double)stable[0], (double)stable[1],
               (double)stable[2]);
    }
    printf("\ne^103 is too large for a float: infinity / infinity is nan (not a number).\n");
}

/* Loss of two classes, the true one `gap` below the other; p and gradient of the true one. */
static double mistake(int gap, double *p, double *gradient) {
    const Loss l = softmax_ce_loss(2);
    const uint8_t label = 0;
    const real x[2] = {0, (real)gap};
    real score[2], dx[2];
    int decision;
    double loss = l.forward(&l, 1, x, &label, score, &decision);
    l.backward(&l, 1, x, &label, score, 1, dx);
    *p = (double)score[0], *gradient = (double)dx[0];
    return loss;
}

/* 2. A network that is wrong and sure. */
static void confident_mistake(void) {
    printf("\n2. Two classes, the true one scored `gap` below the other: the loss should be about "
           "gap\n\n"
           "     gap   p of the truth   log-sum-exp   -log(p + 1e-7)   gradient p - 1\n");
    for (int gap = 0; gap <= 120; gap = gap ? gap * 2 : 15) {
        double p, gradient, loss = mistake(gap, &p, &gradient);
        printf("   %5d   %14.3g   %11.4f   %14.4f   %14.6f\n", gap, p, loss,
               cross_entropy_report(p), gradient);
    }
    printf("\nThe report's 1e-7 cuts the loss off at 16.1, while the gradient says that it should "
           "still\n"
           "grow with slope 1. Log-sum-exp never takes the logarithm of anything below 1.\n");
}

/* One pass over the training images in batches of 100, w -= lr * dw. Returns the mean loss. */
static double learn(const Layer *l, const Loss *loss, const Dataset *data, real lr, real *w) {
    enum { BATCH = 100 };
    static real x[BATCH * IMAGE_BYTES], y[BATCH * CLASSES], p[BATCH * CLASSES], dy[BATCH * CLASSES];
    static real dw[CLASSES * IMAGE_BYTES + CLASSES];
    int decision[BATCH];
    double total = 0;
    for (int first = 0; first < data->n; first += BATCH) {
        int n = data->n - first < BATCH ? data->n - first : BATCH;
        for (int i = 0; i < n; i++)
            dataset_image(data, first + i, (Input){0, 1}, 0, x + i * IMAGE_BYTES);
        l->forward(l, n, w, x, y, NULL);
        total += loss->forward(loss, n, y, data->label + first, p, decision);
        loss->backward(loss, n, y, data->label + first, p, 1 / (real)n, dy);
        memset(dw, 0, sizeof dw);
        l->backward(l, n, w, x, y, dy, dw, NULL, NULL);
        for (size_t i = 0; i < layer_params(l); i++) w[i] -= lr * dw[i];
    }
    return total / data->n;
}

static double accuracy(const Layer *l, const Loss *loss, const Dataset *data, const real *w) {
    real x[IMAGE_BYTES], y[CLASSES], p[CLASSES];
    int decision, right = 0;
    for (int i = 0; i < data->n; i++) {
        dataset_image(data, i, (Input){0, 1}, 0, x);
        l->forward(l, 1, w, x, y, NULL);
        loss->forward(loss, 1, y, &data->label[i], p, &decision);
        right += decision == data->label[i];
    }
    return (double)right / data->n;
}

/* 3. Affine and softmax on real digits, straight gradient descent. */
static void first_learner(const Dataset *train, const Dataset *test) {
    const Layer l = affine_layer("T", (Shape){1, IMAGE_SIDE, IMAGE_SIDE}, CLASSES);
    const Loss loss = softmax_ce_loss(CLASSES);
    real *w = calloc(layer_params(&l), sizeof *w);
    if (!w) fail(EXIT_WORLD, "no memory for the weights");
    printf("\n3. The first thing that learns: one affine layer and softmax, w -= lr * dw, rate 0.3 "
           "and\n"
           "then 0.1. All weights start at 0, so every class starts at 1/10 and the loss at log "
           "10.\n\n");
    for (int epoch = 1; epoch <= 4; epoch++) {
        double mean = learn(&l, &loss, train, (real)(epoch < 4 ? 0.3 : 0.1), w);
        printf("   epoch %d   mean loss while learning %.4f   accuracy on the test images %.4f\n",
               epoch, mean, accuracy(&l, &loss, test, w));
    }
    printf("\nWhat it learned to look for in a 0, a 3 and a 7 (bright: ink speaks for the digit, "
           "dark:\n"
           "against it, grey: it does not care):\n\n");
    real three[3 * IMAGE_BYTES];
    const int shown[3] = {0, 3, 7};
    for (int k = 0; k < 3; k++)
        memcpy(three + k * IMAGE_BYTES, w + shown[k] * IMAGE_BYTES, sizeof(real) * IMAGE_BYTES);
    picture_print(stdout, 3, IMAGE_SIDE, IMAGE_SIDE, three, -1, 1);
    free(w);
}

/* 4. The codes of 1998, and what a state of F6 is worth to each class. */
static void codes(void) {
    printf("\n4. The original has no softmax: 84 units draw 7x12 pixels, and the nearest of these "
           "wins\n\n");
    for (int r = 0; r < CODE_ROWS; r++) {
        for (int i = 0; i < CLASSES; i++)
            printf("  %.*s", CODE_COLUMNS, rbf_codes[i] + r * CODE_COLUMNS);
        printf("\n");
    }
    /* half-way between the 6 and the 8, a little nearer to the 8 */
    const Loss losses[3] = {rbf_loss(HUGE_VAL), rbf_loss(0.1), rbf_loss(30)};
    const uint8_t label = 8;
    real x[CODE], y[CLASSES], dx[CODE];
    int decision;
    for (int k = 0; k < CODE; k++)
        x[k] = (real)(0.45 * (double)rbf_target(rbf_codes[6], k) +
                      0.55 * (double)rbf_target(rbf_codes[8], k));
    losses[0].forward(&losses[0], 1, x, &label, y, &decision);
    printf("\nA state half-way between 6 and 8, and its penalties (squared distances); smallest: "
           "%d\n\n  ",
           decision);
    for (int i = 0; i < CLASSES; i++) printf("  %d: %5.1f", i, (double)y[i]);
    printf("\n\n");
    for (int k = 0; k < 3; k++) {
        double loss = losses[k].forward(&losses[k], 1, x, &label, y, &decision), length = 0;
        losses[k].backward(&losses[k], 1, x, &label, y, 1, dx);
        for (int i = 0; i < CODE; i++) length += (double)(dx[i] * dx[i]);
        printf("   %-12s  loss %8.4f   length of its gradient %8.4f\n", losses[k].name, loss,
               sqrt(length));
    }
    printf("\nWith j = 0.1 equation (9) is (8) less 0.1: no class is near enough to compete. With "
           "j = 30 the\n"
           "classes compete, the 8 leads by 5, and as its share is 0.99 already, little is left to "
           "learn.\n");
    printf(
        "\nHow content (9) is with j = 10: the share of (8)'s pull that is left when the state is "
        "y from\n"
        "its code and far from all others\n\n   y    ");
    for (int far = 4; far <= 16; far += 2) printf("  %6d", far);
    printf("\n   share");
    for (int far = 4; far <= 16; far += 2) printf("  %6.3f", 1 - 1 / (1 + exp((double)far - 10)));
    printf("\n");
}

/* ------------------------------------------------------------------ for the pictures ----- */

/* This source is compiled twice, with `real` as float and as double: two sets of tables. */
static const char *const type = sizeof(real) == sizeof(float) ? "float" : "double";

static Table open_table(const char *folder, const char *what) {
    char name[32];
    Table table;
    Error error;
    snprintf(name, sizeof name, "05_%s_%s.tsv", what, type);
    if (!table_open(&table, folder, name, &error)) fail(EXIT_WORLD, "%s", error.text);
    return table;
}

static void close_table(Table *table, const char *picture) {
    Error error;
    if (!table_close(table, &error)) fail(EXIT_WORLD, "%s", error.text);
    printf("\nwrote %s, for make plot-%s\n", table->beside.path, picture);
}

/* What 1. and 2. show, for every score from -120 to 120. */
static void write_losses(const char *folder) {
    real naive[3], stable[3], p_naive[2];
    double p, gradient;
    Table table = open_table(folder, "loss");
    fprintf(table.file,
            "score\tshift_formula\tshift_stable\tgap_formula\tgap_report\tgap_stable\n");
    for (int score = -120; score <= 120; score++) {
        const real x[2] = {0, (real)score};
        both_ways(score, naive, stable);
        softmax_naive(1, 2, x, p_naive);
        double loss = mistake(score, &p, &gradient);
        const double value[5] = {-log((double)naive[1]), -log((double)stable[1]),
                                 -log((double)p_naive[0]), cross_entropy_report(p), loss};
        fprintf(table.file, "%d", score);
        for (int k = 0; k < 5; k++)
            fprintf(table.file, "\t%.9g", isfinite(value[k]) ? value[k] : (double)NAN);
        fprintf(table.file, "\n");
    }
    close_table(&table, "softmax");
}

/* Ten scores and the true class: the loss as a function of each score. */
typedef struct Scores {
    Loss loss;
    real x[CLASSES], p[CLASSES];
    uint8_t label;
} Scores;

static double loss_of_scores(void *context) {
    Scores *s = context;
    int decision;
    return s->loss.forward(&s->loss, 1, s->x, &s->label, s->p, &decision);
}

/* Length of (differences - want) over length of want. */
static double step_error(Scores *s, double step, const real *want) {
    double wrong = 0, all = 0;
    for (int i = 0; i < CLASSES; i++) {
        double got = gradcheck_central(loss_of_scores, s, &s->x[i], step);
        wrong += (got - (double)want[i]) * (got - (double)want[i]);
        all += (double)want[i] * (double)want[i];
    }
    return sqrt(wrong / all);
}

/* How far differences are from backward, for steps from 1 down to 1e-16. */
static void write_steps(const char *folder) {
    Scores s = {.loss = softmax_ce_loss(CLASSES), .label = 3};
    real dx[CLASSES];
    Rng rng = rng_seed(1, 0);
    for (int i = 0; i < CLASSES; i++) s.x[i] = (real)rng_normal(&rng);
    loss_of_scores(&s);
    s.loss.backward(&s.loss, 1, s.x, &s.label, s.p, 1, dx);
    Table table = open_table(folder, "step");
    fprintf(table.file, "step\terror\n");
    for (int k = 0; k <= 16 * 8; k++) {
        double step = pow(10, -k / 8.0), error = step_error(&s, step, dx);
        /* nan: so small a step moves no score */
        fprintf(table.file, "%.4g\t%.4g\n", step, isnan(error) ? (double)NAN : error);
    }
    close_table(&table, "gradcheck");
}

int main(int argc, char **argv) {
    const char *folder = argc > 1 ? argv[1] : DATA_DIR, *dir = argc > 2 ? argv[2] : MNIST_DIR;
    Dataset train, test;
    Error error;
    gemm_single_thread();
    shifting();
    confident_mistake();
    if (!dataset_load(dir, "train", &train, &error) || !dataset_load(dir, "t10k", &test, &error))
        fail(EXIT_WORLD, "%s", error.text);
    first_learner(&train, &test);
    codes();
    write_losses(folder);
    write_steps(folder);
    dataset_free(&train);
    dataset_free(&test);
    return 0;
}
