/**
 * @file recipe.h
 * @brief A recipe: every setting of a training run, in one table that flags and saved files share.
 *
 * @addtogroup workbench
 *
 * **A recipe** says which network is trained and how; only the data, the seed and the machine are
 * left. Every setting has one name, which is its flag (`--lr 0.003`), its key for `--set` (`--set
 * rotate=12,shear=0.2`), its entry in a saved file (`"lr": "0.003"`) and its word in the table of
 * recipes in recipe.c, where a recipe is its changes to the report's:
 *
 *     "record", "... lr 0.003  schedule cosine  warmup 1 ..."
 *
 * A run starts from its recipe and then follows the flags, setting by setting.
 * @{
 */
#ifndef RECIPE_H
#define RECIPE_H

#include "07_lenet5/lenet5.h"
#include "07_lenet5/trainer.h"

#include <stdio.h>

/** Which sets are evaluated during a run. */
typedef enum Evaluate {
    EVALUATE_BOTH, ///< training and test images, before the first and after every epoch
    EVALUATE_TEST, ///< test images, after every epoch
    EVALUATE_END   ///< test images, after the last epoch: for a run against the clock
} Evaluate;

/** Every setting of a run. */
typedef struct Recipe {
    const char *name;  ///< "report", "1998", "record" or "sprint"
    Lenet5 net;        ///< which network
    Plan plan;         ///< how it is trained
    Evaluate evaluate; ///< which sets are evaluated on the way
} Recipe;

enum {
    NET_SETTINGS = 8, ///< the first settings describe the network; a saved file names them
    SETTINGS = 28     ///< all of them
};

/** One setting: a field of a Recipe and the values it may have. */
typedef struct Setting {
    const char *key;     ///< "batch": flag, key for --set, entry of a saved file, word in a recipe
    bool flag;           ///< whether it is a flag as well; --set reaches all
    int kind;            ///< how text becomes a value: recipe.c
    size_t offset;       ///< of its field in Recipe
    const char *words;   ///< the choices, for a word
    double low;          ///< the smallest number
    double high;         ///< the largest number
    const char *meaning; ///< for --help
} Setting;

/** All settings, in the order in which they are applied. */
extern const Setting settings[SETTINGS];

/** The names of all recipes, separated by blanks. */
extern const char recipe_names[];

/**
 * @brief Finds a recipe.
 * @param name one of recipe_names
 * @return false for an unknown name
 */
bool recipe_named(const char *name, Recipe *recipe);

/**
 * @brief Finds a setting.
 * @return its number, or -1
 */
int setting_named(const char *key);

/**
 * @brief Changes one setting. `net` changes all settings of the network, `optimizer` its constants.
 * @param recipe  changed on success
 * @param setting which, 0 .. SETTINGS-1
 * @param value   as a user writes it
 * @param error   filled on failure: the key, its value and the values that it may have
 * @return whether the value was valid
 */
bool recipe_set(Recipe *recipe, int setting, const char *value, Error *error);

/**
 * @brief The value of a setting, as recipe_set() takes it.
 * @param size room in value; 32 is enough
 * @return value
 */
char *recipe_get(const Recipe *recipe, int setting, char *value, size_t size);

/**
 * @brief A run's seed from text: the one reader for the flag and for saved files.
 * @param text digits and nothing else
 * @return whether it is a whole number from 0 to 2^64 - 1
 */
bool seed_of(const char *text, uint64_t *seed);

/**
 * @brief Whether the settings fit each other.
 * @param error filled when they do not: which, and why
 * @return whether they do
 */
bool recipe_check(const Recipe *recipe, Error *error);

/** @brief Prints all settings, a few lines. */
void recipe_print(FILE *out, const Recipe *recipe);

/** @} */
#endif
