/*
 * 07_lenet5 train and test, as a user calls them.
 */
#include "program.h"
#include "reading.h"
#include "support.h"

#include <string.h>

TestSuite(ch07_train, .init = whole_network, .timeout = 120);

static void check_result_line(const char *out) {
    const char *result = strstr(out, "result test_accuracy=");
    double accuracy, test_loss, train_loss, epoch_seconds, seconds;
    int epochs, seed, params, mb, length = 0;
    cr_assert(result != NULL, "no result line: %s", out);
    int read =
        sscanf(result,
               "result test_accuracy=%lf test_loss=%lf train_loss=%lf epochs=%d seed=%d params=%d "
               "seconds_per_epoch=%lf seconds=%lf peak_rss_mb=%d\n%n",
               &accuracy, &test_loss, &train_loss, &epochs, &seed, &params, &epoch_seconds,
               &seconds, &mb, &length);
    cr_expect(read == 9 && result[length] == '\0', "%s", result);
    cr_expect(epochs == 2 && seed == 1 && params == PARAMS && mb > 0, "%s", result);
}

/* A header, epoch 0, and per epoch 5 batches (the last one small) and a line for the epoch. */
static void check_log(const char *path) {
    Table log = table_of(path);
    cr_expect_str_eq(log.head, "iteration\tepoch\tloss\ttrain_accuracy\ttrain_loss\ttest_accuracy\t"
                               "test_loss\tseconds\tlearning_accuracy");
    cr_assert(log.rows == 13, "%d rows", log.rows);
    for (int row = 0; row < log.rows; row++) {
        bool epoch_line = row % 6 == 0;
        int epoch = (row + 5) / 6, iteration = row - row / 6;
        if (epoch_line) iteration = epoch * 5;
        cr_expect(table_cell(&log, row, "epoch") == epoch, "row %d: epoch", row);
        cr_expect(table_cell(&log, row, "iteration") == iteration, "row %d: iteration", row);
        cr_expect(isnan(table_cell(&log, row, "loss")) == epoch_line, "row %d: loss", row);
        cr_expect(isnan(table_cell(&log, row, "test_loss")) != epoch_line, "row %d: test loss",
                  row);
        cr_expect(isnan(table_cell(&log, row, "learning_accuracy")) != (row > 0 && epoch_line),
                  "row %d: learning accuracy", row);
    }
}

Test(ch07_train, train_save_test,
     .description = "the same bits on 1 and 2 threads; log, parameters, accuracy") {
    const char *dir = small_set();
    Ran ran;
    for (int threads = 1; threads <= 2; threads++)
        ran = lenet5_ok(dir,
                        "train --data . --epochs 2 --batch 70 --threads %d --log log%d "
                        "--save params%d",
                        threads, threads, threads);
    check_result_line(ran.out);
    check_log(in(dir, "log1"));
    expect_same_log(in(dir, "log1"), in(dir, "log2"));
    cr_expect(same_bytes(in(dir, "params1"), in(dir, "params2")), "threads matter");
    Ran test = lenet5_ok(dir, "test --data . --load params1");
    cr_expect(number_after(test.out, "test_accuracy=") == number_after(ran.out, "test_accuracy="),
              "%s", test.out);
    cr_expect(strstr(test.out, "confusion matrix") != NULL, "%s", test.out);
}

Test(ch07_train, kernels,
     .description = "a run prints which kernels it used, and its file records them") {
    static const char *const asked[3] = {"naive", "textbook", "fast"};
    const char *const names[3] = {"naive", "textbook", fastest()};
    const char *dir = small_set();
    double loss[3];
    for (int k = 0; k < 3; k++) {
        /* the definitions are slow: 20 images are enough */
        Ran ran = lenet5_ok(dir,
                            "train --data . --validate 280 --epochs 2 --batch 10 --evaluate end "
                            "--kernels %s --save %s",
                            asked[k], asked[k]);
        cr_expect(strstr(ran.out, textf("seed 1, %s kernels\n", names[k])) != NULL, "%s", ran.out);
        cr_expect_str_eq(saved_as(in(dir, asked[k]), "kernels"), names[k]);
        loss[k] = number_after(ran.out, "validation_loss=");
        cr_expect(fabs(loss[k] - loss[0]) < 1e-3, "%s: loss %g, naive %g", asked[k], loss[k],
                  loss[0]);
        ran = lenet5_ok(dir, "info --kernels %s", asked[k]);
        cr_expect(strstr(ran.out, textf("kernels %s\n", names[k])) != NULL, "%s", ran.out);
    }
    Ran ran = lenet5_ok(dir, "train --data . --epochs 1 --evaluate end");
    cr_expect(strstr(ran.out, textf(", %s kernels\n", fastest())) != NULL,
              "fast is the default: %s", ran.out);
}

