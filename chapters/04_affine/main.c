/*
 * Chapter 4, the example: a product by hand, the bends, and a classifier that never learned.
 *
 *     make chapter 4    or: build/04_affine [FOLDER for data [FOLDER with the four IDX files]]
 */
#include "04_affine/activation.h"
#include "04_affine/affine.h"
#include "dataset.h"
#include "gemm.h"
#include "picture.h"
#include "table.h"

#include <stdlib.h>

/* 1. Two rows, three inputs, two units: every number can be checked. */
static void worked_example(void) {
    const Layer l = affine_layer("F6", (Shape){3, 1, 1}, 2);
    const real w[8] = {1, 2, 3, 4, 5, 6, /* b */ 10, 20}, x[6] = {1, 0, 2, 0, 1, 1};
    const real dy[4] = {1, 0, 1, 1};
    real y[4], dw[8] = {0}, dx[6];
    l.forward(&l, 2, w, x, y, NULL);
    l.backward(&l, 2, w, x, y, dy, dw, dx, NULL);
    printf("1. y = x * w^T + b by hand\n\n");
    matrix_print(stdout, "x (2, 3): two inputs, one a row", 2, 3, x);
    matrix_print(stdout, "w (2, 3): two units, one a row", 2, 3, w);
    matrix_print(stdout, "b (2)", 1, 2, w + 6);
    matrix_print(stdout, "y (2, 2): y[0,0] = 1*1 + 0*2 + 2*3 + 10 = 17", 2, 2, y);
    matrix_print(stdout, "for dy (2, 2)", 2, 2, dy);
    matrix_print(stdout, "dw = dy^T * x: row o sums the inputs, weighted with dy[., o]", 2, 3, dw);
    matrix_print(stdout, "db = column sums of dy", 1, 2, dw + 6);
    matrix_print(stdout, "dx = dy * w: row 1 is the sum of both rows of w", 2, 3, dx);
}

/* x through relu, sigmoid and squash, and what they let through of a gradient of 1. */
static void bend(real x, real y[3], real dx[3]) {
    const Shape one = {1, 1, 1};
    const Layer l[3] = {relu_layer("relu", one), sigmoid_layer("sigmoid", one),
                        squash_layer("squash", one)};
    const real dy = 1;
    for (int k = 0; k < 3; k++) {
        l[k].forward(&l[k], 1, NULL, &x, &y[k], NULL);
        l[k].backward(&l[k], 1, NULL, &x, &y[k], &dy, NULL, &dx[k], NULL);
    }
}

/* 2. The bends and their slopes. */
static void bends(void) {
    const real x[9] = {-20, -4, -2, -1, 0, 1, 2, 4, 20};
    real y[3], dx[3];
    printf("\n2. Activations and their derivatives; the squash of 1998 is 1.7159 tanh(2/3 x)\n\n"
           "        x       relu    relu'     sigmoid   sigmoid'     squash    squash'\n");
    for (int i = 0; i < 9; i++) {
        bend(x[i], y, dx);
        printf("   %6g   %8g   %6g   %9.6f  %9.6f  %9.6f  %9.6f\n", (double)x[i], (double)y[0],
               (double)dx[0], (double)y[1], (double)dx[1], (double)y[2], (double)dx[2]);
    }
    printf("\nA gradient that passes a sigmoid shrinks to a quarter at best: after the four of "
           "LeNet-5\n"
           "at most 1/256 is left. ReLU passes all of it, or nothing. The squash has slope 1.14 in "
           "the\n"
           "middle and maps +-1 to +-1, so that targets of +-1 do not drive it to its ends.\n");
}

/* The same from -6 to 6 in steps of 1/32. */
static void write_bends(const char *folder) {
    real y[3], dx[3];
    Table table;
    Error error;
    if (!table_open(&table, folder, "04_activation.tsv", &error))
        fail(EXIT_WORLD, "%s", error.text);
    fprintf(table.file, "x\trelu\trelu_slope\tsigmoid\tsigmoid_slope\tsquash\tsquash_slope\n");
    for (int i = -6 * 32; i <= 6 * 32; i++) {
        bend((real)i / 32, y, dx);
        fprintf(table.file, "%g", i / 32.0);
        for (int k = 0; k < 3; k++)
            fprintf(table.file, "\t%.9g\t%.9g", (double)y[k], (double)dx[k]);
        fprintf(table.file, "\n");
    }
    if (!table_close(&table, &error)) fail(EXIT_WORLD, "%s", error.text);
    printf("\nwrote %s, for make plot-activation\n", table.beside.path);
}

/* Rows of w become the mean digits, biases -|w|^2/2: then the largest output is the nearest mean. */
static void mean_digits(const Dataset *train, real *w) {
    int count[CLASSES] = {0};
    real x[IMAGE_BYTES], *b = w + CLASSES * IMAGE_BYTES;
    for (int i = 0; i < train->n; i++) {
        dataset_image(train, i, (Input){0, 1}, 0, x);
        real *row = w + train->label[i] * IMAGE_BYTES;
        for (int p = 0; p < IMAGE_BYTES; p++) row[p] += x[p];
        count[train->label[i]]++;
    }
    for (int k = 0; k < CLASSES; k++) {
        b[k] = 0;
        for (int p = 0; p < IMAGE_BYTES; p++) {
            real *v = &w[k * IMAGE_BYTES + p];
            *v /= (real)(count[k] ? count[k] : 1);
            b[k] -= *v * *v / 2;
        }
    }
}

/* 3. An affine layer as ten templates. */
static void templates(const Dataset *train, const Dataset *test) {
    const Layer l = affine_layer("T", (Shape){1, IMAGE_SIDE, IMAGE_SIDE}, CLASSES);
    real *w = calloc(layer_params(&l), sizeof *w), x[IMAGE_BYTES], y[CLASSES];
    if (!w) fail(EXIT_WORLD, "no memory for the templates");
    mean_digits(train, w);
    int right = 0;
    for (int i = 0; i < test->n; i++) {
        int best = 0;
        dataset_image(test, i, (Input){0, 1}, 0, x);
        l.forward(&l, 1, w, x, y, NULL);
        for (int k = 1; k < CLASSES; k++)
            if (y[k] > y[best]) best = k;
        right += best == test->label[i];
    }
    printf(
        "\n3. A unit of an affine layer compares its input with its row of weights. Take the mean\n"
        "image of each digit as that row (bias -|w|^2/2), here those of 0, 3 and 7:\n\n");
    real three[3 * IMAGE_BYTES];
    const int shown[3] = {0, 3, 7};
    for (int k = 0; k < 3; k++)
        for (int p = 0; p < IMAGE_BYTES; p++)
            three[k * IMAGE_BYTES + p] = w[shown[k] * IMAGE_BYTES + p];
    picture_print(stdout, 3, IMAGE_SIDE, IMAGE_SIDE, three, 0, 1);
    printf("\nThe largest output then names the nearest mean: %.4f of the test images are right "
           "without\n"
           "any learning. Chapter 5 learns the rows instead.\n",
           (double)right / test->n);
    free(w);
}

int main(int argc, char **argv) {
    const char *dir = argc > 2 ? argv[2] : MNIST_DIR;
    Dataset train, test;
    Error error;
    gemm_single_thread();
    worked_example();
    bends();
    if (!dataset_load(dir, "train", &train, &error) || !dataset_load(dir, "t10k", &test, &error))
        fail(EXIT_WORLD, "%s", error.text);
    templates(&train, &test);
    write_bends(argc > 1 ? argv[1] : DATA_DIR);
    dataset_free(&train);
    dataset_free(&test);
    return 0;
}
