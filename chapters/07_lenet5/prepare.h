/**
 * @file prepare.h
 * @brief From a drawing of any size to an image as MNIST has them.
 *
 * @addtogroup ch07
 *
 * **Preparing a drawing.** The network has only ever seen MNIST: light ink on a dark ground, the digit fitted into 20x20
 * pixels with its proportions kept, smooth edges, its centre of mass in the middle of 28x28 (LeCun et al. 1998, section
 * III-A). A drawing must be brought there the same way, or the network is asked about something else:
 *
 *     1. ground     the median of the pixels along the edge; ink = how much a pixel differs from it
 *     2. contrast   the strongest ink becomes 255; less than a fifth of that is paper
 *     3. crop       to the ink, without specks: pieces less than a tenth as tall as the tallest
 *     4. scale      the longer side to 20 pixels; each new pixel is the mean of the old ones it covers
 *     5. centre     by whole pixels, until the centre of mass lies in pixel (14, 14), as it does in MNIST
 *
 * Two pieces of ink that are both tall are two digits, and refused.
 * @{
 */
#ifndef PREPARE_H
#define PREPARE_H

#include "dataset.h"
#include "image.h"

/**
 * @brief Makes a 28x28 image of a drawing.
 * @param grey  the drawing, dark on light or light on dark, one digit, at least a little ground around it
 * @param byte  (28, 28), overwritten: 0 = ground, 255 = ink
 * @param error filled on failure: no ink, or several digits
 * @return whether there was one digit
 */
bool prepare_digit(const Grey *grey, uint8_t byte[IMAGE_BYTES], Error *error);

/** @} */
#endif
