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
    "  --net NAME          modern: the report's; 1998: the original       (modern)\n"
    "  --epochs N          passes over the training images                (10; 1998: 20)\n"
    "  --batch N           images in a mini-batch                         (100; 1998: 1)\n"
    "  --optimizer NAME    sgd momentum adagrad rmsprop adam adam-twice   (adam; 1998: sdlm)\n"
    "                      sdlm\n"
    "  --lr RATE           learning rate          (its own; 1998: a tenth of the paper's)\n"
    "  --init NAME         uniform he normal lecun: the first weights     (uniform)\n"
    "  --seed N            everything random follows from it              (1)\n"
    "  --threads N         same result on any number                      (all processors)\n"
    "  --log FILE          writes a table: iteration, epoch, loss, ...    (none)\n"
    "  --save FILE         writes the trained parameters as safetensors   (none)\n"
    "  --load FILE         starts from, or tests, saved parameters        (none)\n"
    "\n"
    "the report's departures from the original, one by one:\n"
    "  --activation NAME   relu sigmoid tanh, the last as 1.7159 tanh(2/3 a)\n"
    "  --pool NAME         max subsample: S2 and S4\n"
    "  --c3 NAME           full table: which maps C3 sees\n"
    "  --head NAME         softmax rbf: the output; rbf needs tanh\n"
    "  --j NUMBER          constant of the competitive RBF loss, equation 9 (inf: equation 8)\n";

const char *const choice_keys[CHOICES] = {"net", "activation", "pool", "c3", "head", "j"};

/* The first flags are the choices, in the order of choice_keys. */
enum {
    NET = 1,
    J = CHOICES,
    DATA,
    EPOCHS,
    BATCH,
    OPTIMIZER,
    LR,
    INIT,
    SEED,
    THREADS,
    LOG,
    SAVE,
    LOAD,
    HELP
};

static const struct option flags[] = {
    {"net", required_argument, NULL, NET},
    {"activation", required_argument, NULL, NET + 1},
    {"pool", required_argument, NULL, NET + 2},
    {"c3", required_argument, NULL, NET + 3},
    {"head", required_argument, NULL, NET + 4},
    {"j", required_argument, NULL, J},
    {"data", required_argument, NULL, DATA},
    {"epochs", required_argument, NULL, EPOCHS},
    {"batch", required_argument, NULL, BATCH},
    {"optimizer", required_argument, NULL, OPTIMIZER},
    {"lr", required_argument, NULL, LR},
    {"init", required_argument, NULL, INIT},
    {"seed", required_argument, NULL, SEED},
    {"threads", required_argument, NULL, THREADS},
    {"log", required_argument, NULL, LOG},
    {"save", required_argument, NULL, SAVE},
    {"load", required_argument, NULL, LOAD},
    {"help", no_argument, NULL, HELP},
    {NULL, 0, NULL, 0},
};

/* ------------------------------------------------------------------ the network ---------- */

static const char *const bends[] = {"relu", "sigmoid", "tanh"};

/* One of two words: sets *on to whether it is the second. */
static bool either(const char *value, const char *no, const char *yes, bool *on) {
    *on = strcmp(value, yes) == 0;
    return *on || strcmp(value, no) == 0;
}

const char *choose(const char *key, const char *value, Lenet5 *choice) {
    if (strcmp(key, "net") == 0) {
        bool original;
        if (!either(value, "modern", "1998", &original)) return "modern 1998";
        *choice = original ? lenet5_1998 : lenet5_report;
        return NULL;
    }
    if (strcmp(key, "activation") == 0) {
        for (int a = ACTIVATION_RELU; a <= ACTIVATION_TANH; a++)
            if (strcmp(value, bends[a]) == 0) return choice->activation = (Activation)a, NULL;
        return "relu sigmoid tanh";
    }
    if (strcmp(key, "pool") == 0)
        return either(value, "max", "subsample", &choice->subsample) ? NULL : "max subsample";
    if (strcmp(key, "c3") == 0)
        return either(value, "full", "table", &choice->table) ? NULL : "full table";
    if (strcmp(key, "head") == 0)
        return either(value, "softmax", "rbf", &choice->rbf) ? NULL : "softmax rbf";
    char *end;
    double j = strtod(value, &end); /* what is left is "j" */
    if (end == value || *end || !(j > 0)) return "a positive number, or inf";
    return choice->j = j, NULL;
}

