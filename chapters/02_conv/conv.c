/*
 * Convolution: the definition in loops, then one matrix product per image.
 */
#include "02_conv/conv.h"

#include "01_im2col/im2col.h"
#include "02_conv/direct.h"
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

static bool sees(const Layer *l, int f, int ch) {
    return !l->links || (l->links[f] >> ch & 1);
}

/* ------------------------------------------------------------------ definition ----------- */

// [conv-naive]
/* The sum for one output: b_f + sum over ch,p,q of w[f,ch,p,q] * x[ch, r, s]. */
static double window_sum(const Layer *l, const real *w, const real *x, int f, int i, int j) {
    int k = l->size, c = l->in.c;
    double sum = (double)w[l->out.c * c * k * k + f];
    for (int ch = 0; ch < c; ch++)
        for (int p = 0; p < k; p++)
            for (int q = 0; q < k; q++) {
                int r = i * l->stride + p - l->pad, s = j * l->stride + q - l->pad;
                if (!sees(l, f, ch) || r < 0 || r >= l->in.h || s < 0 || s >= l->in.w) continue;
                sum += (double)w[((f * c + ch) * k + p) * k + q] *
                       (double)x[(ch * l->in.h + r) * l->in.w + s];
            }
    return sum;
}

void conv_forward_naive(const Layer *l, int n, const real *w, const real *x, real *y,
                        real *scratch) {
    (void)scratch;
    for (int image = 0; image < n; image++)
        for (int f = 0; f < l->out.c; f++)
            for (int i = 0; i < l->out.h; i++)
                for (int j = 0; j < l->out.w; j++)
                    *y++ = (real)window_sum(l, w, x + image * shape_size(l->in), f, i, j);
}
// [conv-naive]

/* The windows that pixel r of an axis lies in start at outputs i with 0 <= r + pad - i*stride < k. */
static bool window_offset(int r, int i, const Layer *l, int *p) {
    *p = r + l->pad - i * l->stride;
    return *p >= 0 && *p < l->size;
}

/* dL/dw[f,ch,p,q] = sum over images and outputs of dy[f,i,j] * x[ch, i*stride+p-pad, ...]. */
static double weight_sum(const Layer *l, int n, const real *x, const real *dy, int f, int ch, int p,
                         int q) {
    double sum = 0;
    for (int image = 0; image < n; image++)
        for (int i = 0; i < l->out.h; i++)
            for (int j = 0; j < l->out.w; j++) {
                int r = i * l->stride + p - l->pad, s = j * l->stride + q - l->pad;
                if (r < 0 || r >= l->in.h || s < 0 || s >= l->in.w) continue;
                int in = ((image * l->in.c + ch) * l->in.h + r) * l->in.w + s;
                int out = ((image * l->out.c + f) * l->out.h + i) * l->out.w + j;
                sum += (double)dy[out] * (double)x[in];
            }
    return sum;
}

/* dL/dx[ch,r,s] = sum over the filters and windows that see this pixel of w * dy. */
static double pixel_sum(const Layer *l, const real *w, const real *dy, int ch, int r, int s) {
    int k = l->size;
    double sum = 0;
    for (int f = 0; f < l->out.c; f++)
        for (int i = 0; i < l->out.h; i++)
            for (int j = 0; j < l->out.w; j++) {
                int p, q;
                if (!window_offset(r, i, l, &p) || !window_offset(s, j, l, &q)) continue;
                if (!sees(l, f, ch)) continue;
                sum += (double)w[((f * l->in.c + ch) * k + p) * k + q] *
                       (double)dy[(f * l->out.h + i) * l->out.w + j];
            }
    return sum;
}

void conv_backward_naive(const Layer *l, int n, const real *w, const real *x, const real *y,
                         const real *dy, real *dw, real *dx, real *scratch) {
    (void)y, (void)scratch;
    int k = l->size, c = l->in.c, outs = l->out.h * l->out.w;
    real *db = dw + layer_weights(l);
    for (int f = 0; f < l->out.c; f++) {
        for (int ch = 0; ch < c; ch++)
            for (int p = 0; p < k; p++)
                for (int q = 0; q < k; q++) {
                    real *entry = &dw[((f * c + ch) * k + p) * k + q];
                    double sum = sees(l, f, ch) ? weight_sum(l, n, x, dy, f, ch, p, q) : 0;
                    *entry = (real)((double)*entry + sum);
                }
        double sum = (double)db[f];
        for (int image = 0; image < n; image++)
            for (int o = 0; o < outs; o++) sum += (double)dy[(image * l->out.c + f) * outs + o];
        db[f] = (real)sum;
    }
    for (int image = 0; dx && image < n; image++, dy += shape_size(l->out))
        for (int ch = 0; ch < c; ch++)
            for (int r = 0; r < l->in.h; r++)
                for (int s = 0; s < l->in.w; s++) *dx++ = (real)pixel_sum(l, w, dy, ch, r, s);
}

