/*
 * Chapter 6, the example: five ways down a ravine, Adam's correction applied once and twice, and how to come to
 * rest when every gradient is noisy.
 *
 *     make chapter 6    or: build/06_optimizers [FOLDER for data]
 *
 * The ravine is f(x, y) = x^2/20 + y^2: steep across, nearly flat along. Its gradient (x/10, 2y) hardly
 * points at the minimum (0, 0), which is what makes it a test.
 */
#include "06_optimizers/optimizer.h"
#include "06_optimizers/schedule.h"
#include "fail.h"
#include "rng.h"
#include "table.h"

#include <string.h>

enum { STEPS = 40, MOST = 8 };

/* The rates under which each has a fair chance on this ravine. */
static double ravine_rate(const char *name) {
    if (strcmp(name, "sgd") == 0) return 0.95;
    if (strcmp(name, "momentum") == 0) return 0.1;
    if (strcmp(name, "adagrad") == 0) return 1.5;
    if (strcmp(name, "sdlm") == 0) return 1; /* with curvature given, 1 is the natural rate */
    return 0.3;
}

/* The path of one optimizer from (-7, 2): (STEPS + 1, 2). */
static void walk(const char *name, real *path) {
    Optimizer o;
    real state[4] = {0}, w[2] = {-7, 2};
    contract(optimizer_named(name, &o), "no optimizer is named %s", name);
    o.lr = ravine_rate(name);
    if (o.mu > 0) state[0] = (real)0.1, state[1] = 2; /* sdlm is told the second derivatives */
    for (int t = 0; t <= STEPS; t++) {
        path[2 * t] = w[0];
        path[2 * t + 1] = w[1];
        const real g[2] = {w[0] / 10, 2 * w[1]};
        optimizer_step(&o, 2, g, state, w);
    }
}

static void print_paths(int count, real path[][2 * (STEPS + 1)]) {
    const int shown[] = {0, 1, 2, 5, 10, 20, 40};
    printf("1. Down the ravine x^2/20 + y^2 from (-7, 2); the minimum is (0, 0)\n\n   step");
    for (int k = 0; k < count; k++) printf("  %13s", optimizer_names[k]);
    printf("\n");
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        printf("   %4d", shown[i]);
        for (int k = 0; k < count; k++)
            printf("  %6.2f,%6.2f", (double)path[k][2 * shown[i]],
                   (double)path[k][2 * shown[i] + 1]);
        printf("\n");
    }
    printf(
        "\nLook at y, the steep direction: sgd jumps from wall to wall, momentum and adam swing "
        "out and\n"
        "come back. adagrad scales every axis by its own past gradients and goes straight for the\n"
        "floor; so does rmsprop, after a first step that is ten rates long. adam-twice has hardly "
        "left.\n"
        "sdlm was told the curvatures 1/10 and 2 and is there in a few steps: all the art of 1998 "
        "is in\n"
        "estimating them (chapter 7).\n");
}

/* Step, then x and y of every optimizer. */
static void write_paths(const char *folder, int count, real path[][2 * (STEPS + 1)]) {
    Table table;
    Error error;
    if (!table_open(&table, folder, "06_paths.tsv", &error)) fail(EXIT_WORLD, "%s", error.text);
    fprintf(table.file, "step");
    for (int k = 0; k < count; k++)
        fprintf(table.file, "\t%s_x\t%s_y", optimizer_names[k], optimizer_names[k]);
    for (int t = 0; t <= STEPS; t++) {
        fprintf(table.file, "\n%d", t);
        for (int k = 0; k < count; k++)
            fprintf(table.file, "\t%.9g\t%.9g", (double)path[k][2 * t], (double)path[k][2 * t + 1]);
    }
    fprintf(table.file, "\n");
    if (!table_close(&table, &error)) fail(EXIT_WORLD, "%s", error.text);
    printf("\nwrote %s, for make plot-ravine\n", table.beside.path);
}

/* With a gradient of 1 all the time, Adam's step is its rate: what does the listing make of it? */
static void corrected_twice(void) {
    Optimizer once, twice;
    real state[2][2] = {{0}}, w[2] = {0, 0};
    const real g = 1;
    contract(optimizer_named("adam", &once) && optimizer_named("adam-twice", &twice), "no adam");
    printf("\n2. Adam's first steps for a constant gradient of 1 and rate 0.001: the formula, and "
           "the\n"
           "report's listing, which corrects the bias a second time\n\n"
           "      t    adam step    adam-twice step    ratio\n");
    for (int t = 1; t <= 3000; t++) {
        real before[2] = {w[0], w[1]};
        optimizer_step(&once, 1, &g, state[0], &w[0]);
        optimizer_step(&twice, 1, &g, state[1], &w[1]);
        if (t == 1 || t == 2 || t == 12 || t == 100 || t == 600 || t == 3000)
            printf("   %4d    %9.6f    %15.6f    %5.3f\n", t, (double)(before[0] - w[0]),
                   (double)(before[1] - w[1]), (double)((before[1] - w[1]) / (before[0] - w[0])));
    }
    printf("\nThe listing takes smaller steps for the first few thousand: a warm-up that nobody "
           "ordered.\n");
}

/* 3. f(w) = w^2 / 2 from w = 1, sgd, 1000 steps; every gradient is w plus noise. Returns the last |w|, and |mean|. */
static void noisy_run(Schedule schedule, uint64_t seed, double *last, double *average) {
    enum { NOISY_STEPS = 1000 };
    Optimizer o;
    Rng rng = rng_seed(seed, 0);
    real w = 1, mean = 1;
    contract(optimizer_named("sgd", &o), "no sgd");
    for (int t = 1; t <= NOISY_STEPS; t++) {
        real g = w + (real)rng_normal(&rng);
        o.lr = 0.1 * schedule_share(schedule, 0, t - 1, NOISY_STEPS);
        optimizer_step(&o, 1, &g, NULL, &w);
        average_step(1, 0.99, t, &w, &mean);
    }
    *last = fabs((double)w);
    *average = fabs((double)mean);
}

static void coming_to_rest(void) {
    enum { TIMES = 200 };
    double last[2] = {0}, average[2] = {0};
    for (int s = 0; s < 2; s++)
        for (int k = 0; k < TIMES; k++) {
            double w, mean;
            noisy_run(s ? SCHEDULE_COSINE : SCHEDULE_CONSTANT, (uint64_t)k, &w, &mean);
            last[s] += w / TIMES, average[s] += mean / TIMES;
        }
    printf(
        "\n3. Noise: the minimum is 0, but every gradient is w plus a draw from N(0, 1). Distance "
        "from the\n"
        "minimum after 1000 steps of sgd with rate 0.1, mean of %d runs\n\n"
        "                        the last w    mean of the last 100 or so\n"
        "   constant rate          %8.4f    %8.4f\n"
        "   cosine, down to 0      %8.4f    %8.4f\n",
        TIMES, last[0], average[0], last[1], average[1]);
    printf(
        "\nWith a constant rate the last w is where the noise last threw it. A falling rate lets "
        "it "
        "settle; a\n"
        "running mean of the places it was thrown to does much the same without slowing down.\n");
}

int main(int argc, char **argv) {
    static real path[MOST][2 * (STEPS + 1)];
    int count = 0;
    for (; optimizer_names[count]; count++) {
        contract(count < MOST, "more than %d optimizers", MOST);
        walk(optimizer_names[count], path[count]);
    }
    print_paths(count, path);
    corrected_twice();
    coming_to_rest();
    write_paths(argc > 1 ? argv[1] : DATA_DIR, count, path);
    return 0;
}
