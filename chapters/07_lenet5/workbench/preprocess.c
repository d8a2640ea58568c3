/*
 * From ink to a digit: the steps of preprocess.h after the first, which is ink.c.
 *
 * "Ink" is a byte for each pixel of the drawing, 0 for paper. All steps but the last work on it.
 */
#include "07_lenet5/workbench/preprocess.h"

#include "07_lenet5/workbench/ink.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    BOX = 20,      /* pixels of the longer side */
    CONTRAST = 32, /* of 255: the share of light that the strongest ink swallows, at least */
    SPECK = 10,    /* a piece less than a tenth as tall as the digit is dirt */
    CUT = 3,       /* a piece at the edge is not a digit if an inner one is a third as long */
    STROKES = 8,   /* of a digit that touch the edge, at most */
    WIDE = 14      /* tenths of its height: no digit is wider */
};

/* A part of an image: rows top .. bottom-1, columns left .. right-1. */
typedef struct Frame {
    int top, bottom, left, right;
} Frame;

/* ------------------------------------------------------------------ pieces --------------- */

/* Ink in one piece: a part of a digit, a whole one, a speck, a frame, ... */
typedef struct Piece {
    Frame frame;
    int first, count; /* its pixels are Search.pixel[first], ... */
} Piece;

/* The ink of a drawing and the pieces that it consists of. */
typedef struct Search {
    int h, w;
    uint8_t *ink;  /* (h, w) */
    uint8_t *todo; /* (h, w): ink that no piece has been made of yet */
    int *pixel;    /* (h * w): places of ink, piece after piece */
    Piece *piece;  /* (pieces), in the order of their first pixels */
    int pieces, room;
} Search;

/* Makes the frame large enough for a pixel. */
static void include(Frame *f, int r, int q) {
    if (r < f->top) f->top = r;
    if (r >= f->bottom) f->bottom = r + 1;
    if (q < f->left) f->left = q;
    if (q >= f->right) f->right = q + 1;
}

/* The ink connected with pixel `start` becomes a piece and leaves `todo`; its pixels are listed
   from `first` on. */
static Piece follow(Search *s, int start, int first) {
    Piece p = {{s->h, 0, s->w, 0}, first, 1};
    s->todo[start] = 0;
    s->pixel[first] = start;
    /* The list grows while the loop goes through it: each pixel adds its neighbours. */
    for (int k = first; k < first + p.count; k++) {
        int r = s->pixel[k] / s->w, q = s->pixel[k] % s->w;
        include(&p.frame, r, q);
        for (int i = r - 1; i <= r + 1; i++)
            for (int j = q - 1; j <= q + 1; j++) {
                if (i < 0 || j < 0 || i >= s->h || j >= s->w || !s->todo[i * s->w + j]) continue;
                s->todo[i * s->w + j] = 0; /* marked when it is listed, so that none is twice */
                s->pixel[first + p.count] = i * s->w + j;
                p.count++;
            }
    }
    return p;
}

/* Another piece for the list. */
static bool list_piece(Search *s, Piece piece) {
    if (s->pieces == s->room) {
        int room = 2 * s->room + 64;
        Piece *more = realloc(s->piece, (size_t)room * sizeof *more);
        if (!more) return false;
        s->piece = more;
        s->room = room;
    }
    s->piece[s->pieces] = piece;
    s->pieces++;
    return true;
}

/* Lists all pieces of the ink that is at least so strong. */
static bool find_pieces(Search *s, int least, Error *error) {
    int n = s->h * s->w; /* no more than 4096 * 4096: image.h sees to that */
    int listed = 0;
    s->pieces = 0;
    for (int i = 0; i < n; i++)
        s->todo[i] = s->ink[i] >= least;
    for (int i = 0; i < n; i++) {
        if (!s->todo[i]) continue;
        Piece piece = follow(s, i, listed);
        listed += piece.count;
        if (!list_piece(s, piece)) return error_set(error, "no memory to look for pieces");
    }
    return true;
}

/* Takes a piece off the list; the last one takes its place. */
static void drop_piece(Search *s, int k) {
    s->pieces--;
    s->piece[k] = s->piece[s->pieces];
}

static int tall(const Piece *p) {
    return p->frame.bottom - p->frame.top;
}

static int wide(const Piece *p) {
    return p->frame.right - p->frame.left;
}

static int longer(const Piece *p) {
    return tall(p) > wide(p) ? tall(p) : wide(p);
}

/* ------------------------------------------------------------------ rules, frames, edges - */

static bool from_left_to_right(const Search *s, const Piece *p) {
    return p->frame.left == 0 && p->frame.right == s->w;
}

