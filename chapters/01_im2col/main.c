/*
 * Chapter 1, the example: windows as columns, by eye.
 *
 *     make chapter 1    or: build/01_im2col [FOLDER for data [FOLDER with the four IDX files]]
 */
#include "01_im2col/im2col.h"
#include "lesson.h"
#include "picture.h"

#include <stdlib.h>

enum { PAD = 2, SIDE = IMAGE_SIDE + 2 * PAD };

/* The image of sections 1 and 2. */
static const Shape small = {1, 3, 4};
static const real image[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

/* 1. Small enough to check every number. */
static void small_example(void) {
    real col[4 * 6] = {0}, padded[4 * 6] = {0};
    printf("1. A 3x4 image and its 2x2 windows\n\n");
    matrix_print(stdout, "x (3, 4)", 3, 4, image);
    im2col(small, 2, 1, 0, image, col);
    matrix_print(stdout,
                 "\ncol (4, 6), stride 1: every column is one window, the first one 1 2 / 5 6.\n"
                 "Columns follow the windows from left to right, then down",
                 4, 6, col);
    im2col(small, 2, 2, 1, image, padded);
    matrix_print(stdout,
                 "\ncol (4, 6), stride 2, padding 1: the first window hangs over the upper left\n"
                 "corner, so three of its four numbers are padding",
                 4, 6, padded);
}

/* Sum of a[i] * b[i]. */
static double inner_product(int n, const real *a, const real *b) {
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += (double)a[i] * (double)b[i];
    return sum;
}

/* 2. col2im adds what im2col copied: a pixel comes back once for every window that contains it. */
static void way_back(void) {
    real y[4 * 6], col[4 * 6], x[12];
    printf("\n2. The way back\n\n");
    for (int i = 0; i < 24; i++)
        y[i] = 1;
    col2im(small, 2, 1, 0, y, x);
    matrix_print(stdout, "col2im of a col full of ones: how many windows contain each pixel", 3, 4,
                 x);

    for (int i = 0; i < 24; i++)
        y[i] = (real)(i % 5);
    matrix_print(stdout, "\ny (4, 6), any numbers", 4, 6, y);
    col2im(small, 2, 1, 0, y, x);
    matrix_print(stdout, "col2im(y) (3, 4)", 3, 4, x);
    im2col(small, 2, 1, 0, image, col);
    printf("\nsum of im2col(x) * y = %g\nsum of x * col2im(y) = %g\n", inner_product(24, col, y),
           inner_product(12, image, x));
}

/* 3. The price in memory, at LeNet's sizes and some others. */
static void memory_factor(void) {
    static const struct {
        const char *what;
        Shape in;
        int size, stride, pad;
    } row[] = {
        {"1x1 windows", {1, 32, 32}, 1, 1, 0},     {"3x3 windows", {1, 32, 32}, 3, 1, 1},
        {"C1, 5x5 windows", {1, 32, 32}, 5, 1, 0}, {"C3, 5x5 windows", {6, 14, 14}, 5, 1, 0},
        {"5x5, stride 2", {1, 32, 32}, 5, 2, 0},
    };
    printf("\n3. The price: how many numbers x has, and how many col\n\n"
           "                     x         numbers   col          numbers   factor\n");
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        Shape in = row[i].in;
        int all = (int)im2col_size(in, row[i].size, row[i].stride, row[i].pad);
        int rows = in.c * row[i].size * row[i].size;
        char shape[32], col[32];
        snprintf(shape, sizeof shape, "%dx%dx%d", in.c, in.h, in.w);
        snprintf(col, sizeof col, "%dx%d", rows, all / rows);
        printf("   %-16s  %-9s %7d   %-12s %7d   %6.1f\n", row[i].what, shape, shape_size(in), col,
               all, (double)all / shape_size(in));
    }
}

/* 4. Rows of col are pictures too: the digit, shifted. */
static void rows_of_col(const Lesson *lesson) {
    const Shape in = {1, SIDE, SIDE};
    static real x[SIDE * SIDE], pair[2 * 28 * 28];
    lesson_digit(lesson, 7, PAD, x);
    real *col = lesson_reals(im2col_size(in, 5, 1, 0));
    im2col(in, 5, 1, 0, x, col);
    /* window places (0,0) and (4,4) */
    static const int rows[2] = {0, 24};
    for (int r = 0; r < 2; r++)
        for (int i = 0; i < 784; i++)
            pair[r * 784 + i] = col[rows[r] * 784 + i];
    printf("\n4. A column of col is a window. A row is the whole digit, as one place of the\n"
           "window sees it: rows 0 and 24 of C1's col, which belong to the window places\n"
           "(0,0) and (4,4), drawn as 28x28\n\n");
    picture_print(stdout, 2, 28, 28, pair, 0, 1);
    printf("\nThe same digit, moved up and to the left. Add up all 25 rows, each times one\n"
           "of 25 weights, and that is a convolution: chapter 2.\n");
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
static void write_factors(const Lesson *lesson) {
    const Shape in = {1, SIDE, SIDE};
    Output table = lesson_table(lesson, "01_memory.tsv");
    fprintf(table.stream, "size\tstride1\tstride1_same\tstride2\tstride2_same\n");
    for (int size = 1; size <= SIDE; size++)
        fprintf(table.stream, "%d\t%.9g\t%.9g\t%.9g\t%.9g\n", size, factor(in, size, 1, false),
                factor(in, size, 1, true), factor(in, size, 2, false), factor(in, size, 2, true));
    lesson_table_end(&table, "im2col");
}

int main(int argc, char **argv) {
    Lesson lesson = lesson_start(argc, argv);
    small_example();
    way_back();
    memory_factor();
    rows_of_col(&lesson);
    write_factors(&lesson);
    return 0;
}
