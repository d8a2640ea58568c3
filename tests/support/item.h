/**
 * @file item.h
 * @brief Items of the rubric (tests/course/NN/exercises.toml) as tests, and tests that build on
 *        exercises.
 */
#ifndef ITEM_H
#define ITEM_H

#include <criterion/criterion.h>

/** A test that examines one item: ITEM(ch02, forward_exact, "02.4-exact") */
#define ITEM(suite, test, id)                              \
    Test(suite, test, .description = id, .timeout = 300) { \
        examine_as_test(id);                               \
    }

/**
 * @brief Examines an item once per run, and ends the test accordingly: passed, failed or skipped.
 * @param id the item
 */
void examine_as_test(const char *id);

/**
 * @brief Skips the test, as BLOCKED, unless an item passes: the test calls a function that is not
 *        correct.
 * @param id the item; "02.4" stands for all items of that exercise, "02" for all of that chapter
 */
void needs(const char *id);

#endif
