/**
 * @file softmax_ce.h
 * @brief Softmax fused with cross-entropy: the end of the network, where learning starts.
 *
 * @defgroup ch05 Chapter 5: softmax and cross-entropy
 *
 * The last layer gives every class a number x_i. Softmax makes them probabilities; cross-entropy
 * says how improbable they consider the true class t:
 *
 * @f[ p_i = \frac{e^{x_i}}{\sum_k e^{x_k}} \qquad loss = -\log p_t @f]
 *
 *     x         (n, classes)    one row per image
 *     label     (n)             the true classes
 *     score     (n, classes)    the probabilities p
 *     decision  (n)             the class with the largest x, the first one on a tie
 *
 * **Stable.** e^89 overflows a float. But p does not change when all x shift by the same number, so
 * we shift by m = max x: the largest exponential is 1, the sum lies between 1 and the number of
 * classes, and the loss takes the logarithm of that sum and of nothing else:
 *
 * @f[ loss = \log \sum_k e^{x_k} - x_t = m + \log \sum_k e^{x_k - m} - x_t @f]
 *
 * **Fused backward.** The derivative of that line is a difference of probabilities, what the
 * network said minus what it should have said:
 *
 * @f[ \frac{\partial loss}{\partial x_i} = p_i - \begin{cases} 1 & i = t \\ 0 & \text{else}
 * \end{cases} @f]
 *
 * forward returns the **sum** over the images; backward multiplies by `scale`, and scale = 1/N,
 * given by the trainer, is the only place where the batch is averaged.
 *
 * NaN: a row with a NaN, or with +infinity, has NaN scores and makes the loss NaN.
 *
 * Source: the report, "SoftmaxWithCrossEntropy".
 * @{
 */
#ifndef SOFTMAX_CE_H
#define SOFTMAX_CE_H

#include "loss.h"

/**
 * @brief The fused loss.
 * @param classes inputs of one image, at least 2
 * @return the loss; labels must be below classes
 */
Loss softmax_ce_loss(int classes);

/**
 * @brief Softmax as its formula says, sums in double, without the shift: overflows for x above 709.
 * @param n       rows
 * @param classes columns
 * @param x       (n, classes)
 * @param p       (n, classes), overwritten
 */
void softmax_naive(int n, int classes, const real *x, double *p);

/**
 * @brief Cross-entropy as its formula says: -log p_t, from softmax_naive(), summed over the rows.
 * @param n       rows
 * @param classes columns, at most 10
 * @param x       (n, classes)
 * @param label   (n)
 * @return the sum; infinite where p_t underflows, NaN where softmax_naive() overflows
 */
double cross_entropy_naive(int n, int classes, const real *x, const uint8_t *label);

/**
 * @brief The report's cross-entropy of one image: -log(p_t + 1e-7). For comparison only.
 *
 * The 1e-7 keeps the logarithm finite when p underflows to 0. It costs twice: the loss of a
 * confident mistake stops growing at -log(1e-7) = 16.1, and the value is no longer the function
 * whose gradient backward returns.
 *
 * @param p the probability of the true class
 * @return at most 16.1; the report computes in double, and so does this
 */
double cross_entropy_report(double p);

/**
 * @brief Softmax with the largest entry of every row shifted to 0.
 * @param n       rows
 * @param classes columns
 * @param x       (n, classes)
 * @param p       (n, classes), overwritten; each row sums to 1
 */
void softmax(int n, int classes, const real *x, real *p);

/** @} */
#endif
