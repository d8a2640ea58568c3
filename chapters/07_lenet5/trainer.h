/**
 * @file trainer.h
 * @brief Training and evaluation on any number of threads, with the same result on all.
 *
 * @addtogroup ch07
 *
 * **The trainer** walks through the training set in mini-batches: gradient of the mean loss of a batch,
 * one step of the optimizer, next batch. Every epoch visits every image once, in a new random order.
 * (The report draws each batch with replacement, so its "epoch" of 600 batches sees about 63 % of the
 * images, some of them several times.)
 *
 * **Distorted images** (distort.h) are made in the slice that needs them and never stored. Either every epoch
 * shows a new distortion of every image, or there is a fixed number of copies, as in 1998: 540,000 patterns beside
 * the 60,000, of which an epoch sees the next 60,000 in one long random order. The last epochs may show the images
 * as they are: what the network is going to be asked about is undistorted, and with a rate near 0 it forgets nothing.
 *
 * **Slices.** A batch is cut into slices of SLICE images (a quarter of a batch below 100), whatever the
 * number of threads. A thread takes a slice through the network in its own workspace and leaves the
 * slice's gradient; the gradients are added in slice order. Floating-point sums depend on their order,
 * and here the order never changes: **the same seed gives the same bits on 1, 2 or 64 threads**.
 * Slices run in waves of WAVE, so that memory does not grow with the batch, nor beyond WAVE threads.
 *
 * **Evaluation** counts over all images; a last slice that is not full is a slice like the others. (The
 * report's `accuracy` drops the last images when the batch does not divide their number, but still divides
 * by all of them.)
 * @{
 */
#ifndef TRAINER_H
#define TRAINER_H

#include "06_optimizers/optimizer.h"
#include "06_optimizers/schedule.h"
#include "07_lenet5/distort.h"
#include "07_lenet5/network.h"

enum {
    SLICE = 25,       ///< images in a slice of a large batch
    CURVATURE = 500,  ///< images for an estimate of the curvature: the paper's number
    WAVE = 8,         ///< slices whose gradients are kept at a time; more threads would be idle
    THREADS_MAX = 256 ///< more than this is a typing error
};

/** How to train: everything but the network, the images, the seed and the number of threads. */
typedef struct Plan {
    Init init;           ///< how the first parameters are drawn
    Optimizer optimizer; ///< how to step, with its full rate
    Schedule schedule;   ///< which share of that rate a step takes
    double warmup;       ///< epochs in which the rate rises first
    double average;   ///< share of the old mean that stays in averaged parameters; 0: no averaging
    int batch;        ///< images in a mini-batch
    int epochs;       ///< how often as many images are shown as there are
    bool fixed_order; ///< one random order for all epochs, in place of one for each
    Distortion distortion; ///< how far images are moved
    int settle;            ///< last epochs, which show the images as they are
    int copies;            ///< distorted copies of every image, made once; 0: every epoch a new one
} Plan;

/** Parameters, gradient, optimizer and order of images: the state of a training run. */
typedef struct Trainer {
    const Network *net;     ///< what is trained
    const Dataset *data;    ///< on what
    Plan plan;              ///< how
    uint64_t seed;          ///< of the run
    int threads;            ///< 1 .. THREADS_MAX
    Optimizer optimizer;    ///< the plan's, with the steps taken and the present rate
    real *params;           ///< the flat parameter vector
    real *mean;             ///< their running mean; NULL without averaging
    real *grad;             ///< the flat gradient of the last batch
    real *state;            ///< the optimizer's slots
    real *slice_grad[WAVE]; ///< one gradient a slice of a wave
    Workspace *space;       ///< one a thread
    int *order;             ///< all patterns (images and their copies) in random order
    int patterns;           ///< how many: data->n * (1 + copies)
    int start;              ///< where this epoch begins in the order
    int epoch;              ///< the present one, from 1
    Rng shuffle;            ///< what orders them
} Trainer;

/** What one mini-batch or one epoch gave. */
typedef struct Step {
    double loss; ///< mean over its images, before the step
    int right;   ///< images that were classified right, before the step
} Step;

