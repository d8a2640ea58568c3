/**
 * @file check.h
 * @brief What the suites share: data to test with, and expectations that explain themselves.
 *
 * Tests run in alphabetical order and each in a process of its own, so a crash costs one test. Points
 * for `make grade` stand at the start of a description: "[3 pts] ...".
 */
#ifndef CHECK_H
#define CHECK_H

#include "gradcheck.h"
#include "init.h"
#include "rng.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/* For tests that expect an abort: its message would look like a failure among green results. */
static inline void quiet(void) {
    cr_redirect_stderr();
}

/* A finding is its own explanation. */
static inline void expect_ok(GradFinding finding) {
    cr_expect(finding.ok, "%s", finding.text);
}

/* n numbers, 0 to start with. They live as long as the test, which is a short-lived process; the list
   keeps them reachable, so that the leak checker reports the code under test and not the test. */
static inline real *reals(size_t n) {
    typedef union Kept {
        union Kept *before;
        double align[2];
    } Kept;
    static Kept *last;
    Kept *kept = calloc(1, sizeof *kept + n * sizeof(real));
    cr_assert(kept != NULL, "no memory for the test");
    kept->before = last;
    last = kept;
    return (real *)(kept + 1);
}

/* Whole numbers from -4 to 4: sums of their products are exact in float. */
static inline real *integers(Rng *rng, size_t n) {
    real *x = reals(n);
    for (size_t i = 0; i < n; i++)
        x[i] = (real)(rng_below(rng, 9) - 4);
    return x;
}

static inline real *normals(Rng *rng, size_t n) {
    real *x = reals(n);
    for (size_t i = 0; i < n; i++)
        x[i] = (real)rng_normal(rng);
    return x;
}

/* Distinct multiples of 4 in random order: no ties, and a step of 1 changes no order. */
static inline real *distinct(Rng *rng, size_t n) {
    real *x = reals(n);
    int *order = calloc(n + 1, sizeof *order);
    cr_assert(order != NULL, "no memory for the test");
    for (size_t i = 0; i < n; i++)
        order[i] = (int)i;
    rng_shuffle(rng, order, (int)n);
    for (size_t i = 0; i < n; i++)
        x[i] = (real)(4 * (order[i] - (int)n / 2));
    free(order);
    return x;
}

/* Compares two lists within an absolute tolerance; NaN counts as different. */
static inline void expect_list(const char *what, size_t n, const real *got, const real *want,
                               double tolerance) {
    size_t bad = 0, first = 0;
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)got[i] - (double)want[i]) <= tolerance) && bad++ == 0) first = i;
    cr_expect(bad == 0, "%s: %zu of %zu differ; first [%zu]: got %.9g, want %.9g", what, bad, n,
              first, (double)got[first], (double)want[first]);
}

#endif
