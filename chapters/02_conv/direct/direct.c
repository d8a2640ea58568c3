/*
 * Direct convolution for the shapes of LeNet-5. The idea is in direct.h, Lanes in lanes.h.
 *
 * Each body below is written for any geometry and inlined with the constants of a plan, so that its
 * small loops vanish and the acc arrays become registers. How many sums are formed at a time
 * follows from how many registers there are.
 */
#include "02_conv/direct/direct.h"

#include "fail.h"
#include "lanes.h"

#include <string.h>

#if LANES

/* ------------------------------------------------------------------ the plans ------------ */

/* A convolution with stride 1 and no padding. */
typedef struct Plan {
    int c, h, w;   /* input              */
    int f, oh, ow; /* filters, output    */
    int k;         /* side of the window */
} Plan;

/* The two convolutions of LeNet-5. Array sizes below need these numbers as constants. */
enum { K = 5, C1_SIDE = 28, C1_FILTERS = 6, C3_SIDE = 10, C3_CHANNELS = 6, C3_FILTERS = 16 };

static const Plan plan_c1 = {
    .c = 1,
    .h = C1_SIDE + K - 1,
    .w = C1_SIDE + K - 1,
    .f = C1_FILTERS,
    .oh = C1_SIDE,
    .ow = C1_SIDE,
    .k = K,
};
static const Plan plan_c3 = {
    .c = C3_CHANNELS,
    .h = C3_SIDE + K - 1,
    .w = C3_SIDE + K - 1,
    .f = C3_FILTERS,
    .oh = C3_SIDE,
    .ow = C3_SIDE,
    .k = K,
};

static bool fits(const Plan *g, const Layer *l) {
    return strcmp(l->kind, "conv") == 0 && l->in.c == g->c && l->in.h == g->h && l->in.w == g->w &&
           l->out.c == g->f && l->out.h == g->oh && l->out.w == g->ow && l->size == g->k &&
           l->stride == 1 && l->pad == 0;
}

INLINED int inputs(Plan g) {
    return g.c * g.h * g.w;
}

INLINED int outputs(Plan g) {
    return g.f * g.oh * g.ow;
}

/* The weights of one filter. */
INLINED int window(Plan g) {
    return g.c * g.k * g.k;
}

INLINED int weights(Plan g) {
    return g.f * window(g);
}

/* ------------------------------------------------------------------ filters in lanes ----- */

/* The filters of C3, which are side by side in memory here: (place, WIDE). */
enum { WIDE = C3_FILTERS };

// [direct-forward]
/*
 * A row of outputs at a time, of LANES filters: acc[j] is y[f .. f+LANES-1, i, j]. A pixel that is
 * loaded serves every output whose window it is in: x[ch, i+p, s] adds to acc[s-q] for all q.
 */
INLINED void forward_filters(Plan g, const real *w, const real *bias, const real *x, real *y) {
    for (int i = 0; i < g.oh; i++)
        for (int f = 0; f < WIDE; f += LANES) {
            Lanes acc[C3_SIDE];
            for (int j = 0; j < C3_SIDE; j++)
                acc[j] = load(bias + f);
            const real *weight = w + f; /* (c, k, k, WIDE) */
            for (int ch = 0; ch < g.c; ch++)
                for (int p = 0; p < g.k; p++) {
                    const real *row = x + (ch * g.h + i + p) * g.w;
                    Lanes wq[K];
                    for (int q = 0; q < K; q++)
                        wq[q] = load_once(weight + q * WIDE);
#pragma GCC unroll 16
                    for (int s = 0; s < C3_SIDE + K - 1; s++)
                        for (int q = 0; q < K; q++)
                            if (s >= q && s - q < C3_SIDE) acc[s - q] += row[s] * wq[q];
                    weight += K * WIDE;
                }
            for (int j = 0; j < C3_SIDE; j++)
                store(y + (i * C3_SIDE + j) * WIDE + f, acc[j]);
        }
}
// [direct-forward]

/* Rows p of windows (all channels counted on) whose sums for dw are formed at a time. */
enum { WINDOW_ROWS = REGISTERS >= 32 ? 5 : 2 };

