/**
 * @file suite.h
 * @brief Shared by the suites: numbers and files to test with, expectations that explain
 *        themselves.
 *
 * Each test is a process, so a crash costs one test. Points are given for items (item.h) only.
 */
#ifndef SUITE_H
#define SUITE_H

#include "fail.h"
#include "gradcheck.h"
#include "init.h"
#include "rng.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

/* ------------------------------------------------------------------ limits --------------- */

/* The .init of every suite: makes .timeout, of the test or of its suite, a limit of processor time.
   In wall time a test may take five times as long. */
void limited(void);

/* How many times as long as usual a test may take: PATIENCE of the environment, 1 without. */
int patience(void);

/* ------------------------------------------------------------------ expectations --------- */

/* A failed expectation ends the test. */

/* For tests that expect an abort: its message would look like a failure among green results. */
void quiet(void);

/* A finding is its own explanation. */
void expect_ok(GradFinding finding);

/* Compares two lists within an absolute tolerance; NaN counts as different. If `got` came from
   nans(), nothing may have been written past its end. */
void expect_list(const char *what, size_t n, const real *got, const real *want, double tolerance);

/* An error that was reported: one line that contains `what`. */
void expect_error(bool ok, const Error *error, const char *what);

/* Runs `mistake` in a separate process, which contract() must abort with these words. */
void expect_contract(void (*mistake)(void), const char *says);

/* ------------------------------------------------------------------ numbers -------------- */

/* Zeroed memory that lives as long as the test, which is a short-lived process. It stays
   reachable, so that the leak checker reports the code under test and not the test. */
void *kept(size_t bytes);

/* n numbers, 0 to start with; kept. */
real *zeros(size_t n);

/* n NaNs that a function must overwrite, so that doing nothing shows; kept. Guard numbers follow,
   so that writing too much shows in expect_list(). */
real *nans(size_t n);

/* Multiples of 1/8 from -4 to 4: sums of their products are exact in float, and a cast to int
   shows. */
real *eighths(Rng *rng, size_t n);

/* -1/8, 0 and 1/8. */
real *ties(Rng *rng, size_t n);

/* Normally distributed numbers. */
real *normals(Rng *rng, size_t n);

/* Numbers about 4 apart in random order: no ties, and a step of 1 changes no order. */
real *distinct(Rng *rng, size_t n);

/* The layer with other functions: its naive form, or one that is wrong on purpose. */
Layer layer_with(Layer layer, LayerForward *forward, LayerBackward *backward);

/* Weights, inputs and output gradients for n images; missing links are 0, as layer.h wants. At
   least the share `nonzero` of the gradients must not be 0, or the check proves nothing. */
GradCase random_case(const Layer *layer, int n, Rng *rng, real *(*numbers)(Rng *, size_t),
                     double nonzero);

/* ------------------------------------------------------------------ files ---------------- */

/* A new folder, in the run's (notes.h), which is removed when the run has ended. */
const char *folder(void);

/* A text as printf makes it; kept. */
const char *textf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The path of a file in a folder; kept. */
const char *in(const char *dir, const char *name);

/* The names in a folder, in order, with a blank between them; kept. */
const char *listing(const char *dir);

/* Writes a file, or fails the test. */
void write_file(const char *path, const void *bytes, size_t count);

/* The whole file, with a zero after its last byte; kept. */
char *read_file(const char *path, size_t *bytes);

#endif
