/*
 * Chapter 1: im2col and col2im. Everything here is exact: the data are whole numbers or eighths.
 */
#include "01_im2col/im2col.h"
#include "support/item.h"
#include "support/suite.h"

TestSuite(ch01, .init = limited, .timeout = 20);

/* Geometries on which loops go wrong: odd sizes, strides, padding, h != w, and LeNet's own. */
static const struct {
    Shape in;
    int size, stride, pad;
} geometry[] = {
    {{1, 4, 4}, 3, 1, 0},
    {{2, 5, 7}, 3, 2, 1},
    {{3, 7, 5}, 2, 3, 0},
    {{2, 6, 9}, 5, 1, 2},
    {{1, 3, 3}, 3, 1, 2},
    {{4, 1, 8}, 1, 1, 0},
    {{1, 9, 4}, 4, 2, 3},
    {{2, 8, 8}, 3, 5, 1},
    {{1, 32, 32}, 5, 1, 0},
    {{6, 14, 14}, 5, 1, 0},
    {{2, 2, 2}, 4, 1, 1},
    {{3, 5, 5}, 5, 1, 0},
    /* a window that lies in the padding entirely; nearly LeNet's: stride 2, windows of 4 and 6 */
    {{1, 2, 4}, 3, 3, 2},
    {{2, 9, 11}, 5, 2, 0},
    {{2, 9, 11}, 4, 1, 0},
    {{2, 9, 11}, 6, 1, 1},
    {{70, 3, 2}, 2, 1, 1},
};
enum { GEOMETRIES = sizeof geometry / sizeof *geometry };

ITEM(ch01, im2col_naive_plain, "01.1-plain")
ITEM(ch01, im2col_naive_geometry, "01.1-geometry")
ITEM(ch01, col2im_naive_plain, "01.2-plain")
ITEM(ch01, col2im_naive_geometry, "01.2-geometry")
ITEM(ch01, im2col_exact, "01.3-exact")
ITEM(ch01, col2im_exact, "01.4-exact")

/* ------------------------------------------------------------------ no points ------------ */

