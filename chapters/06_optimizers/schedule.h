/**
 * @file schedule.h
 * @brief Settling down: rates that fall, and parameters that are averaged.
 *
 * @addtogroup ch06
 *
 * An epoch is one pass over the training images; a mini-batch is the handful of them used for one
 * step. The gradient of a mini-batch is the true one plus noise, and with a constant rate the
 * parameters never settle: they oscillate around the minimum. Two remedies, which go well together:
 *
 * **A falling rate.** The step is `share * lr`, and the share depends on how much of the run is
 * done:
 *
 *     constant   share = 1
 *     cosine     share = (1 + cos(pi * t)) / 2        t from 0 to 1 over the run
 *     1998       share = 1 1 .4 .4 .4 .2 .2 .2 .1 .1 .1 .1 .02 ...   by pass: the paper's table
 *
 * With a warm-up of some epochs the share first rises in a straight line from 0 to 1, and the
 * cosine takes the rest: a large rate is safe once the first steps have moved away from the random
 * start. (A cosine with a long warm-up is also known as a one-cycle rate.)
 *
 * **An average.** Step as before, but evaluate the network at the mean of the recent parameters:
 *
 *     mean = keep * mean + (1 - keep) * w         after every step
 *
 * With keep = 0.999 that is about the last thousand steps. At the start there are not that many, so
 * keep begins small: min(keep, (t - 1) / (t + 8)) for step t = 1, 2, ...
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