static bool from_top_to_bottom(const Search *s, const Piece *p) {
    return p->frame.top == 0 && p->frame.bottom == s->h;
}

static bool across(const Search *s, const Piece *p) {
    return from_left_to_right(s, p) || from_top_to_bottom(s, p);
}

static bool touches_edge(const Search *s, const Piece *p) {
    return p->frame.left == 0 || p->frame.right == s->w || p->frame.top == 0 ||
           p->frame.bottom == s->h;
}

/* Is there ink in the corners of a piece's frame, a tenth of its sides? A 0 has none there. */
static bool has_corners(const Search *s, const Piece *p) {
    int seen = 0; /* a bit for each corner */
    for (int k = p->first; k < p->first + p->count; k++) {
        int r = s->pixel[k] / s->w - p->frame.top, q = s->pixel[k] % s->w - p->frame.left;
        bool top = 10 * r < tall(p), bottom = 10 * r >= 9 * tall(p) - 10;
        bool left = 10 * q < wide(p), right = 10 * q >= 9 * wide(p) - 10;
        seen |=
            (top && left) | (top && right) << 1 | (bottom && left) << 2 | (bottom && right) << 3;
    }
    return seen == 15;
}

static bool inside(const Piece *p, const Piece *box) {
    return p->frame.top > box->frame.top && p->frame.bottom < box->frame.bottom &&
           p->frame.left > box->frame.left && p->frame.right < box->frame.right;
}

/* A frame: it has corners, and another piece lies in it that is large enough for a digit. */
static bool is_box(const Search *s, const Piece *p) {
    if (!has_corners(s, p)) return false;
    for (int k = 0; k < s->pieces; k++)
        if (inside(&s->piece[k], p) && SPECK * tall(&s->piece[k]) >= longer(p)) return true;
    return false;
}

static void drop_boxes(Search *s) {
    int longest = 0;
    for (int k = 0; k < s->pieces; k++)
        if (longer(&s->piece[k]) > longest) longest = longer(&s->piece[k]);
    /* a frame around the digit is not a speck itself; there may be very many of those */
    for (int k = s->pieces - 1; k >= 0; k--)
        if (SPECK * longer(&s->piece[k]) >= longest && is_box(s, &s->piece[k])) drop_piece(s, k);
}

/* Rules and the edges of sheets and shadows run along all of a side, or nearly; and pieces that
   touch an edge are cut off there. None of it is the digit, if a piece that may be one touches no
   edge. */
static void drop_outside(Search *s) {
    int digit = 0; /* how tall that one is */
    for (int k = 0; k < s->pieces; k++)
        if (!touches_edge(s, &s->piece[k]) && tall(&s->piece[k]) > digit)
            digit = tall(&s->piece[k]);
    for (int k = s->pieces - 1; k >= 0; k--) {
        const Piece *p = &s->piece[k];
        bool along = 10 * wide(p) >= 9 * s->w || 10 * tall(p) >= 9 * s->h;
        int times = along ? SPECK : CUT;
        if (touches_edge(s, p) && times * digit >= longer(p)) drop_piece(s, k);
    }
}

/* How often the drawing's edge passes from paper to ink. */
static int strokes_at_edge(const Search *s, int least) {
    int h = s->h, w = s->w, around = 2 * (h + w), strokes = 0;
    bool before = s->ink[0] >= least;
    for (int k = 0; k < around; k++) {
        /* down the left side, along the bottom, up the right side, along the top */
        int r = k < h ? k : k < h + w ? h - 1 : k < 2 * h + w ? 2 * h + w - 1 - k : 0;
        int q = k < h ? 0 : k < h + w ? k - h : k < 2 * h + w ? w - 1 : around - 1 - k;
        bool ink = s->ink[r * w + q] >= least;
        strokes += ink && !before;
        before = ink;
    }
    return strokes;
}

static bool any_across(const Search *s) {
    for (int k = 0; k < s->pieces; k++)
        if (across(s, &s->piece[k])) return true;
    return false;
}

/* A digit may fill the drawing from edge to edge; a rule does not reach the top, and squared paper
   touches the edges more often than any digit. */
static bool any_rule(const Search *s, int least) {
    for (int k = 0; k < s->pieces; k++) {
        const Piece *p = &s->piece[k];
        if (from_left_to_right(s, p) && !from_top_to_bottom(s, p)) return true;
        if (across(s, p) && strokes_at_edge(s, least) > STROKES) return true;
    }
    return false;
}

/* The level that separates faint ink from strong ink best: both sides' means differ most (Otsu),
 *
 *     (n - m) m (mean above - mean below)^2      with m of the n pixels below.
 */
