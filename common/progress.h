/**
 * @file progress.h
 * @brief How far a long job is: a bar as wide as the terminal, plain lines elsewhere.
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

/** @brief Starts a bar; nothing is drawn yet. */
void progress_start(Progress *bar, FILE *out, const char *label, long total);

/**
 * @brief Reports images done: on a terminal at most ten times a second, elsewhere one line every
 *        ten seconds.
 *
 * The line is as wide as the terminal. When that is narrow, images/s go first, then the accuracy,
 * the time left, the loss and the bar; label and percentage stay.
 *
 * @param done     images done so far, 0 .. total
 * @param loss     mean loss so far
 * @param accuracy share of correct predictions so far, 0 .. 1
 */
void progress_update(Progress *bar, long done, double loss, double accuracy);

/** @brief Wipes the bar off a terminal, so that a line of results can take its place. */
void progress_end(Progress *bar);

#endif
