/*
 * Chapter 4, the example: a layer by hand, why it takes a bend to make two layers more than one,
 * how bends follow a curve, their price for the gradient, and a classifier that never learned.
 *
 *     make chapter 4    or: build/04_affine [FOLDER for data [FOLDER with the four IDX files]]
 */
#include "04_affine/activation.h"
#include "04_affine/affine.h"
#include "gemm.h"
#include "lesson.h"
#include "measure.h"
#include "picture.h"
#include "rng.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ 1. two by two -------- */

/* Two inputs, two units, one image: forward, backward, and one derivative measured. */
static void two_by_two(void) {
    const Layer l = affine_layer("A", (Shape){2, 1, 1}, 2);
    const real x[2] = {1, 2}, dy[2] = {2, -1};
    real w[6] = {2, 0, 1, -1, /* b */ 1, 0};
    real y[2], dw[6] = {0}, dx[2];
    l.forward(&l, 1, w, x, y, NULL);
    printf("1. Two inputs, two units\n\n");
    matrix_print(stdout, "x (2)", 1, 2, x);
    matrix_print(stdout, "w (2, 2), one unit per row", 2, 2, w);
    matrix_print(stdout, "b (2)", 1, 2, w + 4);
    matrix_print(stdout, "y (2); y[0] should be 2*1 + 0*2 + 1 = 3", 1, 2, y);

    l.backward(&l, 1, w, x, y, dy, dw, dx, NULL);
    matrix_print(stdout, "\ndy (2), given: how much L grows with each y", 1, 2, dy);
    matrix_print(stdout, "dw (2, 2); dw[1,0] should be -1*1 = -1", 2, 2, dw);
    matrix_print(stdout, "db (2), which is dy", 1, 2, dw + 4);
    matrix_print(stdout, "dx (2); dx[0] should be 2*2 - 1*1 = 3", 1, 2, dx);

    /* L = sum of dy * y; y is linear in w, so a step of 1 to both sides measures exactly. */
    double sum[2];
    for (int side = 0; side < 2; side++) {
        w[2] = side ? 0 : 2;
        l.forward(&l, 1, w, x, y, NULL);
        sum[side] = cell(dy, 2, 0, 0) * cell(y, 2, 0, 0) + cell(dy, 2, 0, 1) * cell(y, 2, 0, 1);
    }
    printf("\nMeasured: L = sum of dy * y is %g with w[1,0] = 2 and %g with w[1,0] = 0, so\n"
           "its slope is (%g - %g) / 2 = %g; backward says %g\n",
           sum[0], sum[1], sum[0], sum[1], (sum[0] - sum[1]) / 2, cell(dw, 2, 1, 0));
}

/* ------------------------------------------------------------------ 2. a batch ----------- */

/* Two images, one per row, and a third unit: the numbers of 1. come back as parts of sums. */
static void batch(void) {
    const Layer l = affine_layer("A", (Shape){2, 1, 1}, 3);
    const real x[4] = {1, 2, 3, -1}, dy[6] = {2, -1, 1, 0, 2, 1};
    const real w[9] = {2, 0, 1, -1, 0, 3, /* b */ 1, 0, -2};
    real y[6], dw[9] = {0}, dx[4];
    l.forward(&l, 2, w, x, y, NULL);
    l.backward(&l, 2, w, x, y, dy, dw, dx, NULL);
    printf("\n2. The same with a second image and a third unit\n\n");
    matrix_print(stdout, "x (2, 2), one image per row", 2, 2, x);
    matrix_print(stdout, "w (3, 2), one unit per row", 3, 2, w);
    matrix_print(stdout, "b (3)", 1, 3, w + 6);
    matrix_print(stdout, "y = x * w^T + b (2, 3)", 2, 3, y);
    matrix_print(stdout, "\ndy (2, 3), given", 2, 3, dy);
    matrix_print(stdout, "dw = dy^T * x (3, 2); dw[1,0] should be -1*1 + 2*3 = 5", 3, 2, dw);
    matrix_print(stdout, "db = column sums of dy (3)", 1, 3, dw + 6);
    matrix_print(stdout, "dx = dy * w (2, 2); dx[0,1] should be 2*0 - 1*(-1) + 1*3 = 4", 2, 2, dx);
}

