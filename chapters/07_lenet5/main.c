/*
 * 07_lenet5: trains, tests and describes LeNet-5.
 *
 *     make run                                                    the report's recipe, 10 epochs
 *     build/07_lenet5 train --epochs 1 --save build/mine.safetensors
 *     build/07_lenet5 test --load build/mine.safetensors
 *     build/07_lenet5 info
 *     build/07_lenet5 --help
 *
 * Only this file prints and exits; everything it calls returns.
 */
#include "07_lenet5/lenet5.h"
#include "07_lenet5/log.h"
#include "07_lenet5/look.h"
#include "07_lenet5/options.h"
#include "07_lenet5/reject.h"
#include "07_lenet5/trainer.h"
#include "gemm.h"
#include "measure.h"
#include "progress.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ small things --------- */

static Dataset load_set(const Options *o, const char *prefix) {
    Dataset data;
    Error error;
    if (!dataset_load(o->data, prefix, &data, &error)) fail(EXIT_WORLD, "%s", error.text);
    return data;
}

static Recipe recipe_for(const Options *o) {
    Recipe recipe;
    Error error;
    int code = options_recipe(o, &recipe, &error);
    if (code) fail(code, "%s", error.text);
    return recipe;
}

static void load_params(const Network *net, const char *path, real *params) {
    Tensor tensor[2 * LAYERS_MAX];
    Error error;
    int count = network_tensors(net, params, tensor);
    if (!safetensors_load(path, count, tensor, &error)) fail(EXIT_WORLD, "%s", error.text);
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
    FILE *file = fopen(o->rejection, "w");
    if (!file) fail(EXIT_WORLD, "%s: cannot write the table: %s", o->rejection, strerror(errno));
    fprintf(file, "rejected\terror_by_margin\terror_by_score\n");
    for (int k = 0; k <= 100; k++) {
        int at = (int)((long)data->n * k / 1000);
        fprintf(file, "%.4f\t%.6f\t%.6f\n", (double)at / data->n, left[0][at], left[1][at]);
    }
    bool bad = ferror(file) != 0;
    if (fclose(file) != 0 || bad)
        fail(EXIT_WORLD, "%s: the table is incomplete: is the disk full?", o->rejection);
    for (int d = 0; d < 2; d++) {
        int k = 0;
        while (k < data->n && left[d][k] > 0.005) k++;
        printf("error 0.5 %% after rejecting %.2f %% of the images by their %s\n",
               100.0 * k / data->n, d ? "score" : "margin");
        free(left[d]);
    }
    free(each);
}

/* --image: one image in place of all. */
static void test_one(const Options *o, const Network *net, const real *params,
                     const Dataset *data) {
    Error error;
    if (o->image >= data->n)
        fail(EXIT_USAGE, "--image %d: there are only %d test images", o->image, data->n);
    if (!look_at(stdout, net, params, data, o->image, &error)) fail(EXIT_WORLD, "%s", error.text);
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
    if (o->rejection) write_rejection(o, net, params, data);
    printf("result test_accuracy=%.4f test_loss=%.4f images=%d params=%ld seconds=%.3f "
           "peak_rss_mb=%.0f\n",
           e.accuracy, e.loss, e.n, network_trainable(net), seconds, peak_memory_mb());
}

static void test(const Options *o) {
    const Recipe recipe = recipe_for(o);
    Network net = lenet5_with(&recipe.net);
    Dataset data = load_set(o, "t10k");
    real *params = calloc(network_params(&net), sizeof(real));
    if (!params) fail(EXIT_WORLD, "no memory for the parameters");
    load_params(&net, o->load, params);
    if (o->image >= 0)
        test_one(o, &net, params, &data);
    else
        test_all(o, &net, params, &data);
    free(params);
    dataset_free(&data);
}

/* ------------------------------------------------------------------ train ---------------- */

/* Everything one training run holds. */
typedef struct Run {
    const Options *o;
    Recipe recipe;
    Network net;
    Dataset all;         /* the training images as they were loaded */
    Dataset train, test; /* with --validate, test is the end of all */
    const char *tested;  /* "test" or "validation": what test is */
    Trainer trainer;
    Log log;
    long iteration;
    double since_line;            /* losses that are not in the log yet */
    Evaluation on_train, on_test; /* after the last epoch */
    double *seconds;              /* of each epoch's training */
} Run;

