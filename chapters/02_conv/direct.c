/*
 * Convolution without col, for the shapes of LeNet-5. The idea is in direct.h.
 *
 * `Lanes` is a vector of 16 or 8 reals (an extension of GCC and clang): + and * work lane by lane, and a
 * number times a vector multiplies every lane. Each body below is written once for any geometry and
 * inlined with constants, so that its small loops vanish and the acc arrays become registers. How many
 * sums are formed at a time follows from how many registers there are.
 */
#include "02_conv/direct.h"

#include "fail.h"

#include <string.h>

#if !defined(REAL_DOUBLE) && (defined(__AVX512F__) || (defined(__AVX2__) && defined(__FMA__)))

#ifdef __AVX512F__ /* 32 registers of 16 floats */
enum { LANES = 16, WINDOW_ROWS = 5, FILTERS = 3 };
#else /* 16 registers of 8 floats */
enum { LANES = 8, WINDOW_ROWS = 1, FILTERS = 2 };
#endif

/* A convolution with stride 1 and no padding. */
typedef struct Plan {
    int c, h, w;   /* input              */
    int f, oh, ow; /* filters, output    */
    int k;         /* side of the window */
} Plan;

static const Plan plan_c1 = {1, 32, 32, 6, 28, 28, 5};
static const Plan plan_c3 = {6, 14, 14, 16, 10, 10, 5};

static bool is(const Plan *g, const Layer *l) {
    return l->in.c == g->c && l->in.h == g->h && l->in.w == g->w && l->out.c == g->f &&
           l->size == g->k && l->stride == 1 && l->pad == 0;
}

typedef real Lanes __attribute__((vector_size(LANES * sizeof(real))));
/* The same at any address; memory is real, so the compiler must expect both types. */
typedef real Loose __attribute__((vector_size(LANES * sizeof(real)), aligned(4), may_alias));

static inline Lanes load(const real *from) {
    return *(const Loose *)from;
}

/* The same, and it stays in a register: gcc 12 would load it anew for each product it is used in. */
static inline Lanes load_once(const real *from) {
    Lanes value = load(from);
    __asm__("" : "+x"(value));
    return value;
}

static inline void store(real *to, Lanes value) {
    *(Loose *)to = value;
}

static inline real sum_of(Lanes value) {
    real sum = 0;
    for (int i = 0; i < LANES; i++) sum += value[i];
    return sum;
}

/* The filters of C3, and the vectors that hold one number of each. */
enum { WIDE = 16, BLOCKS = WIDE / LANES };

/* to[o][f] = from[f][o]: what belongs to one place, for all 16 filters, side by side. */
static inline void filters_to_lanes(int columns, const real *from, real *to) {
    for (int o = 0; o < columns; o++)
        for (int f = 0; f < WIDE; f++) to[o * WIDE + f] = from[f * columns + o];
}

static inline void lanes_to_filters(int columns, const real *from, real *to) {
    for (int f = 0; f < WIDE; f++)
        for (int o = 0; o < columns; o++) to[f * columns + o] = from[o * WIDE + f];
}

#define BODY static inline __attribute__((always_inline)) void

/* ------------------------------------------------------------------ filters in lanes ----- */

// [direct-forward]
/* A piece of an output row at a time: acc[j] is y[0..15, i, j], complete when all pixels are added. */
BODY forward_filters(Plan g, const real *w, const real *bias, const real *x, real *y) {
    enum { COLUMNS = 10 / BLOCKS };
    for (int i = 0; i < g.oh; i++)
        for (int j0 = 0; j0 < g.ow; j0 += COLUMNS, y += COLUMNS * WIDE) {
            Lanes acc[COLUMNS][BLOCKS];
            /* (c, k, k, 16): all filters' weights at one place of the window */
            const real *weight = w;
            for (int j = 0; j < COLUMNS; j++)
                for (int b = 0; b < BLOCKS; b++) acc[j][b] = load(bias + b * LANES);
            for (int ch = 0; ch < g.c; ch++)
                for (int p = 0; p < g.k; p++)
                    for (int q = 0; q < g.k; q++, weight += WIDE) {
                        const real *pixel = x + (ch * g.h + i + p) * g.w + j0 + q;
                        Lanes wpq[BLOCKS];
                        for (int b = 0; b < BLOCKS; b++) wpq[b] = load(weight + b * LANES);
                        for (int j = 0; j < COLUMNS; j++)
                            for (int b = 0; b < BLOCKS; b++) acc[j][b] += pixel[j] * wpq[b];
                    }
            for (int j = 0; j < COLUMNS; j++)
                for (int b = 0; b < BLOCKS; b++) store(y + j * WIDE + b * LANES, acc[j][b]);
        }
}
// [direct-forward]

