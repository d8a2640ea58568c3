/*
 * The command train: one run from the initial parameters to the saved file, with its log, its
 * checkpoints, and an end that Ctrl-C can choose.
 *
 * Between two mini-batches the whole run is in a Run. So it can be saved there, stopped there, and
 * resumed from there to the same bits.
 */
#include "07_lenet5/workbench/train.h"

#include "07_lenet5/evaluate.h"
#include "07_lenet5/workbench/checkpoint.h"
#include "07_lenet5/workbench/log.h"
#include "07_lenet5/workbench/ranks.h"
#include "07_lenet5/workbench/session.h"
#include "file.h"
#include "measure.h"
#include "progress.h"

#include <ctype.h>
#include <errno.h>
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
    const char *tested;  /* the name of that set: "test" or "validation" */
    Checkpoint resumed;  /* --resume; open until the trainer has its state */
    Trainer trainer;
    Log log;
    Place place;                  /* how far the run has come */
    Evaluation on_train, on_test; /* after the last epoch */
    double *seconds;              /* of each epoch that was trained here */
    int timed;                    /* how many those are */
} Run;

/* ------------------------------------------------------------------ interrupts ----------- */

/* The signal that came: Ctrl-C, or the terminal was closed. A handler may do nothing but note it;
   the run looks after each mini-batch. */
static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal_number) {
    interrupted = signal_number;
}

/* The first signal lets the run finish its mini-batch. It also resets its action, so a second one
   ends the program at once, for a user who does not want to wait. */