/* The test loss of a run, all digits of it, from its log. */
static double logged_loss(const char *dir, const char *flags, const char *name) {
    lenet5_ok(dir, "train --data . --epochs 1 --batch 30 --save %s --log log %s", name, flags);
    Table log = table_of(in(dir, "log"));
    return table_cell(&log, log.rows - 1, "test_loss");
}

Test(ch07_train, flags,
     .description = "seed, activation, init, optimizer, rate: each changes the result") {
    static const char *const flags[] = {
        "--seed 1",           "--seed 2",          "--activation sigmoid",
        "--init he",          "--init normal",     "--optimizer momentum",
        "--lr 0.003",         "--pool subsample",  "--c3 table",
        "--weight-decay 0.1", "--schedule cosine", "--set shift=1",
    };
    enum { FLAGS = sizeof flags / sizeof *flags };
    const char *dir = small_set();
    double loss[FLAGS];
    for (int k = 0; k < FLAGS; k++) {
        loss[k] = logged_loss(dir, flags[k], "params");
        for (int i = 0; i < k; i++)
            cr_expect(loss[i] != loss[k], "%s gave the same as %s", flags[k], flags[i]);
    }
}

Test(ch07_train, saved_network,
     .description = "a file says which network it is; training continues from it") {
    const char *dir = small_set();
    double sigmoid = logged_loss(dir, "--activation sigmoid", "sigmoid");
    Ran ran = lenet5_ok(dir, "test --data . --load sigmoid");
    double loss = number_after(ran.out, "test_loss=");
    cr_expect(fabs(loss - sigmoid) < 1e-4, "the saved activation does not count: %g, want %g", loss,
              sigmoid);
    double relu = logged_loss(dir, "", "relu");
    ran = lenet5_ok(dir, "train --data . --epochs 1 --load relu");
    loss = number_after(ran.out, "test loss ");
    cr_expect(fabs(loss - relu) < 1e-4, "epoch 0 must begin at %g: %s", relu, ran.out);
    /* the original also keeps its switches in its file */
    ran = lenet5_ok(dir, "train --net 1998 --data . --epochs 1 --save original");
    cr_expect(strstr(ran.out, "60,000 parameters") != NULL, "%s", ran.out);
    cr_expect(strstr(ran.out, "optimizer sdlm  lr 5e-05  mu 0.02") != NULL, "%s", ran.out);
    cr_expect(strstr(ran.out, "batch 1 ") != NULL, "%s", ran.out);
    double original = number_after(ran.out, "test_loss=");
    ran = lenet5_ok(dir, "test --data . --load original");
    cr_expect(number_after(ran.out, "test_loss=") == original, "want %g: %s", original, ran.out);
    ran = lenet5_in(dir, "test --net modern --data . --load original");
    cr_expect(ran.code == 1 && strstr(ran.err, "this network does not have: S2.weight"), "%d: %s",
              ran.code, ran.err);
}

/* Two more lines in the log, of test images only, after mini-batches 2 and 4 of 6: the last one is
   evaluated anyway. The run itself stays the same. */
