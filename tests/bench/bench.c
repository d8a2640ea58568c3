/*
 * make bench: where the time goes, layer by layer, and what share of the machine's own speed is
 * used.
 *
 * Every figure is the median of several runs. The yardstick is measured in the same run: the
 * GFLOP/s of one large product in the same BLAS, on as many threads, the best of several runs.
 * One thread is timed by the processor time it gets, more than one by the clock, so those want an
 * idle machine. Nothing here is a test.
 *
 *     build/bench [DIR]                      the tables; DIR holds the four IDX files
 *     build/bench --figures THREADS [DIR]    one line for `make bench-peers`
 *     build/bench --layers BATCH [DIR]       a line per layer for `make bench-peers`
 *     build/bench --epoch THREADS [DIR]      the seconds of an epoch, for `make bench-busy`
 *     build/bench --scaling FILE [DIR]       a table of seconds by data, batch and threads
 */
#include "07_lenet5/evaluate.h"
#include "07_lenet5/lenet5.h"
#include "07_lenet5/trainer.h"
#include "07_lenet5/workbench/recipe.h"
#include "gemm.h"
#include "measure.h"
#include "team.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { RUNS = 9, SIDE = 512, BATCH = 100 };

static real *reals(size_t count) {
    /* as aligned as the memory of a workspace */
    real *memory = aligned_alloc(64, (count * sizeof *memory / 64 + 1) * 64);
    if (!memory) fail(EXIT_FAILURE, "no memory for %zu numbers", count);
    memset(memory, 0, count * sizeof *memory);
    return memory;
}

static void fill(Rng *rng, size_t n, real *x) {
    for (size_t i = 0; i < n; i++)
        x[i] = (real)rng_normal(rng);
}

/* ------------------------------------------------------------------ clocks ---------------- */

static double wall_clock(int threads) {
    (void)threads;
    return seconds_now();
}

/* Where one thread works, its own time; where several do, everybody's. */
static double time_on(int threads) {
    return threads == 1 ? thread_seconds() : seconds_now();
}

/* ------------------------------------------------------------------ the yardstick -------- */

enum { PRODUCTS = 10, SQUARE = SIDE * SIDE };

/* Some square products, with matrices of the thread's own. */
static void square_products(void *job, int item, int thread) {
    (void)thread;
    real *a = (real *)job + 3 * SQUARE * (size_t)item, *b = a + SQUARE, *c = b + SQUARE;
    for (int i = 0; i < PRODUCTS; i++)
        gemm(PLAIN, PLAIN, SIDE, SIDE, SIDE, a, b, 0, c);
}

/* GFLOP/s of square products on that many threads: the best run, to be strict. */
static double product_gflops(int threads) {
    size_t numbers = 3 * SQUARE * (size_t)threads;
    real *block = reals(numbers);
    double best = 1e9;
    Rng rng = rng_seed(1, 0);
    Error error;
    Team *team = team_new(threads, &error);
    if (!team) fail_with(&error);
    fill(&rng, numbers, block);
    for (int run = 0; run < RUNS; run++) {
        double start = time_on(threads);
        team_run(team, threads, square_products, block);
        double took = time_on(threads) - start;
        if (took < best) best = took;
    }
    team_free(team);
    free(block);
    return 2e-9 * SQUARE * SIDE * PRODUCTS * threads / best;
}

/* OpenBLAS's name of the kernels that it chose; make bench lets it choose the best that it has. */
extern char *openblas_get_corename(void) __attribute__((weak));

static void print_yardstick(double gflops) {
    printf("the yardstick: a product of two %dx%d matrices in BLAS", SIDE, SIDE);
    if (openblas_get_corename) printf(" (OpenBLAS, %s)", openblas_get_corename());
    printf(", %.1f GFLOP/s on one thread\n\n", gflops);
}

/* ------------------------------------------------------------------ one layer ------------ */

/* A layer with data for n images. */
typedef struct LayerData {
    const Layer *l;
    int n;
    bool first; /* in its network: its dx is not needed */
    real *w, *x, *y, *dy, *dw, *dx, *scratch;
} LayerData;

