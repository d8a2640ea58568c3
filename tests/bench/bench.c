/*
 * make bench: where the time goes, layer by layer, and what share of the machine's own speed is used.
 *
 * Every figure is the median of several runs. The yardstick is measured in the same run: the GFLOP/s of one
 * large product in the same BLAS, on as many threads, the best of several runs. Nothing here is a test; machines are shared and noisy.
 *
 *     build/bench [DIR]                      the tables; DIR holds the four IDX files
 *     build/bench --figures THREADS [DIR]    one line for `make bench-peers`
 *     build/bench --scaling FILE [DIR]       a table of seconds by data, batch and threads, for a plot
 */
#include "02_conv/conv.h"
#include "03_pool/pool.h"
#include "04_affine/affine.h"
#include "07_lenet5/lenet5.h"
#include "07_lenet5/recipe.h"
#include "gemm.h"
#include "measure.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS = 9, PEAK_SIDE = 512 };

static real *reals(size_t count) {
    real *memory = calloc(count + 16, sizeof *memory);
    if (!memory) fail(EXIT_WORLD, "no memory for %zu numbers", count);
    return memory;
}

static void fill(Rng *rng, size_t n, real *x) {
    for (size_t i = 0; i < n; i++)
        x[i] = (real)rng_normal(rng);
}

/* ------------------------------------------------------------------ the yardstick -------- */

/* GFLOP/s of square products, every thread with matrices of its own: the best run, to be strict. */
static double peak_gflops(int threads) {
    enum { TIMES = 10 };
    size_t size = PEAK_SIDE * PEAK_SIDE;
    real *block = reals(3 * size * (size_t)threads);
    double best = 1e9;
    Rng rng = rng_seed(1, 0);
    fill(&rng, 3 * size * (size_t)threads, block);
    for (int run = 0; run < RUNS; run++) {
        double start = seconds_now();
#pragma omp parallel for num_threads(threads) schedule(static, 1)
        for (int t = 0; t < threads; t++) {
            real *a = block + 3 * size * (size_t)t;
            for (int i = 0; i < TIMES; i++)
                gemm(PLAIN, PLAIN, PEAK_SIDE, PEAK_SIDE, PEAK_SIDE, a, a + size, 0, a + 2 * size);
        }
        double took = seconds_now() - start;
        if (took < best) best = took;
    }
    free(block);
    return 2e-9 * PEAK_SIDE * PEAK_SIDE * PEAK_SIDE * TIMES * threads / best;
}

/* ------------------------------------------------------------------ one layer ------------ */

/* A layer with data for one slice. */
typedef struct Subject {
    const Layer *l;
    real *w, *x, *y, *dy, *dw, *dx, *scratch;
} Subject;

static Subject subject_new(const Layer *l) {
    size_t in = (size_t)(SLICE * shape_size(l->in)), out = (size_t)(SLICE * shape_size(l->out));
    Subject s = {l,          reals(layer_params(l)), reals(in), reals(out),
                 reals(out), reals(layer_params(l)), reals(in), reals(l->scratch)};
    Rng rng = rng_seed(1, 0);
    layer_init(l, INIT_UNIFORM, s.w, &rng);
    fill(&rng, in, s.x);
    fill(&rng, out, s.dy);
    return s;
}

static void subject_free(Subject *s) {
    free(s->w), free(s->x), free(s->y), free(s->dy), free(s->dw), free(s->dx), free(s->scratch);
}

/* Seconds per image of one direction; the first layer of a network needs no dx. */
static double layer_seconds(Subject *s, bool backward, bool first) {
    double took[RUNS];
    int times = 1;
    for (int run = -1; run < RUNS; run++) {
        double start = seconds_now();
        for (int i = 0; i < times; i++)
            if (backward)
                s->l->backward(s->l, SLICE, s->w, s->x, s->y, s->dy, s->dw, first ? NULL : s->dx,
                               s->scratch);
            else
                s->l->forward(s->l, SLICE, s->w, s->x, s->y, s->scratch);
        double seconds = seconds_now() - start;
        if (run >= 0) took[run] = seconds / times / SLICE;
        if (run < 0) times = seconds < 1e-6 ? 1000 : 1 + (int)(0.01 / seconds);
    }
    return median(took, RUNS);
}

