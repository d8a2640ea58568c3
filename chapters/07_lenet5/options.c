/*
 * The command line: getopt_long takes it apart, the rest checks every value.
 */
#define _GNU_SOURCE /* getopt_long */
#include "07_lenet5/options.h"

#include "07_lenet5/trainer.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char options_usage[] =
    "usage: 07_lenet5 train|test|info [--flag value ...]\n"
    "\n"
    "  train  trains on the training images, evaluates on the test images after every epoch\n"
    "  test   evaluates the parameters of --load on the test images\n"
    "  info   prints the table of layers\n"
    "\n"
    "  --data DIR          folder with the four IDX files, plain or .gz   (common/mnist)\n"
    "  --epochs N          passes over the training images                (10)\n"
    "  --batch N           images in a mini-batch                         (100)\n"
    "  --optimizer NAME    sgd momentum adagrad rmsprop adam adam-twice   (adam)\n"
    "  --lr RATE           learning rate                                  (the optimizer's own)\n"
    "  --activation NAME   relu sigmoid                                   (relu)\n"
    "  --init NAME         uniform he normal lecun: the first weights     (uniform)\n"
    "  --seed N            everything random follows from it              (1)\n"
    "  --threads N         same result on any number                      (all processors)\n"
    "  --log FILE          writes a table: iteration, epoch, loss, ...    (none)\n"
    "  --save FILE         writes the trained parameters as safetensors   (none)\n"
    "  --load FILE         starts from, or tests, saved parameters        (none)\n";

enum {
    DATA = 1,
    EPOCHS,
    BATCH,
    OPTIMIZER,
    LR,
    ACTIVATION,
    INIT,
    SEED,
    THREADS,
    LOG,
    SAVE,
    LOAD,
    HELP
};

static const struct option flags[] = {
    {"data", required_argument, NULL, DATA},
    {"epochs", required_argument, NULL, EPOCHS},
    {"batch", required_argument, NULL, BATCH},
    {"optimizer", required_argument, NULL, OPTIMIZER},
    {"lr", required_argument, NULL, LR},
    {"activation", required_argument, NULL, ACTIVATION},
    {"init", required_argument, NULL, INIT},
    {"seed", required_argument, NULL, SEED},
    {"threads", required_argument, NULL, THREADS},
    {"log", required_argument, NULL, LOG},
    {"save", required_argument, NULL, SAVE},
    {"load", required_argument, NULL, LOAD},
    {"help", no_argument, NULL, HELP},
    {NULL, 0, NULL, 0},
};

/* A whole number from low to high, and nothing behind it. */
static bool whole(const char *flag, const char *text, long long low, long long high, long long *to,
                  Error *error) {
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno || end == text || *end || value < low || value > high)
        return error_set(error, "--%s %s: expected a whole number from %lld to %lld", flag, text,
                         low, high);
    *to = value;
    return true;
}

static bool rate(const char *text, double *to, Error *error) {
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end || !isfinite(value) || !((float)value > 0))
        return error_set(error, "--lr %s: expected a positive number, such as 0.001", text);
    *to = value;
    return true;
}

bool activation_named(const char *name, Activation *activation) {
    if (strcmp(name, "relu") == 0) return *activation = ACTIVATION_RELU, true;
    if (strcmp(name, "sigmoid") == 0) return *activation = ACTIVATION_SIGMOID, true;
    return false;
}

static bool init_named(const char *name, Init *init) {
    if (strcmp(name, "uniform") == 0) return *init = INIT_UNIFORM, true;
    if (strcmp(name, "he") == 0) return *init = INIT_HE, true;
    if (strcmp(name, "normal") == 0) return *init = INIT_NORMAL, true;
    if (strcmp(name, "lecun") == 0) return *init = INIT_LECUN, true;
    return false;
}

