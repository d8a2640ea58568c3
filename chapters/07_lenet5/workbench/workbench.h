/**
 * @file workbench.h
 * @brief The command line that grew around the lesson: train, test, predict, tables, info.
 *
 * @defgroup workbench 7: The workbench
 *
 * Everything that a user of the network needs beyond the lesson: recipes, checkpoints, logs, tables
 * for plots, answers to drawings. `build/07_lenet5 --help` lists it all. Nothing in the lesson
 * depends on it.
 * @{
 */
#ifndef WORKBENCH_H
#define WORKBENCH_H

/**
 * @brief Runs a command.
 * @param argv as main got it; argv[1] is the command
 * @return the exit code
 */
int workbench(int argc, char **argv);

/** @} */
#endif
