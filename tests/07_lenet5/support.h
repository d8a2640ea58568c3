/**
 * @file support.h
 * @brief Shared by the suites of chapter 7: networks, images, training without a command line.
 */
#ifndef SUPPORT_H
#define SUPPORT_H

#include "07_lenet5/lenet5.h"
#include "07_lenet5/trainer.h"
#include "image.h"
#include "support/suite.h"

enum {
    PARAMS = 61706 ///< numbers in the report's flat parameter vector
};

/* The .init of suites whose tests presuppose the whole chapter. */
void whole_network(void);

/* The first n test images of MNIST, as a separate data set. */
Dataset few(int n);

/* An optimizer by its name, at its own rate. */
Optimizer optimizer_for(const char *name);

/* A trainer for a plan, with seed 1. */
Trainer planned(const Network *net, const Dataset *data, int threads, Plan plan);

/* A trainer for one epoch of an optimizer at its own rate. */
Trainer trainer_for(const Network *net, const Dataset *data, int batch, int threads,
                    const char *optimizer);

/* That many epochs over the data; returns the last step. */
Step train_epochs(Trainer *trainer, int epochs);

/* Whether two lists of numbers have the same bits. */
bool same_bits(size_t n, const real *a, const real *b);

/* The largest magnitude. */
double largest(size_t n, const real *x);

/* The meaning of `--kernels fast` in this tree: "fast", or "textbook" where nothing is faster. */
const char *fastest(void);

/* Loss and gradient of 30 images with the parameters of seed 1. */
double loss_and_gradient(const Network *net, real *grad);

/* Other functions, the same network: loss and gradient within the rounding error of float sums. */
void expect_same_network(const Network *net, double want_loss, const real *want);

/* An MNIST image as a drawing: 7 times as large, dark on light or light on dark, off its centre. */
Grey drawing_of(const uint8_t *byte, bool dark);

#endif
