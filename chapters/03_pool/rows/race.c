/*
 * Max pooling window by window and along rows: the time of S2 for each.
 *
 *     build/race/03_pool
 */
#include "03_pool/pool.h"
#include "03_pool/rows/rows.h"
#include "lesson.h"
#include "measure.h"
#include "rng.h"

#include <stdlib.h>

enum { N = 50 }; /* images */

/* Microseconds of this thread per image, forward and backward. The shortest of some runs: whatever
   else runs only adds. */
static void print_time(const char *what, const Layer *l, const real *x, const real *dy) {
    enum { RUNS = 15 };
    real *y = lesson_reals((size_t)(N * shape_size(l->out)));
    real *dx = lesson_reals((size_t)(N * shape_size(l->in))), *scratch = lesson_reals(l->scratch);
    double least[2] = {HUGE_VAL, HUGE_VAL};
    for (int run = 0; run < RUNS; run++) {
        /* forward first: backward along rows reads y */
        double start = thread_seconds();
        l->forward(l, N, NULL, x, y, scratch);
        double middle = thread_seconds();
        l->backward(l, N, NULL, x, y, dy, NULL, dx, scratch);
        least[0] = fmin(least[0], middle - start);
        least[1] = fmin(least[1], thread_seconds() - middle);
    }
    printf("   %-20s %8.2f   %8.2f\n", what, 1e6 * least[0] / N, 1e6 * least[1] / N);
    free(y);
    free(dx);
    free(scratch);
}

/* On noise, where no predictor can guess which of four is the largest. */
int main(int argc, char **argv) {
    lesson_start(argc, argv);
    const Layer windows = max_pool_layer("S2", (Shape){6, 28, 28}, 2, 2, 0);
    Layer rows = windows;
    size_t ins = (size_t)(N * shape_size(windows.in)), outs = (size_t)(N * shape_size(windows.out));
    real *x = lesson_reals(ins), *dy = lesson_reals(outs);
    Rng rng = rng_seed(1, 0);
    for (size_t i = 0; i < ins; i++)
        x[i] = (real)rng_normal(&rng);
    for (size_t i = 0; i < outs; i++)
        dy[i] = (real)rng_normal(&rng);
    rows_pool(&rows);
    printf("Max pooling: microseconds per image of S2, 6x28x28\n"
           "                         forward   backward\n");
    print_time("window by window", &windows, x, dy);
    print_time("along rows", &rows, x, dy);
    free(x);
    free(dy);
    return 0;
}