/* Pooling and activations get data as from a convolution: half of it is negative. */
static LayerData layer_data(const Layer *l, int n, bool first) {
    size_t in = (size_t)(n * shape_size(l->in)), out = (size_t)(n * shape_size(l->out));
    LayerData s = {.l = l, .n = n, .first = first};
    s.w = reals(layer_params(l));
    s.x = reals(in);
    s.y = reals(out);
    s.dy = reals(out);
    s.dw = reals(layer_params(l));
    s.dx = reals(in);
    s.scratch = reals(l->scratch);
    Rng rng = rng_seed(1, 0);
    layer_init(l, INIT_UNIFORM, s.w, &rng);
    fill(&rng, in, s.x);
    fill(&rng, out, s.dy);
    return s;
}

static void subject_free(LayerData *s) {
    real *const memory[] = {s->w, s->x, s->y, s->dy, s->dw, s->dx, s->scratch};
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++)
        free(memory[i]);
}

static void run_layer(LayerData *s, bool backward) {
    const Layer *l = s->l;
    if (backward)
        l->backward(l, s->n, s->w, s->x, s->y, s->dy, s->dw, s->first ? NULL : s->dx, s->scratch);
    else
        l->forward(l, s->n, s->w, s->x, s->y, s->scratch);
}

/* Seconds per image of one direction. A first run, which is not counted, says how often. */
static double layer_seconds(LayerData *s, bool backward) {
    double took[RUNS];
    int times = 1;
    for (int run = -1; run < RUNS; run++) {
        double start = thread_seconds();
        for (int i = 0; i < times; i++)
            run_layer(s, backward);
        double seconds = thread_seconds() - start;
        if (run >= 0) took[run] = seconds / times / s->n;
        if (run < 0) times = seconds < 1e-6 ? 1000 : 1 + (int)(0.01 / seconds);
    }
    return median(took, RUNS);
}

/* Both directions of one layer, in seconds per image. */
static void time_layer(const Layer *l, int n, bool first, double seconds[2]) {
    LayerData s = layer_data(l, n, first);
    for (int back = 0; back < 2; back++)
        seconds[back] = layer_seconds(&s, back);
    subject_free(&s);
}

/* GFLOP of one image in one direction. */
static double layer_gflop(const Layer *l, bool backward, bool first) {
    int products = backward && !first ? 2 : 1; /* dw and dx */
    return 2e-9 * products * (double)l->macs;
}

static void print_speed(double seconds, double gflop, double yardstick) {
    printf("  %9.2f", 1e6 * seconds);
    if (gflop > 0)
        printf("  %7.1f  %6.1f%% ", gflop / seconds, 100 * gflop / seconds / yardstick);
    else
        printf("  %7s  %7s ", "", "");
}

static void print_layers(const Network *net, double yardstick) {
    double sum[2] = {0, 0}, work[2] = {0, 0};
    printf("one thread, a micro-batch of %d images, us per image\n\n"
           "  layer        forward  GFLOP/s  of BLAS    backward  GFLOP/s  of BLAS\n",
           MICRO_BATCH);
    for (int i = 0; i < net->layers; i++) {
        const Layer *l = &net->layer[i];
        double seconds[2];
        time_layer(l, MICRO_BATCH, i == 0, seconds);
        printf("  %-9s", l->name);
        for (int back = 0; back < 2; back++) {
            double gflop = layer_gflop(l, back, i == 0);
            print_speed(seconds[back], gflop, yardstick);
            sum[back] += seconds[back];
            work[back] += gflop;
        }
        printf("\n");
    }
    printf("  %-9s", "sum");
    for (int back = 0; back < 2; back++)
        print_speed(sum[back], work[back], yardstick);
    printf("\n\n");
}

/* The same lines as tests/bench/peer_layers.py: name, us forward, us backward. */
static void layer_lines(const Network *net, int n) {
    for (int i = 0; i < net->layers; i++) {
        double seconds[2];
        time_layer(&net->layer[i], n, i == 0, seconds);
        printf("%s\t%.3f\t%.3f\n", net->layer[i].name, 1e6 * seconds[0], 1e6 * seconds[1]);
    }
}

