/*
 * Chapter 5, the example: three scores by hand, why the loss is a logarithm, why softmax is
 * shifted, how to measure a slope, and the first thing that learns to read.
 *
 *     make chapter 5    or: build/05_softmax_ce [FOLDER for data [FOLDER with the four IDX files]]
 */
#include "04_affine/affine.h"
#include "05_softmax_ce/softmax_ce.h"

#include "05_softmax_ce/rbf.h"
#include "lesson.h"
#include "picture.h"
#include "rng.h"

#include <stdlib.h>
#include <string.h>

/* A NaN without a sign: printf would show the sign that inf/inf has. */
static double plain(double value) {
    return isnan(value) ? nan("") : value;
}

/* Numbers on one line, each in the same form. */
static void print_reals(int n, const real *x, int width, int decimals) {
    for (int i = 0; i < n; i++)
        printf(" %*.*f", width, decimals, cell(x, n, 0, i));
}

/* ------------------------------------------------------------------ 1. by hand ----------- */

/* Scores and the true class: the loss as a function of each score. */
typedef struct Scores {
    Loss loss;
    real x[CLASSES], p[CLASSES];
    uint8_t label;
} Scores;

static double loss_of_scores(Scores *s) {
    int decision;
    return s->loss.forward(&s->loss, 1, s->x, &s->label, s->p, &decision);
}

// [measured-slope]
/* The slope of the loss along score x[i], by a central difference: (L(x+h) - L(x-h)) / 2h. */
static double measured_slope(Scores *s, int i, double h) {
    const real step = (real)h, kept = s->x[i], right = kept + step, left = kept - step;
    s->x[i] = right;
    double above = loss_of_scores(s);
    s->x[i] = left;
    double below = loss_of_scores(s);
    s->x[i] = kept;
    /* right - left is the step that a real took: 2h, rounded */
    return (above - below) / (double)(right - left);
}
// [measured-slope]

/* Three scores, their probabilities, and loss and gradient for each class that may be true. */
static void by_hand(void) {
    Scores s = {.loss = softmax_ce_loss(3), .x = {0, log((real)2), log((real)5)}};
    real e[3], dx[3];
    for (int i = 0; i < 3; i++)
        e[i] = exp(s.x[i]);
    softmax(1, 3, s.x, s.p);
    printf("1. Three scores x, the logarithms of 1, 2 and 5\n\n   x                   ");
    print_reals(3, s.x, 8, 4);
    printf("\n   e^x                 ");
    print_reals(3, e, 8, 4);
    printf("   sum");
    const real sum = e[0] + e[1] + e[2];
    print_reals(1, &sum, 6, 4);
    printf("\n   p = e^x / sum       ");
    print_reals(3, s.p, 8, 4);
    printf("\n\n   true class     loss    dx = p, and 1 less for the true class\n");
    for (s.label = 0; s.label < 3; s.label++) {
        printf("   %10d %8.4f", s.label, loss_of_scores(&s));
        s.loss.backward(&s.loss, 1, s.x, &s.label, s.p, 1, dx);
        print_reals(3, dx, 8, 4);
        printf("\n");
    }
    s.label = 2;
    printf("\nMeasured: with class 2 true, the slope of the loss along x[0], x[1], x[2] is\n"
           "  ");
    for (int i = 0; i < 3; i++)
        printf(" %.3f", measured_slope(&s, i, 1.0 / 64));
    printf("\n");
}

/* ------------------------------------------------------------------ 2. surprise ---------- */

/* Loss of two classes, the true one `gap` below the other; p and gradient of the true one. */
static double mistake(double gap, double *p, double *gradient) {
    const Loss l = softmax_ce_loss(2);
    const uint8_t label = 0;
    const real x[2] = {0, (real)gap};
    real output[2], dx[2];
    int decision;
    double loss = l.forward(&l, 1, x, &label, output, &decision);
    l.backward(&l, 1, x, &label, output, 1, dx);
    *p = cell(output, 2, 0, 0);
    *gradient = cell(dx, 2, 0, 0);
    return loss;
}

