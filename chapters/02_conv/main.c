/*
 * Chapter 2, the example: three filters by hand, one matrix product, and what it buys.
 *
 *     make chapter 2            or: build/02_conv [FOLDER with the four IDX files]
 */
#include "02_conv/conv.h"

#include "01_im2col/im2col.h"
#include "dataset.h"
#include "gemm.h"
#include "measure.h"
#include "picture.h"

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

/* Seconds for n images: the best of a few runs. */
static double time_forward(const Layer *l, int n, const real *w, const real *x, real *y,
                           real *scratch) {
    double best = 1e9;
    for (int repeat = 0; repeat < 4; repeat++) {
        double start = seconds_now();
        l->forward(l, n, w, x, y, scratch);
        double took = seconds_now() - start;
        if (took < best) best = took;
    }
    return best;
}

static double largest_difference(size_t n, const real *a, const real *b) {
    double most = 0;
    for (size_t i = 0; i < n; i++) {
        double difference = fabs((double)a[i] - (double)b[i]);
        if (!(difference <= most)) most = difference; /* a NaN stays */
    }
    return most;
}

static void five_steps(const char *name, Shape in, int filters) {
    enum { N = 200, FEW = 10 };
    const Layer fast = conv_layer(name, in, filters, 5, 1, 0, NULL);
    size_t ins = (size_t)(N * shape_size(in)), outs = (size_t)(N * shape_size(fast.out));
    size_t threads = (size_t)omp_get_max_threads();
    real *x = reals(ins), *w = reals(layer_params(&fast)), *scratch = reals(threads * fast.scratch);
    real *y = reals(outs), *want = reals(outs);
    Rng rng = rng_seed(1, 0);
    for (size_t i = 0; i < ins; i++) x[i] = (real)rng_normal(&rng);
    layer_init(&fast, INIT_HE, w, &rng);

    Layer all =
        fast; /* what step 5 sees as its scratch, one piece a thread, is fast.scratch long */
    const struct {
        const char *what;
        void (*forward)(const Layer *, int, const real *, const real *, real *, real *);
        int n;
    } step[] = {
        {"six loops", conv_forward_naive, FEW},
        {"im2col, then three loops", forward_im2col_naive, FEW},
        {"im2col, then BLAS", conv_forward_gemm, N},
        {fast.forward == conv_forward_gemm ? "(in place: not in this build)" : "in place",
         fast.forward, N},
        {"slices on all threads", forward_threads, N},
    };
    double first = 0;
    printf("   %s, %dx%dx%d to %dx%dx%d\n", name, in.c, in.h, in.w, fast.out.c, fast.out.h,
           fast.out.w);
    conv_forward_naive(&fast, N, w, x, want, scratch);
    for (size_t k = 0; k < sizeof step / sizeof *step; k++) {
        all.forward = step[k].forward;
        for (size_t i = 0; i < outs; i++) y[i] = (real)NAN; /* what a step leaves out must show */
        double us = 1e6 * time_forward(&all, step[k].n, w, x, y, scratch) / step[k].n;
        if (k == 0) first = us;
        printf("      %-30s %8.2f us an image  %6.0f times   difference %.1e\n", step[k].what, us,
               first / us, largest_difference((size_t)(step[k].n * shape_size(fast.out)), y, want));
    }
    free(x), free(w), free(scratch), free(y), free(want);
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
    if (!dataset_digit(argc > 1 ? argv[1] : MNIST_DIR, 7, PAD, x, &error))
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
    return 0;
}
