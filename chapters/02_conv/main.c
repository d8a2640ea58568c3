/*
 * Chapter 2, the example: three filters by hand, one matrix product, and what it buys.
 *
 *     make chapter 2    or: build/02_conv [FOLDER for data [FOLDER with the four IDX files]]
 */
#include "02_conv/conv.h"

#include "01_im2col/im2col.h"
#include "dataset.h"
#include "gemm.h"
#include "measure.h"
#include "picture.h"
#include "table.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

enum { PAD = 2, SIDE = IMAGE_SIDE + 2 * PAD };

static real *reals(size_t count) {
    real *memory = calloc(count + 1, sizeof *memory);
    if (!memory) fail(EXIT_WORLD, "no memory for %zu numbers", count);
    return memory;
}

/* 1. Filters that a person would draw. */
static void filter_digit(const real *x) {
    /* clang-format off */
    static const real w[3 * 25 + 3] = {
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
    Layer c1 = conv_layer("C1", (Shape){1, SIDE, SIDE}, 3, 5, 1, 0, NULL);
    real *y = reals((size_t)shape_size(c1.out)), *scratch = reals(c1.scratch);
    printf("1. A digit and three 5x5 filters\n\n");
    picture_print(stdout, 1, SIDE, SIDE, x, 0, 1);
    printf(
        "\nits three feature maps, bright where the window matches the filter: upper edges, left\n"
        "edges, strokes that fall to the left\n\n");
    c1.forward(&c1, 1, w, x, y, scratch);
    picture_print(stdout, 3, 28, 28, y, 0, 8);
    free(y), free(scratch);
}

/* 2. The same convolution in five steps, each with its time and its largest difference from the loops. */

/* Step 2: the windows as columns, but the product as three plain loops. */
static void forward_im2col_naive(const Layer *l, int n, const real *w, const real *x, real *y,
                                 real *scratch) {
    int windows = l->out.h * l->out.w, row = l->in.c * l->size * l->size;
    for (int image = 0; image < n; image++) {
        im2col(l->in, l->size, l->stride, l->pad, x + image * shape_size(l->in), scratch);
        for (int o = 0; o < shape_size(l->out); o++) y[o] = w[layer_weights(l) + o / windows];
        gemm_naive(PLAIN, PLAIN, l->out.c, windows, row, w, scratch, 1, y);
        y += shape_size(l->out);
    }
}

/* Step 5: slices of the batch on all threads; each image's sums are the same as before. */
static void forward_threads(const Layer *l, int n, const real *w, const real *x, real *y,
                            real *scratch) {
    const Layer one = conv_layer(l->name, l->in, l->out.c, l->size, l->stride, l->pad, NULL);
    const int slice = 25;
#pragma omp parallel for schedule(static, 1)
    for (int first = 0; first < n; first += slice)
        one.forward(&one, n - first < slice ? n - first : slice, w, x + first * shape_size(l->in),
                    y + first * shape_size(l->out),
                    scratch + (size_t)omp_get_thread_num() * l->scratch);
}

/* A convolution with numbers to try it on, and what the loops make of them. */
typedef struct Trial {
    Layer layer;
    int n;                            /* images */
    real *x, *w, *scratch, *y, *want; /* scratch has a piece for every thread */
} Trial;

typedef void Forward(const Layer *, int, const real *, const real *, real *, real *);

static Trial trial_start(const char *name, Shape in, int filters, int n) {
    Trial t = {.layer = conv_layer(name, in, filters, 5, 1, 0, NULL), .n = n};
    size_t ins = (size_t)(n * shape_size(in)), outs = (size_t)(n * shape_size(t.layer.out));
    t.x = reals(ins), t.w = reals(layer_params(&t.layer));
    t.scratch = reals((size_t)omp_get_max_threads() * t.layer.scratch);
    t.y = reals(outs), t.want = reals(outs);
    Rng rng = rng_seed(1, 0);
    for (size_t i = 0; i < ins; i++) t.x[i] = (real)rng_normal(&rng);
    layer_init(&t.layer, INIT_HE, t.w, &rng);
    conv_forward_naive(&t.layer, n, t.w, t.x, t.want, t.scratch);
    return t;
}

static void trial_end(Trial *t) {
    free(t->x), free(t->w), free(t->scratch), free(t->y), free(t->want);
}

/* Microseconds an image for the first n images: the median of a few runs. */
static double trial_time(Trial *t, Forward *forward, int n) {
    double took[5];
    size_t outs = (size_t)(n * shape_size(t->layer.out));
    for (size_t i = 0; i < outs; i++) t->y[i] = (real)NAN; /* what a step leaves out must show */
    for (int repeat = 0; repeat < 5; repeat++) {
        double start = seconds_now();
        forward(&t->layer, n, t->w, t->x, t->y, t->scratch);
        took[repeat] = seconds_now() - start;
    }
    return 1e6 * median(took, 5) / n;
}

/* Of what the last trial_time() computed from the loops. */
static double largest_difference(const Trial *t, int n) {
    double most = 0;
    for (int i = 0; i < n * shape_size(t->layer.out); i++) {
        double difference = fabs((double)t->y[i] - (double)t->want[i]);
        if (!(difference <= most)) most = difference; /* a NaN stays */
    }
    return most;
}

static bool in_place(const Layer *l) {
    return l->forward != conv_forward_gemm;
}

static void five_steps(const char *name, Shape in, int filters) {
    enum { N = 200, FEW = 10 };
    Trial t = trial_start(name, in, filters, N);
    const struct {
        const char *what;
        Forward *forward;
        int n;
    } step[] = {
        {"six loops", conv_forward_naive, FEW},
        {"im2col, then three loops", forward_im2col_naive, FEW},
        {"im2col, then BLAS", conv_forward_gemm, N},
        {in_place(&t.layer) ? "in place" : "(in place: not in this build)", t.layer.forward, N},
        {"slices on all threads", forward_threads, N},
    };
    Shape out = t.layer.out;
    double first = 0;
    printf("   %s, %dx%dx%d to %dx%dx%d\n", name, in.c, in.h, in.w, out.c, out.h, out.w);
    for (size_t k = 0; k < sizeof step / sizeof *step; k++) {
        double us = trial_time(&t, step[k].forward, step[k].n);
        if (k == 0) first = us;
        printf("      %-30s %8.2f us an image  %6.0f times   difference %.1e\n", step[k].what, us,
               first / us, largest_difference(&t, step[k].n));
    }
    trial_end(&t);
}

/* The first four steps for images of one size: times, then differences, a line of the table. */
static void steps_by_size(FILE *file, const char *name, Shape in, int filters) {
    const int outs = (in.h - 4) * (in.w - 4);
    /* about 20000 windows of every size; a few of them are enough for loops */
    const int n = outs > 20000 ? 1 : 20000 / outs > 200 ? 200 : 20000 / outs, few = (n + 19) / 20;
    Trial t = trial_start(name, in, filters, n);
    double us[4], difference[4];
    Forward *const step[4] = {conv_forward_naive, forward_im2col_naive, conv_forward_gemm,
                              t.layer.forward};
    for (int k = 0; k < 4; k++) {
        int images = k < 2 ? few : n;
        us[k] = trial_time(&t, step[k], images);
        difference[k] = largest_difference(&t, images);
    }
    if (!in_place(&t.layer)) us[3] = difference[3] = (double)NAN;
    fprintf(file, "%s\t%d", name, in.h);
    for (int k = 0; k < 4; k++) fprintf(file, "\t%.4g", us[k]);
    for (int k = 1; k < 4; k++) fprintf(file, "\t%.3g", difference[k]);
    fprintf(file, "\n");
    trial_end(&t);
}

/* C1's and C3's filters on images of other sizes too; only LeNet's own, 32 and 14, go in place. */
static void write_times(const char *folder) {
    const int side[] = {6, 8, 10, 14, 20, 32, 48, 72, 104, 144};
    Table table;
    Error error;
    if (!table_open(&table, folder, "02_time.tsv", &error)) fail(EXIT_WORLD, "%s", error.text);
    fprintf(table.file, "layer\tside\tloops\tim2col\tblas\tin_place\tim2col_difference\t"
                        "blas_difference\tin_place_difference\n");
    for (size_t i = 0; i < sizeof side / sizeof *side; i++)
        steps_by_size(table.file, "C1", (Shape){1, side[i], side[i]}, 6);
    for (size_t i = 0; i < sizeof side / sizeof *side; i++)
        steps_by_size(table.file, "C3", (Shape){6, side[i], side[i]}, 16);
    if (!table_close(&table, &error)) fail(EXIT_WORLD, "%s", error.text);
    printf("\nwrote %s, for make plot-conv\n", table.beside.path);
}

/* 3. One weight's gradient, computed and measured. */
static void gradient_in_numbers(const real *x) {
    Layer l = conv_layer("C1", (Shape){1, SIDE, SIDE}, 2, 5, 1, 0, NULL);
    size_t outs = (size_t)shape_size(l.out);
    real *w = reals(layer_params(&l)), *dw = reals(layer_params(&l)), *scratch = reals(l.scratch);
    real *y = reals(outs), *dy = reals(outs);
    Rng rng = rng_seed(2, 0);
    layer_init(&l, INIT_HE, w, &rng);
    for (size_t i = 0; i < outs; i++) dy[i] = 1; /* L = the sum of all outputs */
    l.forward(&l, 1, w, x, y, scratch);
    l.backward(&l, 1, w, x, y, dy, dw, NULL, scratch);

    double sum[2];
    const int which = 7; /* w[0,0,1,2] */
    for (int side = 0; side < 2; side++) {
        w[which] += side ? -2 : 1; /* w+1, then w-1 */
        l.forward(&l, 1, w, x, y, scratch);
        sum[side] = 0;
        for (size_t i = 0; i < outs; i++) sum[side] += (double)y[i];
    }
    printf("\n3. L = the sum of all outputs. backward says dL/dw[0,0,1,2] = %.4f; moving that "
           "weight by\n"
           "+1 and -1 changes L by 2 * %.4f. (It is the ink that this place of the filter passes "
           "over.)\n",
           (double)dw[which], (sum[0] - sum[1]) / 2);
    free(w), free(dw), free(scratch), free(y), free(dy);
}

/* 4. Which maps of S2 each filter of C3 sees in the paper. */
static void connection_table(void) {
    Layer full = conv_layer("C3", (Shape){6, 14, 14}, 16, 5, 1, 0, NULL);
    Layer table = conv_layer("C3", (Shape){6, 14, 14}, 16, 5, 1, 0, conv_table_1998);
    printf("\n4. The connection table of C3 (LeCun et al. 1998, Table I): filters 0 to 15 across,\n"
           "maps of S2 down\n\n");
    for (int ch = 0; ch < 6; ch++) {
        printf("   map %d  ", ch);
        for (int f = 0; f < 16; f++) printf(" %c", conv_table_1998[f] >> ch & 1 ? 'X' : '.');
        printf("\n");
    }
    printf("\n   full:  %d trainable parameters, %ld connections\n"
           "   table: %d trainable parameters, %ld connections\n",
           full.trainable, full.connections, table.trainable, table.connections);
}

int main(int argc, char **argv) {
    static real x[SIDE * SIDE];
    Error error;
    gemm_single_thread();
    if (!dataset_digit(argc > 2 ? argv[2] : MNIST_DIR, 7, PAD, x, &error))
        fail(EXIT_WORLD, "%s", error.text);
    filter_digit(x);
    printf(
        "\n2. One convolution in five steps: time, and the largest difference from the loops\n\n");
    five_steps("C1", (Shape){1, 32, 32}, 6);
    five_steps("C3", (Shape){6, 14, 14}, 16);
    printf("\nim2col makes the loops regular, which helps a little; a regular product is what BLAS "
           "is good\n"
           "at. Reading windows in place saves the 25 copies. Threads do not change a bit of the "
           "result.\n");
    gradient_in_numbers(x);
    connection_table();
    write_times(argc > 1 ? argv[1] : DATA_DIR);
    return 0;
}
