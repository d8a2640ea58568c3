/*
 * Chapter 7: LeNet-5 as a table; the network's loops, the trainer and the evaluation on layers that
 * can be followed by eye (here.c); and LeNet-5 as a reader of digits.
 */
#include "course/examine/data.h"
#include "course/examine/exam.h"
#include "course/examine/expected.h"
#include "dataset.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UNITS = CLASSES };

/* ------------------------------------------------------------------ LeNet-5 as a table --- */

enum { ROWS = 16, NUMBERS = 12, LINE = 200 };

/* %s is the activation's name. */
static const char *const report_table[] = {
    "C1, conv, 1x32x32 to 6x28x28, 5x5, stride 1, padding 0",
    "C1.%s, %s, 6x28x28 to 6x28x28",
    "S2, max pool, 6x28x28 to 6x14x14, 2x2, stride 2, padding 0",
    "C3, conv, 6x14x14 to 16x10x10, 5x5, stride 1, padding 0",
    "C3.%s, %s, 16x10x10 to 16x10x10",
    "S4, max pool, 16x10x10 to 16x5x5, 2x2, stride 2, padding 0",
    "C5, affine, 400 to 120",
    "C5.%s, %s, 120x1x1 to 120x1x1",
    "F6, affine, 120 to 84",
    "F6.%s, %s, 84x1x1 to 84x1x1",
    "OUT, affine, 84 to 10",
    NULL,
};

static const char *const table_1998[] = {
    "C1, conv, 1x32x32 to 6x28x28, 5x5, stride 1, padding 0",
    "C1.%s, %s, 6x28x28 to 6x28x28",
    "S2, subsample, 6x28x28 to 6x14x14, 2x2, stride 2, padding 0",
    "S2.%s, %s, 6x14x14 to 6x14x14",
    "C3, conv, 6x14x14 to 16x10x10, 5x5, stride 1, padding 0, linked by a table",
    "C3.%s, %s, 16x10x10 to 16x10x10",
    "S4, subsample, 16x10x10 to 16x5x5, 2x2, stride 2, padding 0",
    "S4.%s, %s, 16x5x5 to 16x5x5",
    "C5, affine, 400 to 120",
    "C5.%s, %s, 120x1x1 to 120x1x1",
    "F6, affine, 120 to 84",
    "F6.%s, %s, 84x1x1 to 84x1x1",
    NULL,
};

/* The wanted lines, then "nothing" up to the end. */
static void want_lines(char line[ROWS][LINE], const char *const *table, const char *activation) {
    for (int i = 0; i < ROWS; i++) {
        snprintf(line[i], LINE, "nothing");
        if (*table) snprintf(line[i], LINE, *table++, activation, activation);
    }
}

/* A name as it came back: letters only, because another process may send anything. */
static void read_name(char *text, int size, const char *name) {
    int i = 0;
    for (; i < size - 1 && isprint((unsigned char)name[i]); i++)
        text[i] = name[i];
    text[i] = '\0';
}

/* One layer that came back, in the same words; here.c explains the numbers. */
static void got_line(char line[LINE], const char *names, const int *v) {
    char name[12], kind[12], shape[40], window[80] = "";
    read_name(name, sizeof name, names);
    read_name(kind, sizeof kind, names + 16);
    if (strcmp(kind, "affine") == 0)
        snprintf(shape, sizeof shape, "%.0f to %d", 1.0 * v[0] * v[1] * v[2], v[3]);
    else
        snprintf(shape, sizeof shape, "%dx%dx%d to %dx%dx%d", v[0], v[1], v[2], v[3], v[4], v[5]);
    if (v[6] > 0)
        snprintf(window, sizeof window, ", %dx%d, stride %d, padding %d", v[6], v[6], v[8], v[7]);
    const char *table = v[10] ? ", linked by a table" : "";
    snprintf(line, LINE, "%s, %s, %s%s%s", name, kind, shape, window, table);
    if (v[11] == 0) snprintf(line, LINE, "nothing");
}

