/*
 * Chapter 1, the example: windows as columns, by eye. The lesson, README.md, explains it.
 *
 *     make chapter 1    or: build/01_im2col [FOLDER for data [FOLDER with the four IDX files]]
 */
#include "01_im2col/im2col.h"
#include "lesson.h"
#include "measure.h"
#include "picture.h"

#include <stdlib.h>

enum { PAD = 2, SIDE = IMAGE_SIDE + 2 * PAD };

/* ------------------------------------------------------------------ 1. memory ------------ */

/* An image in memory is a list of numbers; at() says where in the list an entry is. */
static void memory_order(void) {
    const Shape shape = {2, 3, 4};
    real x[24];
    for (int ch = 0; ch < shape.c; ch++)
        for (int r = 0; r < shape.h; r++)
            for (int s = 0; s < shape.w; s++)
                x[at(shape, ch, r, s)] = 100 * ch + 10 * r + s;
    printf("1. How an image of shape (2, 3, 4) is stored\n\n"
           "Entry (ch,r,s) holds the number 100*ch + 10*r + s, so that it says where it\n"
           "belongs. The image itself, row after row\n\n");
    matrix_print(stdout, "channel 0", 3, 4, x);
    matrix_print(stdout, "channel 1", 3, 4, x + 3 * 4);
    matrix_print(stdout, "the same 24 numbers in memory, x[0] to x[23], eight per line", 3, 8, x);
}

/* ------------------------------------------------------------------ 2. windows ----------- */

/* The image of sections 2 and 3. */
static const Shape small = {1, 3, 4};
static real image[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};

/* Small enough to check every number. */
static void small_example(void) {
    real col[4 * 6] = {0}, padded[4 * 6] = {0};
    printf("\n2. A 3x4 image and its 2x2 windows\n\n");
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

/* ------------------------------------------------------------------ 3. the way back ------ */

/* Sum of a[i] * b[i]. */
static double inner_product(int n, const real *a, const real *b) {
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += cell(a, n, 0, i) * cell(b, n, 0, i);
    return sum;
}

/* How much L grows with each entry of col: given, as if a layer had handed it back. */
static const real dcol[4 * 6] = {
    1,  0, 2, -1, 2,  3, /* place (0,0) of every window */
    2,  2, 1, 3,  -2, 4, /* place (0,1)                 */
    0,  1, 2, 3,  -1, 1, /* place (1,0)                 */
    -1, 3, 0, 1,  0,  2, /* place (1,1)                 */
};

/* L as a function of pixel (1,1), all others as they are. */
static double loss_at(real pixel) {
    real col[4 * 6];
    const real kept = image[at(small, 0, 1, 1)];
    image[at(small, 0, 1, 1)] = pixel;
    im2col(small, 2, 1, 0, image, col);
    image[at(small, 0, 1, 1)] = kept;
    return inner_product(24, dcol, col);
}

/* col2im adds im2col's copies up: a pixel comes back once for every window that contains it. */
static void way_back(void) {
    real ones[4 * 6], col[4 * 6], dx[12], count[12];
    printf("\n3. The way back\n\n");
    matrix_print(stdout, "dcol (4, 6), given: how much L grows with each entry of col", 4, 6, dcol);
    col2im(small, 2, 1, 0, dcol, dx);
    matrix_print(stdout, "\ndx (3, 4) = col2im(dcol); dx[1,1] should be 2 + 3 + 1 - 1 = 5", 3, 4,
                 dx);

    /* L is a sum of multiples of pixels, so a step of 1 to both sides measures exactly. */
    double more = loss_at(7), less = loss_at(5);
    printf("\nMeasured: L = sum of dcol * col is %g with x[1,1] = 7 and %g with 5, so its\n"
           "slope is (%g - %g) / 2 = %g; col2im says %g\n",
           more, less, more, less, (more - less) / 2, entry(dx, small, 0, 0, 1, 1));

    for (int i = 0; i < 24; i++)
        ones[i] = 1;
    col2im(small, 2, 1, 0, ones, count);
    matrix_print(stdout, "\ncol2im of a col full of ones: how many windows contain each pixel", 3,
                 4, count);

    im2col(small, 2, 1, 0, image, col);
    printf("\nsum of dcol * im2col(x) = %g\nsum of col2im(dcol) * x = %g\n",
           inner_product(24, dcol, col), inner_product(12, dx, image));
}

/* ------------------------------------------------------------------ 4. memory ------------ */

/* The price at LeNet's sizes and some others. */
static void memory_factor(void) {
    static const struct {
        const char *what;
        Shape in;
        int size, stride, pad;
    } row[] = {
        {"1x1 windows", {1, 32, 32}, 1, 1, 0},     {"3x3, padding 1", {1, 32, 32}, 3, 1, 1},
        {"C1, 5x5 windows", {1, 32, 32}, 5, 1, 0}, {"C3, 5x5 windows", {6, 14, 14}, 5, 1, 0},
        {"5x5, stride 2", {1, 32, 32}, 5, 2, 0},
    };
    printf("\n4. The price: how many numbers x has, and how many col\n"
           "                     x         numbers   col          numbers   factor\n");
    for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
        Shape in = row[i].in;
        int all = im2col_size(in, row[i].size, row[i].stride, row[i].pad);
        int rows = in.c * row[i].size * row[i].size;
        char shape[32], col[32];
        snprintf(shape, sizeof shape, "%dx%dx%d", in.c, in.h, in.w);
        snprintf(col, sizeof col, "%dx%d", rows, all / rows);
        printf("   %-16s  %-9s %7d   %-12s %7d   %6.1f\n", row[i].what, shape, shape_size(in), col,
               all, 1.0 * all / shape_size(in));
    }
}

