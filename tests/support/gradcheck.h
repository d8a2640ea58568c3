/**
 * @file gradcheck.h
 * @brief Does backward belong to forward? The three checks that every layer passes.
 *
 * Backward claims a derivative; forward can be asked for one. With dy fixed, the number
 * @f[ L = \sum_i dy_i\,y_i @f]
 * has the derivatives dL/dx and dL/dw that backward(dy) returns, and moving one entry of x or w
 * shows their correct values. How well depends on the arithmetic:
 *
 * - gradcheck_exact(), for layers that are linear in each argument, in the float build. With small
 *   whole numbers every sum is exact, a step of 1 gives the derivative itself, tolerance **zero**.
 * - gradcheck_smooth(), for the rest, in the double build. Two central differences, combined so
 *   that their leading errors cancel (Richardson); tolerance about 1e-6 relative.
 * - gradcheck_naive(), for both directions in float: the fast layer against the naive one, which
 *   sums in double, within the rounding error that float sums of that length may have. It sees an
 *   error that the first two cannot: one that forward and backward share.
 *
 * All three also hold a layer to the contract of layer.h: dx overwritten, dw accumulated, dx = NULL
 * allowed, scratch undefined on entry, the caller's data untouched, nothing written past an end.
 *
 * A check that cannot fail is worse than none: a gradient that is nearly all zero is reported as a
 * failure of the test (field `nonzero`). A finding names the worst entry, its value, the value
 * wanted and the tolerance. It guesses no causes: that is the examination's job
 * (course/examine/cause.c).
 */
#ifndef GRADCHECK_H
#define GRADCHECK_H

#include "layer.h"
#include "loss.h"

#include <stdbool.h>

/** The parameters of a check. */
typedef struct GradCase {
    const Layer *layer; ///< the layer under test
    int n;              ///< images
    const real *w;      ///< layer_params() reals; NULL for a layer without
    const real *x;      ///< n inputs
    const real *dy;     ///< n output gradients
    double nonzero;     ///< share of entries that must differ from 0 (0.9 unless the layer zeroes)
} GradCase;

/** The verdict. */
typedef struct GradFinding {
    bool ok;        ///< every entry within its tolerance, and the check was not vacuous
    size_t checked; ///< entries compared
    size_t skipped; ///< entries at a kink, where there is no derivative (smooth check only)
    char text[256]; ///< `C3 dw[3,0,4,4]: got 12, want 6, ...`, or a summary when ok
} GradFinding;

/** The numbers of one tensor side by side, for gradcheck_compare(). */
typedef struct GradTensor {
    const char *name;        ///< "dx", "dw", "db", "y"
    int dims;                ///< number of dimensions, 1 .. 4
    int dim[4];              ///< the dimensions
    const double *got;       ///< the output of the code under test
    const double *want;      ///< the correct output
    const double *tolerance; ///< how far they may be apart, entry by entry; below 0: skip the entry
} GradTensor;

/**
 * @brief Backward against differences with a step of 1; exact for whole numbers.
 * @param test integer data; every partial sum below 2^24; for layers with kinks no entry within 1
 * @return the finding, tolerance zero
 */
GradFinding gradcheck_exact(const GradCase *test);

/**
 * @brief Backward against Richardson-extrapolated differences; meaningful in the double build.
 * @param test data of order 1
 * @return the finding: |got - want| <= 1e-9 max(1, max|want|, |L|) + 1e-6 max(|got|, |want|)
 */
GradFinding gradcheck_smooth(const GradCase *test);

/**
 * @brief Both directions against a naive layer of the same geometry.
 * @param test   the fast layer and its data
 * @param naive  the definition: sums in double
 * @param linear true: tolerance 2 K 2^-24 sum|products| with K terms, both taken from the naive
 *               layer itself (run on ones and on absolute values); false: bit for bit
 * @return the finding
 */
GradFinding gradcheck_naive(const GradCase *test, const Layer *naive, bool linear);

/**
 * @brief A loss's backward against Richardson-extrapolated differences of its forward.
 * @param loss  the loss
 * @param n     images
 * @param x     (n, in)
 * @param label (n)
 * @param scale the factor in backward: the difference is taken of scale * forward
 * @return the finding, tolerance as in gradcheck_smooth()
 */
GradFinding gradcheck_loss(const Loss *loss, int n, const real *x, const uint8_t *label,
                           real scale);

/**
 * @brief The central difference (f(v+h) - f(v-h)) / 2h of any function by one entry.
 *
 * Its error is c h^2 for a large step and rounding / h for a small one; `make plot-gradcheck` draws
 * both.
 *
 * @param function to differentiate; sees the change through its context
 * @param context  handed to it
 * @param entry    the number v to move, restored afterwards
 * @param h        the step
 * @return the difference; NaN where the step is too small to move v at all
 */
double gradcheck_central(double (*function)(void *context), void *context, real *entry, double h);

/**
 * @brief The derivative of any function by one entry, from two central differences.
 *
 *     D(h) = (f(v+h) - f(v-h)) / 2h        error c h^2 + ...
 *     (4 D(h/2) - D(h)) / 3                the c h^2 cancels
 *
 * @param function to differentiate; sees the change through its context
 * @param context  handed to it
 * @param entry    the number to move, restored afterwards
 * @param bar      |D(h) - D(h/2)|: large where there is a kink
 * @return the extrapolated derivative
 */
double gradcheck_difference(double (*function)(void *context), void *context, real *entry,
                            double *bar);

/**
 * @brief The tolerance rule of gradcheck_smooth(), for numbers the caller collected.
 * @param count     entries
 * @param got       backward's values
 * @param want      values of gradcheck_difference()
 * @param bar       their bars; above 1e-4 max(|want|, max|want|) marks a kink
 * @param value     the function's value, whose rounding sets how small a derivative can be seen
 * @param tolerance filled; -1 where the entry is to be skipped
 */
void gradcheck_tolerance(size_t count, const double *got, const double *want, const double *bar,
                         double value, double *tolerance);

/**
 * @brief Compares one tensor.
 * @param owner   the layer's name, for the message
 * @param tensor  the numbers
 * @param nonzero share of wanted entries that must differ from zero
 * @param finding starts with ok = true; keeps the first failure and counts entries
 */
void gradcheck_compare(const char *owner, const GradTensor *tensor, double nonzero,
                       GradFinding *finding);

#endif