static void print_layers(const Network *net, double peak) {
    double sum[2] = {0, 0}, flop[2] = {0, 0};
    printf("one thread, a slice of %d images, us an image\n\n"
           "  layer        forward  GFLOP/s  of peak    backward  GFLOP/s  of peak\n",
           SLICE);
    for (int i = 0; i < net->layers; i++) {
        const Layer *l = &net->layer[i];
        Subject s = subject_new(l);
        double work[2] = {2e-9 * (double)l->macs, (i ? 4e-9 : 2e-9) * (double)l->macs};
        printf("  %-9s", l->name);
        for (int back = 0; back < 2; back++) {
            double seconds = layer_seconds(&s, back, i == 0);
            sum[back] += seconds, flop[back] += work[back];
            printf("  %9.2f", 1e6 * seconds);
            if (l->macs)
                printf("  %7.1f  %6.1f%% ", work[back] / seconds,
                       100 * work[back] / seconds / peak);
            else
                printf("  %7s  %7s ", "", "");
        }
        printf("\n");
        subject_free(&s);
    }
    printf("  %-9s  %9.2f  %7.1f  %6.1f%%   %9.2f  %7.1f  %6.1f%%\n\n", "sum", 1e6 * sum[0],
           flop[0] / sum[0], 100 * flop[0] / sum[0] / peak, 1e6 * sum[1], flop[1] / sum[1],
           100 * flop[1] / sum[1] / peak);
}

/* ------------------------------------------------------------------ the whole ------------ */

/* Work of one image, forward and backward, in GFLOP. */
static double train_gflop(const Network *net) {
    double sum = 0;
    for (int i = 0; i < net->layers; i++)
        sum += (i ? 6e-9 : 4e-9) * (double)net->layer[i].macs;
    return sum;
}

static Trainer trainer_for(const Network *net, const Dataset *data, int batch, int threads) {
    Trainer t;
    Plan plan = {.init = INIT_UNIFORM, .batch = batch, .epochs = 1};
    Error error;
    contract(optimizer_named("adam", &plan.optimizer), "there is no adam");
    if (!trainer_new(&t, net, data, &plan, threads, 1, &error)) fail(EXIT_WORLD, "%s", error.text);
    return t;
}

/* Seconds of one epoch: the median of three. */
static double epoch_seconds(Trainer *t) {
    double took[3];
    for (int run = 0; run < 3; run++) {
        double start = seconds_now();
        trainer_begin(t, run + 1);
        for (int first = 0; first < t->data->n; first += t->plan.batch)
            trainer_step(t, first);
        took[run] = seconds_now() - start;
    }
    return median(took, 3);
}

static double test_seconds(const Network *net, const real *params, const Dataset *data,
                           int threads) {
    double took[RUNS];
    Evaluation e;
    Error error;
    for (int run = 0; run < RUNS; run++) {
        double start = seconds_now();
        if (!evaluate(net, params, data, threads, &e, &error)) fail(EXIT_WORLD, "%s", error.text);
        took[run] = seconds_now() - start;
    }
    return median(took, RUNS);
}

/* One image from bytes to a decision, everything loaded. */
static double one_image_seconds(const Network *net, const real *params, const Dataset *data) {
    enum { TIMES = 1000 };
    double took[RUNS];
    Workspace space;
    Error error;
    if (!workspace_new(net, 1, &space, &error)) fail(EXIT_WORLD, "%s", error.text);
    for (int run = 0; run < RUNS; run++) {
        double start = seconds_now();
        for (int i = 0; i < TIMES; i++) {
            network_input(net, data, NULL, i % data->n, 1, &space);
            network_forward(net, 1, params, &space);
        }
        took[run] = (seconds_now() - start) / TIMES;
    }
    workspace_free(&space);
    return median(took, RUNS);
}

static void print_whole(const Network *net, const Dataset *train, const Dataset *test, int threads,
                        double peak) {
    Trainer t = trainer_for(net, train, 100, threads);
    double epoch = epoch_seconds(&t), gflops = train_gflop(net) * train->n / epoch;
    double all = test_seconds(net, t.params, test, threads);
    printf("  %2d thread%s  %8.3f s  %7.1f  %6.1f%% of %5.1f   %8.4f s", threads,
           threads > 1 ? "s" : " ", epoch, gflops, 100 * gflops / peak, peak, all);
    if (threads == 1) printf("   %8.1f us", 1e6 * one_image_seconds(net, t.params, test));
    printf("\n");
    trainer_free(&t);
}

