/**
 * @file options.h
 * @brief The command line of 07_lenet5, read and checked.
 *
 * @addtogroup workbench
 * @{
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "07_lenet5/workbench/recipe.h"

/** Which functions the layers run on. */
typedef enum Kernels {
    KERNELS_NAIVE,    ///< the definitions
    KERNELS_TEXTBOOK, ///< the functions of the chapters
    KERNELS_FAST      ///< the faster ones where they fit, see network_accelerate()
} Kernels;

/** The user's wishes, every value in its range. */
typedef struct Options {
    const char *program;         ///< as it was called
    const char *command;         ///< "train", "test", "tables", "predict" or "info"
    const char *given[SETTINGS]; ///< the value of each setting that the user set, else NULL
    const char *recipe;          ///< name of the recipe to start from, or NULL
    const char *data;            ///< folder of the data set
    const char *log;             ///< where the TSV log goes, or NULL
    const char *save;            ///< where parameters go, or NULL
    const char *load;            ///< where parameters come from, or NULL
    const char *checkpoint;      ///< where the run is saved after every epoch, or NULL
    const char *resume;          ///< the checkpoint to continue, or NULL
    const char *dir;             ///< the folder that tables go to, or NULL
    uint64_t seed;               ///< 0 .. 2^64 - 1
    bool seeded;                 ///< the seed was given
    int threads;                 ///< 1 .. THREADS_MAX, with a processor for each
    Kernels kernels;             ///< the version of the layers' code
    int validate; ///< training images held back and evaluated instead of the test set
    int probe;    ///< mini-batches between evaluations within an epoch; 0: none
    int image;    ///< the image to look at, or -1
    bool json;    ///< predict: one JSON object per image
    bool help;    ///< the user wants the usage text
    bool version; ///< the user wants to know which program this is
    char **files; ///< predict: the images
    int count;    ///< predict: how many
} Options;

/** @brief Prints the usage text, for --help. */
void options_usage(FILE *out);

/**
 * @brief Reads and checks a command line.
 * @param argv    as main got it; kept by reference, values of --set are cut into pieces
 * @param options filled on success; defaults are the report's recipe
 * @param error   filled on failure: the flag, its value and the values that it may have
 * @return whether the command line was valid
 */
bool options_read(int argc, char **argv, Options *options, Error *error);

/**
 * @brief The recipe of a run: the named one, the network of a loaded file, then every setting
 *            given.
 * @param options as options_read() filled them
 * @param error   filled on failure: the file, or the settings that do not fit
 * @return 0, or the exit code: EXIT_FAILURE for an unreadable file, EXIT_USAGE for settings that do
 *         not fit each other
 */
int options_recipe(const Options *options, Recipe *recipe, Error *error);

/**
 * @brief Which settings of a loaded network nothing has given: no flag, and not its file, as other
 *        programs write none.
 * @param assumed (NET_SETTINGS), overwritten; all false without --load
 * @return how many are assumed; none if the file cannot be read
 */
int options_assumed(const Options *options, bool *assumed);

/** @} */
#endif