/* ------------------------------------------------------------------ what we use ---------- */

// [conv-forward]
void conv_forward_gemm(const Layer *l, int n, const real *w, const real *x, real *y,
                       real *scratch) {
    int f = l->out.c, windows = l->out.h * l->out.w, row = l->in.c * l->size * l->size;
    const real *b = w + layer_weights(l);
    real *col = scratch; /* (c*k*k, oh*ow) */
    for (int image = 0; image < n; image++) {
        im2col(l->in, l->size, l->stride, l->pad, x, col);
        for (int i = 0; i < f; i++)
            for (int o = 0; o < windows; o++) y[i * windows + o] = b[i];
        /* y = w * col + b :  (f, c*k*k) * (c*k*k, oh*ow) */
        gemm(PLAIN, PLAIN, f, windows, row, w, col, 1, y);
        x += shape_size(l->in);
        y += shape_size(l->out);
    }
}
// [conv-forward]

/* db[f] += sum over the output map of dy[f]. */
static void add_bias_gradient(int f, int windows, const real *dy, real *db) {
    for (int i = 0; i < f; i++) {
        real sum = 0;
#pragma omp simd reduction(+ : sum)
        for (int o = 0; o < windows; o++) sum += dy[i * windows + o];
        db[i] += sum;
    }
}

// [conv-backward]
/* Forward was  col = im2col(x),  y = w * col + b. */
void conv_backward_gemm(const Layer *l, int n, const real *w, const real *x, const real *y,
                        const real *dy, real *dw, real *dx, real *scratch) {
    (void)y;
    int f = l->out.c, windows = l->out.h * l->out.w, row = l->in.c * l->size * l->size;
    real *db = dw + layer_weights(l);
    real *col = scratch;  /* (c*k*k, oh*ow), the windows of x      */
    real *dcol = scratch; /* the same room again: col is used up   */
    for (int image = 0; image < n; image++) {
        add_bias_gradient(f, windows, dy, db);
        /* dw += dy * col^T :  (f, oh*ow) * (oh*ow, c*k*k) */
        im2col(l->in, l->size, l->stride, l->pad, x, col);
        gemm(PLAIN, TRANSPOSED, f, row, windows, dy, col, 1, dw);
        if (dx) {
            /* dx = col2im(w^T * dy) :  (c*k*k, f) * (f, oh*ow) */
            gemm(TRANSPOSED, PLAIN, row, windows, f, w, dy, 0, dcol);
            col2im(l->in, l->size, l->stride, l->pad, dcol, dx);
            dx += shape_size(l->in);
        }
        x += shape_size(l->in);
        dy += shape_size(l->out);
    }
    layer_clear_unlinked(l, dw);
}
// [conv-backward]

/* ------------------------------------------------------------------ the layer ------------ */

Layer conv_layer(const char *name, Shape in, int filters, int size, int stride, int pad,
                 const uint16_t *links) {
    contract(filters >= 1 && in.c >= 1, "%s: %d filters on %d channels", name, filters, in.c);
    contract(!links || in.c <= 16, "%s: a connection table holds 16 channels, not %d", name, in.c);
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
        .forward = conv_forward_gemm,
        .backward = conv_backward_gemm,
        .curvature = layer_curvature_linear,
    };
    snprintf(l.name, sizeof l.name, "%s", name);
    int windows = l.out.h * l.out.w;
    for (int f = 0; f < filters; f++) {
        contract(!links || links[f] >> in.c == 0, "%s: filter %d is linked to a channel above %d",
                 name, f, in.c - 1);
        contract(!links || links[f] != 0, "%s: filter %d is linked to no channel", name, f);
        l.trainable += layer_fan_in(&l, f) + 1;
        l.macs += (long)layer_fan_in(&l, f) * windows;
    }
    l.connections = (long)l.trainable * windows;
    direct_conv(&l); /* where it can, without col */
    return l;
}
