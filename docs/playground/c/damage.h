/**
 * @file damage.h
 * @brief Networks that are broken on purpose: a wrong layer is one changed pointer.
 */
#ifndef DAMAGE_H
#define DAMAGE_H

#include "07_lenet5/network.h"
#include "play.h"

/**
 * @brief Changes functions of a network's layers, so that they make a mistake.
 * @param net    the network; there is one damaged network at a time
 * @param damage the mistake
 */
void damage_layers(Network *net, Damage damage);

/**
 * @brief Changes parameters, before the first step and after each.
 * @param net    the network
 * @param damage the mistake
 * @param begin  whether training begins
 * @param params the flat vector
 */
void damage_params(const Network *net, Damage damage, bool begin, real *params);

#endif