/* ------------------------------------------------------------------ 5. time -------------- */

/* Microseconds for one image of C1: the median of five times a hundred calls. */
static double time_of(Im2col *version, const real *from, real *to) {
    const Shape in = {1, SIDE, SIDE};
    double took[5];
    for (int repeat = 0; repeat < 5; repeat++) {
        double start = seconds_now();
        for (int call = 0; call < 100; call++)
            version(in, 5, 1, 0, from, to);
        took[repeat] = seconds_now() - start;
    }
    return 1e6 * median(took, 5) / 100;
}

/* The definitions and the versions that the network runs on: Im2col and Col2im are one type. */
static void compare_versions(void) {
    const Shape in = {1, SIDE, SIDE};
    real *x = lesson_reals(shape_size(in)), *col = lesson_reals(im2col_size(in, 5, 1, 0));
    printf("\n5. The same copies in two ways: microseconds per image of C1\n"
           "                          im2col     col2im\n");
    printf("   one entry at a time  %8.2f   %8.2f\n", time_of(im2col_naive, x, col),
           time_of(col2im_naive, col, x));
    printf("   one run at a time    %8.2f   %8.2f\n", time_of(im2col, x, col),
           time_of(col2im, col, x));
    free(x);
    free(col);
}

/* ------------------------------------------------------------------ 6. a digit ----------- */

/* Rows of col are pictures too: the digit, shifted. */
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
    printf("\n6. A column of col is a window. A row is the whole digit, as one place of the\n"
           "window sees it: rows 0 and 24 of C1's col, which belong to the window places\n"
           "(0,0) and (4,4), drawn as 28x28\n\n");
    picture_print(stdout, 2, 28, 28, pair, 0, 1);
    printf("\nOne digit, seen from two places of the window. Add up all 25 rows, each times\n"
           "one of 25 weights, and that is a convolution: chapter 2.\n");
    free(col);
}

/* ------------------------------------------------------------------ for the picture ------ */

/* Size of col over size of x, or nan where the window has no middle to be centred on. */
static double factor(Shape in, int size, int stride, bool same) {
    if (same && size % 2 == 0) return nan("");
    int pad = same ? size / 2 : 0;
    return 1.0 * im2col_size(in, size, stride, pad) / shape_size(in);
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
    memory_order();
    small_example();
    way_back();
    memory_factor();
    compare_versions();
    rows_of_col(&lesson);
    write_factors(&lesson);
    return 0;
}
