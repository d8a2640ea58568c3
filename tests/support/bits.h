/*
 * The checksum of a short run, which `make bits` and tests/fast/bits.c compare.
 */
#ifndef BITS_H
#define BITS_H

#include "07_lenet5/trainer.h"

enum {
    BITS_BATCHES = 30,  ///< mini-batches of a short run
    BITS_IMAGES = 3000, ///< test images that it trains on
    BITS_SEED = 1
};

/**
 * @brief Trains a recipe's network on fast kernels for BITS_BATCHES mini-batches.
 * @param recipe  "report", "record", "1998", ...
 * @param data    the images
 * @param threads that share the work
 * @param sum     FNV-1a over the bytes of all parameters
 * @return whether it worked; error says why not
 */
bool bits_of(const char *recipe, const Dataset *data, int threads, uint32_t *sum, Error *error);

#endif
