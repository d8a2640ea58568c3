/*
 * The table of recipes, the table of settings, and the way from a word to a value and back.
 *
 * The tables are the point: a new setting is one line of `settings`, and flags, --set, --help,
 * saved files and checkpoints all have it.
 */
#include "07_lenet5/workbench/recipe.h"

#include "07_lenet5/original/curvature.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ recipes -------------- */

/* Each is its changes to the report's recipe, in the words of the settings. */
// [recipes]
static const struct {
    const char *name, *settings;
} recipes[] = {
    /* the coursework report's: Adam, batches of 100, 10 epochs */
    {"report", ""},

    /* LeCun et al. 1998, section III-B, with a tenth of its rates: docs/original.md says why, and
       lists the choices that the paper leaves open */
    {"1998",
     "net 1998  optimizer sdlm  lr 0.00005  schedule 1998  batch 1  epochs 20  order fixed"},

    /* the same number of presentations, of 60,000 images and 540,000 distorted copies; the ranges
       are ours */
    {"1998-distorted",
     "net 1998  optimizer sdlm  lr 0.00005  schedule 1998  batch 1  epochs 20  order fixed  "
     "copies 9  shift 1  scale 0.15  squeeze 0.15  shear 0.3"},

    /* the best single network: augmented images, a falling rate, weight decay; docs/record.md shows
       the share of each */
    {"record",
     "init he  lr 0.003  weight-decay 0.05  schedule cosine  warmup 1  average 0.999  epochs 100  "
     "shift 1.8  rotate 12  scale 0.12  squeeze 0.1  shear 0.2  bend 2  undistorted 10  evaluate "
     "test"},

    /* 99 % in the fewest seconds */
    {"sprint", "input_black -0.2  input_white 1.8  lr 0.007  schedule cosine  warmup 0.3  "
               "batch 40  epochs 2  "
               "shift 0.25  rotate 2  scale 0.02  squeeze 0.015  shear 0.03  evaluate end"},
};
// [recipes]

const char recipe_names[] = "report 1998 1998-distorted record sprint";

/* ------------------------------------------------------------------ settings ------------- */

/* Setting.kind: how text becomes a value. The first four are one of some words: a network, an enum
   in the order of the words, a bool, an optimizer. */
enum { NET, WORD, SWITCH, RULE, COUNT, NUMBER, REAL };

/* clang-format off */
const Setting settings[SETTINGS] = {
    {"net", true, NET, 0, "modern 1998", 0, 0,
     "the report's network, or the original"},
    {"activation", true, WORD, offsetof(Recipe, net.activation), "relu sigmoid tanh", 0, 0,
     "tanh as 1.7159 tanh(2/3 a)"},
    {"pool", true, SWITCH, offsetof(Recipe, net.subsample), "max subsample", 0, 0,
     "S2 and S4"},
    {"c3", true, SWITCH, offsetof(Recipe, net.table), "full table", 0, 0,
     "which maps C3 sees"},
    {"head", true, SWITCH, offsetof(Recipe, net.rbf), "softmax rbf", 0, 0,
     "the output; rbf needs tanh"},
    {"j", false, NUMBER, offsetof(Recipe, net.j), NULL, 1e-300, HUGE_VAL,
     "constant of RBF loss (9); inf: loss (8)"},
    {"input_black", false, REAL, offsetof(Recipe, net.input.lo), NULL, -1e6, 1e6,
     "input for grey level 0; each net has its own"},
    {"input_white", false, REAL, offsetof(Recipe, net.input.hi), NULL, -1e6, 1e6,
     "input for grey level 255"},
    {"init", true, WORD, offsetof(Recipe, plan.init), "uniform he normal lecun", 0, 0,
     "initial weights"},
    {"optimizer", true, RULE, 0, "sgd momentum adagrad rmsprop adam adam-twice sdlm", 0, 0,
     "how to step"},
    {"lr", true, NUMBER, offsetof(Recipe, plan.optimizer.lr), NULL, 1e-30, 1e30,
     "learning rate; each optimizer has its own"},
    {"mu", false, NUMBER, offsetof(Recipe, plan.optimizer.mu), NULL, 0, 1e30,
     "sdlm: added to the curvature"},
    {"weight-decay", true, NUMBER, offsetof(Recipe, plan.optimizer.weight_decay), NULL, 0, 1e3,
     "w -= lr * weight-decay * w before every step"},
    {"schedule", true, WORD, offsetof(Recipe, plan.schedule), "constant cosine 1998", 0, 0,
     "how the rate falls"},
    {"warmup", false, NUMBER, offsetof(Recipe, plan.warmup), NULL, 0, 1e5,
     "epochs in which the rate rises first"},
    {"average", false, NUMBER, offsetof(Recipe, plan.average), NULL, 0, 0.999999,
     "share kept in averaged parameters; 0: none"},
    {"batch", true, COUNT, offsetof(Recipe, plan.batch), NULL, 1, 1000000,
     "images in a mini-batch"},
    {"epochs", true, COUNT, offsetof(Recipe, plan.epochs), NULL, 1, 100000,
     "passes over the training images"},
    {"order", false, SWITCH, offsetof(Recipe, plan.fixed_order), "fresh fixed", 0, 0,
     "a new order every epoch, or one for all"},
    {"shift", false, NUMBER, offsetof(Recipe, plan.augment.shift), NULL, 0, 28,
     "pixels left or right, up or down"},
    {"rotate", false, NUMBER, offsetof(Recipe, plan.augment.rotate), NULL, 0, 180,
     "degrees"},
    {"scale", false, NUMBER, offsetof(Recipe, plan.augment.scale), NULL, 0, 0.9,
     "share by which the size changes"},
    {"squeeze", false, NUMBER, offsetof(Recipe, plan.augment.squeeze), NULL, 0, 0.9,
     "wider and flatter, or the reverse"},
    {"shear", false, NUMBER, offsetof(Recipe, plan.augment.shear), NULL, 0, 5,
     "pixels sideways per pixel of height"},
    {"bend", false, NUMBER, offsetof(Recipe, plan.augment.bend), NULL, 0, 20,
     "elastic: pixels that points of a grid move"},
    {"undistorted", false, COUNT, offsetof(Recipe, plan.undistorted), NULL, 0, 100000,
     "last epochs, with images as they are"},
    {"copies", false, COUNT, offsetof(Recipe, plan.copies), NULL, 0, 100,
     "augmented copies of every image; 0: new ones"},
    {"evaluate", true, WORD, offsetof(Recipe, evaluate), "both test end", 0, 0,
     "evaluated: both sets, the test set, or only at the end"},
};
/* clang-format on */

