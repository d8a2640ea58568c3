/*
 * 07_lenet5: trains, tests and describes LeNet-5.
 *
 *     make run                                                    the report's recipe, 10 epochs
 *     build/07_lenet5 train --epochs 1 --save build/mine.safetensors
 *     build/07_lenet5 test --load build/mine.safetensors
 *     build/07_lenet5 info
 *     build/07_lenet5 --help
 *
 * Only this file and main_train.c print and exit; everything they call returns.
 */
#include "07_lenet5/main.h"

#include "07_lenet5/lenet5.h"
#include "07_lenet5/look.h"
#include "07_lenet5/prepare.h"
#include "07_lenet5/reject.h"
#include "07_lenet5/tables.h"
#include "07_lenet5/trainer.h"
#include "beside.h"
#include "gemm.h"
#include "measure.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ small things --------- */

Dataset load_set(const Options *o, const char *prefix) {
    Dataset data;
    Error error;
    if (!dataset_load(o->data, prefix, &data, &error)) fail(EXIT_WORLD, "%s", error.text);
    return data;
}

Recipe recipe_for(const Options *o) {
    Recipe recipe;
    Error error;
    int code = options_recipe(o, &recipe, &error);
    if (code) fail(code, "%s", error.text);
    return recipe;
}

real *load_params(const Network *net, const char *path) {
    real *params = calloc(network_params(net), sizeof(real));
    if (!params) fail(EXIT_WORLD, "no memory for the parameters");
    Tensor tensor[2 * LAYERS_MAX];
    Error error;
    int count = network_tensors(net, params, tensor);
    if (!safetensors_load(path, count, tensor, &error)) fail(EXIT_WORLD, "%s", error.text);
    return params;
}

/* ------------------------------------------------------------------ info ----------------- */

static void print_table(const Network *net) {
    char line[128], trainable[32], connections[32];
    long sum = 0; /* of the connections */
    printf("%-10s %-14s %9s    %-9s %10s %12s\n", "layer", "kind", "in", "out", "trainable",
           "connections");
    for (int i = 0; i < net->layers; i++) {
        layer_summary(&net->layer[i], line, sizeof line);
        printf("%s\n", line);
        sum += net->layer[i].connections;
    }
    if (net->loss.code) { /* fixed codes, but the paper counts their links */
        long links = (long)net->loss.in * net->loss.classes;
        printf("%-10s %-14s %9s -> %-9s %10d %12s\n", "OUT", net->loss.name, "84x1x1", "10x1x1", 0,
               with_commas(links, connections, sizeof connections));
        sum += links;
    }
    printf("%-47s %10s %12s\n", net->loss.code ? "sum" : net->loss.name,
           with_commas(network_trainable(net), trainable, sizeof trainable),
           with_commas(sum, connections, sizeof connections));
}

static void info(const Options *o) {
    const Recipe recipe = recipe_for(o);
    Network net = lenet5_with(&recipe.net);
    print_table(&net);
}

/* ------------------------------------------------------------------ test ----------------- */

static void print_confusion(const Evaluation *e) {
    printf("\nconfusion matrix: a row is the true digit, a column what the network says\n\n     ");
    for (int k = 0; k < CLASSES; k++) printf(" %5d", k);
    printf("   right\n");
    for (int i = 0; i < CLASSES; i++) {
        int row = 0;
        printf("  %d: ", i);
        for (int k = 0; k < CLASSES; k++) {
            printf(" %5d", e->confusion[i][k]);
            row += e->confusion[i][k];
        }
        printf("  %5.2f%%\n", row ? 100.0 * e->confusion[i][i] / row : 0.0);
    }
    printf("\n");
}

static Beside open_table(const char *path) {
    Beside table;
    Error error;
    if (!beside_open(path, &table, &error)) fail(EXIT_WORLD, "%s", error.text);
    return table;
}

static void close_table(Beside *table) {
    Error error;
    if (!beside_close(table, &error)) fail(EXIT_WORLD, "%s", error.text);
}

static void write_outputs(const Options *o, const Network *net, const real *params,
                          const Dataset *data) {
    Error error;
    Beside table = open_table(o->outputs);
    if (!look_outputs(table.file, net, params, data, &error)) {
        beside_drop(&table);
        fail(EXIT_WORLD, "%s", error.text);
    }
    close_table(&table);
}