/* ------------------------------------------------------------------ distortion ----------- */

typedef void WarpImage(const Dataset *, int, Input, int, const Warp *, real *);

/* Microseconds to draw a distortion and make an image, one thread. */
static double warp_us(const Dataset *data, const Distortion *d, WarpImage *make) {
    enum { TIMES = 2000 };
    double took[RUNS];
    static real x[WARP_SIDE * WARP_SIDE];
    Rng rng = rng_seed(1, 0);
    for (int run = 0; run < RUNS; run++) {
        double start = seconds_now();
        for (int i = 0; i < TIMES; i++) {
            Warp warp = warp_draw(d, &rng);
            make(data, i % data->n, (Input){0, 1}, 2, &warp, x);
        }
        took[run] = 1e6 * (seconds_now() - start) / TIMES;
    }
    return median(took, RUNS);
}

/* What distorted images cost, and what share of an epoch that is. */
static void print_distortion(const Network *net, const Dataset *train, int threads) {
    Recipe record;
    contract(recipe_named("record", &record), "no recipe record");
    const Distortion bent = record.plan.distortion;
    Distortion affine = bent;
    affine.bend = 0;
    printf("\ndistorted images, us each on one thread: affine %.2f, with bending %.2f, "
           "bending as defined %.1f\n",
           warp_us(train, &affine, warp_image), warp_us(train, &bent, warp_image),
           warp_us(train, &bent, warp_image_naive));
    Trainer plain = trainer_for(net, train, 100, threads);
    Trainer distorted = trainer_for(net, train, 100, threads);
    distorted.plan.distortion = bent;
    double before = epoch_seconds(&plain), after = epoch_seconds(&distorted);
    printf("an epoch of them, %d thread%s: %.3f s, of plain images %.3f s: %.0f %% more\n", threads,
           threads > 1 ? "s" : "", after, before, 100 * (after / before - 1));
    trainer_free(&plain), trainer_free(&distorted);
}

/* ------------------------------------------------------------------ the steps ------------ */

/* The network as it was before a step: some of its functions exchanged for the older ones. */
static Network before(bool naive_affine, bool naive_conv, bool gemm_conv, bool naive_pool) {
    Network net = lenet5(ACTIVATION_RELU);
    for (int i = 0; i < net.layers; i++) {
        Layer *l = &net.layer[i];
        bool conv = strcmp(l->kind, "conv") == 0;
        if (conv && naive_conv) l->forward = conv_forward_naive, l->backward = conv_backward_naive;
        if (conv && gemm_conv) l->forward = conv_forward_gemm, l->backward = conv_backward_gemm;
        if (strcmp(l->kind, "max pool") == 0 && naive_pool)
            l->forward = max_pool_forward_naive, l->backward = max_pool_backward_naive;
        if (strcmp(l->kind, "affine") == 0 && naive_affine)
            l->forward = affine_forward_naive, l->backward = affine_backward_naive;
    }
    return net;
}

/* Seconds an epoch before and after each step, measured on part of the images. */
static void print_steps(const Dataset *train, int processors) {
    const struct {
        const char *what;
        Network net;
        int images;
    } step[] = {
        {"naive loops everywhere", before(true, true, false, true), 500},
        {"im2col and BLAS", before(false, false, true, true), 10000},
        {"pooling along rows", before(false, false, true, false), 10000},
        {"C1 and C3 in place", before(false, false, false, false), 20000},
    };
    printf("\nwhat each step of the code brings, seconds an epoch (from part of the images)\n\n"
           "                              1 thread   %2d threads\n",
           processors);
    for (size_t k = 0; k < sizeof step / sizeof *step; k++) {
        Dataset some = {step[k].images, train->image, train->label};
        double scale = (double)train->n / some.n;
        Trainer one = trainer_for(&step[k].net, &some, 100, 1);
        Trainer all = trainer_for(&step[k].net, &some, 100, processors);
        printf("  %-26s %10.3f  %10.3f\n", step[k].what, scale * epoch_seconds(&one),
               scale * epoch_seconds(&all));
        trainer_free(&one), trainer_free(&all);
    }
}

