/**
 * @file preprocess.h
 * @brief From a drawing of any size to an image like MNIST's.
 *
 * @addtogroup workbench
 *
 * **Preprocessing a drawing.** The network has only ever seen MNIST: light ink on a dark
 * background, the digit fitted into 20x20 pixels with its proportions kept, smooth edges, its
 * centre of mass in the middle of 28x28 (LeCun et al. 1998, section III-A). A drawing must be
 * brought into that form the same way, or the network is asked about something else:
 *
 *     1. ink          darker than the paper around it, or lighter on a dark background,
 *                     in any light; the strongest becomes 255, less than a fifth is paper: ink.h
 *     2. pieces       rules, frames, the edges of sheets and shadows are wiped, and so are specks
 *                     (less than a tenth as tall as the tallest) and faint pieces (less than two
 *                     thirds of the strongest one's ink, and less than half as tall)
 *     3. crop         to the pieces that are left
 *     4. scale        the longer side to 20 pixels, each the mean of the old ones it covers
 *     5. centre       by whole pixels, until the centre of mass lies in pixel (14, 14), as in
 *                     MNIST; then the strongest pixel becomes 255
 *
 * Refused are: no contrast; two pieces of ink that are both tall, as two digits; a rule or a shadow
 * that runs through the digit and is as dark as the pen; a digit 1.4 times as wide as tall, which
 * may be turned by 90 degrees or two that touch (MNIST has 1 % of such digits). A digit that was
 * turned by less, or upside down, cannot be told from another digit: it is read as it stands.
 * @{
 */
#ifndef PREPROCESS_H
#define PREPROCESS_H

#include "dataset.h"
#include "image.h"

/**
 * @brief Makes a 28x28 image of a drawing.
 * @param grey  the drawing, dark on light or light on dark, one digit with a little background
 *              around it
 * @param byte  (28, 28), overwritten: 0 = background, 255 = ink
 * @param error filled on failure: one of these causes
 * @return whether there was one digit
 */
bool preprocess_digit(const Grey *grey, uint8_t byte[IMAGE_BYTES], Error *error);

/** @} */
#endif
