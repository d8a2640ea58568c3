/*
 * Saving a run and resuming it.
 */
#include "07_lenet5/workbench/checkpoint.h"

#include "lanes.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { TENSORS_MAX = 2 * LAYERS_MAX + 2, VALUE = 64 };

/* The metadata: first these, then every setting by its name. */
enum {
    RECIPE,
    KERNELS,
    PROGRAM,
    CHECKSUM,
    SEED,
    EPOCH, /* from here on numbers */
    FIRST,
    ITERATION,
    LOSS,
    CORRECT,
    SINCE_LINE,
    LOG_BYTES,
    IMAGES,
    SETTING,
    ENTRIES = SETTING + SETTINGS
};

static const char *const keys[SETTING] = {
    "recipe",    "kernels", "build",   "checksum",   "seed",      "at_epoch", "at_image",
    "iteration", "loss",    "correct", "since_line", "log_bytes", "images"};

/* The largest value of each number. */
static const double most[SETTING] = {
    [EPOCH] = 100001, [FIRST] = 1e8,        [ITERATION] = 1e12, [LOSS] = 1e300,
    [CORRECT] = 1e8,  [SINCE_LINE] = 1e300, [LOG_BYTES] = 1e15, [IMAGES] = 4294967295.0};

static const char *key_of(int entry) {
    return entry < SETTING ? keys[entry] : settings[entry - SETTING].key;
}

const char checkpoint_build[] =
#ifdef __clang__
    "clang " __clang_version__
#else
    "gcc " __VERSION__
#endif
#if LANES == 16
    ", 16 lanes"
#elif LANES == 8
    ", 8 lanes"
#elif LANES == 4
    ", 4 lanes"
#else
    ", no lanes"
#endif
#ifdef __FP_FAST_FMA
    ", fma"
#endif
    ;

/* ------------------------------------------------------------------ checksums ------------ */

/* A checksum of the training images and their labels: with others it would be another run. */
static double checksum_of_images(const Dataset *data) {
    uLong crc = crc32_z(0, data->image, (size_t)data->n * IMAGE_BYTES);
    return (double)crc32_z(crc, data->label, (size_t)data->n);
}

/* A checksum of all that a checkpoint holds, itself excepted: entries, then numbers. */
static unsigned long checksum(char value[ENTRIES][VALUE], int count, const Tensor *tensor) {
    uLong crc = 0;
    for (int k = 0; k < ENTRIES; k++)
        if (k != CHECKSUM) crc = crc32_z(crc, (const uint8_t *)value[k], strlen(value[k]) + 1);
    for (int i = 0; i < count; i++)
        for (size_t k = 0; k < tensor_size(&tensor[i]); k++) {
            float number = (float)tensor[i].data[k];
            crc = crc32_z(crc, (const uint8_t *)&number, sizeof number);
        }
    return crc;
}

/* ------------------------------------------------------------------ saving --------------- */

/* Everything that is stored as numbers: parameters, their mean, the optimizer's slots. */
static int list_tensors(const Trainer *t, Tensor tensor[TENSORS_MAX]) {
    int count = network_tensors(t->net, t->params, tensor), length = (int)network_params(t->net);
    int slots = t->optimizer.slots;
    if (slots > 0) tensor[count++] = (Tensor){"optimizer", 1, {slots * length}, t->state};
    if (t->mean) tensor[count++] = (Tensor){"mean", 1, {length}, t->mean};
    return count;
}

/* Every entry but the checksum. */
static void write_values(const Recipe *recipe, const Trainer *t, const Place *place,
                         char value[ENTRIES][VALUE]) {
    const double number[SETTING] = {[EPOCH] = place->epoch,
                                    [FIRST] = place->first,
                                    [ITERATION] = (double)place->iteration,
                                    [LOSS] = place->loss,
                                    [CORRECT] = place->correct,
                                    [SINCE_LINE] = place->since_line,
                                    [LOG_BYTES] = (double)place->log_bytes,
                                    [IMAGES] = checksum_of_images(t->data)};
    snprintf(value[RECIPE], VALUE, "%s", recipe->name);
    snprintf(value[KERNELS], VALUE, "%s", t->net->kernels);
    snprintf(value[PROGRAM], VALUE, "%s", checkpoint_build);
    snprintf(value[SEED], VALUE, "%llu", (unsigned long long)t->seed);
    for (int k = EPOCH; k < SETTING; k++)
        snprintf(value[k], VALUE, "%.17g", number[k]);
    for (int k = 0; k < SETTINGS; k++)
        recipe_get(recipe, k, value[SETTING + k], VALUE);
}

bool checkpoint_save(const char *path, const Recipe *recipe, const Trainer *trainer,
                     const Place *place, Error *error) {
    Tensor tensor[TENSORS_MAX];
    Metadata entry[ENTRIES];
    char value[ENTRIES][VALUE];
    int count = list_tensors(trainer, tensor);
    write_values(recipe, trainer, place, value);
    snprintf(value[CHECKSUM], VALUE, "%08lx", checksum(value, count, tensor));
    for (int k = 0; k < ENTRIES; k++)
        entry[k] = (Metadata){key_of(k), value[k]};
    return safetensors_save(path, count, tensor, ENTRIES, entry, error);
}

/* ------------------------------------------------------------------ reading -------------- */

