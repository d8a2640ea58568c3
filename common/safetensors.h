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
 * "conv1.weight", "module.fc3.bias") is read when shape and last word identify every tensor.
 * Writing replaces a file completely or not at all, see file.h.
 *
 * The metadata of our files have a checksum of everything else: "crc:" and eight digits, CRC-32. A
 * file that has one is refused unless it fits; files of other programs have none.
 */
#ifndef SAFETENSORS_H
#define SAFETENSORS_H

#include "fail.h"
#include "real.h"

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

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
 * @brief Writes tensors and metadata to a file, all or nothing.
 * @param path    the file; an older one is replaced
 * @param tensor  the tensors, in file order
 * @param entries how many entries of metadata
 * @param entry   the metadata; keys must differ
 * @param error   filled on failure: path and reason
 * @return whether it worked; if not, an older file is untouched
 */
bool safetensors_save(const char *path, int tensors, const Tensor *tensor, int entries,
                      const Metadata *entry, Error *error);

/**
 * @brief Saves tensors somewhere else, when safetensors_save() failed after hours of training: as
 *        NAME-rescued.safetensors in the same folder, in the present one, or in TMPDIR (/tmp). No
 *        file is replaced; metadata that cannot be saved is left out.
 * @param path the file that could not be written
 * @param name filled with the path of the file that was written instead
 * @return whether one was
 */
bool safetensors_rescue(const char *path, int tensors, const Tensor *tensor, int entries,
                        const Metadata *entry, char name[PATH_MAX]);

/**
 * @brief Whether a file may be written: there is none, an empty one, or one of the same kind.
 * @param path   where the file is to go; FILE.unfinished must not be another program's either
 * @param key    an entry of the metadata that tells two kinds apart
 * @param wanted whether an older file must have the entry, or must not
 * @param error  filled on refusal
 */
bool safetensors_may_replace(const char *path, const char *key, bool wanted, Error *error);

/** An open file: its header is parsed, its numbers are still on the disk. */
typedef struct Safetensors {
    const char *path;      ///< for messages; kept by reference
    FILE *stream;          ///< the open file
    struct json_t *header; ///< jansson's tree
    long begin;            ///< where the data begins
    uint64_t bytes;        ///< how long the data is
} Safetensors;

/**
 * @brief Opens a file and parses its header.
 * @param path  kept by reference
 * @param file  filled on success; safetensors_close() releases it
 * @param error filled on failure: path and reason
 */
bool safetensors_open(const char *path, Safetensors *file, Error *error);

/** @brief Closes the file; its metadata is gone as well. */
void safetensors_close(Safetensors *file);

/**
 * @brief Looks up one entry of the metadata.
 * @return its text, valid until the file is closed; NULL when there is no such entry
 */
const char *safetensors_metadata(const Safetensors *file, const char *key);

/**
 * @brief Reads exactly these tensors from an open file, under these names or others.
 * @param tensor name and shape of each; data is overwritten
 * @param error  filled on failure: path, tensor and reason
 * @return whether it worked; if not, data may hold some of the file's numbers
 */
bool safetensors_read(const Safetensors *file, int tensors, const Tensor *tensor, Error *error);

/** @brief safetensors_open(), safetensors_read() and safetensors_close() in one. */
bool safetensors_load(const char *path, int tensors, const Tensor *tensor, Error *error);

#endif
