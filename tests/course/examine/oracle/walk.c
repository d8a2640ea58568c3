/* Every pixel of every window; see walk.h. */
#include "walk.h"

const Suspect walk_suspects[WALK_MISTAKES - 1] = {
    {"no-padding", "the padding is not subtracted: r = i*stride + p - pad"},
    {"no-stride", "the stride is missing: r = i*stride + p - pad"},
    {"no-channel", "the channel is missing in the index of the pixel"},
    {"one-sheet", "the channel is missing in the index (ch,p,q) of the window"},
    {"pq-exchanged", "p and q are exchanged"},
    {"ij-exchanged", "i and j are exchanged: window (i,j) is number i*ow + j"},
    {"oh-for-ow", "window (i,j) is number i*ow + j, not i*oh + j"},
    {"h-for-w", "a row of the image has w entries, not h"},
    {"no-check", "places outside the image are not left out"},
    {"first-row-skipped", "row 0 and column 0 belong to the image: r >= 0"},
    {"first-row-skipped", "row 0 belongs to the image: r >= 0"},
    {"last-row-skipped", "row h-1 and column w-1 belong to the image: r < h"},
    {"last-row-skipped", "row h-1 belongs to the image: r < h"},
    {"stride-on-p", "the stride multiplies p: it belongs to i, r = i*stride + p - pad"},
};

Walk walk_begin(Geometry g, Astray astray) {
    return (Walk){.g = g, .astray = astray, .j = -1};
}

/* Counts up the last of five digits whose base is not reached; false when all are. */
static bool count_up(Walk *k) {
    int *digit[5] = {&k->ch, &k->p, &k->q, &k->i, &k->j};
    const int base[5] = {k->g.in.c, k->g.size, k->g.size, k->g.out.h, k->g.out.w};
    for (int d = 4; d >= 0; d--) {
        if (++*digit[d] < base[d]) return true;
        *digit[d] = 0;
    }
    return false;
}

/* Whether (r, s) is in the image, for a walk that may think otherwise. */
static bool seems_inside(const Walk *k) {
    bool first = k->astray == WALK_SKIP_FIRST, last = k->astray == WALK_SKIP_LAST;
    int from_r = first || k->astray == WALK_SKIP_FIRST_R, from_s = first;
    int to_r = k->g.in.h - (last || k->astray == WALK_SKIP_LAST_R), to_s = k->g.in.w - last;
    bool in = k->r >= from_r && k->r < to_r && k->s >= from_s && k->s < to_s;
    return in || k->astray == WALK_NO_CHECK;
}

bool walk_next(Walk *k) {
    if (!count_up(k)) return false;
    const Shape in = k->g.in, out = k->g.out;
    int stride = k->astray == WALK_NO_STRIDE ? 1 : k->g.stride;
    int pad = k->astray == WALK_NO_PAD ? 0 : k->g.pad, size = k->g.size;
    k->r = k->i * stride + k->p - pad;
    k->s = k->j * stride + k->q - pad;
    if (k->astray == WALK_STRIDE_ON_P) {
        k->r = k->i + k->p * stride - pad;
        k->s = k->j + k->q * stride - pad;
    }
    k->inside = seems_inside(k);
    int sheet = k->astray == WALK_ONE_SHEET ? 0 : k->ch;
    int channel = k->astray == WALK_NO_CHANNEL ? 0 : k->ch;
    int width = k->astray == WALK_H_FOR_W ? in.h : in.w;
    bool swap = k->astray == WALK_SWAP_PQ;
    k->row = (sheet * size + (swap ? k->q : k->p)) * size + (swap ? k->p : k->q);
    k->column = k->i * (k->astray == WALK_OH_FOR_OW ? out.h : out.w) + k->j;
    if (k->astray == WALK_SWAP_IJ) k->column = k->j * out.h + k->i;
    k->pixel = (channel * in.h + k->r) * width + k->s;
    return true;
}
