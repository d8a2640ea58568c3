/**
 * @file ranks.h
 * @brief One training run on several processes ("ranks"), on one machine or on many.
 *
 * @addtogroup workbench
 *
 * Every rank makes the same run from the same flags, and they take each step together; rank 0
 * prints and writes. `make MPI=1` builds ranks/ranks.c. In any other build alone.c stands in its
 * place: one rank, to which nothing here makes a difference.
 *
 * The saved file is the same to the bit on any number of ranks and threads.
 * @{
 */
#ifndef RANKS_H
#define RANKS_H

#include "07_lenet5/trainer.h"

/** @brief Joins the other ranks. Those other than 0 print nothing from here on. */
void ranks_start(void);

/** @brief Leaves them; all do. A program that ends without it ends the others as well. */
void ranks_end(void);

/** @brief How many ranks there are. */
int ranks_count(void);

/** @brief Whether this is rank 0, which prints and writes. */
bool ranks_first(void);

/**
 * @brief Shares the work out among ranks, and among threads of each, with the same result to the
 *        bit.
 * @param trainer the run, on one thread so far
 * @param threads of this rank
 * @param error   filled when there is no memory, or no thread could be started
 * @return whether it worked
 */
bool ranks_share(Trainer *trainer, int threads, Error *error);

/**
 * @brief Makes the trainer's state complete on every rank, for a checkpoint. All call it. Between
 *        steps each rank has the state of its own parameters only.
 */
void ranks_collect(Trainer *trainer);

/**
 * @brief A result of rank 0, for all. All call it.
 * @param result of rank 0; overwritten on the others
 * @param size   in bytes
 */
void ranks_tell(void *result, size_t size);

/**
 * @brief Agrees on a signal, since all must stop after the same step. All call it.
 * @param signal_number that this rank got, or 0; the others learn of it in the next step
 * @return one that some rank had before the last step, or 0: the same on all
 */
int ranks_signal(int signal_number);

/** @} */
#endif