/* Whether the tables agree from here to the end. */
static bool rest_agrees(char got[ROWS][LINE], int from, char want[ROWS][LINE], int at) {
    for (; from < ROWS && at < ROWS; from++, at++)
        if (strcmp(got[from], want[at]) != 0) return false;
    return true;
}

static void compare_tables(Exam *exam, char got[ROWS][LINE], char want[ROWS][LINE]) {
    for (int i = 0; i < ROWS; i++) {
        if (strcmp(got[i], want[i]) == 0) continue;
        if (rest_agrees(got, i, want, i + 1))
            reject(exam, "missing-layer", "layer %d is missing: %s", i + 1, want[i]);
        else if (rest_agrees(got, i + 1, want, i))
            reject(exam, "extra-layer", "there is an extra layer %d: %s", i + 1, got[i]);
        else
            reject(exam, "other-layer", "layer %d: got  %s\n             want %s", i + 1, got[i],
                   want[i]);
        return;
    }
}

/* Name, kernels and range of pixels, which training and saving need when all layers are right. */
static void compare_rest(Exam *exam, const Call *back) {
    static const char *const begin = "; begin with empty_network(choice)";
    if (call_get(back, A_LOSS, 1) != 1)
        reject(exam, "no-name", "the network has no name, which is printed and saved%s", begin);
    else if (call_get(back, A_LOSS, 2) != 1)
        reject(exam, "no-kernels", "its kernels are not named \"textbook\"%s", begin);
    else if (call_get(back, A_LOSS, 3) != 1)
        reject(exam, "other-input", "its range of pixels is not the one of the choice%s", begin);
}

static void table_case(Exam *exam, int activation, int switches, const char *const *table) {
    static const char *const name[] = {"relu", "sigmoid", "squash"};
    char got[ROWS][LINE], want[ROWS][LINE];
    const int extent[2] = {ROWS, NUMBERS}, names[2] = {ROWS, 32}, rest = 4;
    Call c = call_new(CALL_LENET5, (Geometry){.n = 1}, "%s with %s",
                      switches ? "the network of 1998" : "the report's network", name[activation]);
    c.number[0] = activation;
    c.number[1] = switches;
    call_array(&c, A_TABLE, INTS, RESULT, "table", "layer,number", extent);
    call_array(&c, A_NAME, BYTES, RESULT, "names", "layer,letter", names);
    call_array(&c, A_LOSS, DOUBLES, RESULT, "rest", "i", &rest);
    call_ready(&c);
    const Call *back = examine_only(exam, c);
    if (!back) return;
    want_lines(want, table, name[activation]);
    for (int i = 0; i < ROWS; i++)
        got_line(got[i], (const char *)call_at(back, A_NAME) + 32 * i,
                 (const int *)call_at(back, A_TABLE) + NUMBERS * i);
    compare_tables(exam, got, want);
    if (call_get(back, A_LOSS, 0) != 1)
        reject(exam, "other-loss", "the loss is not %s of 10 classes",
               switches & 4 ? "the RBF loss" : "softmax cross-entropy");
    compare_rest(exam, back);
}

void item_07_1_table(Exam *exam) {
    table_case(exam, 0, 0, report_table);
    table_case(exam, 1, 0, report_table);
}

void item_07_1_original(Exam *exam) {
    table_case(exam, 2, 7, table_1998);
}

/* ------------------------------------------------------------------ the loops ------------ */

/* Layers: bit i of mask says that layer i has parameters; the first always has. */
static int parameters_of(int layers, int mask) {
    int count = 2 * UNITS;
    for (int i = 1; i < layers; i++)
        count += mask >> i & 1 ? 2 * UNITS : 0;
    return count;
}

static Call network_call(Function f, int n, int layers, int mask) {
    Geometry g = {.n = n, .in = {UNITS, 1, 1}, .out = {UNITS, 1, 1}};
    Call c = call_new(f, g, "%d test layer%s (y = w*x + b, or turned round), %d image%s", layers,
                      layers > 1 ? "s" : "", n, n > 1 ? "s" : "");
    int parameters = parameters_of(layers, mask);
    c.number[0] = layers;
    c.number[1] = mask;
    call_array(&c, A_W, REALS, GIVEN, "params", "i", &parameters);
    call_array(&c, A_LABEL, BYTES, GIVEN, "label", "image", &n);
    return c;
}

