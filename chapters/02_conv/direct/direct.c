/*
 * Direct convolution for the shapes of LeNet-5. The idea is in direct.h, Lanes in lanes.h.
 *
 * Each body below is written for any geometry and inlined with the constants of a plan, so that its
 * small loops vanish and the acc arrays become registers. How many sums are formed at a time
 * follows from how many registers there are.
 */
#include "02_conv/direct/direct.h"

#include "01_im2col/im2col.h"
#include "fail.h"
#include "gemm.h"
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
                            if (s >= q && s - q < C3_SIDE)
                                acc[s - q] = fused(all_lanes(row[s]), wq[q], acc[s - q]);
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
                if (s >= q && s - q < C3_SIDE)
                    acc[p][q] = fused(all_lanes(x[p][s]), d[s - q], acc[p][q]);
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
 * moved to the left to end with the row; its columns that the piece before has as well come out the
 * same.
 */
enum { PIECES = 2 * ((C1_SIDE + 2 * LANES - 1) / (2 * LANES)) };

INLINED int piece(int k) {
    return k == PIECES - 1 ? C1_SIDE - LANES : k * LANES;
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
                        acc[f][0] = fused(all_lanes(wpq[f]), left, acc[f][0]);
                        acc[f][1] = fused(all_lanes(wpq[f]), right, acc[f][1]);
                    }
                }
            for (int f = 0; f < g.f; f++) {
                store(y + (f * g.oh + i) * g.ow + piece(k), acc[f][0]);
                store(y + (f * g.oh + i) * g.ow + piece(k + 1), acc[f][1]);
            }
        }
}

/*
 * A sum over columns is spread over SIXTEEN lanes: columns 0 to 15 of a row and then columns 12 to
 * 27, of which the first four are counted already. Vectors of fewer lanes take a part of the
 * sixteen at a time: those from `lane` on.
 */
enum { SECOND = C1_SIDE - SIXTEEN, TWICE = 2 * SIXTEEN - C1_SIDE };
static const int32_t not_twice[SIXTEEN] __attribute__((aligned(64))) = {
    0, 0, 0, 0, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}; /* TWICE is 4 */

/* Columns 12 to 27 of dy without the first four (0 times infinity would be NaN). */
INLINED Lanes load_second(const real *row, int lane) {
    Lanes value = load(row + SECOND + lane);
    return lane < TWICE ? (Lanes)((Mask)value & *(const Mask *)(not_twice + lane)) : value;
}

/* db[f] += sum of dy[f], lane by lane, all filters at a time; db is (f, SIXTEEN). */
INLINED void bias_columns(Plan g, int lane, const real *dy, real *db) {
    Lanes bias[C1_FILTERS];
    for (int f = 0; f < g.f; f++)
        bias[f] = load(db + f * SIXTEEN + lane);
    for (int i = 0; i < g.oh; i++)
        for (int f = 0; f < g.f; f++) {
            const real *row = dy + (f * g.oh + i) * g.ow;
            bias[f] += load(row + lane);
            bias[f] += load_second(row, lane);
        }
    for (int f = 0; f < g.f; f++)
        store(db + f * SIXTEEN + lane, bias[f]);
}

/* Filters of C1 whose sums for dw are formed at a time. */
enum { FILTERS = REGISTERS >= 32 ? 3 : 2 };

/* acc[m][q] += d[m] * x[q], for the columns that x and d begin with. */
INLINED void add_columns(const Lanes d[FILTERS], const real *x, Lanes acc[FILTERS][K]) {
    for (int q = 0; q < K; q++) {
        Lanes xq = load_once(x + q);
        for (int m = 0; m < FILTERS; m++)
            acc[m][q] = fused(d[m], xq, acc[m][q]);
    }
}

/* dw[f..,p,0..4] += sum over i of dy[f,i,j] * x[i+p,j+q], lane by lane, FILTERS filters at a time;
   dw is (f, k, k, SIXTEEN). */
