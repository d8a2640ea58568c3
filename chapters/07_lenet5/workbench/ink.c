/*
 * The paper's level at each place, and the ink on it; see ink.h.
 *
 * Light changes slowly, strokes do not: so the paper is looked for on a coarse grid, whose cells
 * are the means of small squares of the drawing. That also evens out the noise of a camera.
 */
#include "07_lenet5/workbench/ink.h"

#include <stdlib.h>
#include <string.h>

enum {
    CELLS = 80,   /* of the drawing's longer side, at most */
    PAPER = 9,    /* cells to each side of a window: more than a stroke is wide */
    EDGE = 4,     /* the same, to see both sides of a stroke's edge */
    BORDER = 2,   /* the same, to see both sides of a sheet's edge */
    FAINT = 51,   /* a fifth of 255: ink below is paper */
    SHADED = 102, /* two fifths: the same where light was levelled, which leaves some of a shadow */
    PHOTOGRAPH = 64 /* pixels of the longer side; smaller ones have no light to level */
};

static const double MOST = 0.8;  /* of the pixels: see Edge */
static const double FULL = 0.75; /* of a frame: a sheet fills more of its frame, a digit less */

/* Levels of a coarse grid: cell (r, q) stands for a square of `side` pixels. Around the drawing
   lies a margin of PAPER cells, as windows reach beyond it; they repeat the drawing's outermost
   cells. */
typedef struct Grid {
    int h, w, side;
    uint8_t *level;   /* (h, w) */
    uint8_t *light;   /* (h, w): the lightest cell in a window */
    uint8_t *dark;    /* (h, w): the darkest */
    uint8_t *between; /* (h, w): after the rows, before the columns */
} Grid;

static int smaller(int a, int b) {
    return a < b ? a : b;
}

static int larger(int a, int b) {
    return a > b ? a : b;
}

/* The nearest of 0 .. n-1. */
static int within(int i, int n) {
    return larger(0, smaller(i, n - 1));
}

/* ------------------------------------------------------------------ the grid ------------- */

static bool grid_new(const Grey *g, Grid *grid) {
    int side = (larger(g->h, g->w) + CELLS - 1) / CELLS;
    *grid = (Grid){.h = (g->h + side - 1) / side + 2 * PAPER,
                   .w = (g->w + side - 1) / side + 2 * PAPER,
                   .side = side};
    size_t n = (size_t)grid->h * (size_t)grid->w;
    grid->level = calloc(4, n);
    if (!grid->level) return false;
    grid->light = grid->level + n;
    grid->dark = grid->light + n;
    grid->between = grid->dark + n;
    return true;
}

/* The mean of a cell's pixels; at the right and at the bottom a cell may be cut. */
static uint8_t mean_of_cell(const Grey *g, int side, int r, int q) {
    int bottom = smaller((r + 1) * side, g->h), right = smaller((q + 1) * side, g->w);
    int count = (bottom - r * side) * (right - q * side);
    long sum = 0;
    contract(count > 0, "the cell %d, %d has no pixels", r, q);
    for (int i = r * side; i < bottom; i++)
        for (int j = q * side; j < right; j++)
            sum += g->byte[(size_t)i * (size_t)g->w + (size_t)j];
    return (uint8_t)((sum + count / 2) / count);
}

static void grid_fill(const Grey *g, Grid *grid) {
    int h = grid->h - 2 * PAPER, w = grid->w - 2 * PAPER;
    for (int r = 0; r < grid->h; r++)
        for (int q = 0; q < grid->w; q++)
            grid->level[r * grid->w + q] =
                mean_of_cell(g, grid->side, within(r - PAPER, h), within(q - PAPER, w));
}

/* The largest or the smallest level of a line's cells within `reach`; a line is a row or a column,
   whose cells lie `step` apart. */
static void extreme_of_line(const uint8_t *from, uint8_t *to, int n, int step, int reach,
                            bool largest) {
    for (int i = 0; i < n; i++) {
        int first = within(i - reach, n), last = within(i + reach, n);
        int level = from[first * step];
        for (int k = first + 1; k <= last; k++)
            level = largest ? larger(level, from[k * step]) : smaller(level, from[k * step]);
        to[i * step] = (uint8_t)level;
    }
}