/* ------------------------------------------------------------------ 3. two are one ------- */

/* Two affine layers, the one layer that they are, and the same with a ReLU in between. */
static void collapse(void) {
    const Shape two = {2, 1, 1};
    const Layer first = affine_layer("A", two, 2), second = affine_layer("B", two, 2);
    const Layer relu = relu_layer("A.relu", two);
    const real w1[6] = {2, 0, 1, -1, 1, 0}, w2[6] = {1, 2, 3, 1, 0, -1};
    const real x[3 * 2] = {-1, 1, 1, 0, 3, -1}; /* three images */
    real w[6], y1[6], both[6], one[6], y1_relu[6], bent[6];
    /* w2 (w1 x + b1) + b2  =  (w2 w1) x + (w2 b1 + b2), so the bias is B applied to b1 */
    gemm_naive(PLAIN, PLAIN, 2, 2, 2, w2, w1, 0, w);
    second.forward(&second, 1, w2, w1 + 4, w + 4, NULL);
    printf("\n3. A second layer after the first\n\n");
    matrix_print(stdout, "w2 (2, 2)", 2, 2, w2);
    matrix_print(stdout, "b2 (2)", 1, 2, w2 + 4);
    matrix_print(stdout, "w2 * w1 (2, 2)", 2, 2, w);
    matrix_print(stdout, "w2 * b1 + b2 (2)", 1, 2, w + 4);
    printf("\n     image     both layers   w2*w1 alone   with a ReLU between\n");
    first.forward(&first, 3, w1, x, y1, NULL);
    second.forward(&second, 3, w2, y1, both, NULL);
    first.forward(&first, 3, w, x, one, NULL);
    relu.forward(&relu, 3, NULL, y1, y1_relu, NULL);
    second.forward(&second, 3, w2, y1_relu, bent, NULL);
    for (int m = 0; m < 3; m++) {
        printf("   %3g %3g", cell(x, 2, m, 0), cell(x, 2, m, 1));
        printf("   %6g %4g", cell(both, 2, m, 0), cell(both, 2, m, 1));
        printf("   %8g %4g", cell(one, 2, m, 0), cell(one, 2, m, 1));
        printf("   %8g %4g\n", cell(bent, 2, m, 0), cell(bent, 2, m, 1));
    }
}

/* ------------------------------------------------------------------ 4. straight pieces --- */

enum { POINTS = 257, MOST_UNITS = 32 };

static const real length = (real)6.283185307179586; /* of the axis: one period of the sine */

// [pieces]
/* y = a sum of ReLUs, each with its bend in another place: the sine at 0, step, 2 step, ..., and
   straight in between. */
static void straight_pieces(int units, int n, const real *x, real *y) {
    const Layer first = affine_layer("A", (Shape){1, 1, 1}, units);
    const Layer bend = relu_layer("A.relu", first.out);
    const Layer last = affine_layer("B", first.out, 1);
    real w1[2 * MOST_UNITS], w2[MOST_UNITS + 1], *h = lesson_reals(2 * n * units);
    real step = length / units, slope = 0;
    for (int k = 0; k < units; k++) {
        real here = sin(k * step), next = sin((k + 1) * step);
        /* unit k is relu(x - k*step): 0 up to its bend, then x minus that */
        w1[k] = 1;
        w1[units + k] = -k * step;
        /* at its bend the slope changes to that of the next piece */
        w2[k] = (next - here) / step - slope;
        slope = (next - here) / step;
    }
    w2[units] = 0;
    first.forward(&first, n, w1, x, h, NULL);
    bend.forward(&bend, n, NULL, h, h + n * units, NULL);
    last.forward(&last, n, w2, h + n * units, y, NULL);
    free(h);
}
// [pieces]

