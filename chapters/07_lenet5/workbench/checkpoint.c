/*
 * Saving a run and resuming it.
 */
#include "07_lenet5/workbench/checkpoint.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum {
    SLOTS_MAX = 2,
    TENSORS_MAX = 2 * LAYERS_MAX + SLOTS_MAX + 1,
    NUMBERS = 9,
    FIELDS = 1 + NUMBERS + SETTINGS
};

/* The seed, the numbers of a place and a checksum of the images, by name. */
static const char *const number_keys[NUMBERS] = {"seed",       "at_epoch",  "at_image",
                                                 "iteration",  "loss",      "correct",
                                                 "since_line", "log_bytes", "images"};

/* A checksum of the training images and their labels: with others it would be another run. */
static double checksum(const Dataset *data) {
    uLong crc = crc32_z(0, data->image, (size_t)data->n * IMAGE_BYTES);
    return (double)crc32_z(crc, data->label, (size_t)data->n);
}

/* Everything that is stored as numbers: parameters, their mean, the optimizer's slots. */
static int list_tensors(const Trainer *t, Tensor tensor[TENSORS_MAX]) {
    int count = network_tensors(t->net, t->params, tensor), length = (int)network_params(t->net);
    for (int s = 0; s < t->optimizer.slots; s++) {
        Tensor *slot = &tensor[count++];
        *slot = (Tensor){.dims = 1, .dim = {length}, .data = t->state + (size_t)s * (size_t)length};
        snprintf(slot->name, sizeof slot->name, "optimizer.%d", s);
    }
    if (t->mean) tensor[count++] = (Tensor){"mean", 1, {length}, t->mean};
    return count;
}

bool checkpoint_save(const char *path, const Recipe *recipe, const Trainer *trainer,
                     const Place *place, Error *error) {
    Tensor tensor[TENSORS_MAX];
    Metadata entry[1 + NUMBERS + SETTINGS] = {{"recipe", recipe->name}};
    char number[NUMBERS][32], value[SETTINGS][32];
    const double numbers[NUMBERS] = {0, /* the seed has more digits than a double */
                                     place->epoch,
                                     place->first,
                                     (double)place->iteration,
                                     place->loss,
                                     place->correct,
                                     place->since_line,
                                     (double)place->log_bytes,
                                     checksum(trainer->data)};
    for (int k = 0; k < NUMBERS; k++) {
        snprintf(number[k], sizeof number[k], "%.17g", numbers[k]);
        entry[1 + k] = (Metadata){number_keys[k], number[k]};
    }
    snprintf(number[0], sizeof number[0], "%llu", (unsigned long long)trainer->seed);
    for (int k = 0; k < SETTINGS; k++)
        entry[1 + NUMBERS + k] =
            (Metadata){settings[k].key, recipe_get(recipe, k, value[k], sizeof value[k])};
    int count = list_tensors(trainer, tensor);
    return safetensors_save(path, count, tensor, 1 + NUMBERS + SETTINGS, entry, error);
}

/* Everything a checkpoint says in its metadata: recipe, numbers, settings. */
static bool read_fields(const char *path, Field field[FIELDS], Error *error) {
    field[0] = (Field){.key = "recipe"};
    for (int k = 0; k < NUMBERS; k++)
        field[1 + k] = (Field){.key = number_keys[k]};
    for (int k = 0; k < SETTINGS; k++)
        field[1 + NUMBERS + k] = (Field){.key = settings[k].key};
    return safetensors_metadata(path, FIELDS, field, error);
}

/* One number, from 0 to most. */
static bool read_number(const char *path, const Field *field, double most, double *number,
                        Error *error) {
    char *end;
    if (!*field->value)
        return error_set(error, "%s: not a checkpoint: it has no %s; train --checkpoint writes one",
                         path, field->key);
    *number = strtod(field->value, &end);
    return (end != field->value && !*end && *number >= 0 && *number <= most) ||
           error_set(error, "%s: not a checkpoint: its %s is '%s'", path, field->key, field->value);
}

/* All settings, those of the network among them; a missing one means an older program. */
static bool read_settings(const char *path, const Field field[FIELDS], Recipe *recipe,
                          Error *error) {
    if (!recipe_named(field[0].value, recipe))
        return error_set(error, "%s: not a checkpoint: its recipe is '%s'", path, field[0].value);
    for (int k = 0; k < SETTINGS; k++) {
        const char *value = field[1 + NUMBERS + k].value;
        Error why;
        if (!recipe_set(recipe, k, value, &why))
            return error_set(error, "%s: %.200s", path, why.text);
    }
    Error why;
    return recipe_check(recipe, &why) || error_set(error, "%s: %.200s", path, why.text);
}

bool checkpoint_read(const char *path, Recipe *recipe, uint64_t *seed, Place *place, Error *error) {
    Field field[FIELDS];
    double n[NUMBERS] = {0};
    static const double most[NUMBERS] = {0,   100001, 1e8,  1e12,        1e300,
                                         1e8, 1e300,  1e15, 4294967295.0};
    if (!read_fields(path, field, error)) return false;
    char *end;
    const char *text = field[1].value;
    *seed = strtoull(text, &end, 10);
    if (end == text || *end)
        return error_set(error, "%s: not a checkpoint: its seed is '%s'", path, text);
    for (int k = 1; k < NUMBERS; k++)
        if (!read_number(path, &field[1 + k], most[k], &n[k], error)) return false;
    *place = (Place){(int)n[1], (int)n[2], (long)n[3], n[4], (int)n[5], n[6], (long)n[7]};
    if (!read_settings(path, field, recipe, error)) return false;
    return (place->epoch >= 1 && place->epoch <= recipe->plan.epochs + 1) ||
           error_set(error, "%s: not a checkpoint: epoch %d of %d", path, place->epoch,
                     recipe->plan.epochs);
}

bool checkpoint_resume(const char *path, Trainer *t, const Place *place, Error *error) {
    Tensor tensor[TENSORS_MAX];
    Field images = {.key = number_keys[NUMBERS - 1]};
    double sum = 0;
    int count = list_tensors(t, tensor);
    if (!safetensors_metadata(path, 1, &images, error) ||
        !read_number(path, &images, 4294967295.0, &sum, error))
        return false;
    if (sum != checksum(t->data))
        return error_set(
            error, "%s: was made with other training images: same --data and --validate?", path);
    if (place->first >= t->data->n || place->first % t->plan.batch != 0)
        return error_set(error, "%s: not a checkpoint: at image %d of %d", path, place->first,
                         t->data->n);
    int batch = t->plan.batch;
    long steps = (t->data->n + batch - 1) / batch; /* of an epoch */
    if (place->iteration != (place->epoch - 1) * steps + place->first / batch)
        return error_set(error, "%s: not a checkpoint: iteration %ld in epoch %d at image %d", path,
                         place->iteration, place->epoch, place->first);
    if (!safetensors_load(path, count, tensor, error)) return false;
    /* An epoch that has not begun is begun by the caller: its order, and for sdlm its curvature. */
    trainer_go_to(t, place->first > 0 ? place->epoch : place->epoch - 1, place->iteration);
    return true;
}