static void catch_interrupts(void) {
    struct sigaction action = {.sa_handler = on_interrupt,
                               .sa_flags = (int)(SA_RESETHAND | SA_RESTART)};
    struct sigaction before;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    /* nohup ignores it, and means it */
    if (sigaction(SIGHUP, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        sigaction(SIGHUP, &action, NULL);
}

/* On the checkpoint, until the program ends. atexit() passes no argument, so this is global. */
static Lock lock = {.file = -1};

static void unlock(void) {
    lock_release(&lock);
}

/* ------------------------------------------------------------------ starting ------------- */

/* A run that is resumed keeps saving where it was saved, unless told otherwise. */
static const char *checkpoint_path(const Run *run) {
    return run->o->checkpoint ? run->o->checkpoint : run->o->resume;
}

/* The images; --validate holds back the last of them and leaves the test set alone. */
static void load_images(Run *run) {
    const Options *o = run->o;
    run->all = session_set(o, "train");
    run->train = run->all;
    if (!o->validate) {
        run->test = session_set(o, "t10k");
        run->tested = "test";
        return;
    }
    if (o->validate >= run->all.n)
        fail(EXIT_USAGE, "--validate %d: only %d training image%s, and some must train",
             o->validate, run->all.n, run->all.n == 1 ? "" : "s");
    /* Both sets point into one array: train has its beginning, test its end. */
    run->train.n -= o->validate;
    run->test = (Dataset){o->validate, run->all.image + (size_t)run->train.n * IMAGE_BYTES,
                          run->all.label + run->train.n};
    run->tested = "validation";
}

/* Two runs with one checkpoint would replace each other's. */
static void lock_checkpoint(const Run *run) {
    Error error;
    if (!checkpoint_path(run) || !ranks_first()) return;
    if (!lock_take(&lock, checkpoint_path(run), &error)) fail_with(&error);
    atexit(unlock);
}

/* Hours of training should not end in a folder that does not exist, and a slip of the keyboard not
   replace a file of another kind. The checkpoint that is resumed is read soon. */
static void check_outputs(const Run *run) {
    const char *save = run->o->save, *kept = run->o->checkpoint;
    Error error;
    if (!ranks_first()) return;
    if (save && !safetensors_may_replace(save, "at_epoch", false, &error)) fail_with(&error);
    if (kept && !safetensors_may_replace(kept, "at_epoch", true, &error)) fail_with(&error);
    const char *files[2] = {save, checkpoint_path(run)};
    for (int k = 0; k < 2; k++)
        if (files[k] && !output_possible(files[k], &error)) fail_with(&error);
}

/* Settings, seed and place: from the flags, or from the checkpoint to resume. */
static void choose_run(Run *run, const Options *o) {
    Error error;
    *run = (Run){.o = o, .seed = o->seed, .place = {.epoch = 1}};
    /* The lock comes before anything reads the file: its owner may be writing it. */
    lock_checkpoint(run);
    check_outputs(run);
    if (!o->resume) {
        run->recipe = session_recipe(o);
        return;
    }
    if (!checkpoint_open(o->resume, &run->resumed, &error)) fail_with(&error);
    run->recipe = run->resumed.recipe;
    run->seed = run->resumed.seed;
    run->place = run->resumed.place;
}

/* Parameters of another run as the initial ones. */
static void load_params(Run *run, const char *path) {
    size_t bytes = network_params(&run->net) * sizeof(real);
    real *params = session_params(&run->net, path);
    memcpy(run->trainer.params, params, bytes);
    /* A running mean begins at the same values, or it would remember the random ones. */
    memcpy(trainer_result(&run->trainer), params, bytes);
    free(params);
}

/* The trainer, with its parameters: random, loaded, or as the checkpoint left them. */
static void make_trainer(Run *run) {
    const Options *o = run->o;
    const Plan *plan = &run->recipe.plan;
    Error error;
    if (!trainer_new(&run->trainer, &run->net, &run->train, plan, run->seed, &error))
        fail_with(&error);
    if (!ranks_share(&run->trainer, o->threads, &error)) fail_with(&error);
    if (o->load) load_params(run, o->load);
    if (o->resume && !checkpoint_resume(&run->resumed, &run->trainer, &error)) fail_with(&error);
}

/* The checkpoint has told everything by now. Other kernels resume the run to slightly
   different digits; a line says so, as no number would show it. */
static void close_checkpoint(Run *run) {
    char other[200];
    if (!run->o->resume) return;
    if (!checkpoint_same_bits(&run->resumed, &run->net, other, sizeof other))
        printf("note: saved by %s: the last bits will differ\n", other);
    checkpoint_close(&run->resumed);
}

/* A new log, or the old one cut to the length that it had at the checkpoint. Only the first rank
   writes one. */
static void open_log(Run *run) {
    const Options *o = run->o;
    const char *path = ranks_first() ? o->log : NULL;
    Error error;
    bool ok = o->resume ? log_resume(&run->log, path, run->place.log_bytes, &error)
                        : log_open(&run->log, path, &error);
    if (!ok) fail_with(&error);
}

/* Everything that decides the run's numbers, so that its output alone can repeat it. */
static void print_run(const Run *run) {
    char params[32], ranks[32] = "";
    int threads = run->trainer.threads;
    recipe_print(stdout, &run->recipe);
    if (ranks_count() > 1) snprintf(ranks, sizeof ranks, "%d ranks of ", ranks_count());
    printf("%s: %s parameters, %d training images, %s%d thread%s, seed %llu, %s kernels\n",
           run->net.name, with_commas(network_trainable(&run->net), params, sizeof params),
           run->train.n, ranks, threads, threads > 1 ? "s" : "", (unsigned long long)run->seed,
           run->net.kernels);
}

/* In the order in which a mistake costs least: flags and files before images, images before
   memory. */
static void start_run(Run *run, const Options *o) {
    choose_run(run, o);
    const Plan *plan = &run->recipe.plan;
    run->net = session_network(o, &run->recipe.net);
    load_images(run);
    if (plan->batch > run->train.n)
        fail(EXIT_USAGE, "batch %d: only %d training image%s", plan->batch, run->train.n,
             run->train.n == 1 ? "" : "s");
    run->seconds = calloc((size_t)plan->epochs, sizeof(double));
    if (!run->seconds) fail(EXIT_FAILURE, "no memory for %d epochs", plan->epochs);
    make_trainer(run);
    /* From here on an old log is gone: everything that could be refused has been checked. */
    open_log(run);
    print_run(run);
    close_checkpoint(run);
}

/* ------------------------------------------------------------------ stopping ------------- */

/* The run has diverged: say where, and suggest a smaller rate. The checkpoint is not touched, so it
   is from before. */
static void diverged(Run *run, double loss) {
    Error ignored;
    const char *path = checkpoint_path(run);
    log_close(&run->log, &ignored);
    bool kept = path && access(path, F_OK) == 0;
    fail(EXIT_FAILURE,
         "the loss is %s at iteration %ld: training has diverged; try a smaller rate than "
         "--lr %g (%s%s)",
         isnan(loss) ? "nan" : "infinite", run->place.iteration, run->recipe.plan.optimizer.lr,
         kept ? "the last good state is in " : "nothing was saved", kept ? path : "");
}

/* The log first: a checkpoint must not promise lines that a power cut could still take away. */
static void save_checkpoint(Run *run) {
    Error error;
    if (!checkpoint_path(run)) return;
    ranks_collect(&run->trainer);
    if (!ranks_first()) return;
    run->place.log_bytes = log_sync(&run->log);
    if (run->place.log_bytes < 0)
        fail(EXIT_FAILURE, "%s: the log is incomplete: %s", run->o->log, strerror(errno));
    if (!checkpoint_save(checkpoint_path(run), &run->recipe, &run->trainer, &run->place, &error))
        fail_with(&error);
}

/* A word of a command, quoted where a shell would not read it back as one. */
static void print_word(const char *before, const char *word) {
    char shown[PATH_MAX];
    printf("%s", before);
    printable_name(word, shown, sizeof shown);
    if (strcmp(shown, word) == 0 && !strpbrk(word, " '\"\\$`&;|<>()*?[]#~!")) {
        printf("%s", word);
        return;
    }
    if (strcmp(shown, word) != 0) { /* $'...': bytes as octal numbers */
        printf("$'");
        for (const char *c = word; *c; c++)
            printf(isalnum((unsigned char)*c) ? "%c" : "\\%03o", (unsigned char)*c);
        putchar('\'');
        return;
    }
    putchar('\'');
    for (const char *c = word; *c; c++)
        printf(*c == '\'' ? "'\\''" : "%c", *c);
    putchar('\'');
}

/* The command that resumes this run: everything that the checkpoint does not hold, said again. */
static void print_resume(const Run *run) {
    const Options *o = run->o;
    print_word("; to resume:\n", o->program);
    print_word(" train --resume ", checkpoint_path(run));
    if (strcmp(o->data, MNIST_DIR) != 0) print_word(" --data ", o->data);
    if (o->kernels != KERNELS_FAST) print_word(" --kernels ", run->net.kernels);
    if (o->validate) printf(" --validate %d", o->validate);
    if (o->probe) printf(" --probe %d", o->probe);
    if (o->log) print_word(" --log ", o->log);
    if (o->save) print_word(" --save ", o->save);
    printf("\n");
}

/* After Ctrl-C: saves, says how to resume, and exits as shells expect of a program that a signal
   ended. */
static _Noreturn void stop_run(Run *run, int signal_number) {
    const Place *place = &run->place;
    save_checkpoint(run);
    printf("\nstopped in epoch %d of %d, after %d of its images", place->epoch,
           run->recipe.plan.epochs, place->first);
    if (checkpoint_path(run))
        print_resume(run);
    else
        printf("; nothing was saved, as there was no --checkpoint FILE\n");
    fflush(stdout);
    ranks_end();
    exit(128 + signal_number);
}

/* ------------------------------------------------------------------ evaluation ----------- */

/* Evaluates one set, or ends the program. The other ranks wait for the first. */
static Evaluation evaluate_set(const Run *run, const Dataset *data) {
    Evaluation result;
    const real *params = trainer_result(&run->trainer);
    Error error;
    if (ranks_first() && !evaluate(&run->net, params, data, run->o->threads, &result, &error))
        fail_with(&error);
    ranks_tell(&result, sizeof result);
    return result;
}

/* The sets that --evaluate asks for after this epoch. The others get no images, and NaN for
   results, which a log shows as missing. */
static void evaluate_run(Run *run, int epoch) {
    bool last = epoch == run->recipe.plan.epochs;
    Evaluate which = run->recipe.evaluate;
    run->on_train = (Evaluation){.loss = (double)NAN, .accuracy = (double)NAN};
    run->on_test = run->on_train;
    if (which == EVALUATE_BOTH) run->on_train = evaluate_set(run, &run->train);
    /* Epoch 0, the untrained network, is of interest only where both curves begin. */
    bool test = which == EVALUATE_TEST && epoch > 0;
    if (which == EVALUATE_BOTH || test || last) run->on_test = evaluate_set(run, &run->test);
}

/* A line of the log and a line on the terminal. */
static void report_epoch(Run *run, int epoch, double learning, double seconds) {
    log_epoch(&run->log, run->place.iteration, epoch, &run->on_train, &run->on_test, learning,
              seconds);
    printf("epoch %2d/%d  ", epoch, run->recipe.plan.epochs);
    if (run->recipe.evaluate == EVALUATE_BOTH)
        printf("train loss %.4f accuracy %.4f  ", unsigned_nan(run->on_train.loss),
               run->on_train.accuracy);
    else
        printf("learning accuracy %.4f  ", learning);
    if (run->on_test.n > 0)
        printf("%s loss %.4f accuracy %.4f  ", run->tested, unsigned_nan(run->on_test.loss),
               run->on_test.accuracy);
    printf("%.2f s\n", seconds);
    fflush(stdout);
}

/* --probe: the test images within an epoch. At its end they are evaluated anyway. */
static void probe(Run *run) {
    const int every = run->o->probe;
    const Place *place = &run->place;
    if (every == 0 || place->iteration % every != 0 || place->first == run->train.n) return;
    Evaluation e = evaluate_set(run, &run->test);
    log_probe(&run->log, place->iteration, place->epoch, &e);
}

/* ------------------------------------------------------------------ one epoch ------------ */

/* A line for every mini-batch. Small ones share a line for every hundred images, their mean: the
   original's log would have 60,000 lines per epoch, and a curve of noise. */
static void log_step(Run *run, double loss) {
    Place *place = &run->place;
    int batch = run->recipe.plan.batch, every = batch >= 100 ? 1 : 100 / batch;
    place->since_line += loss;
    place->iteration++;
    if (place->iteration % every != 0) return;
    log_batch(&run->log, place->iteration, place->epoch, place->since_line / every);
    place->since_line = 0;
}

/* One mini-batch: a step of the trainer, a line of the log, and the moment at which a run may end
   early. */
static void run_step(Run *run, Progress *bar) {
    Place *place = &run->place;
    Step step = trainer_step(&run->trainer, place->first);
    int end = place->first + run->recipe.plan.batch;
    if (end > run->train.n) end = run->train.n; /* the last one may be smaller */
    log_step(run, step.loss);
    place->loss += step.loss * (end - place->first);
    place->correct += step.correct;
    place->first = end;

    /* After the last mini-batch an interrupt waits for the epoch's own checkpoint. */
    int stop = end < run->train.n ? ranks_signal(interrupted) : 0;
    if (!isfinite(step.loss) || stop) progress_end(bar);
    if (!isfinite(step.loss)) diverged(run, step.loss);
    if (stop) stop_run(run, stop);
    progress_update(bar, end, place->loss / end, (double)place->correct / end);
    probe(run);
}

/* One epoch, from where the run is: every image once. Returns the share of correct predictions
   while learning. */
static double train_epoch(Run *run) {
    Progress bar;
    char label[32];
    Place *place = &run->place;
    snprintf(label, sizeof label, "epoch %2d/%d", place->epoch, run->recipe.plan.epochs);
    progress_start(&bar, stdout, label, run->train.n);
    /* A run that is resumed within an epoch has its order already. */
    if (place->first == 0) trainer_begin(&run->trainer, place->epoch);
    while (place->first < run->train.n)
        run_step(run, &bar);
    progress_end(&bar);
    return (double)place->correct / run->train.n;
}

/* One epoch, its evaluation, and a checkpoint after it. */
static void run_epoch(Run *run) {
    int epoch = run->place.epoch;
    double before = seconds_now();
    double learning = train_epoch(run);
    double seconds = seconds_now() - before;
    run->seconds[run->timed++] = seconds;
    evaluate_run(run, epoch);
    report_epoch(run, epoch, learning, seconds);
    /* The last step may be the one that diverged: its loss was that of the step before. */
    if (run->on_train.n > 0 && !isfinite(run->on_train.loss)) diverged(run, run->on_train.loss);
    if (run->on_test.n > 0 && !isfinite(run->on_test.loss)) diverged(run, run->on_test.loss);
    /* The place is now the beginning of the next epoch, and that is saved. */
    run->place.epoch++;
    run->place.first = 0;
    run->place.correct = 0;
    run->place.loss = 0;
    save_checkpoint(run);
    int stop = ranks_signal(interrupted);
    if (stop && epoch < run->recipe.plan.epochs) stop_run(run, stop);
}

/* ------------------------------------------------------------------ the end -------------- */

/* The file of the parameters cannot be written: they go somewhere else, because they are hours of
   work, and the message says where. */
static _Noreturn void rescue(const Run *run, int count, const Tensor *tensor, int entries,
                             const Metadata *entry, const Error *why) {
    char name[PATH_MAX];
    if (!safetensors_rescue(run->o->save, count, tensor, entries, entry, name)) fail_with(why);
    fail(EXIT_FAILURE, "%s; the parameters are in %s", why->text, name);
}

/* The parameters, and where they come from: enough to repeat the run, and to load the file without
   naming its network. */
static void save_run(Run *run) {
    const Options *o = run->o;
    Tensor tensor[2 * LAYERS_MAX];
    Error error;
    char seed[32], accuracy[48], epoch[16], value[SETTINGS][32];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)run->seed);
    snprintf(accuracy, sizeof accuracy, "%.4f", run->on_test.accuracy);
    snprintf(epoch, sizeof epoch, "%d", run->place.epoch - 1);
    enum { OTHERS = 6 };
    Metadata entry[OTHERS + SETTINGS] = {
        {"network", run->net.name},
        {"kernels", run->net.kernels},
        {"recipe", run->recipe.name},
        {"seed", seed},
        {"epoch", epoch},
        {o->validate ? "validation_accuracy" : "test_accuracy", accuracy},
    };
    /* Every setting as it was, not as the recipe had it: flags may have changed some. */
    for (int k = 0; k < SETTINGS; k++) {
        recipe_get(&run->recipe, k, value[k], sizeof value[k]);
        entry[OTHERS + k] = (Metadata){settings[k].key, value[k]};
    }
    int count = network_tensors(&run->net, trainer_result(&run->trainer), tensor);
    if (!safetensors_save(o->save, count, tensor, OTHERS + SETTINGS, entry, &error))
        rescue(run, count, tensor, OTHERS + SETTINGS, entry, &error);
    char name[PATH_MAX];
    printf("saved %s\n", printable_name(o->save, name, sizeof name));
}

