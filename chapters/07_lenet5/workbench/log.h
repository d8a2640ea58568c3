/**
 * @file log.h
 * @brief The training log: one table, tab-separated, that gnuplot reads by column name.
 *
 * @addtogroup workbench
 *
 * **The log** has one line per mini-batch and one per epoch:
 *
 *     iteration  epoch  loss  train_accuracy  train_loss  test_accuracy  test_loss  seconds
 *     learning_accuracy
 *
 * A mini-batch fills the first three columns: its loss is the mean over the mini-batch *before* the
 * step. (The report logs it after the step, with a second forward pass.) With mini-batches of fewer
 * than 100 images, each line averages those that make up 100. An epoch fills all columns but
 * `loss`: accuracies and losses over **all** images of both sets, the seconds of its training, and
 * the share of images that were classified correctly while the network learned from them (the
 * training curve of the paper's Fig. 5). A column without a value has `nan`. `--probe` adds lines
 * within an epoch that fill only `test_accuracy` and `test_loss`. Epoch 0 is the untrained network:
 * the report's "0.1 in the first round".
 *
 * Iterations count from 1 through the whole run. A log that is open but has no file takes lines and
 * drops them.
 * @{
 */
#ifndef LOG_H
#define LOG_H

#include "07_lenet5/evaluate.h"

#include <stdio.h>

/** An open log, or none. */
typedef struct Log {
    const char *path; ///< for messages; NULL: nothing is logged
    FILE *file;       ///< the open file
} Log;

/**
 * @brief Creates the file and writes the header line.
 * @param path  an older log is replaced, any other file refused; NULL: no log
 * @param error filled on failure
 */
bool log_open(Log *log, const char *path, Error *error);

/**
 * @brief Opens the log of a run that is resumed, and cuts off everything after its checkpoint.
 * @param path  the file; NULL: no log
 * @param bytes length of the log at the checkpoint
 * @param error filled on failure, and when the file is shorter than that
 */
bool log_resume(Log *log, const char *path, long bytes, Error *error);

/**
 * @brief One line for a mini-batch.
 * @param loss mean of the batch
 */
void log_batch(Log *log, long iteration, int epoch, double loss);

/**
 * @brief One line for an evaluation within an epoch.
 * @param epoch the one that is not done yet
 */
void log_probe(Log *log, long iteration, int epoch, const Evaluation *test);

/**
 * @brief One line for an epoch.
 * @param epoch    epochs done, 0 before training
 * @param learning share of correct predictions while learning, NaN for epoch 0
 * @param seconds  training time of this epoch
 */
void log_epoch(Log *log, long iteration, int epoch, const Evaluation *train, const Evaluation *test,
               double learning, double seconds);

/**
 * @brief Brings everything so far to the disk.
 * @return length of the log in bytes, 0 without a log; -1 and errno when something did not arrive
 */
long log_sync(Log *log);

/**
 * @brief Closes the file.
 * @param error filled when something did not reach the disk
 * @return whether the whole log is in the file
 */
bool log_close(Log *log, Error *error);

/** @} */
#endif
