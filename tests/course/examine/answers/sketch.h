/**
 * @file sketch.h
 * @brief A list of numbers in a few: enough to tell whether another list is the same.
 *
 * Two sums with weights of -1023 .. 1023, and which entries are not finite. Lists of exact numbers,
 * multiples of 1/64, are the same if their sketches are equal; others if the sums differ by no more
 * than the entries may.
 */
#ifndef SKETCH_H
#define SKETCH_H

#include "course/examine/call.h"

/** A summary of a list. */
typedef struct Sketch {
    double sum[2];   ///< of weight * number, finite numbers only
    double size;     ///< sum of |weight * number|
    double room;     ///< how far the sums of a list may be away that is the same
    uint64_t places; ///< where NaN and infinities are
} Sketch;

/** Where the answers are, seen from the folder in which make runs. */
#define ANSWERS "tests/course/examine/answers/expected.txt"

/**
 * @brief Adds a number to a sketch; the sketch of nothing is {0}.
 * @param s     the sketch
 * @param i     its place in the list
 * @param value the number
 * @param slack how far an entry may be away that counts as the same
 */
void sketch_add(Sketch *s, size_t i, double value, double slack);

/**
 * @brief Whether two lists are the same, as far as their sketches tell.
 * @param got  a sketch with room
 * @param want the other one
 * @return true if they are
 */
bool sketch_same(const Sketch *got, const Sketch *want);

/**
 * @brief The key of a call, from all but its numbers: function, geometry, constants, arrays.
 * @param call the call
 * @return a hash
 */
uint64_t call_key(const Call *call);

/**
 * @brief The numbers that go into a call. Random ones may differ in their last bits from one
 *        processor to another; so there is room.
 * @param call the call as it was sent
 * @return the sketch of the arrays that are given or added to
 */
Sketch call_inputs(const Call *call);

/**
 * @brief How far an entry may be away from the result of a mistake.
 * @param call  the call
 * @param value the entry
 * @return 0 for exact numbers
 */
double sketch_slack(const Call *call, double value);

#endif