/* What the recipe wants to see after this epoch; the rest has no images, and NaN for results. */
static void evaluate_run(Run *run, int epoch) {
    Error error;
    const real *params = trainer_result(&run->trainer);
    bool last = epoch == run->recipe.plan.epochs;
    Watch watch = run->recipe.watch;
    run->on_train = run->on_test = (Evaluation){.loss = NAN, .accuracy = NAN};
    if ((watch == WATCH_BOTH &&
         !evaluate(&run->net, params, &run->train, run->o->threads, &run->on_train, &error)) ||
        ((watch == WATCH_BOTH || last || (watch == WATCH_TEST && epoch > 0)) &&
         !evaluate(&run->net, params, &run->test, run->o->threads, &run->on_test, &error)))
        fail(EXIT_WORLD, "%s", error.text);
}

static void report_epoch(Run *run, int epoch, double learning, double seconds) {
    log_epoch(&run->log, run->iteration, epoch, &run->on_train, &run->on_test, learning, seconds);
    printf("epoch %2d/%d  ", epoch, run->recipe.plan.epochs);
    if (run->recipe.watch == WATCH_BOTH)
        printf("train loss %.4f accuracy %.4f  ", run->on_train.loss, run->on_train.accuracy);
    else
        printf("learning accuracy %.4f  ", learning);
    if (run->on_test.n > 0)
        printf("%s loss %.4f accuracy %.4f  ", run->tested, run->on_test.loss,
               run->on_test.accuracy);
    printf("%.2f s\n", seconds);
    fflush(stdout);
}

/* The run has diverged: say where, and what to try. */
static void diverged(Run *run, double loss) {
    Error ignored;
    log_close(&run->log, &ignored);
    fail(EXIT_WORLD,
         "the loss is %g at iteration %ld: training has diverged; try a smaller rate than "
         "--lr %g (nothing was saved)",
         loss, run->iteration, run->recipe.plan.optimizer.lr);
}

/* A line for every mini-batch; when those are small, one for every hundred images, their mean. */
static void log_step(Run *run, int epoch, double loss) {
    int batch = run->recipe.plan.batch, every = batch >= 100 ? 1 : 100 / batch;
    run->since_line += loss;
    if (++run->iteration % every != 0) return;
    log_batch(&run->log, run->iteration, epoch, run->since_line / every);
    run->since_line = 0;
}

// [train-epoch]
/* One epoch: every image once, in a new order. Returns the share that was right while learning. */
static double train_epoch(Run *run, int epoch) {
    Progress bar;
    char label[32];
    double loss = 0;
    int right = 0, batch = run->recipe.plan.batch;
    snprintf(label, sizeof label, "epoch %2d/%d", epoch, run->recipe.plan.epochs);
    progress_start(&bar, stdout, label, run->train.n);
    trainer_begin(&run->trainer, epoch);
    for (int first = 0; first < run->train.n; first += batch) {
        Step step = trainer_step(&run->trainer, first);
        log_step(run, epoch, step.loss);
        if (!isfinite(step.loss)) {
            progress_end(&bar);
            diverged(run, step.loss);
        }
        int done = first + batch < run->train.n ? first + batch : run->train.n;
        loss += step.loss * (done - first);
        right += step.right;
        progress_update(&bar, done, loss / done, (double)right / done);
    }
    progress_end(&bar);
    return (double)right / run->train.n;
}
// [train-epoch]

/* The images; --validate holds back the last of them and leaves the test set alone. */
static void load_images(Run *run) {
    const Options *o = run->o;
    run->all = run->train = load_set(o, "train");
    if (!o->validate) {
        run->test = load_set(o, "t10k");
        run->tested = "test";
        return;
    }
    if (o->validate >= run->all.n)
        fail(EXIT_USAGE, "--validate %d: there are only %d training images", o->validate,
             run->all.n);
    run->train.n -= o->validate;
    run->test = (Dataset){o->validate, run->all.image + (size_t)run->train.n * IMAGE_BYTES,
                          run->all.label + run->train.n};
    run->tested = "validation";
}