/* dw[ch,p..,q] of all filters += sum over outputs of x[ch,i+p,j+q] * dy[0..15,i,j], rows p of the window
   WINDOW_ROWS at a time. */
BODY weights_filters(Plan g, const real *x, const real *dy, real *dw) {
    for (int row = 0; row < g.c * g.k; row += WINDOW_ROWS, dw += WINDOW_ROWS * g.k * WIDE) {
        const real *corner = x + (row / g.k * g.h + row % g.k) * g.w; /* row counts ch and p */
        Lanes acc[WINDOW_ROWS][5][BLOCKS];
        for (int p = 0; p < WINDOW_ROWS; p++)
            for (int q = 0; q < g.k; q++)
                for (int b = 0; b < BLOCKS; b++)
                    acc[p][q][b] = load(dw + (p * g.k + q) * WIDE + b * LANES);
        for (int i = 0; i < g.oh; i++)
            for (int j = 0; j < g.ow; j++) {
                const real *window = corner + i * g.w + j;
                Lanes d[BLOCKS];
                for (int b = 0; b < BLOCKS; b++)
                    d[b] = load(dy + (i * g.ow + j) * WIDE + b * LANES);
                for (int p = 0; p < WINDOW_ROWS; p++)
                    for (int q = 0; q < g.k; q++)
                        for (int b = 0; b < BLOCKS; b++) acc[p][q][b] += window[p * g.w + q] * d[b];
            }
        for (int p = 0; p < WINDOW_ROWS; p++)
            for (int q = 0; q < g.k; q++)
                for (int b = 0; b < BLOCKS; b++)
                    store(dw + (p * g.k + q) * WIDE + b * LANES, acc[p][q][b]);
    }
}

/* db of all filters += sum over outputs of dy. */
BODY bias_filters(Plan g, const real *dy, real *db) {
    for (int b = 0; b < WIDE; b += LANES) {
        Lanes bias = load(db + b);
        for (int o = 0; o < g.oh * g.ow; o++) bias += load(dy + o * WIDE + b);
        store(db + b, bias);
    }
}

/* ------------------------------------------------------------------ columns in lanes ----- */

/*
 * A row of C1's output has 28 columns: pieces of LANES that begin at these. The last piece is moved to the
 * left to end with the row; its first four columns are in the piece before as well. They come out the same
 * there; in a sum over columns the last piece drops them.
 */