/* The logarithm, and a loss that looks as good: the square of 1 - p. */
static void surprise(void) {
    const double truth[6] = {0.99, 0.9, 0.5, 0.1, 0.01, 0.000001};
    printf("\n2. How surprised is a network that gave the true class the probability p?\n"
           "And how steep is the loss along that class's score? How steep is (1 - p)^2?\n\n"
           "   p of truth    -log p   its slope   slope of (1 - p)^2\n");
    for (int i = 0; i < 6; i++) {
        double p, gradient, loss = mistake(log((1 - truth[i]) / truth[i]), &p, &gradient);
        /* dp/dx = p (1 - p), so d(1 - p)^2/dx = -2 (1 - p) p (1 - p) */
        printf("   %10g  %8.4f   %9.6f   %18.6f\n", truth[i], loss, gradient,
               -2 * p * (1 - p) * (1 - p));
    }
}

/* ------------------------------------------------------------------ 3. the shift --------- */

/* softmax of (1, 2, 3) + shift, as the formula says and with the maximum at 0. */
static void both_ways(int shift, double naive[3], real stable[3]) {
    const real x[3] = {1 + shift, 2 + shift, 3 + shift};
    softmax_naive(1, 3, x, naive);
    softmax(1, 3, x, stable);
}

static void shifting(void) {
    double naive[3];
    real stable[3];
    printf("\n3. softmax of (1, 2, 3) + shift, as the formula says and shifted back to 0\n\n"
           "   shift   formula                         shifted\n");
    for (int shift = 0; shift <= 800; shift += 400) {
        both_ways(shift, naive, stable);
        printf("   %5d   %8.5f %8.5f %8.5f     ", shift, plain(naive[0]), plain(naive[1]),
               plain(naive[2]));
        print_reals(3, stable, 8, 5);
        printf("\n");
    }
    printf("\ne^%d is %g even as a double, and infinity / infinity is not a number (nan).\n", 803,
           exp(803.0));
}

/* ------------------------------------------------------------------ 4. a mistake --------- */

/* A network that is wrong and confident. */
static void confident_mistake(void) {
    printf("\n4. Two classes, the true one scored `gap` below the other: which of the two\n"
           "losses keeps growing, as the gradient says it must?\n\n"
           "     gap   p of the truth   log-sum-exp   -log(p + 1e-7)   gradient p - 1\n");
    for (int gap = 0; gap <= 120; gap = gap ? gap * 2 : 15) {
        double p, gradient, loss = mistake(gap, &p, &gradient);
        printf("   %5d   %14.3g   %11.4f   %14.4f   %14.6f\n", gap, p, loss,
               cross_entropy_report(p), gradient);
    }
}

/* ------------------------------------------------------------------ 5. checking ---------- */

/* Ten random scores with true class 3, and backward's dx for them. */
static Scores ten_scores(real *dx) {
    Scores s = {.loss = softmax_ce_loss(CLASSES), .label = 3};
    Rng rng = rng_seed(1, 0);
    for (int i = 0; i < CLASSES; i++)
        s.x[i] = (real)rng_normal(&rng);
    loss_of_scores(&s);
    s.loss.backward(&s.loss, 1, s.x, &s.label, s.p, 1, dx);
    return s;
}

/* Length of (differences - want) over length of want. */
static double step_error(Scores *s, double step, const real *want) {
    double wrong = 0, all = 0;
    for (int i = 0; i < CLASSES; i++) {
        double right = cell(want, CLASSES, 0, i), miss = measured_slope(s, i, step) - right;
        wrong += miss * miss;
        all += right * right;
    }
    return sqrt(wrong / all);
}

/* Too large a step sees the curve, too small a one sees rounding. */
static void check_a_gradient(void) {
    real dx[CLASSES];
    Scores s = ten_scores(dx);
    printf("\n5. Ten slopes, backward's against measured ones: how far apart, for which step?\n\n"
           "   step h     relative difference\n");
    for (int k = 0; k <= 6; k++) {
        double h = pow(10, -k);
        printf("   %-8g   %19.1e\n", h, step_error(&s, h, dx));
    }
}

/* ------------------------------------------------------------------ 6. learning ---------- */