/* How far the pieces are from the curve, for more and more units; some of them for the picture. */
static void follow_a_curve(const Lesson *lesson) {
    static real x[POINTS], y[6][POINTS];
    for (int i = 0; i < POINTS; i++)
        x[i] = length * i / (POINTS - 1);
    printf("\n4. Straight pieces: sums of ReLUs that follow the sine from 0 to 2 pi\n\n"
           "   units   largest distance\n");
    for (int k = 1; k <= 5; k++) {
        double most = 0;
        straight_pieces(1 << k, POINTS, x, y[k]);
        for (int i = 0; i < POINTS; i++)
            most = fmax(most, fabs(cell(y[k], POINTS, 0, i) - sin(cell(x, POINTS, 0, i))));
        printf("   %5d   %16.4f\n", 1 << k, most);
    }
    Output table = lesson_table(lesson, "04_pieces.tsv");
    fprintf(table.stream, "x\tfour\teight\n");
    for (int i = 0; i < POINTS; i++)
        fprintf(table.stream, "%.9g\t%.9g\t%.9g\n", cell(x, POINTS, 0, i), cell(y[2], POINTS, 0, i),
                cell(y[3], POINTS, 0, i));
    lesson_table_end(&table, "pieces");
}

/* ------------------------------------------------------------------ 5. activations ------- */

/* relu, sigmoid and squash of x, and their slopes: the share of a gradient they let through. */
static void activate(real x, double value[3], double slope[3]) {
    const Shape one = {1, 1, 1};
    const Layer l[3] = {relu_layer("relu", one), sigmoid_layer("sigmoid", one),
                        squash_layer("squash", one)};
    for (int k = 0; k < 3; k++) {
        const real dy = 1;
        real y, dx;
        l[k].forward(&l[k], 1, NULL, &x, &y, NULL);
        l[k].backward(&l[k], 1, NULL, &x, &y, &dy, NULL, &dx, NULL);
        value[k] = (double)y;
        slope[k] = (double)dx;
    }
}

static void activations(void) {
    static const int x[9] = {-20, -4, -2, -1, 0, 1, 2, 4, 20};
    double y[3], dx[3];
    printf("\n5. Activations and their slopes; the squash of 1998 is 1.7159 tanh(2/3 x)\n\n"
           "        x     relu  relu'   sigmoid  sigmoid'     squash   squash'\n");
    for (int i = 0; i < 9; i++) {
        activate(x[i], y, dx);
        printf("   %6d   %6g %6g  %8.6f  %8.6f  %9.6f  %8.6f\n", x[i], y[0], dx[0], y[1], dx[1],
               y[2], dx[2]);
    }
}

// [through]
/* x = 1 through `depth` copies of an activation, and a gradient of 1 all the way back. */
static double through(const Layer *l, int depth) {
    enum { MOST = 16 };
    real y[MOST + 1] = {1}, dy[MOST + 1];
    for (int k = 0; k < depth; k++)
        l->forward(l, 1, NULL, &y[k], &y[k + 1], NULL);
    dy[depth] = 1;
    /* the dx of a layer is the dy of the layer before it */
    for (int k = depth; k > 0; k--)
        l->backward(l, 1, NULL, &y[k - 1], &y[k], &dy[k], NULL, &dy[k - 1], NULL);
    return (double)dy[0];
}
// [through]

/* A gradient of 1 on its way back through several activations. */
static void vanishing(void) {
    const Shape one = {1, 1, 1};
    const Layer relu = relu_layer("relu", one), sigmoid = sigmoid_layer("sigmoid", one);
    const Layer squash = squash_layer("squash", one);
    printf("\nA gradient of 1 on its way back through several of them, x = 1 at the front,\n"
           "and the best that sigmoids can do, a slope of 1/4 in each\n\n"
           "   depth      relu      sigmoid     0.25^depth       squash\n");
    for (int depth = 1; depth <= 16; depth *= 2)
        printf("   %5d   %7g   %10.3g   %12.3g   %10.3g\n", depth, through(&relu, depth),
               through(&sigmoid, depth), pow(0.25, depth), through(&squash, depth));
}

