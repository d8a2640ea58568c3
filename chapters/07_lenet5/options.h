/**
 * @file options.h
 * @brief The command line of 07_lenet5, read and checked.
 *
 * @addtogroup ch07
 * @{
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "06_optimizers/optimizer.h"
#include "07_lenet5/lenet5.h"

/** What the user asked for, every value in its range. */
typedef struct Options {
    const char *command;         ///< "train", "test" or "info"
    const char *data;            ///< folder of the data set
    const char *log;             ///< where the TSV log goes, or NULL
    const char *save;            ///< where parameters go, or NULL
    const char *load;            ///< where parameters come from, or NULL
    const char *activation_name; ///< as given, or NULL: then a loaded file's, else relu
    Activation activation;       ///< the same as a value
    Optimizer optimizer;         ///< with its learning rate
    Init init;                   ///< how first parameters are drawn
    const char *init_name;       ///< the same as a word
    int epochs;                  ///< 1 .. 100,000
    int batch;                   ///< 1 .. 1,000,000
    int threads;                 ///< 1 .. THREADS_MAX
    uint64_t seed;               ///< any whole number up to 2^63 - 1
    bool help;                   ///< the user wants the usage text
} Options;

/** The usage text, for --help. */
extern const char options_usage[];

/**
 * @brief Reads and checks a command line.
 * @param argc    as main got it
 * @param argv    as main got it; kept by reference
 * @param options filled on success; defaults are the report's recipe
 * @param error   filled on failure: which flag, which value, what would be right
 * @return whether the command line was right
 */
bool options_read(int argc, char **argv, Options *options, Error *error);

/**
 * @brief Finds an activation by its name.
 * @param name       "relu" or "sigmoid"
 * @param activation filled on success
 * @return false for any other name
 */
bool activation_named(const char *name, Activation *activation);

/** @} */
#endif