static void start_run(Run *run, const Options *o) {
    Error error;
    *run = (Run){.o = o, .recipe = recipe_for(o)};
    const Plan *plan = &run->recipe.plan;
    if (o->save && !safetensors_can_save(o->save, &error)) fail(EXIT_WORLD, "%s", error.text);
    run->net = lenet5_with(&run->recipe.net);
    load_images(run);
    if (plan->batch > run->train.n)
        fail(EXIT_USAGE, "--batch %d: there are only %d training images", plan->batch,
             run->train.n);
    run->seconds = calloc((size_t)plan->epochs, sizeof(double));
    if (!run->seconds) fail(EXIT_WORLD, "no memory for %d epochs", plan->epochs);
    if (!trainer_new(&run->trainer, &run->net, &run->train, plan, o->threads, o->seed, &error))
        fail(EXIT_WORLD, "%s", error.text);
    if (o->load) {
        load_params(&run->net, o->load, run->trainer.params);
        load_params(&run->net, o->load, trainer_result(&run->trainer));
    }
    if (!log_open(&run->log, o->log, &error)) fail(EXIT_WORLD, "%s", error.text);
    recipe_print(stdout, &run->recipe);
    char params[32];
    printf("%s: %s parameters, %d training images, %d thread%s, seed %llu\n", run->net.name,
           with_commas(network_trainable(&run->net), params, sizeof params), run->train.n,
           run->trainer.threads, run->trainer.threads > 1 ? "s" : "", (unsigned long long)o->seed);
}

static void save_run(Run *run) {
    const Options *o = run->o;
    Tensor tensor[2 * LAYERS_MAX];
    Error error;
    char seed[32], accuracy[48], value[SETTINGS][32];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)o->seed);
    snprintf(accuracy, sizeof accuracy, "%.4f", run->on_test.accuracy);
    Metadata entry[3 + SETTINGS] = {
        {"recipe", run->recipe.name},
        {"seed", seed},
        {o->validate ? "validation_accuracy" : "test_accuracy", accuracy},
    };
    for (int k = 0; k < SETTINGS; k++)
        entry[3 + k] =
            (Metadata){settings[k].key, recipe_get(&run->recipe, k, value[k], sizeof value[k])};
    int count = network_tensors(&run->net, trainer_result(&run->trainer), tensor);
    if (!safetensors_save(o->save, count, tensor, sizeof entry / sizeof *entry, entry, &error))
        fail(EXIT_WORLD, "%s", error.text);
    printf("saved %s\n", o->save);
}

static void train(const Options *o) {
    Run run;
    Error error;
    double start = seconds_now();
    start_run(&run, o);
    const int epochs = run.recipe.plan.epochs;
    evaluate_run(&run, 0);
    if (run.recipe.watch == WATCH_BOTH) report_epoch(&run, 0, NAN, 0);
    for (int epoch = 1; epoch <= epochs; epoch++) {
        double before = seconds_now(), learning = train_epoch(&run, epoch);
        run.seconds[epoch - 1] = seconds_now() - before;
        evaluate_run(&run, epoch);
        report_epoch(&run, epoch, learning, run.seconds[epoch - 1]);
        const Evaluation *seen[2] = {&run.on_train, &run.on_test};
        for (int k = 0; k < 2; k++) /* the last step may be the one */
            if (seen[k]->n > 0 && !isfinite(seen[k]->loss)) diverged(&run, seen[k]->loss);
    }
    if (o->save) save_run(&run);
    if (!log_close(&run.log, &error)) fail(EXIT_WORLD, "%s", error.text);
    printf("result %s_accuracy=%.4f %s_loss=%.4f train_loss=%.4f epochs=%d seed=%llu params=%ld "
           "seconds_per_epoch=%.2f seconds=%.2f peak_rss_mb=%.0f\n",
           run.tested, run.on_test.accuracy, run.tested, run.on_test.loss, run.on_train.loss,
           epochs, (unsigned long long)o->seed, network_trainable(&run.net),
           median(run.seconds, epochs), seconds_now() - start, peak_memory_mb());
    trainer_free(&run.trainer);
    dataset_free(&run.all);
    if (!o->validate) dataset_free(&run.test);
    free(run.seconds);
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
        fail(EXIT_USAGE, "--image %d: there are only %d training images", image, data.n);
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
    else
        info(&options);
    if (fflush(stdout) != 0 || ferror(stdout)) fail(EXIT_WORLD, "cannot write to stdout");
    return 0;
}
