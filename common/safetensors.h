/**
 * @file safetensors.h
 * @brief Named tensors in a file that PyTorch and NumPy users open in one line.
 *
 * The format is as plain as a format can be:
 *
 *     8 bytes     length of the header, little-endian
 *     header      JSON, padded with blanks:
 *                 {"C1.weight": {"dtype": "F32", "shape": [6,1,5,5], "data_offsets": [0,600]},
 *                  ..., "__metadata__": {"seed": "1", ...}}
 *     data        the numbers, little-endian, row-major, one tensor after another
 *
 * We write F32 in every build; F64, F16 and BF16 are read as well. Reading validates everything:
 * every tensor that the network expects must be present with its shape and in its place, no other
 * may be, and every number must be finite. A file that uses none of the expected names (PyTorch's
 * "conv1.weight", "module.fc3.bias") is read when shape and last word of every tensor leave no
 * doubt. Writing replaces a file completely or not at all, see file.h.
 */
#ifndef SAFETENSORS_H
#define SAFETENSORS_H

#include "fail.h"
#include "real.h"

#include <stddef.h>

/** One tensor: a name, a shape, and where its numbers are in memory. */
typedef struct Tensor {
    char name[32]; ///< "C1.weight"
    int dims;      ///< 1 .. 4
    int dim[4];    ///< the shape
    real *data;    ///< row-major; owned by the caller
} Tensor;

/** One entry of the file's metadata. */
typedef struct Metadata {
    const char *key;   ///< "activation"
    const char *value; ///< "relu"
} Metadata;

/**
 * @brief How many numbers a tensor holds.
 * @param tensor the tensor
 * @return the product of its dimensions
 */
size_t tensor_size(const Tensor *tensor);

/**
 * @brief Checks that a file could be created at this path, before hours of work are put into it.
 * @param path  where a file is to be saved
 * @param error filled on failure
 * @return false when the folder is missing or read-only, or the path is a folder
 */
bool safetensors_can_save(const char *path, Error *error);

/**
 * @brief Writes tensors and metadata to a file, all or nothing.
 * @param path    the file; an older one is replaced
 * @param tensors how many
 * @param tensor  the tensors, in file order
 * @param entries how many entries of metadata
 * @param entry   the metadata; keys must differ
 * @param error   filled on failure: path and reason
 * @return whether it worked; if not, an older file is untouched
 */
bool safetensors_save(const char *path, int tensors, const Tensor *tensor, int entries,
                      const Metadata *entry, Error *error);

/**
 * @brief Reads exactly these tensors from a file, under these names or others.
 * @param path    the file
 * @param tensors how many
 * @param tensor  name and shape of each; data is overwritten
 * @param error   filled on failure: path, tensor and reason
 * @return whether it worked; if not, data may hold some of the file's numbers
 */
bool safetensors_load(const char *path, int tensors, const Tensor *tensor, Error *error);

/** One entry of a file's metadata that is looked up. */
typedef struct Field {
    const char *key; ///< which entry
    char value[64];  ///< what the file says, cut at this size; empty when it has no such entry
} Field;

/**
 * @brief Looks up entries of a file's metadata.
 * @param path   the file
 * @param fields how many
 * @param field  their keys; the values are filled
 * @param error  filled on failure
 * @return false when the file cannot be read; a missing entry is no error
 */
bool safetensors_metadata(const char *path, int fields, Field *field, Error *error);

#endif
