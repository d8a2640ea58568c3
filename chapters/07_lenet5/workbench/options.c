/*
 * The command line: getopt_long takes it apart, the rest checks every value.
 *
 * Everything that can be known to be wrong is refused here, with one line that names the flag, its
 * value and the values that it may have: a typing error should not cost an hour of training.
 */
#define _GNU_SOURCE /* getopt_long */
#include "07_lenet5/workbench/options.h"

#include "file.h"
#include "team.h"

#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ the flags ------------ */

/* getopt_long knows a flag by a number. Numbers 1 .. SETTINGS stand for the settings; these
   follow. */
enum {
    DATA = SETTINGS + 1,
    RECIPE,
    SET,
    SEED,
    THREADS,
    KERNELS,
    LOG,
    SAVE,
    LOAD,
    CHECKPOINT,
    RESUME,
    VALIDATE,
    PROBE,
    IMAGE,
    DIR,
    JSON, /* this one and those after it take no value */
    HELP,
    FLAGS = HELP
};

/* A flag that is not a setting. */
typedef struct Flag {
    const char *name, *value; /* value: as --help calls it; NULL: the flag takes none */
    const char *commands;     /* which commands take it; NULL: all */
    const char *meaning;
} Flag;

/* clang-format off */
static const Flag others[FLAGS - SETTINGS] = {
    {"data", "DIR", "train test tables info", "folder with the four IDX files, plain or .gz"},
    {"recipe", "NAME", "train info", "the settings to start from"},
    {"set", "K=V,...", NULL, "any settings, see below"},
    {"seed", "N", "train info", "everything random follows from it"},
    {"threads", "N", "train test tables", "default: one per processor; the result is the same"},
    {"kernels", "NAME", "train test predict info", "naive textbook fast: the functions  (fast)"},
    {"log", "FILE", "train", "writes a table: iteration, epoch, loss, ..."},
    {"save", "FILE", "train", "writes the trained parameters as safetensors"},
    {"load", "FILE", NULL, "reads saved parameters (train: the initial ones)"},
    {"checkpoint", "FILE", "train", "saves the whole run after every epoch, and on Ctrl-C"},
    {"resume", "FILE", "train", "continues a run that --checkpoint saved, bit-identically"},
    {"validate", "N", "train", "evaluates on the last N training images, trains on the others"},
    {"probe", "N", "train", "also evaluates every N mini-batches, into the log"},
    {"image", "N", "test tables info", "the image to look at, from 0 (info: as augmented)"},
    {"dir", "DIR", "test tables", "the folder for tables (test: outputs and rejection)"},
    {"json", NULL, "predict", "one JSON object per image"},
    {"help", NULL, NULL, "this text"},
};
/* clang-format on */

/* The name after --, of a setting or of another flag. */
static const char *flag_name(int flag) {
    return flag <= SETTINGS ? settings[flag - 1].key : others[flag - SETTINGS - 1].name;
}

/* ------------------------------------------------------------------ help ----------------- */

/* Nothing below lists a flag or a setting: the help is made of the two tables. */
static void print_flag(FILE *out, const char *name, const char *value, const char *meaning) {
    char flag[40];
    snprintf(flag, sizeof flag, "--%s%s%s", name, value ? " " : "", value ? value : "");
    fprintf(out, "  %-17s %s", flag, meaning);
}

/* A group of flags that are not settings, each with the commands that take it. */
static void print_others(FILE *out, const char *title, int first, int last) {
    fprintf(out, "\n%s\n", title);
    for (int k = first; k <= last; k++) {
        const Flag *f = &others[k - SETTINGS - 1];
        print_flag(out, f->name, f->value, f->meaning);
        if (f->commands) fprintf(out, " [%s]", f->commands);
        /* the names have a line to themselves, as there are many */
        if (k == RECIPE) fprintf(out, "\n%20s%s  (report)", "", recipe_names);
        fputc('\n', out);
    }
}

