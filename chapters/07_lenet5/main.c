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
#include "07_lenet5/options.h"
#include "07_lenet5/trainer.h"
#include "gemm.h"
#include "measure.h"
#include "progress.h"

#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ small things --------- */

static Dataset load_set(const Options *o, const char *prefix) {
    Dataset data;
    Error error;
    if (!dataset_load(o->data, prefix, &data, &error)) fail(EXIT_WORLD, "%s", error.text);
    return data;
}

/* The switches: the report's, then what a loaded file says of itself, then the flags. */
static Lenet5 choice_for(const Options *o) {
    Lenet5 choice = lenet5_report;
    Error error;
    for (int k = 0; o->load && !o->choices[0] && k < CHOICES; k++) {
        char saved[32];
        if (!safetensors_metadata(o->load, choice_keys[k], saved, sizeof saved, &error))
            fail(EXIT_WORLD, "%s", error.text);
        if (*saved && choose(choice_keys[k], saved, &choice))
            fail(EXIT_WORLD, "%s: its %s is %s, which is not known here", o->load, choice_keys[k],
                 saved);
    }
    for (int k = 0; k < CHOICES; k++)
        if (o->choices[k]) choose(choice_keys[k], o->choices[k], &choice);
    if (choice.rbf && choice.activation != ACTIVATION_TANH)
        fail(EXIT_USAGE,
             "--head rbf needs --activation tanh: the codes are +1 and -1, and %s never "
             "gives a negative number",
             choice.activation == ACTIVATION_RELU ? "relu" : "sigmoid");
    return choice;
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
    printf("%-8s %-14s %9s    %-9s %10s %12s\n", "layer", "kind", "in", "out", "trainable",
           "connections");
    for (int i = 0; i < net->layers; i++) {
        layer_summary(&net->layer[i], line, sizeof line);
        printf("%s\n", line);
        sum += net->layer[i].connections;
    }
    if (net->loss.code) { /* fixed codes, but the paper counts their links */
        long links = (long)net->loss.in * net->loss.classes;
        printf("%-8s %-14s %9s -> %-9s %10d %12s\n", "OUT", net->loss.name, "84x1x1", "10x1x1", 0,
               with_commas(links, connections, sizeof connections));
        sum += links;
    }
    printf("%-45s %10s %12s\n", net->loss.code ? "sum" : net->loss.name,
           with_commas(network_trainable(net), trainable, sizeof trainable),
           with_commas(sum, connections, sizeof connections));
}