/* acc[p][q] += sum over a row of outputs of x[i+p, j+q] * dy[i, j]; x begins at the row for p = 0.
 */
INLINED void add_weights(const real *const x[WINDOW_ROWS], const real *dy,
                         Lanes acc[WINDOW_ROWS][K]) {
    Lanes d[C3_SIDE]; /* no more than K of them are needed at a time */
#pragma GCC unroll 16
    for (int s = 0; s < C3_SIDE + K - 1; s++) {
        if (s < C3_SIDE) d[s] = load_once(dy + s * WIDE);
#pragma GCC unroll 8
        for (int p = 0; p < WINDOW_ROWS; p++)
#pragma GCC unroll 8
            for (int q = 0; q < K; q++)
                if (s >= q && s - q < C3_SIDE) acc[p][q] += x[p][s] * d[s - q];
    }
}

/* dw[f .. f+LANES-1, ch, p, q] += sum over outputs of x[ch, i+p, j+q] * dy[f .., i, j]. */
INLINED void weights_filters(Plan g, const real *x, const real *dy, real *dw) {
    for (int f = 0; f < WIDE; f += LANES)
        for (int row = 0; row < g.c * g.k; row += WINDOW_ROWS) { /* row counts ch and p */
            const real *from[WINDOW_ROWS];
            real *sums = dw + row * g.k * WIDE + f; /* (c, k, k, WIDE) */
            Lanes acc[WINDOW_ROWS][K];
            for (int p = 0; p < WINDOW_ROWS; p++) {
                from[p] = x + ((row + p) / g.k * g.h + (row + p) % g.k) * g.w;
                for (int q = 0; q < g.k; q++)
                    acc[p][q] = load(sums + (p * g.k + q) * WIDE);
            }
            for (int i = 0; i < g.oh; i++) {
                add_weights(from, dy + i * g.ow * WIDE + f, acc);
                for (int p = 0; p < WINDOW_ROWS; p++)
                    from[p] += g.w;
            }
            for (int p = 0; p < WINDOW_ROWS; p++)
                for (int q = 0; q < g.k; q++)
                    store(sums + (p * g.k + q) * WIDE, acc[p][q]);
        }
}

/* db of all filters += sum over outputs of dy. */
INLINED void bias_filters(Plan g, const real *dy, real *db) {
    for (int f = 0; f < WIDE; f += LANES) {
        Lanes bias = load(db + f);
        for (int o = 0; o < g.oh * g.ow; o++)
            bias += load(dy + o * WIDE + f);
        store(db + f, bias);
    }
}

/* ------------------------------------------------------------------ columns in lanes ----- */

/*
 * A row of C1's output has 28 columns: pieces of LANES, an even number of them. The last piece is
 * moved to the left to end with the row; what it has in common with the one before comes out the
 * same there, and a sum over columns drops it.
 */
enum {
    PIECES = 2 * ((C1_SIDE + 2 * LANES - 1) / (2 * LANES)),
    TWICE = PIECES * LANES - C1_SIDE /* columns that two pieces have */
};
static const int32_t last_piece[16] __attribute__((aligned(64))) = {
    0, 0, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}; /* TWICE is 4 */

INLINED int piece(int k) {
    return k == PIECES - 1 ? C1_SIDE - LANES : k * LANES;
}

/* A piece of a row of dy; the last without what it has in common (0 times infinity is NaN). */
INLINED Lanes load_piece(const real *row, int k) {
    Lanes value = load(row + piece(k));
    return k == PIECES - 1 ? (Lanes)((Mask)value & *(const Mask *)last_piece) : value;
}

