/*
 * Chapter 1: im2col and col2im. Everything here is exact: the data are whole numbers.
 */
#include "01_im2col/im2col.h"
#include "check.h"

TestSuite(ch01, .timeout = 20);

/* Geometries on which loops go wrong: odd sizes, strides, padding, h != w, and LeNet's own. */
static const struct {
    Shape in;
    int size, stride, pad;
} geometry[] = {
    {{1, 4, 4}, 3, 1, 0},   {{2, 5, 7}, 3, 2, 1},   {{3, 7, 5}, 2, 3, 0}, {{2, 6, 9}, 5, 1, 2},
    {{1, 3, 3}, 3, 1, 2},   {{4, 1, 8}, 1, 1, 0},   {{1, 9, 4}, 4, 2, 3}, {{2, 8, 8}, 3, 5, 1},
    {{1, 32, 32}, 5, 1, 0}, {{6, 14, 14}, 5, 1, 0}, {{2, 2, 2}, 4, 1, 1}, {{3, 5, 5}, 5, 1, 0},
};
enum { GEOMETRIES = sizeof geometry / sizeof *geometry };

Test(ch01, t01_worked_example, .description = "[2 pts] a 3x4 image, 2x2 windows, by hand") {
    const real x[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    /* the six windows, in reading order, are 1256 2367 3478 5 6 9 10 ...: the columns. (A square
       image with windows of 2x2 fewer would give a symmetric col, which hides rows for columns.) */
    const real want[24] = {1, 2, 3, 5, 6,  7,  2, 3, 4, 6,  7,  8,
                           5, 6, 7, 9, 10, 11, 6, 7, 8, 10, 11, 12};
    real col[24];
    im2col((Shape){1, 3, 4}, 2, 1, 0, x, col);
    expect_list("im2col", 24, col, want, 0);
    im2col_naive((Shape){1, 3, 4}, 2, 1, 0, x, col);
    expect_list("im2col_naive", 24, col, want, 0);
}

Test(ch01, t02_padding_stride_channels,
     .description = "[2 pts] two channels, stride 2, padding 1") {
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
    real col[32];
    cr_assert_eq(im2col_size(in, 2, 2, 1), 32);
    im2col(in, 2, 2, 1, x, col);
    expect_list("im2col", 32, col, want, 0);
}

Test(ch01, t03_equals_definition, .description = "[2 pts] both directions equal the naive loops") {
    Rng rng = rng_seed(3, 0);
    for (int g = 0; g < GEOMETRIES; g++) {
        Shape in = geometry[g].in;
        int size = geometry[g].size, stride = geometry[g].stride, pad = geometry[g].pad;
        size_t nx = (size_t)shape_size(in), ncol = im2col_size(in, size, stride, pad);
        real *x = integers(&rng, nx), *col = normals(&rng, ncol), *want = normals(&rng, ncol);
        real *back = normals(&rng, nx), *want_back = normals(&rng, nx);
        char what[64];
        snprintf(what, sizeof what, "%dx%dx%d size %d stride %d pad %d", in.c, in.h, in.w, size,
                 stride, pad);
        im2col(in, size, stride, pad, x, col);
        im2col_naive(in, size, stride, pad, x, want);
        expect_list(what, ncol, col, want, 0);
        col2im(in, size, stride, pad, col, back);
        col2im_naive(in, size, stride, pad, col, want_back);
        expect_list(what, nx, back, want_back, 0);
    }
}

Test(ch01, t04_col2im_counts_windows, .description = "[2 pts] col2im of ones counts the windows") {
    const real want[16] = {1, 2, 2, 1, 2, 4, 4, 2, 2, 4, 4, 2, 1, 2, 2, 1};
    const real want_pad[9] = {4, 4, 4, 4, 4, 4, 4, 4, 4};
    real col[64], x[16] = {7};
    for (int i = 0; i < 64; i++)
        col[i] = 1;
    col2im((Shape){1, 4, 4}, 3, 1, 0, col, x);
    expect_list("3x3 windows on 4x4", 16, x, want, 0);
    col2im((Shape){1, 3, 3}, 2, 1, 1, col, x); /* 4x4 windows of 2x2: each pixel under four */
    expect_list("2x2 windows on 3x3, padding 1", 9, x, want_pad, 0);
}

Test(ch01, t05_adjoint, .description = "[2 pts] <im2col(x), y> == <x, col2im(y)>, exactly") {
    Rng rng = rng_seed(5, 0);
    for (int g = 0; g < GEOMETRIES; g++) {
        Shape in = geometry[g].in;
        int size = geometry[g].size, stride = geometry[g].stride, pad = geometry[g].pad;
        size_t nx = (size_t)shape_size(in), ncol = im2col_size(in, size, stride, pad);
        real *x = integers(&rng, nx), *y = integers(&rng, ncol);
        real *col = normals(&rng, ncol), *back = normals(&rng, nx); /* to be overwritten */
        double left = 0, right = 0;
        im2col(in, size, stride, pad, x, col);
        col2im(in, size, stride, pad, y, back);
        for (size_t i = 0; i < ncol; i++)
            left += (double)col[i] * (double)y[i];
        for (size_t i = 0; i < nx; i++)
            right += (double)x[i] * (double)back[i];
        cr_expect(left == right, "geometry %d: %.17g and %.17g", g, left, right);
    }
}

Test(ch01, t06_too_large_a_window_aborts, .init = quiet, .signal = SIGABRT,
     .description = "[1 pt] a window larger than the padded image breaks the contract") {
    real x[4] = {0}, col[64];
    im2col((Shape){1, 2, 2}, 4, 1, 0, x, col);
}
