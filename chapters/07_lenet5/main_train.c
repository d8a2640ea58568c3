/*
 * 07_lenet5 train: one run from the first parameters to the saved file, with its log, its checkpoints, and what to do
 * when it is interrupted.
 */
#include "07_lenet5/main.h"

#include "07_lenet5/checkpoint.h"
#include "07_lenet5/lenet5.h"
#include "07_lenet5/live.h"
#include "07_lenet5/log.h"
#include "07_lenet5/trainer.h"
#include "measure.h"
#include "progress.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Everything one training run holds. */
typedef struct Run {
    const Options *o;
    Recipe recipe;
    uint64_t seed;
    Network net;
    Dataset all;         /* the training images as they were loaded */
    Dataset train, test; /* with --validate, test is the end of all */
    const char *tested;  /* "test" or "validation": what test is */
    Trainer trainer;
    Log log;
    Live live;                    /* --live: the curves, drawn on the way */
    Place place;                  /* where the run stands */
    Evaluation on_train, on_test; /* after the last epoch */
    double *seconds;              /* of each epoch that was trained here */
    int timed;                    /* how many those are */
} Run;

/* Ctrl-C came: the run finishes its mini-batch. A second one ends the program at once. */
static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number) {
    interrupted = signal_number;
}

static void catch_interrupts(void) {
    struct sigaction action = {.sa_handler = on_interrupt,
                               .sa_flags = (int)(SA_RESETHAND | SA_RESTART)};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* What the recipe wants to see after this epoch; the rest has no images, and NaN for results. */
static void evaluate_run(Run *run, int epoch) {
    Error error;
    const real *params = trainer_result(&run->trainer);
    bool last = epoch == run->recipe.plan.epochs;
    Watch watch = run->recipe.watch;
    run->on_train = run->on_test = (Evaluation){.loss = (double)NAN, .accuracy = (double)NAN};
    if ((watch == WATCH_BOTH &&
         !evaluate(&run->net, params, &run->train, run->o->threads, &run->on_train, &error)) ||
        ((watch == WATCH_BOTH || last || (watch == WATCH_TEST && epoch > 0)) &&
         !evaluate(&run->net, params, &run->test, run->o->threads, &run->on_test, &error)))
        fail(EXIT_WORLD, "%s", error.text);
}

static void report_epoch(Run *run, int epoch, double learning, double seconds) {
    log_epoch(&run->log, run->place.iteration, epoch, &run->on_train, &run->on_test, learning,
              seconds);
    live_wipe(&run->live);
    live_epoch(&run->live, epoch, run->on_test.loss, run->on_test.accuracy);
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

static const char *checkpoint_path(const Run *run) {
    return run->o->checkpoint ? run->o->checkpoint : run->o->resume;
}

/* The run has diverged: say where, and what to try. */
static void diverged(Run *run, double loss) {
    Error ignored;
    log_close(&run->log, &ignored);
    bool kept = checkpoint_path(run) && access(checkpoint_path(run), F_OK) == 0;
    fail(EXIT_WORLD,
         "the loss is %g at iteration %ld: training has diverged; try a smaller rate than "
         "--lr %g (%s%s)",
         loss, run->place.iteration, run->recipe.plan.optimizer.lr,
         kept ? "the last good place is in " : "nothing was saved",
         kept ? checkpoint_path(run) : "");
}

/* A line for every mini-batch; when those are small, one for every hundred images, their mean. */
static void log_step(Run *run, double loss) {
    Place *at = &run->place;
    int batch = run->recipe.plan.batch, every = batch >= 100 ? 1 : 100 / batch;
    at->since_line += loss;
    if (++at->iteration % every != 0) return;
    log_batch(&run->log, at->iteration, at->epoch, at->since_line / every);
    at->since_line = 0;
}

static void save_checkpoint(Run *run) {
    Error error;
    if (!checkpoint_path(run)) return;
    run->place.log_bytes = log_length(&run->log);
    if (run->place.log_bytes < 0)
        fail(EXIT_WORLD, "%s: the log is incomplete: is the disk full?", run->o->log);
    if (!checkpoint_save(checkpoint_path(run), &run->recipe, &run->trainer, &run->place, &error))
        fail(EXIT_WORLD, "%s", error.text);
}

/* A word of a command, so that a shell reads it back as one. */
static void print_word(const char *before, const char *word) {
    bool plain = !strpbrk(word, " \t\n'\"\\$`&;|<>()*?[]#~!");
    printf(plain ? "%s" : "%s'", before);
    for (const char *c = word; *c; c++) printf(*c == '\'' ? "'\\''" : "%c", *c);
    if (!plain) printf("'");
}

/* The command that goes on with this run: what the checkpoint does not hold must be said again. */
static void print_resume(const Run *run) {
    const Options *o = run->o;
    print_word("; to go on:\n", o->program);
    print_word(" train --resume ", checkpoint_path(run));
    if (strcmp(o->data, MNIST_DIR) != 0) print_word(" --data ", o->data);
    if (o->validate) printf(" --validate %d", o->validate);
    if (o->probe) printf(" --probe %d", o->probe);
    if (o->live) printf(" --live");
    if (o->log) print_word(" --log ", o->log);
    if (o->save) print_word(" --save ", o->save);
    printf("\n");
}

/* After Ctrl-C: saves, says how to go on, and exits as a program that was interrupted does. */
static void stop_run(Run *run) {
    const Place *at = &run->place;
    save_checkpoint(run);
    printf("\nstopped in epoch %d of %d, after %d of its images", at->epoch,
           run->recipe.plan.epochs, at->first);
    if (checkpoint_path(run))
        print_resume(run);
    else
        printf("; nothing was saved, as there was no --checkpoint FILE\n");
    fflush(stdout);
    exit(128 + interrupted);
}

/* --probe: the test images within an epoch; its end is evaluated anyway. */
static void probe(Run *run, int done) {
    Evaluation e;
    Error error;
    const int every = run->o->probe;
    if (every == 0 || run->place.iteration % every != 0 || done == run->train.n) return;
    if (!evaluate(&run->net, trainer_result(&run->trainer), &run->test, run->o->threads, &e,
                  &error))
        fail(EXIT_WORLD, "%s", error.text);
    log_probe(&run->log, run->place.iteration, run->place.epoch, &e);
}

// [train-epoch]
/* One epoch, from where the run stands: every image once. Returns the share that was right while learning. */
static double train_epoch(Run *run) {
    Progress bar;
    char label[32];
    Place *at = &run->place;
    snprintf(label, sizeof label, "epoch %2d/%d", at->epoch, run->recipe.plan.epochs);
    progress_start(&bar, stdout, label, run->train.n);
    if (at->first == 0) trainer_begin(&run->trainer, at->epoch);
    while (at->first < run->train.n) {
        Step step = trainer_step(&run->trainer, at->first);
        int end = at->first + run->recipe.plan.batch;
        int done = end < run->train.n ? end : run->train.n;
        log_step(run, step.loss);
        at->loss += step.loss * (done - at->first);
        at->right += step.right;
        live_batch(&run->live, at->epoch - 1 + (double)done / run->train.n, step.loss,
                   (double)step.right / (done - at->first));
        at->first = done;
        bool finite = isfinite(step.loss);
        if (!finite || (interrupted && done < run->train.n)) progress_end(&bar);
        if (!finite) diverged(run, step.loss);
        if (interrupted && done < run->train.n) stop_run(run);
        progress_update(&bar, done, at->loss / done, (double)at->right / done);
        probe(run, done);
    }
    progress_end(&bar);
    return (double)at->right / run->train.n;
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
        fail(EXIT_USAGE, "--validate %d: there are only %d training images, and some must train",
             o->validate, run->all.n);
    run->train.n -= o->validate;
    run->test = (Dataset){o->validate, run->all.image + (size_t)run->train.n * IMAGE_BYTES,
                          run->all.label + run->train.n};
    run->tested = "validation";
}

/* Whether a window can be opened here. */
static bool display(void) {
    const char *x11 = getenv("DISPLAY"), *wayland = getenv("WAYLAND_DISPLAY");
    return (x11 && *x11) || (wayland && *wayland);
}

/* Settings, seed and place: from the flags, or from the checkpoint to go on with. */
static void choose_run(Run *run, const Options *o) {
    Error error;
    *run = (Run){.o = o, .seed = o->seed, .place = {.epoch = 1}};
    if (!o->resume)
        run->recipe = recipe_for(o);
    else if (!checkpoint_read(o->resume, &run->recipe, &run->seed, &run->place, &error))
        fail(EXIT_WORLD, "%s", error.text);
    const char *files[2] = {o->save, checkpoint_path(run)};
    for (int k = 0; k < 2; k++)
        if (files[k] && !safetensors_can_save(files[k], &error)) fail(EXIT_WORLD, "%s", error.text);
    if (o->live && !live_start(&run->live, stdout, display(), &error))
        fail(EXIT_WORLD, "%s", error.text);
}

/* The first parameters: drawn, loaded, or as the checkpoint left them. */
static void fill_run(Run *run) {
    const Options *o = run->o;
    Error error;
    if (!trainer_new(&run->trainer, &run->net, &run->train, &run->recipe.plan, o->threads,
                     run->seed, &error))
        fail(EXIT_WORLD, "%s", error.text);
    if (o->load) {
        size_t bytes = network_params(&run->net) * sizeof(real);
        real *params = load_params(&run->net, o->load);
        memcpy(run->trainer.params, params, bytes);
        memcpy(trainer_result(&run->trainer), params, bytes);
        free(params);
    }
    if (o->resume && !checkpoint_resume(o->resume, &run->trainer, &run->place, &error))
        fail(EXIT_WORLD, "%s", error.text);
    if (!(o->resume ? log_resume(&run->log, o->log, run->place.log_bytes, &error)
                    : log_open(&run->log, o->log, &error)))
        fail(EXIT_WORLD, "%s", error.text);
}

static void start_run(Run *run, const Options *o) {
    choose_run(run, o);
    const Plan *plan = &run->recipe.plan;
    run->net = lenet5_with(&run->recipe.net);
    load_images(run);
    if (plan->batch > run->train.n)
        fail(EXIT_USAGE, "--batch %d: there are only %d training images", plan->batch,
             run->train.n);
    run->seconds = calloc((size_t)plan->epochs, sizeof(double));
    if (!run->seconds) fail(EXIT_WORLD, "no memory for %d epochs", plan->epochs);
    fill_run(run);
    recipe_print(stdout, &run->recipe);
    char params[32];
    printf("%s: %s parameters, %d training images, %d thread%s, seed %llu\n", run->net.name,
           with_commas(network_trainable(&run->net), params, sizeof params), run->train.n,
           run->trainer.threads, run->trainer.threads > 1 ? "s" : "",
           (unsigned long long)run->seed);
}

static void save_run(Run *run) {
    const Options *o = run->o;
    Tensor tensor[2 * LAYERS_MAX];
    Error error;
    char seed[32], accuracy[48], epoch[16], low[32], high[32], value[SETTINGS][32];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)run->seed);
    snprintf(accuracy, sizeof accuracy, "%.4f", run->on_test.accuracy);
    snprintf(epoch, sizeof epoch, "%d", run->place.epoch - 1);
    snprintf(low, sizeof low, "%.9g", (double)run->net.input.lo);
    snprintf(high, sizeof high, "%.9g", (double)run->net.input.hi);
    Metadata entry[7 + SETTINGS] = {
        {"network", run->net.name},
        {"input_black", low},
        {"input_white", high},
        {"recipe", run->recipe.name},
        {"seed", seed},
        {"epoch", epoch},
        {o->validate ? "validation_accuracy" : "test_accuracy", accuracy},
    };
    for (int k = 0; k < SETTINGS; k++)
        entry[7 + k] =
            (Metadata){settings[k].key, recipe_get(&run->recipe, k, value[k], sizeof value[k])};
    int count = network_tensors(&run->net, trainer_result(&run->trainer), tensor);
    if (!safetensors_save(o->save, count, tensor, sizeof entry / sizeof *entry, entry, &error))
        fail(EXIT_WORLD, "%s", error.text);
    printf("saved %s\n", o->save);
}

