/**
 * @file tables.h
 * @brief A trained network as tables that gnuplot draws.
 *
 * @addtogroup workbench
 *
 * **Tables.** `07_lenet5 tables --load FILE --dir DIR` opens a trained network up. It writes:
 *
 *     confusion.tsv   10 x 10 counts over the test images; a row is the true digit, a column the
 *                     prediction
 *     mistakes.tsv    the MISTAKES mistakes it was most confident about: image, label, prediction,
 *                     probability, the label's probability; then their pixels
 *     filters.tsv     every filter of C1 and C3, initial (from the seed) and trained
 *     maps.tsv        one test image through every layer, then its probabilities
 *     histograms.tsv  weights and gradients of every layer, initial and trained
 *     codes.tsv       with RBF codes only: code, first test image and state of F6 for each digit
 *
 * The network runs on the textbook kernels, where every layer of its table leaves its maps.
 *
 * A picture is a block of rows (block_write() in picture.h), named `C1.relu 3`. Layers without
 * width and height are one row.
 *
 * The initial parameters are in no file: seed and scheme of the run repeat them (unless the run
 * itself began with --load). Predictions are those of evaluate() and predict(); gradients are those
 * of trainer_gradient().
 * @{
 */
#ifndef TABLES_H
#define TABLES_H

#include "07_lenet5/evaluate.h"
#include "07_lenet5/trainer.h"

enum {
    MISTAKES = 24,          ///< most mistakes on the sheet
    GRADIENT_IMAGES = 1000, ///< training images for a histogram of gradients
    BINS = 40,              ///< bins of a histogram
    DECADES_LOW = -8,       ///< gradients: the bins begin at 10^-8, smaller ones are in the first
    DECADES_HIGH = 0        ///< and end at 1, larger ones are in the last
};

/** The subject of the tables. */
typedef struct Subject {
    Trainer *trainer;    ///< the run before its first step; its parameters and gradient change
    const real *params;  ///< the trained parameters
    const Dataset *test; ///< the images to classify
    int image;           ///< the one whose feature maps are written
    const char *source;  ///< the file of the parameters, which no table may replace
} Subject;

/**
 * @brief Writes every filter of every convolution, a block for each map that it sees.
 * @param when begins the name of each block: "initial" or "trained"
 */
void filters_write(FILE *out, const char *when, const Network *net, const real *params);

/**
 * @brief Writes the list of the mistakes that the network was most confident about, then their
 *        pixels.
 * @param error filled when there is no memory
 * @return whether it worked
 */
bool mistakes_write(FILE *out, const Network *net, const real *params, const Dataset *test,
                    int threads, Error *error);

/**
 * @brief Writes all tables into a folder, each completely or not at all.
 * @param subject the network, initial and trained
 * @param error   filled on failure: which file, and why
 * @return whether it worked
 */
bool tables_write(const char *dir, const Subject *subject, Error *error);

/** @} */
#endif
