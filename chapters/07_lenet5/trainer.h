/**
 * @file trainer.h
 * @brief Training on any number of threads, with the same result on all.
 *
 * @addtogroup ch07
 *
 *     for each epoch                              trainer_begin()
 *         for each mini-batch                     trainer_step()
 *             gradient of its mean loss           trainer_gradient()
 *             one step of the optimizer           optimizer_move()
 *
 * Every epoch visits every image once. A mini-batch is cut into micro-batches of MICRO_BATCH images
 * (a quarter of a mini-batch below 100) whatever the number of threads, and their gradients are
 * added in order: the same seed gives the same bits on any number of threads.
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
#include "team.h"

enum {
    WAVE = 8,    ///< micro-batches whose gradients are kept at a time; more threads have no work
    SHARES = 16, ///< pieces of the parameters, for summing gradients and for a step
    THREADS_MAX = 256 ///< more than this is a typing error
};

typedef struct Trainer Trainer;

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
    const Network *net;     ///< what is trained
    const Dataset *data;    ///< on what
    Plan plan;              ///< how
    uint64_t seed;          ///< of the run
    int threads;            ///< 1 .. WAVE
    Optimizer optimizer;    ///< the plan's, with the steps taken and the present rate
    real *params;           ///< the flat parameter vector
    real *mean;             ///< their running mean; NULL without averaging
    real *grad;             ///< the flat gradient of the last mini-batch
    real *state;            ///< the optimizer's slots: (slots, n) for each share of n parameters
    real *micro_grad[WAVE]; ///< one gradient for each micro-batch of a wave
    Team *team;             ///< the threads
    Workspace *space;       ///< one for each thread
    int *order;             ///< all patterns (images and their copies) in random order
    int patterns;           ///< how many: data->n * (1 + copies)
    int start;              ///< where this epoch begins in the order
    int epoch;              ///< the present one, from 1
    Rng shuffle;            ///< what orders them
};

/** What one mini-batch gave. */
typedef struct Step {
    double loss; ///< mean over its images, before the step
    int correct; ///< images that were classified correctly, before the step
} Step;

/**
 * @brief Allocates memory for a run and makes the initial parameters.
 * @param trainer filled on success; trainer_free() releases it
 * @param net     the network; kept by reference
 * @param data    the training set; kept by reference
 * @param plan    how to train, copied; its batch is at most data->n
 * @param threads 1 .. THREADS_MAX
 * @param seed    of the run: parameters, shuffling and augmentation have streams of their own
 * @param error   filled when there is no memory
 * @return whether it worked
 */
bool trainer_new(Trainer *trainer, const Network *net, const Dataset *data, const Plan *plan,
                 int threads, uint64_t seed, Error *error);

/**
 * @brief Releases a trainer.
 * @param trainer the trainer; all zero is fine too
 */
void trainer_free(Trainer *trainer);

/**
 * @brief Starts an epoch: puts the images in order, and calls plan.prepare.
 * @param trainer the run
 * @param epoch   from 1, one after the other
 */
void trainer_begin(Trainer *trainer, int epoch);

/**
 * @brief One mini-batch of the present epoch: gradient, then one step of the optimizer.
 * @param trainer the run
 * @param first   images of this epoch before the mini-batch; the last one may be smaller
 * @return loss and correct predictions before the step; a loss that is not finite means the run has
 *         diverged, and then no step was taken
 */
Step trainer_step(Trainer *trainer, int first);

/**
 * @brief The gradient of the mean loss of some images, into trainer->grad.
 * @param trainer the run; its parameters are only read
 * @param index   which patterns, as in trainer_image()
 * @param n       how many, at least 1
 * @return their mean loss and how many were classified correctly
 */
Step trainer_gradient(Trainer *trainer, const int *index, int n);

/**
 * @brief The parameters to evaluate the network with.
 * @param trainer the run
 * @return their running mean if the plan averages, else the parameters themselves
 */
real *trainer_result(const Trainer *trainer);

/**
 * @brief One training image as the present epoch sees it: augmented, if the plan says so.
 *
 * Image and seed and (without copies) the epoch decide how; nothing else does.
 *
 * @param trainer the run
 * @param pattern an entry of the order: image + data->n * copy; copy 0 is the image itself
 * @param x       one input of the network, overwritten
 */
void trainer_image(const Trainer *trainer, int pattern, real *x);

/**
 * @brief Some patterns and their labels, into a workspace.
 * @param trainer the run
 * @param index   which patterns, as in trainer_image()
 * @param n       how many, at most space->n
 * @param space   the workspace
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
