/*
 * Chapter 3, the example: what max pooling keeps, and where its gradient goes.
 *
 *     make chapter 3    or: build/03_pool [FOLDER for data [FOLDER with the four IDX files]]
 */
#include "03_pool/pool.h"
#include "03_pool/subsample.h"
#include "lesson.h"
#include "picture.h"

/* ------------------------------------------------------------------ 1 to 5. the rules ---- */

/* Forward and backward of one small pool, printed. */
static void show(const char *title, Shape in, int size, int stride, int pad, const real *x) {
    Layer l = max_pool_layer("S2", in, size, stride, pad);
    real y[64], dy[64], dx[64];
    contract(shape_size(in) <= 64 && shape_size(l.out) <= 64, "room for 64 numbers only");
    for (int i = 0; i < shape_size(l.out); i++)
        dy[i] = (real)(i + 1);
    l.forward(&l, 1, NULL, x, y, NULL);
    l.backward(&l, 1, NULL, x, y, dy, NULL, dx, NULL);
    printf("\n%s\n", title);
    matrix_print(stdout, "x", in.h, in.w, x);
    matrix_print(stdout, "y = the largest of each window", l.out.h, l.out.w, y);
    matrix_print(stdout, "dy, numbered so that it can be followed", l.out.h, l.out.w, dy);
    matrix_print(stdout, "dx", in.h, in.w, dx);
}

static void rules(void) {
    const real ties[16] = {1, 3, 2, 2, 3, 0, 2, 1, 0, 1, 5, 4, 2, 1, 5, 6};
    const real negative[9] = {-5, -2, -7, -1, -9, -3, -8, -4, -6};
    const real overlap[9] = {1, 2, 3, 4, 9, 5, 6, 7, 8};
    const real plain[16] = {1, 2, 5, 0, 3, 4, 1, 1, 0, 0, 7, 8, 9, 0, 6, 2};
    real broken[16];
    for (int i = 0; i < 16; i++)
        broken[i] = plain[i];
    broken[5] = (real)NAN;
    show("1. 2x2 windows, stride 2: each dy goes where the maximum was", (Shape){1, 4, 4}, 2, 2, 0,
         plain);
    show("2. Ties: the upper windows have the 3 twice and the 2 three times; only the\n"
         "first maximum of a window gets the gradient",
         (Shape){1, 4, 4}, 2, 2, 0, ties);
    show("3. Padding never wins, not even against negative numbers (2x2, stride 2,\n"
         "padding 1)",
         (Shape){1, 3, 3}, 2, 2, 1, negative);
    show("4. Overlapping windows (2x2, stride 1): 9 wins all four, and gets 1+2+3+4",
         (Shape){1, 3, 3}, 2, 1, 0, overlap);
    show("5. NaN propagates: it must not be hidden by a larger number", (Shape){1, 4, 4}, 2, 2, 0,
         broken);
}

/* ------------------------------------------------------------------ 6. a digit ----------- */

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
    static real half[14 * 14], quarter[7 * 7];
    Layer first = max_pool_layer("S2", (Shape){1, 28, 28}, 2, 2, 0);
    Layer second = max_pool_layer("S4", (Shape){1, 14, 14}, 2, 2, 0);
    first.forward(&first, 1, NULL, x, half, NULL);
    second.forward(&second, 1, NULL, half, quarter, NULL);
    printf("\n6. A digit (28x28), pooled once (14x14) and twice (7x7): 49 of 784 numbers\n\n");
    picture_print(stdout, 1, 28, 28, x, 0, 1);
    picture_print(stdout, 1, 14, 14, half, 0, 1);
    printf("\n");
    picture_print(stdout, 1, 7, 7, quarter, 0, 1);

    /* The same digit one pixel to the right: how much of the picture changes, at each size? */
    static real moved[28 * 28], moved_half[14 * 14], moved_quarter[7 * 7];
    for (int p = 0; p < 28 * 28; p++)
        moved[p] = p % 28 ? x[p - 1] : 0;
    first.forward(&first, 1, NULL, moved, moved_half, NULL);
    second.forward(&second, 1, NULL, moved_half, moved_quarter, NULL);
    printf("\nThe digit moves by one pixel. Of its ink (sum of |difference| / sum of ink)\n"
           "   %.0f%% changes at 28x28, %.0f%% at 14x14, %.0f%% at 7x7\n",
           100 * change(28 * 28, x, moved), 100 * change(14 * 14, half, moved_half),
           100 * change(7 * 7, quarter, moved_quarter));
}

/* ------------------------------------------------------------------ 7. subsampling ------- */

/* What the original did instead: sum, weigh, shift. */
static void subsample_digit(const real *x) {
    static real blurred[14 * 14], strong[14 * 14];
    const Layer l = subsample_layer("S2", (Shape){1, 28, 28}, 2);
    const real mean[2] = {(real)0.25, 0}, steep[2] = {2, -3};
    l.forward(&l, 1, mean, x, blurred, NULL);
    l.forward(&l, 1, steep, x, strong, NULL);
    printf("\n7. Trainable subsampling of 1998 (advanced): w * sum of four + b, for w = 1/4,\n"
           "b = 0 (the mean) and for w = 2, b = -3 (nearly: are two of the four inked?).\n"
           "The network learns w and b, one pair for each map\n\n");
    picture_print(stdout, 1, 14, 14, blurred, 0, 1);
    printf("\n");
    picture_print(stdout, 1, 14, 14, strong, 0, 5);
}

/* ------------------------------------------------------------------ for the picture ------ */

/* The digit, what is left of it, and the way back of a gradient that is 1 everywhere. */
static void write_digit(const Lesson *lesson, const real *x) {
    static real y[14 * 14], dy[14 * 14], dx[28 * 28];
    const Layer l = max_pool_layer("S2", (Shape){1, 28, 28}, 2, 2, 0);
    for (int i = 0; i < 14 * 14; i++)
        dy[i] = 1;
    l.forward(&l, 1, NULL, x, y, NULL);
    l.backward(&l, 1, NULL, x, y, dy, NULL, dx, NULL);
    Output table = lesson_table(lesson, "03_pool.tsv");
    block_write(table.stream, "x", 28, 28, x);
    block_write(table.stream, "y", 14, 14, y);
    block_write(table.stream, "dx", 28, 28, dx);
    lesson_table_end(&table, "pool");
}

int main(int argc, char **argv) {
    static real x[IMAGE_BYTES];
    Lesson lesson = lesson_start(argc, argv);
    printf("Max pooling keeps the largest number of every window.\n");
    rules();
    lesson_digit(&lesson, 2, 0, x);
    pool_digit(x);
    subsample_digit(x);
    write_digit(&lesson, x);
    return 0;
}
