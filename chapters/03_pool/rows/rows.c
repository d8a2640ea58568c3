/*
 * Pooling along rows; the idea is in rows.h.
 */
#include "03_pool/rows/rows.h"

#include "lanes.h"

#include <string.h>

/* The geometry apart from the layer, so that the dispatchers can pass constants. */
typedef struct Geometry {
    int h, w, oh, ow, size, stride, pad;
} Geometry;

static const Geometry lenet_s2 = {28, 28, 14, 14, 2, 2, 0};
static const Geometry lenet_s4 = {10, 10, 5, 5, 2, 2, 0};

static Geometry geometry_of(const Layer *l) {
    return (Geometry){l->in.h, l->in.w, l->out.h, l->out.w, l->size, l->stride, l->pad};
}

static bool is(const Geometry *g, const Layer *l) {
    Geometry mine = geometry_of(l);
    return memcmp(g, &mine, sizeof mine) == 0;
}

/* ------------------------------------------------------------------ max pooling ---------- */

/* The larger of two; NaN counts as largest: a > b is false with a NaN, a != a true only for one. */
INLINED real larger(real a, real b) {
    real largest = a > b ? a : b;
    return a != a ? a : largest;
}

/* ReLU of a maximum, where it is fused with pooling; NaN stays NaN. */
INLINED real rectified(real most) {
    return most < 0 ? 0 : most;
}

INLINED bool in_image(const Geometry *g, int r, int s) {
    return g->pad == 0 || (r >= 0 && r < g->h && s >= 0 && s < g->w);
}

/*
 * Three passes over one map:
 *
 *     column[i, s]   largest of x[i*stride-pad .. +size-1, s], rows of padding left out;
 *                    minus infinity in columns of padding, which never win
 *     column[i, s]   largest of column[i, s .. s+size-1]: each pass lets it see one place further
 *     y[i, j]      = column[i, j*stride]; with ReLU, not less than 0
 *
 * column has (oh, w + 2*pad) numbers. Near the end of a row the second step sees the next row; no
 * window begins there.
 */
INLINED void pool_map(Geometry g, bool relu, const real *restrict x, real *restrict y,
                      real *restrict column) {
    int wide = g.w + 2 * g.pad;
    if (g.pad > 0)
        for (int s = 0; s < g.oh * wide; s++)
            column[s] = (real)-INFINITY;
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
        for (int s = 0; s < g.oh * wide - 1; s++)
            column[s] = larger(column[s], column[s + 1]);
    for (int i = 0; i < g.oh; i++)
        for (int j = 0; j < g.ow; j++) {
            real most = column[i * wide + j * g.stride];
            y[i * g.ow + j] = relu ? rectified(most) : most;
        }
}

/* The first entry equal to the maximum takes dy; the rest take 0. With ReLU, a y of 0 or less
   passes nothing. */
INLINED void unpool_map(Geometry g, bool relu, const real *x, const real *y, const real *dy,
                        real *dx) {
    memset(dx, 0, (size_t)(g.h * g.w) * sizeof *dx);
    for (int i = 0; i < g.oh; i++)
        for (int j = 0; j < g.ow; j++) {
            int top = i * g.stride - g.pad, left = j * g.stride - g.pad;
            real most = y[i * g.ow + j], rest = relu && most <= 0 ? 0 : dy[i * g.ow + j];
            for (int p = 0; p < g.size; p++)
                for (int q = 0; q < g.size; q++) {
                    if (!in_image(&g, top + p, left + q)) continue;
                    int here = (top + p) * g.w + left + q;
                    bool hit = x[here] == most || x[here] != x[here];
                    dx[here] += hit ? rest : 0;
                    rest = hit ? 0 : rest; /* given away: ties get nothing more */
                }
        }
}

/* ------------------------------------------------------------------ windows of 2x2 ------- */

#if LANES

/*
 * LeNet's two shapes have windows of 2x2 that cover the map: a window is a pair of neighbours in
 * two rows. A piece is a part of a row. The last piece of a row is moved to the left to end with
 * the row; entries shared with the one before are computed twice, with the same result. A piece has
 * eight lanes at most, because a row of S4 has only ten entries.
 */
#if LANES >= 8
enum { PIECE = 8 };
#else
enum { PIECE = 4 };
#endif

typedef real Piece __attribute__((vector_size(PIECE * sizeof(real))));
typedef int32_t Choice __attribute__((vector_size(PIECE * sizeof(real)))); /* all ones: yes */
typedef real LoosePiece __attribute__((vector_size(PIECE * sizeof(real)), aligned(4), may_alias));

