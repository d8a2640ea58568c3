/*
 * Chapter 2, the example: a convolution in small numbers, a filter that is learned, three filters
 * on a digit, and the connections of C3.
 *
 *     make chapter 2    or: build/02_conv [FOLDER for data [FOLDER with the four IDX files]]
 */
#include "02_conv/conv.h"

#include "lesson.h"
#include "picture.h"
#include "rng.h"

#include <stdlib.h>

enum { PAD = 2, SIDE = IMAGE_SIDE + 2 * PAD };

/* ------------------------------------------------------------------ 1. small numbers ----- */

/* A 3x3 image and one 2x2 filter: forward, backward, and one derivative measured. */
static void small_numbers(void) {
    const Layer l = conv_layer("C", (Shape){1, 3, 3}, 1, 2, 1, 0, NULL);
    const real x[9] = {1, 2, 0, 3, 1, 4, 0, 5, 2};
    const real dy[4] = {1, 0, 2, -1};
    real w[5] = {1, 0, -1, 2, /* b */ 1};
    real y[4], dw[5] = {0}, dx[9], scratch[16];
    l.forward(&l, 1, w, x, y, scratch);
    printf("1. One filter of 2x2 on an image of 3x3\n\n");
    matrix_print(stdout, "x (3, 3)", 3, 3, x);
    matrix_print(stdout, "w (2, 2), and its bias b = 1", 2, 2, w);
    matrix_print(stdout, "y (2, 2); y[0,0] should be 1*1 + 0*2 - 1*3 + 2*1 + 1 = 1", 2, 2, y);

    l.backward(&l, 1, w, x, y, dy, dw, dx, scratch);
    matrix_print(stdout, "\ndy (2, 2), given: how much L grows with each y", 2, 2, dy);
    matrix_print(stdout, "dw (2, 2); dw[0,0] should be 1*1 + 0*2 + 2*3 - 1*1 = 6", 2, 2, dw);
    printf("db = %g, the sum of dy\n", cell(dw, 5, 0, 4));
    matrix_print(stdout, "dx (3, 3): every dy times the filter, laid over its window", 3, 3, dx);

    /* L = sum of dy * y; y is linear in w, so a step of 1 to both sides measures exactly. */
    double sum[2] = {0, 0};
    for (int side = 0; side < 2; side++) {
        w[0] = side ? 0 : 2;
        l.forward(&l, 1, w, x, y, scratch);
        for (int i = 0; i < 4; i++)
            sum[side] += cell(dy, 4, 0, i) * cell(y, 4, 0, i);
    }
    printf("\nMeasured: L = sum of dy * y is %g with w[0,0] = 2 and %g with w[0,0] = 0, so\n"
           "its slope is (%g - %g) / 2 = %g; backward says %g\n",
           sum[0], sum[1], sum[0], sum[1], (sum[0] - sum[1]) / 2, cell(dw, 5, 0, 0));
}

/* ------------------------------------------------------------------ 2. learning ---------- */

enum { SEEN = 8, ANSWERS = 36, LEARNED = 10 }; /* sides of the image, entries of y, of w and b */

/* The mean of (y - t)^2 / 2 over all entries of y: how far the filter w is from its targets. */
static double loss_of(const Layer *l, const real *w, const real *x, const real *t) {
    real y[ANSWERS], scratch[9 * ANSWERS];
    double loss = 0;
    l->forward(l, 1, w, x, y, scratch);
    for (int o = 0; o < ANSWERS; o++) {
        double miss = cell(y, ANSWERS, 0, o) - cell(t, ANSWERS, 0, o);
        loss += miss * miss / 2 / ANSWERS;
    }
    return loss;
}

// [learn-filter]
/* One step: the slope along every number of w, measured; then w -= lr * slope. */
static void learn_step(const Layer *l, real lr, real *w, const real *x, const real *t) {
    real slope[LEARNED];
    for (int k = 0; k < LEARNED; k++) {
        const real kept = w[k];
        w[k] = kept + 1;
        double above = loss_of(l, w, x, t);
        w[k] = kept - 1;
        double below = loss_of(l, w, x, t);
        w[k] = kept;
        slope[k] = (real)((above - below) / 2);
    }
    for (int k = 0; k < LEARNED; k++)
        w[k] -= lr * slope[k];
}
// [learn-filter]

/* A line of the table: step, loss, the nine weights. */
static void print_guess(int step, double loss, const real *w) {
    printf("   %4d %8.4f", step, loss);
    for (int p = 0; p < 3; p++) {
        printf("  ");
        for (int q = 0; q < 3; q++) {
            double weight = cell(w, 3, p, q);
            /* a printed 0 has no sign */
            printf("%6.2f", fabs(weight) < 0.005 ? 0 : weight);
        }
    }
    printf("\n");
}