void chosen(const char *key, const Lenet5 *choice, char *value, size_t size) {
    const char *word = "";
    bool original = choice->input.lo == lenet5_1998.input.lo;
    if (strcmp(key, "net") == 0) word = original ? "1998" : "modern";
    if (strcmp(key, "activation") == 0) word = bends[choice->activation];
    if (strcmp(key, "pool") == 0) word = choice->subsample ? "subsample" : "max";
    if (strcmp(key, "c3") == 0) word = choice->table ? "table" : "full";
    if (strcmp(key, "head") == 0) word = choice->rbf ? "rbf" : "softmax";
    if (strcmp(key, "j") == 0)
        snprintf(value, size, "%g", choice->j);
    else
        snprintf(value, size, "%s", word);
}

/* ------------------------------------------------------------------ values --------------- */

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

/* A switch of the network: is it a word that choose() knows? */
static bool read_choice(int flag, const char *value, Options *o, Error *error) {
    Lenet5 trial = lenet5_report;
    const char *key = choice_keys[flag - NET], *right = choose(key, value, &trial);
    o->choices[flag - NET] = value;
    return !right || error_set(error, "--%s %s: expected one of: %s", key, value, right);
}

/* The flags whose value is a word or a path. */
static bool read_word(int flag, const char *value, Options *o, Error *error) {
    bool known = true;
    if (*value == '\0') return error_set(error, "--%s needs a value", flags[flag - 1].name);
    if (flag <= J) return read_choice(flag, value, o, error);
    if (flag == DATA) o->data = value;
    if (flag == LOG) o->log = value;
    if (flag == SAVE) o->save = value;
    if (flag == LOAD) o->load = value;
    if (flag == OPTIMIZER) known = optimizer_named(value, &o->optimizer);
    if (flag == INIT) known = init_named(value, &o->init);
    if (known) return true;
    return error_set(error, "--%s %s: expected one of: %s", flags[flag - 1].name, value,
                     flag == INIT ? "uniform he normal lecun"
                                  : "sgd momentum adagrad rmsprop adam adam-twice sdlm");
}

/* The recipe of LeCun et al. 1998, section III-B, as far as lenet5.h follows it: other defaults. */
static void paper_recipe(Options *o) {
    o->epochs = 20;
    o->batch = 1;
    o->fixed_order = true;
    o->rate = lenet5_1998_our_rate;
    optimizer_named("sdlm", &o->optimizer);
}

/* --net stands before all others, wherever the user wrote it. */
static void read_net(int argc, char **argv, Options *o) {
    for (int i = 1; i < argc; i++)
        if (strcmp(argv[i], "--net=1998") == 0 ||
            (i + 1 < argc && strcmp(argv[i], "--net") == 0 && strcmp(argv[i + 1], "1998") == 0))
            paper_recipe(o);
}

/* Everything behind the command. */
static bool read_flags(int argc, char **argv, Options *o, Error *error) {
    double lr = 0;
    bool optimizer = false;
    read_net(argc, argv, o);
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
        else if (flag == LR)
            ok = rate(optarg, &lr, error);
        else
            ok = read_word(flag, optarg, o, error);
        if (!ok) return false;
        optimizer = optimizer || flag == OPTIMIZER;
    }
    if (optind < argc) return error_set(error, "unexpected argument %s; see --help", argv[optind]);
    if (lr > 0) o->optimizer.lr = lr;
    if (lr > 0 || optimizer) o->rate = NULL;
    return true;
}

bool options_read(int argc, char **argv, Options *o, Error *error) {
    int processors = omp_get_num_procs();
    *o = (Options){.data = MNIST_DIR, .init = INIT_UNIFORM};
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
