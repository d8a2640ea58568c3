/*
 * Convolution: the definition in loops, then one matrix product per image.
 */
#include "02_conv/conv.h"

#include "01_im2col/im2col.h"
#include "fail.h"
#include "gemm.h"

#include <stdio.h>

/* Bit ch set: the filter sees map ch of S2. Columns of Table I from left to right. */
const uint16_t conv_table_1998[16] = {
    0x07, 0x0e, 0x1c, 0x38, 0x31, 0x23, /* three neighbours: 012 123 234 345 450 501 */
    0x0f, 0x1e, 0x3c, 0x39, 0x33, 0x27, /* four neighbours                           */
    0x1b, 0x36, 0x2d,                   /* two pairs: 01+34 12+45 23+50              */
    0x3f,                               /* all six                                   */
};

/* Whether filter f sees channel ch: always, unless there is a connection table. */
static bool sees(const Layer *l, int f, int ch) {
    return !l->links || (l->links[f] >> ch & 1);
}

/* ------------------------------------------------------------------ definitions ---------- */

// [conv-forward-naive]
void conv_forward_naive(const Layer *l, int n, const real *w, const real *x, real *y,
                        real *scratch) {
    (void)scratch;
    const Shape in = l->in, out = l->out, filter = {in.c, l->size, l->size};
    const real *b = w + layer_weights(l);
    for (int m = 0; m < n; m++)
        for (int f = 0; f < out.c; f++)
            for (int i = 0; i < out.h; i++)
                for (int j = 0; j < out.w; j++) {
                    /* y[m,f,i,j] = b[f] + sum of w[f,ch,p,q] * x[m,ch,r,s] */
                    double sum = (double)b[f];
                    for (int ch = 0; ch < in.c; ch++)
                        for (int p = 0; p < l->size; p++)
                            for (int q = 0; q < l->size; q++) {
                                int r = i * l->stride + p - l->pad, s = j * l->stride + q - l->pad;
                                /* x is 0 outside the image */
                                if (!sees(l, f, ch) || !inside(in, r, s)) continue;
                                sum += entry(w, filter, f, ch, p, q) * entry(x, in, m, ch, r, s);
                            }
                    y[m * shape_size(out) + at(out, f, i, j)] = (real)sum;
                }
}
// [conv-forward-naive]

// [conv-dw-naive]
/* Forward was y[m,f,i,j] = b[f] + ..., so db[f] += dy[m,f,i,j], summed over m, i, j. */
static void add_db(const Layer *l, int n, const real *dy, real *db) {
    for (int f = 0; f < l->out.c; f++) {
        double sum = (double)db[f];
        for (int m = 0; m < n; m++)
            for (int i = 0; i < l->out.h; i++)
                for (int j = 0; j < l->out.w; j++)
                    sum += entry(dy, l->out, m, f, i, j);
        db[f] = (real)sum;
    }
}

/* Forward was y[m,f,i,j] = ... + w[f,ch,p,q] * x[m,ch,r,s], so
   dw[f,ch,p,q] += dy[m,f,i,j] * x[m,ch,r,s], summed over m, i, j. */
static void add_dw(const Layer *l, int n, const real *x, const real *dy, real *dw) {
    const Shape in = l->in, out = l->out, filter = {in.c, l->size, l->size};
    for (int f = 0; f < out.c; f++)
        for (int ch = 0; ch < in.c; ch++)
            for (int p = 0; p < l->size; p++)
                for (int q = 0; q < l->size; q++) {
                    double sum = entry(dw, filter, f, ch, p, q);
                    for (int m = 0; m < n; m++)
                        for (int i = 0; i < out.h; i++)
                            for (int j = 0; j < out.w; j++) {
                                int r = i * l->stride + p - l->pad, s = j * l->stride + q - l->pad;
                                if (!sees(l, f, ch) || !inside(in, r, s)) continue;
                                sum += entry(dy, out, m, f, i, j) * entry(x, in, m, ch, r, s);
                            }
                    dw[f * shape_size(filter) + at(filter, ch, p, q)] = (real)sum;
                }
}
// [conv-dw-naive]

// [conv-dx-naive]
/*
 * The same products, collected for each pixel: x[m,ch,r,s] met w[f,ch,p,q] in output (i,j) where
 * r = i*stride + p - pad and s = j*stride + q - pad. So p and q follow from i and j.
 */
static void find_dx(const Layer *l, int n, const real *w, const real *dy, real *dx) {
    const Shape in = l->in, out = l->out, filter = {in.c, l->size, l->size};
    for (int m = 0; m < n; m++)
        for (int ch = 0; ch < in.c; ch++)
            for (int r = 0; r < in.h; r++)
                for (int s = 0; s < in.w; s++) {
                    double sum = 0;
                    for (int f = 0; f < out.c; f++)
                        for (int i = 0; i < out.h; i++)
                            for (int j = 0; j < out.w; j++) {
                                int p = r + l->pad - i * l->stride, q = s + l->pad - j * l->stride;
                                if (!sees(l, f, ch) || !inside(filter, p, q)) continue;
                                sum += entry(w, filter, f, ch, p, q) * entry(dy, out, m, f, i, j);
                            }
                    dx[m * shape_size(in) + at(in, ch, r, s)] = (real)sum;
                }
}
// [conv-dx-naive]

