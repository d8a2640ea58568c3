/**
 * @file walk.h
 * @brief Walks over every pixel of every window of an image, one after the other; or wrongly.
 *
 * Chapters 1 to 3 are sums over the same pairs (entry of the window, pixel). A walk visits them
 * in the order (ch, p, q, i, j). Most mistakes with windows are a walk that goes astray in one
 * place, see the table of mistakes.
 */
#ifndef WALK_H
#define WALK_H

#include "course/examine/expected.h"

/** Mistakes that a walk can make. */
typedef enum Astray {
    WALK_RIGHT,
    WALK_NO_PAD,       ///< r = i*stride + p
    WALK_NO_STRIDE,    ///< r = i + p - pad
    WALK_NO_CHANNEL,   ///< the pixel of channel 0, whatever ch
    WALK_ONE_SHEET,    ///< the entry (0,p,q) of the window, whatever ch
    WALK_SWAP_PQ,      ///< the entry (ch,q,p) of the window
    WALK_SWAP_IJ,      ///< window (j,i): column j*oh + i
    WALK_OH_FOR_OW,    ///< column i*oh + j
    WALK_H_FOR_W,      ///< a row of the image has h entries
    WALK_NO_CHECK,     ///< pixels outside the image are read where they would be
    WALK_SKIP_FIRST,   ///< r > 0 and s > 0
    WALK_SKIP_FIRST_R, ///< r > 0
    WALK_SKIP_LAST,    ///< r < h-1 and s < w-1
    WALK_SKIP_LAST_R,  ///< r < h-1
    WALK_STRIDE_ON_P,  ///< r = i + p*stride - pad
    WALK_MISTAKES      ///< how many, WALK_RIGHT included
} Astray;

/** A place of the walk. */
typedef struct Walk {
    Geometry g;
    Astray astray;
    int ch, p, q, i, j; ///< entry (ch,p,q) of window (i,j)
    int r, s;           ///< its pixel
    bool inside;        ///< whether that is in the image
    int row, column;    ///< in col: row (ch,p,q), column (i,j)
    int pixel;          ///< in x; below 0 or too large: not this image's
} Walk;

/**
 * @brief Begins a walk.
 * @param g      geometry
 * @param astray which mistake it makes
 * @return a walk before its first place
 */
Walk walk_begin(Geometry g, Astray astray);

/**
 * @brief Goes to the next place.
 * @param walk the walk
 * @return false after the last one
 */
bool walk_next(Walk *walk);

/** The names of the mistakes, from the first after WALK_RIGHT. */
extern const Suspect walk_suspects[WALK_MISTAKES - 1];

#endif