/* Parameters up to 3 in size; labels below 9, which would make the loss NaN. */
static void fill_network(Call *c, Rng *rng, double unit) {
    data_nonzero(c, A_W, rng, 3, unit);
    for (size_t i = 0; i < c->array[A_LABEL].count; i++)
        call_set(c, A_LABEL, i, rng_below(rng, 9));
}

static Call loops_call(Function f, Rng *rng, int n, int layers, int mask, double unit) {
    const int x[2] = {n, UNITS}, y[3] = {layers, n, UNITS}, one = 1;
    bool forward = f == CALL_NETWORK_FORWARD;
    Call c = network_call(f, n, layers, mask);
    call_array(&c, A_X, REALS, GIVEN, "y[0]", "image,k", x);
    call_array(&c, A_Y, REALS, forward ? RESULT : GIVEN, "y", "layer,image,k", y);
    if (forward) {
        call_array(&c, A_SCORE, REALS, RESULT, "score", "image,k", x);
        call_array(&c, A_DECISION, INTS, RESULT, "decision", "image", &n);
        call_array(&c, A_LOSS, DOUBLES, RESULT, "loss", "loss", &one);
    } else {
        call_array(&c, A_DW, REALS, SUM, "grad", "i", &(int){parameters_of(layers, mask)});
    }
    c.tolerance = 1e-6;
    call_ready(&c);
    data_multiples(&c, A_X, rng, 4, unit);
    fill_network(&c, rng, unit);
    return c;
}

static const struct {
    int n, layers, mask;
} loop_cases[] = {{1, 1, 1}, {2, 2, 3}, {3, 3, 5}, {2, 4, 13}, {3, 5, 31}};

void item_07_2_loop(Exam *exam) {
    Rng rng = exam_rng(exam);
    for (int k = 0; k < 5; k++)
        examine(exam, loops_call(CALL_NETWORK_FORWARD, &rng, loop_cases[k].n, loop_cases[k].layers,
                                 loop_cases[k].mask, k < 2 ? whole : eighth));
}

/* The workspace as after forward, without running it. */
static void right_activations(Call *c, int n, int layers, int mask) {
    Rng unused = rng_seed(0, 0);
    Call forward = loops_call(CALL_NETWORK_FORWARD, &unused, n, layers, mask, whole);
    double *v[SLOTS + 1];
    memcpy(call_at(&forward, A_W), call_at(c, A_W), c->array[A_W].count * sizeof(real));
    memcpy(call_at(&forward, A_X), call_at(c, A_X), c->array[A_X].count * sizeof(real));
    call_doubles(&forward, v);
    expected_right(&forward, v);
    for (size_t i = 0; i < c->array[A_Y].count; i++)
        call_set(c, A_Y, i, v[A_Y][i]);
    free(v[SLOTS]);
    call_free(&forward);
}

void item_07_3_loop(Exam *exam) {
    Rng rng = exam_rng(exam);
    for (int k = 0; k < 5; k++) {
        int n = loop_cases[k].n, layers = loop_cases[k].layers, mask = loop_cases[k].mask;
        double unit = k < 2 ? whole : eighth;
        Call c = loops_call(CALL_NETWORK_BACKWARD, &rng, n, layers, mask, unit);
        c.constant[0] = k % 2 ? 0.25 : 0.5;
        right_activations(&c, n, layers, mask);
        examine(exam, c);
    }
}

/* ------------------------------------------------------------------ trainer, evaluation -- */

/* Pictures of bytes that are 0 or 255, so that the network's inputs are 0 and 1. */
static Call pictures_call(Function f, int n, int layers, int mask) {
    const int x[2] = {n, IMAGE_BYTES};
    Call c = network_call(f, n, layers, mask);
    call_array(&c, A_X, BYTES, GIVEN, "images", "image,pixel", x);
    c.tolerance = 1e-5;
    return c;
}

