/**
 * @file draw.h
 * @brief `train --live`: loss and accuracy drawn during the run, by gnuplot, from the log.
 *
 * @addtogroup workbench
 *
 * **A live picture.** Where there is a display, gnuplot is started once and redraws its window from
 * the log until the run ends (plots/live.gp). Elsewhere each picture is made of characters: gnuplot
 * is called for it, and on a terminal the next picture takes its place. Without gnuplot nothing
 * starts; if it fails later, the run continues without pictures. It never changes the run's bits.
 * @{
 */
#ifndef DRAW_H
#define DRAW_H

#include "fail.h"

#include <stdio.h>

/** What is drawn, and where. All zero: nothing. */
typedef struct Drawing {
    FILE *out;    ///< where pictures made of characters go; NULL: nothing is drawn here
    bool fancy;   ///< a terminal: pictures replace each other
    int rows;     ///< rows of the last picture, the cursor below it
    double drawn; ///< seconds_now() of the last picture
} Drawing;

/**
 * @brief Starts drawing.
 * @param drawing filled
 * @param out     where pictures made of characters go
 * @param log     path of the log, which exists
 * @param error   filled on failure: no gnuplot, or not in the project's top folder
 * @return whether it worked
 */
bool draw_start(Drawing *drawing, FILE *out, const char *log, Error *error);

/**
 * @brief Whether it is time for the next picture; the log must be flushed before it is drawn.
 * @param drawing the drawing
 * @param epoch   whether an epoch has just ended: elsewhere than on a terminal, only then
 * @return false when nothing is drawn here
 */
bool draw_due(const Drawing *drawing, bool epoch);

/**
 * @brief Draws a picture of the log as it is now; the progress bar below it is wiped.
 * @param drawing the drawing
 */
void draw_now(Drawing *drawing);

/**
 * @brief A line of text follows: the next picture is drawn below it.
 * @param drawing the drawing
 */
void draw_below(Drawing *drawing);

/** @} */
#endif