/* The same for a square window around every cell: along the rows, then along the columns. */
static void extreme(const Grid *grid, const uint8_t *from, uint8_t *to, int reach, bool largest) {
    int h = grid->h, w = grid->w;
    for (int r = 0; r < h; r++)
        extreme_of_line(from + r * w, grid->between + r * w, w, 1, reach, largest);
    for (int q = 0; q < w; q++)
        extreme_of_line(grid->between + q, to + q, h, w, reach, largest);
}

/* ------------------------------------------------------------------ dark or light -------- */

/* Is the ink darker than the paper? Around an edge between them most cells are paper, as a stroke
   is thin and paper is wide; so it is, if most of these cells are nearer to the lightest one in
   their window than to the darkest. */
static bool ink_is_dark(Grid *grid) {
    int n = grid->h * grid->w, most = 0, balance = 0;
    const uint8_t *light = grid->light, *dark = grid->dark;
    extreme(grid, grid->level, grid->light, EDGE, true);
    extreme(grid, grid->level, grid->dark, EDGE, false);
    for (int i = 0; i < n; i++)
        most = larger(most, light[i] - dark[i]);
    for (int i = 0; i < n; i++)
        if (2 * (light[i] - dark[i]) > most)
            balance += 2 * grid->level[i] > light[i] + dark[i] ? 1 : -1;
    return balance >= 0;
}

/* Counts the levels along the edge of the drawing, or of all of it. */
static void count_levels(const Grey *g, bool all, long count[256]) {
    memset(count, 0, 256 * sizeof *count);
    for (int r = 0; r < g->h; r++)
        for (int q = 0; q < g->w; q++)
            if (all || r == 0 || q == 0 || r == g->h - 1 || q == g->w - 1)
                count[g->byte[(size_t)r * (size_t)g->w + (size_t)q]]++;
}

/* The share of pixels from one level to another. */
static double share_of(const long count[256], int from, int to) {
    long part = 0, total = 0;
    for (int level = 0; level < 256; level++) {
        total += count[level];
        if (level >= from && level <= to) part += count[level];
    }
    return (double)part / (double)total;
}

/* The drawing as its edge shows it. */
typedef struct Edge {
    int level; /* the median of the pixels along the edge: a stroke that touches it is no matter */
    bool dark; /* the ink, compared with that: it is on the side that differs more */
    int contrast; /* from that level to the strongest ink */
    bool even;    /* most pixels are either that or ink */
    bool desk;    /* most of the edge is that, but less than half of the drawing */
} Edge;

static Edge edge_of(const Grey *g) {
    long edge[256], all[256];
    count_levels(g, false, edge);
    count_levels(g, true, all);
    int level = 0, darkest = 0, lightest = 255;
    while (share_of(edge, 0, level) < 0.5)
        level++;
    while (!all[darkest])
        darkest++;
    while (!all[lightest])
        lightest--;
    bool dark = level - darkest >= lightest - level;
    int contrast = dark ? level - darkest : lightest - level, eighth = contrast / 8;
    /* ink from its strongest level on, paper around its own; an eighth of the contrast is noise */
    int from = dark ? darkest : lightest - eighth, to = dark ? darkest + eighth : lightest;
    double paper = share_of(all, level - eighth, level + eighth);
    double around = share_of(edge, level - eighth, level + eighth);
    bool small = larger(g->h, g->w) < PHOTOGRAPH;
    bool even = small || paper + share_of(all, from, to) > MOST;
    bool desk = !dark && (paper < 0.25 || (around > MOST && paper < 0.5));
    return (Edge){level, dark, contrast, even, desk};
}

/* Is there a sheet on the desk? Cells unlike the drawing's edge fill most of the frame around them
   then. The ink of a digit that touches all four sides of a tight drawing does not. */
static bool shows_sheet(const Grid *grid, const Edge *edge) {
    int top = grid->h, bottom = -1, left = grid->w, right = -1, unlike = 0;
    for (int r = PAPER; r < grid->h - PAPER; r++)
        for (int q = PAPER; q < grid->w - PAPER; q++) {
            int level = grid->level[r * grid->w + q];
            if (2 * abs(level - edge->level) <= edge->contrast) continue;
            unlike++;
            top = smaller(top, r);
            bottom = larger(bottom, r);
            left = smaller(left, q);
            right = larger(right, q);
        }
    return unlike > FULL * (bottom - top + 1) * (right - left + 1);
}