// [learn]
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
        /* forward: images to scores, scores to probabilities and loss */
        l->forward(l, n, w, x, y, NULL);
        total += loss->forward(loss, n, y, data->label + first, p, decision);
        /* backward: the gradient of the mean loss, from the scores to the weights */
        loss->backward(loss, n, y, data->label + first, p, 1 / (real)n, dy);
        memset(dw, 0, sizeof dw);
        l->backward(l, n, w, x, y, dy, dw, NULL, NULL);
        /* one step downhill */
        for (size_t i = 0; i < layer_params(l); i++)
            w[i] -= lr * dw[i];
    }
    return total / data->n;
}
// [learn]

/* One line of the table: the mean loss and the share of correct predictions. */
static void examine(const Layer *l, const Loss *loss, const Dataset *data, const real *w) {
    real x[IMAGE_BYTES], y[CLASSES], p[CLASSES];
    int decision, correct = 0;
    double total = 0;
    for (int i = 0; i < data->n; i++) {
        dataset_image(data, i, (Input){0, 1}, 0, x);
        l->forward(l, 1, w, x, y, NULL);
        total += loss->forward(loss, 1, y, &data->label[i], p, &decision);
        correct += decision == data->label[i];
    }
    printf("      %8.4f        %8.4f\n", total / data->n, 1.0 * correct / data->n);
}

/* The weights of each class as an image, for the picture. */
static void write_weights(const Lesson *lesson, const real *w) {
    Output table = lesson_table(lesson, "05_weights.tsv");
    for (int k = 0; k < CLASSES; k++) {
        char name[2] = {(char)('0' + k), '\0'};
        block_write(table.stream, name, IMAGE_SIDE, IMAGE_SIDE, w + k * IMAGE_BYTES);
    }
    lesson_table_end(&table, "weights");
}

/* Affine and softmax on real digits, plain gradient descent. */
static void first_learner(const Lesson *lesson) {
    const Layer l = affine_layer("T", (Shape){1, IMAGE_SIDE, IMAGE_SIDE}, CLASSES);
    const Loss loss = softmax_ce_loss(CLASSES);
    Dataset train = lesson_set(lesson, "train"), test = lesson_set(lesson, "t10k");
    real *w = lesson_reals(layer_params(&l)), pair[2 * IMAGE_BYTES];
    printf("\n6. The first thing that learns to read: affine and softmax, w -= lr * dw,\n"
           "lr = 0.3, at the end 0.1. All weights start at 0, so all ten scores are equal\n\n"
           "                         loss            of the test images\n"
           "   epoch       while learning          loss        accuracy\n"
           "       0                    -");
    examine(&l, &loss, &test, w);
    for (int epoch = 1; epoch <= 4; epoch++) {
        double mean = learn(&l, &loss, &train, epoch < 4 ? (real)0.3 : (real)0.1, w);
        printf("   %5d             %8.4f", epoch, mean);
        examine(&l, &loss, &test, w);
    }
    printf("\nThe weights for 0 and 3 (bright: ink speaks for the digit, dark: against it,\n"
           "grey: it does not matter):\n\n");
    memcpy(pair, w, sizeof pair / 2);
    memcpy(pair + IMAGE_BYTES, w + 3 * IMAGE_BYTES, sizeof pair / 2);
    picture_print(stdout, 2, IMAGE_SIDE, IMAGE_SIDE, pair, -1, 1);
    write_weights(lesson, w);
    free(w);
    dataset_free(&train);
    dataset_free(&test);
}

/* ------------------------------------------------------------------ 7. codes ------------- */

/* The codes of 1998, five to a line. */
static void codes(void) {
    printf("\n7. The original has no softmax (advanced): 84 units draw 7x12 pixels, and the\n"
           "nearest of these wins\n\n");
    for (int line = 0; line < 2 * CODE_ROWS; line++)
        for (int k = 0; k < 5; k++) {
            const char *code = rbf_codes[line / CODE_ROWS * 5 + k];
            printf("   %.*s%s", CODE_COLUMNS, code + line % CODE_ROWS * CODE_COLUMNS,
                   k == 4 ? "\n" : "");
        }
}