/* The decision of the test layers on a picture; here.c explains them. */
static int decision_of(const Call *c, int image) {
    double y[UNITS], w[2 * UNITS];
    size_t next = 0, step = IMAGE_BYTES / UNITS, first = (size_t)image * IMAGE_BYTES;
    int best = 0;
    for (int k = 0; k < UNITS; k++)
        y[k] = call_get(c, A_X, first + (size_t)k * step) / 255;
    for (int layer = 0; layer < c->number[0]; layer++) {
        bool parameters = layer == 0 || c->number[1] >> layer & 1;
        for (int k = 0; parameters && k < 2 * UNITS; k++)
            w[k] = call_get(c, A_W, next++);
        for (int k = 0; parameters && k < UNITS; k++)
            y[k] = w[k] * y[k] + w[UNITS + k];
        for (int k = 0; !parameters && k < UNITS / 2; k++) {
            double other = y[k];
            y[k] = y[UNITS - 1 - k];
            y[UNITS - 1 - k] = other;
        }
    }
    for (int k = 1; k < UNITS; k++)
        if (y[k] > y[best]) best = k;
    return best;
}

/* Every other picture gets the label that the network gives it, so that there is something to
   count; 9 would make the loss NaN. */
static void fill_pictures(Call *c, Rng *rng) {
    fill_network(c, rng, eighth);
    for (size_t i = 0; i < c->array[A_X].count; i++)
        call_set(c, A_X, i, 255 * rng_below(rng, 2));
    for (int image = 0; image < c->g.n; image += 2) {
        int decision = decision_of(c, image);
        if (decision < 9) call_set(c, A_LABEL, (size_t)image, decision);
    }
}

/* The gradient of a mini-batch of `batch` images out of 12. */
static void gradient_case(Exam *exam, Rng *rng, int batch) {
    const int one = 1, entries = parameters_of(3, 5);
    Call c = pictures_call(CALL_TRAINER_GRADIENT, 12, 3, 5);
    snprintf(c.text, sizeof c.text, "3 test layers, a mini-batch of %d in micro-batches of %d",
             batch, (batch + 3) / 4);
    c.number[2] = batch;
    c.constant[0] = 1;
    call_array(&c, A_DECISION, INTS, GIVEN, "index", "image", &batch);
    call_array(&c, A_DW, REALS, RESULT, "grad", "i", &entries);
    call_array(&c, A_LOSS, DOUBLES, RESULT, "loss", "loss", &one);
    call_array(&c, A_CORRECT, DOUBLES, RESULT, "correct", "correct", &one);
    call_ready(&c);
    fill_pictures(&c, rng);
    for (int i = 0; i < batch; i++)
        call_set(&c, A_DECISION, (size_t)i, (5 * i + 3) % 12);
    examine(exam, c);
}

void item_07_4_gradient(Exam *exam) {
    Rng rng = exam_rng(exam);
    gradient_case(exam, &rng, 1);
    gradient_case(exam, &rng, 4);
    gradient_case(exam, &rng, 8);
}

/* An epoch of steps. warmup: epochs; average: share of the old mean; nan: a loss that is none. */
static void steps_case(Exam *exam, Rng *rng, double warmup, double average, bool nan) {
    const int steps = 3, table[2] = {steps, parameters_of(2, 3)};
    Call c = pictures_call(CALL_TRAINER_STEPS, 20, 2, 3);
    snprintf(c.text, sizeof c.text, "2 test layers, 20 images in mini-batches of 8%s%s%s",
             warmup > 0 ? ", warm-up" : "", average > 0 ? ", averaging" : "",
             nan ? ", the second loss is NaN" : "");
    c.number[2] = 8;
    c.constant[0] = 0.5;
    c.constant[1] = warmup;
    c.constant[2] = average;
    call_array(&c, A_LOSS, DOUBLES, RESULT, "loss", "step", &steps);
    call_array(&c, A_CORRECT, DOUBLES, RESULT, "correct", "step", &steps);
    call_array(&c, A_RATE, REALS, RESULT, "lr", "step", &steps);
    call_array(&c, A_Y, REALS, RESULT, "params", "step,i", table);
    if (average > 0) call_array(&c, A_MEAN, REALS, RESULT, "mean", "step,i", table);
    call_ready(&c);
    fill_pictures(&c, rng);
    if (nan) call_set(&c, A_LABEL, 10, 9);
    examine(exam, c);
}

