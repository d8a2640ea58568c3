/* Max pooling: every map is walked alone; each window keeps the best pixel seen so far. */
#include "course/examine/oracle/oracle.h"
#include "course/examine/oracle/walk.h"

#include <stdlib.h>

/* Mistakes in choosing the pixel; both directions can make them. */
enum {
    MINIMUM = WALK_MISTAKES,
    LAST_TIE,
    NAN_LOST,
    NAN_FIRST_ONLY,
    SIZE_FOR_STRIDE,
    MAP_STAYS,
    OWN
};

/* One map's geometry. */
static Geometry map_of(const Geometry *g) {
    Geometry map = *g;
    map.in.c = 1;
    map.out.c = 1;
    return map;
}

/* Whether a pixel takes the place of the best one. */
static bool better(int mistake, double pixel, double best) {
    if (isnan(pixel)) return mistake != NAN_LOST && mistake != NAN_FIRST_ONLY && !isnan(best);
    if (isnan(best)) return mistake == NAN_LOST;
    if (mistake == MINIMUM) return pixel < best;
    return mistake == LAST_TIE ? pixel >= best : pixel > best;
}

/* For each window of a map the place of its best pixel in v, -1 for none. */
static int *best_of(const Geometry *g, int mistake, const double *v, int from, int total) {
    Geometry map = map_of(g);
    int windows = g->out.h * g->out.w, *best = calloc((size_t)windows, sizeof *best);
    if (!best) abort();
    for (int o = 0; o < windows; o++)
        best[o] = -1;
    if (mistake == SIZE_FOR_STRIDE) map.stride = map.size;
    Walk k = walk_begin(map, mistake < WALK_MISTAKES ? (Astray)mistake : WALK_RIGHT);
    while (walk_next(&k)) {
        int here = from + k.pixel;
        if (!k.inside || here < 0 || here >= total || k.column >= windows) continue;
        if (best[k.column] < 0 || better(mistake, v[here], v[best[k.column]]))
            best[k.column] = here;
    }
    return best;
}

/* Visits the pixels of window o of a map; returns false after the last. */
static bool next_in_window(Walk *k, int o) {
    while (walk_next(k))
        if (k->inside && k->column == o) return true;
    return false;
}

/* Pixels of a window that are in the image, and their sum. */
static int window_sum(const Geometry *g, const double *map, int o, double *sum) {
    Walk k = walk_begin(map_of(g), WALK_RIGHT);
    int count = 0;
    *sum = 0;
    while (next_in_window(&k, o)) {
        *sum += map[k.pixel];
        count++;
    }
    return count;
}

/* ------------------------------------------------------------------ forward -------------- */

enum { ZERO_START = OWN, ZERO_PADDING, MEAN };

static const Suspect forward_suspects[] = {
    {"minimum", "the smallest entry is taken"},
    {"last-tie", "the last of equal entries is taken"},
    {"nan-lost", "a NaN must win: comparisons with NaN are always false"},
    {"nan-lost", "a NaN must win, not only as the first entry: comparisons with it are false"},
    {"size-for-stride", "windows are size apart: they are stride apart"},
    {"map-stays", "every map gets the maxima of the first: x is not moved on"},
    {"zero-start", "the maximum starts at 0 or at FLT_MIN, which win over negative entries"},
    {"zero-padding", "the padding counts as 0: it must never win"},
    {"mean", "the mean of the window is taken"},
};

static void forward_run(const Call *call, int mistake, double **v) {
    const Geometry *g = &call->g;
    int windows = g->out.h * g->out.w, pixels = g->in.h * g->in.w, maps = g->n * g->in.c;
    if (mistake == MAP_STAYS) repeat_first(v[A_X], maps, pixels);
    for (int map = 0; map < maps; map++) {
        int *best = best_of(g, mistake, v[A_X], map * pixels, maps * pixels);
        for (int o = 0; o < windows; o++) {
            double sum, y = best[o] < 0 ? ANYTHING : v[A_X][best[o]];
            int count = window_sum(g, v[A_X] + map * pixels, o, &sum);
            bool padded = count < g->size * g->size;
            if (mistake == ZERO_START || (mistake == ZERO_PADDING && padded)) y = fmax(y, 0);
            v[A_Y][map * windows + o] = mistake == MEAN ? sum / count : y;
        }
        free(best);
    }
}

