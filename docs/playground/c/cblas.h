/**
 * @file cblas.h
 * @brief The two functions of BLAS that common/gemm.c calls, for machines without a BLAS: the
 *        browser.
 *
 * Row-major only, vectors without gaps only. Every sum runs in the order of its terms, so the same
 * numbers come out wherever a product and its addition are rounded one after the other.
 */
#ifndef CBLAS_H
#define CBLAS_H

/** How matrices are stored; there is one way here. */
typedef enum CBLAS_ORDER {
    CblasRowMajor = 101 ///< row after row
} CBLAS_ORDER;

/** Whether an operand is read as stored or transposed. */
typedef enum CBLAS_TRANSPOSE {
    CblasNoTrans = 111, ///< as stored
    CblasTrans = 112    ///< rows and columns exchanged
} CBLAS_TRANSPOSE;

/**
 * @brief c = alpha * op(a) * op(b) + beta * c.
 * @param order CblasRowMajor
 * @param ta    how to read a
 * @param tb    how to read b
 * @param m     rows of op(a) and c
 * @param n     columns of op(b) and c
 * @param k     columns of op(a), rows of op(b)
 * @param alpha factor of the product
 * @param a     left factor
 * @param lda   numbers from one stored row of a to the next
 * @param b     right factor
 * @param ldb   the same for b
 * @param beta  factor of the old c; 0 overwrites, whatever c holds
 * @param c     the result
 * @param ldc   the same for c
 */
void cblas_sgemm(CBLAS_ORDER order, CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k,
                 float alpha, const float *a, int lda, const float *b, int ldb, float beta,
                 float *c, int ldc);

/**
 * @brief y = alpha * op(a) * x + beta * y.
 * @param order CblasRowMajor
 * @param ta    how to read a
 * @param m     rows of a as stored
 * @param n     columns of a as stored
 * @param alpha factor of the product
 * @param a     the matrix
 * @param lda   numbers from one stored row of a to the next
 * @param x     the vector
 * @param incx  1
 * @param beta  factor of the old y; 0 overwrites
 * @param y     the result
 * @param incy  1
 */
void cblas_sgemv(CBLAS_ORDER order, CBLAS_TRANSPOSE ta, int m, int n, float alpha, const float *a,
                 int lda, const float *x, int incx, float beta, float *y, int incy);

#endif
