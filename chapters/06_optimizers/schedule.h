/**
 * @file schedule.h
 * @brief Rates that fall, and parameters that are averaged.
 *
 * @addtogroup ch06
 *
 * A step of the optimizer has the rate share * lr; t runs from 0 to 1 over the epochs after the
 * warm-up, in which the share rises in a straight line from 0 to 1:
 *
 *     constant   share = 1
 *     cosine     share = (1 + cos(pi * t)) / 2
 *     1998       share = 1 1 .4 .4 .4 .2 .2 .2 .1 .1 .1 .1 .02 ...   by epoch: the paper's table
 *
 * The average of the parameters after step t = 1, 2, ...:
 *
 *     mean = k * mean + (1 - k) * w       k = min(keep, (t - 1) / (t + 8))
 *
 * Source: LeCun et al. 1998, section III-B (the table); Loshchilov and Hutter 2017 (cosine); Polyak
 * and Juditsky 1992 (averaging).
 * @{
 */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include "real.h"

#include <stddef.h>

/** How the learning rate changes during a run. */
typedef enum Schedule {
    SCHEDULE_CONSTANT, ///< it does not
    SCHEDULE_COSINE,   ///< half a cosine, from lr down to 0
    SCHEDULE_1998      ///< the table of LeCun et al. 1998
} Schedule;

/**
 * @brief Which share of the learning rate a step takes.
 * @param schedule the kind
 * @param warmup   epochs in which the share rises from 0, before the schedule proper; 0 for none
 * @param done     epochs done, with a fraction: 0 .. epochs
 * @param epochs   of the whole run
 * @return 0 .. 1
 */
double schedule_share(Schedule schedule, double warmup, double done, double epochs);

/**
 * @brief Takes a step's parameters into their running mean.
 * @param n    parameters
 * @param keep the share of the old mean that stays, 0 .. 1, once there have been enough steps
 * @param t    number of the step, from 1; step 1 sets the mean
 * @param w    the parameters after that step
 * @param mean their running mean, changed
 */
void average_step(size_t n, double keep, long t, const real *w, real *mean);

/** @} */
#endif
