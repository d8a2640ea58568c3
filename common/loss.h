/**
 * @file loss.h
 * @brief The end of a network: a loss, where a class is chosen and the gradient begins.
 *
 * A loss reads the scores x that the last layer gives the classes. For each of n images it finds
 * one number, how wrong the network is about it, and an output for every class, a probability or a
 * distance, the best of which is the predicted class. Training starts here: backward hands dL/dx
 * to the last layer.
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

/** The summed loss of n images x (n, in); fills output (n, classes) and decision (n). */
typedef double LossForward(const Loss *loss, int n, const real *x, const uint8_t *label,
                           real *output, int *decision);

/** dx = scale * dloss/dx, from the output that forward filled. */
typedef void LossBackward(const Loss *loss, int n, const real *x, const uint8_t *label,
                          const real *output, real scale, real *dx);

/** hx = d2loss/dx2, one number for each x, from the output that forward filled; not averaged. Only
    the training method of 1998 asks for it (chapter 7). */
typedef void LossCurvature(const Loss *loss, int n, const real *x, const uint8_t *label,
                           const real *output, real *hx);

/** A loss: two functions, like a layer, and a rule for the decision. */
struct Loss {
    char name[24];            ///< "softmax cross-entropy"
    int in;                   ///< inputs of one image
    int classes;              ///< outputs of one image, one for each class
    bool smallest_wins;       ///< outputs are distances; otherwise the largest wins
    double constant;          ///< j of the RBF loss (rbf.h); softmax has none
    LossForward *forward;     ///< from x to the loss
    LossBackward *backward;   ///< from the loss to dx
    LossCurvature *curvature; ///< second derivatives
};

#endif
