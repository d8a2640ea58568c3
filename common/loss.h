/**
 * @file loss.h
 * @brief What a loss is: the end of a network, where a class is chosen and the gradient begins.
 *
 * A loss gives each of n images a number that says how wrong the network is about it, and a score
 * for every class, the best of which is the predicted class. Training starts here: backward hands
 * dL/dx to the last layer.
 *
 * Whether L is the sum over the images or their mean is decided by `scale`, 1 or 1/N, and this is
 * the only place where the batch is averaged.
 */
#ifndef LOSS_H
#define LOSS_H

#include "real.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct Loss Loss;

/** The summed loss of n images x (n, in); fills score (n, classes) and decision (n). */
typedef double LossForward(const Loss *loss, int n, const real *x, const uint8_t *label,
                           real *score, int *decision);

/** dx = scale * dloss/dx, from the scores that forward filled. */
typedef void LossBackward(const Loss *loss, int n, const real *x, const uint8_t *label,
                          const real *score, real scale, real *dx);

/** hx = d2loss/dx2, one number for each x, from the scores that forward filled; not averaged. Only
    the training method of 1998 asks for it (chapter 7). */
typedef void LossCurvature(const Loss *loss, int n, const real *x, const uint8_t *label,
                           const real *score, real *hx);

/** A loss: two functions, like a layer, and a rule for the decision. */
struct Loss {
    char name[24];            ///< "softmax cross-entropy"
    int in;                   ///< inputs of one image
    int classes;              ///< scores of one image, one for each class
    bool smallest_wins;       ///< scores are distances; otherwise the largest score wins
    double constant;          ///< a number that the loss may need; which one, its header says
    LossForward *forward;     ///< from x to the loss
    LossBackward *backward;   ///< from the loss to dx
    LossCurvature *curvature; ///< second derivatives
};

#endif