/* The settings that are flags as well, or the others; in parentheses the report's value. */
static void print_settings(FILE *out, bool flags) {
    char value[32];
    Recipe report;
    recipe_named("report", &report);
    for (int k = 0; k < SETTINGS; k++) {
        const Setting *s = &settings[k];
        if (s->flag != flags) continue;
        if (flags)
            print_flag(out, s->key, s->words ? "NAME" : "N", s->meaning);
        else
            fprintf(out, "  %-17s %s", s->key, s->meaning);
        if (s->words) fprintf(out, ": %s", s->words);
        fprintf(out, "  (%s)\n", recipe_get(&report, k, value, sizeof value));
    }
}

/* --help. Groups are ranges of the enum above, so its order is theirs. */
void options_usage(FILE *out) {
    fputs("usage: 07_lenet5 train|test|predict|tables|info [--flag value ...] [IMAGE ...]\n"
          "       07_lenet5                  the lesson of chapter 7\n"
          "       07_lenet5 --version        compiler and vectors, which decide the last bits\n"
          "\n"
          "  train    trains on the training images, evaluates on the test images\n"
          "  test     evaluates the parameters of --load on the test images\n"
          "  predict  classifies digits that you drew: PNG, JPEG, one per image\n"
          "  tables   writes tables about saved parameters, for plots: mistakes, maps, ...\n"
          "  info     prints the table of layers\n",
          out);
    print_others(out, "data, recipe, machine", DATA, KERNELS);
    print_others(out, "files", LOG, RESUME);
    print_others(out, "inspection", VALIDATE, HELP);
    fputs("\nsettings; in parentheses the report's, each recipe has its own\n", out);
    print_settings(out, true);
    fputs("\nsettings for --set, e.g. --set rotate=12,shear=0.2\n", out);
    print_settings(out, false);
}

/* ------------------------------------------------------------------ values --------------- */

/* A whole number from low to high, and nothing after it. */
static bool whole(const char *flag, const char *text, int low, int high, int *to, Error *error) {
    char *end;
    errno = 0; /* strtol() sets it when the number does not fit, and never clears it */
    long value = strtol(text, &end, 10);
    if (errno || end == text || *end || value < low || value > high)
        return error_set(error, "--%s %s: expected a whole number from %d to %d", flag, text, low,
                         high);
    *to = (int)value;
    return true;
}

/* Whether a seed was given is remembered, as a resumed run has one already. */
static bool read_seed(const char *value, Options *o, Error *error) {
    o->seeded = true;
    if (seed_of(value, &o->seed)) return true;
    return error_set(error, "--seed %s: expected a whole number from 0 to %llu", value,
                     (unsigned long long)UINT64_MAX);
}

/* The enum has the order of the names. */
static bool read_kernels(const char *value, Options *o, Error *error) {
    static const char *const names[] = {"naive", "textbook", "fast"};
    for (int k = 0; k < 3; k++) {
        if (strcmp(value, names[k]) != 0) continue;
        o->kernels = (Kernels)k;
        return true;
    }
    return error_set(error, "--kernels %s: expected one of: naive textbook fast", value);
}

/* Only whether there is such a recipe; options_recipe() starts from it. */
static bool read_recipe(const char *value, Options *o, Error *error) {
    Recipe recipe;
    o->recipe = value;
    if (recipe_named(value, &recipe)) return true;
    return error_set(error, "--recipe %s: expected one of: %s", value, recipe_names);
}

/* A setting. It is tried on a recipe that is thrown away: whether it is valid is known now, but the
   recipe that it belongs to only after the last flag. */
static bool read_setting(int setting, const char *value, Options *o, Error *error) {
    Recipe trial;
    recipe_named("report", &trial);
    o->given[setting] = value;
    return recipe_set(&trial, setting, value, error);
}

/* --set key=value,key=value: the list is cut into strings in place, at commas and =. */
static bool read_set(char *list, Options *o, Error *error) {
    char *rest;
    for (char *key = strtok_r(list, ", ", &rest); key; key = strtok_r(NULL, ", ", &rest)) {
        char *value = strchr(key, '=');
        if (!value) return error_set(error, "--set %s: expected key=value", key);
        *value = '\0';
        value++;
        int setting = setting_named(key);
        if (setting < 0)
            return error_set(error, "--set %s: no such setting; --help lists them", key);
        if (!read_setting(setting, value, o, error)) return false;
    }
    return true;
}