Test(ch07_train, probe, .description = "--probe adds lines to the log and changes no bit") {
    const char *dir = small_set();
    lenet5_ok(dir, "train --data . --epochs 1 --batch 50 --log plain --save plain.st");
    lenet5_ok(dir, "train --data . --epochs 1 --batch 50 --log probed --save probed.st --probe 2");
    cr_expect(same_bytes(in(dir, "plain.st"), in(dir, "probed.st")), "probing changed the run");
    Table plain = table_of(in(dir, "plain")), probed = table_of(in(dir, "probed"));
    cr_assert(probed.rows == plain.rows + 2, "%d rows, %d without", probed.rows, plain.rows);
    int probes = 0;
    for (int row = 0; row < probed.rows; row++) {
        bool whole = !isnan(table_cell(&probed, row, "train_accuracy"));
        double accuracy = table_cell(&probed, row, "test_accuracy");
        if (whole || isnan(accuracy)) continue;
        probes++;
        cr_expect(table_cell(&probed, row, "iteration") == 2 * probes, "probe %d", probes);
        cr_expect(isnan(table_cell(&probed, row, "loss")) && accuracy <= 1, "probe %d", probes);
    }
    cr_expect(probes == 2, "%d probes", probes);
}

/* The last 100 training images are evaluated; the test set is not even opened. */
Test(ch07_train, validate, .description = "--validate leaves the test set alone") {
    const char *dir = small_set();
    command_in(dir, "rm t10k-*");
    Ran ran = lenet5_ok(dir, "train --data . --validate 100 --epochs 1 --batch 20 --save params");
    cr_expect(strstr(ran.out, "200 training images") != NULL, "%s", ran.out);
    cr_expect(strstr(ran.out, "result validation_accuracy=") != NULL, "%s", ran.out);
    cr_expect(strcmp(saved_as(in(dir, "params"), "validation_accuracy"), "") != 0);
    cr_expect_str_eq(saved_as(in(dir, "params"), "test_accuracy"), "");
    /* those 100 images as a test set give the same accuracy */
    write_set(dir, "t10k", 200, 100);
    Ran test = lenet5_ok(dir, "test --data . --load params");
    cr_expect(number_after(test.out, "test_accuracy=") ==
                  number_after(ran.out, "validation_accuracy="),
              "%s%s", ran.out, test.out);
}

/* A loss that becomes NaN in the very last step must not be saved as a success either. */
Test(ch07_train, diverges_at_the_end, .description = "nothing is saved, the exit code says so") {
    const char *dir = small_set();
    Ran ran = lenet5_in(dir, "train --data . --epochs 1 --batch 300 --optimizer sgd --lr 1e30 "
                             "--save bad");
    cr_expect(ran.code == 1, "exit code %d", ran.code);
    cr_expect(strstr(ran.err, "at iteration 1: training has diverged") != NULL, "%s", ran.err);
    cr_expect(!exists(in(dir, "bad")), "it saved the wreck");
    cr_expect(strstr(ran.out, "loss nan ") != NULL, "%s", ran.out);
}

/* The folder of --save goes away while the run trains. Its output goes into a full pipe, which
   keeps it from coming to its end before; once its log is there, all files have been checked. */
Test(ch07_train, rescue, .description = "a trained network is saved under another name") {
    const char *dir = small_set();
    Ran ran = command_in(
        dir,
        "mkdir out; { head -c 65536 /dev/zero; %s train --data . --epochs 1 --log log "
        "--save out/net.safetensors; echo $? > code; } | { until [ -e log ]; do sleep 0.02; done; "
        "mv out gone; cat > /dev/null; }",
        program_path());
    cr_expect_str_eq(read_file(in(dir, "code"), NULL), "1\n");
    cr_expect(strstr(ran.err, "error: out/net.safetensors: cannot save there: No such file") &&
                  strstr(ran.err, "; the parameters are in ./net-rescued.safetensors\n"),
              "%s", ran.err);
    Table log = table_of(in(dir, "log"));
    double logged = table_cell(&log, log.rows - 1, "test_accuracy");
    Ran test = lenet5_ok(dir, "test --data . --load net-rescued.safetensors");
    cr_expect(number_after(test.out, "test_accuracy=") == logged, "want %g: %s", logged, test.out);
    cr_expect_str_eq(saved_as(in(dir, "net-rescued.safetensors"), "kernels"), fastest());
}

