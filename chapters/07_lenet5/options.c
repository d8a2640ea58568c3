/*
 * The command line: getopt_long takes it apart, the rest checks every value.
 */
#define _GNU_SOURCE /* getopt_long */
#include "07_lenet5/options.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

/* Flags 1 .. SETTINGS are the settings; these follow. */
enum {
    DATA = SETTINGS + 1,
    RECIPE,
    SEED,
    THREADS,
    LOG,
    SAVE,
    LOAD,
    VALIDATE,
    IMAGE,
    OUTPUTS,
    REJECTION,
    CHECKPOINT,
    RESUME,
    PROBE,
    DIR,
    JSON, /* this one and the next three take no value */
    LIVE,
    SHOW,
    HELP
};

static const struct {
    const char *name, *value;
    const char *commands; /* for which it is; NULL: for all */
    const char *meaning;
} others[] = {
    {"data", "DIR", "train test tables", "folder with the four IDX files, plain or .gz"},
    {"recipe", "NAME", "train info", "the settings to start from"},
    {"seed", "N", "train", "everything random follows from it"},
    {"threads", "N", "train test tables", "same result on any number; else all processors"},
    {"log", "FILE", "train", "writes a table: iteration, epoch, loss, ..."},
    {"save", "FILE", "train", "writes the trained parameters as safetensors"},
    {"load", "FILE", NULL, "starts from, or looks at, saved parameters"},
    {"validate", "N", "train", "evaluates on the last N training images, trains on the others"},
    {"image", "N", "test tables train", "the image to look at, from 0 (train: --show-distorted)"},
    {"outputs", "FILE", "test", "writes a table: the last layer's values for every image"},
    {"rejection", "FILE", "test", "writes a table: error against the share of rejected images"},
    {"checkpoint", "FILE", "train", "saves the whole run after every epoch, and on Ctrl-C"},
    {"resume", "FILE", "train", "goes on with a run that --checkpoint saved, to the same bits"},
    {"probe", "N", "train", "also evaluates the test images every N mini-batches, into the log"},
    {"dir", "DIR", "tables", "the folder to write to"},
    {"json", NULL, "predict", "one JSON object an image"},
    {"live", NULL, "train", "draws loss and accuracy while it goes on, with gnuplot"},
    {"show-distorted", NULL, "train", "draws one training image and five distorted, and stops"},
    {"help", NULL, NULL, "this text"},
};

/* ------------------------------------------------------------------ help ----------------- */

static void print_flag(FILE *out, const char *name, const char *value, const char *meaning) {
    char flag[40];
    snprintf(flag, sizeof flag, "--%s%s%s", name, value ? " " : "", value ? value : "");
    fprintf(out, "  %-17s %s", flag, meaning);
}

