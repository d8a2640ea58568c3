/**
 * @file kind.h
 * @brief The kind of a file by its first bytes, for messages about the wrong one.
 */
#ifndef KIND_H
#define KIND_H

#include <stddef.h>
#include <stdint.h>

enum {
    KIND_BYTES = 64 ///< bytes from the beginning of a file that tell all kinds apart
};

/** A kind of file, and advice for one that is not an image this program reads. */
typedef struct Kind {
    const char *name;   ///< as in "this is ...": "a GIF image", "an empty file"
    const char *remedy; ///< a command, or a hint in words
} Kind;

/** Bytes that tell a kind: at which place, how many, which. */
typedef struct Mark {
    size_t at;         ///< the place
    size_t size;       ///< how many bytes
    const char *bytes; ///< the bytes
    Kind kind;         ///< the kind that has them
} Mark;

/**
 * @brief Finds the first mark that a file has.
 * @param among a table
 * @param count how long it is
 * @param start the first bytes of the file
 * @param n     how many there are
 * @return its kind, or NULL
 */
const Kind *kind_among(const Mark *among, size_t count, const uint8_t *start, size_t n);

/**
 * @brief Names a file by its first bytes.
 * @param start the first bytes of the file
 * @param n     how many there are, 0 for an empty file; more than KIND_BYTES do not matter
 * @return name and remedy; "an unknown kind of file" if nothing fits
 */
Kind kind_of(const uint8_t *start, size_t n);

#endif
