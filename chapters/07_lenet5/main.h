/**
 * @file main.h
 * @brief What main.c and main_train.c share: the two files of this chapter that print and exit.
 *
 * The functions end the program with one line on stderr when the world is not as they need it.
 */
#ifndef MAIN_H
#define MAIN_H

#include "07_lenet5/options.h"

/**
 * @brief Loads one of the two sets, or ends the program.
 * @param o      names the folder
 * @param prefix "train" or "t10k"
 * @return the set; dataset_free() releases it
 */
Dataset load_set(const Options *o, const char *prefix);

/**
 * @brief The settings that the command line asks for, or ends the program.
 * @param o the command line
 * @return recipe, network of a loaded file and flags together
 */
Recipe recipe_for(const Options *o);

/**
 * @brief Loads saved parameters, or ends the program.
 * @param net  the network
 * @param path the file
 * @return all of them; free() releases them
 */
real *load_params(const Network *net, const char *path);

/**
 * @brief The command `train`: from the first parameters, or a checkpoint, to the last epoch.
 * @param o the command line
 */
void train(const Options *o);

#endif