/** What a network is worth on a data set. */
typedef struct Evaluation {
    int n;                           ///< images
    double loss;                     ///< mean
    double accuracy;                 ///< share of right decisions, 0 .. 1
    int confusion[CLASSES][CLASSES]; ///< [true class][decision]
} Evaluation;

/** What a network says about one image. */
typedef struct Judgement {
    int decision;  ///< the class
    double score;  ///< of that class: a probability, or a squared distance to a code
    double margin; ///< how much better than the second best class, at least 0
} Judgement;

/**
 * @brief How many images a slice of a batch of n has.
 * @param n images in the batch, at least 1
 * @return SLICE, or a quarter (rounded up) of a batch below 4 * SLICE
 */
int slice_size(int n);

/**
 * @brief Takes memory for a run and draws the first parameters.
 * @param trainer   filled on success; trainer_free() releases it
 * @param net       the network; kept by reference
 * @param data      the training set; kept by reference
 * @param plan      how to train, copied; its batch is at most data->n
 * @param threads   1 .. THREADS_MAX
 * @param seed      of the run: parameters, shuffling and distortions have streams of their own
 * @param error     filled when there is no memory
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
 * @brief Starts an epoch: the order of images and, for sdlm, a new estimate of the curvature.
 * @param trainer the run
 * @param epoch   from 1, one after the other; the estimate takes other images each time
 */
void trainer_begin(Trainer *trainer, int epoch);

/**
 * @brief Puts a run that was read from a file in its place: draws the orders of all epochs so far again.
 * @param trainer a new run, its parameters and state already filled
 * @param epoch   the last epoch that has begun, 0 for none
 * @param steps   steps taken before
 */
void trainer_go_to(Trainer *trainer, int epoch, long steps);

/**
 * @brief The parameters to judge the network by.
 * @param trainer the run
 * @return their running mean if the plan averages, else the parameters themselves
 */
real *trainer_result(const Trainer *trainer);

/**
 * @brief One training image as the present epoch sees it: distorted, if the plan says so.
 *
 * Image and seed and (without copies) the epoch decide how; nothing else does.
 *
 * @param trainer the run
 * @param pattern an entry of the order: image + data->n * copy; copy 0 is the image itself
 * @param x       one input of the network, overwritten
 */
void trainer_image(const Trainer *trainer, int pattern, real *x);

/**
 * @brief The gradient of the mean loss of some images, into trainer->grad.
 * @param trainer the run; its parameters are only read
 * @param index   which patterns, as in trainer_image()
 * @param n       how many, at least 1
 * @return their mean loss and how many were right
 */
Step trainer_gradient(Trainer *trainer, const int *index, int n);

/**
 * @brief Estimates the curvature of every parameter, for the sdlm optimizer: the mean over some images.
 * @param trainer the run; its optimizer's state becomes the curvature
 * @param first   place in the order where the images begin
 * @param n       how many, at least 1; the paper takes 500
 */
void trainer_curvature(Trainer *trainer, int first, int n);

/**
 * @brief One mini-batch of the present epoch: gradient, then one step of the optimizer.
 * @param trainer the run
 * @param first   images of this epoch before the batch; the last batch may be smaller
 * @return loss and right decisions before the step; a loss that is not finite means the run has
 *         diverged, and then no step was taken
 */
Step trainer_step(Trainer *trainer, int first);

/**
 * @brief Loss, accuracy and confusion matrix over a whole data set.
 * @param net     the network
 * @param params  its parameters
 * @param data    the set
 * @param threads 1 .. THREADS_MAX; the result does not depend on it
 * @param result  filled on success
 * @param error   filled when there is no memory
 * @return whether it worked
 */
bool evaluate(const Network *net, const real *params, const Dataset *data, int threads,
              Evaluation *result, Error *error);

/**
 * @brief What a network says about every image of a data set.
 * @param net     the network
 * @param params  its parameters
 * @param data    the set
 * @param threads 1 .. THREADS_MAX; the result does not depend on it
 * @param each    data->n judgements, overwritten on success
 * @param error   filled when there is no memory
 * @return whether it worked
 */
bool judge(const Network *net, const real *params, const Dataset *data, int threads,
           Judgement *each, Error *error);

/** @} */
#endif
