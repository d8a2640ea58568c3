/*
 * The commands of 07_lenet5, except train (train.c). Only this file, train.c and session.c print
 * and exit; everything they call returns. So a command reads like a lesson's main: a list of steps,
 * and the program ends at the first that fails.
 */
#include "07_lenet5/workbench/workbench.h"

#include "07_lenet5/augment.h"
#include "07_lenet5/evaluate.h"
#include "07_lenet5/workbench/checkpoint.h"
#include "07_lenet5/workbench/inspect.h"
#include "07_lenet5/workbench/preprocess.h"
#include "07_lenet5/workbench/ranks.h"
#include "07_lenet5/workbench/session.h"
#include "07_lenet5/workbench/tables.h"
#include "07_lenet5/workbench/train.h"
#include "file.h"
#include "gemm.h"
#include "measure.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef VERSION
#define VERSION "of no version" /* compiled by other means than make */
#endif

/* ------------------------------------------------------------------ info ----------------- */

/* --image: a training image, and how the recipe augments it. */
static void show_augmented(const Options *o, const Recipe *recipe) {
    Plan plan = recipe->plan;
    /* five equal pictures would only raise the question */
    if (!augment_any(&plan.augment))
        fail(EXIT_USAGE, "--image: recipe %s augments nothing; try --set rotate=10", recipe->name);
    Network net = session_network(o, &recipe->net);
    Dataset data = session_set(o, "train");
    Trainer trainer;
    Error error;
    session_check_image(o, &data, "training");
    /* the smallest trainer that there is: nothing is trained, but a trainer augments */
    plan.batch = 1;
    if (!trainer_new(&trainer, &net, &data, &plan, o->seed, &error)) fail_with(&error);
    inspect_augmented(stdout, &trainer, o->image);
    trainer_free(&trainer);
    dataset_free(&data);
}

static void info(const Options *o) {
    const Recipe recipe = session_recipe(o);
    if (o->image >= 0) {
        show_augmented(o, &recipe);
        return;
    }
    Network net = lenet5_with(&recipe.net);
    network_print(stdout, &net);
    session_kernels(o, &net);
    printf("kernels %s\n", net.kernels);
}

/* ------------------------------------------------------------------ test ----------------- */

/* A table in --dir. Its name is known here only, so options.c cannot know that it is that of the
   parameters. */
static Output open_table(const Options *o, const char *name) {
    Output table;
    Error error;
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", o->dir, name); /* a longer one is refused below */
    /* asked first: opening it empties the temporary */
    if (!file_disjoint(path, o->load))
        fail(EXIT_USAGE, "--dir %s: %s would replace the parameters; name another", o->dir, name);
    if (!output_open_in(&table, o->dir, name, &error)) fail_with(&error);
    return table;
}

/* The table gets its name, or the program ends. */
static void close_table(Output *table) {
    Error error;
    if (!output_commit(table, &error)) fail_with(&error);
}

/* The error by rejected share, in steps of 1/1000 up to a tenth: the part of the curve that a user
   would pay for. */
static void write_rejection(const Options *o, int n, const double *by_margin,
                            const double *by_score) {
    Output table = open_table(o, "rejection.tsv");
    fprintf(table.stream, "rejected\terror_by_margin\terror_by_score\n");
    for (int k = 0; k <= 100; k++) {
        int count = (int)((long)n * k / 1000);
        fprintf(table.stream, "%.4f\t%.6f\t%.6f\n", (double)count / n, by_margin[count],
                by_score[count]);
    }
    close_table(&table);
}

/* The paper's question: how many images must be rejected to leave an error of 0.5 %? */
static void print_rejection(int n, const double *error, const char *measure) {
    int k = 0;
    while (k < n && error[k] > 0.005)
        k++;
    if (k < n)
        printf("error 0.5 %% after rejecting %.2f %% of the images by their %s\n", 100.0 * k / n,
               measure);
    else
        printf("error 0.5 %% is never reached by %s\n", measure);
}

