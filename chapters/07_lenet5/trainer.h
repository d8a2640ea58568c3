/**
 * @file trainer.h
 * @brief Training: mini-batches, their gradients, steps downhill.
 *
 * @addtogroup ch07
 *
 *     for each epoch                              trainer_begin()
 *         for each mini-batch                     trainer_step()
 *             gradient of its mean loss           trainer_gradient()
 *             one step of the optimizer           optimizer_step()
 *
 * Every epoch visits every image once. A mini-batch is cut into micro-batches, and their gradients
 * are added in order. trainer_share() lets threads take the micro-batches; neither their images nor
 * the order of the sum depend on it, so the same seed gives the same bits on any number of threads.
 *
 * With plan.copies = k there are k augmented copies of every image in addition to the image itself,
 * in one random order of which an epoch sees the next data->n; without, an augmenting plan shows
 * every image in a new form each epoch.
 *
 * Source: the report, "Trainer" (which draws its batches with replacement).
 * @{
 */
#ifndef TRAINER_H
#define TRAINER_H

#include "06_optimizers/optimizer.h"
#include "06_optimizers/schedule.h"
#include "07_lenet5/augment.h"
#include "07_lenet5/network.h"

enum {
    THREADS_MAX = 256 ///< more than this is a typing error
};

typedef struct Trainer Trainer;
typedef struct Shares Shares; ///< the threads' memory, in fast/shares.c

/** The results of one mini-batch. */
typedef struct Step {
    double loss; ///< mean over its images, before the step
    int correct; ///< images that were classified correctly, before the step
} Step;

/** How to train: everything but the network, the images, the seed and the number of threads. */
typedef struct Plan {
    Init init;           ///< initial parameters
    Optimizer optimizer; ///< how to step, with its full rate
    Schedule schedule;   ///< which share of that rate a step takes
    double warmup;       ///< epochs in which the rate rises first
    double average;      ///< share of the old mean that stays in averaged parameters; 0: none
    int batch;           ///< images in a mini-batch
    int epochs;          ///< how often as many images are shown as there are
    bool fixed_order;    ///< one random order for all epochs, instead of one for each
    Augment augment;     ///< how far images are moved
    int undistorted;     ///< last epochs, which show the images as they are
    int copies;          ///< augmented copies of every image, made once; 0: a new one every epoch
    void (*prepare)(Trainer *); ///< called when an epoch begins; NULL: nothing (1998: curvature.h)
} Plan;

/** Parameters, gradient, optimizer and order of images: the state of a training run. */
struct Trainer {
    const Network *net;  ///< the network
    const Dataset *data; ///< the training set
    Plan plan;           ///< how to train
    uint64_t seed;       ///< of the run
    Optimizer optimizer; ///< the plan's, with the steps taken and the present rate
    real *params;        ///< (n) the flat parameter vector
    real *mean;          ///< (n) their running mean; NULL without averaging
    real *grad;          ///< (n) the flat gradient of the last mini-batch; after it, sums of parts
    real *state;         ///< (slots, n) the optimizer's memory
    Workspace space;     ///< for a micro-batch
    int *order;          ///< all patterns (images and their copies) in random order
    int patterns;        ///< how many: data->n * (1 + copies)
    int start;           ///< where this epoch begins in the order
    int epoch;           ///< the present one, from 1
    Rng shuffle;         ///< for the order

    int threads;                                          ///< that share the work: 1 at first
    Step (*gradient)(Trainer *, const int *index, int n); ///< trainer_gradient(), or its equal
    void (*step)(Trainer *);                              ///< optimizer_step(), or its equal
    Shares *shares;                                       ///< of several threads, else NULL
    void (*unshare)(Trainer *);                           ///< ends them
};

/**
 * @brief Allocates memory for a run and makes the initial parameters.
 * @param trainer filled on success; trainer_free() releases it
 * @param net     the network, with its name and kernels' name; kept by reference
 * @param data    the training set; kept by reference
 * @param plan    how to train, copied; its batch is at most data->n
 * @param seed    of the run: parameters, shuffling and augmentation have a stream each (rng.h)
 * @param error   filled when there is no memory
 * @return whether it worked
 */
bool trainer_new(Trainer *trainer, const Network *net, const Dataset *data, const Plan *plan,
                 uint64_t seed, Error *error);

/**
 * @brief Shares the work out among threads, with the same result to the bit. Advanced: in fast/,
 *        and in plain.c for a tree without it, where it changes nothing.
 * @param trainer the run, on one thread so far
 * @param threads 1 .. THREADS_MAX; more than a mini-batch can use are not started
 * @param error   filled when there is no memory, or no thread could be started
 * @return whether it worked; if not, the run stays on one thread
 */
bool trainer_share(Trainer *trainer, int threads, Error *error);

/** @brief Releases a trainer; all zero is fine as well. */
void trainer_free(Trainer *trainer);

/**
 * @brief Starts an epoch: puts the images in order, and calls plan.prepare.
 * @param epoch from 1, one after the other
 */
void trainer_begin(Trainer *trainer, int epoch);

/**
 * @brief One mini-batch of the present epoch: gradient, then one step of the optimizer.
 * @param first images of this epoch before the mini-batch; the last one may be smaller
 * @return loss and correct predictions before the step; a loss that is not finite means the run has
 *         diverged, and then no step was taken
 */
Step trainer_step(Trainer *trainer, int first);

/**
 * @brief The gradient of the mean loss of some images, into trainer->grad.
 * @param index which patterns, as in trainer_image()
 * @param n     how many, from 1 to the plan's batch
 * @return their mean loss and how many were classified correctly
 */
Step trainer_gradient(Trainer *trainer, const int *index, int n);

/**
 * @brief How many images a micro-batch has, whatever the number of threads.
 * @param n images of the mini-batch, at least 1
 * @return MICRO_BATCH, or a quarter of a mini-batch below 4 * MICRO_BATCH, rounded up
 */
int micro_batch(int n);

/**
 * @brief The gradient of one micro-batch.
 * @param index which patterns
 * @param n     how many, at most space->n
 * @param scale 1 / (images of the mini-batch)
 * @param space room for them
 * @param grad  (n) the flat gradient of scale times their summed loss, overwritten
 * @return their summed loss and how many were classified correctly
 */
Step micro_gradient(const Trainer *trainer, const int *index, int n, real scale, Workspace *space,
                    real *grad);

/**
 * @brief The parameters to evaluate the network with.
 * @return their running mean if the plan averages, else the parameters themselves
 */
real *trainer_result(const Trainer *trainer);

/**
 * @brief One training image as the present epoch sees it: augmented, if the plan says so.
 *
 * Image and seed and (without copies) the epoch decide how; nothing else does.
 *
 * @param pattern an entry of the order: image + data->n * copy; copy 0 is the image itself
 * @param x       one input of the network, overwritten
 */
void trainer_image(const Trainer *trainer, int pattern, real *x);

/**
 * @brief Some patterns and their labels, into a workspace.
 * @param index which patterns, as in trainer_image()
 * @param n     how many, at most space->n
 */
void trainer_input(const Trainer *trainer, const int *index, int n, Workspace *space);

/**
 * @brief Continues a run that was read from a file: puts the images in the order of its epoch.
 * @param trainer a new run, its parameters and state already filled
 * @param epoch   the last epoch that has begun, 0 for none
 * @param steps   steps taken before
 */
void trainer_go_to(Trainer *trainer, int epoch, long steps);

/** @} */
#endif
