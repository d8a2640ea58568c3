/*
 * Chapter 4, the example: a product by hand, the activations, and a classifier that never learned.
 *
 *     make chapter 4    or: build/04_affine [FOLDER for data [FOLDER with the four IDX files]]
 */
#include "04_affine/activation.h"
#include "04_affine/affine.h"
#include "lesson.h"
#include "picture.h"

#include <stdlib.h>
#include <string.h>

/* 1. Two images, two inputs, three units: every number can be checked. */
static void worked_example(void) {
    const Layer l = affine_layer("F6", (Shape){2, 1, 1}, 3);
    const real x[4] = {1, 2, 3, -1}, dy[6] = {1, 0, -1, 0, 2, 1};
    const real w[9] = {2, 0, 1, -1, 0, 3, /* b */ 1, 0, -2};
    real y[6], dw[9] = {0}, dx[4];
    l.forward(&l, 2, w, x, y, NULL);
    l.backward(&l, 2, w, x, y, dy, dw, dx, NULL);
    printf("1. y = x * w^T + b by hand\n\n");
    matrix_print(stdout, "x (2, 2): two images, one per row", 2, 2, x);
    matrix_print(stdout, "w (3, 2): three units, one per row", 3, 2, w);
    matrix_print(stdout, "b (3)", 1, 3, w + 6);
    matrix_print(stdout, "y (2, 3); y[0,0] should be 2*1 + 0*2 + 1 = 3", 2, 3, y);
    matrix_print(stdout, "\ndy (2, 3), given", 2, 3, dy);
    matrix_print(stdout, "dw = dy^T * x (3, 2): row o adds up the images, each times dy[.,o]", 3, 2,
                 dw);
    matrix_print(stdout, "db = column sums of dy (3)", 1, 3, dw + 6);
    matrix_print(stdout, "dx = dy * w (2, 2): row i adds up the rows of w, each times dy[i,.]", 2,
                 2, dx);
}

/* x through relu, sigmoid and squash, and what they let through of a gradient of 1. */
static void activate(real x, real y[3], real dx[3]) {
    const Shape one = {1, 1, 1};
    const Layer l[3] = {relu_layer("relu", one), sigmoid_layer("sigmoid", one),
                        squash_layer("squash", one)};
    const real dy = 1;
    for (int k = 0; k < 3; k++) {
        l[k].forward(&l[k], 1, NULL, &x, &y[k], NULL);
        l[k].backward(&l[k], 1, NULL, &x, &y[k], &dy, NULL, &dx[k], NULL);
    }
}

/* 2. The activations and their slopes. */
static void activations(void) {
    const real x[9] = {-20, -4, -2, -1, 0, 1, 2, 4, 20};
    real y[3], dx[3];
    printf("\n2. Activations and their derivatives; the squash of 1998 is 1.7159 tanh(2/3 x)\n\n"
           "        x     relu  relu'   sigmoid  sigmoid'     squash   squash'\n");
    for (int i = 0; i < 9; i++) {
        activate(x[i], y, dx);
        printf("   %6g   %6g %6g  %8.6f  %8.6f  %9.6f  %8.6f\n", (double)x[i], (double)y[0],
               (double)dx[0], (double)y[1], (double)dx[1], (double)y[2], (double)dx[2]);
    }
    activate(0, y, dx);
    printf("\nA gradient that passes a sigmoid is multiplied by %g at best; after four of\n"
           "them, by %.6f. ReLU passes all of it, or nothing.\n",
           (double)dx[1], pow((double)dx[1], 4));
}

/* The same from -6 to 6 in steps of 1/32. */
static void write_activations(const Lesson *lesson) {
    real y[3], dx[3];
    Output table = lesson_table(lesson, "04_activation.tsv");
    fprintf(table.stream, "x\trelu\trelu_slope\tsigmoid\tsigmoid_slope\tsquash\tsquash_slope\n");
    for (int i = -6 * 32; i <= 6 * 32; i++) {
        activate((real)i / 32, y, dx);
        fprintf(table.stream, "%g", i / 32.0);
        for (int k = 0; k < 3; k++)
            fprintf(table.stream, "\t%.9g\t%.9g", (double)y[k], (double)dx[k]);
        fprintf(table.stream, "\n");
    }
    lesson_table_end(&table, "activation");
}

/* Rows of w become the mean digits, biases -|w|^2/2, so the largest output is the nearest mean. */
static void mean_digits(const Dataset *train, real *w) {
    int count[CLASSES] = {0};
    real x[IMAGE_BYTES], *b = w + CLASSES * IMAGE_BYTES;
    for (int i = 0; i < train->n; i++) {
        dataset_image(train, i, (Input){0, 1}, 0, x);
        real *row = w + train->label[i] * IMAGE_BYTES;
        for (int p = 0; p < IMAGE_BYTES; p++)
            row[p] += x[p];
        count[train->label[i]]++;
    }
    for (int k = 0; k < CLASSES; k++) {
        real *row = w + k * IMAGE_BYTES;
        b[k] = 0;
        for (int p = 0; p < IMAGE_BYTES; p++) {
            row[p] /= (real)(count[k] ? count[k] : 1);
            b[k] -= row[p] * row[p] / 2;
        }
    }
}

/* The share of the images whose largest output belongs to their class. */
static double accuracy(const Layer *l, const real *w, const Dataset *data) {
    real x[IMAGE_BYTES], y[CLASSES];
    int correct = 0;
    for (int i = 0; i < data->n; i++) {
        int best = 0;
        dataset_image(data, i, (Input){0, 1}, 0, x);
        l->forward(l, 1, w, x, y, NULL);
        for (int k = 1; k < CLASSES; k++)
            if (y[k] > y[best]) best = k;
        correct += best == data->label[i];
    }
    return (double)correct / data->n;
}

/* 3. An affine layer as ten templates. */
static void templates(const Lesson *lesson) {
    const Layer l = affine_layer("T", (Shape){1, IMAGE_SIDE, IMAGE_SIDE}, CLASSES);
    Dataset train = lesson_set(lesson, "train"), test = lesson_set(lesson, "t10k");
    real *w = lesson_reals(layer_params(&l)), pair[2 * IMAGE_BYTES];
    mean_digits(&train, w);
    printf("\n3. A unit of an affine layer compares its input with its row of weights. Take\n"
           "the mean image of each digit as that row (bias -|w|^2/2); here 0 and 3:\n\n");
    memcpy(pair, w, sizeof pair / 2);
    memcpy(pair + IMAGE_BYTES, w + 3 * IMAGE_BYTES, sizeof pair / 2);
    picture_print(stdout, 2, IMAGE_SIDE, IMAGE_SIDE, pair, 0, 1);
    printf("\nThe largest output then names the nearest mean. Of the test images %.4f are\n"
           "classified correctly, without any learning. Chapter 5 learns the rows.\n",
           accuracy(&l, w, &test));
    free(w);
    dataset_free(&train);
    dataset_free(&test);
}

int main(int argc, char **argv) {
    Lesson lesson = lesson_start(argc, argv);
    worked_example();
    activations();
    templates(&lesson);
    write_activations(&lesson);
    return 0;
}
