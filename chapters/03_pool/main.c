/*
 * Chapter 3, the example: max pooling keeps the largest number, and the gradient goes back to it.
 * The lesson, README.md, explains it.
 *
 *     make chapter 3    or: build/03_pool [FOLDER for data [FOLDER with the four IDX files]]
 */
#include "03_pool/pool.h"

#include "03_pool/subsample.h"
#include "lesson.h"
#include "picture.h"

/* ------------------------------------------------------------------ 1. by hand ----------- */

/* Forward and backward of one small pool, printed. */
static void show(const char *title, Shape in, int size, int stride, int pad, const real *x) {
    Layer l = max_pool_layer("S2", in, size, stride, pad);
    real y[64], dy[64], dx[64];
    contract(shape_size(in) <= 64 && shape_size(l.out) <= 64, "room for 64 numbers only");
    /* dy = 1, 2, 3 ... in reading order */
    for (int i = 0; i < shape_size(l.out); i++)
        dy[i] = i + 1;
    l.forward(&l, 1, NULL, x, y, NULL);
    l.backward(&l, 1, NULL, x, y, dy, NULL, dx, NULL);
    printf("\n%s\n", title);
    matrix_print(stdout, "x", in.h, in.w, x);
    matrix_print(stdout, "y = the largest of each window", l.out.h, l.out.w, y);
    matrix_print(stdout, "dy, numbered so that it can be followed", l.out.h, l.out.w, dy);
    matrix_print(stdout, "dx", in.h, in.w, dx);
}

/* The image of sections 1 and 5. */
static const Shape small = {1, 4, 4};
static const real plain[16] = {1, 2, 5, 0, 3, 4, 1, 1, 0, 0, 7, 8, 9, 0, 6, 2};

/* L = sum of dy * y for the pool of section 1, with another number at (r,s). */
static double loss_with(int r, int s, real value) {
    const Layer l = max_pool_layer("S2", small, 2, 2, 0);
    real x[16], y[4];
    double sum = 0;
    for (int i = 0; i < 16; i++)
        x[i] = plain[i];
    x[at(small, 0, r, s)] = value;
    l.forward(&l, 1, NULL, x, y, NULL);
    for (int i = 0; i < 4; i++)
        sum += (i + 1) * cell(y, 4, 0, i);
    return sum;
}

/* The pool of section 1, and three attempts to move L. */
static void by_hand(void) {
    show("1. 2x2 windows, stride 2: each dy goes where the maximum was", small, 2, 2, 0, plain);
    printf("\nMeasured: L = sum of dy * y is %g. With one number changed it is\n"
           "   %-6g x[1,1] = 4.5 instead of 4, the maximum of its window\n"
           "   %-6g x[0,0] = 1.5 instead of 1, not the maximum\n"
           "   %-6g x[0,0] = 5, a step so large that another entry wins\n",
           loss_with(0, 0, 1), loss_with(1, 1, 4.5), loss_with(0, 0, 1.5), loss_with(0, 0, 5));
}

/* ------------------------------------------------------------------ 2 to 5. the rules ---- */

/* One small image per rule. */
static void rules(void) {
    const real ties[16] = {1, 3, 2, 2, 3, 0, 2, 1, 0, 1, 5, 4, 2, 1, 5, 6};
    const real negative[9] = {-5, -2, -7, -1, -9, -3, -8, -4, -6};
    const real overlap[9] = {1, 2, 3, 4, 9, 5, 6, 7, 8};
    real broken[16];
    for (int i = 0; i < 16; i++)
        broken[i] = plain[i];
    broken[5] = NAN;
    show("2. Ties: the upper windows have the 3 twice and the 2 three times; only the\n"
         "first maximum of a window gets the gradient",
         small, 2, 2, 0, ties);
    show("3. Padding never wins, not even against negative numbers (2x2, stride 2,\n"
         "padding 1)",
         (Shape){1, 3, 3}, 2, 2, 1, negative);
    show("4. Overlapping windows (2x2, stride 1): 9 wins all four, and gets 1+2+3+4",
         (Shape){1, 3, 3}, 2, 1, 0, overlap);
    show("5. NaN propagates: it must not be hidden by a larger number", small, 2, 2, 0, broken);
}

/* ------------------------------------------------------------------ 6. a digit ----------- */

/* The share of the ink of a that is somewhere else in b: it left one place and arrived at another,
   so the sum of |a - b| counts it twice. */
static double moved_share(int n, const real *a, const real *b) {
    double twice = 0, ink = 0;
    for (int i = 0; i < n; i++) {
        twice += fabs(cell(a, n, 0, i) - cell(b, n, 0, i));
        ink += cell(a, n, 0, i);
    }
    return ink > 0 ? twice / 2 / ink : 0;
}

/* A digit on its way through S2 and S4, and again one pixel further right. */
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
    printf("\nThe digit moves by one pixel. How much of its ink is then somewhere else?\n"
           "   %.0f%% at 28x28, %.0f%% at 14x14, %.0f%% at 7x7\n",
           100 * moved_share(28 * 28, x, moved), 100 * moved_share(14 * 14, half, moved_half),
           100 * moved_share(7 * 7, quarter, moved_quarter));
}