INLINED void weights_columns(Plan g, int lane, const real *x, const real *dy, real *dw) {
    const int map = g.oh * g.ow, next = window(g) * SIXTEEN;
    for (int f = 0; f < g.f; f += FILTERS)
        for (int p = 0; p < g.k; p++) {
            real *sums = dw + (f * g.k + p) * g.k * SIXTEEN + lane;
            Lanes acc[FILTERS][K], d[FILTERS];
            for (int m = 0; m < FILTERS; m++)
                for (int q = 0; q < g.k; q++)
                    acc[m][q] = load(sums + m * next + q * SIXTEEN);
            for (int i = 0; i < g.oh; i++) {
                const real *pixel = x + (i + p) * g.w + lane, *row = dy + f * map + i * g.ow;
                for (int m = 0; m < FILTERS; m++)
                    d[m] = load(row + m * map + lane);
                add_columns(d, pixel, acc);
                for (int m = 0; m < FILTERS; m++)
                    d[m] = load_second(row + m * map, lane);
                add_columns(d, pixel + SECOND, acc);
            }
            for (int m = 0; m < FILTERS; m++)
                for (int q = 0; q < g.k; q++)
                    store(sums + m * next + q * SIXTEEN, acc[m][q]);
        }
}

/* ------------------------------------------------------------------ dx of C3 ------------- */

/* Channels of a row of dx that are formed at a time, and how many sums that is. */
enum { CHANNELS = REGISTERS >= 32 ? 2 : 1, ROW = C3_SIDE + K - 1, SUMS = CHANNELS * ROW };

/* Pairs of neighbours, those of a and those of b, in the order that is one instruction. */
INLINED Lanes add_neighbours(Lanes a, Lanes b) {
#if LANES == 16
    return SHUFFLE(Mask, a, b, 0, 2, 16, 18, 4, 6, 20, 22, 8, 10, 24, 26, 12, 14, 28, 30) +
           SHUFFLE(Mask, a, b, 1, 3, 17, 19, 5, 7, 21, 23, 9, 11, 25, 27, 13, 15, 29, 31);
#elif LANES == 8
    return SHUFFLE(Mask, a, b, 0, 2, 8, 10, 4, 6, 12, 14) +
           SHUFFLE(Mask, a, b, 1, 3, 9, 11, 5, 7, 13, 15);
#else
    return SHUFFLE(Mask, a, b, 0, 2, 4, 6) + SHUFFLE(Mask, a, b, 1, 3, 5, 7);
#endif
}

/* sum + all lanes of four vectors, four lanes at a time: so sixteen lanes are added in the same
   order from one vector, from two and from four. */
INLINED Four add_lanes(Four sum, const Lanes v[4]) {
    union {
        Lanes all;
        Four part[LANES / 4]; /* each holds a sum of four lanes of every vector */
    } quarter = {add_neighbours(add_neighbours(v[0], v[1]), add_neighbours(v[2], v[3]))};
    for (int i = 0; i < LANES / 4; i++)
        sum += quarter.part[i];
    return sum;
}

/* acc[ch, j+q] += w[f.., ch, p, q] * dy[f.., i, j] for a row i of dy and one p, lane by lane. */
INLINED void add_input(Plan g, const real *w, const real *dy, Lanes acc[SUMS]) {
    const int next = g.k * g.k * WIDE; /* channel */
#pragma GCC unroll 8
    for (int q = 0; q < K; q++) {
        Lanes wq[CHANNELS];
        for (int m = 0; m < CHANNELS; m++)
            wq[m] = load_once(w + m * next + q * WIDE);
#pragma GCC unroll 16
        for (int j = 0; j < C3_SIDE; j++) {
            Lanes d = load(dy + j * WIDE);
            for (int m = 0; m < CHANNELS; m++)
                acc[m * ROW + j + q] = fused(d, wq[m], acc[m * ROW + j + q]);
        }
    }
}

/*
 * Forward was y[f,i,j] = sum of w[f,ch,p,q] * x[ch,i+p,j+q], so dx[ch,i+p,j+q] += w[f,ch,p,q] *
 * dy[f,i,j]. A lane holds the contribution of its filter; the lanes are added when a row is
 * complete.
 */
INLINED void input_filters(Plan g, const real *w, const real *dy, real *dx) {
    for (int r = 0; r < g.h; r++)
        for (int ch = 0; ch < g.c; ch += CHANNELS) {
            Four sum[(SUMS + 3) / 4] = {{0}};
            int first = r - g.k + 1 > 0 ? r - g.k + 1 : 0, last = r < g.oh ? r : g.oh - 1;
            for (int f = 0; f < WIDE; f += LANES) {
                Lanes acc[(SUMS + 3) / 4 * 4] = {{0}};
                for (int i = first; i <= last; i++)
                    add_input(g, w + (ch * g.k + r - i) * g.k * WIDE + f, dy + i * g.ow * WIDE + f,
                              acc);
#pragma GCC unroll 8
                for (int m = 0; m < SUMS; m += 4)
                    sum[m / 4] = add_lanes(sum[m / 4], acc + m);
            }
            for (int m = 0; m < CHANNELS; m++)
                memcpy(dx + ((ch + m) * g.h + r) * g.w, (const real *)sum + m * ROW,
                       ROW * sizeof *dx);
        }
}

