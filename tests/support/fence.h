/**
 * @file fence.h
 * @brief Guard numbers around arrays, the same for all tests: whatever writes past an end changes
 *        one.
 */
#ifndef FENCE_H
#define FENCE_H

#include <stddef.h>
#include <string.h>

/** In turn: a number that changes when anything is added to it, and one so large that every sum
    that reads it stands out. */
static const float fence_number[2] = {30003.5f, -1.5e30f};

enum {
    FENCE_BYTES = 512 ///< after an array: a whole row of a map too far is still seen
};

/**
 * @brief Fills memory with guard numbers.
 * @param from  where
 * @param bytes how many, a multiple of 8
 */
static inline void fence_set(void *from, size_t bytes) {
    for (size_t i = 0; i < bytes; i += sizeof fence_number)
        memcpy((char *)from + i, fence_number, sizeof fence_number);
}

/**
 * @brief Looks for a guard number that has changed.
 * @param from  where fence_set() began
 * @param bytes how many, as then
 * @return the first byte that differs, `bytes` if there is none
 */
static inline size_t fence_broken(const void *from, size_t bytes) {
    size_t i = 0;
    while (i < bytes && ((const char *)from)[i] == ((const char *)fence_number)[i % 8])
        i++;
    return i;
}

#endif
