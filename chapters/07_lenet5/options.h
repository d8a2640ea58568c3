/**
 * @file options.h
 * @brief The command line of 07_lenet5, read and checked.
 *
 * @addtogroup ch07
 * @{
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "07_lenet5/recipe.h"

/** What the user asked for, every value in its range. */
typedef struct Options {
    const char *program;         ///< as it was called
    const char *command;         ///< "train", "test", "tables", "predict" or "info"
    const char *data;            ///< folder of the data set
    const char *recipe;          ///< name of the recipe to start from
    const char *given[SETTINGS]; ///< the value of each setting that has a flag, else NULL
    const char *log;             ///< where the TSV log goes, or NULL
    const char *save;            ///< where parameters go, or NULL
    const char *load;            ///< where parameters come from, or NULL
    const char *outputs;         ///< where the table of the last layer's values goes, or NULL
    const char *rejection;       ///< where the table of rejected shares goes, or NULL
    const char *checkpoint;      ///< where the run is saved after every epoch, or NULL
    const char *resume;          ///< the checkpoint to go on with, or NULL
    const char *dir;             ///< tables: the folder they go to
    int probe;                   ///< mini-batches between evaluations within an epoch; 0: none
    char **files;                ///< predict: the images
    int count;                   ///< predict: how many
    bool json;                   ///< predict: one JSON object an image
    bool live;                   ///< train: draw the curves while it goes on
    bool seeded;                 ///< the seed was given
    int validate;        ///< training images held back, to evaluate on in place of the test set
    int image;           ///< the image to look at, or -1
    bool show_distorted; ///< the user wants to see distorted images, not a run
    int threads;         ///< 1 .. THREADS_MAX
    uint64_t seed;       ///< any whole number up to 2^63 - 1
    bool help;           ///< the user wants the usage text
} Options;

/**
 * @brief Prints the usage text, for --help.
 * @param out where to
 */
void options_usage(FILE *out);

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
 * @brief The recipe of a run: the named one, the network of a loaded file, then every flag.
 * @param options as options_read() filled them
 * @param recipe  filled on success
 * @param error   filled on failure
 * @return 0, or the exit code: EXIT_WORLD for an unreadable file, EXIT_USAGE for settings that do not fit
 */
int options_recipe(const Options *options, Recipe *recipe, Error *error);

/** @} */
#endif
