/**
 * @file data.h
 * @brief What items fill their calls with.
 */
#ifndef DATA_H
#define DATA_H

#include "call.h"
#include "rng.h"

/**
 * @brief Whole numbers from -most to most: sums of their products are exact in float.
 * @param call the call
 * @param slot which array
 * @param rng  the generator
 * @param most the largest
 */
void data_integers(Call *call, Slot slot, Rng *rng, int most);

/**
 * @brief Whole numbers from -most to most without 0.
 * @param call the call
 * @param slot which array
 * @param rng  the generator
 * @param most the largest
 */
void data_nonzero(Call *call, Slot slot, Rng *rng, int most);

/**
 * @brief Different whole numbers in random order: from low on, `step` apart.
 * @param call the call
 * @param slot which array
 * @param rng  the generator
 * @param low  the smallest
 * @param step between neighbours
 */
void data_distinct(Call *call, Slot slot, Rng *rng, int low, int step);

/**
 * @brief Normal numbers.
 * @param call      the call
 * @param slot      which array
 * @param rng       the generator
 * @param deviation standard deviation
 */
void data_normals(Call *call, Slot slot, Rng *rng, double deviation);

/**
 * @brief Given numbers.
 * @param call the call
 * @param slot which array
 * @param v    as many as the array has
 */
void data_list(Call *call, Slot slot, const double *v);

/**
 * @brief A geometry of a sliding window, one that loops like to get wrong.
 * @param rng     the generator
 * @param filters channels of the output; 0: as many as the input has
 * @return up to 3 channels, windows up to 4, strides up to 3, padding, height and width different
 */
Geometry data_window(Rng *rng, int filters);

/**
 * @brief The output shape that belongs to a window.
 * @param g        the geometry, its out is set
 * @param channels of the output
 */
void data_out(Geometry *g, int channels);

#endif