/* Both measures of doubt on one set of predictions. */
static void reject(const Options *o, const Network *net, const real *params, const Dataset *data) {
    size_t n = (size_t)data->n;
    Error error;
    Prediction *each = calloc(n, sizeof *each);
    double *by_margin = calloc(n, sizeof *by_margin), *by_score = calloc(n, sizeof *by_score);
    if (!each || !by_margin || !by_score) fail(EXIT_FAILURE, "no memory for %d images", data->n);
    if (!predict(net, params, data, o->threads, each, &error)) fail_with(&error);
    if (!rejection_curve(net, data, each, DOUBT_MARGIN, by_margin, &error)) fail_with(&error);
    if (!rejection_curve(net, data, each, DOUBT_SCORE, by_score, &error)) fail_with(&error);
    write_rejection(o, data->n, by_margin, by_score);
    print_rejection(data->n, by_margin, "margin");
    print_rejection(data->n, by_score, "score");
    free(by_margin);
    free(by_score);
    free(each);
}

/* --dir: the last layer's outputs for every image, and the errors that rejection leaves. */
static void write_test_tables(const Options *o, const Network *net, const real *params,
                              const Dataset *data) {
    Error error;
    Output table = open_table(o, "outputs.tsv");
    if (!inspect_outputs(table.stream, net, params, data, &error)) {
        output_discard(&table);
        fail_with(&error);
    }
    close_table(&table);
    reject(o, net, params, data);
}

/* --image: one image instead of all, and the network's answer in detail. */
static void test_one(const Options *o, const Network *net, const real *params,
                     const Dataset *data) {
    Error error;
    Prediction p;
    session_check_image(o, data, "test");
    /* the true digit first, so that a reader can judge the answer */
    printf("test image %d, a %d\n\n", o->image, data->label[o->image]);
    if (!inspect_image(stdout, net, params, data, o->image, &p, &error))
        fail(EXIT_FAILURE, "%s: %s", o->load, error.text);
    printf("\npredicted: %d\n", p.digit);
}

/* The whole set: where the mistakes are, and a last line for scripts. */
static void test_all(const Options *o, const Network *net, const real *params,
                     const Dataset *data) {
    Evaluation e;
    Error error;
    double start = seconds_now();
    if (!evaluate(net, params, data, o->threads, &e, &error)) fail_with(&error);
    double seconds = seconds_now() - start;
    /* saved parameters are finite, but may be so large that their products are not */
    if (!isfinite(e.loss))
        fail(EXIT_FAILURE, "%s: its loss on the test images is not finite", o->load);
    printf("\nconfusion matrix: a row is the true digit, a column the prediction\n\n");
    confusion_print(stdout, &e);
    printf("\n");
    if (o->dir) write_test_tables(o, net, params, data);
    printf("result test_accuracy=%.4f test_loss=%.4f images=%d params=%ld seconds=%.3f "
           "peak_rss_mb=%.0f\n",
           e.accuracy, e.loss, e.n, network_trainable(net), seconds, peak_memory_mb());
}

static void test(const Options *o) {
    const Recipe recipe = session_recipe(o);
    Network net = session_network(o, &recipe.net);
    Dataset data = session_set(o, "t10k");
    real *params = session_params(&net, o->load);
    if (o->image >= 0)
        test_one(o, &net, params, &data);
    else
        test_all(o, &net, params, &data);
    free(params);
    dataset_free(&data);
}

/* ------------------------------------------------------------------ tables --------------- */

/* Seed and initialisation of the run that a file came from: its initial parameters follow. */
static uint64_t saved_seed(const char *path, Recipe *recipe) {
    Safetensors file;
    Error error;
    uint64_t seed = 0;
    if (!safetensors_open(path, &file, &error)) fail_with(&error);
    const char *text = safetensors_metadata(&file, "seed");
    const char *init = safetensors_metadata(&file, "init");
    /* both or neither: a file of another program has none, and no initial parameters to repeat */
    if (!text || !init || !recipe_set(recipe, setting_named("init"), init, &error))
        fail(EXIT_FAILURE, "%s: does not name seed and init of its run: train --save writes both",
             path);
    if (!seed_of(text, &seed)) fail(EXIT_FAILURE, "%s: its seed is '%.64s'", path, text);
    safetensors_close(&file);
    return seed;
}