/* Values and slopes from -6 to 6 in steps of 1/32, for the picture. */
static void write_activations(const Lesson *lesson) {
    double y[3], dx[3];
    Output table = lesson_table(lesson, "04_activation.tsv");
    fprintf(table.stream, "x\trelu\trelu_slope\tsigmoid\tsigmoid_slope\tsquash\tsquash_slope\n");
    for (int i = -6 * 32; i <= 6 * 32; i++) {
        activate(i / (real)32, y, dx);
        fprintf(table.stream, "%g", i / 32.0);
        for (int k = 0; k < 3; k++)
            fprintf(table.stream, "\t%.9g\t%.9g", y[k], dx[k]);
        fprintf(table.stream, "\n");
    }
    lesson_table_end(&table, "activation");
}

/* ------------------------------------------------------------------ 6. a digit ----------- */

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
            row[p] /= count[k] ? count[k] : 1;
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
    return 1.0 * correct / data->n;
}

/* An affine layer as ten templates. */
static void templates(const Lesson *lesson) {
    const Layer l = affine_layer("T", (Shape){1, IMAGE_SIDE, IMAGE_SIDE}, CLASSES);
    Dataset train = lesson_set(lesson, "train"), test = lesson_set(lesson, "t10k");
    real *w = lesson_reals(layer_params(&l)), pair[2 * IMAGE_BYTES];
    mean_digits(&train, w);
    printf("\n6. A unit of an affine layer compares its input with its row of weights. Take\n"
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

/* ------------------------------------------------------------------ 7. the price --------- */

enum { IMAGES = 25 };

/* Microseconds per image for all images, n of them at once: the median of a few runs. */
static double price(const Layer *l, LayerForward *forward, int n, const real *w, const real *x,
                    real *y) {
    enum { RUNS = 15 };
    double took[RUNS];
    for (int run = 0; run < RUNS; run++) {
        double start = seconds_now();
        for (int first = 0; first < IMAGES; first += n)
            forward(l, n, w, x + first * shape_size(l->in), y + first * shape_size(l->out), NULL);
        took[run] = seconds_now() - start;
    }
    return 1e6 * median(took, RUNS) / IMAGES;
}

/* C5 in loops and as a product, one image at a time and all at once. */
static void loops_and_product(void) {
    const Layer l = affine_layer("C5", (Shape){16, 5, 5}, 120);
    size_t params = layer_params(&l), ins = IMAGES * shape_size(l.in);
    real *w = lesson_reals(params), *x = lesson_reals(ins);
    real *y = lesson_reals(IMAGES * shape_size(l.out));
    Rng rng = rng_seed(1, 0);
    for (size_t i = 0; i < params; i++)
        w[i] = (real)rng_normal(&rng);
    for (size_t i = 0; i < ins; i++)
        x[i] = (real)rng_normal(&rng);
    printf("\n7. C5, 400 inputs and 120 units: microseconds per image\n\n"
           "   images at once   three loops   one product\n");
    for (int n = 1; n <= IMAGES; n += IMAGES - 1)
        printf("   %14d   %11.2f   %11.2f\n", n, price(&l, affine_forward_naive, n, w, x, y),
               price(&l, affine_forward, n, w, x, y));
    free(w);
    free(x);
    free(y);
}

int main(int argc, char **argv) {
    Lesson lesson = lesson_start(argc, argv);
    two_by_two();
    batch();
    collapse();
    follow_a_curve(&lesson);
    activations();
    vanishing();
    templates(&lesson);
    loops_and_product();
    write_activations(&lesson);
    return 0;
}