INLINED Piece load_piece(const real *from) {
    return *(const LoosePiece *)from;
}

INLINED void store_piece(real *to, Piece value) {
    *(LoosePiece *)to = value;
}

#if LANES >= 8
static const Choice right_of_pair = {0, -1, 0, -1, 0, -1, 0, -1};

INLINED Piece lefts(Piece a, Piece b) {
    return SHUFFLE(Choice, a, b, 0, 2, 4, 6, 8, 10, 12, 14);
}
INLINED Piece rights(Piece a, Piece b) {
    return SHUFFLE(Choice, a, b, 1, 3, 5, 7, 9, 11, 13, 15);
}
INLINED Piece first_half_twice(Piece a) {
    return SHUFFLE(Choice, a, a, 0, 0, 1, 1, 2, 2, 3, 3);
}
INLINED Piece second_half_twice(Piece a) {
    return SHUFFLE(Choice, a, a, 4, 4, 5, 5, 6, 6, 7, 7);
}
INLINED Choice neighbours(Choice a) {
    return SHUFFLE(Choice, a, a, 1, 0, 3, 2, 5, 4, 7, 6);
}
#else
static const Choice right_of_pair = {0, -1, 0, -1};

INLINED Piece lefts(Piece a, Piece b) {
    return SHUFFLE(Choice, a, b, 0, 2, 4, 6);
}
INLINED Piece rights(Piece a, Piece b) {
    return SHUFFLE(Choice, a, b, 1, 3, 5, 7);
}
INLINED Piece first_half_twice(Piece a) {
    return SHUFFLE(Choice, a, a, 0, 0, 1, 1);
}
INLINED Piece second_half_twice(Piece a) {
    return SHUFFLE(Choice, a, a, 2, 2, 3, 3);
}
INLINED Choice neighbours(Choice a) {
    return SHUFFLE(Choice, a, a, 1, 0, 3, 2);
}
#endif

/* Where a piece begins that would begin at s in a row of n. */
INLINED int begin_of(int s, int n) {
    return s + PIECE < n ? s : n - PIECE;
}

/* larger(), lane by lane. */
INLINED Piece larger_lanes(Piece a, Piece b) {
    Choice is_a = (a > b) | (a != a);
    return (Piece)(((Choice)a & is_a) | ((Choice)b & ~is_a));
}

/* rectified(), lane by lane. */
INLINED Piece rectified_lanes(Piece most) {
    return (Piece)((Choice)most & ~(most < 0));
}

/* column[i, s] = larger of rows 2i and 2i+1, then y[i, j] = larger of column[i, 2j] and [i, 2j+1];
   the second step sees column and y as one long row each. */
INLINED void pool_pairs(Geometry g, bool relu, const real *x, real *y, real *column) {
    const int windows = g.oh * g.ow;
    for (int i = 0; i < g.oh; i++)
        for (int s = 0; s < g.w; s += PIECE) {
            int from = begin_of(s, g.w);
            const real *upper = x + 2 * i * g.w + from, *lower = upper + g.w;
            store_piece(column + i * g.w + from,
                        larger_lanes(load_piece(upper), load_piece(lower)));
        }
    for (int s = 0; s < windows; s += PIECE) {
        int from = begin_of(s, windows);
        Piece a = load_piece(column + 2 * from), b = load_piece(column + 2 * from + PIECE);
        Piece most = larger_lanes(lefts(a, b), rights(a, b));
        store_piece(y + from, relu ? rectified_lanes(most) : most);
    }
}

/* to = from[0], from[0], from[1], from[1], ... for n numbers. */
INLINED void twice(int n, const real *from, real *to) {
    for (int s = 0; s < n; s += PIECE) {
        int first = begin_of(s, n);
        Piece value = load_piece(from + first);
        store_piece(to + 2 * first, first_half_twice(value));
        store_piece(to + 2 * first + PIECE, second_half_twice(value));
    }
}

/* The first entry equal to the maximum takes dy; the order is upper left, upper right, lower left,
   lower right. With ReLU, a y of 0 or less passes nothing. */