static void tables(const Options *o) {
    Recipe recipe = session_recipe(o);
    const uint64_t seed = saved_seed(o->load, &recipe);
    Network net = lenet5_with(&recipe.net); /* the textbook: every layer has maps to show */
    Dataset data = session_set(o, "train"), test_data = session_set(o, "t10k");
    Trainer trainer;
    Error error;
    session_check_image(o, &test_data, "test");
    real *params = session_params(&net, o->load);
    recipe.plan.batch = data.n < GRADIENT_IMAGES ? data.n : GRADIENT_IMAGES;
    if (!trainer_new(&trainer, &net, &data, &recipe.plan, seed, &error)) fail_with(&error);
    if (!trainer_share(&trainer, o->threads, &error)) fail_with(&error);
    const Subject subject = {&trainer, params, &test_data, o->image < 0 ? 0 : o->image, o->load};
    if (!tables_write(o->dir, &subject, &error)) fail_with(&error);
    char load[PATH_MAX], dir[PATH_MAX];
    printf("tables of %s in %s\n", printable_name(o->load, load, sizeof load),
           printable_name(o->dir, dir, sizeof dir));
    trainer_free(&trainer);
    free(params);
    dataset_free(&data);
    dataset_free(&test_data);
}

/* ------------------------------------------------------------------ predict -------------- */

enum { VIEWS = 3, TURN = 15 /* degrees */ };

/* An image turned by an angle about its middle. */
static void turn(const Dataset *one, double degrees, uint8_t byte[IMAGE_BYTES]) {
    const Input levels = {0, 255};
    real level[IMAGE_BYTES], c = (real)cos(degrees * 3.14159265358979 / 180),
                             s = (real)sin(degrees * 3.14159265358979 / 180);
    const Warp warp = {.map = {{c, -s}, {s, c}}};
    warp_image_naive(one, 0, levels, 0, &warp, level);
    for (int p = 0; p < IMAGE_BYTES; p++)
        byte[p] = (uint8_t)lround((double)level[p]);
}

/*
 * A network has to choose one of ten digits, and is nearly certain of many wrong ones. A digit
 * turned a little is still the same digit, so the network is asked three times, and two of them
 * must be for its answer:
 *
 *     unsure = p(0) < 1/2  or  p(-15) + p(0) + p(15) < 2
 *
 * with p(a): the probability of that answer for the image turned by a degrees. */
static bool unsure(const Network *net, const real *params, const Dataset *one,
                   const Prediction *p) {
    uint8_t byte[VIEWS * IMAGE_BYTES], label[VIEWS] = {0};
    const Dataset views = {VIEWS, byte, label};
    Prediction each[VIEWS];
    Error error;
    double sum = 0;
    for (int k = 0; k < VIEWS; k++)
        turn(one, (k - 1) * TURN, byte + k * IMAGE_BYTES);
    if (!predict(net, params, &views, 1, each, &error)) fail_with(&error);
    for (int k = 0; k < VIEWS; k++)
        sum += each[k].probability[p->digit];
    return p->probability[p->digit] < 0.5 || sum < 2;
}

/* A file's name for JSON, which is UTF-8: other bytes become question marks. jansson decides
   whether bytes are UTF-8; a character has at most four bytes. */
static json_t *json_name(const char *file) {
    json_t *name = json_string(file);
    if (name) return name;
    size_t size = strlen(file), used = 0;
    char *text = malloc(size + 1);
    for (size_t i = 0; text && i < size;) {
        size_t n = 4 < size - i ? 4 : size - i;
        json_t *character = NULL;
        /* the shortest valid piece from here on is one character */
        for (size_t k = 1; k <= n && !character; k++) {
            character = json_stringn(file + i, k);
            if (character) n = k;
        }
        if (character)
            memcpy(text + used, file + i, n);
        else
            text[used] = '?';
        used += character ? n : 1;
        i += character ? n : 1;
        json_decref(character);
    }
    if (text) name = json_stringn(text, used);
    free(text);
    return name;
}

/* One line per drawing. jansson writes the file's name, which may have quotes and worse in it. */
static void print_json(const char *file, const Prediction *p, bool doubt) {
    json_t *list = json_array();
    bool ok = true;
    for (int k = 0; k < CLASSES; k++)
        if (json_array_append_new(list, json_real(p->probability[k])) != 0) ok = false;
    /* the object takes over the list */
    json_t *object = json_pack("{s:o, s:i, s:b, s:o}", "file", json_name(file), "digit", p->digit,
                               "unsure", doubt, "probabilities", list);
    if (!ok || !object || json_dumpf(object, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6)) != 0)
        fail(EXIT_FAILURE, "%s: cannot be written as JSON", file);
    printf("\n");
    json_decref(object);
}

