/*
 * Chapter 2, the example: a convolution in small numbers, a filter that is learned, three filters
 * on a digit, and the cost of the same sums computed in different ways.
 *
 *     make chapter 2    or: build/02_conv [FOLDER for data [FOLDER with the four IDX files]]
 */
#include "02_conv/conv.h"

#include "01_im2col/im2col.h"
#include "gemm.h"
#include "init.h"
#include "lesson.h"
#include "measure.h"
#include "picture.h"
#include "team.h"

#if __has_include("02_conv/direct/direct.h") /* optional reading, and an optional folder */
#include "02_conv/direct/direct.h"
#else
static bool direct_conv(Layer *l) {
    (void)l;
    return false;
}
#endif

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
            /* what is printed as 0 has no sign */
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

/* ------------------------------------------------------------------ 4. the price --------- */

// [not for students]
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
// [not for students]

/* A convolution with numbers to try it on, and what the loops make of them. */
typedef struct Trial {
    Layer layer;
    int n; /* images */
    real *x, *w, *scratch, *y, *want;
} Trial;

static Trial trial_start(const char *name, Shape in, int filters, int n) {
    Trial t = {.layer = conv_layer(name, in, filters, 5, 1, 0, NULL), .n = n};
    size_t ins = (size_t)(n * shape_size(in)), outs = (size_t)(n * shape_size(t.layer.out));
    t.x = lesson_reals(ins);
    t.w = lesson_reals(layer_params(&t.layer));
    /* a piece of scratch for every thread */
    t.scratch = lesson_reals((size_t)team_processors() * t.layer.scratch);
    t.y = lesson_reals(outs);
    t.want = lesson_reals(outs);
    Rng rng = rng_seed(1, 0);
    for (size_t i = 0; i < ins; i++)
        t.x[i] = (real)rng_normal(&rng);
    layer_init(&t.layer, INIT_HE, t.w, &rng);
    conv_forward_naive(&t.layer, n, t.w, t.x, t.want, t.scratch);
    return t;
}

static void trial_end(Trial *t) {
    free(t->x);
    free(t->w);
    free(t->scratch);
    free(t->y);
    free(t->want);
}

/* Microseconds per image for the first n images: the median of a few runs. */
static double trial_time(Trial *t, LayerForward *forward, int n) {
    double took[5];
    size_t outs = (size_t)(n * shape_size(t->layer.out));
    /* What a version leaves out must show. */
    for (size_t i = 0; i < outs; i++)
        t->y[i] = (real)NAN;
    for (int repeat = 0; repeat < 5; repeat++) {
        double start = seconds_now();
        forward(&t->layer, n, t->w, t->x, t->y, t->scratch);
        took[repeat] = seconds_now() - start;
    }
    return 1e6 * median(took, 5) / n;
}

/* What the last trial_time() computed, compared with the loops. A NaN stays NaN. */
static double largest_difference(const Trial *t, int n) {
    double most = 0;
    for (int i = 0; i < n * shape_size(t->layer.out); i++) {
        double difference = fabs((double)t->y[i] - (double)t->want[i]);
        if (!(difference <= most)) most = difference;
    }
    return isnan(most) ? (double)NAN : most;
}

/* The direct version of the trial's layer, or NULL where there is none (see direct/). */
static LayerForward *direct_forward(const Trial *t) {
    Layer layer = t->layer;
    return direct_conv(&layer) ? layer.forward : NULL;
}

/* What the threads share, and the images of a part. */
typedef struct Shared {
    const Layer *l;
    int n; /* images */
    const real *w, *x;
    real *y, *scratch;
} Shared;

enum { PART = 25 };

static Team *team; /* all threads */

static void forward_part(void *job, int part, int thread) {
    const Shared *s = job;
    int first = part * PART, images = s->n - first < PART ? s->n - first : PART;
    s->l->forward(s->l, images, s->w, s->x + first * shape_size(s->l->in),
                  s->y + first * shape_size(s->l->out),
                  s->scratch + (size_t)thread * s->l->scratch);
}

/* The trial's layer on all threads, each with a part of the images at a time. */
static void forward_threads(const Layer *l, int n, const real *w, const real *x, real *y,
                            real *scratch) {
    Shared shared = {l, n, w, x, y, scratch};
    team_run(team, (n + PART - 1) / PART, forward_part, &shared);
}