/* The flags whose value is a whole number. */
static bool read_number(int flag, const char *name, const char *value, Options *o, Error *error) {
    const long long most[] = {
        [EPOCHS] = 100000, [BATCH] = 1000000, [SEED] = LLONG_MAX, [THREADS] = THREADS_MAX};
    long long number = 0;
    if (!whole(name, value, flag == SEED ? 0 : 1, most[flag], &number, error)) return false;
    if (flag == EPOCHS) o->epochs = (int)number;
    if (flag == BATCH) o->batch = (int)number;
    if (flag == THREADS) o->threads = (int)number;
    if (flag == SEED) o->seed = (uint64_t)number;
    return true;
}

/* The flags whose value is a word or a path; *lr waits until the optimizer is known. */
static bool read_word(int flag, const char *value, Options *o, double *lr, Error *error) {
    bool known = true;
    if (*value == '\0') return error_set(error, "--%s needs a value", flags[flag - 1].name);
    if (flag == DATA) o->data = value;
    if (flag == LOG) o->log = value;
    if (flag == SAVE) o->save = value;
    if (flag == LOAD) o->load = value;
    if (flag == LR) return rate(value, lr, error);
    if (flag == OPTIMIZER) known = optimizer_named(value, &o->optimizer);
    if (flag == INIT) known = init_named(o->init_name = value, &o->init);
    if (flag == ACTIVATION) known = activation_named(o->activation_name = value, &o->activation);
    if (known) return true;
    const char *choices = flag == OPTIMIZER ? "sgd momentum adagrad rmsprop adam adam-twice"
                          : flag == INIT    ? "uniform he normal lecun"
                                            : "relu sigmoid";
    return error_set(error, "--%s %s: expected one of: %s", flags[flag - 1].name, value, choices);
}

/* Everything behind the command. */
static bool read_flags(int argc, char **argv, Options *o, Error *error) {
    double lr = 0;
    opterr = 0; /* we word our own errors */
    optind = 1;
    for (;;) {
        int at = optind, flag = getopt_long(argc, argv, "+", flags, NULL);
        if (flag == -1) break;
        if (flag == '?' && optopt == HELP) return error_set(error, "--help takes no value");
        if (flag == '?' && optopt > 0 && optopt < HELP)
            return error_set(error, "--%s needs a value; see --help", flags[optopt - 1].name);
        if (flag == '?') return error_set(error, "unknown flag %s; see --help", argv[at]);
        bool ok = true;
        if (flag == HELP)
            o->help = true;
        else if (flag == EPOCHS || flag == BATCH || flag == SEED || flag == THREADS)
            ok = read_number(flag, flags[flag - 1].name, optarg, o, error);
        else
            ok = read_word(flag, optarg, o, &lr, error);
        if (!ok) return false;
    }
    if (optind < argc) return error_set(error, "unexpected argument %s; see --help", argv[optind]);
    if (lr > 0) o->optimizer.lr = lr;
    return true;
}

bool options_read(int argc, char **argv, Options *o, Error *error) {
    int processors = omp_get_num_procs();
    *o = (Options){.data = "common/mnist", .init = INIT_UNIFORM, .init_name = "uniform"};
    o->epochs = 10, o->batch = 100, o->seed = 1;
    o->threads = processors < THREADS_MAX ? processors : THREADS_MAX;
    optimizer_named("adam", &o->optimizer);
    if (argc < 2) return error_set(error, "train, test or info? see --help");
    o->command = argv[1];
    if (strcmp(o->command, "--help") == 0 || strcmp(o->command, "-h") == 0) return o->help = true;
    if (strcmp(o->command, "train") != 0 && strcmp(o->command, "test") != 0 &&
        strcmp(o->command, "info") != 0)
        return error_set(error, "unknown command %s: train, test or info? see --help", o->command);
    if (!read_flags(argc - 1, argv + 1, o, error) || o->help) return o->help;
    if (strcmp(o->command, "test") == 0 && !o->load)
        return error_set(error, "test needs --load FILE, the parameters to test");
    return true;
}
