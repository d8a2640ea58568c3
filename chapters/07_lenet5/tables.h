/**
 * @file tables.h
 * @brief What a trained network looks like, as tables that gnuplot draws.
 *
 * @addtogroup ch07
 *
 * **Tables.** `07_lenet5 tables --load FILE --dir DIR` opens a trained network up. It writes, tab-separated:
 *
 *     confusion.tsv   10 x 10 counts over the test images; a row is the true digit, a column the decision
 *     mistakes.tsv    the MISTAKES mistakes it was surest of: image, label, decision, probability; then their pixels
 *     filters.tsv     every filter of C1 and C3, as it was drawn from the seed, then as it is now
 *     maps.tsv        one test image through every layer, then its probabilities
 *     histograms.tsv  weights and gradients of every layer, drawn and trained
 *     codes.tsv       behind RBF codes only: code, first test image and state of F6 for each digit
 *
 * A picture is a block of rows behind a line with its name (`# C1.relu 3`) and in front of two empty lines: what
 * gnuplot calls an index. Layers without width and height are one row.
 *
 * The parameters before training are in no file: seed and scheme of the run draw them again (of a run that did not
 * itself begin with --load). Decisions are those of
 * evaluate(), judge() and look_at(); gradients are those of trainer_gradient().
 * @{
 */
#ifndef TABLES_H
#define TABLES_H

#include "07_lenet5/trainer.h"

enum {
    MISTAKES = 24,          ///< most mistakes on the sheet
    GRADIENT_IMAGES = 1000, ///< training images behind a histogram of gradients
    BINS = 40,              ///< bins of a histogram
    DECADES_LOW = -8,       ///< gradients: the bins begin at 10^-8, smaller ones are in the first
    DECADES_HIGH = 0        ///< and end at 1, larger ones are in the last
};

/** What the tables are about. */
typedef struct Subject {
    Trainer *trainer;    ///< the run before its first step; its parameters and gradient change
    const real *params;  ///< the trained parameters
    const Dataset *test; ///< the images to judge
    int image;           ///< the one whose feature maps are written
} Subject;

/**
 * @brief Writes all tables into a folder, each as a whole or not at all.
 * @param dir     the folder
 * @param subject the network, drawn and trained
 * @param error   filled on failure: which file, and why
 * @return whether it worked
 */
bool tables_write(const char *dir, const Subject *subject, Error *error);

/** @} */
#endif