/* One output row of all filters, two pieces at a time: acc[f] is y[f, i, piece(k) ..]. */
INLINED void forward_columns(Plan g, const real *w, const real *bias, const real *x, real *y) {
    for (int i = 0; i < g.oh; i++)
        for (int k = 0; k < PIECES; k += 2) {
            Lanes acc[C1_FILTERS][2];
            for (int f = 0; f < g.f; f++) {
                acc[f][0] = all_lanes(bias[f]);
                acc[f][1] = acc[f][0];
            }
            for (int p = 0; p < g.k; p++)
                for (int q = 0; q < g.k; q++) {
                    const real *pixel = x + (i + p) * g.w + q;
                    const real *wpq = w + (p * g.k + q) * g.f; /* w is (k, k, f) here */
                    Lanes left = load(pixel + piece(k)), right = load(pixel + piece(k + 1));
                    for (int f = 0; f < g.f; f++) {
                        acc[f][0] += wpq[f] * left;
                        acc[f][1] += wpq[f] * right;
                    }
                }
            for (int f = 0; f < g.f; f++) {
                store(y + (f * g.oh + i) * g.ow + piece(k), acc[f][0]);
                store(y + (f * g.oh + i) * g.ow + piece(k + 1), acc[f][1]);
            }
        }
}

/* db[f] += sum of dy[f], lane by lane, all filters at a time. */
INLINED void bias_columns(Plan g, const real *dy, real *db) {
    Lanes bias[C1_FILTERS];
    for (int f = 0; f < g.f; f++)
        bias[f] = load(db + f * LANES);
    for (int i = 0; i < g.oh; i++)
        for (int k = 0; k < PIECES; k++)
            for (int f = 0; f < g.f; f++)
                bias[f] += load_piece(dy + (f * g.oh + i) * g.ow, k);
    for (int f = 0; f < g.f; f++)
        store(db + f * LANES, bias[f]);
}

/* Filters of C1 whose sums for dw are formed at a time. */
enum { FILTERS = REGISTERS >= 32 ? 3 : 2 };

/* dw[f..,p,0..4] += sum over i of dy[f,i,j] * x[i+p,j+q], lane by lane, FILTERS filters at a time.
   */
INLINED void weights_columns(Plan g, const real *x, const real *dy, real *dw) {
    const int map = g.oh * g.ow, next = window(g) * LANES;
    for (int f = 0; f < g.f; f += FILTERS)
        for (int p = 0; p < g.k; p++) {
            real *sums = dw + (f * g.k + p) * g.k * LANES;
            Lanes acc[FILTERS][K];
            for (int m = 0; m < FILTERS; m++)
                for (int q = 0; q < g.k; q++)
                    acc[m][q] = load(sums + m * next + q * LANES);
            for (int i = 0; i < g.oh; i++)
                for (int k = 0; k < PIECES; k++) {
                    const real *pixel = x + (i + p) * g.w + piece(k);
                    Lanes d[FILTERS];
                    for (int m = 0; m < FILTERS; m++)
                        d[m] = load_piece(dy + (f + m) * map + i * g.ow, k);
                    for (int q = 0; q < g.k; q++) {
                        Lanes xq = load_once(pixel + q);
                        for (int m = 0; m < FILTERS; m++)
                            acc[m][q] += d[m] * xq;
                    }
                }
            for (int m = 0; m < FILTERS; m++)
                for (int q = 0; q < g.k; q++)
                    store(sums + m * next + q * LANES, acc[m][q]);
        }
}

/* ------------------------------------------------------------------ dx of either layer --- */

/* The most channels that a plan has: the sums of one piece of dx. */
enum { CHANNELS = C3_CHANNELS };

/* acc[ch] += w[f,ch,p,q] * dy[f, i, s-q] over f and q, for row i of dy and one p. */
INLINED void add_row(Plan g, int row, const real *w, const real *d, Lanes *acc) {
    for (int f = 0; f < g.f; f++) {
        for (int q = 0; q < g.k; q++) {
            Lanes dq = load(d - q);
            for (int ch = 0; ch < g.c; ch++)
                acc[ch] += w[q * g.c + ch] * dq;
        }
        d += g.oh * row;
        w += g.k * g.c;
    }
}

