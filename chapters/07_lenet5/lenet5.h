/**
 * @file lenet5.h
 * @brief LeNet-5 as the report builds it, the original of 1998, and the kernels they run on.
 *
 * @defgroup ch07 Chapter 7: LeNet-5
 *
 * Everything so far, put together: a network (network.h), the table that makes it LeNet-5 (here), a
 * trainer (trainer.h) and an evaluation (evaluate.h). Read main.c, lenet5.c and network.c, in this
 * order; the rest is for those who want more.
 *
 *     layer           output      trainable    what it is
 *     input           1x32x32                  28x28 and a border of 2
 *     C1   conv 5x5   6x28x28           156    6 * (25 + 1)
 *     S2   max 2x2    6x14x14             0
 *     C3   conv 5x5   16x10x10        2,416    16 * (6*25 + 1)
 *     S4   max 2x2    16x5x5              0
 *     C5   affine     120            48,120    120 * (400 + 1)
 *     F6   affine     84             10,164    84 * (120 + 1)
 *     OUT  affine     10                850    10 * (84 + 1)
 *                              sum   61,706
 *
 * with an activation after C1, C3, C5 and F6, and softmax cross-entropy at the end. The report
 * names its four departures from LeCun et al. 1998: ReLU instead of a sigmoid, max pooling instead
 * of a trainable sum, a full C3 instead of the connection table, cross-entropy instead of RBF
 * codes. Pixels run from 0 (background) to 1 (ink); the border is background.
 *
 * **The original** (advanced) takes all four back:
 *
 *     layer              output      trainable  connections
 *     C1   conv 5x5      6x28x28           156      122,304
 *     S2   subsample     6x14x14            12        5,880    w * sum4 + b
 *     C3   conv 5x5      16x10x10        1,516      151,600    over the maps of Table I
 *     S4   subsample     16x5x5             32        2,000
 *     C5   affine        120            48,120       48,120    a 5x5 convolution of a 5x5 image
 *     F6   affine        84             10,164       10,164
 *     OUT  RBF           10                  0          840    fixed codes, part of the loss
 *                                sum    60,000      340,908
 *
 * with the squash 1.7159 tanh(2/3 a) after every one of C1, S2, C3, S4, C5 and F6. Pixels run from
 * -0.1 (background) to 1.175 (ink). How it is trained, and what its paper leaves open:
 * docs/original.md. Every departure is a switch of its own (struct Lenet5), so that a reader can
 * see what each one buys.
 *
 * **Kernels.** The layers come with the functions of the chapters ("textbook"): im2col and a matrix
 * product, pooling window by window. network_accelerate() replaces some of them by faster functions
 * of the same meaning, where the advanced folders `02_conv/direct`, `03_pool/rows` and
 * `04_affine/rational` are present and fit, and pools before it rectifies, which gives the same
 * numbers. network_naive() goes the other way, to the definitions.
 *
 * Source: the report, "LeNet5"; LeCun et al. 1998, section II-B.
 * @{
 */
#ifndef LENET5_H
#define LENET5_H

#include "07_lenet5/network.h"

/** What follows C1, C3, C5 and F6 (and S2 and S4, if they subsample). */
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
    Input input;           ///< what grey levels become
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
 * @param activation the function between the layers
 * @return lenet5_with(&lenet5_report), with this activation
 */
Network lenet5(Activation activation);

/**
 * @brief Replaces the textbook kernels by faster ones, where there are any; before workspace_new().
 * @param net the network; its `kernels` become "fast" when something was replaced
 * @return how many layers run on a faster function, or on fewer numbers, now
 */
int network_accelerate(Network *net);

/**
 * @brief Replaces the textbook kernels by the definitions: loops, sums in double. Very slow.
 * @param net the network; its `kernels` become "naive"
 */
void network_naive(Network *net);

/** @} */
#endif
