/*
 * Matrix products in tiles; the idea is in tiles.h, Lanes in lanes.h.
 */
#include "04_affine/tiles/tiles.h"

#include "lanes.h"

#include <string.h>

#if LANES

/* A tile and its factors must fit into the registers. */
enum {
    ROWS = 5,                         /* divides a micro-batch, 120 units and 10 */
    VECTORS = REGISTERS >= 32 ? 5 : 2 /* of a row of a tile                      */
};

/* c += a * b: c is (m, n), a (m, k), b (k, n). */
typedef struct Product {
    int m, n, k;
    const real *a;     /* a[i * a_row + l * a_step]: as it is stored, or transposed */
    int a_row, a_step; /* from an entry of a to the one below, to the one on the right */
    const real *b;     /* rows without gaps */
    real *c;           /* rows without gaps */
} Product;

/* The columns that the last piece of a row has in common with the one before: not once more. */
INLINED Lanes without_first(Lanes value, int lanes) {
    for (int i = 0; i < LANES; i++)
        value[i] = i < lanes ? 0 : value[i];
    return value;
}

/* One tile: `rows` rows from row i, `vectors` vectors from column j, of which the first `skip`
   columns are left as they are. */
INLINED void tile(const Product *p, int i, int j, int rows, int vectors, int skip) {
    Lanes acc[ROWS][VECTORS] = {{{0}}};
    const real *a = p->a + i * p->a_row, *b = p->b + j;
    for (int l = 0; l < p->k; l++) {
        Lanes bl[VECTORS];
        for (int v = 0; v < vectors; v++)
            bl[v] = load_once(b + v * LANES);
        for (int r = 0; r < rows; r++)
            for (int v = 0; v < vectors; v++)
                acc[r][v] = fused(all_lanes(a[r * p->a_row]), bl[v], acc[r][v]);
        a += p->a_step;
        b += p->n;
    }
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < vectors; v++) {
            real *to = p->c + (i + r) * p->n + j + v * LANES;
            if (skip > 0) acc[r][v] = without_first(acc[r][v], skip);
            store(to, load(to) + acc[r][v]);
        }
}

/* Some rows of c: tiles from left to right, single vectors, and a last vector that is moved to the
   left to end with the row. */
INLINED void some_rows(const Product *p, int i, int rows) {
    int j = 0;
    for (; j + VECTORS * LANES <= p->n; j += VECTORS * LANES)
        tile(p, i, j, rows, VECTORS, 0);
    for (; j + LANES <= p->n; j += LANES)
        tile(p, i, j, rows, 1, 0);
    if (j < p->n) tile(p, i, p->n - LANES, rows, 1, LANES - (p->n - j));
}

/* c += a * b for any number of rows and terms, and at least LANES columns. */
static void add_product(Product p) {
    int i = 0;
    for (; i + ROWS <= p.m; i += ROWS)
        some_rows(&p, i, ROWS);
    for (; i < p.m; i++)
        some_rows(&p, i, 1);
}

/* The sum of a[k] * b[k], spread over SIXTEEN lanes. */
INLINED real dot(int n, const real *a, const real *b) {
    Lanes acc[SIXTEEN / LANES] = {{0}};
    real lane[SIXTEEN];
    int k = 0;
    for (; k + SIXTEEN <= n; k += SIXTEEN)
        for (int v = 0; v < SIXTEEN / LANES; v++)
            acc[v] = fused(load(a + k + v * LANES), load(b + k + v * LANES), acc[v]);
    for (int v = 0; v < SIXTEEN / LANES; v++)
        store(lane + v * LANES, acc[v]);
    for (int left = 0; k + left < n; left++)
        lane[left] = fused_one(a[k + left], b[k + left], lane[left]);
    return sum_of(lane);
}

/* Fewer images than a tile has rows: w is not worth transposing. */
static void few_forward(const Layer *l, int n, const real *w, const real *x, real *y) {
    const int in = shape_size(l->in), out = l->out.c;
    const real *bias = w + layer_weights(l);
    for (int i = 0; i < n; i++)
        for (int o = 0; o < out; o++)
            y[i * out + o] = bias[o] + dot(in, w + o * in, x + i * in);
}

/* The units of a layer, rounded up to whole vectors. */
static int padded(int units) {
    return (units + LANES - 1) / LANES * LANES;
}

/* y = x * w^T + b, with w^T in scratch: (in, out) and zeros up to whole vectors. */
static void tiles_forward(const Layer *l, int n, const real *w, const real *x, real *y,
                          real *scratch) {
    const int in = shape_size(l->in), out = l->out.c, wide = padded(out);
    const real *bias = w + layer_weights(l);
    if (n < ROWS) {
        few_forward(l, n, w, x, y);
        return;
    }
    real *turned = scratch, *sums = turned + in * wide; /* (ROWS, wide) */
    transpose_rows(out, in, w, wide, turned);
    for (int i = 0; i < n; i += ROWS) {
        int rows = n - i < ROWS ? n - i : ROWS;
        for (int r = 0; r < rows; r++) {
            memset(sums + r * wide, 0, (size_t)wide * sizeof *sums);
            memcpy(sums + r * wide, bias, (size_t)out * sizeof *sums);
        }
        add_product((Product){rows, wide, in, x + i * in, in, 1, turned, sums});
        for (int r = 0; r < rows; r++)
            memcpy(y + (i + r) * out, sums + r * wide, (size_t)out * sizeof *sums);
    }
}

/* Forward was  y = x * w^T + b,  so  dw += dy^T * x  and  dx = dy * w. */
static void tiles_backward(const Layer *l, int n, const real *w, const real *x, const real *y,
                           const real *dy, real *dw, real *dx, real *scratch) {
    const int in = shape_size(l->in), out = l->out.c;
    real *db = dw + layer_weights(l);
    (void)y, (void)scratch;
    for (int i = 0; i < n; i++)
        for (int o = 0; o < out; o++)
            db[o] += dy[i * out + o];
    add_product((Product){out, in, n, dy, 1, out, x, dw});
    if (!dx) return;
    memset(dx, 0, (size_t)(n * in) * sizeof *dx);
    add_product((Product){n, in, out, dy, out, 1, w, dx});
}

bool tiles_affine(Layer *l) {
    const int in = shape_size(l->in), wide = padded(l->out.c);
    if (strcmp(l->kind, "affine") != 0 || in < SIXTEEN) return false;
    l->scratch = (size_t)((in + ROWS) * wide);
    l->forward = tiles_forward;
    l->backward = tiles_backward;
    return true;
}

#else /* doubles, or a processor that lanes.h does not know: BLAS */

bool tiles_affine(Layer *l) {
    (void)l;
    return false;
}

#endif
