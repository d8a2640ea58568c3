/**
 * @file items_layer.h
 * @brief Calls of layers: which arrays forward and backward have.
 */
#ifndef ITEMS_LAYER_H
#define ITEMS_LAYER_H

#include "call.h"

/**
 * @brief Declares x and y, and for backward dy and dx.
 * @param c       the call, with its geometry
 * @param forward which direction
 * @param dx      whether dx is wanted
 */
void layer_images(Call *c, bool forward, bool dx);

/**
 * @brief Declares w and b, and for backward dw and db.
 * @param c       the call
 * @param forward which direction
 * @param axis    the names of the weight's axes
 * @param extent  their lengths
 * @param bias    length of the bias
 * @param unit    the name of its axis
 */
void layer_parameters(Call *c, bool forward, const char *axis, const int *extent, int bias,
                      const char *unit);

/**
 * @brief Sets y to the correct output of forward, for backward.
 * @param c       the call, filled
 * @param forward the function that writes y
 */
void layer_right_y(Call *c, Function forward);

#endif