static const Oracle oracle_pool_forward = {forward_run, walk_suspects, WALK_MISTAKES - 1,
                                           forward_suspects, COUNT(forward_suspects)};

/* ------------------------------------------------------------------ backward ------------- */

enum { LAST_WINDOW = OWN, EVERY_TIE, EVEN_TIE, SPREAD, CORNER, GAPS_LEFT };

static const Suspect backward_suspects[] = {
    {"minimum", "the gradient goes to the smallest entry"},
    {"last-tie", "of equal entries the first one takes the gradient, not the last"},
    {"nan-lost", "the gradient of a window with a NaN belongs to the first NaN"},
    {"nan-lost", "the gradient of a window with a NaN belongs to the first NaN"},
    {"size-for-stride", "windows are size apart: they are stride apart"},
    {"map-stays", "every map gets the places of the first: x is not moved on"},
    {"not-added", "= instead of +=: an entry that is several windows' maximum gets the sum"},
    {"every-tie", "every one of equal entries gets the gradient: only the first may"},
    {"even-tie", "the gradient is shared out among equal entries: only the first may get it"},
    {"spread", "the gradient is spread over the window: only its maximum gets it"},
    {"corner", "the gradient goes to the first entry of the window, not to its maximum"},
    {"gaps-left", "entries that are not a maximum must get 0: dx is not cleared"},
};

/* How many entries of a window are its maximum y. */
static int ties(const Geometry *g, const double *map, int o, double y) {
    Walk k = walk_begin(map_of(g), WALK_RIGHT);
    int count = 0;
    while (next_in_window(&k, o))
        count += map[k.pixel] == y;
    return count;
}

/* Passes one dy to a window, for mistakes that give it to more than one entry. */
static void give(const Call *call, int mistake, double **v, int map, int o, double dy) {
    const Geometry *g = &call->g;
    int from = map * g->in.h * g->in.w;
    double sum, y = v[A_Y][map * g->out.h * g->out.w + o];
    int count = window_sum(g, v[A_X] + from, o, &sum);
    bool first = true;
    Walk k = walk_begin(map_of(g), WALK_RIGHT);
    while (next_in_window(&k, o)) {
        double *dx = &v[A_DX][from + k.pixel];
        if (mistake == SPREAD) *dx += dy / count;
        if (mistake == CORNER && first) *dx += dy;
        bool largest = v[A_X][from + k.pixel] == y;
        if (mistake == EVERY_TIE && largest) *dx += dy;
        if (mistake == EVEN_TIE && largest) *dx += dy / ties(g, v[A_X] + from, o, y);
        first = false;
    }
}

static void backward_run(const Call *call, int mistake, double **v) {
    const Geometry *g = &call->g;
    int windows = g->out.h * g->out.w, pixels = g->in.h * g->in.w, maps = g->n * g->in.c;
    if (!v[A_DX]) return;
    if (mistake == MAP_STAYS) repeat_first(v[A_X], maps, pixels);
    double *before = scrap(maps * pixels);
    for (int i = 0; i < maps * pixels; i++) {
        before[i] = v[A_DX][i];
        v[A_DX][i] = 0;
    }
    for (int map = 0; map < maps; map++) {
        int *best = best_of(g, mistake, v[A_X], map * pixels, maps * pixels);
        for (int o = 0; o < windows; o++) {
            double dy = v[A_DY][map * windows + o];
            if (mistake >= EVERY_TIE && mistake <= CORNER)
                give(call, mistake, v, map, o, dy);
            else if (best[o] >= 0)
                v[A_DX][best[o]] = dy + (mistake == LAST_WINDOW ? 0 : v[A_DX][best[o]]);
        }
        for (int o = 0; mistake == GAPS_LEFT && o < windows; o++)
            if (best[o] >= 0) before[best[o]] = 0;
        free(best);
    }
    for (int i = 0; mistake == GAPS_LEFT && i < maps * pixels; i++)
        v[A_DX][i] += before[i];
    free(before);
}

static const Oracle oracle_pool_backward = {backward_run, walk_suspects, WALK_MISTAKES - 1,
                                            backward_suspects, COUNT(backward_suspects)};

const Answer answers_03[] = {
    {CALL_MAX_POOL_FORWARD, &oracle_pool_forward},
    {CALL_MAX_POOL_BACKWARD, &oracle_pool_backward},
    {.function = FUNCTIONS},
};