/* A flag that is not a setting. Paths are kept as they are: whether the files can be read or
   written is found out by the command that does it. */
static bool read_other(int flag, char *value, Options *o, Error *error) {
    const char *name = flag_name(flag);
    switch (flag) {
    case DATA:
        o->data = value;
        return true;
    case LOG:
        o->log = value;
        return true;
    case SAVE:
        o->save = value;
        return true;
    case LOAD:
        o->load = value;
        return true;
    case CHECKPOINT:
        o->checkpoint = value;
        return true;
    case RESUME:
        o->resume = value;
        return true;
    case DIR:
        o->dir = value;
        return true;
    case RECIPE:
        return read_recipe(value, o, error);
    case SET:
        return read_set(value, o, error);
    case SEED:
        return read_seed(value, o, error);
    case KERNELS:
        return read_kernels(value, o, error);
    case THREADS:
        return whole(name, value, 1, THREADS_MAX, &o->threads, error);
    case VALIDATE:
        return whole(name, value, 1, 1000000, &o->validate, error);
    case PROBE:
        return whole(name, value, 1, 1000000, &o->probe, error);
    default:
        return whole(name, value, 0, 1000000, &o->image, error);
    }
}

/* ------------------------------------------------------------------ the command line ----- */

/* A flag that a command would ignore is refused: silence would look like obedience. */
static bool fits_command(int flag, const char *command, Error *error) {
    const char *commands = NULL; /* all */
    /* a file's own network settings are right for every command; the others belong to a run */
    if (flag > SETTINGS)
        commands = others[flag - SETTINGS - 1].commands;
    else if (flag > NET_SETTINGS)
        commands = "train info";
    if (!commands || strstr(commands, command)) return true;
    return error_set(error, "--%s is for %s, not for %s", flag_name(flag), commands, command);
}

/* The table in getopt_long's form. A setting that is not a flag gets an empty name, which cannot be
   typed, so that numbers and places in the table agree. */
static void list_flags(struct option flag[FLAGS + 1]) {
    for (int k = 1; k <= FLAGS; k++) {
        bool hidden = k <= SETTINGS && !settings[k - 1].flag;
        flag[k - 1] = (struct option){hidden ? "" : flag_name(k),
                                      k < JSON ? required_argument : no_argument, NULL, k};
    }
    flag[FLAGS] = (struct option){0};
}

/* getopt_long returned '?': optopt is the number of the flag, or 0 for one that does not exist. */
static bool flag_error(const char *argument, Error *error) {
    if (optopt >= JSON && optopt <= FLAGS)
        return error_set(error, "--%s takes no value", flag_name(optopt));
    if (optopt > 0 && optopt < JSON)
        return error_set(error, "--%s needs a value; see --help", flag_name(optopt));
    /* --rotate 5 was probably meant as --set rotate=5 */
    int setting = strncmp(argument, "--", 2) == 0 ? setting_named(argument + 2) : -1;
    if (setting >= 0)
        return error_set(error, "%s is a setting without a flag: use --set %s=VALUE", argument,
                         argument + 2);
    return error_set(error, "unknown flag %s; see --help", argument);
}

/* One flag, whose value getopt_long left in optarg. */
static bool read_flag(int flag, Options *o, Error *error) {
    if (flag == HELP || flag == 'h') {
        o->help = true; /* and nothing else matters */
        return true;
    }
    if (!fits_command(flag, o->command, error)) return false;
    if (flag == JSON) {
        o->json = true;
        return true;
    }
    /* An empty value is a variable that a script forgot to set. */
    if (*optarg == '\0') return error_set(error, "--%s needs a value", flag_name(flag));
    if (flag <= SETTINGS) return read_setting(flag - 1, optarg, o, error);
    return read_other(flag, optarg, o, error);
}

