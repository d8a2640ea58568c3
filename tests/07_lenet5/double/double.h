/**
 * @file double.h
 * @brief One fixed computation, made in the float build and in the double build, to be compared.
 *
 * A binary holds one of the two builds, so the double half is a separate program (double.c) that
 * writes its numbers to stdout, and the float half is a test that reads them.
 */
#ifndef DOUBLE_H
#define DOUBLE_H

#include "07_lenet5/lenet5.h"
#include "07_lenet5/trainer.h"
#include "gemm.h"

#include <stdlib.h>

enum {
    DOUBLE_PARAMS = 61706, ///< entries of the gradient
    DOUBLE_IMAGES = 30     ///< four micro-batches, the last one smaller
};

/**
 * @brief Loss and gradient of LeNet-5 for a fixed seed and made-up images.
 * @param loss     the mean loss
 * @param gradient DOUBLE_PARAMS numbers
 * @return whether there was memory
 */
static inline bool probe(double *loss, double *gradient) {
    static uint8_t image[DOUBLE_IMAGES * IMAGE_BYTES], label[DOUBLE_IMAGES];
    Network net = lenet5(ACTIVATION_RELU);
    Dataset data = {DOUBLE_IMAGES, image, label};
    Rng rng = rng_seed(1, 0);
    Trainer trainer;
    Plan plan = {.batch = DOUBLE_IMAGES, .epochs = 1};
    Error error;
    for (size_t i = 0; i < sizeof image; i++)
        image[i] = (uint8_t)rng_below(&rng, 256);
    for (size_t i = 0; i < sizeof label; i++)
        label[i] = (uint8_t)rng_below(&rng, 10);
    gemm_single_thread();
    if (!optimizer_named("sgd", &plan.optimizer) ||
        !trainer_new(&trainer, &net, &data, &plan, 1, &error))
        return false;
    /* The same parameters in both builds: numbers that float can hold. */
    for (int i = 0; i < DOUBLE_PARAMS; i++)
        trainer.params[i] = (real)(float)trainer.params[i];
    *loss = trainer_gradient(&trainer, trainer.order, DOUBLE_IMAGES).loss;
    for (int i = 0; i < DOUBLE_PARAMS; i++)
        gradient[i] = (double)trainer.grad[i];
    trainer_free(&trainer);
    return true;
}

#endif