/* The loss of the second step is NaN, on x86 with a sign. */
Test(ch07_train, nan_in_the_log, .description = "a NaN in the log has no sign") {
    const char *dir = small_set();
    Ran ran = lenet5_in(dir, "train --data . --epochs 1 --optimizer sgd --lr 1e30 --log log");
    cr_expect(ran.code == 1, "exit code %d", ran.code);
    cr_expect(lines_with(in(dir, "log"), "2\t1\tnan\t") == 1, "%s",
              read_file(in(dir, "log"), NULL));
}

/* A process that replaces another by exec inherits its ru_maxrss; the program's own is wanted. */
Test(ch07_train, peak_memory, .description = "peak_rss_mb is this process's own") {
    const size_t much = 600000000;
    const char *dir = small_set();
    char *parent = malloc(much);
    cr_assert(parent != NULL, "no memory for the test");
    memset(parent, 1, much);
    Ran ran = lenet5_ok(dir, "train --data . --epochs 1 --threads 1");
    free(parent);
    double mb = number_after(ran.out, "peak_rss_mb=");
    cr_expect(mb > 1 && mb < 400, "%g MB: %s", mb, ran.out);
}

/* A file of another program may name the range of its images: 0.1307 and 0.3081 are subtracted and
   divided by in PyTorch's example of MNIST. */
Test(ch07_train, grey_levels, .description = "input_black and input_white of a file count") {
    const char *dir = small_set();
    Ran ran = lenet5_ok(dir, "train --data . --epochs 1 --set input_black=-0.4242,input_white=2.82 "
                             "--save params --checkpoint c");
    cr_expect(strstr(ran.out, "input_black -0.4242  input_white 2.82") != NULL, "%s", ran.out);
    double loss = number_after(ran.out, "test_loss=");
    cr_expect_str_eq(saved_as(in(dir, "params"), "input_black"), "-0.4242");
    cr_expect_str_eq(saved_as(in(dir, "params"), "input_white"), "2.82");
    cr_expect_str_eq(saved_as(in(dir, "params"), "net"), "modern");
    const char *flags[] = {"", "--net modern"};
    for (int k = 0; k < 2; k++) {
        ran = lenet5_ok(dir, "test --data . --load params %s", flags[k]);
        cr_expect(number_after(ran.out, "test_loss=") == loss, "want %g: %s", loss, ran.out);
    }
    ran = lenet5_ok(dir, "test --data . --load params --set input_white=1");
    cr_expect(number_after(ran.out, "test_loss=") != loss, "a flag counts more");
    ran = lenet5_ok(dir, "train --data . --resume c");
    cr_expect(number_after(ran.out, "test_loss=") == loss, "want %g: %s", loss, ran.out);
    ran = lenet5_in(dir, "test --data . --load params --set input_black=2.82");
    cr_expect(ran.code == 2 && strstr(ran.err, "input_black and input_white are both 2.82"), "%s",
              ran.err);
}

/* One step on the definitions takes longer than a bar waits for. It shows the mean loss and the
   share of correct answers so far, as does the log. */
Test(ch07_train, progress, .description = "the bar's text on a terminal") {
    const char *dir = small_set();
    Ran ran = command_in(
        dir,
        "export P=%s; TERM=xterm NO_COLOR= COLUMNS=100 script -qec '\"$P\" train --data . "
        "--epochs 1 --validate 200 --kernels naive --evaluate end --log log' /dev/null",
        program_path());
    Table log = table_of(in(dir, "log"));
    cr_assert(ran.code == 0 && log.rows == 2, "exit code %d, %d rows: %s", ran.code, log.rows,
              ran.out);
    const char *bar =
        textf("\repoch  1/1 [========================] 100%%  loss %.4f  accuracy %.4f ",
              table_cell(&log, 0, "loss"), table_cell(&log, 1, "learning_accuracy"));
    cr_expect(strstr(ran.out, bar) != NULL, "no '%s': %s", bar, ran.out);
    cr_expect(strstr(ran.out, "\r\033[Kepoch  1/1  ") != NULL, "it is not wiped: %s", ran.out);
}
