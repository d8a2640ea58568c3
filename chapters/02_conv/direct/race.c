/*
 * The same convolution computed in four ways: time per image, how many times faster than the six
 * loops, and the largest difference from them.
 *
 *     build/race/02_conv [FOLDER for data]
 */
#include "01_im2col/im2col.h"
#include "02_conv/conv.h"
#include "02_conv/direct/direct.h"
#include "gemm.h"
#include "init.h"
#include "lesson.h"
#include "measure.h"

#include <stdlib.h>

/* ------------------------------------------------------------------ the versions --------- */

/* The windows as columns, but the product as three plain loops. */
static void forward_im2col_naive(const Layer *l, int n, const real *w, const real *x, real *y,
                                 real *scratch) {
    int windows = l->out.h * l->out.w, row = l->in.c * l->size * l->size;
    for (int image = 0; image < n; image++) {
        im2col(l->in, l->size, l->stride, l->pad, x + image * shape_size(l->in), scratch);
        for (int o = 0; o < shape_size(l->out); o++)
            y[o] = w[layer_weights(l) + o / windows];
        gemm_naive(PLAIN, PLAIN, l->out.c, windows, row, w, scratch, 1, y);
        y += shape_size(l->out);
    }
}

/* The direct version of a layer, or NULL where there is none. */
static LayerForward *direct_forward(Layer layer) {
    return direct_conv(&layer) ? layer.forward : NULL;
}

enum { VERSIONS = 4, LOOPS = 2 }; /* the first two are loops: a few images are enough for them */

static const char *const names[VERSIONS] = {"six loops", "im2col, then three loops",
                                            "im2col, then BLAS", "direct (advanced)"};

/* ------------------------------------------------------------------ a trial -------------- */

/* A convolution, numbers to try it on, and the result of the six loops. */
typedef struct Trial {
    Layer layer;
    LayerForward *version[VERSIONS]; /* NULL: not for this shape */
    int n;                           /* images */
    int few;                         /* images for loops */
    real *x, *w, *scratch, *y, *want;
} Trial;

static Trial trial_start(const char *name, Shape in, int filters, int n, int few) {
    Layer l = conv_layer(name, in, filters, 5, 1, 0, NULL);
    Trial t = {.layer = l, .n = n, .few = few};
    LayerForward *const version[VERSIONS] = {conv_forward_naive, forward_im2col_naive, conv_forward,
                                             direct_forward(l)};
    for (int k = 0; k < VERSIONS; k++)
        t.version[k] = version[k];
    size_t ins = (size_t)(n * shape_size(in)), outs = (size_t)(n * shape_size(l.out));
    t.x = lesson_reals(ins);
    t.w = lesson_reals(layer_params(&l));
    t.scratch = lesson_reals(l.scratch);
    t.y = lesson_reals(outs);
    t.want = lesson_reals(outs);
    Rng rng = rng_seed(1, 0);
    for (size_t i = 0; i < ins; i++)
        t.x[i] = (real)rng_normal(&rng);
    layer_init(&l, INIT_HE, t.w, &rng);
    conv_forward_naive(&l, n, t.w, t.x, t.want, t.scratch);
    return t;
}

static void trial_end(Trial *t) {
    free(t->x);
    free(t->w);
    free(t->scratch);
    free(t->y);
    free(t->want);
}

/* Microseconds of this thread per image, and the largest difference from the six loops; NaN where
   there is no such version. The shortest of some runs: whatever else runs only adds. */
static void trial_run(Trial *t, int k, double *us, double *difference) {
    enum { RUNS = 7 };
    int n = k < LOOPS ? t->few : t->n, outs = n * shape_size(t->layer.out);
    *us = *difference = t->version[k] ? 0 : (double)NAN;
    if (!t->version[k]) return;
    /* An entry that a version leaves out must show. */
    for (int i = 0; i < outs; i++)
        t->y[i] = (real)NAN;
    for (int run = 0; run < RUNS; run++) {
        double start = thread_seconds();
        t->version[k](&t->layer, n, t->w, t->x, t->y, t->scratch);
        double took = 1e6 * (thread_seconds() - start) / n;
        if (run == 0 || took < *us) *us = took;
    }
    for (int i = 0; i < outs; i++) {
        double d = fabs((double)t->y[i] - (double)t->want[i]);
        if (!(d <= *difference)) *difference = d; /* a NaN stays */
    }
}

/* ------------------------------------------------------------------ LeNet's layers ------- */

static void print_race(const char *name, Shape in, int filters) {
    Trial t = trial_start(name, in, filters, 200, 10);
    Shape out = t.layer.out;
    double loops = 0;
    printf("   %s, %dx%dx%d to %dx%dx%d\n", name, in.c, in.h, in.w, out.c, out.h, out.w);
    for (int k = 0; k < VERSIONS; k++) {
        double us, difference;
        if (!t.version[k]) continue;
        trial_run(&t, k, &us, &difference);
        if (k == 0) loops = us;
        printf("      %-25s %9.2f us  %6.1f times   difference %.1e\n", names[k], us, loops / us,
               difference);
    }
    trial_end(&t);
}

/* ------------------------------------------------------------------ for the picture ------ */

/* The versions on images of one size: times, then differences, a line of the table. */
static void write_size(FILE *file, const char *name, Shape in, int filters) {
    /* about 20,000 windows of every size, 200 images at most */
    int windows = (in.h - 4) * (in.w - 4), n = 20000 / windows;
    if (n > 200) n = 200;
    if (n < 1) n = 1;
    Trial t = trial_start(name, in, filters, n, (n + 19) / 20);
    double us[VERSIONS], difference[VERSIONS];
    for (int k = 0; k < VERSIONS; k++)
        trial_run(&t, k, &us[k], &difference[k]);
    fprintf(file, "%s\t%d", name, in.h);
    for (int k = 0; k < VERSIONS; k++)
        fprintf(file, "\t%.4g", us[k]);
    for (int k = 1; k < VERSIONS; k++)
        fprintf(file, "\t%.3g", difference[k]);
    fprintf(file, "\n");
    trial_end(&t);
}

/* C1's and C3's filters on images of other sizes; only LeNet's own, 32 and 14, have a direct
   version. */
static void write_times(const Lesson *lesson) {
    static const int side[] = {6, 8, 10, 14, 20, 32, 48, 72, 104, 144};
    const int sides = sizeof side / sizeof *side;
    Output table = lesson_table(lesson, "02_time.tsv");
    fprintf(table.stream, "layer\tside\tloops\tim2col\tblas\tdirect\tim2col_difference\t"
                          "blas_difference\tdirect_difference\n");
    for (int i = 0; i < sides; i++)
        write_size(table.stream, "C1", (Shape){1, side[i], side[i]}, 6);
    for (int i = 0; i < sides; i++)
        write_size(table.stream, "C3", (Shape){6, side[i], side[i]}, 16);
    lesson_table_end(&table, "conv");
}

int main(int argc, char **argv) {
    Lesson lesson = lesson_start(argc, argv);
    printf("The same sums in different ways: time per image, how many times faster than the\n"
           "six loops, and the largest difference from them\n\n");
    print_race("C1", (Shape){1, 32, 32}, 6);
    print_race("C3", (Shape){6, 14, 14}, 16);
    write_times(&lesson);
    return 0;
}
