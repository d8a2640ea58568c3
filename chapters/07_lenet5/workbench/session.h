/**
 * @file session.h
 * @brief Shared by the commands: data, recipe, network, parameters; or the end of the program.
 *
 * Only the files that implement commands include this: its functions print one line on stderr and
 * exit when something is missing.
 */
#ifndef SESSION_H
#define SESSION_H

#include "07_lenet5/workbench/options.h"

/**
 * @brief Loads one of the two sets.
 * @param prefix "train" or "t10k"
 * @return the set; dataset_free() releases it
 */
Dataset session_set(const Options *o, const char *prefix);

/**
 * @brief The settings that the command line asks for.
 * @return recipe, network of a loaded file and flags together
 */
Recipe session_recipe(const Options *o);

/**
 * @brief Lets a network run on the kernels that the command line asks for.
 * @param net the network, fresh from its table
 */
void session_kernels(const Options *o, Network *net);

/**
 * @brief The network of a recipe, on the kernels that the command line asks for.
 * @return the network
 */
Network session_network(const Options *o, const Lenet5 *choice);

/**
 * @brief Loads saved parameters.
 * @return all of them; free() releases them
 */
real *session_params(const Network *net, const char *path);

/**
 * @brief Checks that --image names an image of a set.
 * @param set "test" or "training", for the message
 */
void session_check_image(const Options *o, const Dataset *data, const char *set);

#endif