/* A drawing, made like MNIST's images. The grey image is kept for its size. */
static bool read_drawing(const char *file, Grey *grey, uint8_t byte[IMAGE_BYTES], Error *error) {
    Error why;
    if (!grey_read(file, grey, error)) return false;
    if (preprocess_digit(grey, byte, &why)) return true;
    grey_free(grey);
    return error_set(error, "%s: %.400s", file, why.text);
}

/* One drawing, shown and classified. After a bad one the remaining images are still processed. */
static bool predict_one(const Options *o, const Network *net, const real *params,
                        const char *file) {
    Grey grey;
    Error error;
    Prediction p;
    char name[PATH_MAX];
    uint8_t byte[IMAGE_BYTES], label = 0;
    /* a set of one image, which takes the same way as MNIST's; its label is not used */
    const Dataset one = {1, byte, &label};
    if (!read_drawing(file, &grey, byte, &error)) {
        /* answers so far come first, wherever the two streams go */
        fflush(stdout);
        fprintf(stderr, "error: %s\n", error.text);
        return false;
    }
    printable_name(file, name, sizeof name);
    if (!o->json) printf("%s: %d x %d pixels; as the network sees it:\n\n", name, grey.w, grey.h);
    if (!inspect_image(o->json ? NULL : stdout, net, params, &one, 0, &p, &error))
        fail(EXIT_FAILURE, "%s: %s", o->load, error.text);
    bool doubt = unsure(net, params, &one, &p);
    if (o->json)
        print_json(file, &p, doubt);
    else
        printf("\n%s: %d (%.2f %%%s)\n", name, p.digit, 100 * p.probability[p.digit],
               doubt ? ", unsure" : "");
    grey_free(&grey);
    return true;
}

/* Several drawings: one bad file does not keep the others from an answer. */
static int predict_all(const Options *o) {
    const Recipe recipe = session_recipe(o);
    Network net = session_network(o, &recipe.net);
    real *params = session_params(&net, o->load);
    int code = 0;
    /* a script that classifies a folder gets every answer, and an exit code for the rest */
    for (int i = 0; i < o->count; i++)
        if (!predict_one(o, &net, params, o->files[i])) code = EXIT_FAILURE;
    free(params);
    return code;
}

/* The compiler and the kernels that `fast` gives: the two things that decide the last bits. */
static void version(void) {
    Network net = lenet5(ACTIVATION_RELU);
    network_accelerate(&net);
    printf("07_lenet5 %s: %s, %s kernels\n", VERSION, checkpoint_build, net.kernels);
}

/* A stream that was closed by the caller would lend its number to the next file that is opened, and
   messages would go into that. */
static void check_streams(void) {
    bool closed = fcntl(STDOUT_FILENO, F_GETFD) < 0;
    for (int k = 0; k <= STDERR_FILENO; k++)
        if (fcntl(k, F_GETFD) < 0 && open("/dev/null", O_RDWR) != k) exit(EXIT_FAILURE);
    if (closed) fail(EXIT_FAILURE, "cannot write to stdout: it is closed");
}

/* One command. Everything that a command prints goes through stdout, which is checked once, at the
   end. */
int workbench(int argc, char **argv) {
    Options options;
    Error error;
    int code = 0;
    check_streams();
    gemm_single_thread();
    /* A reader that leaves, or a file that grows too large, becomes an error of its write. */
    signal(SIGXFSZ, SIG_IGN);
    signal(SIGPIPE, SIG_IGN);
    bool train = argc > 1 && strcmp(argv[1], "train") == 0;
    if (train) ranks_start();
    if (!options_read(argc, argv, &options, &error)) fail(EXIT_USAGE, "%s", error.text);
    if (options.help)
        options_usage(stdout);
    else if (options.version)
        version();
    else if (strcmp(options.command, "train") == 0)
        train_command(&options);
    else if (strcmp(options.command, "test") == 0)
        test(&options);
    else if (strcmp(options.command, "tables") == 0)
        tables(&options);
    else if (strcmp(options.command, "predict") == 0)
        code = predict_all(&options);
    else
        info(&options);
    /* A result that did not reach its file is not a result: `> /dev/full` must not end with 0. */
    errno = EIO;
    if (fflush(stdout) != 0 || ferror(stdout))
        fail(EXIT_FAILURE, "cannot write to stdout: %s", strerror(errno));
    if (train) ranks_end();
    return code;
}
