/**
 * @file inspect.h
 * @brief Looking at single images in the terminal: the network's answer, and a recipe's
 *        augmentations.
 *
 * @addtogroup workbench
 * @{
 */
#ifndef INSPECT_H
#define INSPECT_H

#include "07_lenet5/evaluate.h"
#include "07_lenet5/trainer.h"

#include <stdio.h>

/**
 * @brief Draws one image and the network's answer.
 *
 * With softmax: the ten probabilities as bars. With RBF codes: the state of F6 as the 7x12 picture
 * that it tries to draw, and the ten codes with their squared distances.
 *
 * @param out   where to; NULL: nothing is drawn
 * @param error filled when there is no memory, or no finite answer
 * @return whether it worked
 */
bool inspect_image(FILE *out, const Network *net, const real *params, const Dataset *data,
                   int image, Prediction *prediction, Error *error);

/**
 * @brief Writes a table of the last layer's outputs for every image, for comparison with other
 *        programs.
 *
 * Columns: label, digit (the prediction), y0, y1, ...: the ten logits (the sums that softmax
 * takes), or the 84 states of F6.
 *
 * @param error filled when there is no memory
 * @return whether it worked
 */
bool inspect_outputs(FILE *out, const Network *net, const real *params, const Dataset *data,
                     Error *error);

/**
 * @brief Draws a training image as it is, and as five epochs (or copies) of a run would see it.
 * @param trainer the run; its present epoch changes
 */
void inspect_augmented(FILE *out, Trainer *trainer, int image);

/** @} */
#endif
