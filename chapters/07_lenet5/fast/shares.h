/**
 * @file shares.h
 * @brief The parts of trainer_share() that processes need as well (ranks/).
 *
 * @addtogroup ch07
 * @{
 */
#ifndef SHARES_H
#define SHARES_H

#include "07_lenet5/trainer.h"

/**
 * @brief Starts threads and their memory; the trainer's functions stay as they are.
 * @param trainer the run, without shares so far; trainer_free() ends them
 * @param threads 1 .. THREADS_MAX
 * @param error   filled when there is no memory, or no thread could be started
 * @return whether it worked; if not, the run stays on one thread
 */
bool shares_start(Trainer *trainer, int threads, Error *error);

/**
 * @brief Adds the gradients of some micro-batches of a mini-batch into trainer->grad.
 * @param trainer a run with shares
 * @param index   the patterns of the mini-batch
 * @param n       how many
 * @param begin   the first micro-batch
 * @param end     one past the last: all of them, or a complete subtree, which has 2^k and begins at
 *                a multiple of 2^k
 * @param each    (end - begin) the results of each micro-batch, or NULL
 * @return their sum
 */
Step shares_sum(Trainer *trainer, const int *index, int n, int begin, int end, Step *each);

/**
 * @brief Part of a step that optimizer.t counts already: moves some parameters, with every slot of
 *        their state.
 * @param first the first of them
 * @param n     how many
 */
void shares_move(Trainer *trainer, size_t first, size_t n);

/** @} */
#endif
