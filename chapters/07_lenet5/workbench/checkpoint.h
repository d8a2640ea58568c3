/**
 * @file checkpoint.h
 * @brief A run on disk: everything that is needed to resume it, bit for bit.
 *
 * @addtogroup workbench
 *
 * **A checkpoint** is a safetensors file with the parameters, their running mean and the
 * optimizer's slots as tensors, and with every setting, the seed and the place in the run as
 * metadata. Orders and augmentations are not in it: they follow from the seed, and the trainer
 * repeats them up to that place.
 *
 * A checksum over all of that tells a damaged or edited file. The kernels and the build are named,
 * too: another build resumes the run, but its sums are rounded otherwise in the last bits.
 *
 * It replaces the old file completely or not at all (file.h), so a crash at any moment leaves the
 * last good one. Files are F32: a program of the float build resumes bit-identically.
 * @{
 */
#ifndef CHECKPOINT_H
#define CHECKPOINT_H

#include "07_lenet5/workbench/recipe.h"

/** What decides the last bits of a run's numbers, with the kernels: the compiler, the width of the
    vectors, and whether a product and a sum are rounded once. */
extern const char checkpoint_build[];

/** How far a run has come: a place between two mini-batches. */
typedef struct Place {
    int epoch;         ///< of the next mini-batch, from 1; epochs + 1: the run is done
    int first;         ///< images of that epoch that are done
    long iteration;    ///< mini-batches done in the whole run
    double loss;       ///< summed over the done images of the epoch
    int correct;       ///< of those, how many were classified correctly
    double since_line; ///< losses that are not in the log yet
    long log_bytes;    ///< length of the log at this place
} Place;

/**
 * @brief Writes a checkpoint, all or nothing.
 * @param path    the file; an older one is replaced
 * @param recipe  the run's settings
 * @param trainer the run's state
 * @param place   how far it has come
 * @param error   filled on failure; then an older file is untouched
 * @return whether it worked
 */
bool checkpoint_save(const char *path, const Recipe *recipe, const Trainer *trainer,
                     const Place *place, Error *error);

/**
 * @brief Reads what a new Trainer needs: settings, seed and place.
 * @param path   the file
 * @param recipe filled on success
 * @param seed   filled on success
 * @param place  filled on success, every number in its range
 * @param error  filled on failure
 * @return whether the file is a checkpoint with valid settings
 */
bool checkpoint_read(const char *path, Recipe *recipe, uint64_t *seed, Place *place, Error *error);

/**
 * @brief Asks whether a run would resume to the same bits here: on the same kernels, in a build by
 *        the same compiler for the same vectors.
 * @param path  the file
 * @param net   the network that resumes
 * @param other both builds where they differ, else empty
 * @param size  room in other; 200 is enough
 * @param error filled on failure
 * @return whether the file could be read
 */
bool checkpoint_same_bits(const char *path, const Network *net, char *other, size_t size,
                          Error *error);

/**
 * @brief Brings a new trainer to a checkpoint's place.
 * @param path    the file
 * @param trainer made with the checkpoint's settings and seed, on the same images; changed
 * @param place   as checkpoint_read() filled it
 * @param error   filled on failure: another data set, a wrong checksum
 * @return whether the run can continue: with trainer_step() at place->first or, where that is 0,
 *                 with trainer_begin()
 */
bool checkpoint_resume(const char *path, Trainer *trainer, const Place *place, Error *error);

/** @} */
#endif
