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
 * @param loss     mean loss so far
 * @param accuracy share of correct predictions so far, 0 .. 1
 */
void progress_update(Progress *bar, long done, double loss, double accuracy);

/** @brief Wipes the bar off a terminal, so that a line of results can take its place. */
void progress_end(Progress *bar);

/**
 * @brief The line that progress_update() draws, fitted to a width.
 *
 * Label and percentage come first. As the width shrinks the bar does, then images/s go, then the
 * accuracy, the time left, the loss and the bar.
 *
 * @param loss     mean loss so far
 * @param accuracy share of correct predictions so far
 * @param seconds  since the start
 * @param width    columns that may be used; 0: any number, and no bar (a line of a log)
 * @param size     room in line; 160 is enough
 * @return line
 */
char *progress_line(const Progress *bar, long done, double loss, double accuracy, double seconds,
                    int width, char *line, size_t size);

#endif
