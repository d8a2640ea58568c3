/**
 * @file train.h
 * @brief The command `train`.
 */
#ifndef TRAIN_H
#define TRAIN_H

#include "07_lenet5/workbench/options.h"

/** @brief One run, from the initial parameters or a checkpoint to the last epoch. Like the other
 *         commands, it prints one line on stderr and exits when something is missing. */
void train_command(const Options *o);

#endif
