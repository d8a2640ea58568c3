/**
 * @file lesson.h
 * @brief Shared by the mains of the chapters: folders, memory, tables for pictures.
 *
 * Only mains include this file: its functions end the program with one line on stderr when
 * something is missing.
 */
#ifndef LESSON_H
#define LESSON_H

#include "dataset.h"
#include "file.h"
#include "real.h"

#include <stddef.h>

/** The arguments of a chapter's program: `build/0N_name [FOLDER [MNIST]]`. */
typedef struct Lesson {
    const char *folder; ///< where the tables for pictures go: build/data
    const char *mnist;  ///< where the four IDX files are: common/mnist
} Lesson;

/**
 * @brief Reads the command line, and tells BLAS to start no threads.
 * @return the two folders
 */
Lesson lesson_start(int argc, char **argv);

/**
 * @brief Memory for numbers.
 * @return zeros; free() releases them
 */
real *lesson_reals(size_t count);

/**
 * @brief The first test image of a class.
 * @param pad width of the border on each side
 * @param x   (28 + 2*pad, 28 + 2*pad) numbers from 0 (background) to 1 (ink)
 */
void lesson_digit(const Lesson *lesson, int label, int pad, real *x);

/**
 * @brief One of the two sets of images.
 * @param prefix "train" or "t10k"
 * @return the set; dataset_free() releases it
 */
Dataset lesson_set(const Lesson *lesson, const char *prefix);

/**
 * @brief Opens a table for gnuplot.
 * @param name the file's name, e.g. 01_memory.tsv
 * @return the table, to be written with fprintf() into its stream
 */
Output lesson_table(const Lesson *lesson, const char *name);

/**
 * @brief Closes a table, and says which picture is drawn from it.
 * @param picture NAME of `make plot-NAME`
 */
void lesson_table_end(Output *table, const char *picture);

#endif
