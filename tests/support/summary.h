/**
 * @file summary.h
 * @brief The last words of a test binary: exercises and points, then the errors.
 */
#ifndef SUMMARY_H
#define SUMMARY_H

#include <criterion/stats.h>
#include <stdbool.h>

typedef struct criterion_test_stats TestStats;
typedef struct criterion_suite_stats SuiteStats;
typedef struct criterion_global_stats Totals;

/**
 * @brief Whether a test passed.
 * @param t the test, after its end
 * @return true if it did
 */
bool test_passed(const TestStats *t);

/**
 * @brief Whether a test was skipped because an exercise is not written, or does not pass.
 * @param t the test, after its end
 * @return true if it was
 */
bool test_waits(const TestStats *t);

/**
 * @brief Prints the summary, and appends items and failed tests to score.tsv (notes.h).
 * @param all the tests of this binary
 */
void print_summary(const Totals *all);

#endif