Test(ch01, worked_example, .description = "a 3x4 image, 2x2 windows, by hand") {
    needs("01.1");
    needs("01.3");
    const real x[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    /* the six windows, in reading order, are 1256 2367 3478 5 6 9 10 ...: the columns. (A square
       image with windows of 2x2 fewer would give a symmetric col, which hides rows for columns.) */
    const real want[24] = {1, 2, 3, 5, 6,  7,  2, 3, 4, 6,  7,  8,
                           5, 6, 7, 9, 10, 11, 6, 7, 8, 10, 11, 12};
    real *col = nans(24), *naive = nans(24);
    im2col((Shape){1, 3, 4}, 2, 1, 0, x, col);
    expect_list("im2col", 24, col, want, 0);
    im2col_naive((Shape){1, 3, 4}, 2, 1, 0, x, naive);
    expect_list("im2col_naive", 24, naive, want, 0);
}

Test(ch01, padding_stride_channels, .description = "two channels, stride 2, padding 1") {
    needs("01.3");
    /* 2x3 images, 2x2 windows: one row of windows starts at -1, the next at 1; columns likewise */
    const Shape in = {2, 2, 3};
    const real x[12] = {1, 2, 3, 4, 5, 6, /* second channel */ 10, 20, 30, 40, 50, 60};
    const real want[8 * 4] = {
        0, 0, 0, 5, /* (0,0,0): x[-1,-1] x[-1,1] x[1,-1] x[1,1] */
        0, 0, 4, 6, /* (0,0,1): x[-1,0]  x[-1,2] x[1,0]  x[1,2] */
        0, 2, 0, 0, /* (0,1,0): x[0,-1]  x[0,1]  x[2,-1] x[2,1] */
        1, 3, 0, 0, /* (0,1,1): x[0,0]   x[0,2]  x[2,0]  x[2,2] */
        0, 0, 0, 50, 0, 0, 40, 60, 0, 20, 0, 0, 10, 30, 0, 0,
    };
    real *col = nans(32);
    cr_assert_eq(im2col_size(in, 2, 2, 1), 32);
    im2col(in, 2, 2, 1, x, col);
    expect_list("im2col", 32, col, want, 0);
}

Test(ch01, adjoint, .description = "<im2col(x), y> == <x, col2im(y)>, exactly") {
    needs("01.3");
    needs("01.4");
    Rng rng = rng_seed(5, 0);
    for (int g = 0; g < GEOMETRIES; g++) {
        Shape in = geometry[g].in;
        int size = geometry[g].size, stride = geometry[g].stride, pad = geometry[g].pad;
        size_t nx = (size_t)shape_size(in), ncol = im2col_size(in, size, stride, pad);
        real *x = eighths(&rng, nx), *y = eighths(&rng, ncol);
        real *col = nans(ncol), *back = nans(nx);
        double left = 0, right = 0;
        im2col(in, size, stride, pad, x, col);
        col2im(in, size, stride, pad, y, back);
        for (size_t i = 0; i < ncol; i++)
            left += (double)col[i] * (double)y[i];
        for (size_t i = 0; i < nx; i++)
            right += (double)x[i] * (double)back[i];
        cr_assert(left == right, "%dx%dx%d, %dx%d, stride %d, padding %d: %g and %g", in.c, in.h,
                  in.w, size, size, stride, pad, left, right);
    }
}

/* Bit for bit, on all geometries and in both directions; nothing is written past an end. */
Test(ch01, like_the_definition, .description = "im2col and col2im equal the naive loops") {
    needs("01");
    Rng rng = rng_seed(6, 0);
    for (int g = 0; g < GEOMETRIES; g++) {
        Shape in = geometry[g].in;
        int size = geometry[g].size, stride = geometry[g].stride, pad = geometry[g].pad;
        size_t nx = (size_t)shape_size(in), ncol = im2col_size(in, size, stride, pad);
        real *x = eighths(&rng, nx), *y = eighths(&rng, ncol);
        real *col = nans(ncol), *back = nans(nx), *naive_col = nans(ncol), *naive_back = nans(nx);
        const char *name = textf("%dx%dx%d, %dx%d, stride %d, padding %d", in.c, in.h, in.w, size,
                                 size, stride, pad);
        im2col(in, size, stride, pad, x, col);
        im2col_naive(in, size, stride, pad, x, naive_col);
        expect_list(name, ncol, col, naive_col, 0);
        col2im(in, size, stride, pad, y, back);
        col2im_naive(in, size, stride, pad, y, naive_back);
        expect_list(name, nx, back, naive_back, 0);
        expect_list(name, ncol, naive_col, col, 0); /* its guard numbers */
        expect_list(name, nx, naive_back, back, 0);
    }
}

static void no_stride(void) {
    window_out(4, 2, 0, 0);
}
static void empty_axis(void) {
    window_out(0, 2, 1, 1);
}
static void padding_as_wide_as_the_window(void) {
    window_out(4, 2, 1, 2);
}
static void negative_padding(void) {
    window_out(4, 2, 1, -1);
}
static void window_too_large(void) {
    window_out(2, 5, 1, 1);
}

Test(ch01, contracts, .description = "geometries that do not exist, each named") {
    expect_contract(no_stride, "axis of 4 with stride 0");
    expect_contract(empty_axis, "axis of 0 with stride 1");
    expect_contract(padding_as_wide_as_the_window, "padding 2 with window 2");
    expect_contract(negative_padding, "padding -1 with window 2");
    expect_contract(window_too_large, "window 5 does not fit an axis of 2 with padding 1");
    cr_assert(window_out(2, 4, 1, 1) == 1 && window_out(1, 1, 1, 0) == 1, "the limits are allowed");
    cr_assert(window_out(9, 3, 2, 1) == 5 && window_out(10, 3, 2, 1) == 5);
}

// [not for students]
Test(ch01, too_large_a_window_aborts, .init = quiet, .signal = SIGABRT,
     .description = "a window larger than the padded image breaks the contract") {
    needs("01.3");
    real x[4] = {0}, col[64];
    im2col((Shape){1, 2, 2}, 4, 1, 0, x, col);
}
// [not for students]