INLINED void unpool_pairs(Geometry g, bool relu, const real *x, const real *y, const real *dy,
                          real *dx, real *scratch) {
    real *most = scratch, *given = most + g.oh * g.w; /* y and dy for both columns of a window */
    twice(g.oh * g.ow, y, most);
    twice(g.oh * g.ow, dy, given);
    for (int i = 0; i < g.oh; i++)
        for (int s = 0; s < g.w; s += PIECE) {
            int from = begin_of(s, g.w), above = 2 * i * g.w + from, below = above + g.w;
            Piece upper = load_piece(x + above), lower = load_piece(x + below);
            Piece y2 = load_piece(most + i * g.w + from);
            Choice dy2 = (Choice)load_piece(given + i * g.w + from);
            if (relu) dy2 &= ~(y2 <= 0);
            Choice hit = (upper == y2) | (upper != upper), beside = neighbours(hit);
            Choice low_hit = (lower == y2) | (lower != lower), low_beside = neighbours(low_hit);
            Choice takes = hit & ~(beside & right_of_pair);
            Choice low_takes = low_hit & ~(low_beside & right_of_pair) & ~(hit | beside);
            store_piece(dx + above, (Piece)(dy2 & takes));
            store_piece(dx + below, (Piece)(dy2 & low_takes));
        }
}

#else /* no lanes: the bodies for any window */

INLINED void pool_pairs(Geometry g, bool relu, const real *x, real *y, real *column) {
    pool_map(g, relu, x, y, column);
}

INLINED void unpool_pairs(Geometry g, bool relu, const real *x, const real *y, const real *dy,
                          real *dx, real *scratch) {
    (void)scratch;
    unpool_map(g, relu, x, y, dy, dx);
}

#endif

/* ------------------------------------------------------------------ its layer ------------ */

/* The bodies with the constants of their layer. S4's maps are small: eight of them, one below the
   other, are taken as one tall map, whose 200 windows fill pieces that 25 do not. */
enum { S4_MAPS = 8 };

static const Geometry lenet_s4_tall = {10 * S4_MAPS, 10, 5 * S4_MAPS, 5, 2, 2, 0};

KERNEL void s2_map(bool relu, const real *x, real *y, real *scratch) {
    if (relu)
        pool_pairs(lenet_s2, true, x, y, scratch);
    else
        pool_pairs(lenet_s2, false, x, y, scratch);
}

KERNEL void s4_maps(bool relu, const real *x, real *y, real *scratch) {
    if (relu)
        pool_pairs(lenet_s4_tall, true, x, y, scratch);
    else
        pool_pairs(lenet_s4_tall, false, x, y, scratch);
}

KERNEL void s2_back(bool relu, const real *x, const real *y, const real *dy, real *dx,
                    real *scratch) {
    if (relu)
        unpool_pairs(lenet_s2, true, x, y, dy, dx, scratch);
    else
        unpool_pairs(lenet_s2, false, x, y, dy, dx, scratch);
}

KERNEL void s4_back(bool relu, const real *x, const real *y, const real *dy, real *dx,
                    real *scratch) {
    if (relu)
        unpool_pairs(lenet_s4_tall, true, x, y, dy, dx, scratch);
    else
        unpool_pairs(lenet_s4_tall, false, x, y, dy, dx, scratch);
}

/* How many maps a body takes at a time. */
static int maps_at_a_time(const Layer *l) {
    return is(&lenet_s4, l) && l->in.c % S4_MAPS == 0 ? S4_MAPS : 1;
}

static void pool_all(const Layer *l, bool relu, int n, const real *x, real *y, real *scratch) {
    bool s2 = is(&lenet_s2, l);
    int maps = maps_at_a_time(l);
    for (int map = 0; map < n * l->in.c; map += maps) {
        if (s2)
            s2_map(relu, x, y, scratch);
        else if (maps == S4_MAPS)
            s4_maps(relu, x, y, scratch);
        else
            pool_map(geometry_of(l), relu, x, y, scratch);
        x += maps * l->in.h * l->in.w;
        y += maps * l->out.h * l->out.w;
    }
}

static void unpool_all(const Layer *l, bool relu, int n, const real *x, const real *y,
                       const real *dy, real *dx, real *scratch) {
    bool s2 = is(&lenet_s2, l);
    int maps = maps_at_a_time(l);
    for (int map = 0; map < n * l->in.c; map += maps) {
        if (s2)
            s2_back(relu, x, y, dy, dx, scratch);
        else if (maps == S4_MAPS)
            s4_back(relu, x, y, dy, dx, scratch);
        else
            unpool_map(geometry_of(l), relu, x, y, dy, dx);
        x += maps * l->in.h * l->in.w;
        dx += maps * l->in.h * l->in.w;
        y += maps * l->out.h * l->out.w;
        dy += maps * l->out.h * l->out.w;
    }
}

static void max_pool_rows(const Layer *l, int n, const real *w, const real *x, real *y,
                          real *scratch) {
    (void)w;
    pool_all(l, false, n, x, y, scratch);
}