/* ------------------------------------------------------------------ paper and ink -------- */

/* As negatives swap ink and paper, light ink on a dark background needs no extra code. */
static void invert(uint8_t *byte, size_t n) {
    for (size_t i = 0; i < n; i++)
        byte[i] = (uint8_t)(255 - byte[i]);
}

/* Strokes vanish from the grid: paper is light, and each window of PAPER has some. */
static void close_strokes(Grid *grid) {
    extreme(grid, grid->level, grid->light, PAPER, true);
    extreme(grid, grid->light, grid->level, PAPER, false);
    extreme(grid, grid->level, grid->light, BORDER, true);
    extreme(grid, grid->level, grid->dark, BORDER, false);
}

/* The grid becomes the paper's level; the drawing is inverted if its ink is light. Even paper has
   one level. But where the edge has another level than most of the drawing, and the strokes are
   not on the side that this suggests, it is not the paper's: a sheet lies on a desk. Returns the
   strength that ink has at least. */
static int find_paper(Grey *g, Grid *grid) {
    const Edge edge = edge_of(g);
    grid_fill(g, grid);
    bool dark = ink_is_dark(grid);
    bool desk = edge.desk && dark && shows_sheet(grid, &edge);
    if (edge.even && !desk) dark = edge.dark;
    if (!dark) invert(g->byte, (size_t)g->h * (size_t)g->w);
    if (edge.even && !desk) {
        /* level, light and dark alike: there is no border */
        memset(grid->level, dark ? edge.level : 255 - edge.level,
               3 * (size_t)grid->h * (size_t)grid->w);
        return FAINT;
    }
    grid_fill(g, grid);
    close_strokes(grid);
    return SHADED;
}

/* The paper's level at a pixel, from the four cells whose centres are nearest. */
static double paper_at(const Grid *grid, int r, int q) {
    double y = (r + 0.5) / grid->side - 0.5 + PAPER, x = (q + 0.5) / grid->side - 0.5 + PAPER;
    int top = (int)y, left = (int)x;
    double down = y - top, across = x - left;
    const uint8_t *upper = grid->level + top * grid->w + left, *lower = upper + grid->w;
    return (upper[0] * (1 - across) + upper[1] * across) * (1 - down) +
           (lower[0] * (1 - across) + lower[1] * across) * down;
}

/* Does a sheet end here? No shadow's edge takes 70 % of the light, but a dark desk does. */
static bool at_border(const Grid *grid, int r, int q) {
    int cell = (r / grid->side + PAPER) * grid->w + q / grid->side + PAPER;
    return 10 * grid->dark[cell] < 3 * grid->light[cell];
}

/* ink = 255 (paper - grey) / paper. Returns the largest. */
static int subtract_paper(const Grey *g, const Grid *grid, uint8_t *ink) {
    int most = 0;
    for (int r = 0; r < g->h; r++)
        for (int q = 0; q < g->w; q++) {
            size_t i = (size_t)r * (size_t)g->w + (size_t)q;
            double paper = paper_at(grid, r, q), less = paper - g->byte[i];
            ink[i] = less > 0 && !at_border(grid, r, q) ? (uint8_t)(255 * less / paper) : 0;
            most = larger(most, ink[i]);
        }
    return most;
}

bool ink_separate(const Grey *grey, uint8_t *ink, int *share, Error *error) {
    Grid grid;
    size_t n = (size_t)grey->h * (size_t)grey->w;
    if (!grid_new(grey, &grid)) return error_set(error, "no memory to find the paper");
    /* the ink is first the drawing, and then subtract_paper() replaces it pixel by pixel */
    Grey drawing = {grey->h, grey->w, ink};
    memcpy(ink, grey->byte, n);
    int least = find_paper(&drawing, &grid);
    *share = subtract_paper(&drawing, &grid, ink);
    int range = larger(*share, 1); /* an empty page has none to divide by */
    for (size_t i = 0; i < n; i++) {
        int level = ink[i] * 255 / range;
        ink[i] = (uint8_t)(level < least ? 0 : level);
    }
    free(grid.level);
    return true;
}
