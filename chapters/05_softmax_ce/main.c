/*
 * Chapter 5, the example: why softmax is shifted, why 1e-7 is not needed, and the first thing that
 * learns.
 *
 *     make chapter 5            or: build/05_softmax_ce [FOLDER with the four IDX files]
 */
#include "04_affine/affine.h"
#include "05_softmax_ce/softmax_ce.h"

#include "05_softmax_ce/rbf.h"
#include "dataset.h"
#include "gemm.h"
#include "picture.h"

#include <stdlib.h>
#include <string.h>

/* 1. The same three scores, moved up by 0, 50 and 100. */
static void shifting(void) {
    printf("1. softmax of (1, 2, 3) + shift, as the formula says and with the maximum at 0\n\n"
           "   shift        formula                          shifted\n");
    for (int shift = 0; shift <= 100; shift += 50) {
        const real x[3] = {(real)(1 + shift), (real)(2 + shift), (real)(3 + shift)};
        real naive[3], stable[3];
        softmax_naive(1, 3, x, naive);
        softmax(1, 3, x, stable);
        printf("   %5d   %8.5f %8.5f %8.5f      %8.5f %8.5f %8.5f\n", shift, (double)naive[0],
               (double)naive[1], (double)naive[2], (double)stable[0], (double)stable[1],
               (double)stable[2]);
    }
    printf("\ne^103 is too large for a float: infinity / infinity is nan (not a number).\n");
}

/* 2. A network that is wrong and sure: its true class is `gap` below the other one. */
static void confident_mistake(void) {
    const Loss l = softmax_ce_loss(2);
    const uint8_t label = 0;
    printf("\n2. Two classes, the true one scored `gap` below the other: the loss should be about "
           "gap\n\n"
           "     gap   p of the truth   log-sum-exp   -log(p + 1e-7)   gradient p - 1\n");
    for (int gap = 0; gap <= 120; gap = gap ? gap * 2 : 15) {
        const real x[2] = {0, (real)gap};
        real p[2], dx[2];
        int decision;
        double loss = l.forward(&l, 1, x, &label, p, &decision);
        l.backward(&l, 1, x, &label, p, 1, dx);
        printf("   %5d   %14.3g   %11.4f   %14.4f   %14.6f\n", gap, (double)p[0], loss,
               cross_entropy_report((double)p[0]), (double)dx[0]);
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
        x[k] = (real)(0.45 * (rbf_codes[6][k] == '#' ? 1 : -1) +
                      0.55 * (rbf_codes[8][k] == '#' ? 1 : -1));
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

int main(int argc, char **argv) {
    const char *dir = argc > 1 ? argv[1] : MNIST_DIR;
    Dataset train, test;
    Error error;
    gemm_single_thread();
    shifting();
    confident_mistake();
    if (!dataset_load(dir, "train", &train, &error) || !dataset_load(dir, "t10k", &test, &error))
        fail(EXIT_WORLD, "%s", error.text);
    first_learner(&train, &test);
    codes();
    dataset_free(&train);
    dataset_free(&test);
    return 0;
}