/* ------------------------------------------------------------------ 7. and ReLU ---------- */

// [not for students]
/* ReLU, which chapter 4 is about: a negative number becomes 0, the others stay. */
static void relu(int n, const real *x, real *y) {
    for (int i = 0; i < n; i++)
        y[i] = x[i] < 0 ? 0 : x[i];
}

/* Its gradient: positive numbers pass dy on, the others stop it. */
static void relu_back(int n, const real *y, const real *dy, real *dx) {
    for (int i = 0; i < n; i++)
        dx[i] = y[i] <= 0 ? 0 : dy[i];
}
// [not for students]

/* Pooling and ReLU in either order: the same y, and the same gradient. */
static void either_order(void) {
    const Layer l = max_pool_layer("S2", (Shape){1, 2, 4}, 2, 2, 0);
    const real x[8] = {-1, 2, -3, -4, 3, 1, -2, -5}, dy[2] = {1, 2};
    real between[8], d_between[8], y[2], dx[8];
    printf("\n7. Pooling and ReLU (negative numbers become 0) change places\n");
    matrix_print(stdout, "x: in the right window everything is negative", 2, 4, x);

    /* as in the report's network */
    relu(8, x, between);
    l.forward(&l, 1, NULL, between, y, NULL);
    l.backward(&l, 1, NULL, between, y, dy, NULL, d_between, NULL);
    relu_back(8, between, d_between, dx);
    printf("\nReLU, then pooling\n");
    matrix_print(stdout, "y", 1, 2, y);
    matrix_print(stdout, "the gradient 1 2 after its way back through pooling", 2, 4, d_between);
    matrix_print(stdout, "and after ReLU: dx", 2, 4, dx);

    /* and with ReLU on a quarter of the numbers */
    l.forward(&l, 1, NULL, x, between, NULL);
    relu(2, between, y);
    relu_back(2, y, dy, d_between);
    l.backward(&l, 1, NULL, x, between, d_between, NULL, dx, NULL);
    printf("\nPooling, then ReLU\n");
    matrix_print(stdout, "y", 1, 2, y);
    matrix_print(stdout, "the gradient 1 2 after its way back through ReLU", 1, 2, d_between);
    matrix_print(stdout, "and after pooling: dx", 2, 4, dx);
}

/* ------------------------------------------------------------------ 8. subsampling ------- */

/* The original's way: sum, weigh, shift. */
static void subsample_by_hand(void) {
    const Layer l = subsample_layer("S2", (Shape){1, 2, 4}, 2);
    const real x[8] = {1, 2, 3, 4, 5, 6, 7, 8}, w[2] = {2, /* b */ 10}, dy[2] = {1, 2};
    real y[2], dw[2] = {0}, dx[8];
    l.forward(&l, 1, w, x, y, NULL);
    l.backward(&l, 1, w, x, y, dy, dw, dx, NULL);
    printf("\n8. Trainable subsampling of 1998 (advanced): w * sum of four + b\n\n");
    matrix_print(stdout, "x, two windows; w = 2 and b = 10", 2, 4, x);
    matrix_print(stdout, "y; y[0] should be 2 * (1 + 2 + 5 + 6) + 10 = 38", 1, 2, y);
    matrix_print(stdout, "dy, given", 1, 2, dy);
    printf("dw = %g, should be 1*14 + 2*22; db = %g, should be 1 + 2\n", cell(dw, 2, 0, 0),
           cell(dw, 2, 0, 1));
    matrix_print(stdout, "dx = w * dy, to each of the four", 2, 4, dx);
}

/* The same layer on a digit, once as a blur and once as a decision. */
static void subsample_digit(const real *x) {
    static real blurred[14 * 14], strong[14 * 14];
    const Layer l = subsample_layer("S2", (Shape){1, 28, 28}, 2);
    const real mean[2] = {0.25, 0}, steep[2] = {2, -3};
    l.forward(&l, 1, mean, x, blurred, NULL);
    l.forward(&l, 1, steep, x, strong, NULL);
    printf("\nThe digit for w = 1/4, b = 0 (the mean) and for w = 2, b = -3 (nearly: are two\n"
           "of the four inked?). The network learns w and b, one pair for each map\n\n");
    picture_print(stdout, 1, 14, 14, blurred, 0, 1);
    printf("\n");
    picture_print(stdout, 1, 14, 14, strong, 0, 5);
}

/* ------------------------------------------------------------------ for the picture ------ */

/* The digit, its maxima, and the way back of a gradient that is 1 everywhere. */
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
    by_hand();
    rules();
    lesson_digit(&lesson, 2, 0, x);
    pool_digit(x);
    either_order();
    subsample_by_hand();
    subsample_digit(x);
    write_digit(&lesson, x);
    return 0;
}