/* An edge filter is hidden; only its answers to an image of noise are shown. */
static void learn_filter(void) {
    static const int shown[] = {0, 1, 5, 20, 100, -1};
    const Layer l = conv_layer("C", (Shape){1, SEEN, SEEN}, 1, 3, 1, 0, NULL);
    const real hidden[LEARNED] = {-1, 0, 1, -2, 0, 2, -1, 0, 1, /* b */ 0};
    real x[SEEN * SEEN], t[ANSWERS], w[LEARNED] = {0}, scratch[9 * ANSWERS];
    Rng rng = rng_seed(1, 0);
    for (int i = 0; i < SEEN * SEEN; i++)
        x[i] = (real)rng_normal(&rng);
    l.forward(&l, 1, hidden, x, t, scratch);
    printf("\n2. Which filter gave these answers? Nine weights and a bias, downhill from 0\n\n"
           "   step     loss   w, row after row\n");
    for (int step = 0, next = 0; shown[next] >= 0; step++) {
        if (step == shown[next]) {
            print_guess(step, loss_of(&l, w, x, t), w);
            next++;
        }
        learn_step(&l, (real)0.5, w, x, t);
    }
}

/* ------------------------------------------------------------------ 3. a digit ----------- */

/* clang-format off */
static const real drawn_filters[3 * 25 + 3] = {
    /* paper above, ink below: upper edges */
    -1, -1, -1, -1, -1,
    -1, -1, -1, -1, -1,
     0,  0,  0,  0,  0,
     1,  1,  1,  1,  1,
     1,  1,  1,  1,  1,
    /* paper on the left, ink on the right: left edges */
    -1, -1,  0,  1,  1,
    -1, -1,  0,  1,  1,
    -1, -1,  0,  1,  1,
    -1, -1,  0,  1,  1,
    -1, -1,  0,  1,  1,
    /* a stroke that falls from right to left */
    -1, -1, -1,  0,  2,
    -1, -1,  0,  2,  0,
    -1,  0,  2,  0, -1,
     0,  2,  0, -1, -1,
     2,  0, -1, -1, -1,
    /* three biases */
    0, 0, 0,
};
/* clang-format on */

static void filter_digit(const Lesson *lesson) {
    static real x[SIDE * SIDE];
    const Layer c1 = conv_layer("C1", (Shape){1, SIDE, SIDE}, 3, 5, 1, 0, NULL);
    real *y = lesson_reals(shape_size(c1.out)), *scratch = lesson_reals(c1.scratch);
    lesson_digit(lesson, 7, PAD, x);
    c1.forward(&c1, 1, drawn_filters, x, y, scratch);
    printf("\n3. A digit and three 5x5 filters that a person would draw\n\n");
    picture_print(stdout, 1, SIDE, SIDE, x, 0, 1);
    printf("\nits feature maps, bright where the window matches the filter: upper edges,\n"
           "left edges, and below strokes that fall from right to left\n\n");
    picture_print(stdout, 2, 28, 28, y, 0, 8);
    picture_print(stdout, 1, 28, 28, y + 2 * 28 * 28, 0, 8);
    free(y);
    free(scratch);
}

/* ------------------------------------------------------------------ 4. connections ------- */

/* Which maps of S2 each filter of C3 sees in the paper. */
static void connection_table(void) {
    Layer full = conv_layer("C3", (Shape){6, 14, 14}, 16, 5, 1, 0, NULL);
    Layer table = conv_layer("C3", (Shape){6, 14, 14}, 16, 5, 1, 0, conv_table_1998);
    printf("\n4. The connection table of C3 (LeCun et al. 1998, Table I; advanced): filters\n"
           "0 to 15 across, maps of S2 down\n\n");
    for (int ch = 0; ch < 6; ch++) {
        printf("   map %d  ", ch);
        for (int f = 0; f < 16; f++)
            printf(" %c", conv_table_1998[f] >> ch & 1 ? 'X' : '.');
        printf("\n");
    }
    printf("\n   full:  %d trainable parameters, %ld connections\n"
           "   table: %d trainable parameters, %ld connections\n",
           full.trainable, full.connections, table.trainable, table.connections);
}

int main(int argc, char **argv) {
    Lesson lesson = lesson_start(argc, argv);
    small_numbers();
    learn_filter();
    filter_digit(&lesson);
    connection_table();
    return 0;
}
