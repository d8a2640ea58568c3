/* Matrix products over CBLAS; see gemm.h. */
#include "gemm.h"

#include <cblas.h>

/* Weak: null when the linked BLAS is not OpenBLAS, and then it is not called. */
extern void openblas_set_num_threads(int threads) __attribute__((weak));

void gemm_single_thread(void) {
    if (openblas_set_num_threads) openblas_set_num_threads(1);
}

/* The definition, with which every other product of this project is compared. */
void gemm_naive(Transpose ta, Transpose tb, int m, int n, int k, const real *a, const real *b,
                real beta, real *c) {
    for (int i = 0; i < m; i++)
        for (int j = 0; j < n; j++) {
            /* c_ij = sum_l op(a)_il * op(b)_lj + beta * c_ij */
            double sum = 0;
            for (int l = 0; l < k; l++) {
                real ail = ta == PLAIN ? a[i * k + l] : a[l * m + i];
                real blj = tb == PLAIN ? b[l * n + j] : b[j * k + l];
                sum += (double)ail * (double)blj;
            }
            if (beta != 0) sum += (double)beta * (double)c[i * n + j];
            c[i * n + j] = (real)sum;
        }
}

/* A product with a single row is a matrix times a vector, which BLAS does several times faster.
   Mini-batches of one image, the original's, consist of such products. */
static void one_row(CBLAS_TRANSPOSE tb, int n, int k, const real *a, const real *b, int ldb,
                    real beta, real *c) {
    /* c = a * op(b)  read as  c = op(b)^T * a ; b is stored with rows of ldb */
    CBLAS_TRANSPOSE turned = tb == CblasTrans ? CblasNoTrans : CblasTrans;
    int rows = tb == CblasTrans ? n : k;
#ifdef REAL_DOUBLE
    cblas_dgemv(CblasRowMajor, turned, rows, ldb, 1.0, b, ldb, a, 1, beta, c, 1);
#else
    cblas_sgemv(CblasRowMajor, turned, rows, ldb, 1.0f, b, ldb, a, 1, beta, c, 1);
#endif
}

/* BLAS wants the length of a stored row of each matrix, whichever way it is read. */
void gemm(Transpose ta, Transpose tb, int m, int n, int k, const real *a, const real *b, real beta,
          real *c) {
    CBLAS_TRANSPOSE cta = ta == PLAIN ? CblasNoTrans : CblasTrans;
    CBLAS_TRANSPOSE ctb = tb == PLAIN ? CblasNoTrans : CblasTrans;
    int lda = ta == PLAIN ? k : m; /* length of a stored row of a */
    int ldb = tb == PLAIN ? n : k; /* length of a stored row of b */
    if (m == 1) {
        one_row(ctb, n, k, a, b, ldb, beta, c);
        return;
    }
#ifdef REAL_DOUBLE
    cblas_dgemm(CblasRowMajor, cta, ctb, m, n, k, 1.0, a, lda, b, ldb, beta, c, n);
#else
    cblas_sgemm(CblasRowMajor, cta, ctb, m, n, k, 1.0f, a, lda, b, ldb, beta, c, n);
#endif
}