static void compare_versions(const char *name, Shape in, int filters) {
    enum { N = 200, FEW = 10 };
    Trial t = trial_start(name, in, filters, N);
    LayerForward *direct = direct_forward(&t);
    const struct {
        const char *what;
        LayerForward *forward;
        int n;
    } version[] = {
        {"six loops", conv_forward_naive, FEW},
        // [not for students]
        {"im2col, then three loops", forward_im2col_naive, FEW},
        // [not for students]
        {"im2col, then BLAS", conv_forward, N},
        {"direct (advanced)", direct, N},
        {"the last one, all threads", forward_threads, N},
    };
    const int versions = sizeof version / sizeof *version;
    Shape out = t.layer.out;
    double loops = 0;
    printf("   %s, %dx%dx%d to %dx%dx%d\n", name, in.c, in.h, in.w, out.c, out.h, out.w);
    for (int k = 0; k < versions; k++) {
        if (!version[k].forward) continue;
        if (k == versions - 1 && direct) t.layer.forward = direct;
        double us = trial_time(&t, version[k].forward, version[k].n);
        if (k == 0) loops = us;
        printf("      %-25s %9.2f us  %6.1f times   difference %.1e\n", version[k].what, us,
               loops / us, largest_difference(&t, version[k].n));
    }
    trial_end(&t);
}

/* ------------------------------------------------------------------ 5. connections ------- */

/* Which maps of S2 each filter of C3 sees in the paper. */
static void connection_table(void) {
    Layer full = conv_layer("C3", (Shape){6, 14, 14}, 16, 5, 1, 0, NULL);
    Layer table = conv_layer("C3", (Shape){6, 14, 14}, 16, 5, 1, 0, conv_table_1998);
    printf("\n5. The connection table of C3 (LeCun et al. 1998, Table I; advanced): filters\n"
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

// [not for students]
/* ------------------------------------------------------------------ for the picture ------ */

/* The versions on images of one size: times, then differences, a line of the table. */
static void write_size(FILE *file, const char *name, Shape in, int filters) {
    const int outs = (in.h - 4) * (in.w - 4);
    /* about 20000 windows of every size; a few of them are enough for loops */
    const int n = outs > 20000 ? 1 : 20000 / outs > 200 ? 200 : 20000 / outs, few = (n + 19) / 20;
    Trial t = trial_start(name, in, filters, n);
    double us[4], difference[4];
    LayerForward *const version[4] = {conv_forward_naive, forward_im2col_naive, conv_forward,
                                      direct_forward(&t)};
    for (int k = 0; k < 4; k++) {
        int images = k < 2 ? few : n;
        us[k] = version[k] ? trial_time(&t, version[k], images) : (double)NAN;
        difference[k] = version[k] ? largest_difference(&t, images) : (double)NAN;
    }
    fprintf(file, "%s\t%d", name, in.h);
    for (int k = 0; k < 4; k++)
        fprintf(file, "\t%.4g", us[k]);
    for (int k = 1; k < 4; k++)
        fprintf(file, "\t%.3g", difference[k]);
    fprintf(file, "\n");
    trial_end(&t);
}

/* C1's and C3's filters on images of other sizes too; only LeNet's own, 32 and 14, have a direct
   version. */
static void write_times(const Lesson *lesson) {
    static const int side[] = {6, 8, 10, 14, 20, 32, 48, 72, 104, 144};
    Output table = lesson_table(lesson, "02_time.tsv");
    fprintf(table.stream, "layer\tside\tloops\tim2col\tblas\tdirect\tim2col_difference\t"
                          "blas_difference\tdirect_difference\n");
    for (size_t i = 0; i < sizeof side / sizeof *side; i++)
        write_size(table.stream, "C1", (Shape){1, side[i], side[i]}, 6);
    for (size_t i = 0; i < sizeof side / sizeof *side; i++)
        write_size(table.stream, "C3", (Shape){6, side[i], side[i]}, 16);
    lesson_table_end(&table, "conv");
}
// [not for students]

int main(int argc, char **argv) {
    Lesson lesson = lesson_start(argc, argv);
    Error error;
    team = team_new(team_processors(), &error);
    if (!team) fail_with(&error);
    small_numbers();
    learn_filter();
    filter_digit(&lesson);
    printf("\n4. The same sums in different ways: time per image, how many times faster than\n"
           "the six loops, and the largest difference from them\n\n");
    compare_versions("C1", (Shape){1, 32, 32}, 6);
    compare_versions("C3", (Shape){6, 14, 14}, 16);
    connection_table();
    // [not for students]
    write_times(&lesson);
    // [not for students]
    team_free(team);
    return 0;
}
