/**
 * @file gemm.h
 * @brief The one function that multiplies matrices; it calls BLAS.
 */
#ifndef GEMM_H
#define GEMM_H

#include "real.h"

/** Whether gemm() reads an operand as it is stored or transposed. */
typedef enum Transpose {
    PLAIN,     ///< as stored
    TRANSPOSED ///< rows and columns exchanged
} Transpose;

/**
 * @brief c = op(a) * op(b) + beta * c.
 *
 * All three are row-major without gaps:
 *
 *     op(a)  (m, k)      stored (k, m) when ta is TRANSPOSED
 *     op(b)  (k, n)      stored (n, k) when tb is TRANSPOSED
 *     c      (m, n)
 *
 * Any CBLAS will do; it runs on the calling thread. gemm_naive() is the definition.
 *
 * @param ta   how to read a
 * @param tb   how to read b
 * @param m    rows of op(a) and c
 * @param n    columns of op(b) and c
 * @param k    columns of op(a), rows of op(b)
 * @param beta 0 overwrites c, 1 accumulates into it
 * @param c    the result; overlaps neither a nor b
 */
void gemm(Transpose ta, Transpose tb, int m, int n, int k, const real *a, const real *b, real beta,
          real *c);

/**
 * @brief The definition of gemm(): three loops, every sum in double.
 * @param ta   how to read a
 * @param tb   how to read b
 * @param m    rows of op(a) and c
 * @param n    columns of op(b) and c
 * @param k    columns of op(a), rows of op(b)
 * @param beta 0 overwrites c, 1 accumulates into it
 * @param c    the result; overlaps neither a nor b
 */
void gemm_naive(Transpose ta, Transpose tb, int m, int n, int k, const real *a, const real *b,
                real beta, real *c);

/**
 * @brief Tells BLAS to start no threads; mains call it first.
 *
 * Our threads share out the images of a batch. A BLAS that also splits a product would make its
 * sums, and so the last bits of a trained network, depend on the number of threads. OpenBLAS has a
 * function for this; a BLAS without one is left as it is.
 */
void gemm_single_thread(void);

#endif
