/**
 * @file rows.h
 * @brief Pooling along whole rows. Advanced; skip on first reading.
 *
 * @addtogroup ch03
 *
 * **Pooling along rows** (advanced). Window by window, every comparison is a branch that
 * depends on data, and the processor guesses wrongly half of the time. A window's maximum is also
 * the maximum of its columns' maxima, so a map can be pooled in passes that run along whole rows
 * and choose a value instead of a way; such loops become vector code. backward looks for the first
 * entry that equals the maximum, again without a branch that depends on data.
 *
 * For LeNet's two shapes (2x2 windows on 28x28 and on 10x10) the same bodies are compiled with
 * constant sizes, and the window loops vanish. Subsampling gets the same treatment.
 * @{
 */
#ifndef ROWS_H
#define ROWS_H

#include "layer.h"

/**
 * @brief Makes a max pooling or subsampling layer run along rows.
 * @param layer a layer; its two functions and its scratch are replaced when it is one of the two
 * @return whether it is
 */
bool rows_pool(Layer *layer);

/** @} */
#endif