/* The last line, made for scripts: key=value throughout. */
static void print_result(const Run *run, double seconds) {
    printf("result %s_accuracy=%.4f %s_loss=%.4f", run->tested, run->on_test.accuracy, run->tested,
           run->on_test.loss);
    if (run->on_train.n > 0) printf(" train_loss=%.4f", run->on_train.loss);
    printf(" epochs=%d seed=%llu params=%ld seconds_per_epoch=%.2f seconds=%.2f peak_rss_mb=%.0f\n",
           run->recipe.plan.epochs, (unsigned long long)run->seed, network_trainable(&run->net),
           run->timed ? median(run->seconds, run->timed) : 0, seconds, peak_memory_mb());
}

/* The whole run on one page. */
void train_command(const Options *o) {
    Run run;
    Error error;
    double start = seconds_now();
    start_run(&run, o);
    catch_interrupts();
    /* Where the run stands: epoch 0, the untrained network, or the last epoch of a checkpoint,
       which is needed if nothing is left to train. */
    evaluate_run(&run, run.place.epoch - 1);
    if (run.recipe.evaluate == EVALUATE_BOTH && !o->resume) report_epoch(&run, 0, (double)NAN, 0);
    while (run.place.epoch <= run.recipe.plan.epochs)
        run_epoch(&run);
    if (o->save && ranks_first()) save_run(&run);
    if (!log_close(&run.log, &error)) fail_with(&error);
    print_result(&run, seconds_now() - start);
    trainer_free(&run.trainer);
    dataset_free(&run.all);
    if (!o->validate) dataset_free(&run.test);
    free(run.seconds);
}
