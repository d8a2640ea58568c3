/**
 * @file init.h
 * @brief Initial weights: random, and how large depends on the fan-in.
 *
 * A unit adds up fan-in inputs, each times a weight. If weights had the same size everywhere, a
 * unit with 400 inputs would give far larger sums than one with 25, and after a few layers the
 * numbers would explode or vanish. So every scheme but one makes weights smaller where the fan-in
 * is larger.
 */
#ifndef INIT_H
#define INIT_H

#include "layer.h"
#include "rng.h"

/** The schemes. U(a, b) is uniform from a to b, N(0, v) normal with variance v. */
typedef enum Init {
    INIT_UNIFORM, ///< weight and bias U(-1/sqrt(fan_in), 1/sqrt(fan_in)): PyTorch's default
    INIT_HE,      ///< weight N(0, 2/fan_in), bias 0: for ReLU (He et al. 2015)
    INIT_NORMAL,  ///< weight N(0, 0.01^2), bias 0: the report's class takes a fixed deviation
    INIT_LECUN    ///< weight and bias U(-2.4/fan_in, 2.4/fan_in): LeCun et al. 1998, appendix A
} Init;

/**
 * @brief Gives a layer its initial parameters. Missing links get 0.
 * @param layer the layer; nothing happens to one without parameters
 * @param w     layer_params() numbers, overwritten
 * @param rng   the generator, advanced
 */
void layer_init(const Layer *layer, Init init, real *w, Rng *rng);

#endif
