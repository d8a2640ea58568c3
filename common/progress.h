/**
 * @file progress.h
 * @brief How far a long job is: a bar on a terminal, a plain line now and then elsewhere.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdbool.h>
#include <stdio.h>

/** One bar. The caller owns it and the stream. */
typedef struct Progress {
    FILE *out;      ///< the only stream written to
    bool fancy;     ///< a bar that redraws itself, or lines
    char label[32]; ///< "epoch 3/10"
    long total;     ///< images in the job
    double started; ///< seconds_now() at the start
    double drawn;   ///< seconds_now() when it was last drawn
} Progress;

/**
 * @brief Starts a bar; nothing is drawn yet.
 * @param bar   the bar
 * @param out   where to draw
 * @param label what stands before the bar
 * @param total images in the whole job
 */
void progress_start(Progress *bar, FILE *out, const char *label, long total);

/**
 * @brief Reports images done. Draws at most ten times a second on a terminal, elsewhere one line
 *        every ten seconds.
 * @param bar      the bar
 * @param done     images done so far, 0 .. total
 * @param loss     mean loss so far
 * @param accuracy share of right answers so far, 0 .. 1
 */
void progress_update(Progress *bar, long done, double loss, double accuracy);

/**
 * @brief Wipes the bar off a terminal, so that a line of results can take its place.
 * @param bar the bar
 */
void progress_end(Progress *bar);

#endif
