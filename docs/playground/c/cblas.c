/* Matrix products in plain loops; see cblas.h. */
#include "cblas.h"

#include "fail.h"

/* One row of c: clear or scale it before the products are added. */
static void begin_row(int n, float beta, float *c) {
    for (int j = 0; j < n; j++)
        c[j] = beta == 0 ? 0 : beta * c[j];
}

enum {
    BLOCK = 16,    /* sums that are kept in registers       */
    TURNED = 50000 /* numbers of the largest matrix, C5's w */
};

/* c_j += sum over l of a_l * b_lj, for `wide` columns, at most BLOCK: along rows of b. */
static void add_rows(int wide, int k, const float *a, int step, const float *b, int ldb, float *c) {
    float sum[BLOCK] = {0};
    for (int j = 0; j < wide; j++)
        sum[j] = c[j];
    for (int l = 0; l < k; l++) {
        float al = a[l * step];
        for (int j = 0; j < wide; j++)
            sum[j] += al * b[l * ldb + j];
    }
    for (int j = 0; j < wide; j++)
        c[j] = sum[j];
}

/* c_j += sum over l of a_l * b_jl, the same for columns of c that are rows of b. */
static void add_dots(int wide, int k, const float *a, int step, const float *b, int ldb, float *c) {
    float sum[BLOCK] = {0};
    for (int j = 0; j < wide; j++)
        sum[j] = c[j];
    for (int l = 0; l < k; l++)
        for (int j = 0; j < wide; j++)
            sum[j] += a[l * step] * b[j * ldb + l];
    for (int j = 0; j < wide; j++)
        c[j] = sum[j];
}

/* One row of c, a block of columns at a time; whole blocks have a width that the compiler knows. */
static void add_row(CBLAS_TRANSPOSE tb, int n, int k, const float *a, int step, const float *b,
                    int ldb, float *c) {
    for (int j = 0; j < n; j += BLOCK) {
        const float *from = tb == CblasNoTrans ? b + j : b + j * ldb;
        bool whole = n - j >= BLOCK;
        if (tb == CblasNoTrans && whole) add_rows(BLOCK, k, a, step, from, ldb, c + j);
        if (tb == CblasNoTrans && !whole) add_rows(n - j, k, a, step, from, ldb, c + j);
        if (tb == CblasTrans && whole) add_dots(BLOCK, k, a, step, from, ldb, c + j);
        if (tb == CblasTrans && !whole) add_dots(n - j, k, a, step, from, ldb, c + j);
    }
}

/* b, stored (n, k), as (k, n): along its rows, several sums are one instruction. */
static const float *turn(int n, int k, const float *b, int ldb) {
    static float turned[TURNED];
    for (int j = 0; j < n; j++)
        for (int l = 0; l < k; l++)
            turned[l * n + j] = b[j * ldb + l];
    return turned;
}

void cblas_sgemm(CBLAS_ORDER order, CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, int m, int n, int k,
                 float alpha, const float *a, int lda, const float *b, int ldb, float beta,
                 float *c, int ldc) {
    contract(order == CblasRowMajor && alpha == 1, "this BLAS is row-major, with alpha 1");
    if (tb == CblasTrans && m >= BLOCK && n * k <= TURNED) {
        b = turn(n, k, b, ldb);
        ldb = n;
        tb = CblasNoTrans;
    }
    for (int i = 0; i < m; i++) {
        /* row i of op(a), and how far apart its entries are */
        const float *row = ta == CblasNoTrans ? a + i * lda : a + i;
        int step = ta == CblasNoTrans ? 1 : lda;
        begin_row(n, beta, c + i * ldc);
        add_row(tb, n, k, row, step, b, ldb, c + i * ldc);
    }
}

void cblas_sgemv(CBLAS_ORDER order, CBLAS_TRANSPOSE ta, int m, int n, float alpha, const float *a,
                 int lda, const float *x, int incx, float beta, float *y, int incy) {
    contract(order == CblasRowMajor && alpha == 1, "this BLAS is row-major, with alpha 1");
    contract(incx == 1 && incy == 1, "this BLAS takes vectors without gaps");
    /* y^T = x^T * op(a)^T : a product with one row */
    int rows = ta == CblasNoTrans ? m : n, terms = ta == CblasNoTrans ? n : m;
    begin_row(rows, beta, y);
    add_row(ta == CblasNoTrans ? CblasTrans : CblasNoTrans, rows, terms, x, 1, a, lda, y);
}