static int between_faint_and_strong(const Search *s) {
    double count[256] = {0}, n = 0, sum = 0, below = 0, below_sum = 0, best = -1;
    int level = 1;
    for (int i = 0; i < s->h * s->w; i++)
        count[s->ink[i]]++;
    for (int k = 1; k < 256; k++) {
        n += count[k];
        sum += k * count[k];
    }
    for (int k = 1; k < 255; k++) {
        below += count[k];
        below_sum += k * count[k];
        if (below == 0 || below == n) continue;
        double difference = (sum - below_sum) / (n - below) - below_sum / below;
        double spread = below * (n - below) * difference * difference;
        if (spread > best) {
            best = spread;
            level = k + 1;
        }
    }
    return level;
}

/* The mean of a piece's ink. */
static double strength(const Search *s, const Piece *p) {
    double sum = 0;
    for (int k = p->first; k < p->first + p->count; k++)
        sum += s->ink[s->pixel[k]];
    return sum / p->count;
}

/* A pen presses about as hard everywhere: a piece with less than two thirds of the strongest one's
   ink is the rest of a shadow in levelled light. One that is half as tall as the tallest stays, as
   it may be a second digit in fainter ink. */
static void drop_faint(Search *s) {
    double strongest = 0;
    int tallest = 0;
    for (int k = 0; k < s->pieces; k++)
        if (tall(&s->piece[k]) > tallest) tallest = tall(&s->piece[k]);
    for (int k = 0; k < s->pieces; k++)
        if (SPECK * tall(&s->piece[k]) >= tallest)
            strongest = fmax(strongest, strength(s, &s->piece[k]));
    for (int k = s->pieces - 1; k >= 0; k--)
        if (2 * tall(&s->piece[k]) < tallest && 3 * strength(s, &s->piece[k]) < 2 * strongest)
            drop_piece(s, k);
}

/* Lists the pieces that may be parts of the digit. Lines of the paper and the edge of a shadow are
   fainter than a pen: if something runs across, only strong ink is looked at, if that helps. */
static bool find_parts(Search *s, Error *error) {
    int least = 1;
    if (!find_pieces(s, least, error)) return false;
    if (any_across(s)) {
        least = between_faint_and_strong(s);
        if (!find_pieces(s, least, error)) return false;
        if (any_across(s)) {
            least = 1;
            if (!find_pieces(s, least, error)) return false;
        }
    }
    drop_boxes(s);
    drop_outside(s);
    drop_faint(s);
    if (!any_rule(s, least)) return true;
    return error_set(error, "a line, a frame or the edge of a shadow runs through the digit: "
                            "crop the drawing, or write on plain paper");
}

/* ------------------------------------------------------------------ one digit ------------ */

/* The frame around the pieces. Two, both at least half as tall as the tallest, are two digits; the
   bar of a 5 that was drawn apart is not. */
static bool one_digit(Search *s, Frame *whole, Error *error) {
    int tallest = 0, second = 0;
    for (int k = 0; k < s->pieces; k++) {
        int t = tall(&s->piece[k]);
        second = t > tallest ? tallest : t > second ? t : second;
        tallest = t > tallest ? t : tallest;
    }
    if (second * 2 >= tallest)
        return error_set(error, "several digits? there are two pieces of about the same height; "
                                "give one digit per image, without gaps between its strokes and "
                                "without shadows or the edge of the sheet");
    *whole = (Frame){s->h, 0, s->w, 0};
    for (int k = s->pieces - 1; k >= 0; k--) {
        const Frame *f = &s->piece[k].frame;
        if (SPECK * tall(&s->piece[k]) < tallest) {
            drop_piece(s, k);
            continue;
        }
        include(whole, f->top, f->left);
        include(whole, f->bottom - 1, f->right - 1);
    }
    if (10 * (whole->right - whole->left) <= WIDE * (whole->bottom - whole->top)) return true;
    return error_set(error, "wider than tall: turned by 90 degrees, or several digits that touch?");
}

/* Only the ink of the pieces stays. */
static void wipe_rest(Search *s) {
    memset(s->todo, 0, (size_t)s->h * (size_t)s->w);
    for (int k = 0; k < s->pieces; k++)
        for (int i = 0; i < s->piece[k].count; i++)
            s->todo[s->pixel[s->piece[k].first + i]] = 1;
    for (int i = 0; i < s->h * s->w; i++)
        if (!s->todo[i]) s->ink[i] = 0;
}

/* The frame around the digit; outside of its pieces there is no ink any more. */
static bool find_digit(int h, int w, uint8_t *ink, Frame *whole, Error *error) {
    size_t n = (size_t)h * (size_t)w;
    Search s = {.h = h, .w = w, .ink = ink, .todo = malloc(n), .pixel = malloc(n * sizeof(int))};
    bool ok = false;
    if (!s.todo || !s.pixel)
        error_set(error, "no memory to look for pieces");
    else
        ok = find_parts(&s, error) && one_digit(&s, whole, error);
    if (ok) wipe_rest(&s);
    free(s.todo);
    free(s.pixel);
    free(s.piece);
    return ok;
}

