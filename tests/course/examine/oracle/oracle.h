/**
 * @file oracle.h
 * @brief The correct answers, computed in double and independently of the chapters, and wrong ones.
 *
 * A mistake is mostly a change of the inputs or of the results: a flipped kernel is the correct
 * answer for a kernel that was rotated before, a forgotten bias the correct answer for a bias of 0.
 */
#ifndef ORACLE_H
#define ORACLE_H

#include "course/examine/call.h"
#include "course/examine/expected.h"

enum {
    RIGHT = 0 ///< no mistake; a function's own mistakes count from 1
};

/** An entry that cannot be predicted: something unknown was read. */
#define ANYTHING 1e300

/** Computes the results of a call in v, where its arrays are; v is the oracle's to change. */
typedef void OracleRun(const Call *call, int mistake, double **v);

/** Length of a list of suspects. */
#define COUNT(list) ((int)(sizeof(list) / sizeof *(list)))

/** Answers for a group of functions. */
typedef struct Oracle {
    OracleRun *run;         ///< the answers
    const Suspect *shared;  ///< mistakes 1, 2, ...: those shared with others
    int shares;             ///< how many
    const Suspect *suspect; ///< the mistakes after these: its own
    int suspects;           ///< how many
} Oracle;

/** Which oracle answers for a function. */
typedef struct Answer {
    Function function;    ///< which one; FUNCTIONS ends a table
    const Oracle *oracle; ///< the first of five for the optimizers
} Answer;

/* The tables of the chapters, NN/oracle.c. */
extern const Answer answers_01[], answers_02[], answers_03[], answers_04[], answers_05[];
extern const Answer answers_06[], answers_07[];

/**
 * @brief Who answers for the function of a call.
 * @param call the call
 * @return its oracle; one without answers if there is none
 */
const Oracle *oracle_for(const Call *call);

/* ------------------------------------------------------------------ tools ---------------- */

/**
 * @brief Sets a list to one value.
 * @param v     the list
 * @param n     its length
 * @param value the value
 */
void fill(double *v, int n, double value);

/**
 * @brief Gives every part of a list the numbers of the first, as read by a pointer that stays.
 * @param v     the list
 * @param parts how many parts
 * @param one   length of a part
 */
void repeat_first(double *v, int parts, int one);

/**
 * @brief Reads a matrix as if it were stored the other way round.
 * @param m       (rows, columns); afterwards as read by a reader of (columns, rows), transposed
 * @param rows    its rows
 * @param columns its columns
 */
void read_transposed(double *m, int rows, int columns);

/**
 * @brief Room for numbers.
 * @param count how many
 * @return zeros; free() releases them
 */
double *scrap(int count);

/**
 * @brief Reads where there may be nothing.
 * @param v     a list
 * @param count its length
 * @param i     which entry
 * @return v[i], or ANYTHING outside
 */
double look(const double *v, int count, int i);

#endif
