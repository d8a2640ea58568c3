/**
 * @file layer.h
 * @brief Layers, and the contract that every one keeps.
 *
 * A layer turns n images x into n images y. It is a description that never changes; parameters,
 * images and working memory belong to the caller. So any number of threads may run a layer, one
 * harness can check every layer, and a wrong layer for a test is one changed pointer.
 *
 * **Memory.** Images lie one after the other, each channel after channel, row after row: entry
 * (ch, r, s) of image i is x[i*shape_size(in) + at(in, ch, r, s)], see shape.h. Parameters lie the
 * same way: the weight first, then the bias.
 *
 * **Gradients.** L is the number that training makes small: the loss at the end of the network. dx
 * stands for dL/dx: how much L grows when an entry of x grows a little; likewise dy, dw and db.
 * forward goes from x to y. backward comes back from dy to dx, which is the dy of the layer before,
 * and leaves in dw the gradient for this layer's parameters. That is the chain rule.
 *
 * - `dw` **accumulates**: backward adds to it, and the caller clears it.
 * - `dx` is **overwritten**. NULL means that it is not wanted, as in the first layer.
 * - A layer never modifies `w`, `x`, `y` or `dy`. No two arguments overlap.
 * - backward recomputes everything it needs from `x` and `y`; forward leaves nothing else behind.
 * - `scratch` points to layer->scratch numbers of working memory, undefined on entry.
 * - The 1/N of a mean over the batch is in the loss (loss.h) and nowhere else.
 * - NaNs propagate: a NaN that goes in comes out, or a diverged run would look healthy.
 */
#ifndef LAYER_H
#define LAYER_H

#include "real.h"
#include "shape.h"

#include <stddef.h>
#include <stdint.h>

typedef struct Layer Layer;

/** y = layer(x) for n images; w holds the parameters. */
typedef void LayerForward(const Layer *layer, int n, const real *w, const real *x, real *y,
                          real *scratch);

/** dw += dL/dw and dx = dL/dx, given dy = dL/dy, forward's input x and its output y. */
typedef void LayerBackward(const Layer *layer, int n, const real *w, const real *x, const real *y,
                           const real *dy, real *dw, real *dx, real *scratch);

/** One layer: geometry, parameters and the two functions that are its meaning. */
struct Layer {
    char name[16];           ///< "C1": unique in a network, names its tensors in files
    const char *kind;        ///< "conv", "max pool", "affine", "relu", ...
    Shape in;                ///< one input image
    Shape out;               ///< one output image
    int size;                ///< side of the window, 0 where there is none
    int stride;              ///< step of the window
    int pad;                 ///< padding on each side
    const uint16_t *links;   ///< bit ch of links[f]: filter f sees channel ch; NULL: it sees all
    int weight[4];           ///< dimensions of the weight, unused ones 0; weight[0] = 0: no weight
    int bias;                ///< length of the bias, 0 for none
    int trainable;           ///< parameters that learn; fewer than stored where links are missing
    long connections;        ///< links of one image, biases counted (the paper's column)
    long macs;               ///< multiplications with an addition, one image, forward
    size_t scratch;          ///< numbers of working memory, for any n and both directions
    LayerForward *forward;   ///< from x to y
    LayerBackward *backward; ///< from dy to dx and dw
};

/**
 * @brief How many numbers the weight of a layer holds, missing links included.
 * @return the product of its weight dimensions, 0 for a layer without weight
 */
size_t layer_weights(const Layer *layer);

/**
 * @brief How many numbers a layer stores: weight and bias.
 * @return layer_weights() + bias
 */
size_t layer_params(const Layer *layer);

/**
 * @brief Whether a stored weight belongs to a link that exists.
 * @param i index of the weight, 0 .. layer_weights() - 1
 * @return false where `links` leaves filter and channel unconnected; such weights stay 0
 */
bool layer_linked(const Layer *layer, size_t i);

/**
 * @brief Sets the gradient of links that do not exist to 0.
 * @param layer the layer; without a connection table nothing happens
 * @param dw    its weight gradient
 */
void layer_clear_unlinked(const Layer *layer, real *dw);

#endif