// [not for students]
/* The loss of one state, and how long its gradient is. */
static double pull(const Loss *l, const real *x, uint8_t label, double *length) {
    real y[CLASSES], dx[CODE];
    int decision;
    double loss = l->forward(l, 1, x, &label, y, &decision), sum = 0;
    l->backward(l, 1, x, &label, y, 1, dx);
    for (int i = 0; i < CODE; i++)
        sum += cell(dx, CODE, 0, i) * cell(dx, CODE, 0, i);
    *length = sqrt(sum);
    return loss;
}
// [not for students]

/* A state between the 6 and the 8, a little nearer to the 8: its distances, and each loss of it if
   it was an 8 and if it was a 6. */
static void between_codes(void) {
    const Loss losses[3] = {rbf_loss(HUGE_VAL), rbf_loss(0.1), rbf_loss(30)};
    const uint8_t label = 8;
    real x[CODE], y[CLASSES];
    int decision;
    for (int k = 0; k < CODE; k++)
        x[k] = (9 * rbf_target(rbf_codes[6], k) + 11 * rbf_target(rbf_codes[8], k)) / 20;
    losses[0].forward(&losses[0], 1, x, &label, y, &decision);
    printf("\nSquared distances of a state between 6 and 8; the smallest is that of %d\n  ",
           decision);
    for (int i = 0; i < CLASSES; i++)
        printf(" %d:%6.2f%s", i, cell(y, CLASSES, 0, i), i == 4 ? "\n  " : "");
    printf("\n\n   true class   loss               value   length of its gradient\n");
    for (uint8_t truth = 8; truth >= 6; truth -= 2)
        for (int k = 0; k < 3; k++) {
            double length, loss = pull(&losses[k], x, truth, &length);
            printf("   %10d   %-12s %11.4f   %22.4f\n", truth, losses[k].name, loss, length);
        }
}

/* ------------------------------------------------------------------ for the pictures ----- */

/* This source is compiled twice, with `real` as float and as double: two sets of tables. */
static Output open_table(const Lesson *lesson, const char *what) {
    char name[32];
    snprintf(name, sizeof name, "05_%s_%s.tsv", what,
             sizeof(real) == sizeof(float) ? "float" : "double");
    return lesson_table(lesson, name);
}

/* The curves of 3. and 4., for scores from -1000 to 1000. */
static void write_losses(const Lesson *lesson) {
    Output table = open_table(lesson, "loss");
    fprintf(table.stream,
            "score\tshift_formula\tshift_stable\tgap_formula\tgap_report\tgap_stable\n");
    for (int score = -1000; score <= 1000; score += 10) {
        const real x[2] = {0, score};
        const uint8_t label = 0;
        double naive[3], p, gradient;
        real stable[3];
        both_ways(score, naive, stable);
        double loss = mistake(score, &p, &gradient);
        const double value[5] = {-log(naive[1]), -log(cell(stable, 3, 0, 1)),
                                 cross_entropy_naive(1, 2, x, &label), cross_entropy_report(p),
                                 loss};
        fprintf(table.stream, "%d", score);
        for (int k = 0; k < 5; k++)
            fprintf(table.stream, "\t%.9g", isfinite(value[k]) ? value[k] : nan(""));
        fprintf(table.stream, "\n");
    }
    lesson_table_end(&table, "softmax");
}

/* How far differences are from backward, for steps from 1 down to 1e-16. */
static void write_steps(const Lesson *lesson) {
    real dx[CLASSES];
    Scores s = ten_scores(dx);
    Output table = open_table(lesson, "step");
    fprintf(table.stream, "step\terror\n");
    for (int k = 0; k <= 16 * 8; k++) {
        double step = pow(10, -k / 8.0), error = step_error(&s, step, dx);
        /* nan: so small a step moves no score */
        fprintf(table.stream, "%.4g\t%.4g\n", step, plain(error));
    }
    lesson_table_end(&table, "gradcheck");
}

int main(int argc, char **argv) {
    Lesson lesson = lesson_start(argc, argv);
    by_hand();
    surprise();
    shifting();
    confident_mistake();
    check_a_gradient();
    first_learner(&lesson);
    codes();
    between_codes();
    write_losses(&lesson);
    write_steps(&lesson);
    return 0;
}
