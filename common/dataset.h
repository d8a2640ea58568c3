/**
 * @file dataset.h
 * @brief A labelled set of images that stay bytes in memory, and their way to reals.
 *
 * 60,000 images of 28x28 take 47 MB as bytes and 188 MB as floats, so an image becomes reals only
 * when a batch needs it: dataset_image() is the one place where that happens.
 */
#ifndef DATASET_H
#define DATASET_H

#include "fail.h"
#include "real.h"

#include <stdint.h>

enum {
    CLASSES = 10,                         ///< labels are 0 .. 9
    IMAGE_SIDE = 28,                      ///< images are 28 rows of 28 bytes
    IMAGE_BYTES = IMAGE_SIDE * IMAGE_SIDE ///< bytes of one image
};

/** The folder of our copy of MNIST, as seen from the project's top. */
#define MNIST_DIR "common/mnist"

/** From grey levels to inputs: byte 0 (background) -> lo, byte 255 (ink) -> hi. */
typedef struct Input {
    real lo; ///< background, padding included
    real hi; ///< full ink
} Input;

/** Images and labels. Immutable once loaded. */
typedef struct Dataset {
    int n;          ///< how many
    uint8_t *image; ///< (n, 28, 28), row-major, 0 = background, 255 = ink
    uint8_t *label; ///< (n), each below CLASSES
} Dataset;

/**
 * @brief Loads `DIR/PREFIX-images-idx3-ubyte` and `DIR/PREFIX-labels-idx1-ubyte`, plain or .gz.
 * @param dir    the folder, e.g. common/mnist
 * @param prefix "train" or "t10k", the official names
 * @param data   filled on success; dataset_free() releases it
 * @param error  filled on failure: the file, the place and the problem
 * @return whether it worked: counts agree, images are 28x28, every label is below 10
 */
bool dataset_load(const char *dir, const char *prefix, Dataset *data, Error *error);

/**
 * @brief Releases a data set and clears the struct.
 * @param data filled by dataset_load(); all zero is fine as well
 */
void dataset_free(Dataset *data);

/**
 * @brief One image as reals, with a border.
 *
 * @f[ x = lo + (hi - lo)\,\frac{byte}{255} @f] and every pixel of the border is lo.
 *
 * @param i     which image, 0 .. n-1
 * @param input the range of values
 * @param pad   width of the border on each side; 2 makes LeNet's 32x32
 * @param x     (28 + 2*pad, 28 + 2*pad) reals, overwritten
 */
void dataset_image(const Dataset *data, int i, Input input, int pad, real *x);

/**
 * @brief The first test image of a class as reals, for the chapters' examples.
 * @param dir   the folder of the set
 * @param pad   width of the border, as in dataset_image()
 * @param x     (28 + 2*pad, 28 + 2*pad) reals from 0 (background) to 1 (ink)
 * @param error filled on failure: as for dataset_load(), or no such image
 * @return whether the set could be read and has such an image
 */
bool dataset_digit(const char *dir, int label, int pad, real *x, Error *error);

#endif