/* A loop over 28 names is quick enough for a command line. */
int setting_named(const char *key) {
    for (int k = 0; k < SETTINGS; k++)
        if (strcmp(key, settings[k].key) == 0) return k;
    return -1;
}

/* The number of a word in a list of words, or -1. */
static int word_index(const char *words, const char *word) {
    size_t length = strlen(word);
    for (int k = 0; *words; k++) {
        size_t here = strcspn(words, " ");
        if (here == length && memcmp(words, word, length) == 0) return k;
        words += here + strspn(words + here, " ");
    }
    return -1;
}

/* Word number k of a list of words. */
static void word_at(const char *words, int k, char *value, size_t size) {
    for (int skipped = 0; skipped < k; skipped++)
        words += strcspn(words, " ") + 1;
    snprintf(value, size, "%.*s", (int)strcspn(words, " "), words);
}

/* Another rule brings its own constants; weight decay is not among them. The step of 1998 asks for
   the curvature before every epoch. */
static void set_rule(Recipe *recipe, const char *name) {
    double weight_decay = recipe->plan.optimizer.weight_decay;
    optimizer_named(name, &recipe->plan.optimizer);
    recipe->plan.optimizer.weight_decay = weight_decay;
    recipe->plan.prepare = recipe->plan.optimizer.mu > 0 ? curvature_prepare : NULL;
}

/* One of some words. The setting's kind gives the type of the field at its offset. */
static bool set_word(Recipe *recipe, const Setting *s, const char *value, Error *error) {
    int word = word_index(s->words, value);
    void *field = (char *)recipe + s->offset;
    if (word < 0) return error_set(error, "%s %s: expected one of: %s", s->key, value, s->words);
    if (s->kind == NET) recipe->net = word == 1 ? lenet5_1998 : lenet5_report;
    if (s->kind == RULE) set_rule(recipe, value);
    if (s->kind == SWITCH) *(bool *)field = word == 1;
    if (s->kind == WORD) *(int *)field = word;
    return true;
}

/* A number in the setting's range, and nothing after it. */
static bool set_number(Recipe *recipe, const Setting *s, const char *value, Error *error) {
    char *end;
    void *field = (char *)recipe + s->offset;
    double number = strtod(value, &end);
    bool whole = s->kind == COUNT;
    /* written so that NaN, for which every comparison is false, is out of range */
    bool valid = end != value && *end == '\0' && number >= s->low && number <= s->high;
    if (whole && valid) valid = number == floor(number);
    if (!valid)
        return error_set(error, "%s %s: expected a %s from %g to %.7g", s->key, value,
                         whole ? "whole number" : "number", s->low, s->high);
    if (s->kind == COUNT) *(int *)field = (int)number;
    if (s->kind == NUMBER) *(double *)field = number;
    if (s->kind == REAL) *(real *)field = (real)number;
    return true;
}

/* The one way in: recipes, flags, --set and saved files all come through here. */
bool recipe_set(Recipe *recipe, int setting, const char *value, Error *error) {
    contract(setting >= 0 && setting < SETTINGS, "setting %d of %d", setting, SETTINGS);
    const Setting *s = &settings[setting];
    return s->words ? set_word(recipe, s, value, error) : set_number(recipe, s, value, error);
}

/* The fewest digits that give the number back, as a double or (`single`) as a real: 0.003 is saved
   as 0.003 and not as 0.0030000000000000001. */
static void number_text(double number, bool single, char *value, size_t size) {
    for (int digits = 6; digits <= 17; digits++) {
        snprintf(value, size, "%.*g", digits, number);
        double back = strtod(value, NULL);
        if (back == number || (single && (real)back == (real)number)) return;
    }
}