void options_usage(FILE *out) {
    char value[32];
    Recipe report;
    recipe_named("report", &report);
    fputs(
        "usage: 07_lenet5 train|test|tables|predict|info [--flag value ...] [IMAGE ...]\n"
        "\n"
        "  train    trains on the training images, evaluates on the test images after every epoch\n"
        "  test     evaluates the parameters of --load on the test images\n"
        "  predict  reads digits that you drew: PNG or PGM, one digit an image\n"
        "  tables   writes what the parameters of --load do, for plots: mistakes, filters, maps, "
        "...\n"
        "  info     prints the table of layers\n"
        "\n",
        out);
    for (int k = 0; k < HELP - SETTINGS; k++) {
        print_flag(out, others[k].name, others[k].value, others[k].meaning);
        if (others[k].commands) fprintf(out, " [%s]", others[k].commands);
        if (k + 1 + SETTINGS == RECIPE) fprintf(out, ": %s  (report)", recipe_names);
        fputc('\n', out);
    }
    fputs("\nsettings; in brackets the report's, each recipe has its own:\n", out);
    for (int k = 0; k < SETTINGS; k++) {
        const Setting *s = &settings[k];
        print_flag(out, s->key, s->words ? "NAME" : "N", s->meaning);
        if (s->words) fprintf(out, ": %s", s->words);
        fprintf(out, "  (%s)\n", recipe_get(&report, k, value, sizeof value));
    }
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

/* A flag that is no setting. */
static bool read_other(int flag, const char *name, const char *value, Options *o, Error *error) {
    long long number = 0;
    Recipe recipe;
    if (flag == DATA) o->data = value;
    if (flag == LOG) o->log = value;
    if (flag == SAVE) o->save = value;
    if (flag == LOAD) o->load = value;
    if (flag == OUTPUTS) o->outputs = value;
    if (flag == REJECTION) o->rejection = value;
    if (flag == CHECKPOINT) o->checkpoint = value;
    if (flag == RESUME) o->resume = value;
    if (flag == DIR) o->dir = value;
    if (flag == RECIPE && !recipe_named(o->recipe = value, &recipe))
        return error_set(error, "--recipe %s: expected one of: %s", value, recipe_names);
    if (flag == SEED && !whole(name, value, 0, LLONG_MAX, &number, error)) return false;
    if (flag == THREADS && !whole(name, value, 1, THREADS_MAX, &number, error)) return false;
    if (flag == VALIDATE && !whole(name, value, 1, 1000000, &number, error)) return false;
    if (flag == PROBE && !whole(name, value, 1, 1000000, &number, error)) return false;
    if (flag == IMAGE && !whole(name, value, 0, 1000000, &number, error)) return false;
    if (flag == SEED) o->seed = (uint64_t)number, o->seeded = true;
    if (flag == THREADS) o->threads = (int)number;
    if (flag == VALIDATE) o->validate = (int)number;
    if (flag == PROBE) o->probe = (int)number;
    if (flag == IMAGE) o->image = (int)number;
    return true;
}

/* A setting: is its value right by itself? options_recipe() applies it. */
static bool read_setting(int setting, const char *value, Options *o, Error *error) {
    Recipe trial;
    recipe_named("report", &trial);
    o->given[setting] = value;
    return recipe_set(&trial, setting, value, error);
}

/* A flag that a command would not heed is refused: silence would look like obedience. */
static bool fits_command(int flag, const char *command, Error *error) {
    const char *for_these = flag <= NET_SETTINGS ? NULL
                            : flag <= SETTINGS   ? "train info"
                                                 : others[flag - SETTINGS - 1].commands;
    const char *name = flag <= SETTINGS ? settings[flag - 1].key : others[flag - SETTINGS - 1].name;
    const char *at = for_these ? strstr(for_these, command) : "";
    return at || error_set(error, "--%s is for %s, not for %s", name, for_these, command);
}

/* What getopt_long wants to know. */
static void list_flags(struct option *flag) {
    for (int k = 0; k < HELP; k++) {
        bool setting = k < SETTINGS;
        flag[k] = (struct option){setting ? settings[k].key : others[k - SETTINGS].name,
                                  k + 1 < JSON ? required_argument : no_argument, NULL, k + 1};
    }
    flag[HELP] = (struct option){0};
}

/* Everything behind the command. */
static bool read_flags(int argc, char **argv, Options *o, Error *error) {
    struct option flags[HELP + 1];
    list_flags(flags);
    opterr = 0; /* we word our own errors */
    optind = 1;
    for (;;) {
        int flag = getopt_long(argc, argv, "h", flags, NULL);
        if (flag == -1) break;
        if (flag == '?' && optopt >= JSON && optopt <= HELP)
            return error_set(error, "--%s takes no value", flags[optopt - 1].name);
        if (flag == '?' && optopt > 0 && optopt < JSON)
            return error_set(error, "--%s needs a value; see --help", flags[optopt - 1].name);
        if (flag == '?') return error_set(error, "unknown flag %s; see --help", argv[optind - 1]);
        if (flag == HELP || flag == 'h') return o->help = true;
        if (!fits_command(flag, o->command, error)) return false;
        if (flag == SHOW) o->show_distorted = true;
        if (flag == JSON) o->json = true;
        if (flag == LIVE) o->live = true;
        if (flag >= JSON) continue;
        const char *name = flags[flag - 1].name;
        if (*optarg == '\0') return error_set(error, "--%s needs a value", name);
        if (!(flag <= SETTINGS ? read_setting(flag - 1, optarg, o, error)
                               : read_other(flag, name, optarg, o, error)))
            return false;
    }
    o->files = argv + optind;
    o->count = argc - optind;
    return o->count == 0 || strcmp(o->command, "predict") == 0 ||
           error_set(error, "unexpected argument %s; see --help", argv[optind]);
}

/* The network that saved parameters belong to, from their file: it came with its settings. */
static bool read_network(const char *path, Recipe *recipe, Error *error) {
    Field field[NET_SETTINGS];
    Error why;
    for (int k = 0; k < NET_SETTINGS; k++) field[k] = (Field){.key = settings[k].key};
    if (!safetensors_metadata(path, NET_SETTINGS, field, error)) return false;
    Recipe saved;
    recipe_named("report", &saved);
    for (int k = 0; k < NET_SETTINGS; k++)
        if (*field[k].value && !recipe_set(&saved, k, field[k].value, &why))
            return error_set(error, "%s: %.150s", path, why.text);
    if (!recipe_check(&saved, &why)) return error_set(error, "%s: %.200s", path, why.text);
    if (*field[0].value) recipe->net = saved.net; /* a file of another program has no settings */
    return true;
}

int options_recipe(const Options *o, Recipe *recipe, Error *error) {
    const char *net = o->given[setting_named("net")];
    bool original = net && strcmp(net, "1998") == 0;
    recipe_named(o->recipe ? o->recipe : original ? "1998" : "report", recipe);
    if (o->load && !net && !read_network(o->load, recipe, error)) return EXIT_WORLD;
    for (int k = 0; k < SETTINGS; k++)
        if (o->given[k]) recipe_set(recipe, k, o->given[k], error);
    return recipe_check(recipe, error) ? 0 : EXIT_USAGE;
}

/* A run that goes on has all its settings already. */
static bool nothing_new(const Options *o, Error *error) {
    const char *more = o->recipe ? "recipe" : o->seeded ? "seed" : o->load ? "load" : NULL;
    for (int k = 0; k < SETTINGS; k++)
        if (o->given[k]) more = settings[k].key;
    return !more || error_set(error, "--resume %s has all its settings already: leave out --%s",
                              o->resume, more);
}

bool options_read(int argc, char **argv, Options *o, Error *error) {
    static const char *const commands[] = {"train", "test", "tables", "predict", "info"};
    int processors = omp_get_num_procs();
    *o = (Options){.data = MNIST_DIR, .seed = 1, .image = -1};
    o->threads = processors < THREADS_MAX ? processors : THREADS_MAX;
    if (argc < 2) return error_set(error, "train, test, tables, predict or info? see --help");
    o->program = argv[0];
    o->command = argv[1];
    if (strcmp(o->command, "--help") == 0 || strcmp(o->command, "-h") == 0) return o->help = true;
    bool known = false;
    for (int k = 0; k < 5; k++) known = known || strcmp(o->command, commands[k]) == 0;
    if (!known)
        return error_set(error,
                         "unknown command %s: train, test, tables, predict or info? see --help",
                         o->command);
    if (!read_flags(argc - 1, argv + 1, o, error) || o->help) return o->help;
    if (o->resume && !nothing_new(o, error)) return false;
    if (strcmp(o->command, "predict") == 0 && (!o->load || o->count == 0))
        return error_set(error,
                         "predict needs --load FILE and at least one image; `make run` leaves "
                         "build/lenet5.safetensors");
    if (strcmp(o->command, "tables") == 0 && (!o->load || !o->dir))
        return error_set(error, "tables needs --load FILE, the parameters, and --dir DIR");
    if (strcmp(o->command, "test") == 0 && !o->load)
        return error_set(error,
                         "test needs --load FILE; `make run` leaves build/lenet5.safetensors");
    return true;
}
