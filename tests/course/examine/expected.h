/**
 * @file expected.h
 * @brief The correct results of a call, and those of usual mistakes.
 *
 * The judge asks these questions and nothing else, so that the answers may come from formulas
 * (NN/oracle.c) or, in a tree that must not hold them, from tables.
 */
#ifndef EXPECTED_H
#define EXPECTED_H

#include "call.h"

/** A mistake that can be recognised by its results. */
typedef struct Suspect {
    const char *id;   ///< "no-bias"
    const char *text; ///< "the bias is missing"
} Suspect;

/**
 * @brief The correct results.
 * @param call the call as it was sent
 * @param v    all its arrays as doubles; results and sums are overwritten by the expected values
 */
void expected_right(const Call *call, double *v[SLOTS]);

/**
 * @brief How many mistakes of the call's function are known by their results.
 * @param call the call
 * @return suspects 0 .. count-1
 */
int expected_suspects(const Call *call);

/**
 * @brief One of them.
 * @param call the call
 * @param suspect which
 * @return its name and its text
 */
Suspect expected_suspect(const Call *call, int suspect);

/**
 * @brief Whether an array came out as a certain mistake would have it.
 * @param call    the call as it was sent
 * @param suspect the mistake
 * @param slot    the array
 * @param got     the result
 * @return true if every entry that the mistake determines has the value that it would have
 */
bool expected_fits(const Call *call, int suspect, Slot slot, const double *got);

/**
 * @brief How far a number may be from the correct one.
 * @param call the call
 * @param want the correct number
 * @return 0 where whole numbers are counted
 */
static inline double expected_slack(const Call *call, double want) {
    double size = fabs(want) > 1 ? fabs(want) : 1;
    return isinf(want) ? 0 : call->tolerance * size;
}

/**
 * @brief Whether a number is the one that a mistake would give.
 * @param call the call
 * @param got  the result
 * @param pred the result of the mistake; NaN is NaN
 * @return true within a millionth, or within the call's tolerance
 */
static inline bool expected_agrees(const Call *call, double got, double pred) {
    if (isnan(got) || isnan(pred)) return isnan(got) && isnan(pred);
    if (got == pred) return true;
    if (isinf(got) || isinf(pred)) return false;
    double near = 1e-6 * fmax(1, fabs(pred));
    return fabs(got - pred) <= fmax(near, expected_slack(call, pred));
}

#endif