/* All three gradients; the order does not matter, as none of them reads another. */
void conv_backward_naive(const Layer *l, int n, const real *w, const real *x, const real *y,
                         const real *dy, real *dw, real *dx, real *scratch) {
    (void)y, (void)scratch;
    add_db(l, n, dy, dw + layer_weights(l));
    add_dw(l, n, x, dy, dw);
    if (dx) find_dx(l, n, w, dy, dx);
}

/* ------------------------------------------------------------------ in use --------------- */

// [conv-forward]
void conv_forward(const Layer *l, int n, const real *w, const real *x, real *y, real *scratch) {
    int filters = l->out.c, windows = l->out.h * l->out.w, row = l->in.c * l->size * l->size;
    const real *b = w + layer_weights(l);
    real *col = scratch; /* (c*k*k, oh*ow) */
    for (int m = 0; m < n; m++) {
        im2col(l->in, l->size, l->stride, l->pad, x, col);
        /* Every map begins as its bias; the product is added to it. */
        for (int f = 0; f < filters; f++)
            for (int o = 0; o < windows; o++)
                y[f * windows + o] = b[f];
        /* y = w * col + b :  (f, c*k*k) * (c*k*k, oh*ow) */
        gemm(PLAIN, PLAIN, filters, windows, row, w, col, 1, y);
        x += shape_size(l->in);
        y += shape_size(l->out);
    }
}
// [conv-forward]

// [conv-backward]
/* Forward was  col = im2col(x),  y = w * col + b. */
void conv_backward(const Layer *l, int n, const real *w, const real *x, const real *y,
                   const real *dy, real *dw, real *dx, real *scratch) {
    (void)y;
    int filters = l->out.c, windows = l->out.h * l->out.w, row = l->in.c * l->size * l->size;
    real *db = dw + layer_weights(l);
    real *col = scratch;  /* (c*k*k, oh*ow), the windows of x        */
    real *dcol = scratch; /* the same room again, when col is used up */
    for (int m = 0; m < n; m++) {
        /* db += row sums of dy */
        for (int f = 0; f < filters; f++)
            for (int o = 0; o < windows; o++)
                db[f] += dy[f * windows + o];
        /* dw += dy * col^T :  (f, oh*ow) * (oh*ow, c*k*k) */
        im2col(l->in, l->size, l->stride, l->pad, x, col);
        gemm(PLAIN, TRANSPOSED, filters, row, windows, dy, col, 1, dw);
        if (dx) {
            /* dx = col2im(w^T * dy) :  (c*k*k, f) * (f, oh*ow) */
            gemm(TRANSPOSED, PLAIN, row, windows, filters, w, dy, 0, dcol);
            col2im(l->in, l->size, l->stride, l->pad, dcol, dx);
            dx += shape_size(l->in);
        }
        x += shape_size(l->in);
        dy += shape_size(l->out);
    }
    /* The product knows no connection table: a missing link gets no gradient. */
    layer_clear_unlinked(l, dw);
}
// [conv-backward]

/* ------------------------------------------------------------------ the layer ------------ */

/* Counts for the summary: only weights whose filter sees their channel. */
static void count_links(Layer *l) {
    int window = l->size * l->size, windows = l->out.h * l->out.w;
    for (int f = 0; f < l->out.c; f++) {
        int channels = 0;
        for (int ch = 0; ch < l->in.c; ch++)
            channels += sees(l, f, ch);
        contract(channels > 0, "%s: filter %d is linked to no channel", l->name, f);
        l->trainable += channels * window + 1;
        l->macs += (long)channels * window * windows;
    }
    l->connections = (long)l->trainable * windows;
}

/* A mistake in the geometry is the programmer's, so it ends the program and names the layer. */
Layer conv_layer(const char *name, Shape in, int filters, int size, int stride, int pad,
                 const uint16_t *links) {
    contract(filters >= 1 && in.c >= 1, "%s: %d filters on %d channels", name, filters, in.c);
    contract(!links || in.c <= 16, "%s: a connection table holds 16 channels, not %d", name, in.c);
    for (int f = 0; links && f < filters; f++)
        contract(links[f] >> in.c == 0, "%s: filter %d is linked to a channel above %d", name, f,
                 in.c - 1);
    Layer l = {
        .kind = "conv",
        .in = in,
        .out = window_shape(in, filters, size, stride, pad),
        .size = size,
        .stride = stride,
        .pad = pad,
        .links = links,
        .weight = {filters, in.c, size, size},
        .bias = filters,
        .scratch = im2col_size(in, size, stride, pad),
        .forward = conv_forward,
        .backward = conv_backward,
    };
    snprintf(l.name, sizeof l.name, "%s", name);
    count_links(&l);
    return l;
}