/* The same for two p at once: what is loaded of dy serves both. */
INLINED void add_two_rows(Plan g, int row, const real *w0, const real *w1, const real *d,
                          Lanes *acc0, Lanes *acc1) {
    for (int f = 0; f < g.f; f++) {
        for (int q = 0; q < g.k; q++) {
            Lanes dq = load(d - q);
            for (int ch = 0; ch < g.c; ch++) {
                acc0[ch] += w0[q * g.c + ch] * dq;
                acc1[ch] += w1[q * g.c + ch] * dq;
            }
        }
        d += g.oh * row;
        w0 += g.k * g.c;
        w1 += g.k * g.c;
    }
}

/* Room for k-1 zeros, a row of dy, and zeros up to where the last load ends. */
INLINED int padded_row(Plan g) {
    return ((g.w + LANES - 1) / LANES + 1) * LANES;
}

/*
 * Forward was y[f,i,j] = sum of w[f,ch,p,q] * x[ch,i+p,j+q], so dx[ch,r,s] = sum over f,p,q of
 * w[f,ch,p,q] * dy[f, r-p, s-q]. Two rows of dx at a time, r and r+1: row i of dy serves both, as p
 * = r-i and as p = r+1-i. Rows of dy are padded with zeros, see input_gradient().
 */
INLINED void input_columns(Plan g, const real *w, const real *dy, real *dx) {
    const int row = padded_row(g), plane = g.f * g.k * g.c; /* w is (p, f, q, ch) here */
    for (int r = 0; r < g.h; r += 2)
        for (int v = 0; v < g.w; v += LANES) {
            Lanes upper[CHANNELS] = {{0}}, lower[CHANNELS] = {{0}};
            const real *d = dy + g.k - 1 + v;
            int first = r + 1 - g.k; /* the row of dy that only r needs; r + 1 is the other's */
            if (first >= 0) add_row(g, row, w + (g.k - 1) * plane, d + first * row, upper);
            if (r + 1 < g.oh) add_row(g, row, w, d + (r + 1) * row, lower);
            for (int i = first + 1 > 0 ? first + 1 : 0; i <= r && i < g.oh; i++)
                add_two_rows(g, row, w + (r - i) * plane, w + (r - i + 1) * plane, d + i * row,
                             upper, lower);
            int keep = g.w - v < LANES ? g.w - v : LANES;
            for (int ch = 0; ch < g.c; ch++) {
                real *to = dx + (ch * g.h + r) * g.w + v;
                memcpy(to, &upper[ch], (size_t)keep * sizeof *to);
                memcpy(to + g.w, &lower[ch], (size_t)keep * sizeof *to);
            }
        }
}

/* The weights as input_columns() wants them. */
static void weights_for_input(Plan g, const real *w, real *to) {
    for (int f = 0; f < g.f; f++)
        for (int ch = 0; ch < g.c; ch++)
            for (int p = 0; p < g.k; p++)
                for (int q = 0; q < g.k; q++)
                    to[((p * g.f + f) * g.k + q) * g.c + ch] =
                        w[((f * g.c + ch) * g.k + p) * g.k + q];
}

/* Rows of dy lie k-1 zeros apart from the left edge, and zeros follow them. */
INLINED void input_gradient(Plan g, int n, const real *w, const real *dy, real *dx, real *scratch) {
    const int row = padded_row(g), rows = g.f * g.oh;
    real *padded = scratch, *turned = padded + rows * row;
    weights_for_input(g, w, turned);
    memset(padded, 0, (size_t)(rows * row) * sizeof *padded);
    for (int image = 0; image < n; image++) {
        for (int r = 0; r < rows; r++)
            memcpy(padded + r * row + g.k - 1, dy + r * g.ow, (size_t)g.ow * sizeof *dy);
        input_columns(g, turned, padded, dx);
        dx += inputs(g);
        dy += outputs(g);
    }
}

/* ------------------------------------------------------------------ kernels -------------- */

/* The bodies with the constants of their layer, one image at a time. */

KERNEL void c1_forward_image(const real *turned, const real *bias, const real *x, real *y) {
    forward_columns(plan_c1, turned, bias, x, y);
}

KERNEL void c1_weights_image(const real *x, const real *dy, real *sums) {
    weights_columns(plan_c1, x, dy, sums);
}

