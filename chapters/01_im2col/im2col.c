/*
 * Windows as columns and back. Definitions first, then the versions we use.
 */
#include "01_im2col/im2col.h"

#include <stdbool.h>
#include <string.h>

size_t im2col_size(Shape in, int size, int stride, int pad) {
    Shape out = window_shape(in, 1, size, stride, pad);
    return (size_t)(in.c * size * size) * (size_t)shape_size(out);
}

/* ------------------------------------------------------------------ definitions ---------- */

// [im2col-naive]
void im2col_naive(Shape in, int size, int stride, int pad, const real *x, real *col) {
    int oh = window_out(in.h, size, stride, pad), ow = window_out(in.w, size, stride, pad);
    for (int ch = 0; ch < in.c; ch++)
        for (int p = 0; p < size; p++)
            for (int q = 0; q < size; q++)
                for (int i = 0; i < oh; i++)
                    for (int j = 0; j < ow; j++) {
                        int r = i * stride + p - pad, s = j * stride + q - pad;
                        bool inside = r >= 0 && r < in.h && s >= 0 && s < in.w;
                        /* col[(ch,p,q),(i,j)] = x[ch, i*stride+p-pad, j*stride+q-pad] or 0 */
                        int row = (ch * size + p) * size + q;
                        col[row * oh * ow + i * ow + j] =
                            inside ? x[(ch * in.h + r) * in.w + s] : 0;
                    }
}
// [im2col-naive]

void col2im_naive(Shape in, int size, int stride, int pad, const real *col, real *x) {
    int oh = window_out(in.h, size, stride, pad), ow = window_out(in.w, size, stride, pad);
    for (int i = 0; i < shape_size(in); i++) x[i] = 0;
    for (int ch = 0; ch < in.c; ch++)
        for (int p = 0; p < size; p++)
            for (int q = 0; q < size; q++)
                for (int i = 0; i < oh; i++)
                    for (int j = 0; j < ow; j++) {
                        int r = i * stride + p - pad, s = j * stride + q - pad;
                        bool inside = r >= 0 && r < in.h && s >= 0 && s < in.w;
                        /* im2col read x[ch,r,s] for this entry, so its gradient goes back there */
                        int row = (ch * size + p) * size + q;
                        if (inside)
                            x[(ch * in.h + r) * in.w + s] += col[row * oh * ow + i * ow + j];
                    }
}

/* ------------------------------------------------------------------ what we use ---------- */

/* The outputs first .. last-1 along one axis whose pixel at window offset p is in the image. */
typedef struct Span {
    int first, last;
} Span;

/* 0 <= i*stride + p - pad < length  solved for i, cut to 0 .. out. */
static inline Span inside(int length, int p, int stride, int pad, int out) {
    int first = pad > p ? (pad - p + stride - 1) / stride : 0;
    int last = length + pad > p ? (length + pad - p + stride - 1) / stride : 0;
    if (last > out) last = out;
    if (first > last) first = last;
    return (Span){first, last};
}

/*
 * One body for every geometry. Where the dispatcher below passes constants, the compiler unrolls
 * and vectorises the loops for exactly those sizes; always_inline makes sure that it sees them.
 */
static inline __attribute__((always_inline)) void gather(Shape in, int size, int stride, int pad,
                                                         int oh, int ow, const real *x, real *col) {
    for (int ch = 0; ch < in.c; ch++)
        for (int p = 0; p < size; p++)
            for (int q = 0; q < size; q++) {
                Span rows = inside(in.h, p, stride, pad, oh),
                     cols = inside(in.w, q, stride, pad, ow);
                bool whole = rows.last - rows.first == oh && cols.last - cols.first == ow;
                if (!whole) memset(col, 0, (size_t)(oh * ow) * sizeof *col);
                for (int i = rows.first; i < rows.last; i++) {
                    int from = (ch * in.h + i * stride + p - pad) * in.w + q - pad;
                    for (int j = cols.first; j < cols.last; j++)
                        col[i * ow + j] = x[from + j * stride];
                }
                col += oh * ow;
            }
}

/* The same walk, adding instead of copying. */
static inline __attribute__((always_inline)) void scatter(Shape in, int size, int stride, int pad,
                                                          int oh, int ow, const real *col,
                                                          real *x) {
    memset(x, 0, (size_t)shape_size(in) * sizeof *x);
    for (int ch = 0; ch < in.c; ch++)
        for (int p = 0; p < size; p++)
            for (int q = 0; q < size; q++) {
                Span rows = inside(in.h, p, stride, pad, oh),
                     cols = inside(in.w, q, stride, pad, ow);
                for (int i = rows.first; i < rows.last; i++) {
                    int to = (ch * in.h + i * stride + p - pad) * in.w + q - pad;
                    for (int j = cols.first; j < cols.last; j++)
                        x[to + j * stride] += col[i * ow + j];
                }
                col += oh * ow;
            }
}

/* LeNet's two convolutions: 5x5 windows on 32x32 and on 14x14, stride 1, no padding. */
static bool lenet_geometry(Shape in, int side, int size, int stride, int pad) {
    return in.h == side && in.w == side && size == 5 && stride == 1 && pad == 0;
}

void im2col(Shape in, int size, int stride, int pad, const real *x, real *col) {
    int oh = window_out(in.h, size, stride, pad), ow = window_out(in.w, size, stride, pad);
    if (lenet_geometry(in, 32, size, stride, pad))
        gather((Shape){in.c, 32, 32}, 5, 1, 0, 28, 28, x, col);
    else if (lenet_geometry(in, 14, size, stride, pad))
        gather((Shape){in.c, 14, 14}, 5, 1, 0, 10, 10, x, col);
    else
        gather(in, size, stride, pad, oh, ow, x, col);
}

void col2im(Shape in, int size, int stride, int pad, const real *col, real *x) {
    int oh = window_out(in.h, size, stride, pad), ow = window_out(in.w, size, stride, pad);
    if (lenet_geometry(in, 32, size, stride, pad))
        scatter((Shape){in.c, 32, 32}, 5, 1, 0, 28, 28, col, x);
    else if (lenet_geometry(in, 14, size, stride, pad))
        scatter((Shape){in.c, 14, 14}, 5, 1, 0, 10, 10, col, x);
    else
        scatter(in, size, stride, pad, oh, ow, col, x);
}
