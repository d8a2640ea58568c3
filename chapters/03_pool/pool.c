/*
 * Max pooling: the definition, then one branch-free body for every geometry.
 */
#include "03_pool/pool.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* ------------------------------------------------------------------ definition ----------- */

// [pool-naive]
/* Where the first maximum of window (i,j) lies in one map; the first NaN counts as the maximum. */
static int first_maximum(const Layer *l, const real *map, int i, int j) {
    int best = -1;
    for (int p = 0; p < l->size; p++)
        for (int q = 0; q < l->size; q++) {
            int r = i * l->stride + p - l->pad, s = j * l->stride + q - l->pad;
            if (r < 0 || r >= l->in.h || s < 0 || s >= l->in.w) continue; /* padding never wins */
            int at = r * l->in.w + s;
            if (best < 0 || map[at] > map[best] || (isnan(map[at]) && !isnan(map[best]))) best = at;
        }
    return best;
}

void max_pool_forward_naive(const Layer *l, int n, const real *w, const real *x, real *y,
                            real *scratch) {
    (void)w, (void)scratch;
    for (int map = 0; map < n * l->in.c; map++, x += l->in.h * l->in.w)
        for (int i = 0; i < l->out.h; i++)
            for (int j = 0; j < l->out.w; j++) *y++ = x[first_maximum(l, x, i, j)];
}

/* Forward was y[i,j] = x[first_maximum(i,j)], so dx there receives dy[i,j]. */
void max_pool_backward_naive(const Layer *l, int n, const real *w, const real *x, const real *y,
                             const real *dy, real *dw, real *dx, real *scratch) {
    (void)w, (void)y, (void)dw, (void)scratch;
    if (!dx) return;
    for (int i = 0; i < n * shape_size(l->in); i++) dx[i] = 0;
    for (int map = 0; map < n * l->in.c; map++, x += l->in.h * l->in.w, dx += l->in.h * l->in.w)
        for (int i = 0; i < l->out.h; i++)
            for (int j = 0; j < l->out.w; j++) dx[first_maximum(l, x, i, j)] += *dy++;
}
// [pool-naive]

/* ------------------------------------------------------------------ what we use ---------- */

/*
 * The bodies below take the geometry apart from the layer, so that the dispatcher can pass constants
 * for LeNet's 2x2 windows; then the window loops vanish and a row of windows becomes vector code.
 */
typedef struct Pooling {
    int h, w, oh, ow, size, stride, pad;
} Pooling;

/* The larger of two; NaN counts as largest: a > b is false with a NaN, and a != a is true only for one. */
static inline real larger(real a, real b) {
    real largest = a > b ? a : b;
    return a != a ? a : largest;
}

static inline bool in_image(const Pooling *g, int r, int s) {
    return g->pad == 0 || (r >= 0 && r < g->h && s >= 0 && s < g->w);
}

/*
 * A window's maximum is the maximum of its columns' maxima. So a map is pooled in three passes, and
 * each runs along whole rows, where it becomes vector code:
 *
 *     column[i, s]   largest of x[i*stride-pad .. +size-1, s], rows of padding left out;
 *                    minus infinity in columns of padding, which never win
 *     column[i, s]   largest of column[i, s .. s+size-1]: each pass lets it see one place further
 *     y[i, j]      = column[i, j*stride]
 *
 * column has (oh, w + 2*pad) numbers. Near the end of a row the second step sees the next row; no window
 * begins there.
 */
static inline __attribute__((always_inline)) void pool_map(Pooling g, const real *restrict x,
                                                           real *restrict y,
                                                           real *restrict column) {
    int wide = g.w + 2 * g.pad;
    for (int s = 0; g.pad > 0 && s < g.oh * wide; s++) column[s] = (real)-INFINITY;
    for (int i = 0; i < g.oh; i++) {
        int top = i * g.stride - g.pad;
        real *to = column + i * wide + g.pad;
        for (int s = 0; s < g.w; s++) {
            real best = x[(g.pad > 0 && top < 0 ? 0 : top) * g.w + s];
            for (int p = 0; p < g.size; p++)
                if (in_image(&g, top + p, s)) best = larger(best, x[(top + p) * g.w + s]);
            to[s] = best;
        }
    }
    for (int q = 1; q < g.size; q++)
        for (int s = 0; s < g.oh * wide - 1; s++) column[s] = larger(column[s], column[s + 1]);
    for (int i = 0; i < g.oh; i++)
        for (int j = 0; j < g.ow; j++) y[i * g.ow + j] = column[i * wide + j * g.stride];
}

