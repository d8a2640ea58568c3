/*
 * Windows as columns and back. The definitions first, then the versions the network runs on.
 */
#include "01_im2col/im2col.h"

#include <string.h>

size_t im2col_size(Shape in, int size, int stride, int pad) {
    Shape out = window_shape(in, 1, size, stride, pad);
    return (size_t)in.c * size * size * shape_size(out);
}

/* ------------------------------------------------------------------ definitions ---------- */

// [im2col-naive]
void im2col_naive(Shape in, int size, int stride, int pad, const real *x, real *col) {
    int oh = window_out(in.h, size, stride, pad);
    int ow = window_out(in.w, size, stride, pad);
    for (int ch = 0; ch < in.c; ch++)
        for (int p = 0; p < size; p++)
            for (int q = 0; q < size; q++)
                for (int i = 0; i < oh; i++)
                    for (int j = 0; j < ow; j++) {
                        /* Window (i,j) has pixel (r,s) of the image at its place (p,q). */
                        int r = i * stride + p - pad, s = j * stride + q - pad;
                        int row = (ch * size + p) * size + q;
                        int column = i * ow + j;
                        /* col[(ch,p,q),(i,j)] = x[ch,r,s], or 0 in the padding */
                        col[row * oh * ow + column] = inside(in, r, s) ? x[at(in, ch, r, s)] : 0;
                    }
}
// [im2col-naive]

// [col2im-naive]
void col2im_naive(Shape in, int size, int stride, int pad, const real *col, real *x) {
    int oh = window_out(in.h, size, stride, pad);
    int ow = window_out(in.w, size, stride, pad);
    memset(x, 0, shape_size(in) * sizeof *x);
    for (int ch = 0; ch < in.c; ch++)
        for (int p = 0; p < size; p++)
            for (int q = 0; q < size; q++)
                for (int i = 0; i < oh; i++)
                    for (int j = 0; j < ow; j++) {
                        int r = i * stride + p - pad, s = j * stride + q - pad;
                        int row = (ch * size + p) * size + q;
                        int column = i * ow + j;
                        /* im2col read x[ch,r,s] for this entry, so that is where it goes back. */
                        if (inside(in, r, s)) x[at(in, ch, r, s)] += col[row * oh * ow + column];
                    }
}
// [col2im-naive]

/* ------------------------------------------------------------------ in use --------------- */

// [windows-inside]
/* Places first .. last-1 along one axis of the output. */
typedef struct Span {
    int first, last;
} Span;

/*
 * The windows along one axis whose pixel at offset p is in the image and not in the padding:
 * 0 <= i*stride + p - pad < length, solved for i and cut to 0 .. out.
 */
static Span windows_inside(int length, int p, int stride, int pad, int out) {
    /* i >= (pad - p) / stride, rounded up */
    int first = p < pad ? (pad - p + stride - 1) / stride : 0;
    /* i < (length + pad - p) / stride, rounded up */
    int last = p < length + pad ? (length + pad - p + stride - 1) / stride : 0;
    if (last > out) last = out;
    if (first > last) first = last;
    return (Span){first, last};
}
// [windows-inside]

/*
 * The order of the loops is the definition's. But which i and j lie inside is worked out once for
 * each row of col, so that the innermost loop copies without asking.
 */
// [im2col]
void im2col(Shape in, int size, int stride, int pad, const real *x, real *col) {
    int oh = window_out(in.h, size, stride, pad);
    int ow = window_out(in.w, size, stride, pad);
    for (int ch = 0; ch < in.c; ch++)
        for (int p = 0; p < size; p++)
            for (int q = 0; q < size; q++) {
                /* One row of col: a map (oh, ow), what place (p,q) sees of channel ch. */
                Span rows = windows_inside(in.h, p, stride, pad, oh);
                Span columns = windows_inside(in.w, q, stride, pad, ow);
                /* Whatever is not copied below is padding. */
                if (pad > 0) memset(col, 0, oh * ow * sizeof *col);
                for (int i = rows.first; i < rows.last; i++) {
                    /* Window (i,j) has x[from + j*stride] at this place. */
                    int from = at(in, ch, i * stride + p - pad, 0) + q - pad;
                    for (int j = columns.first; j < columns.last; j++)
                        col[i * ow + j] = x[from + j * stride];
                }
                col += oh * ow;
            }
}
// [im2col]

// [col2im]
void col2im(Shape in, int size, int stride, int pad, const real *col, real *x) {
    int oh = window_out(in.h, size, stride, pad);
    int ow = window_out(in.w, size, stride, pad);
    memset(x, 0, shape_size(in) * sizeof *x);
    for (int ch = 0; ch < in.c; ch++)
        for (int p = 0; p < size; p++)
            for (int q = 0; q < size; q++) {
                Span rows = windows_inside(in.h, p, stride, pad, oh);
                Span columns = windows_inside(in.w, q, stride, pad, ow);
                for (int i = rows.first; i < rows.last; i++) {
                    /* Read there by im2col, so added there. */
                    int to = at(in, ch, i * stride + p - pad, 0) + q - pad;
                    for (int j = columns.first; j < columns.last; j++)
                        x[to + j * stride] += col[i * ow + j];
                }
                col += oh * ow;
            }
}
// [col2im]