/* The table of rejected shares, in steps of 1/1000 up to a tenth; and the paper's question. */
static void write_rejection(const Options *o, const Network *net, const real *params,
                            const Dataset *data) {
    Error error;
    Judgement *each = calloc((size_t)data->n, sizeof *each);
    double *left[2]; /* by margin, by score */
    for (int d = 0; d < 2; d++) left[d] = calloc((size_t)data->n, sizeof(double));
    if (!each || !left[0] || !left[1]) fail(EXIT_WORLD, "no memory for %d images", data->n);
    if (!judge(net, params, data, o->threads, each, &error) ||
        !rejection_curve(net, data, each, DOUBT_MARGIN, left[0], &error) ||
        !rejection_curve(net, data, each, DOUBT_SCORE, left[1], &error))
        fail(EXIT_WORLD, "%s", error.text);
    Beside table = open_table(o->rejection);
    fprintf(table.file, "rejected\terror_by_margin\terror_by_score\n");
    for (int k = 0; k <= 100; k++) {
        int at = (int)((long)data->n * k / 1000);
        fprintf(table.file, "%.4f\t%.6f\t%.6f\n", (double)at / data->n, left[0][at], left[1][at]);
    }
    close_table(&table);
    for (int d = 0; d < 2; d++) {
        int k = 0;
        while (k < data->n && left[d][k] > 0.005) k++;
        if (k < data->n)
            printf("error 0.5 %% after rejecting %.2f %% of the images by their %s\n",
                   100.0 * k / data->n, d ? "score" : "margin");
        else
            printf("error 0.5 %% is never reached by %s\n", d ? "score" : "margin");
        free(left[d]);
    }
    free(each);
}

/* --image: one image in place of all. */
static void test_one(const Options *o, const Network *net, const real *params,
                     const Dataset *data) {
    Error error;
    if (o->image >= data->n)
        fail(EXIT_USAGE, "--image %d: there are only %d test images, counted from 0", o->image,
             data->n);
    Reading reading;
    printf("test image %d, a %d\n\n", o->image, data->label[o->image]);
    if (!look_at(stdout, net, params, data, o->image, &reading, &error))
        fail(EXIT_WORLD, "%s: %s", o->load, error.text);
    printf("\nread as %d\n", reading.digit);
}

static void test_all(const Options *o, const Network *net, const real *params,
                     const Dataset *data) {
    Evaluation e;
    Error error;
    double start = seconds_now();
    if (!evaluate(net, params, data, o->threads, &e, &error)) fail(EXIT_WORLD, "%s", error.text);
    double seconds = seconds_now() - start;
    if (!isfinite(e.loss))
        fail(EXIT_WORLD, "%s: its loss on the test images is %g", o->load, e.loss);
    print_confusion(&e);
    if (o->outputs) write_outputs(o, net, params, data);
    if (o->rejection) write_rejection(o, net, params, data);
    printf("result test_accuracy=%.4f test_loss=%.4f images=%d params=%ld seconds=%.3f "
           "peak_rss_mb=%.0f\n",
           e.accuracy, e.loss, e.n, network_trainable(net), seconds, peak_memory_mb());
}

static void test(const Options *o) {
    const Recipe recipe = recipe_for(o);
    Network net = lenet5_with(&recipe.net);
    Dataset data = load_set(o, "t10k");
    real *params = load_params(&net, o->load);
    if (o->image >= 0)
        test_one(o, &net, params, &data);
    else
        test_all(o, &net, params, &data);
    free(params);
    dataset_free(&data);
}

/* ------------------------------------------------------------------ tables --------------- */

/* Seed and scheme of the run that a file came from: with them its first parameters can be drawn again. */
static uint64_t saved_seed(const char *path, Recipe *recipe) {
    Field field[2] = {{.key = "seed"}, {.key = "init"}};
    Error error;
    if (!safetensors_metadata(path, 2, field, &error)) fail(EXIT_WORLD, "%s", error.text);
    if (!*field[0].value || !recipe_set(recipe, setting_named("init"), field[1].value, &error))
        fail(EXIT_WORLD, "%s: does not name seed and init of its run: train --save writes both",
             path);
    return strtoull(field[0].value, NULL, 10);
}

static void tables(const Options *o) {
    Recipe recipe = recipe_for(o);
    const uint64_t seed = saved_seed(o->load, &recipe);
    Network net = lenet5_with(&recipe.net);
    Dataset data = load_set(o, "train"), test = load_set(o, "t10k");
    Trainer trainer;
    Error error;
    if (o->image >= test.n)
        fail(EXIT_USAGE, "--image %d: there are only %d test images, counted from 0", o->image,
             test.n);
    real *params = load_params(&net, o->load);
    recipe.plan.batch = 1;
    if (!trainer_new(&trainer, &net, &data, &recipe.plan, o->threads, seed, &error))
        fail(EXIT_WORLD, "%s", error.text);
    const Subject subject = {&trainer, params, &test, o->image < 0 ? 0 : o->image};
    if (!tables_write(o->dir, &subject, &error)) fail(EXIT_WORLD, "%s", error.text);
    printf("tables of %s in %s\n", o->load, o->dir);
    trainer_free(&trainer);
    free(params);
    dataset_free(&data);
    dataset_free(&test);
}