/* The first entry equal to the maximum takes dy; the rest take 0. No branch depends on data. */
static inline __attribute__((always_inline)) void unpool_map(Pooling g, const real *x,
                                                             const real *y, const real *dy,
                                                             real *dx) {
    memset(dx, 0, (size_t)(g.h * g.w) * sizeof *dx);
    for (int i = 0; i < g.oh; i++)
        for (int j = 0; j < g.ow; j++) {
            int r0 = i * g.stride - g.pad, s0 = j * g.stride - g.pad;
            real max = y[i * g.ow + j], left = dy[i * g.ow + j];
            for (int p = 0; p < g.size; p++)
                for (int q = 0; q < g.size; q++) {
                    if (!in_image(&g, r0 + p, s0 + q)) continue;
                    int at = (r0 + p) * g.w + s0 + q;
                    bool hit = x[at] == max || x[at] != x[at];
                    dx[at] += hit ? left : 0;
                    left = hit ? 0 : left; /* given away: ties get nothing more */
                }
        }
}

static bool lenet_geometry(const Layer *l, int side) {
    return l->in.h == side && l->in.w == side && l->size == 2 && l->stride == 2 && l->pad == 0;
}

static void max_pool_forward(const Layer *l, int n, const real *w, const real *x, real *y,
                             real *scratch) {
    (void)w;
    Pooling any = {l->in.h, l->in.w, l->out.h, l->out.w, l->size, l->stride, l->pad};
    bool s2 = lenet_geometry(l, 28), s4 = lenet_geometry(l, 10);
    for (int map = 0; map < n * l->in.c; map++) {
        if (s2)
            pool_map((Pooling){28, 28, 14, 14, 2, 2, 0}, x, y, scratch);
        else if (s4)
            pool_map((Pooling){10, 10, 5, 5, 2, 2, 0}, x, y, scratch);
        else
            pool_map(any, x, y, scratch);
        x += l->in.h * l->in.w;
        y += l->out.h * l->out.w;
    }
}

static void max_pool_backward(const Layer *l, int n, const real *w, const real *x, const real *y,
                              const real *dy, real *dw, real *dx, real *scratch) {
    (void)w, (void)dw, (void)scratch;
    Pooling any = {l->in.h, l->in.w, l->out.h, l->out.w, l->size, l->stride, l->pad};
    bool s2 = lenet_geometry(l, 28), s4 = lenet_geometry(l, 10);
    for (int map = 0; dx && map < n * l->in.c; map++) {
        if (s2)
            unpool_map((Pooling){28, 28, 14, 14, 2, 2, 0}, x, y, dy, dx);
        else if (s4)
            unpool_map((Pooling){10, 10, 5, 5, 2, 2, 0}, x, y, dy, dx);
        else
            unpool_map(any, x, y, dy, dx);
        x += l->in.h * l->in.w, dx += l->in.h * l->in.w;
        y += l->out.h * l->out.w, dy += l->out.h * l->out.w;
    }
}

/* ------------------------------------------------------------------ the layer ------------ */

Layer max_pool_layer(const char *name, Shape in, int size, int stride, int pad) {
    Shape out = window_shape(in, in.c, size, stride, pad);
    Layer l = {
        .kind = "max pool",
        .in = in,
        .out = out,
        .size = size,
        .stride = stride,
        .pad = pad,
        .scratch = (size_t)(out.h * (in.w + 2 * pad)),
        .forward = max_pool_forward,
        .backward = max_pool_backward,
        .curvature =
            max_pool_backward, /* a copy of x: the derivative is 1 or 0, and so is its square */
    };
    snprintf(l.name, sizeof l.name, "%s", name);
    l.connections = (long)shape_size(l.out) * size * size;
    return l;
}