/* One epoch, what it is worth, and a checkpoint behind it. */
static void run_epoch(Run *run) {
    int epoch = run->place.epoch;
    double before = seconds_now(), learning = train_epoch(run);
    double seconds = run->seconds[run->timed++] = seconds_now() - before;
    evaluate_run(run, epoch);
    report_epoch(run, epoch, learning, seconds);
    const Evaluation *seen[2] = {&run->on_train, &run->on_test};
    for (int k = 0; k < 2; k++) /* the last step may be the one */
        if (seen[k]->n > 0 && !isfinite(seen[k]->loss)) diverged(run, seen[k]->loss);
    run->place.epoch++;
    run->place.first = run->place.right = 0;
    run->place.loss = 0;
    save_checkpoint(run);
    if (interrupted && epoch < run->recipe.plan.epochs) stop_run(run);
}

void train(const Options *o) {
    Run run;
    Error error;
    double start = seconds_now();
    start_run(&run, o);
    const int epochs = run.recipe.plan.epochs;
    catch_interrupts();
    evaluate_run(&run, run.place.epoch - 1);
    if (run.recipe.watch == WATCH_BOTH && !o->resume) report_epoch(&run, 0, (double)NAN, 0);
    while (run.place.epoch <= epochs) run_epoch(&run);
    live_end(&run.live);
    if (o->save) save_run(&run);
    if (!log_close(&run.log, &error)) fail(EXIT_WORLD, "%s", error.text);
    printf("result %s_accuracy=%.4f %s_loss=%.4f", run.tested, run.on_test.accuracy, run.tested,
           run.on_test.loss);
    if (run.on_train.n > 0) printf(" train_loss=%.4f", run.on_train.loss);
    printf(" epochs=%d seed=%llu params=%ld seconds_per_epoch=%.2f seconds=%.2f peak_rss_mb=%.0f\n",
           epochs, (unsigned long long)run.seed, network_trainable(&run.net),
           run.timed ? median(run.seconds, run.timed) : 0, seconds_now() - start, peak_memory_mb());
    trainer_free(&run.trainer);
    dataset_free(&run.all);
    if (!o->validate) dataset_free(&run.test);
    free(run.seconds);
}
