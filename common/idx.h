/**
 * @file idx.h
 * @brief Reads the IDX files of MNIST and its relatives, plain or gzipped.
 *
 * An IDX file of bytes is
 *
 *     00 00 08 nd     magic: two zeros, type 8 = unsigned byte, number of dimensions
 *     d0 d1 ...       nd dimensions, four bytes each, big-endian
 *     bytes           d0*d1*... of them, and nothing after
 *
 * Everything is validated: the header, the length, the checksum of a .gz. A header that announces
 * more than a file of this length can hold is refused before memory is allocated.
 */
#ifndef IDX_H
#define IDX_H

#include "fail.h"

#include <stddef.h>
#include <stdint.h>

enum {
    IDX_DIMS_MAX = 3 ///< images have three dimensions, labels one
};

/** The content of one file. */
typedef struct Idx {
    int dims;              ///< number of dimensions, 1 .. IDX_DIMS_MAX
    int dim[IDX_DIMS_MAX]; ///< their lengths, all at least 1
    uint8_t *byte;         ///< the product of dim many; idx_free() releases them
} Idx;

/**
 * @brief Reads a whole file.
 * @param path  the file; zlib reads plain and gzipped files alike
 * @param idx   filled on success, all zero otherwise
 * @param error filled on failure: the path and the problem
 * @return whether it worked
 */
bool idx_read(const char *path, Idx *idx, Error *error);

/**
 * @brief Releases the bytes and clears the struct.
 * @param idx filled by idx_read(); all zero is fine as well
 */
void idx_free(Idx *idx);

#endif