/* ------------------------------------------------------------------ the whole ------------ */

/* Work of one image, forward and backward, in GFLOP. */
static double train_gflop(const Network *net) {
    double sum = 0;
    for (int i = 0; i < net->layers; i++)
        for (int back = 0; back < 2; back++)
            sum += layer_gflop(&net->layer[i], back, i == 0);
    return sum;
}

static Trainer trainer_for(const Network *net, const Dataset *data, int batch, int threads) {
    Trainer t;
    Plan plan = {.init = INIT_UNIFORM, .batch = batch, .epochs = 1};
    Error error;
    bool known = optimizer_named("adam", &plan.optimizer);
    contract(known, "there is no adam");
    if (!trainer_new(&t, net, data, &plan, 1, &error) || !trainer_share(&t, threads, &error))
        fail_with(&error);
    return t;
}

/* How many threads a trainer makes use of here. */
static int most_threads(const Network *net, const Dataset *data) {
    Trainer t = trainer_for(net, data, 1, team_processors());
    int threads = t.threads;
    trainer_free(&t);
    return threads;
}

/* Seconds of one epoch, by one of the clocks: the median of three. */
static double epoch_by(double (*clock_of)(int), Trainer *t) {
    double took[3];
    for (int run = 0; run < 3; run++) {
        double start = clock_of(t->threads);
        trainer_begin(t, run + 1);
        for (int first = 0; first < t->data->n; first += t->plan.batch)
            trainer_step(t, first);
        took[run] = clock_of(t->threads) - start;
    }
    return median(took, 3);
}

static double epoch_seconds(Trainer *t) {
    return epoch_by(time_on, t);
}

static double test_seconds(const Network *net, const real *params, const Dataset *data,
                           int threads) {
    double took[RUNS];
    Evaluation e;
    Error error;
    for (int run = 0; run < RUNS; run++) {
        double start = time_on(threads);
        if (!evaluate(net, params, data, threads, &e, &error)) fail_with(&error);
        took[run] = time_on(threads) - start;
    }
    return median(took, RUNS);
}

/* One image from bytes to a decision, everything loaded. */
static double one_image_seconds(const Network *net, const real *params, const Dataset *data) {
    enum { TIMES = 1000 };
    double took[RUNS];
    Workspace space;
    Error error;
    if (!workspace_new(net, 1, &space, &error)) fail_with(&error);
    for (int run = 0; run < RUNS; run++) {
        double start = thread_seconds();
        for (int i = 0; i < TIMES; i++) {
            network_input(net, data, i % data->n, 1, &space);
            network_forward(net, 1, params, &space);
        }
        took[run] = (thread_seconds() - start) / TIMES;
    }
    workspace_free(&space);
    return median(took, RUNS);
}

static void print_whole(const Network *net, const Dataset *train, const Dataset *test, int threads,
                        double yardstick) {
    Trainer t = trainer_for(net, train, BATCH, threads);
    double epoch = epoch_seconds(&t), gflops = train_gflop(net) * train->n / epoch;
    double all = test_seconds(net, t.params, test, threads);
    printf("  %2d thread%s  %8.3f s  %7.1f  %6.1f%% of %5.1f   %8.4f s", threads,
           threads > 1 ? "s" : " ", epoch, gflops, 100 * gflops / yardstick, yardstick, all);
    if (threads == 1) printf("   %8.1f us", 1e6 * one_image_seconds(net, t.params, test));
    printf("\n");
    trainer_free(&t);
}

/* ------------------------------------------------------------------ augmentation --------- */

