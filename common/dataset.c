/*
 * Finding, checking and reading a data set; see dataset.h. The IDX reader knows bytes and
 * dimensions; that they are digits is checked here.
 */
#include "dataset.h"

#include "idx.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether there may be such a file. Only "no such file" is a no: a folder that cannot be entered is
   an error that idx_read() names. */
static bool is_there(const char *path) {
    return access(path, F_OK) == 0 || (errno != ENOENT && errno != ENOTDIR);
}

static bool is_folder(const char *path) {
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* Where NAME lies in a folder; packed, in a folder named after it, or as other programs unpack it:
   train-images.idx3-ubyte. False where it does not. */
static bool find_file(const char *dir, const char *name, char *path, size_t size) {
    char dotted[64];
    snprintf(dotted, sizeof dotted, "%s", name);
    char *idx = strstr(dotted, "-idx");
    if (idx) *idx = '.';
    /* the plain file first: unpacking takes longer than reading it */
    const char *const way[][2] = {{name, ""},      {name, ".gz"}, {dotted, ""},
                                  {dotted, ".gz"}, {name, name},  {dotted, dotted}};
    for (size_t k = 0; k < sizeof way / sizeof *way; k++) {
        const char *more = way[k][1];
        bool inside = *more && *more != '.';
        snprintf(path, size, "%s/%s%s%s", dir, way[k][0], inside ? "/" : "", more);
        /* a folder of that name holds the file */
        if (is_there(path) && (inside || !is_folder(path))) return true;
    }
    return false;
}

/* Reads a file of a folder; `path` is left for messages. */
static bool read_file(const char *dir, const char *name, char *path, size_t size, Idx *idx,
                      Error *error) {
    /* the longest form */
    if (snprintf(path, size, "%s/%s/%s", dir, name, name) >= (int)size)
        return error_set(error, "%.100s...: the path is too long", dir);
    if (find_file(dir, name, path, size)) return idx_read(path, idx, error);
    if (is_there(dir) && !is_folder(dir))
        return error_set(error, "%s: is not a folder; name the one that holds the four IDX files",
                         dir);
    return error_set(
        error,
        "%s/%s[.gz]: no such file; run from the project's top, where our copy is " MNIST_DIR
        ", or name a folder that holds the four IDX files",
        dir, name);
}

/* The shape that the file has instead. */
static bool wrong_images(const Idx *image, const char *path, Error *error) {
    const int *dim = image->dim;
    if (image->dims == 3)
        return error_set(error, "%s: not images of %dx%d: it holds %d of %dx%d", path, IMAGE_SIDE,
                         IMAGE_SIDE, dim[0], dim[1], dim[2]);
    if (image->dims == 2)
        return error_set(error, "%s: not images of %dx%d: it holds %d rows of %d numbers", path,
                         IMAGE_SIDE, IMAGE_SIDE, dim[0], dim[1]);
    return error_set(error, "%s: not images of %dx%d: it holds a list of %d numbers, as labels are",
                     path, IMAGE_SIDE, IMAGE_SIDE, dim[0]);
}

/* Images must be (n, 28, 28), labels (n), every label a class. The messages name both files, as
   one may belong to another set. */
static bool check(const Idx *image, const Idx *label, const char *image_path,
                  const char *label_path, Error *error) {
    if (image->dims != 3 || image->dim[1] != IMAGE_SIDE || image->dim[2] != IMAGE_SIDE)
        return wrong_images(image, image_path, error);
    /* One label for each image; each is used as an index, so a large one must not get through. */
    if (label->dims != 1) return error_set(error, "%s: not a list of labels", label_path);
    if (image->dim[0] != label->dim[0])
        return error_set(error, "%s has %d images but %s has %d labels", image_path, image->dim[0],
                         label_path, label->dim[0]);
    for (int i = 0; i < label->dim[0]; i++)
        if (label->byte[i] >= CLASSES)
            return error_set(error, "%s: label %d is %d, expected 0 to %d", label_path, i,
                             label->byte[i], CLASSES - 1);
    return true;
}

/* Both files of a set; the caller releases them, also those of a bad set. */
static bool read_both(const char *dir, const char *prefix, Idx *image, Idx *label, Error *error) {
    char name[64], image_path[512], label_path[512];
    snprintf(name, sizeof name, "%s-images-idx3-ubyte", prefix);
    if (!read_file(dir, name, image_path, sizeof image_path, image, error)) return false;
    snprintf(name, sizeof name, "%s-labels-idx1-ubyte", prefix);
    if (!read_file(dir, name, label_path, sizeof label_path, label, error)) return false;
    return check(image, label, image_path, label_path, error);
}

/* Both files or neither: half a set is of no use. */
bool dataset_load(const char *dir, const char *prefix, Dataset *data, Error *error) {
    Idx image = {0}, label = {0};
    *data = (Dataset){0};
    if (!read_both(dir, prefix, &image, &label, error)) {
        idx_free(&image);
        idx_free(&label);
        return false;
    }
    /* the bytes belong to the data set now */
    *data = (Dataset){image.dim[0], image.byte, label.byte};
    return true;
}

void dataset_free(Dataset *data) {
    free(data->image);
    free(data->label);
    *data = (Dataset){0};
}

/* Bytes become numbers here and nowhere else, so that training, evaluation and predictions
   agree. */
void dataset_image(const Dataset *data, int i, Input input, int pad, real *x) {
    contract(i >= 0 && i < data->n, "image %d of %d", i, data->n);
    const uint8_t *byte = data->image + (size_t)i * IMAGE_BYTES;
    int side = IMAGE_SIDE + 2 * pad;
    real step = (input.hi - input.lo) / 255;
    /* the border is background, so everything begins as that */
    for (int p = 0; p < side * side; p++)
        x[p] = input.lo;
    for (int r = 0; r < IMAGE_SIDE; r++)
        for (int q = 0; q < IMAGE_SIDE; q++)
            x[(r + pad) * side + q + pad] = input.lo + step * (real)byte[r * IMAGE_SIDE + q];
}

/* The first image of a class is the same for everyone, so pages can show it. */
bool dataset_digit(const char *dir, int label, int pad, real *x, Error *error) {
    Dataset data;
    if (!dataset_load(dir, "t10k", &data, error)) return false;
    int i = 0;
    while (i < data.n && data.label[i] != label)
        i++;
    bool found = i < data.n;
    if (found)
        dataset_image(&data, i, (Input){0, 1}, pad, x);
    else
        error_set(error, "%s: no test image of class %d", dir, label);
    dataset_free(&data);
    return found;
}
