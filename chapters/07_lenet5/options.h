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

/** The words that choose a network, in the order in which they are applied. */
enum { CHOICES = 6 };
extern const char *const choice_keys[CHOICES]; ///< "net" "activation" "pool" "c3" "head" "j"

/** What the user asked for, every value in its range. */
typedef struct Options {
    const char *command;          ///< "train", "test" or "info"
    const char *data;             ///< folder of the data set
    const char *log;              ///< where the TSV log goes, or NULL
    const char *save;             ///< where parameters go, or NULL
    const char *load;             ///< where parameters come from, or NULL
    const char *choices[CHOICES]; ///< the value of each of choice_keys, or NULL
    Optimizer optimizer;          ///< with its learning rate
    double (*rate)(int);          ///< the rate of each epoch; NULL: the optimizer's own stays
    bool fixed_order;             ///< one shuffle for all passes, as in the paper
    Init init;                    ///< how first parameters are drawn
    int epochs;                   ///< 1 .. 100,000
    int batch;                    ///< 1 .. 1,000,000
    int threads;                  ///< 1 .. THREADS_MAX
    uint64_t seed;                ///< any whole number up to 2^63 - 1
    bool help;                    ///< the user wants the usage text
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
 * @brief Changes a network's switches by a word that flags and saved files use.
 * @param key    one of choice_keys
 * @param value  "1998", "tanh", "subsample", "table", "rbf", "0.5", ...
 * @param choice changed on success
 * @return NULL when it worked, else the values that would have been right
 */
const char *choose(const char *key, const char *value, Lenet5 *choice);

/**
 * @brief The present value of a switch: what choose() would take.
 * @param key    one of choice_keys
 * @param choice the switches
 * @param value  where to write it
 * @param size   room in value
 */
void chosen(const char *key, const Lenet5 *choice, char *value, size_t size);

/** @} */
#endif