/* ------------------------------------------------------------------ size and place ------- */

/* The part of [from, to) that lies in [i, i + 1): 0 outside, 1 for a whole pixel. */
static double share(double from, double to, int i) {
    double overlap = fmin(to, i + 1) - fmax(from, i);
    return fmax(overlap, 0);
}

/* A rectangle of ink, fractions of pixels included: its mean. */
static double mean_ink(const uint8_t *ink, int w, const Frame *f, double top, double bottom,
                       double left, double right) {
    double sum = 0;
    for (int r = (int)top; r < f->bottom && r < bottom; r++)
        for (int q = (int)left; q < f->right && q < right; q++)
            sum += share(top, bottom, r) * share(left, right, q) *
                   ink[(size_t)r * (size_t)w + (size_t)q];
    return sum / ((bottom - top) * (right - left));
}

/* The frame's ink, its longer side BOX pixels, onto a canvas at row `down` and column `across`. A
   pixel of the canvas is the mean of the old ones that it covers; there is no ink outside the
   frame. */
static void paint(const uint8_t *ink, int w, const Frame *f, double down, double across,
                  uint8_t *byte) {
    int tall = f->bottom - f->top, wide = f->right - f->left;
    double step = fmax(tall, wide) / BOX; /* old pixels per new one */
    for (int r = 0; r < IMAGE_SIDE; r++)
        for (int q = 0; q < IMAGE_SIDE; q++) {
            /* the square that this pixel covers, then its part within the frame */
            double top = f->top + (r - down) * step, left = f->left + (q - across) * step;
            double bottom = fmin(top + step, f->bottom), right = fmin(left + step, f->right);
            double level = 0;
            top = fmax(top, f->top);
            left = fmax(left, f->left);
            if (bottom > top && right > left)
                level = mean_ink(ink, w, f, top, bottom, left, right) * (bottom - top) *
                        (right - left) / (step * step);
            byte[r * IMAGE_SIDE + q] = (uint8_t)lround(level);
        }
}

/* The centre of mass of a canvas: row and column. An empty one has its middle. */
static void centre_of_mass(const uint8_t *byte, double centre[2]) {
    double mass = 0, sum[2] = {0, 0};
    /* 0.5: a pixel's mass is in its middle */
    for (int i = 0; i < IMAGE_BYTES; i++) {
        mass += byte[i];
        sum[0] += byte[i] * (i / IMAGE_SIDE + 0.5);
        sum[1] += byte[i] * (i % IMAGE_SIDE + 0.5);
    }
    for (int k = 0; k < 2; k++)
        centre[k] = mass > 0 ? sum[k] / mass : IMAGE_SIDE / 2.0;
}

/* The strongest pixel becomes 255, as in MNIST: a hairline covers little of a pixel. */
static void strengthen(uint8_t *byte) {
    int strongest = 1;
    for (int i = 0; i < IMAGE_BYTES; i++)
        if (byte[i] > strongest) strongest = byte[i];
    for (int i = 0; i < IMAGE_BYTES; i++)
        byte[i] = (uint8_t)(byte[i] * 255 / strongest);
}

/* Once in the middle to find the centre of mass, then again, moved by whole pixels. */
static void paint_centred(const uint8_t *ink, int w, const Frame *f, uint8_t *byte) {
    double corner = (IMAGE_SIDE - BOX) / 2.0, centre[2];
    paint(ink, w, f, corner, corner, byte);
    centre_of_mass(byte, centre);
    paint(ink, w, f, corner + IMAGE_SIDE / 2 - floor(centre[0]),
          corner + IMAGE_SIDE / 2 - floor(centre[1]), byte);
    strengthen(byte);
}

/* All five steps; only the first two can find that there is no digit, or more than one. */
bool preprocess_digit(const Grey *grey, uint8_t byte[IMAGE_BYTES], Error *error) {
    uint8_t *ink = malloc((size_t)grey->h * (size_t)grey->w);
    Frame frame;
    int share;
    bool ok = false;
    if (!ink) return error_set(error, "no memory for %d x %d pixels", grey->w, grey->h);
    if (ink_separate(grey, ink, &share, error)) {
        if (share < CONTRAST)
            error_set(error, "no digit: hardly any contrast in it");
        else
            ok = find_digit(grey->h, grey->w, ink, &frame, error);
    }
    if (ok) paint_centred(ink, grey->w, &frame, byte);
    free(ink);
    return ok;
}