KERNEL void c3_forward_image(const real *turned, const real *bias, const real *x, real *y) {
    forward_filters(plan_c3, turned, bias, x, y);
}

KERNEL void c3_weights_image(const real *x, const real *dy, real *sums) {
    weights_filters(plan_c3, x, dy, sums);
}

/* ------------------------------------------------------------------ the layers ----------- */

static void c1_forward(const Layer *l, int n, const real *w, const real *x, real *y,
                       real *scratch) {
    (void)l;
    const Plan g = plan_c1;
    real *turned = scratch; /* (k, k, f) */
    for (int f = 0; f < g.f; f++)
        for (int m = 0; m < window(g); m++)
            turned[m * g.f + f] = w[f * window(g) + m];
    for (int image = 0; image < n; image++) {
        c1_forward_image(turned, w + weights(g), x, y);
        x += inputs(g);
        y += outputs(g);
    }
}

static void c3_forward(const Layer *l, int n, const real *w, const real *x, real *y,
                       real *scratch) {
    (void)l;
    const Plan g = plan_c3;
    real *lanes = scratch, *out = lanes + weights(g);
    transpose(WIDE, window(g), w, lanes);
    for (int image = 0; image < n; image++) {
        c3_forward_image(lanes, w + weights(g), x, out);
        transpose(g.oh * g.ow, WIDE, out, y);
        x += inputs(g);
        y += outputs(g);
    }
}

static void c1_backward(const Layer *l, int n, const real *w, const real *x, const real *y,
                        const real *dy, real *dw, real *dx, real *scratch) {
    (void)l, (void)y;
    const Plan g = plan_c1;
    const int params = weights(g) + g.f;
    real *sums = scratch; /* weights and biases, LANES partial sums each */
    memset(sums, 0, (size_t)(params * LANES) * sizeof *sums);
    for (int image = 0; image < n; image++) {
        c1_weights_image(x + image * inputs(g), dy + image * outputs(g), sums);
        bias_columns(g, dy + image * outputs(g), sums + weights(g) * LANES);
    }
    for (int i = 0; i < params; i++)
        dw[i] += sum_of(load(sums + i * LANES));
    if (dx) input_gradient(g, n, w, dy, dx, scratch);
}

static void c3_backward(const Layer *l, int n, const real *w, const real *x, const real *y,
                        const real *dy, real *dw, real *dx, real *scratch) {
    (void)y;
    const Plan g = plan_c3;
    real *lanes = scratch, *sums = lanes + outputs(g), *bias = sums + weights(g);
    memset(sums, 0, (size_t)(weights(g) + g.f) * sizeof *sums);
    for (int image = 0; image < n; image++) {
        transpose(WIDE, g.oh * g.ow, dy + image * outputs(g), lanes);
        c3_weights_image(x + image * inputs(g), lanes, sums);
        bias_filters(g, lanes, bias);
    }
    for (int f = 0; f < g.f; f++) {
        for (int m = 0; m < window(g); m++)
            dw[f * window(g) + m] += sums[m * g.f + f];
        dw[weights(g) + f] += bias[f];
    }
    layer_clear_unlinked(l, dw);
    if (dx) input_gradient(g, n, w, dy, dx, scratch);
}

bool direct_conv(Layer *l) {
    bool c1 = fits(&plan_c1, l), c3 = fits(&plan_c3, l);
    if (!c1 && !c3) return false;
    /* The most is dy padded and the weights turned, for dx; col would need more. */
    const Plan g = c1 ? plan_c1 : plan_c3;
    size_t need = (size_t)(g.f * g.oh * padded_row(g) + weights(g));
    contract(need <= l->scratch, "%s: direct convolution needs %zu reals of scratch, not %zu",
             l->name, need, l->scratch);
    l->forward = c1 ? c1_forward : c3_forward;
    l->backward = c1 ? c1_backward : c3_backward;
    return true;
}

#else /* doubles, or a processor that lanes.h does not know: layers keep the matrix product */

bool direct_conv(Layer *l) {
    (void)l;
    return false;
}

#endif

int direct_lanes(void) {
    return LANES;
}
