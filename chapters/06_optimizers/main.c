/*
 * Chapter 6, the example: three steps by hand, two gradients to think with, a ravine, Adam's
 * correction applied once and twice, and how to settle when every gradient is noisy.
 *
 *     make chapter 6    or: build/06_optimizers [FOLDER for data]
 */
#include "06_optimizers/optimizer.h"
#include "06_optimizers/schedule.h"
#include "lesson.h"
#include "rng.h"
#include "shape.h"

#include <string.h>

/* An optimizer of the chapter by its name. */
static Optimizer named(const char *name) {
    Optimizer o;
    bool known = optimizer_named(name, &o);
    contract(known, "no optimizer is named %s", name);
    return o;
}

/* The report's five, and Adam without the correction of its bias, to see why it is there. */
enum { TRIED = 6 };
static const char *const tried[TRIED] = {"sgd",     "momentum", "adagrad",
                                         "rmsprop", "adam",     "adam, uncorrected"};

/* Step t of one of them. The last one believes it is step a million: nothing is left to correct. */
static void step_of(int k, long t, double lr, real g, real *state, real *w) {
    const bool corrected = k < TRIED - 1;
    Optimizer o = named(corrected ? tried[k] : "adam");
    o.lr = lr;
    o.t = corrected ? t - 1 : 1000000;
    optimizer_step(&o, 1, &g, state, w);
}

/* A number that is printed as 0 has no sign. */
static double unsigned_zero(double value, double unit) {
    return fabs(value) < unit / 2 ? 0 : value;
}

/* ------------------------------------------------------------------ 1. by hand ----------- */

/* L = w^2, so dL/dw = 2w; from w = 1 with rate 0.1. */
static void by_hand(void) {
    printf("1. L = w^2, so g = 2w. From w = 1, with rate 0.1:\n\n"
           "                         step 1    step 2    step 3\n");
    for (int k = 0; k < TRIED; k++) {
        real state[2] = {0}, w = 1;
        printf("   %-17s", tried[k]);
        for (int t = 1; t <= 3; t++) {
            step_of(k, t, 0.1, 2 * w, state, &w);
            printf("  %8.4f", unsigned_zero((double)w, 1e-4));
        }
        printf("\n");
    }
}

/* ------------------------------------------------------------------ 2. two gradients ----- */

/* How long a step is under the gradients 1, 1, 1, ... or 1, -1, 1, ..., with rate 1. */
static void print_lengths(const char *title, real next) {
    static const int shown[] = {1, 2, 3, 10, 100, 1000};
    printf("\n   %-17s", title);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        printf("  t =%4d", shown[i]);
    printf("\n");
    for (int k = 0; k < TRIED; k++) {
        real state[2] = {0}, g = 1;
        size_t i = 0;
        printf("   %-17s", tried[k]);
        for (int t = 1; i < sizeof shown / sizeof *shown; t++) {
            real w = 0; /* where a parameter is makes no difference to any rule */
            step_of(k, t, 1, g, state, &w);
            g *= next;
            if (t != shown[i]) continue;
            printf("  %7.4f", fabs((double)w));
            i++;
        }
        printf("\n");
    }
}

static void two_gradients(void) {
    printf("\n2. How long is step t, if the rate is 1 and the gradient\n");
    print_lengths("is always 1", 1);
    print_lengths("is 1, -1, 1, ...", -1);
}

/* ------------------------------------------------------------------ 3. the ravine -------- */

/*
 * f(x, y) = x^2/20 + y^2: steep across, nearly flat along. Its gradient (x/10, 2y) hardly points at
 * the minimum (0, 0), which makes it a test.
 */
enum { STEPS = 40, RULES = 7 };

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
    Optimizer o = named(name);
    real state[4] = {0}, w[2] = {-7, 2};
    o.lr = ravine_rate(name);
    if (o.mu > 0) {
        /* sdlm is told the second derivatives */
        state[0] = (real)0.1;
        state[1] = 2;
    }
    for (int t = 0; t <= STEPS; t++) {
        path[2 * t] = w[0];
        path[2 * t + 1] = w[1];
        const real g[2] = {w[0] / 10, 2 * w[1]};
        optimizer_step(&o, 2, g, state, w);
    }
}

/* Some steps of the rules first .. last-1, side by side. */
static void print_paths(int first, int last, real path[][2 * (STEPS + 1)]) {
    static const int shown[] = {0, 1, 2, 5, 10, 20, 40};
    printf("\n   step");
    for (int k = first; k < last; k++)
        printf(" %13s", optimizer_names[k]);
    printf("\n");
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        printf("   %4d", shown[i]);
        for (int k = first; k < last; k++)
            printf("  %5.2f, %5.2f", unsigned_zero(cell(path[k], 2, shown[i], 0), 0.01),
                   unsigned_zero(cell(path[k], 2, shown[i], 1), 0.01));
        printf("\n");
    }
}