static void max_unpool_rows(const Layer *l, int n, const real *w, const real *x, const real *y,
                            const real *dy, real *dw, real *dx, real *scratch) {
    (void)w, (void)dw;
    if (dx) unpool_all(l, false, n, x, y, dy, dx, scratch);
}

/* y = largest of a window, not less than 0: the same as the largest of rectified numbers. */
static void relu_pool_rows(const Layer *l, int n, const real *w, const real *x, real *y,
                           real *scratch) {
    (void)w;
    pool_all(l, true, n, x, y, scratch);
}

static void relu_unpool_rows(const Layer *l, int n, const real *w, const real *x, const real *y,
                             const real *dy, real *dw, real *dx, real *scratch) {
    (void)w, (void)dw;
    if (dx) unpool_all(l, true, n, x, y, dy, dx, scratch);
}

/* ------------------------------------------------------------------ subsampling ---------- */

INLINED void sum_map(Geometry g, real w, real b, const real *restrict x, real *restrict y) {
    for (int i = 0; i < g.oh; i++)
        for (int j = 0; j < g.ow; j++) {
            real sum4 = 0;
            for (int p = 0; p < g.size; p++)
                for (int q = 0; q < g.size; q++)
                    sum4 += x[(i * g.size + p) * g.w + j * g.size + q];
            y[i * g.ow + j] = w * sum4 + b;
        }
}

/* dw and db of one map, and dx = w * dy spread over the windows. */
INLINED void spread_map(Geometry g, real w, const real *restrict x, const real *restrict dy,
                        real *restrict dw, real *restrict db, real *restrict dx) {
    for (int i = 0; i < g.oh; i++)
        for (int j = 0; j < g.ow; j++) {
            real d = dy[i * g.ow + j], sum4 = 0;
            for (int p = 0; p < g.size; p++)
                for (int q = 0; q < g.size; q++) {
                    int here = (i * g.size + p) * g.w + j * g.size + q;
                    sum4 += x[here];
                    if (dx) dx[here] = w * d;
                }
            *dw += d * sum4;
            *db += d;
        }
}

static void subsample_rows(const Layer *l, int n, const real *w, const real *x, real *y,
                           real *scratch) {
    (void)scratch;
    bool s2 = is(&lenet_s2, l), s4 = is(&lenet_s4, l);
    for (int map = 0; map < n * l->in.c; map++) {
        real weight = w[map % l->in.c], bias = w[l->in.c + map % l->in.c];
        if (s2)
            sum_map(lenet_s2, weight, bias, x, y);
        else if (s4)
            sum_map(lenet_s4, weight, bias, x, y);
        else
            sum_map(geometry_of(l), weight, bias, x, y);
        x += l->in.h * l->in.w;
        y += l->out.h * l->out.w;
    }
}

static void spread_rows(const Layer *l, int n, const real *w, const real *x, const real *y,
                        const real *dy, real *dw, real *dx, real *scratch) {
    (void)y, (void)scratch;
    bool s2 = is(&lenet_s2, l), s4 = is(&lenet_s4, l);
    for (int map = 0; map < n * l->in.c; map++) {
        int ch = map % l->in.c;
        real weight = 0, bias = 0; /* of this map */
        if (s2)
            spread_map(lenet_s2, w[ch], x, dy, &weight, &bias, dx);
        else if (s4)
            spread_map(lenet_s4, w[ch], x, dy, &weight, &bias, dx);
        else
            spread_map(geometry_of(l), w[ch], x, dy, &weight, &bias, dx);
        dw[ch] += weight;
        dw[l->in.c + ch] += bias;
        x += l->in.h * l->in.w;
        if (dx) dx += l->in.h * l->in.w;
        dy += l->out.h * l->out.w;
    }
}

/* ------------------------------------------------------------------ the layers ----------- */

bool rows_pool(Layer *l) {
    if (strcmp(l->kind, "max pool") == 0) {
        l->scratch = (size_t)(2 * maps_at_a_time(l) * l->out.h * (l->in.w + 2 * l->pad));
        l->forward = max_pool_rows;
        l->backward = max_unpool_rows;
        return true;
    }
    if (strcmp(l->kind, "subsample") == 0) {
        l->forward = subsample_rows;
        l->backward = spread_rows;
        return true;
    }
    return false;
}

bool rows_relu_pool(const Layer *relu, Layer *pool) {
    if (strcmp(relu->kind, "relu") != 0 || pool->forward != max_pool_rows) return false;
    pool->forward = relu_pool_rows;
    pool->backward = relu_unpool_rows;
    return true;
}