/* ------------------------------------------------------------------ kernels -------------- */

/* The bodies with the constants of their layer, one image at a time. */

KERNEL void c1_forward_image(const real *turned, const real *bias, const real *x, real *y) {
    forward_columns(plan_c1, turned, bias, x, y);
}

KERNEL void c1_weights_image(int lane, const real *x, const real *dy, real *sums) {
    weights_columns(plan_c1, lane, x, dy, sums);
}

KERNEL void c3_forward_image(const real *turned, const real *bias, const real *x, real *y) {
    forward_filters(plan_c3, turned, bias, x, y);
}

KERNEL void c3_weights_image(const real *x, const real *dy, real *sums) {
    weights_filters(plan_c3, x, dy, sums);
}

KERNEL void c3_input_image(const real *turned, const real *dy, real *dx) {
    input_filters(plan_c3, turned, dy, dx);
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

/* dx = col2im(w^T * dy), as in the textbook: C1 is a network's first layer, whose dx is never used.
 */
static void c1_input(const Layer *l, int n, const real *w, const real *dy, real *dx, real *col) {
    const Plan g = plan_c1;
    for (int image = 0; image < n; image++) {
        gemm(TRANSPOSED, PLAIN, window(g), g.oh * g.ow, g.f, w, dy + image * outputs(g), 0, col);
        col2im(l->in, l->size, l->stride, l->pad, col, dx + image * inputs(g));
    }
}

static void c1_backward(const Layer *l, int n, const real *w, const real *x, const real *y,
                        const real *dy, real *dw, real *dx, real *scratch) {
    (void)y;
    const Plan g = plan_c1;
    const int params = weights(g) + g.f;
    real *sums = scratch; /* weights and biases, SIXTEEN partial sums each */
    memset(sums, 0, (size_t)(params * SIXTEEN) * sizeof *sums);
    for (int image = 0; image < n; image++)
        for (int lane = 0; lane < SIXTEEN; lane += LANES) {
            const real *of_image = dy + image * outputs(g);
            c1_weights_image(lane, x + image * inputs(g), of_image, sums);
            bias_columns(g, lane, of_image, sums + weights(g) * SIXTEEN);
        }
    for (int i = 0; i < params; i++)
        dw[i] += sum_of(sums + i * SIXTEEN);
    if (dx) c1_input(l, n, w, dy, dx, scratch);
}

static void c3_backward(const Layer *l, int n, const real *w, const real *x, const real *y,
                        const real *dy, real *dw, real *dx, real *scratch) {
    (void)y;
    const Plan g = plan_c3;
    real *turned = scratch;            /* w: (c, k, k, WIDE)       */
    real *lanes = turned + weights(g); /* dy: (oh, ow, WIDE)       */
    real *sums = lanes + outputs(g);   /* dw: (c, k, k, WIDE)      */
    real *bias = sums + weights(g);    /* db: (WIDE)               */
    transpose(WIDE, window(g), w, turned);
    memset(sums, 0, (size_t)(weights(g) + g.f) * sizeof *sums);
    for (int image = 0; image < n; image++) {
        transpose(WIDE, g.oh * g.ow, dy + image * outputs(g), lanes);
        c3_weights_image(x + image * inputs(g), lanes, sums);
        bias_filters(g, lanes, bias);
        if (dx) c3_input_image(turned, lanes, dx + image * inputs(g));
    }
    for (int f = 0; f < g.f; f++) {
        for (int m = 0; m < window(g); m++)
            dw[f * window(g) + m] += sums[m * g.f + f];
        dw[weights(g) + f] += bias[f];
    }
    layer_clear_unlinked(l, dw);
}

bool direct_conv(Layer *l) {
    bool c1 = fits(&plan_c1, l), c3 = fits(&plan_c3, l);
    if (!c1 && !c3) return false;
    /* Backward needs the most, and less than col would. */
    const Plan g = c1 ? plan_c1 : plan_c3;
    size_t need = (size_t)(c1 ? (weights(g) + g.f) * SIXTEEN : 2 * weights(g) + outputs(g) + g.f);
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
