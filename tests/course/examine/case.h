/**
 * @file case.h
 * @brief A case that was run: the call, the results, the correct results.
 */
#ifndef CASE_H
#define CASE_H

#include "call.h"
#include "port.h"

/** One case. */
typedef struct Case {
    Call sent, back;
    Reply reply;
    double *before[SLOTS + 1]; ///< the arrays as they were sent
    double *got[SLOTS + 1];    ///< as they came back
    double *want[SLOTS + 1];   ///< as they should have
    size_t wrong[SLOTS];       ///< how many entries of each array are wrong
    size_t first[SLOTS];       ///< which is the first
    bool own;                  ///< the item judges it itself
} Case;

/** A likely cause, or a fact that says where to look. */
typedef struct Cause {
    const char *id;   ///< "no-bias"; a fact begins with ~
    const char *text; ///< NULL when there is none
} Cause;

/**
 * @brief Whether one entry is wrong.
 * @param c    the case
 * @param slot of which array
 * @param i    which entry
 * @return whether it differs by more than is allowed
 */
bool case_wrong(const Case *c, Slot slot, size_t i);

/**
 * @brief Finds the cause that explains an array in every case.
 * @param cases the cases of an item
 * @param count how many
 * @param slot  the array
 * @return the cause, without text unless exactly one fits
 */
Cause likely_cause(const Case *cases, int count, Slot slot);

/**
 * @brief Whether an array is compared in a case.
 * @param c    the case
 * @param slot the array
 * @return false when it is absent, no result, or when the call did not return
 */
static inline bool case_compares(const Case *c, Slot slot) {
    const Array *a = &c->sent.array[slot];
    bool result = a->role == RESULT || a->role == SUM;
    return a->present && result && !c->own && c->reply.outcome == CALL_DONE;
}

#endif
