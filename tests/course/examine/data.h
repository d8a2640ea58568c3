/**
 * @file data.h
 * @brief Data for the calls of items.
 */
#ifndef DATA_H
#define DATA_H

#include "call.h"
#include "rng.h"

/** The unit of data that are exact in float, and so are sums of their products: 1 for a case that
    is to be read by eye, an eighth for the others, where whole numbers would hide a cast to int. */
static const double whole = 1, eighth = 0.125;

/**
 * @brief Multiples of a unit from -most to most.
 * @param call the call
 * @param slot which array
 * @param rng  the generator
 * @param most the largest
 * @param unit the unit
 */
void data_multiples(Call *call, Slot slot, Rng *rng, double most, double unit);

/**
 * @brief Multiples of a unit from -most to most without 0.
 * @param call the call
 * @param slot which array
 * @param rng  the generator
 * @param most the largest
 * @param unit the unit
 */
void data_nonzero(Call *call, Slot slot, Rng *rng, double most, double unit);

/**
 * @brief Different numbers in random order: from low on, `step` apart.
 * @param call the call
 * @param slot which array
 * @param rng  the generator
 * @param low  the smallest
 * @param step between neighbours
 */
void data_distinct(Call *call, Slot slot, Rng *rng, double low, double step);

/**
 * @brief Makes every third number a million times as large, and every third a millionth of that:
 *        far apart in size, still different, still floats.
 * @param call the call
 * @param slot which array; it is only to be copied or compared
 */
void data_spread(Call *call, Slot slot);

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