/* Microseconds for a random map and the image that it makes, one thread. */
static double warp_us(const Dataset *data, const Augment *augment, WarpImage *make) {
    enum { TIMES = 2000 };
    double took[RUNS];
    static real x[WARP_SIDE * WARP_SIDE];
    Rng rng = rng_seed(1, 0);
    for (int run = 0; run < RUNS; run++) {
        double start = seconds_now();
        for (int i = 0; i < TIMES; i++) {
            Warp warp = warp_random(augment, &rng);
            make(data, i % data->n, (Input){0, 1}, 2, &warp, x);
        }
        took[run] = 1e6 * (seconds_now() - start) / TIMES;
    }
    return median(took, RUNS);
}

/* The cost of augmented images, and its share of an epoch. */
static void print_augmentation(const Network *net, const Dataset *train, int threads) {
    Recipe record;
    bool known = recipe_named("record", &record);
    contract(known, "there is no recipe record");
    const Augment bent = record.plan.augment;
    Augment affine = bent;
    affine.bend = 0;
    printf("\naugmented images, us each on one thread: affine %.2f, with bending %.2f, "
           "bending as defined %.1f\n",
           warp_us(train, &affine, warp_image), warp_us(train, &bent, warp_image),
           warp_us(train, &bent, warp_image_naive));
    Trainer plain = trainer_for(net, train, BATCH, threads);
    Trainer augmented = trainer_for(net, train, BATCH, threads);
    augmented.plan.augment = bent;
    double before = epoch_seconds(&plain), after = epoch_seconds(&augmented);
    printf("an epoch of them, %d thread%s: %.3f s, of plain images %.3f s: %.0f %% more\n", threads,
           threads > 1 ? "s" : "", after, before, 100 * (after / before - 1));
    trainer_free(&plain);
    trainer_free(&augmented);
}

/* ------------------------------------------------------------------ the steps ------------ */

/* Gives all layers of a kind the functions that they have in another network. */
static void take_kind(Network *net, const char *kind, const Network *from) {
    for (int i = 0; i < net->layers; i++)
        for (int k = 0; k < from->layers; k++) {
            bool same = strcmp(net->layer[i].name, from->layer[k].name) == 0;
            if (same && strcmp(net->layer[i].kind, kind) == 0) net->layer[i] = from->layer[k];
        }
}

/* The network as it runs after the first steps of the way from loops to kernels. */
static Network network_after(int steps) {
    Network net = lenet5(ACTIVATION_RELU), fast = net;
    network_accelerate(&fast);
    if (steps == 0) network_naive(&net);
    if (steps >= 2) take_kind(&net, "max pool", &fast);
    if (steps >= 3) take_kind(&net, "conv", &fast);
    return steps >= 4 ? fast : net;
}

/* Seconds per epoch before and after each step, measured on part of the images. */
static void print_steps(const Dataset *train, int processors) {
    static const struct {
        const char *what;
        int images;
    } step[] = {
        {"naive loops", 500},          {"im2col and BLAS", 10000}, {"pooling along rows", 10000},
        {"direct convolution", 20000}, {"the rest", 20000},
    };
    printf("\nwhat each step of the code brings, seconds per epoch (from part of the images)\n\n"
           "                              1 thread   %2d threads\n",
           processors);
    int steps = sizeof step / sizeof *step;
    if (strcmp(network_after(steps).kernels, "fast") != 0) steps = 2; /* a tree without fast/ */
    for (int k = 0; k < steps; k++) {
        Network net = network_after(k);
        Dataset some = {step[k].images, train->image, train->label};
        double scale = (double)train->n / some.n;
        Trainer one = trainer_for(&net, &some, BATCH, 1);
        Trainer all = trainer_for(&net, &some, BATCH, processors);
        printf("  %-26s %10.3f  %10.3f\n", step[k].what, scale * epoch_seconds(&one),
               scale * epoch_seconds(&all));
        trainer_free(&one);
        trainer_free(&all);
    }
}

/* ------------------------------------------------------------------ for scripts ---------- */

/* The same figures as the peers' scripts print. */
static void figures(const Network *net, const Dataset *train, const Dataset *test, int threads) {
    Trainer t = trainer_for(net, train, BATCH, threads);
    printf("train=%.4f", epoch_seconds(&t));
    printf(" test=%.4f", test_seconds(net, t.params, test, threads));
    printf(" one_us=%.1f\n", 1e6 * one_image_seconds(net, t.params, test));
    trainer_free(&t);
}