void item_07_5_steps(Exam *exam) {
    Rng rng = exam_rng(exam);
    steps_case(exam, &rng, 0, 0, false);
    steps_case(exam, &rng, 1, 0, false);
    steps_case(exam, &rng, 0, 0.75, false);
    steps_case(exam, &rng, 0, 0, true);
}

static void evaluate_case(Exam *exam, Rng *rng, int n) {
    const int one = 1, table[2] = {CLASSES, CLASSES};
    Call c = pictures_call(CALL_EVALUATE, n, 2, 3);
    call_array(&c, A_LOSS, DOUBLES, RESULT, "loss", "loss", &one);
    call_array(&c, A_CORRECT, DOUBLES, RESULT, "accuracy", "accuracy", &one);
    call_array(&c, A_TABLE, INTS, RESULT, "confusion", "true|predicted", table);
    call_ready(&c);
    fill_pictures(&c, rng);
    examine(exam, c);
}

void item_07_6_counts(Exam *exam) {
    Rng rng = exam_rng(exam);
    evaluate_case(exam, &rng, 3);
    evaluate_case(exam, &rng, 50);
    evaluate_case(exam, &rng, 60);
}

/* ------------------------------------------------------------------ digits --------------- */

enum { TRAINED = 6000, TESTED = 1000 };

/* Real digits into a call; which ones are tested depends on the seed. The judge keeps their
   labels to itself. */
static void fill_digits(Call *c, const Dataset *train, const Dataset *test, Rng *rng,
                        uint8_t label[TESTED]) {
    uint8_t *image = call_at(c, A_COL);
    memcpy(call_at(c, A_X), train->image, TRAINED * IMAGE_BYTES);
    memcpy(call_at(c, A_LABEL), train->label, TRAINED);
    for (int i = 0; i < TESTED; i++) {
        size_t k = (size_t)rng_below(rng, test->n);
        memcpy(image + (size_t)i * IMAGE_BYTES, test->image + k * IMAGE_BYTES, IMAGE_BYTES);
        label[i] = test->label[k];
    }
}

void item_07_7_digits(Exam *exam) {
    const int x[2] = {TRAINED, IMAGE_BYTES}, test_x[2] = {TESTED, IMAGE_BYTES};
    const int n = TRAINED, tests = TESTED;
    Dataset train = {0}, test = {0};
    Error error;
    Call c = call_new(CALL_TRAINING, (Geometry){.n = TRAINED},
                      "LeNet-5, %d images in mini-batches of 50, Adam", TRAINED);
    c.number[2] = 50;
    call_array(&c, A_X, BYTES, GIVEN, "images", "image,pixel", x);
    call_array(&c, A_LABEL, BYTES, GIVEN, "label", "image", &n);
    call_array(&c, A_COL, BYTES, GIVEN, "images", "image,pixel", test_x);
    call_array(&c, A_DECISION, INTS, RESULT, "decision", "image", &tests);
    call_ready(&c);
    if (dataset_load(MNIST_DIR, "train", &train, &error) &&
        dataset_load(MNIST_DIR, "t10k", &test, &error)) {
        uint8_t label[TESTED];
        Rng rng = exam_rng(exam);
        fill_digits(&c, &train, &test, &rng, label);
        const Call *back = examine_only(exam, c);
        int right = 0;
        for (int i = 0; back && i < TESTED; i++)
            right += call_get(back, A_DECISION, (size_t)i) == label[i];
        if (back && right < 0.8 * TESTED)
            reject(exam, "-", "%d of %d test digits are read correctly, want at least %d", right,
                   TESTED, TESTED * 80 / 100);
    } else {
        call_free(&c);
    }
    dataset_free(&train);
    dataset_free(&test);
}
