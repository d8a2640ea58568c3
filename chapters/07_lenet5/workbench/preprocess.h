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
 *     1. background   the median of the pixels along the edge; ink is the difference from it
 *     2. contrast     the strongest ink becomes 255; less than a fifth of that is paper
 *     3. crop         to the ink, without specks: pieces less than a tenth as tall as the tallest
 *     4. scale        the longer side to 20 pixels, each the mean of the old ones it covers
 *     5. centre       by whole pixels, until the centre of mass lies in pixel (14, 14), as in MNIST
 *
 * Two pieces of ink that are both tall are two digits, and refused.
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
 * @param error filled on failure: no ink, or several digits
 * @param error filled on failure: no ink, or several digits
 * @return whether there was one digit
 */
bool preprocess_digit(const Grey *grey, uint8_t byte[IMAGE_BYTES], Error *error);

/** @} */
#endif