static void one_epoch(const Network *net, const Dataset *train, int threads) {
    Trainer t = trainer_for(net, train, BATCH, threads);
    printf("%.4f\n", epoch_by(wall_clock, &t));
    trainer_free(&t);
}

/* One line of the table: the variable and its value, seconds per epoch, per image, and memory. */
static void scaling_line(FILE *out, const Network *net, const Dataset *data, const char *what,
                         int value, int batch, int threads) {
    Trainer t = trainer_for(net, data, batch, threads);
    double seconds = epoch_seconds(&t), memory = peak_memory_mb();
    fprintf(out, "%s\t%d\t%.4f\t%.3f\t%.1f\n", what, value, seconds, 1e6 * seconds / data->n,
            memory);
    printf("  %-8s %6d  %8.4f s per epoch  %7.2f us per image  %5.1f MB\n", what, value, seconds,
           1e6 * seconds / data->n, memory);
    trainer_free(&t);
}

/* Seconds per epoch for parts of the data, for batches, and for threads; one varied at a time. */
static void scaling(const Network *net, const Dataset *train, int processors, const char *path) {
    FILE *out = fopen(path, "w");
    if (!out) fail(EXIT_FAILURE, "%s: cannot write", path);
    fprintf(out, "what\tvalue\tseconds\tus_per_image\tmemory_mb\n");
    for (int part = 8; part >= 1; part /= 2) {
        Dataset some = {train->n / part, train->image, train->label};
        scaling_line(out, net, &some, "images", some.n, BATCH, processors);
    }
    for (int batch = 1; batch <= 10000 && batch <= train->n; batch *= 10)
        scaling_line(out, net, train, "batch", batch, batch, processors);
    for (int threads = 1; threads <= processors; threads++)
        scaling_line(out, net, train, "threads", threads, BATCH, threads);
    if (fclose(out) != 0) fail(EXIT_FAILURE, "%s: cannot write all of it", path);
    printf("wrote %s\n", path);
}

/* The tables of `make bench`. */
static void tables(const Network *net, const Dataset *train, const Dataset *test, int processors) {
    double yardstick = product_gflops(1);
    print_yardstick(yardstick);
    print_layers(net, yardstick);
    printf("training: Adam, batch %d, %d images per epoch, %.2f MFLOP per image\n\n"
           "              epoch      GFLOP/s  share of BLAS    test %d    one image\n",
           BATCH, train->n, 1e3 * train_gflop(net), test->n);
    print_whole(net, train, test, 1, yardstick);
    if (processors > 1) print_whole(net, train, test, processors, product_gflops(processors));
    print_augmentation(net, train, processors);
    if (train->n >= 20000) print_steps(train, processors);
    printf("\npeak memory %.0f MB\n", peak_memory_mb());
}

int main(int argc, char **argv) {
    const char *mode = argc > 2 && argv[1][0] == '-' ? argv[1] : "", *value = *mode ? argv[2] : "";
    int last = *mode ? 3 : 1, number = atoi(value) > 0 ? atoi(value) : 1;
    const char *dir = argc > last ? argv[last] : MNIST_DIR;
    Network net = lenet5(ACTIVATION_RELU);
    Dataset train, test;
    Error error;
    gemm_single_thread();
    network_accelerate(&net);
    if (!dataset_load(dir, "train", &train, &error) || !dataset_load(dir, "t10k", &test, &error))
        fail_with(&error);
    int processors = most_threads(&net, &train);
    if (strcmp(mode, "--figures") == 0)
        figures(&net, &train, &test, number);
    else if (strcmp(mode, "--layers") == 0)
        layer_lines(&net, number);
    else if (strcmp(mode, "--epoch") == 0)
        one_epoch(&net, &train, number);
    else if (strcmp(mode, "--scaling") == 0)
        scaling(&net, &train, processors, value);
    else
        tables(&net, &train, &test, processors);
    dataset_free(&train);
    dataset_free(&test);
    return 0;
}