/* Everything a checkpoint says in its metadata; a missing entry means an older program. */
static bool read_values(const char *path, char value[ENTRIES][VALUE], Error *error) {
    Field field[ENTRIES];
    for (int k = 0; k < ENTRIES; k++)
        field[k] = (Field){.key = key_of(k)};
    if (!safetensors_metadata(path, ENTRIES, field, error)) return false;
    for (int k = 0; k < ENTRIES; k++) {
        if (!*field[k].value)
            return error_set(error,
                             "%s: not a checkpoint: it has no %s; train --checkpoint writes one",
                             path, field[k].key);
        snprintf(value[k], VALUE, "%s", field[k].value);
    }
    return true;
}

static bool wrong_value(const char *path, int entry, const char *value, Error *error) {
    return error_set(error, "%s: not a checkpoint: its %s is '%s'", path, keys[entry], value);
}

/* The seed and the numbers, each in its range. */
static bool read_place(const char *path, char value[ENTRIES][VALUE], uint64_t *seed, Place *place,
                       Error *error) {
    double n[SETTING] = {0};
    if (!seed_of(value[SEED], seed)) return wrong_value(path, SEED, value[SEED], error);
    for (int k = EPOCH; k < SETTING; k++) {
        char *end;
        n[k] = strtod(value[k], &end);
        if (*end || !(n[k] >= 0 && n[k] <= most[k])) return wrong_value(path, k, value[k], error);
    }
    *place = (Place){(int)n[EPOCH],   (int)n[FIRST], (long)n[ITERATION], n[LOSS],
                     (int)n[CORRECT], n[SINCE_LINE], (long)n[LOG_BYTES]};
    return place->correct <= place->first ||
           error_set(error, "%s: not a checkpoint: %d correct of %d images", path, place->correct,
                     place->first);
}

/* All settings, those of the network among them. */
static bool read_recipe(const char *path, char value[ENTRIES][VALUE], Recipe *recipe,
                        Error *error) {
    Error why;
    if (!recipe_named(value[RECIPE], recipe))
        return wrong_value(path, RECIPE, value[RECIPE], error);
    for (int k = 0; k < SETTINGS; k++)
        if (!recipe_set(recipe, k, value[SETTING + k], &why))
            return error_set(error, "%s: %.200s", path, why.text);
    return recipe_check(recipe, &why) || error_set(error, "%s: %.200s", path, why.text);
}

bool checkpoint_read(const char *path, Recipe *recipe, uint64_t *seed, Place *place, Error *error) {
    char value[ENTRIES][VALUE];
    if (!read_values(path, value, error) || !read_place(path, value, seed, place, error) ||
        !read_recipe(path, value, recipe, error))
        return false;
    return (place->epoch >= 1 && place->epoch <= recipe->plan.epochs + 1) ||
           error_set(error, "%s: not a checkpoint: epoch %d of %d", path, place->epoch,
                     recipe->plan.epochs);
}

bool checkpoint_same_bits(const char *path, const Network *net, char *other, size_t size,
                          Error *error) {
    char value[ENTRIES][VALUE];
    other[0] = '\0';
    if (!read_values(path, value, error)) return false;
    if (strcmp(value[KERNELS], net->kernels) != 0 || strcmp(value[PROGRAM], checkpoint_build) != 0)
        snprintf(other, size, "%s, %s kernels; this is %s, %s kernels", value[PROGRAM],
                 value[KERNELS], checkpoint_build, net->kernels);
    return true;
}

/* ------------------------------------------------------------------ resuming ------------- */

/* A place that the run has: one between two mini-batches, reached by so many of them. */
static bool fits(const char *path, const Trainer *t, const Place *place, Error *error) {
    int batch = t->plan.batch;
    long steps = (t->data->n + batch - 1) / batch; /* of an epoch */
    if (place->first >= t->data->n || place->first % batch != 0)
        return error_set(error, "%s: not a checkpoint: at image %d of %d", path, place->first,
                         t->data->n);
    return place->iteration == (place->epoch - 1) * steps + place->first / batch ||
           error_set(error, "%s: not a checkpoint: iteration %ld in epoch %d at image %d", path,
                     place->iteration, place->epoch, place->first);
}

bool checkpoint_resume(const char *path, Trainer *t, const Place *place, Error *error) {
    Tensor tensor[TENSORS_MAX];
    char value[ENTRIES][VALUE], sum[VALUE];
    int count = list_tensors(t, tensor);
    if (!read_values(path, value, error) || !safetensors_load(path, count, tensor, error))
        return false;
    snprintf(sum, VALUE, "%08lx", checksum(value, count, tensor));
    if (strcmp(sum, value[CHECKSUM]) != 0)
        return error_set(error,
                         "%s: damaged or edited: its checksum is %.16s, that of its content "
                         "%s",
                         path, value[CHECKSUM], sum);
    if (strtod(value[IMAGES], NULL) != checksum_of_images(t->data))
        return error_set(
            error, "%s: was made with other training images: same --data and --validate?", path);
    if (!fits(path, t, place, error)) return false;
    /* An epoch that has not begun is begun by the caller: its order, and for sdlm its curvature. */
    trainer_go_to(t, place->first > 0 ? place->epoch : place->epoch - 1, place->iteration);
    return true;
}