/* What the peers' scripts print too. */
static void figures(const Network *net, const Dataset *train, const Dataset *test, int threads) {
    Trainer t = trainer_for(net, train, 100, threads);
    printf("train=%.4f", epoch_seconds(&t));
    printf(" test=%.4f", test_seconds(net, t.params, test, threads));
    printf(" one_us=%.1f\n", 1e6 * one_image_seconds(net, t.params, test));
    trainer_free(&t);
}

/* One line of the table: what is varied, how far, the seconds of an epoch, per image, and memory. */
static void scaling_line(FILE *out, const Network *net, const Dataset *data, const char *what,
                         int value, int batch, int threads) {
    Trainer t = trainer_for(net, data, batch, threads);
    double seconds = epoch_seconds(&t), memory = peak_memory_mb();
    fprintf(out, "%s\t%d\t%.4f\t%.3f\t%.1f\n", what, value, seconds, 1e6 * seconds / data->n,
            memory);
    printf("  %-8s %6d  %8.4f s an epoch  %7.2f us an image  %5.1f MB\n", what, value, seconds,
           1e6 * seconds / data->n, memory);
    trainer_free(&t);
}

/* Seconds an epoch for parts of the data, for batches, and for threads; one thing varied at a time. */
static void scaling(const Network *net, const Dataset *train, int processors, const char *path) {
    FILE *out = fopen(path, "w");
    if (!out) fail(EXIT_WORLD, "%s: cannot write", path);
    fprintf(out, "what\tvalue\tseconds\tus_per_image\tmemory_mb\n");
    for (int part = 8; part >= 1; part /= 2) {
        Dataset some = {train->n / part, train->image, train->label};
        scaling_line(out, net, &some, "images", some.n, 100, processors);
    }
    for (int batch = 1; batch <= 10000 && batch <= train->n; batch *= 10)
        scaling_line(out, net, train, "batch", batch, batch, processors);
    for (int threads = 1; threads <= processors; threads++)
        scaling_line(out, net, train, "threads", threads, 100, threads);
    if (fclose(out) != 0) fail(EXIT_WORLD, "%s: cannot write all of it", path);
    printf("wrote %s\n", path);
}

/* The tables of `make bench`. */
static void tables(const Network *net, const Dataset *train, const Dataset *test, int processors) {
    double peak = peak_gflops(1);
    print_layers(net, peak);
    printf("training: Adam, batch 100, %d images an epoch, %.2f MFLOP an image\n\n"
           "              epoch      GFLOP/s  share of peak    test %d    one image\n",
           train->n, 1e3 * train_gflop(net), test->n);
    print_whole(net, train, test, 1, peak);
    if (processors > 1) print_whole(net, train, test, processors, peak_gflops(processors));
    print_distortion(net, train, processors);
    if (train->n >= 20000) print_steps(train, processors);
    printf("\npeak memory %.0f MB\n", peak_memory_mb());
}

int main(int argc, char **argv) {
    bool one_line = argc > 2 && strcmp(argv[1], "--figures") == 0;
    bool table = argc > 2 && strcmp(argv[1], "--scaling") == 0;
    int last = one_line || table ? 3 : 1;
    const char *dir = argc > last ? argv[last] : MNIST_DIR;
    int processors = omp_get_num_procs() < WAVE ? omp_get_num_procs() : WAVE;
    Network net = lenet5(ACTIVATION_RELU);
    Dataset train, test;
    Error error;
    gemm_single_thread();
    if (!dataset_load(dir, "train", &train, &error) || !dataset_load(dir, "t10k", &test, &error))
        fail(EXIT_WORLD, "%s", error.text);
    if (one_line)
        figures(&net, &train, &test, atoi(argv[2]) > 0 ? atoi(argv[2]) : 1);
    else if (table)
        scaling(&net, &train, processors, argv[2]);
    else
        tables(&net, &train, &test, processors);
    dataset_free(&train);
    dataset_free(&test);
    return 0;
}
