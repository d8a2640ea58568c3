/**
 * @file lenet5.h
 * @brief LeNet-5 as the report builds it.
 *
 * @defgroup ch07 Chapter 7: LeNet-5
 *
 * Everything so far, put together: a network (network.h), the table that makes it LeNet-5 (here), a
 * trainer (trainer.h) and a command line.
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
 * with an activation behind C1, C3, C5 and F6, and softmax cross-entropy at the end. The report names
 * its four departures from LeCun et al. 1998: ReLU in place of a sigmoid, max pooling in place of a
 * trainable sum, a full C3 in place of the connection table, cross-entropy in place of RBF codes.
 *
 * Pixels run from 0 (background) to 1 (ink), and so does the border.
 *
 * Source: the report, "LeNet5"; LeCun et al. 1998, section II-B.
 * @{
 */
#ifndef LENET5_H
#define LENET5_H

#include "07_lenet5/network.h"

/** What stands behind C1, C3, C5 and F6. */
typedef enum Activation {
    ACTIVATION_RELU,   ///< the report's choice
    ACTIVATION_SIGMOID ///< the report's comparison
} Activation;

/**
 * @brief The report's network: 61,706 parameters.
 * @param activation the bend between the layers
 * @return the network, without parameters: network_init() draws them
 */
Network lenet5(Activation activation);

/** @} */
#endif
