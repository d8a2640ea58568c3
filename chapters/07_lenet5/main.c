/*
 * Chapter 7, the lesson: LeNet-5 from a table of layers to a trained digit reader.
 *
 *     make chapter 7    or: build/07_lenet5 [FOLDER for data [FOLDER with the four IDX files]]
 *
 * Given a command (train, test, predict, tables, info), the same program is a workbench: see
 * build/07_lenet5 --help. A folder is told from a command by its slash.
 */
#include "07_lenet5/evaluate.h"
#include "07_lenet5/lenet5.h"
#include "07_lenet5/trainer.h"
#include "07_lenet5/workbench/tables.h"
#include "07_lenet5/workbench/workbench.h"
#include "lesson.h"
#include "measure.h"
#include "team.h"

#include <string.h>

enum { EPOCHS = 1, SEED = 1 };

/* A run: how good it became, and how long its steps took. */
typedef struct Result {
    Evaluation test;
    double seconds;
} Result;

// [plan]
/* How to train: the report's recipe, for one epoch. */
static Plan plan_of_report(void) {
    Plan plan = {.init = INIT_UNIFORM, .batch = 100, .epochs = EPOCHS};
    bool known = optimizer_named("adam", &plan.optimizer);
    contract(known, "there is no adam");
    return plan;
}
// [plan]

// [epoch-loop]
/* Trains the network, evaluates it after every epoch, and logs every step. */
static Result train(Trainer *t, const Dataset *test, FILE *log) {
    Result result = {.seconds = 0};
    Error error;
    long iteration = 0;
    fprintf(log, "iteration\tepoch\tloss\ttest_accuracy\n");
    for (int epoch = 1; epoch <= t->plan.epochs; epoch++) {
        double start = seconds_now();
        trainer_begin(t, epoch); /* a new order of the images */
        for (int first = 0; first < t->data->n; first += t->plan.batch) {
            /* forward, loss, backward, one step of the optimizer */
            Step step = trainer_step(t, first);
            iteration++;
            fprintf(log, "%ld\t%d\t%.9g\tnan\n", iteration, epoch, step.loss);
            if (iteration == 1 || iteration % 100 == 0)
                printf("   iteration %4ld   loss %.4f\n", iteration, step.loss);
        }
        result.seconds += seconds_now() - start;
        if (!evaluate(t->net, t->params, test, t->threads, &result.test, &error)) fail_with(&error);
        fprintf(log, "%ld\t%d\tnan\t%.4f\n", iteration, epoch, result.test.accuracy);
    }
    return result;
}
// [epoch-loop]

/* A table of a run: 07_NAME.tsv, or 07_NAME_pictures.tsv. */
static Output open_table(const Lesson *lesson, const char *name, const char *what) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "07_%s%s.tsv", name, what);
    return lesson_table(lesson, path);
}

/* A new run. It leaves parameters, losses, and pictures: filters before and after, mistakes. */
static Result run(const Network *net, int threads, const Lesson *lesson, const Dataset *train_set,
                  const Dataset *test_set, const char *name) {
    Trainer t;
    Error error;
    Plan plan = plan_of_report();
    Tensor tensor[2 * LAYERS_MAX];
    char path[PATH_MAX];
    if (!trainer_new(&t, net, train_set, &plan, SEED, &error) ||
        !trainer_share(&t, threads, &error))
        fail_with(&error);
    Output log = open_table(lesson, name, ""), pictures = open_table(lesson, name, "_pictures");
    filters_write(pictures.stream, "initial", net, t.params);
    Result result = train(&t, test_set, log.stream);
    filters_write(pictures.stream, "trained", net, t.params);
    if (!mistakes_write(pictures.stream, net, t.params, test_set, threads, &error) ||
        !output_commit(&log, &error) || !output_commit(&pictures, &error))
        fail_with(&error);
    snprintf(path, sizeof path, "%s/07_%s.safetensors", lesson->folder, name);
    int count = network_tensors(net, t.params, tensor);
    if (!safetensors_save(path, count, tensor, 0, NULL, &error)) fail_with(&error);
    printf("   every loss is in   %s\n   parameters are in  %s\n", log.path, path);
    trainer_free(&t);
    return result;
}

/* The same run on faster functions, where this tree has some. */
static void run_faster(Network *net, const Lesson *lesson, const Dataset *train_set,
                       const Dataset *test_set, const Result *textbook) {
    int layers = net->layers, replaced = network_accelerate(net);
    if (replaced == 0) return;
    printf("\n4. The same with faster functions of the same meaning, and on all processors\n\n");
    Result fast = run(net, team_processors(), lesson, train_set, test_set, "fast");
    printf("\n   %d of %d layers run on another function. Test accuracy %.4f,\n"
           "   before %.4f; training took %.2f s, before %.2f s: %.1f times as fast\n",
           replaced, layers, fast.test.accuracy, textbook->test.accuracy, fast.seconds,
           textbook->seconds, textbook->seconds / fast.seconds);
}

int main(int argc, char **argv) {
    if (argc > 1 && strchr(argv[1], '/') == NULL) return workbench(argc, argv);
    Lesson lesson = lesson_start(argc, argv);
    Dataset train_set = lesson_set(&lesson, "train"), test_set = lesson_set(&lesson, "t10k");
    Network net = lenet5(ACTIVATION_RELU);
    printf("1. The network, layer by layer\n\n");
    network_print(stdout, &net);
    printf("\n2. One epoch on the functions of chapters 1 to 6: %d images in mini-batches\n"
           "of 100, Adam. Ten equal guesses have a loss of log 10 = 2.3026\n\n",
           train_set.n);
    Result textbook = run(&net, 1, &lesson, &train_set, &test_set, "textbook");
    printf("\n3. Test accuracy %.4f, loss %.4f. Confusion matrix: a row is the true\n"
           "digit, a column the prediction\n\n",
           textbook.test.accuracy, textbook.test.loss);
    confusion_print(stdout, &textbook.test);
    run_faster(&net, &lesson, &train_set, &test_set, &textbook);
    printf("\nmake plot-lenet5 draws the loss, the filters and the mistakes of part 2\n");
    dataset_free(&train_set);
    dataset_free(&test_set);
    return 0;
}
