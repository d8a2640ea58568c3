/**
 * @file lenet5.h
 * @brief LeNet-5 as the report builds it, the original of 1998, and the kernels they run on.
 *
 * @defgroup ch07 7: LeNet-5
 *
 * Lesson: chapters/07_lenet5/README.md. Read main.c, lenet5.c and network.c, in this order.
 *
 *     layer           output      trainable    the original: output, trainable, connections
 *     C1   conv 5x5   6x28x28           156    6x28x28       156   122,304
 *     S2   max 2x2    6x14x14             0    6x14x14        12     5,880   w * sum4 + b
 *     C3   conv 5x5   16x10x10        2,416    16x10x10    1,516   151,600   the table's links
 *     S4   max 2x2    16x5x5              0    16x5x5         32     2,000   w * sum4 + b
 *     C5   affine     120            48,120    120        48,120    48,120
 *     F6   affine     84             10,164    84         10,164    10,164
 *     OUT  affine     10                850    10              0       840   RBF codes
 *                              sum   61,706               60,000   340,908
 *
 * The input is 1x32x32: 28x28 pixels and a border of 2. The report's: pixels from 0 to 1, ReLU
 * after C1, C3, C5 and F6, softmax cross-entropy. The original: pixels from -0.1 to 1.175, the
 * squash after C1, S2, C3, S4, C5 and F6, a loss on the distances to the codes.
 *
 * Source: the report, "LeNet5"; LeCun et al. 1998, section II-B. The choices that the paper leaves
 * open: docs/original.md.
 * @{
 */
#ifndef LENET5_H
#define LENET5_H

#include "07_lenet5/network.h"

/** The function after C1, C3, C5 and F6 (and S2 and S4, if they subsample). */
typedef enum Activation {
    ACTIVATION_RELU,    ///< the report's choice
    ACTIVATION_SIGMOID, ///< the report's comparison
    ACTIVATION_TANH     ///< 1.7159 tanh(2/3 a): the original
} Activation;

/** The switches between the report's network and the original. */
typedef struct Lenet5 {
    Activation activation; ///< the function between the layers
    bool subsample;        ///< S2 and S4: w*sum4+b and the activation, instead of the maximum
    bool table;            ///< C3: the connections of Table I, instead of all
    bool rbf;              ///< the output: RBF codes after F6, instead of ten units and softmax
    double j;              ///< the RBF loss's constant, HUGE_VAL for equation (8)
    Input input;           ///< from grey levels to numbers
} Lenet5;

/** The report's network. */
extern const Lenet5 lenet5_report;

/** The network of LeCun et al. 1998. */
extern const Lenet5 lenet5_1998;

/**
 * @brief Builds a network from the switches, on the textbook kernels.
 * @param choice the switches; rbf needs ACTIVATION_TANH, as no other reaches codes of -1
 * @return the network, without parameters: network_init() makes them
 */
Network lenet5_with(const Lenet5 *choice);

/**
 * @brief The report's network: 61,706 parameters.
 * @return lenet5_with(&lenet5_report), with this activation
 */
Network lenet5(Activation activation);

/**
 * @brief Replaces the textbook kernels by faster ones, where there are any; before workspace_new().
 *        Advanced: in fast/, and in plain.c for a tree without it.
 * @param net the network; its `kernels` become "fast" when something was replaced. A ReLU that is
 *            computed together with the pooling after it is no longer a layer.
 * @return how many layers run on a faster function now
 */
int network_accelerate(Network *net);

/**
 * @brief Replaces the textbook kernels by the definitions: loops, sums in double. Very slow.
 * @param net the network; its `kernels` become "naive"
 */
void network_naive(Network *net);

/** @} */
#endif
