/**
 * @file softmax_ce.h
 * @brief Softmax fused with cross-entropy: the end of the network, where learning starts.
 *
 * @defgroup ch05 5: Softmax and cross-entropy
 *
 * Lesson: chapters/05_softmax_ce/README.md
 *
 *     x         (n, classes)    the scores of one image per row
 *     label     (n)             the true classes t, below classes
 *     p         (n, classes)    the probabilities: loss.h's output, from forward to backward
 *     decision  (n)             the class with the largest x, the first one on a tie
 *
 * @f[ p_i = \frac{e^{x_i}}{\sum_k e^{x_k}} \qquad
 *     loss = -\log p_t = m + \log \sum_k e^{x_k - m} - x_t, \quad m = \max_k x_k @f]
 *
 *     dx_i = scale * (p_i - truth_i)       truth_i = 1 where i = t, else 0
 *
 * forward returns the **sum** over the images. A mean is asked for by scale = 1/N, here and nowhere
 * else. A row with a NaN, or with +infinity, has NaN probabilities and makes the loss NaN.
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
 * @return the loss
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
 * @param p the probability of the true class
 * @return at most -log(1e-7) = 16.1; the report computes in double, and so does this
 */
double cross_entropy_report(double p);

/**
 * @brief Softmax of one row, with its largest entry shifted to 0.
 * @param classes columns
 * @param x       (classes)
 * @param p       (classes), overwritten; sums to 1
 * @return log sum over k of e^x_k, which the loss needs; finite wherever the x are
 */
double softmax_row(int classes, const real *x, real *p);

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
