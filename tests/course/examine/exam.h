/**
 * @file exam.h
 * @brief Examines an item: runs its cases through a port, compares, and reports errors.
 *
 * The cases of an item (items_NN.c) are calls with their data. Each is run, and the results are
 * compared with the expected ones (expected.h). If something is wrong, the likely cause is named,
 * but only if exactly one known mistake explains every case: the wrong ones and the right ones.
 */
#ifndef EXAM_H
#define EXAM_H

#include "call.h"
#include "port.h"
#include "rng.h"
#include "rubric.h"

typedef struct Exam Exam;

/** The outcome of an item. */
typedef enum Verdict {
    VERDICT_PASS,    ///< all cases are right
    VERDICT_FAIL,    ///< at least one is not
    VERDICT_TODO,    ///< the exercise is not written yet
    VERDICT_BLOCKED, ///< it builds on an exercise that does not pass yet
    VERDICT_ERROR    ///< the examination itself failed
} Verdict;

/** A verdict with its reasons. */
typedef struct Result {
    Verdict verdict;
    char *text;      ///< findings, TODO or the obstacle; malloc'd, NULL after a pass
    char causes[96]; ///< the likely cause of each finding, "-" for none: "no-bias,-"
    bool endless;    ///< the function did not return: its callers would not either
} Result;

enum {
    ITEMS_MAX = 64 ///< most items of the list
};

/** The state of an item, as far as it is known. */
typedef struct Known {
    bool known;      ///< false: nothing, and the rest means nothing
    bool endless;    ///< its function did not return
    Verdict verdict; ///< the verdict
} Known;

/** The examination of one submission: each item is examined once. */
typedef struct Sitting {
    Port *port;             ///< where calls run
    uint64_t seed;          ///< of the data that are random
    bool alone;             ///< unknown requirements of an item pass: they are the reference's
    Known known[ITEMS_MAX]; ///< by the items' places in the list
} Sitting;

/**
 * @brief Examines an item, after the exercises that it builds on, and notes the verdict.
 * @param sitting the examination; an item whose verdict it knows is examined again
 * @param item    which
 * @return the verdict; free(text)
 */
Result exam_item(Sitting *sitting, const Item *item);

/**
 * @brief The word for a verdict.
 * @param verdict the verdict
 * @return "PASS", "FAIL", "TODO", "BLOCKED" or "ERROR"
 */
const char *verdict_word(Verdict verdict);

/**
 * @brief The verdict of a word.
 * @param word as verdict_word() returns it
 * @return the verdict; VERDICT_ERROR for any other word
 */
Verdict verdict_named(const char *word);

/* ------------------------------------------------------------------ for items ------------ */

/**
 * @brief Runs a case whose results expected.h knows.
 * @param exam the item's examination
 * @param call the case, filled; it belongs to the examination from now on
 */
void examine(Exam *exam, Call call);

/**
 * @brief How many cases the item has had, run or not.
 * @param exam the item's examination
 * @return 0 before the first
 */
int exam_count(const Exam *exam);

/**
 * @brief Runs a case that its item judges itself, with reject().
 * @param exam the item's examination
 * @param call the case, filled; it belongs to the examination from now on
 * @return the results, NULL without any
 */
const Call *examine_only(Exam *exam, Call call);

/**
 * @brief Adds a finding about the last case.
 * @param exam   the item's examination
 * @param id     short name of the cause, "-" for none
 * @param format as in printf: the error
 */
void reject(Exam *exam, const char *id, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * @brief A generator for the data of an item.
 * @param exam the examination: its seed and its item
 * @return the generator
 */
Rng exam_rng(const Exam *exam);

#endif
