/*
 * Max pooling, a window at a time.
 */
#include "03_pool/pool.h"

#include <stdio.h>
#include <string.h>

// [pool-forward]
/* Where the first maximum of window (i,j) lies in one map; the first NaN counts as the maximum. */
static int first_maximum(const Layer *l, const real *map, int i, int j) {
    int best = -1; /* no entry yet */
    for (int p = 0; p < l->size; p++)
        for (int q = 0; q < l->size; q++) {
            /* Window (i,j) has entry (r,s) of the map at its place (p,q); padding never wins. */
            int r = i * l->stride + p - l->pad, s = j * l->stride + q - l->pad;
            if (!inside(l->in, r, s)) continue;
            int here = at(l->in, 0, r, s);
            /* Every comparison with a NaN is false: `larger` never replaces one and never lets one
               in, so the first NaN needs another condition. */
            bool larger = best < 0 || map[here] > map[best];
            bool first_nan = best >= 0 && isnan(map[here]) && !isnan(map[best]);
            if (larger || first_nan) best = here;
        }
    return best;
}

void max_pool_forward(const Layer *l, int n, const real *w, const real *x, real *y, real *scratch) {
    (void)w, (void)scratch;
    /* All maps of all images are treated alike. */
    for (int map = 0; map < n * l->in.c; map++) {
        for (int i = 0; i < l->out.h; i++)
            for (int j = 0; j < l->out.w; j++)
                /* y[i,j] = the largest entry of window (i,j) */
                y[at(l->out, 0, i, j)] = x[first_maximum(l, x, i, j)];
        /* on to the next map */
        x += l->in.h * l->in.w;
        y += l->out.h * l->out.w;
    }
}
// [pool-forward]

// [pool-backward]
/* Forward was y[i,j] = x[first_maximum(i,j)], so dx there receives dy[i,j]. */
void max_pool_backward(const Layer *l, int n, const real *w, const real *x, const real *y,
                       const real *dy, real *dw, real *dx, real *scratch) {
    (void)w, (void)y, (void)dw, (void)scratch;
    if (!dx) return;
    /* An entry that wins nothing gets 0. */
    memset(dx, 0, n * shape_size(l->in) * sizeof *dx);
    for (int map = 0; map < n * l->in.c; map++) {
        for (int i = 0; i < l->out.h; i++)
            for (int j = 0; j < l->out.w; j++)
                /* added, because windows may share their maximum */
                dx[first_maximum(l, x, i, j)] += dy[at(l->out, 0, i, j)];
        x += l->in.h * l->in.w;
        dx += l->in.h * l->in.w;
        dy += l->out.h * l->out.w;
    }
}
// [pool-backward]

/* Every window looks at size*size entries, and nothing is multiplied: macs stays 0. */
Layer max_pool_layer(const char *name, Shape in, int size, int stride, int pad) {
    Layer l = {
        .kind = "max pool",
        .in = in,
        .out = window_shape(in, in.c, size, stride, pad),
        .size = size,
        .stride = stride,
        .pad = pad,
        .forward = max_pool_forward,
        .backward = max_pool_backward,
    };
    snprintf(l.name, sizeof l.name, "%s", name);
    l.connections = shape_size(l.out) * size * size;
    return l;
}