/* The network that the settings vary: the report's, or the original, which is known by its grey
   level for paper. */
static const Lenet5 *base(const Recipe *recipe) {
    const real lo = recipe->net.input.lo;
    return lo == lenet5_1998.input.lo ? &lenet5_1998 : &lenet5_report;
}

/* The one way out; recipe_set() takes the text back to the same value. */
char *recipe_get(const Recipe *recipe, int setting, char *value, size_t size) {
    const Setting *s = &settings[setting];
    const void *field = (const char *)recipe + s->offset;
    if (s->kind == NET) word_at(s->words, base(recipe) == &lenet5_1998, value, size);
    if (s->kind == RULE) snprintf(value, size, "%s", recipe->plan.optimizer.name);
    if (s->kind == SWITCH) word_at(s->words, *(const bool *)field, value, size);
    if (s->kind == WORD) word_at(s->words, *(const int *)field, value, size);
    if (s->kind == COUNT) snprintf(value, size, "%d", *(const int *)field);
    if (s->kind == NUMBER) number_text(*(const double *)field, false, value, size);
    if (s->kind == REAL) number_text((double)*(const real *)field, true, value, size);
    return value;
}

/* Applies a list of "key value" pairs; the table above is ours, so a mistake in it is a bug. */
static void apply(Recipe *recipe, const char *list) {
    char words[512], *rest;
    Error error;
    snprintf(words, sizeof words, "%s", list);
    for (char *key = strtok_r(words, " ", &rest); key; key = strtok_r(NULL, " ", &rest)) {
        int setting = setting_named(key);
        contract(setting >= 0, "recipe %s: no setting is called %s", recipe->name, key);
        const char *value = strtok_r(NULL, " ", &rest);
        bool valid = recipe_set(recipe, setting, value ? value : "", &error);
        contract(valid, "recipe %s: %s", recipe->name, error.text);
    }
}

/* Every recipe is built on the report's, which is complete. */
bool recipe_named(const char *name, Recipe *recipe) {
    for (size_t i = 0; i < sizeof recipes / sizeof *recipes; i++) {
        if (strcmp(name, recipes[i].name) != 0) continue;
        /* the report's first; then the recipe's own words */
        *recipe = (Recipe){.name = recipes[i].name, .net = lenet5_report};
        recipe->plan = (Plan){.init = INIT_UNIFORM, .batch = 100, .epochs = 10};
        set_rule(recipe, "adam");
        apply(recipe, recipes[i].settings);
        return true;
    }
    return false;
}

bool seed_of(const char *text, uint64_t *seed) {
    char *end;
    errno = 0;
    *seed = strtoull(text, &end, 10);
    /* strtoull() takes blanks and a sign as well: -1 would be 2^64 - 1 */
    bool digits = isdigit((unsigned char)*text) && *end == '\0';
    return digits && errno == 0;
}

/* Settings that are valid one by one and meaningless together. */
bool recipe_check(const Recipe *recipe, Error *error) {
    const Lenet5 *net = &recipe->net;
    const Plan *plan = &recipe->plan;
    if (net->rbf && net->activation != ACTIVATION_TANH)
        return error_set(error,
                         "head rbf needs activation tanh: the codes are +1 and -1, and %s "
                         "never gives a negative number",
                         net->activation == ACTIVATION_RELU ? "relu" : "sigmoid");
    if (net->input.lo == net->input.hi)
        return error_set(error, "input_black and input_white are both %g: no image would be left",
                         (double)net->input.lo);
    /* The step of 1998 divides by mu plus a curvature that may be 0. */
    bool sdlm = strcmp(plan->optimizer.name, "sdlm") == 0;
    if (sdlm && plan->optimizer.mu == 0)
        return error_set(error, "mu 0: sdlm divides by mu and the curvature, which may be 0");
    if (plan->optimizer.mu > 0 && !sdlm)
        return error_set(error, "mu belongs to optimizer sdlm, not to %s", plan->optimizer.name);
    if (plan->copies > 0 && !augment_any(&plan->augment))
        return error_set(error, "copies without augmentation: set shift, rotate, ... as well");
    return true;
}

/* Every setting, also those that are as usual: the output of a run should be enough to repeat
   it. */
void recipe_print(FILE *out, const Recipe *recipe) {
    char value[32];
    const Input *own = &base(recipe)->input, *input = &recipe->net.input;
    /* grey levels are of interest where they are not the network's usual ones */
    bool usual = input->lo == own->lo && input->hi == own->hi;
    fprintf(out, "recipe %s", recipe->name);
    for (int k = 0; k < SETTINGS; k++) {
        if (usual && settings[k].kind == REAL) continue;
        /* a line each for the network, the step, the run and the augmentation */
        bool first = k == 0 || strcmp(settings[k].key, "init") == 0 ||
                     strcmp(settings[k].key, "batch") == 0 || strcmp(settings[k].key, "shift") == 0;
        fprintf(out, "%s%s %s", first ? "\n  " : "  ", settings[k].key,
                recipe_get(recipe, k, value, sizeof value));
    }
    fprintf(out, "\n");
}