/* Everything after the command. */
static bool read_flags(int argc, char **argv, Options *o, Error *error) {
    struct option flags[FLAGS + 1];
    list_flags(flags);
    opterr = 0; /* the messages are ours */
    optind = 1;
    for (;;) {
        int flag = getopt_long(argc, argv, "h", flags, NULL);
        if (flag == -1) break;
        if (flag == '?') return flag_error(argv[optind - 1], error);
        if (!read_flag(flag, o, error)) return false;
        if (o->help) return true;
    }
    /* getopt_long moved everything that is not a flag to the end */
    o->files = argv + optind;
    o->count = argc - optind;
    if (o->count == 0 || strcmp(o->command, "predict") == 0) return true;
    return error_set(error, "unexpected argument %s; see --help", argv[optind]);
}

/* A run that is resumed has all its settings already; another value would make it another run. */
static bool nothing_new(const Options *o, Error *error) {
    const char *more = NULL;
    if (o->load) more = "load";
    if (o->seeded) more = "seed";
    if (o->recipe) more = "recipe";
    for (int k = 0; k < SETTINGS; k++)
        if (o->given[k]) more = settings[k].key;
    if (!more) return true;
    return error_set(error, "--resume %s has all its settings already: leave out --%s", o->resume,
                     more);
}

/* ------------------------------------------------------------------ files of a run ------- */

/* A file of a run, and the flag that names it; no path: the flag was not given. */
typedef struct Named {
    const char *flag;
    const char *path;
} Named;

/* The same file under two names counts, and the files that are made on the way. */
static bool distinct(const Named *output, const Named *other, Error *error) {
    if (!output->path || !other->path || file_disjoint(output->path, other->path)) return true;
    if (file_same(output->path, other->path))
        return error_set(error, "%s %s: this is the file of %s; choose another name", output->flag,
                         output->path, other->flag);
    return error_set(error,
                     "%s %s: FILE.unfinished or FILE.lock of one would be the file of %s; "
                     "choose another name",
                     output->flag, output->path, other->flag);
}

/* The IDX files of --data, plain and packed. */
static bool spares_images(const Named *output, const char *data, Error *error) {
    static const char *const name[] = {"train-images-idx3-ubyte", "train-labels-idx1-ubyte",
                                       "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"};
    for (int k = 0; k < 8; k++) {
        char path[PATH_MAX];
        int length = snprintf(path, sizeof path, "%s/%s%s", data, name[k / 2], k % 2 ? ".gz" : "");
        /* a path that is too long for us is too long for the reader as well */
        const Named images = {"the data set", path};
        if (length < PATH_MAX && !distinct(output, &images, error)) return false;
    }
    return true;
}

/* No output of a run may replace one of its inputs or another output. (A checkpoint that is resumed
   is replaced on purpose.) */
static bool spares_files(const Options *o, Error *error) {
    enum { OUTPUTS = 3, FILES = 5 }; /* the outputs come first */
    const Named file[FILES] = {
        {"--log", o->log},
        {"--save", o->save},
        {o->checkpoint ? "--checkpoint" : "--resume", o->checkpoint ? o->checkpoint : o->resume},
        {"--load", o->load},
        {"--resume", o->resume}};
    for (int k = 0; k < OUTPUTS; k++) {
        if (file[k].path && !spares_images(&file[k], o->data, error)) return false;
        for (int i = k + 1; i < FILES; i++) {
            bool same_run = k == 2 && i == 4; /* --checkpoint X --resume X */
            if (!same_run && !distinct(&file[k], &file[i], error)) return false;
        }
    }
    return true;
}

/* Whether the command has the files it needs. */
static bool complete(const Options *o, Error *error) {
    /* the hint is for a student who has no saved parameters yet */
    static const char hint[] = "`make run` leaves build/lenet5.safetensors";
    const char *command = o->command;
    if (strcmp(command, "predict") == 0 && (!o->load || o->count == 0))
        return error_set(error, "predict needs --load FILE and at least one image; %s", hint);
    if (strcmp(command, "tables") == 0 && (!o->load || !o->dir))
        return error_set(error, "tables needs --load FILE, the parameters, and --dir DIR");
    if (strcmp(command, "test") == 0 && !o->load)
        return error_set(error, "test needs --load FILE; %s", hint);
    if (o->resume) return nothing_new(o, error);
    return true;
}

