/*
 * Saving a run and resuming it.
 *
 * Everything but the tensors is text in the file's metadata, so a checkpoint can be looked at with
 * any tool that reads safetensors.
 */
#include "07_lenet5/workbench/checkpoint.h"

#include "lanes.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { TENSORS_MAX = 2 * LAYERS_MAX + 2, VALUE = 64 };

/* The metadata: first these, then every setting by its name. A new entry makes old checkpoints
   unreadable, which is meant: a run that knows less cannot be resumed to the same bits. */
enum {
    RECIPE,
    KERNELS,
    PROGRAM,
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

static const char *const keys[SETTING] = {"recipe",   "kernels",    "build",     "seed",
                                          "at_epoch", "at_image",   "iteration", "loss",
                                          "correct",  "since_line", "log_bytes", "images"};

/* The largest value of each number: no run comes near it, and all of them fit their types. */
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
    ", " CLASS;

/* A checksum of the training images and their labels: with others it would be another run. */
static double checksum_of_images(const Dataset *data) {
    uLong crc = crc32_z(0, data->image, (size_t)data->n * IMAGE_BYTES);
    return (double)crc32_z(crc, data->label, (size_t)data->n);
}

/* ------------------------------------------------------------------ saving --------------- */

/* Everything that is stored as numbers: parameters, their mean, the optimizer's slots. The list
   serves both directions; it points into the trainer. */
static int list_tensors(const Trainer *t, Tensor tensor[TENSORS_MAX]) {
    int count = network_tensors(t->net, t->params, tensor);
    int length = (int)network_params(t->net), slots = t->optimizer.slots;
    if (slots > 0) tensor[count++] = (Tensor){"optimizer", 2, {slots, length}, t->state};
    if (t->mean) tensor[count++] = (Tensor){"mean", 1, {length}, t->mean};
    return count;
}

/* Every entry. 17 digits bring any double back; the loss of an epoch is a sum that
   continues after the resume. */
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

/* The run as it is between two mini-batches. safetensors_save() refuses numbers that are not
   finite, so a diverged run replaces no good checkpoint. */
bool checkpoint_save(const char *path, const Recipe *recipe, const Trainer *trainer,
                     const Place *place, Error *error) {
    Tensor tensor[TENSORS_MAX];
    Metadata entry[ENTRIES];
    char value[ENTRIES][VALUE];
    int count = list_tensors(trainer, tensor);
    write_values(recipe, trainer, place, value);
    for (int k = 0; k < ENTRIES; k++)
        entry[k] = (Metadata){key_of(k), value[k]};
    return safetensors_save(path, count, tensor, ENTRIES, entry, error);
}

/* ------------------------------------------------------------------ reading -------------- */

/* The metadata, which points into the open file; a missing entry means an older program. */
static bool read_entries(const Safetensors *file, Metadata entry[ENTRIES], Error *error) {
    for (int k = 0; k < ENTRIES; k++) {
        entry[k] = (Metadata){key_of(k), safetensors_metadata(file, key_of(k))};
        if (!entry[k].value)
            return error_set(error,
                             "%s: not a checkpoint: it has no %s; train --checkpoint writes one",
                             file->path, entry[k].key);
    }
    if (safetensors_metadata(file, "checksum")) return true;
    return error_set(error, "%s: not a checkpoint: it has no checksum", file->path);
}

/* A value that no run of this program writes: the file is edited, damaged, or something else. */
static bool wrong_value(const char *path, const Metadata *entry, Error *error) {
    return error_set(error, "%s: not a checkpoint: its %s is '%.64s'", path, entry->key,
                     entry->value);
}

/* The numbers, each in its range. A file is only a claim: the loops that will use these numbers
   must not be led out of their arrays. */
static bool read_place(const char *path, const Metadata entry[ENTRIES], Place *place,
                       Error *error) {
    double n[SETTING] = {0};
    for (int k = EPOCH; k < SETTING; k++) {
        char *end;
        n[k] = strtod(entry[k].value, &end);
        if (*end || !(n[k] >= 0 && n[k] <= most[k])) return wrong_value(path, &entry[k], error);
    }
    *place = (Place){(int)n[EPOCH],   (int)n[FIRST], (long)n[ITERATION], n[LOSS],
                     (int)n[CORRECT], n[SINCE_LINE], (long)n[LOG_BYTES]};
    if (place->correct <= place->first) return true;
    return error_set(error, "%s: not a checkpoint: %d correct of %d images", path, place->correct,
                     place->first);
}

/* All settings, those of the network among them. recipe_set() checks each, recipe_check() whether
   they fit each other, as for settings from the command line. */
static bool read_recipe(const char *path, const Metadata entry[ENTRIES], Recipe *recipe,
                        Error *error) {
    Error why;
    if (!recipe_named(entry[RECIPE].value, recipe)) return wrong_value(path, &entry[RECIPE], error);
    for (int k = 0; k < SETTINGS; k++)
        if (!recipe_set(recipe, k, entry[SETTING + k].value, &why))
            return error_set(error, "%s: %.200s", path, why.text);
    if (recipe_check(recipe, &why)) return true;
    return error_set(error, "%s: %.200s", path, why.text);
}

/* Everything but the tensors, which need a network to go into. */
static bool read_run(Checkpoint *c, Error *error) {
    const char *path = c->file.path;
    Metadata entry[ENTRIES];
    if (!read_entries(&c->file, entry, error)) return false;
    if (!seed_of(entry[SEED].value, &c->seed)) return wrong_value(path, &entry[SEED], error);
    if (!read_place(path, entry, &c->place, error)) return false;
    if (!read_recipe(path, entry, &c->recipe, error)) return false;
    /* An epoch after the last one means that the run is done. */
    int epoch = c->place.epoch, epochs = c->recipe.plan.epochs;
    if (epoch >= 1 && epoch <= epochs + 1) return true;
    return error_set(error, "%s: not a checkpoint: epoch %d of %d", path, epoch, epochs);
}

/* The file stays open: its tensors are read once there is a trainer to read them into. */
bool checkpoint_open(const char *path, Checkpoint *c, Error *error) {
    if (!safetensors_open(path, &c->file, error)) return false;
    if (read_run(c, error)) return true;
    checkpoint_close(c);
    return false;
}

void checkpoint_close(Checkpoint *c) {
    safetensors_close(&c->file);
}

/* Asked with the network that will run, since --kernels may have chosen others. */
/* Fast kernels round alike in all builds of a class, the others in one build only. */
bool checkpoint_same_bits(const Checkpoint *c, const Network *net, char *other, size_t size) {
    const char *kernels = safetensors_metadata(&c->file, keys[KERNELS]);
    const char *build = safetensors_metadata(&c->file, keys[PROGRAM]);
    bool same = strcmp(kernels, net->kernels) == 0;
    if (strcmp(kernels, "fast") == 0) {
        const char *class = strrchr(build, ' ');
        same = same && class && strcmp(class + 1, CLASS) == 0;
    } else {
        same = same && strcmp(build, checkpoint_build) == 0;
    }
    if (!same)
        snprintf(other, size, "%s, %s kernels; this is %s, %s kernels", build, kernels,
                 checkpoint_build, net->kernels);
    return same;
}

/* ------------------------------------------------------------------ resuming ------------- */

/* Whether a run on these images has this place: between two mini-batches, after as many of them as
   the file says. */
static bool fits(const Checkpoint *c, const Trainer *t, Error *error) {
    const Place *place = &c->place;
    int batch = t->plan.batch;
    long steps = (t->data->n + batch - 1) / batch; /* of an epoch */
    if (place->first >= t->data->n || place->first % batch != 0)
        return error_set(error, "%s: not a checkpoint: at image %d of %d", c->file.path,
                         place->first, t->data->n);
    if (place->iteration == (place->epoch - 1) * steps + place->first / batch) return true;
    return error_set(error, "%s: not a checkpoint: iteration %ld in epoch %d at image %d",
                     c->file.path, place->iteration, place->epoch, place->first);
}

/* The tensors come first, as their checksum covers everything: the messages below would be
   misleading about a damaged file. */
bool checkpoint_resume(const Checkpoint *c, Trainer *t, Error *error) {
    const char *path = c->file.path;
    Tensor tensor[TENSORS_MAX];
    Metadata entry[ENTRIES];
    int count = list_tensors(t, tensor);
    if (!read_entries(&c->file, entry, error)) return false;
    /* straight into the trainer; if anything below fails, the program ends */
    if (!safetensors_read(&c->file, count, tensor, error)) return false;
    if (strtod(entry[IMAGES].value, NULL) != checksum_of_images(t->data))
        return error_set(
            error, "%s: was made with other training images: same --data and --validate?", path);
    if (!fits(c, t, error)) return false;
    /* An epoch that has not begun is begun by the caller: its order, and for sdlm its curvature. */
    const Place *place = &c->place;
    trainer_go_to(t, place->first > 0 ? place->epoch : place->epoch - 1, place->iteration);
    return true;
}
