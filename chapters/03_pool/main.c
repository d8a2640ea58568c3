/*
 * Chapter 3, the example: what max pooling keeps, and where its gradient goes.
 *
 *     make chapter 3    or: build/03_pool [FOLDER for data [FOLDER with the four IDX files]]
 */
#include "03_pool/pool.h"
#include "03_pool/subsample.h"
#include "dataset.h"
#include "fail.h"
#include "picture.h"
#include "table.h"

/* Forward and backward of one small pool, printed. */
static void show(const char *title, Shape in, int size, int stride, int pad, const real *x) {
    Layer l = max_pool_layer("S2", in, size, stride, pad);
    real y[64], dy[64], dx[64], scratch[64];
    contract(shape_size(in) <= 64 && l.scratch <= 64, "the example has room for 64 numbers");
    for (int i = 0; i < shape_size(l.out); i++) dy[i] = (real)(i + 1);
    l.forward(&l, 1, NULL, x, y, scratch);
    l.backward(&l, 1, NULL, x, y, dy, NULL, dx, scratch);
    printf("\n%s\n", title);
    matrix_print(stdout, "x", in.h, in.w, x);
    matrix_print(stdout, "y = the largest of each window", l.out.h, l.out.w, y);
    matrix_print(stdout, "dy, numbered so that it can be followed", l.out.h, l.out.w, dy);
    matrix_print(stdout, "dx", in.h, in.w, dx);
}

static void rules(void) {
    const real plain[16] = {1, 2, 5, 0, 3, 4, 1, 1, 0, 0, 7, 8, 9, 0, 6, 2};
    const real ties[16] = {2, 2, 0, 0, 2, 2, 0, 0, 1, 3, 4, 4, 3, 1, 0, 0};
    const real negative[9] = {-5, -2, -7, -1, -9, -3, -8, -4, -6};
    const real overlap[9] = {1, 2, 3, 4, 9, 5, 6, 7, 8};
    real broken[16];
    for (int i = 0; i < 16; i++) broken[i] = plain[i];
    broken[5] = (real)NAN;
    show("1. 2x2 windows, stride 2: each dy goes where the maximum was", (Shape){1, 4, 4}, 2, 2, 0,
         plain);
    show("2. Ties: only the first maximum of a window gets the gradient", (Shape){1, 4, 4}, 2, 2, 0,
         ties);
    show("3. Padding never wins, not even against negative numbers (2x2, stride 2, padding 1)",
         (Shape){1, 3, 3}, 2, 2, 1, negative);
    show("4. Overlapping windows (2x2, stride 1): 9 wins all four and collects 1+2+3+4",
         (Shape){1, 3, 3}, 2, 1, 0, overlap);
    show("5. NaN travels: it must not be hidden by a larger number", (Shape){1, 4, 4}, 2, 2, 0,
         broken);
}

/* sum of |a - b| over sum of a */
static double change(int n, const real *a, const real *b) {
    double difference = 0, ink = 0;
    for (int i = 0; i < n; i++) {
        difference += fabs((double)(a[i] - b[i]));
        ink += (double)a[i];
    }
    return ink > 0 ? difference / ink : 0;
}

static void pool_digit(const real *x) {
    static real half[14 * 14], quarter[7 * 7], scratch[14 * 28];
    Layer first = max_pool_layer("S2", (Shape){1, 28, 28}, 2, 2, 0);
    Layer second = max_pool_layer("S4", (Shape){1, 14, 14}, 2, 2, 0);
    first.forward(&first, 1, NULL, x, half, scratch);
    second.forward(&second, 1, NULL, half, quarter, scratch);
    printf(
        "\n6. A digit (28x28), pooled once (14x14) and twice (7x7): 49 of 784 numbers, and still\n"
        "recognisable.\n\n");
    picture_print(stdout, 1, 28, 28, x, 0, 1);
    picture_print(stdout, 1, 14, 14, half, 0, 1);
    printf("\n");
    picture_print(stdout, 1, 7, 7, quarter, 0, 1);

    /* The same digit one pixel to the right: how much of the picture changes, before and after? */
    static real moved[28 * 28], moved_half[14 * 14], moved_quarter[7 * 7];
    for (int p = 0; p < 28 * 28; p++) moved[p] = p % 28 ? x[p - 1] : 0;
    first.forward(&first, 1, NULL, moved, moved_half, scratch);
    second.forward(&second, 1, NULL, moved_half, moved_quarter, scratch);
    printf("\nMove it by one pixel, and of the ink (sum of |difference| / sum of ink) changes\n"
           "   %.0f%% at 28x28, %.0f%% at 14x14, %.0f%% at 7x7: pooling forgets exact places.\n",
           100 * change(28 * 28, x, moved), 100 * change(14 * 14, half, moved_half),
           100 * change(7 * 7, quarter, moved_quarter));
}

/* 7. What the original did instead: sum, weigh, shift. */
static void subsample_digit(const real *x) {
    static real blurred[14 * 14], strong[14 * 14];
    const Layer l = subsample_layer("S2", (Shape){1, 28, 28}, 2);
    const real mean[2] = {(real)0.25, 0}, steep[2] = {2, -3};
    l.forward(&l, 1, mean, x, blurred, NULL);
    l.forward(&l, 1, steep, x, strong, NULL);
    printf("\n7. Trainable subsampling, w * sum of four + b, for w = 1/4, b = 0 (the mean) and for "
           "w = 2,\n"
           "b = -3 (nearly: are two of the four inked?). The network learns w and b, one pair a "
           "map.\n\n");
    picture_print(stdout, 1, 14, 14, blurred, 0, 1);
    printf("\n");
    picture_print(stdout, 1, 14, 14, strong, 0, 5);
}

/* A matrix as a block of its own, which gnuplot finds by its name. */
static void write_block(FILE *file, const char *name, int rows, int cols, const real *x) {
    fprintf(file, "# %s\n", name);
    for (int i = 0; i < rows * cols; i++)
        fprintf(file, "%.9g%c", (double)x[i], i % cols == cols - 1 ? '\n' : '\t');
    fprintf(file, "\n\n");
}

/* The digit, what is left of it, and the way back of a gradient that is 1 everywhere. */
static void write_digit(const char *folder, const real *x) {
    static real y[14 * 14], dy[14 * 14], dx[28 * 28], scratch[14 * 28];
    const Layer l = max_pool_layer("S2", (Shape){1, 28, 28}, 2, 2, 0);
    Table table;
    Error error;
    for (int i = 0; i < 14 * 14; i++) dy[i] = 1;
    l.forward(&l, 1, NULL, x, y, scratch);
    l.backward(&l, 1, NULL, x, y, dy, NULL, dx, scratch);
    if (!table_open(&table, folder, "03_pool.tsv", &error)) fail(EXIT_WORLD, "%s", error.text);
    write_block(table.file, "x", 28, 28, x);
    write_block(table.file, "y", 14, 14, y);
    write_block(table.file, "dx", 28, 28, dx);
    if (!table_close(&table, &error)) fail(EXIT_WORLD, "%s", error.text);
    printf("\nwrote %s, for make plot-pool\n", table.beside.path);
}

int main(int argc, char **argv) {
    static real x[IMAGE_BYTES];
    Error error;
    if (!dataset_digit(argc > 2 ? argv[2] : MNIST_DIR, 2, 0, x, &error))
        fail(EXIT_WORLD, "%s", error.text);
    printf("Max pooling keeps the largest number of every window.\n");
    rules();
    pool_digit(x);
    subsample_digit(x);
    write_digit(argc > 1 ? argv[1] : DATA_DIR, x);
    return 0;
}