typedef int32_t Bits __attribute__((vector_size(sizeof(Lanes))));
#ifdef __AVX512F__
enum { PIECES = 2 };
static const int piece[PIECES] = {0, 12};
static const Bits last_piece = {0, 0, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
#else
enum { PIECES = 4 };
static const int piece[PIECES] = {0, 8, 16, 20};
static const Bits last_piece = {0, 0, 0, 0, -1, -1, -1, -1};
#endif

/* A piece of a row of dy; the last one without its first four columns (0 times infinity would be NaN). */
static inline Lanes load_piece(const real *row, int k) {
    Lanes value = load(row + piece[k]);
    return k == PIECES - 1 ? (Lanes)((Bits)value & last_piece) : value;
}

/* One output row of all filters, two pieces at a time: acc[f] is y[f, i, piece[k ..]]. */
BODY forward_columns(Plan g, const real *w, const real *bias, const real *x, real *y) {
    for (int i = 0; i < g.oh; i++)
        for (int k = 0; k < PIECES; k += 2) {
            Lanes acc[6][2];
            for (int f = 0; f < g.f; f++) acc[f][0] = acc[f][1] = bias[f] + (Lanes){0};
            for (int p = 0; p < g.k; p++)
                for (int q = 0; q < g.k; q++) {
                    const real *pixel = x + (i + p) * g.w + q;
                    const real *wpq = w + (p * g.k + q) * g.f; /* w is (k, k, f) here */
                    Lanes left = load(pixel + piece[k]), right = load(pixel + piece[k + 1]);
                    for (int f = 0; f < g.f; f++) {
                        acc[f][0] += wpq[f] * left;
                        acc[f][1] += wpq[f] * right;
                    }
                }
            for (int f = 0; f < g.f; f++) {
                store(y + (f * g.oh + i) * g.ow + piece[k], acc[f][0]);
                store(y + (f * g.oh + i) * g.ow + piece[k + 1], acc[f][1]);
            }
        }
}

/* db[f] += sum of dy[f], lane by lane. */
BODY bias_columns(Plan g, const real *dy, real *db) {
    for (int f = 0; f < g.f; f++) {
        Lanes bias = load(db + f * LANES);
        for (int i = 0; i < g.oh; i++, dy += g.ow)
            for (int k = 0; k < PIECES; k++) bias += load_piece(dy, k);
        store(db + f * LANES, bias);
    }
}

/* dw[f..,p,0..4] += sum over i of dy[f,i,j] * x[i+p,j+q], lane by lane, FILTERS filters at a time. */
BODY weights_columns(Plan g, const real *x, const real *dy, real *dw) {
    const int map = g.oh * g.ow, next = g.k * g.k * LANES;
    for (int f = 0; f < g.f; f += FILTERS)
        for (int p = 0; p < g.k; p++) {
            real *sums = dw + (f * g.k + p) * g.k * LANES;
            Lanes acc[FILTERS][5];
            for (int m = 0; m < FILTERS; m++)
                for (int q = 0; q < g.k; q++) acc[m][q] = load(sums + m * next + q * LANES);
            for (int i = 0; i < g.oh; i++)
                for (int k = 0; k < PIECES; k++) {
                    const real *pixel = x + (i + p) * g.w + piece[k];
                    Lanes d[FILTERS];
                    for (int m = 0; m < FILTERS; m++)
                        d[m] = load_piece(dy + (f + m) * map + i * g.ow, k);
                    for (int q = 0; q < g.k; q++) {
                        Lanes xq = load_once(pixel + q);
                        for (int m = 0; m < FILTERS; m++) acc[m][q] += d[m] * xq;
                    }
                }
            for (int m = 0; m < FILTERS; m++)
                for (int q = 0; q < g.k; q++) store(sums + m * next + q * LANES, acc[m][q]);
        }
}

/* acc[ch] += w[f,ch,p,q] * dy[f, i, s-q] over f and q, for row i of dy and one p. */
BODY add_row(Plan g, int row, const real *w, const real *d, Lanes *acc) {
    for (int f = 0; f < g.f; f++, d += g.oh * row, w += g.k * g.c)
        for (int q = 0; q < g.k; q++) {
            Lanes dq = load(d - q);
            for (int ch = 0; ch < g.c; ch++) acc[ch] += w[q * g.c + ch] * dq;
        }
}

/* The same for two p at once: what is loaded of dy serves both. */
BODY add_two_rows(Plan g, int row, const real *w0, const real *w1, const real *d, Lanes *acc0,
                  Lanes *acc1) {
    for (int f = 0; f < g.f; f++, d += g.oh * row, w0 += g.k * g.c, w1 += g.k * g.c)
        for (int q = 0; q < g.k; q++) {
            Lanes dq = load(d - q);
            for (int ch = 0; ch < g.c; ch++) {
                acc0[ch] += w0[q * g.c + ch] * dq;
                acc1[ch] += w1[q * g.c + ch] * dq;
            }
        }
}

/* Room for k-1 zeros, a row of dy, and zeros up to where the last load ends. */
static inline int padded_row(Plan g) {
    return ((g.w + LANES - 1) / LANES + 1) * LANES;
}

/*
 * Forward was y[f,i,j] = sum of w[f,ch,p,q] * x[ch,i+p,j+q], so
 * dx[ch,r,s] = sum over f,p,q of w[f,ch,p,q] * dy[f, r-p, s-q]. Two rows of dx at a time, r and r+1: row i
 * of dy serves both, as p = r-i and as p = r+1-i. Rows of dy are padded with zeros, see input_slice().
 */
BODY input_columns(Plan g, const real *w, const real *dy, real *dx) {
    const int row = padded_row(g), plane = g.f * g.k * g.c; /* w is (p, f, q, ch) here */
    for (int r = 0; r < g.h; r += 2)
        for (int v = 0; v < g.w; v += LANES) {
            Lanes upper[6] = {{0}}, lower[6] = {{0}};
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

/* ------------------------------------------------------------------ whole slices --------- */

static void c1_forward(const Layer *l, int n, const real *w, const real *x, real *y,
                       real *scratch) {
    (void)l;
    real *turned = scratch;
    for (int f = 0; f < 6; f++)
        for (int m = 0; m < 25; m++) turned[m * 6 + f] = w[f * 25 + m];
    for (int image = 0; image < n; image++, x += 32 * 32, y += 6 * 28 * 28)
        forward_columns(plan_c1, turned, w + 150, x, y);
}

static void c3_forward(const Layer *l, int n, const real *w, const real *x, real *y,
                       real *scratch) {
    (void)l;
    real *lanes = scratch, *out = scratch + 150 * WIDE;
    filters_to_lanes(150, w, lanes);
    for (int image = 0; image < n; image++, x += 6 * 14 * 14, y += 16 * 100) {
        forward_filters(plan_c3, lanes, w + 2400, x, out);
        lanes_to_filters(100, out, y);
    }
}

static void c1_weights(int n, const real *x, const real *dy, real *dw, real *scratch) {
    real *sums = scratch; /* weights and biases, LANES partial sums each */
    memset(sums, 0, (150 + 6) * LANES * sizeof *sums);
    for (int image = 0; image < n; image++, x += 32 * 32, dy += 6 * 28 * 28) {
        weights_columns(plan_c1, x, dy, sums);
        bias_columns(plan_c1, dy, sums + 150 * LANES);
    }
    for (int i = 0; i < 150 + 6; i++) dw[i] += sum_of(load(sums + i * LANES));
}

static void c3_weights(int n, const real *x, const real *dy, real *dw, real *scratch) {
    real *lanes = scratch, *sums = lanes + 100 * WIDE, *bias = sums + 150 * WIDE;
    memset(sums, 0, (150 + 1) * WIDE * sizeof *sums);
    for (int image = 0; image < n; image++, x += 6 * 14 * 14, dy += 16 * 100) {
        filters_to_lanes(100, dy, lanes);
        weights_filters(plan_c3, x, lanes, sums);
        bias_filters(plan_c3, lanes, bias);
    }
    for (int f = 0; f < WIDE; f++) {
        for (int i = 0; i < 150; i++) dw[f * 150 + i] += sums[i * WIDE + f];
        dw[2400 + f] += bias[f];
    }
}

/* dx of either layer. Rows of dy lie k-1 zeros apart from the left edge, and zeros follow them. */
BODY input_slice(Plan g, int n, const real *w, const real *dy, real *dx, real *scratch) {
    const int row = padded_row(g), rows = g.f * g.oh;
    real *padded = scratch, *turned = padded + rows * row;
    weights_for_input(g, w, turned);
    memset(padded, 0, (size_t)(rows * row) * sizeof *padded);
    for (int image = 0; image < n; image++, dy += rows * g.ow, dx += g.c * g.h * g.w) {
        for (int r = 0; r < rows; r++)
            memcpy(padded + r * row + g.k - 1, dy + r * g.ow, (size_t)g.ow * sizeof *dy);
        input_columns(g, turned, padded, dx);
    }
}

static void c1_backward(const Layer *l, int n, const real *w, const real *x, const real *y,
                        const real *dy, real *dw, real *dx, real *scratch) {
    (void)l, (void)y;
    c1_weights(n, x, dy, dw, scratch);
    if (dx) input_slice(plan_c1, n, w, dy, dx, scratch);
}

static void c3_backward(const Layer *l, int n, const real *w, const real *x, const real *y,
                        const real *dy, real *dw, real *dx, real *scratch) {
    (void)y;
    c3_weights(n, x, dy, dw, scratch);
    layer_clear_unlinked(l, dw);
    if (dx) input_slice(plan_c3, n, w, dy, dx, scratch);
}

bool direct_conv(Layer *l) {
    bool c1 = is(&plan_c1, l), c3 = is(&plan_c3, l);
    if (!c1 && !c3) return false;
    /* The most is dy padded and the weights turned, for dx; col would need more. */
    Plan g = c1 ? plan_c1 : plan_c3;
    size_t need = (size_t)(g.f * g.oh * padded_row(g)) + layer_weights(l);
    contract(need <= l->scratch, "%s: in place needs %zu reals of scratch", l->name, need);
    l->forward = c1 ? c1_forward : c3_forward;
    l->backward = c1 ? c1_backward : c3_backward;
    return true;
}

#else /* no AVX2 with FMA, or doubles: conv.c keeps to the matrix product */

bool direct_conv(Layer *l) {
    return (void)l, false;
}

#endif
