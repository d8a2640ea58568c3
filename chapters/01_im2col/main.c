/*
 * Chapter 1, the example: windows as columns, by eye.
 *
 *     make chapter 1    or: build/01_im2col [FOLDER for data [FOLDER with the four IDX files]]
 */
#include "01_im2col/im2col.h"
#include "dataset.h"
#include "picture.h"
#include "rng.h"
#include "table.h"

#include <stdlib.h>

enum { PAD = 2, SIDE = IMAGE_SIDE + 2 * PAD };

/* 1. Small enough to check every number: 3x3 windows of a 4x4 image. */
static void small_example(void) {
    const Shape in = {1, 4, 4};
    const real x[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    real col[9 * 4], padded[9 * 4];
    printf("1. A 4x4 image and its windows\n\n");
    matrix_print(stdout, "x (4, 4)", 4, 4, x);
    im2col(in, 3, 1, 0, x, col);
    matrix_print(stdout,
                 "\ncol (9, 4) for 3x3 windows, stride 1: every column is one window,\n"
                 "the first one 0 1 2 / 4 5 6 / 8 9 10",
                 9, 4, col);
    im2col(in, 3, 2, 1, x, padded);
    matrix_print(stdout,
                 "\ncol (9, 4) for 3x3 windows, stride 2, padding 1: the first window hangs over\n"
                 "the upper left corner, so its column begins with zeros",
                 9, 4, padded);
}

/* 2. col2im adds what im2col copied: a pixel comes back once for every window over it. */
static void way_back(void) {
    const Shape in = {1, 4, 4};
    real ones[9 * 4], x[16], y[9 * 4], col[9 * 4], back[16];
    printf("\n2. The way back\n\n");
    for (int i = 0; i < 36; i++) ones[i] = 1;
    col2im(in, 3, 1, 0, ones, x);
    matrix_print(stdout, "col2im of a col full of ones: how many windows cover each pixel", 4, 4,
                 x);

    Rng rng = rng_seed(1, 0);
    for (int i = 0; i < 16; i++) x[i] = (real)rng_normal(&rng);
    for (int i = 0; i < 36; i++) y[i] = (real)rng_normal(&rng);
    im2col(in, 3, 1, 0, x, col);
    col2im(in, 3, 1, 0, y, back);
    double left = 0, right = 0;
    for (int i = 0; i < 36; i++) left += (double)col[i] * (double)y[i];
    for (int i = 0; i < 16; i++) right += (double)x[i] * (double)back[i];
    printf("\nadjoint, for random x and y:  <im2col(x), y> = %.6f\n"
           "                              <x, col2im(y)> = %.6f\n",
           left, right);
}

/* 3. The price in memory, at LeNet's sizes and some others. */
static void memory_factor(void) {
    const struct {
        const char *what;
        Shape in;
        int size, stride, pad;
    } row[] = {
        {"1x1 windows", {1, 32, 32}, 1, 1, 0},     {"3x3 windows", {1, 32, 32}, 3, 1, 1},
        {"C1, 5x5 windows", {1, 32, 32}, 5, 1, 0}, {"C3, 5x5 windows", {6, 14, 14}, 5, 1, 0},
        {"5x5, stride 2", {1, 32, 32}, 5, 2, 0},
    };
    printf("\n3. The price: col against x, in numbers\n\n"
           "                     x         numbers   col          numbers   factor\n");
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        Shape in = row[i].in;
        size_t all = im2col_size(in, row[i].size, row[i].stride, row[i].pad);
        int rows = in.c * row[i].size * row[i].size;
        char shape[32], col[32];
        snprintf(shape, sizeof shape, "%dx%dx%d", in.c, in.h, in.w);
        snprintf(col, sizeof col, "%dx%d", rows, (int)all / rows);
        printf("   %-16s  %-9s %7d   %-12s %7zu   %6.1f\n", row[i].what, shape, shape_size(in), col,
               all, (double)all / shape_size(in));
    }
}

/* 4. Rows of col are pictures too: the digit, shifted. */
static void rows_of_col(const char *dir) {
    const Shape in = {1, SIDE, SIDE};
    static real x[SIDE * SIDE], three[3 * 28 * 28];
    Error error;
    if (!dataset_digit(dir, 7, PAD, x, &error)) fail(EXIT_WORLD, "%s", error.text);
    real *col = malloc(im2col_size(in, 5, 1, 0) * sizeof *col);
    if (!col) fail(EXIT_WORLD, "no memory for col");
    im2col(in, 5, 1, 0, x, col);
    const int rows[3] = {0, 12, 24}; /* window places (0,0), (2,2) and (4,4) */
    for (int r = 0; r < 3; r++)
        for (int i = 0; i < 784; i++) three[r * 784 + i] = col[rows[r] * 784 + i];
    printf("\n4. A column of col is a window; a row is the whole digit as one place of the window "
           "sees\n"
           "it. Rows 0, 12 and 24 of C1's col, window places (0,0), (2,2), (4,4), drawn as "
           "28x28:\n\n");
    picture_print(stdout, 3, 28, 28, three, 0, 1);
    printf("\nThe same digit, moved up and to the left: sum 25 of them with 25 weights, and that "
           "is a\n"
           "convolution. Chapter 2 does it with one matrix product.\n");
    free(col);
}

/* Size of col over size of x, or nan where the window has no middle to be centred on. */
static double factor(Shape in, int size, int stride, bool same) {
    if (same && size % 2 == 0) return (double)NAN;
    int pad = same ? size / 2 : 0;
    return (double)im2col_size(in, size, stride, pad) / shape_size(in);
}

/* The price for every window that fits into LeNet's 32x32, without padding and with as much as
   keeps the size. */
static void write_factors(const char *folder) {
    const Shape in = {1, SIDE, SIDE};
    Table table;
    Error error;
    if (!table_open(&table, folder, "01_memory.tsv", &error)) fail(EXIT_WORLD, "%s", error.text);
    fprintf(table.file, "size\tstride1\tstride1_same\tstride2\tstride2_same\n");
    for (int size = 1; size <= SIDE; size++)
        fprintf(table.file, "%d\t%.9g\t%.9g\t%.9g\t%.9g\n", size, factor(in, size, 1, false),
                factor(in, size, 1, true), factor(in, size, 2, false), factor(in, size, 2, true));
    if (!table_close(&table, &error)) fail(EXIT_WORLD, "%s", error.text);
    printf("\nwrote %s, for make plot-im2col\n", table.beside.path);
}

int main(int argc, char **argv) {
    small_example();
    way_back();
    memory_factor();
    rows_of_col(argc > 2 ? argv[2] : MNIST_DIR);
    write_factors(argc > 1 ? argv[1] : DATA_DIR);
    return 0;
}
