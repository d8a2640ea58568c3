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
 *
 * **ReLU before max pooling** can be part of it. The largest of rectified numbers is the largest
 * number, rectified, and the gradient takes the same path (chapter 3 shows both): one comparison
 * for each window instead of a pass over all numbers, forward and backward.
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

/**
 * @brief Lets max pooling along rows do the work of the ReLU before it, which is then not run.
 * @param relu the layer before: pooling gets its input
 * @param pool a layer that rows_pool() has changed; its two functions are replaced
 * @return whether they are these two
 */
bool rows_relu_pool(const Layer *relu, Layer *pool);

/** @} */
#endif
