/**
 * @file reject.h
 * @brief Knowing when not to answer: the error that is left when doubtful images are rejected.
 *
 * @addtogroup ch07
 *
 * **Rejection.** A machine that reads cheques may hand the doubtful ones to a person. Sort the images by how sure
 * the network is, reject the least sure k of n, and count the errors among the others:
 *
 *     error(k) = wrong among the n - k that are kept / (n - k)
 *
 * A good measure of doubt puts the wrong ones first, and the error falls steeply. Two measures: the **score** of
 * the decision itself (a probability, or the squared distance to the nearest code, as in LeCun et al. 1998, section
 * III-C) and its **margin**, the lead over the second best class.
 * @{
 */
#ifndef REJECT_H
#define REJECT_H

#include "07_lenet5/trainer.h"

/** How doubt is measured. */
typedef enum Doubt {
    DOUBT_MARGIN, ///< a small lead over the second best class
    DOUBT_SCORE   ///< a small probability, or a large distance
} Doubt;

/**
 * @brief The error after rejecting the 0, 1, 2, ... least sure images.
 * @param net   the network: RBF distances are better when small
 * @param data  the images that were judged
 * @param each  what judge() said about them
 * @param doubt the measure; equal doubts keep the images' order
 * @param error data->n shares, overwritten: error[k] is what is left when k are rejected
 * @param why   filled when there is no memory
 * @return whether it worked
 */
bool rejection_curve(const Network *net, const Dataset *data, const Judgement *each, Doubt doubt,
                     double *error, Error *why);

/** @} */
#endif