/* Step, then x, y and rate of every optimizer. */
static void write_paths(const Lesson *lesson, real path[][2 * (STEPS + 1)]) {
    Output table = lesson_table(lesson, "06_paths.tsv");
    fprintf(table.stream, "step");
    for (int k = 0; k < RULES; k++)
        fprintf(table.stream, "\t%s_x\t%s_y\t%s_rate", optimizer_names[k], optimizer_names[k],
                optimizer_names[k]);
    for (int t = 0; t <= STEPS; t++) {
        fprintf(table.stream, "\n%d", t);
        for (int k = 0; k < RULES; k++)
            fprintf(table.stream, "\t%.9g\t%.9g\t%g", cell(path[k], 2, t, 0),
                    cell(path[k], 2, t, 1), ravine_rate(optimizer_names[k]));
    }
    fprintf(table.stream, "\n");
    lesson_table_end(&table, "ravine");
}

static void ravine(const Lesson *lesson) {
    static real path[RULES][2 * (STEPS + 1)];
    contract(optimizer_names[RULES] == NULL, "there are not %d optimizers", RULES);
    for (int k = 0; k < RULES; k++)
        walk(optimizer_names[k], path[k]);
    printf("\n3. Down the ravine x^2/20 + y^2 from (-7, 2); the minimum is (0, 0). Look at\n"
           "y, the steep direction: which one jumps from wall to wall, which swings out\n"
           "and comes back? Look at x: how long is the first step, and who arrives?\n");
    print_paths(0, 5, path);
    printf("\nThe report's listing of Adam (see 4.), and the step of 1998 (advanced), which\n"
           "is told the curvatures 1/10 and 2:\n");
    print_paths(5, RULES, path);
    write_paths(lesson, path);
}

/* ------------------------------------------------------------------ 4. Adam twice -------- */

/* With a gradient of 1 all the time, Adam's step is its rate: what does the listing make of it? */
static void corrected_twice(void) {
    static const int shown[] = {1, 2, 12, 100, 600, 3000};
    Optimizer once = named("adam"), twice = named("adam-twice");
    real state[2][2] = {{0}};
    const real g = 1;
    size_t i = 0;
    printf("\n4. Adam's steps for a constant gradient of 1 and rate 0.001: the formula, and\n"
           "the report's listing, which corrects the bias a second time\n\n"
           "      t    adam step    adam-twice step    ratio\n");
    for (int t = 1; i < sizeof shown / sizeof *shown; t++) {
        real w[2] = {0, 0};
        optimizer_step(&once, 1, &g, state[0], &w[0]);
        optimizer_step(&twice, 1, &g, state[1], &w[1]);
        if (t != shown[i]) continue;
        printf("   %4d    %9.6f    %15.6f    %5.3f\n", t, -cell(w, 2, 0, 0), -cell(w, 2, 0, 1),
               cell(w, 2, 0, 1) / cell(w, 2, 0, 0));
        i++;
    }
}

/* ------------------------------------------------------------------ 5. noise ------------- */

/* L = w^2/2 from w = 1: 1000 steps of sgd, every gradient w plus noise. Gives the last |w| and
   |mean|. */
static void noisy_run(Schedule schedule, uint64_t seed, double *last, double *average) {
    enum { NOISY_STEPS = 1000 };
    Optimizer o = named("sgd");
    Rng rng = rng_seed(seed, 0);
    real w = 1, mean = 1;
    for (int t = 1; t <= NOISY_STEPS; t++) {
        real g = w + (real)rng_normal(&rng);
        o.lr = 0.1 * schedule_share(schedule, 0, t - 1, NOISY_STEPS);
        optimizer_step(&o, 1, &g, NULL, &w);
        average_step(1, 0.99, t, &w, &mean);
    }
    *last = fabs((double)w);
    *average = fabs((double)mean);
}

static void settling_down(void) {
    enum { TIMES = 200 };
    static const Schedule schedule[2] = {SCHEDULE_CONSTANT, SCHEDULE_COSINE};
    double last[2] = {0}, average[2] = {0};
    for (int s = 0; s < 2; s++)
        for (int k = 0; k < TIMES; k++) {
            double w, mean;
            noisy_run(schedule[s], (uint64_t)k, &w, &mean);
            last[s] += w / TIMES;
            average[s] += mean / TIMES;
        }
    printf("\n5. Noise: the minimum is 0, but every gradient is w plus a normal number.\n"
           "Distance from the minimum after 1000 steps of sgd, rate 0.1, mean of %d runs\n\n"
           "                        the last w    mean of the last 100 or so\n"
           "   constant rate          %8.4f    %8.4f\n"
           "   cosine, down to 0      %8.4f    %8.4f\n",
           TIMES, last[0], average[0], last[1], average[1]);
}

int main(int argc, char **argv) {
    Lesson lesson = lesson_start(argc, argv);
    by_hand();
    two_gradients();
    ravine(&lesson);
    corrected_twice();
    settling_down();
    return 0;
}
