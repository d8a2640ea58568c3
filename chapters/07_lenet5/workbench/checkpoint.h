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
 * A checksum over all of that detects a damaged or edited file. The kernels and the build are named
 * as well: on fast kernels any build of the same class resumes the run to the same bits
 * (docs/bits.md); other kernels, or the other class, round differently in the last bits.
 *
 * It replaces the old file completely or not at all (file.h), so a crash at any moment leaves the
 * last good one. Files are F32: a program of the float build resumes bit-identically.
 * @{
 */
#ifndef CHECKPOINT_H
#define CHECKPOINT_H

#include "07_lenet5/workbench/recipe.h"

/** The compiler, and the class: "gcc 12.2.0, fma". With the kernels, it decides the last bits. */
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

/** An open checkpoint: its file is read once, from checkpoint_open() to checkpoint_close(). */
typedef struct Checkpoint {
    Safetensors file; ///< the open file
    Recipe recipe;    ///< every setting, valid and fitting each other
    uint64_t seed;    ///< of the run
    Place place;      ///< how far it has come, every number in its range
} Checkpoint;

/**
 * @brief Writes a checkpoint, all or nothing.
 * @param path  the file; an older one is replaced
 * @param error filled on failure; then an older file is untouched
 */
bool checkpoint_save(const char *path, const Recipe *recipe, const Trainer *trainer,
                     const Place *place, Error *error);

/**
 * @brief Opens a checkpoint and reads everything for a new Trainer: settings, seed and place.
 * @param path       the file; kept by reference
 * @param checkpoint filled on success; checkpoint_close() releases it
 * @param error      filled on failure
 * @return whether the file is a checkpoint with valid settings
 */
bool checkpoint_open(const char *path, Checkpoint *checkpoint, Error *error);

/** @brief Closes the file. */
void checkpoint_close(Checkpoint *checkpoint);

/**
 * @brief Whether a run would resume to the same bits here: on the same kernels, and in a build of
 *        the same class (fast kernels), or by the same compiler as well (others).
 * @param net   the network that resumes
 * @param other both builds, where they differ
 * @param size  room in other; 200 is enough
 */
bool checkpoint_same_bits(const Checkpoint *checkpoint, const Network *net, char *other,
                          size_t size);

/**
 * @brief Reads parameters and optimizer into a new trainer, and brings it to the checkpoint's
 *        place.
 * @param trainer made with the checkpoint's settings and seed, on the same images; changed
 * @param error   filled on failure: other images, a wrong checksum
 * @return whether the run can continue: with trainer_step() at place.first or, where that is 0,
 *         with trainer_begin()
 */
bool checkpoint_resume(const Checkpoint *checkpoint, Trainer *trainer, Error *error);

/** @} */
#endif