/* Whether a word is on a list. */
static bool one_of(const char *word, int count, const char *const *words) {
    for (int k = 0; k < count; k++)
        if (strcmp(word, words[k]) == 0) return true;
    return false;
}

/* The command first: it decides which flags are allowed. */
bool options_read(int argc, char **argv, Options *o, Error *error) {
    static const char *const commands[] = {"train", "test", "predict", "tables", "info"};
    static const char *const help[] = {"--help", "-h", "help"};
    *o = (Options){.data = MNIST_DIR, .seed = 1, .image = -1, .kernels = KERNELS_FAST};
    o->threads = THREADS_MAX;
    o->program = argv[0];
    o->command = argc > 1 ? argv[1] : "";
    o->help = one_of(o->command, 3, help);
    o->version = strcmp(o->command, "--version") == 0;
    if (o->help || o->version) return true;
    if (!one_of(o->command, 5, commands))
        return error_set(error,
                         "unknown command %s: train, test, predict, tables or info? see --help",
                         o->command);
    if (!read_flags(argc - 1, argv + 1, o, error)) return false;
    if (o->help) return true;
    /* more threads than processors would only take turns */
    o->threads = team_threads(o->threads);
    return complete(o, error) && spares_files(o, error);
}

/* ------------------------------------------------------------------ the recipe ----------- */

/* The network's settings in a saved file, from number `first` on. A file of another program has
   none, and leaves the recipe as it is. */
static bool read_settings(const char *path, int first, Recipe *recipe, Error *error) {
    Safetensors file;
    Error why;
    bool valid = true;
    if (!safetensors_open(path, &file, error)) return false;
    for (int k = first; valid && k < NET_SETTINGS; k++) {
        const char *value = safetensors_metadata(&file, settings[k].key);
        if (value) valid = recipe_set(recipe, k, value, &why);
    }
    safetensors_close(&file);
    if (valid && recipe_check(recipe, &why)) return true;
    return error_set(error, "%s: %.200s", path, why.text);
}

/* The network that saved parameters belong to: their file has its settings. With --net the network
   is known, and only its grey levels are read. */
static bool read_network(const char *path, bool known, Recipe *recipe, Error *error) {
    /* on a copy: a file whose settings do not fit each other must change nothing */
    Recipe saved = *recipe;
    if (!read_settings(path, known ? setting_named("input_black") : 0, &saved, error)) return false;
    recipe->net = saved.net;
    return true;
}

/* From the general to the particular: the recipe, the network, the file's network, single flags. */
int options_recipe(const Options *o, Recipe *recipe, Error *error) {
    const char *net = o->given[setting_named("net")], *name = "report";
    if (net && strcmp(net, "1998") == 0) name = "1998"; /* it is trained in its own way */
    if (o->recipe) name = o->recipe;
    recipe_named(name, recipe);
    if (net) recipe_set(recipe, setting_named("net"), net, error);
    if (o->load && !read_network(o->load, net != NULL, recipe, error)) return EXIT_FAILURE;
    for (int k = setting_named("net") + 1; k < SETTINGS; k++)
        if (o->given[k]) recipe_set(recipe, k, o->given[k], error);
    return recipe_check(recipe, error) ? 0 : EXIT_USAGE;
}

int options_assumed(const Options *o, bool *assumed) {
    Safetensors file;
    Error error;
    int net = setting_named("net"), count = 0;
    memset(assumed, 0, NET_SETTINGS * sizeof *assumed);
    if (!o->load || !safetensors_open(o->load, &file, &error)) return 0;
    /* --net gives the layers, and leaves the grey levels */
    int first = o->given[net] ? setting_named("input_black") : 0;
    for (int k = first; k < NET_SETTINGS; k++) {
        assumed[k] = k != net && !o->given[k] && !safetensors_metadata(&file, settings[k].key);
        count += assumed[k];
    }
    safetensors_close(&file);
    return count;
}