static void info(const Options *o) {
    const Lenet5 choice = choice_for(o);
    Network net = lenet5_with(&choice);
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

static void test(const Options *o) {
    const Lenet5 choice = choice_for(o);
    Network net = lenet5_with(&choice);
    Dataset data = load_set(o, "t10k");
    Evaluation e;
    Error error;
    real *params = calloc(network_params(&net), sizeof(real));
    if (!params) fail(EXIT_WORLD, "no memory for the parameters");
    load_params(&net, o->load, params);
    double start = seconds_now();
    if (!evaluate(&net, params, &data, o->threads, &e, &error)) fail(EXIT_WORLD, "%s", error.text);
    double seconds = seconds_now() - start;
    if (!isfinite(e.loss))
        fail(EXIT_WORLD, "%s: its loss on the test images is %g", o->load, e.loss);
    print_confusion(&e);
    printf("result test_accuracy=%.4f test_loss=%.4f images=%d params=%ld seconds=%.3f "
           "peak_rss_mb=%.0f\n",
           e.accuracy, e.loss, e.n, network_trainable(&net), seconds, peak_memory_mb());
    free(params);
    dataset_free(&data);
}

/* ------------------------------------------------------------------ train ---------------- */

/* Everything one training run holds. */
typedef struct Run {
    const Options *o;
    Lenet5 choice;
    Network net;
    Dataset train, test;
    Trainer trainer;
    Log log;
    long iteration;
    double since_line;            /* losses that are not in the log yet */
    Evaluation on_train, on_test; /* after the last epoch */
    double *seconds;              /* of each epoch's training */
} Run;

static void evaluate_both(Run *run) {
    Error error;
    const real *params = run->trainer.params;
    if (!evaluate(&run->net, params, &run->train, run->o->threads, &run->on_train, &error) ||
        !evaluate(&run->net, params, &run->test, run->o->threads, &run->on_test, &error))
        fail(EXIT_WORLD, "%s", error.text);
}

static void report_epoch(Run *run, int epoch, double seconds) {
    log_epoch(&run->log, run->iteration, epoch, &run->on_train, &run->on_test, seconds);
    printf("epoch %2d/%d  train loss %.4f accuracy %.4f  test loss %.4f accuracy %.4f  %.2f s\n",
           epoch, run->o->epochs, run->on_train.loss, run->on_train.accuracy, run->on_test.loss,
           run->on_test.accuracy, seconds);
    fflush(stdout);
}

/* The run has diverged: say where, and what to try. */
static void diverged(Run *run, double loss) {
    Error ignored;
    log_close(&run->log, &ignored);
    fail(EXIT_WORLD,
         "the loss is %g at iteration %ld: training has diverged; try a smaller rate than "
         "--lr %g (nothing was saved)",
         loss, run->iteration, run->trainer.optimizer.lr);
}

/* A line for every mini-batch; when those are small, one for every hundred images, their mean. */
static void log_step(Run *run, int epoch, double loss) {
    int every = run->o->batch >= 100 ? 1 : 100 / run->o->batch;
    run->since_line += loss;
    if (++run->iteration % every != 0) return;
    log_batch(&run->log, run->iteration, epoch, run->since_line / every);
    run->since_line = 0;
}

// [train-epoch]
/* One epoch: every image once, in a new order. Returns the seconds it took. */
static double train_epoch(Run *run, int epoch) {
    Progress bar;
    char label[32];
    double loss = 0, start = seconds_now();
    int right = 0;
    snprintf(label, sizeof label, "epoch %2d/%d", epoch, run->o->epochs);
    progress_start(&bar, stdout, label, run->train.n);
    trainer_begin(&run->trainer, epoch);
    for (int first = 0; first < run->train.n; first += run->o->batch) {
        Step step = trainer_step(&run->trainer, first);
        log_step(run, epoch, step.loss);
        if (!isfinite(step.loss)) {
            progress_end(&bar);
            diverged(run, step.loss);
        }
        int done = first + run->o->batch < run->train.n ? first + run->o->batch : run->train.n;
        loss += step.loss * (done - first);
        right += step.right;
        progress_update(&bar, done, loss / done, (double)right / done);
    }
    progress_end(&bar);
    return seconds_now() - start;
}
// [train-epoch]

static void start_run(Run *run, const Options *o) {
    Error error;
    if (o->save && !safetensors_can_save(o->save, &error)) fail(EXIT_WORLD, "%s", error.text);
    *run = (Run){.o = o, .choice = choice_for(o)};
    run->net = lenet5_with(&run->choice);
    run->train = load_set(o, "train");
    run->test = load_set(o, "t10k");
    if (o->batch > run->train.n)
        fail(EXIT_USAGE, "--batch %d: there are only %d training images", o->batch, run->train.n);
    run->seconds = calloc((size_t)o->epochs, sizeof(double));
    if (!run->seconds) fail(EXIT_WORLD, "no memory for %d epochs", o->epochs);
    if (!trainer_new(&run->trainer, &run->net, &run->train, o->batch, o->threads, o->optimizer,
                     o->init, o->seed, &error))
        fail(EXIT_WORLD, "%s", error.text);
    run->trainer.fixed_order = o->fixed_order;
    run->trainer.rate = o->rate;
    if (o->load) load_params(&run->net, o->load, run->trainer.params);
    if (!log_open(&run->log, o->log, &error)) fail(EXIT_WORLD, "%s", error.text);
    char params[32];
    double lr = o->rate ? o->rate(1) : o->optimizer.lr;
    printf("%s: %s parameters, %d training images, %s lr %g%s, batch %d, %d thread%s, seed %llu\n",
           run->net.name, with_commas(network_trainable(&run->net), params, sizeof params),
           run->train.n, o->optimizer.name, lr, o->rate ? " and falling" : "", o->batch,
           run->trainer.threads, run->trainer.threads > 1 ? "s" : "", (unsigned long long)o->seed);
}

static void save_run(Run *run) {
    const Options *o = run->o;
    Tensor tensor[2 * LAYERS_MAX];
    Error error;
    char seed[32], epochs[32], accuracy[32];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)o->seed);
    snprintf(epochs, sizeof epochs, "%d", o->epochs);
    snprintf(accuracy, sizeof accuracy, "%.4f", run->on_test.accuracy);
    Metadata entry[CHOICES + 3] = {{"seed", seed}, {"epochs", epochs}, {"test_accuracy", accuracy}};
    char value[CHOICES][16];
    for (int k = 0; k < CHOICES; k++) {
        chosen(choice_keys[k], &run->choice, value[k], sizeof value[k]);
        entry[3 + k] = (Metadata){choice_keys[k], value[k]};
    }
    int count = network_tensors(&run->net, run->trainer.params, tensor);
    if (!safetensors_save(o->save, count, tensor, sizeof entry / sizeof *entry, entry, &error))
        fail(EXIT_WORLD, "%s", error.text);
    printf("saved %s\n", o->save);
}

static void train(const Options *o) {
    Run run;
    Error error;
    start_run(&run, o);
    evaluate_both(&run);
    report_epoch(&run, 0, 0);
    for (int epoch = 1; epoch <= o->epochs; epoch++) {
        run.seconds[epoch - 1] = train_epoch(&run, epoch);
        evaluate_both(&run);
        report_epoch(&run, epoch, run.seconds[epoch - 1]);
        double losses = run.on_train.loss + run.on_test.loss; /* the last step may be the one */
        if (!isfinite(losses)) diverged(&run, losses);
    }
    if (o->save) save_run(&run);
    if (!log_close(&run.log, &error)) fail(EXIT_WORLD, "%s", error.text);
    printf(
        "result test_accuracy=%.4f test_loss=%.4f train_loss=%.4f epochs=%d seed=%llu params=%ld "
        "seconds_per_epoch=%.2f peak_rss_mb=%.0f\n",
        run.on_test.accuracy, run.on_test.loss, run.on_train.loss, o->epochs,
        (unsigned long long)o->seed, network_trainable(&run.net), median(run.seconds, o->epochs),
        peak_memory_mb());
    trainer_free(&run.trainer);
    dataset_free(&run.train);
    dataset_free(&run.test);
    free(run.seconds);
}

int main(int argc, char **argv) {
    Options options;
    Error error;
    gemm_single_thread();
    if (!options_read(argc, argv, &options, &error)) fail(EXIT_USAGE, "%s", error.text);
    if (options.help)
        fputs(options_usage, stdout);
    else if (strcmp(options.command, "train") == 0)
        train(&options);
    else if (strcmp(options.command, "test") == 0)
        test(&options);
    else
        info(&options);
    if (fflush(stdout) != 0 || ferror(stdout)) fail(EXIT_WORLD, "cannot write to stdout");
    return 0;
}
