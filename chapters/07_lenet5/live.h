/**
 * @file live.h
 * @brief Loss and accuracy drawn while a run goes on: `07_lenet5 train --live`.
 *
 * @addtogroup ch07
 *
 * **Watching a run.** gnuplot runs beside the training and gets a picture's commands at most twice a second, never
 * before it has answered that the last picture is drawn: whatever happens to it, training does not wait for it.
 * With a display it draws into a window. Without one it draws with letters; it sends these back, and they are
 * printed on the terminal in place of the last picture (on a file or pipe: once an epoch).
 * When gnuplot dies the run goes on without pictures. Watching changes no bit of the run: nothing is read but numbers
 * that are there anyway.
 *
 * A curve of any length is kept in CURVE_POINTS points: when they are full, neighbours become their mean.
 * @{
 */
#ifndef LIVE_H
#define LIVE_H

#include "fail.h"

#include <stdio.h>
#include <sys/types.h>

enum {
    CURVE_POINTS =
        256, ///< a curve is never longer, and never shorter than half of it once it was full
    FRAME_BYTES = 8192 ///< room for one picture made of letters
};

/** A curve that grows and keeps its size: every point is the mean of so many values. */
typedef struct Curve {
    int points;             ///< how many there are
    int each;               ///< values in a point
    int taken;              ///< values in the next point so far
    double x[CURVE_POINTS]; ///< place of each; at x[points] the sum of the next
    double y[CURVE_POINTS]; ///< value of each; at y[points] the sum of the next
} Curve;

/** The curves of a run, and the gnuplot that draws them. All zero: nothing is drawn. */
typedef struct Live {
    FILE *out;               ///< where pictures made of letters go
    pid_t gnuplot;           ///< its process; 0: none, or it has died
    int line;                ///< the socket that is its input and its output
    bool window;             ///< it has a window to draw into
    bool fancy;              ///< out is a terminal: a picture takes the place of the last one
    bool busy;               ///< it has not answered yet
    bool due;                ///< an epoch has ended since the last picture
    double drawn;            ///< seconds_now() when the last picture was asked for
    int lines;               ///< lines of the picture that stands on the terminal
    size_t got;              ///< bytes of its answer so far
    char frame[FRAME_BYTES]; ///< its answer
    Curve loss;              ///< of mini-batches, before the step
    Curve learning;          ///< share of them that was right, before the step
    Curve test_loss;         ///< after epochs
    Curve test_accuracy;     ///< after epochs
} Live;

/**
 * @brief Adds a value to a curve. NaN is left out.
 * @param curve the curve
 * @param x     where, in epochs
 * @param y     what
 */
void curve_add(Curve *curve, double x, double y);

/**
 * @brief Starts gnuplot and asks it whether it has a window to draw into.
 * @param live   filled
 * @param out    where pictures made of letters go
 * @param window whether there is a display
 * @param error  filled when there is no gnuplot: the package to install
 * @return whether it worked
 */
bool live_start(Live *live, FILE *out, bool window, Error *error);

/**
 * @brief A mini-batch was learned from; draws when it is time to.
 * @param live  the pictures
 * @param epoch how many are done, with the part of the present one
 * @param loss  mean of the batch
 * @param right share of it that was right
 */
void live_batch(Live *live, double epoch, double loss, double right);

/**
 * @brief An epoch was judged; the next picture shows it.
 * @param live     the pictures
 * @param epoch    how many are done
 * @param loss     on the test images; NaN: not judged
 * @param accuracy on the test images
 */
void live_epoch(Live *live, double epoch, double loss, double accuracy);

/**
 * @brief Takes the picture made of letters, and a progress bar below it, off the terminal, so that a line can be printed;
 *        the next picture follows it.
 * @param live the pictures
 */
void live_wipe(Live *live);

/**
 * @brief Draws for the last time and lets gnuplot go; its window stays.
 * @param live the pictures
 */
void live_end(Live *live);

/**
 * @brief Writes the gnuplot commands of one picture.
 * @param live the curves
 * @param out  where to
 */
void live_script(const Live *live, FILE *out);

/** @} */
#endif
