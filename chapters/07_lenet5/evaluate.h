/**
 * @file evaluate.h
 * @brief How good a network is: accuracy, predictions, and knowing when not to answer.
 *
 * @addtogroup ch07
 *
 * Everything is counted over all images, whatever their number. Rejecting the k least confident of
 * n images leaves
 *
 *     error(k) = wrong among the n - k that are kept / (n - k)
 *
 * Source: the report, `accuracy` (which drops the last images when the batch does not divide their
 * number); LeCun et al. 1998, section III-C (rejection).
 * @{
 */
#ifndef EVALUATE_H
#define EVALUATE_H

#include "07_lenet5/network.h"

#include <stdio.h>

/** How well a network does on a data set. */
typedef struct Evaluation {
    int n;                           ///< images
    double loss;                     ///< mean
    double accuracy;                 ///< share of correct predictions, 0 .. 1
    int confusion[CLASSES][CLASSES]; ///< [true class][predicted class]
} Evaluation;

/** A network's answer to one image. */
typedef struct Prediction {
    int digit;                   ///< the predicted class
    double score;                ///< of that class: a probability, or a squared distance to a code
    double margin;               ///< how much better than the second best class, at least 0
    double probability[CLASSES]; ///< of each class; for RBF codes from the distances y_i: e^-y_i,
                                 ///< scaled to sum 1
} Prediction;

/** How doubt is measured. */
typedef enum Doubt {
    DOUBT_MARGIN, ///< a small lead over the second best class
    DOUBT_SCORE   ///< a small probability, or a large distance
} Doubt;

/**
 * @brief Loss, accuracy and confusion matrix over a whole data set.
 * @param threads at least 1; the result does not depend on it
 * @param error   filled when there is no memory
 * @return whether it worked
 */
bool evaluate(const Network *net, const real *params, const Dataset *data, int threads,
              Evaluation *result, Error *error);

/**
 * @brief Prints the confusion matrix: a row for each true digit, a column for each prediction, and
 *        the share of the row that is correct.
 */
void confusion_print(FILE *out, const Evaluation *evaluation);

/**
 * @brief A network's answers to every image of a data set.
 * @param threads at least 1; the result does not depend on it
 * @param each    data->n predictions, overwritten on success
 * @param error   filled when there is no memory
 * @return whether it worked
 */
bool predict(const Network *net, const real *params, const Dataset *data, int threads,
             Prediction *each, Error *error);

/**
 * @brief A prediction from the scores that the loss filled.
 * @param score    (classes) of one image
 * @param decision the predicted class
 * @return the prediction
 */
Prediction prediction_of(const Loss *loss, const real *score, int decision);

/**
 * @brief The error after rejecting the 0, 1, 2, ... least confident images.
 * @param net   the network: RBF distances are better when small
 * @param each  their predictions, from predict()
 * @param doubt the measure; equal doubts keep the images' order
 * @param error data->n shares, overwritten: error[k] is the error after k rejections
 * @param why   filled when there is no memory
 * @return whether it worked
 */
bool rejection_curve(const Network *net, const Dataset *data, const Prediction *each, Doubt doubt,
                     double *error, Error *why);

/** @} */
#endif