/* ------------------------------------------------------------------ predict -------------- */

static void print_json(const char *file, const Reading *reading) {
    json_t *list = json_array();
    bool ok = true;
    for (int k = 0; k < CLASSES; k++)
        ok = json_array_append_new(list, json_real(reading->probability[k])) == 0 && ok;
    json_t *object =
        json_pack("{s:s, s:i, s:o}", "file", file, "digit", reading->digit, "probabilities", list);
    if (!ok || !object || json_dumpf(object, stdout, JSON_COMPACT | JSON_REAL_PRECISION(6)) != 0)
        fail(EXIT_WORLD, "%s: cannot be written as JSON", file);
    printf("\n");
    json_decref(object);
}

/* A drawing, made like MNIST's images. */
static bool read_drawing(const char *file, Grey *grey, uint8_t byte[IMAGE_BYTES], Error *error) {
    Error why;
    if (!grey_read(file, grey, error)) return false;
    if (prepare_digit(grey, byte, &why)) return true;
    grey_free(grey);
    return error_set(error, "%s: %.400s", file, why.text);
}

/* One drawing, shown and classified. A bad one is reported and does not keep the next ones from their turn. */
static bool predict_one(const Options *o, const Network *net, const real *params,
                        const char *file) {
    Grey grey;
    Error error;
    Reading reading;
    uint8_t byte[IMAGE_BYTES], label = 0;
    const Dataset one = {1, byte, &label};
    if (!read_drawing(file, &grey, byte, &error)) {
        fflush(stdout);
        fprintf(stderr, "error: %s\n", error.text);
        return false;
    }
    if (!o->json) printf("%s: %d x %d pixels; as the network sees it:\n\n", file, grey.w, grey.h);
    if (!look_at(o->json ? NULL : stdout, net, params, &one, 0, &reading, &error))
        fail(EXIT_WORLD, "%s: %s", o->load, error.text);
    if (o->json)
        print_json(file, &reading);
    else
        printf("\n%s: %d (%.2f %%)\n", file, reading.digit,
               100 * reading.probability[reading.digit]);
    grey_free(&grey);
    return true;
}

static int predict(const Options *o) {
    const Recipe recipe = recipe_for(o);
    Network net = lenet5_with(&recipe.net);
    real *params = load_params(&net, o->load);
    bool all = true;
    for (int i = 0; i < o->count; i++) all = predict_one(o, &net, params, o->files[i]) && all;
    free(params);
    return all ? 0 : EXIT_WORLD;
}

/* ------------------------------------------------------------------ --show-distorted ----- */

static void show_distorted(const Options *o) {
    Recipe recipe = recipe_for(o);
    Network net = lenet5_with(&recipe.net);
    Dataset data = load_set(o, "train");
    Trainer trainer;
    Error error;
    int image = o->image < 0 ? 0 : o->image;
    if (!distortion_any(&recipe.plan.distortion))
        fail(EXIT_USAGE, "--show-distorted: recipe %s distorts nothing; try --rotate 10",
             recipe.name);
    if (image >= data.n)
        fail(EXIT_USAGE, "--image %d: there are only %d training images, counted from 0", image,
             data.n);
    recipe.plan.batch = 1;
    if (!trainer_new(&trainer, &net, &data, &recipe.plan, 1, o->seed, &error))
        fail(EXIT_WORLD, "%s", error.text);
    look_distorted(stdout, &trainer, image);
    trainer_free(&trainer);
    dataset_free(&data);
}

int main(int argc, char **argv) {
    Options options;
    Error error;
    int code = 0;
    gemm_single_thread();
    if (!options_read(argc, argv, &options, &error)) fail(EXIT_USAGE, "%s", error.text);
    if (options.help)
        options_usage(stdout);
    else if (options.show_distorted)
        show_distorted(&options);
    else if (strcmp(options.command, "train") == 0)
        train(&options);
    else if (strcmp(options.command, "test") == 0)
        test(&options);
    else if (strcmp(options.command, "tables") == 0)
        tables(&options);
    else if (strcmp(options.command, "predict") == 0)
        code = predict(&options);
    else
        info(&options);
    if (fflush(stdout) != 0 || ferror(stdout)) fail(EXIT_WORLD, "cannot write to stdout");
    return code;
}
