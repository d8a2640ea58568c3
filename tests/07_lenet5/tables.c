/*
 * 07_lenet5 tables, and test --dir: their files hold the network's numbers.
 */
#include "05_softmax_ce/rbf.h"
#include "gemm.h"
#include "program.h"
#include "reading.h"
#include "support.h"

#include <string.h>

TestSuite(ch07_tables, .init = whole_network, .timeout = 120);

enum { SIDE = IMAGE_SIDE + 4, IMAGE = 3 };

/* The network with saved parameters, as the command runs it: on the textbook kernels. */
typedef struct Trained {
    Network net;
    real *params;
    Workspace space;
    Dataset data; /* the small set's test images */
} Trained;

static Trained subject_of(const char *path, const Lenet5 *choice) {
    Trained s = {.net = lenet5_with(choice), .data = few(SMALL_TRAIN + SMALL_TEST)};
    Tensor tensor[2 * LAYERS_MAX];
    Error error;
    gemm_single_thread(); /* as the program does: the last bits depend on the number of threads */
    s.params = zeros(network_params(&s.net));
    s.data.n = SMALL_TEST;
    s.data.image += SMALL_TRAIN * IMAGE_BYTES;
    s.data.label += SMALL_TRAIN;
    int count = network_tensors(&s.net, s.params, tensor);
    cr_assert(safetensors_load(path, count, tensor, &error), "%s", error.text);
    cr_assert(workspace_new(&s.net, 1, &s.space, &error), "%s", error.text);
    return s;
}

/* Takes one test image through the network. */
static void run_image(Trained *s, int image) {
    network_input(&s->net, &s->data, image, 1, &s->space);
    network_forward(&s->net, 1, s->params, &s->space);
}

static void expect_block(const char *path, const char *name, int count, const real *want) {
    Table block = block_of(path, name);
    cr_assert(block.rows * block.columns == count, "%s: %d rows of %d", name, block.rows,
              block.columns);
    for (int i = 0; i < count; i++)
        cr_assert(fabs(block.number[i] - (double)want[i]) < 1e-5,
                  "%s, %s: number %d is %g, want %g", path, name, i, block.number[i],
                  (double)want[i]);
}

/* A small set with the tables of a trained network, and its accuracy. */
static const char *with_tables(double *accuracy) {
    const char *dir = small_set();
    Ran ran = lenet5_ok(dir, "train --data . --epochs 2 --batch 70 --save params");
    *accuracy = number_after(ran.out, "test_accuracy=");
    lenet5_ok(dir, "tables --data . --load params --dir . --image %d", IMAGE);
    cr_expect(command_in(dir, "ls *.tmp").code != 0, "a temporary file is left");
    cr_expect(!exists(in(dir, "codes.tsv")), "softmax has no codes");
    return dir;
}

Test(ch07_tables, predictions, .description = "confusion matrix and mistakes") {
    double accuracy, all = 0, correct = 0;
    const char *dir = with_tables(&accuracy), *mistakes = in(dir, "mistakes.tsv");
    Table confusion = table_of(in(dir, "confusion.tsv"));
    cr_assert(confusion.rows == CLASSES && confusion.columns == CLASSES);
    for (int i = 0; i < CLASSES; i++)
        for (int k = 0; k < CLASSES; k++) {
            all += table_entry(&confusion, i, k);
            if (i == k) correct += table_entry(&confusion, i, k);
        }
    cr_expect(all == SMALL_TEST && correct == lround(accuracy * SMALL_TEST), "%g of %g", correct,
              all);
    /* the 24 most confident ones, in order, each with its picture */
    int wrong = SMALL_TEST - (int)correct, shown = wrong < 24 ? wrong : 24;
    Table list = block_of(mistakes, "image\tlabel\tprediction\tprobability\tlabel_probability");
    cr_assert(list.rows == shown && lines_with(mistakes, "# mistake ") == shown, "%d rows",
              list.rows);
    for (int row = 0; row < list.rows; row++) {
        cr_expect(table_entry(&list, row, 1) != table_entry(&list, row, 2),
                  "row %d is not a mistake", row);
        cr_expect(row == 0 || table_entry(&list, row, 3) <= table_entry(&list, row - 1, 3),
                  "row %d is not in order", row);
        cr_expect(table_entry(&list, row, 4) <= table_entry(&list, row, 3),
                  "row %d: the true digit had the larger probability", row);
    }
    Dataset data = few(SMALL_TRAIN + SMALL_TEST);
    real want[IMAGE_BYTES];
    dataset_image(&data, SMALL_TRAIN + (int)table_entry(&list, 0, 0), (Input){0, 1}, 0, want);
    expect_block(mistakes, "mistake 0", IMAGE_BYTES, want);
}

/* The initial filters are those of seed 1, the trained ones those of the file. */
Test(ch07_tables, filters, .description = "every filter of C1 and C3, both times") {
    double accuracy;
    const char *dir = with_tables(&accuracy), *filters = in(dir, "filters.tsv");
    Trained s = subject_of(in(dir, "params"), &lenet5_report);
    size_t c3 = network_offset(&s.net, 3) + 25 * (2 * 6 + 5); /* filter 2, map 5 */
    real *initial = zeros(PARAMS);
    network_init(&s.net, INIT_UNIFORM, 1, initial);
    cr_expect(lines_with(filters, "# ") == 2 * (6 + 16 * 6));
    expect_block(filters, "initial C1 0", 25, initial);
    expect_block(filters, "initial C3 17", 25, initial + c3);
    cr_expect(fabs((double)initial[0] - (double)s.params[0]) > 1e-5, "nothing was learned");
    expect_block(filters, "trained C1 0", 25, s.params);
    expect_block(filters, "trained C3 17", 25, s.params + c3);
    workspace_free(&s.space);
}

Test(ch07_tables, maps, .description = "one image through every layer, in the order of the table") {
    double accuracy;
    const char *dir = with_tables(&accuracy), *maps = in(dir, "maps.tsv");
    Trained s = subject_of(in(dir, "params"), &lenet5_report);
    run_image(&s, IMAGE);
    /* 1 input; C1, its activation, S2: 6 each; C3, its activation, S4: 16 each; C5 to OUT and the
       probabilities: a row each */
    cr_expect(lines_with(maps, "# ") == 1 + 3 * 6 + 3 * 16 + 6);
    expect_block(maps, "input 0", SIDE * SIDE, s.space.y[0]);
    expect_block(maps, "C1 5", 28 * 28, s.space.y[1] + 5 * 28 * 28);
    expect_block(maps, "S4 15", 25, s.space.y[6] + 15 * 25);
    expect_block(maps, "OUT 0", CLASSES, s.space.y[11]);
    expect_block(maps, "probability 0", CLASSES, s.space.score);
    workspace_free(&s.space);
}

/* ------------------------------------------------------------------ histograms ----------- */

/* Shares of one quantity of one layer, in the order of the bins; the zeros last, if it has any. */
typedef struct Shares {
    int count;
    double share[42], value[42], sum;
} Shares;

static Shares shares_of(const char *path, const char *what, const char *layer) {
    Shares s = {0};
    const char *beginnings[2] = {textf("%s\t%s\t", what, layer),
                                 textf("%s zero\t%s\t", what, layer)};
    for (int k = 0; k < 2; k++) {
        const char *line = read_file(path, NULL);
        while ((line = strstr(line, beginnings[k])) != NULL) {
            line += strlen(beginnings[k]);
            cr_assert(s.count < 42 &&
                      sscanf(line, "%lf %lf", &s.value[s.count], &s.share[s.count]) == 2);
            s.sum += s.share[s.count++];
        }
    }
    return s;
}

/* Forty bins from -most to most, counted again; an entry on the edge of two may be in either. */
static void expect_bins(const Shares *s, const char *layer, size_t n, const real *x, double most) {
    for (int b = 0; b < 40; b++) {
        double low = most * (b / 20.0 - 1), high = most * ((b + 1) / 20.0 - 1);
        int count = 0;
        for (size_t i = 0; i < n; i++)
            count += (double)x[i] >= low && (double)x[i] < high;
        cr_expect(fabs(s->value[b] - (low + high) / 2) < 1e-5, "%s, bin %d at %g, not %g", layer, b,
                  s->value[b], (low + high) / 2);
        cr_expect(fabs(s->share[b] - count / (double)n) < 1.5 / (double)n + 1e-6,
                  "%s, bin %d: share %g of %zu, want %d", layer, b, s->share[b], n, count);
    }
}

Test(ch07_tables, histograms_by_hand, .description = "the weights counted again") {
    double accuracy;
    const char *dir = with_tables(&accuracy), *path = in(dir, "histograms.tsv");
    Trained s = subject_of(in(dir, "params"), &lenet5_report);
    real *initial = zeros(network_params(&s.net));
    network_init(&s.net, INIT_UNIFORM, 1, initial);
    for (int k = 0; k < s.net.layers; k++) {
        const Layer *l = &s.net.layer[k];
        size_t n = layer_weights(l), at = network_offset(&s.net, k);
        double most = fmax(largest(n, initial + at), largest(n, s.params + at));
        if (n == 0) continue;
        Shares before = shares_of(path, "weight initial", l->name);
        Shares after = shares_of(path, "weight trained", l->name);
        expect_bins(&before, l->name, n, initial + at, most);
        expect_bins(&after, l->name, n, s.params + at, most);
    }
    /* decades: from 10^-8 to 1, five bins in each */
    workspace_free(&s.space);
    Shares sizes = shares_of(path, "gradient initial", "C3");
    for (int b = 0; b < 40; b++)
        cr_expect(fabs(sizes.value[b] - (-7.9 + 0.2 * b)) < 1e-5, "bin %d at %g", b,
                  sizes.value[b]);
}

Test(ch07_tables, histograms, .description = "weights and gradients, both times") {
    static const char *const layers[] = {"C1", "C3", "C5", "F6", "OUT"};
    static const char *const what[] = {"weight initial", "weight trained", "gradient initial",
                                       "gradient trained"};
    double accuracy;
    const char *dir = with_tables(&accuracy), *path = in(dir, "histograms.tsv");
    for (int l = 0; l < 5; l++) {
        Shares s[4];
        for (int k = 0; k < 4; k++) {
            s[k] = shares_of(path, what[k], layers[l]);
            cr_expect(s[k].count == (k < 2 ? 40 : 41), "%s of %s: %d bins", what[k], layers[l],
                      s[k].count);
            cr_expect(fabs(s[k].sum - 1) < 1e-3, "%s of %s: shares add up to %g", what[k],
                      layers[l], s[k].sum);
            /* decades: few gradients are near 1 */
            for (int b = 0; b < 40 && k >= 2; b++)
                cr_expect(s[k].value[b] < -0.2 || s[k].share[b] < 0.1, "%s of %s: near 1", what[k],
                          layers[l]);
        }
        cr_expect(memcmp(s[0].share, s[1].share, sizeof s[0].share) != 0, "nothing was learned");
        cr_expect(memcmp(s[2].share, s[3].share, sizeof s[2].share) != 0, "the same gradients");
    }
}

/* ------------------------------------------------------------------ the original --------- */

Test(ch07_tables, codes, .description = "code, image and state of F6 for each digit") {
    const char *dir = small_set(), *codes = in(dir, "codes.tsv");
    lenet5_ok(dir, "train --data . --net 1998 --epochs 1 --save params");
    lenet5_ok(dir, "tables --data . --load params --dir .");
    Trained s = subject_of(in(dir, "params"), &lenet5_1998);
    cr_expect(lines_with(codes, "# ") == 3 * CLASSES);
    for (int digit = 0; digit < CLASSES; digit++) {
        real code[CODE];
        int image = 0;
        while (s.data.label[image] != digit)
            image++;
        run_image(&s, image);
        for (int p = 0; p < CODE; p++)
            code[p] = rbf_codes[digit][p] == '#' ? 1 : -1;
        expect_block(codes, textf("code %d", digit), CODE, code);
        expect_block(codes, textf("image %d", digit), SIDE * SIDE, s.space.y[0]);
        expect_block(codes, textf("state %d", digit), CODE, s.space.y[s.net.layers]);
    }
    Ran ran = lenet5_ok(dir, "test --data . --load params --image 3");
    run_image(&s, 3);
    int decision = s.space.decision[0];
    const char *nearest = textf("*%d:%5.1f", decision, (double)s.space.score[decision]);
    cr_expect(strstr(ran.out, nearest) != NULL, "no '%s': %s", nearest, ran.out);
    workspace_free(&s.space);
}

/* ------------------------------------------------------------------ test --dir ----------- */

Test(ch07_tables, outputs_and_rejection,
     .description = "test --dir: all digits of every logit; errors by rejected share") {
    const char *dir = small_set();
    int wrong = 0;
    lenet5_ok(dir, "train --data . --epochs 3 --batch 20 --save params");
    lenet5_ok(dir, "test --data . --load params --dir . --kernels textbook");
    Trained s = subject_of(in(dir, "params"), &lenet5_report);
    Table outputs = table_of(in(dir, "outputs.tsv"));
    cr_assert(outputs.rows == SMALL_TEST && outputs.columns == 12, "%d rows", outputs.rows);
    for (int i = 0; i < SMALL_TEST; i++) {
        run_image(&s, i);
        cr_expect(table_cell(&outputs, i, "label") == s.data.label[i], "image %d: label", i);
        cr_expect(table_cell(&outputs, i, "digit") == s.space.decision[0], "image %d: digit", i);
        for (int k = 0; k < CLASSES; k++)
            cr_expect((real)table_entry(&outputs, i, 2 + k) == s.space.y[s.net.layers][k],
                      "image %d: y%d", i, k);
        wrong += s.data.label[i] != s.space.decision[0];
    }
    Table rejection = table_of(in(dir, "rejection.tsv"));
    cr_assert(rejection.rows == 101, "%d rows", rejection.rows);
    cr_expect(fabs(table_cell(&rejection, 0, "error_by_margin") - wrong / 200.0) < 1e-6);
    cr_expect(fabs(table_cell(&rejection, 0, "error_by_score") - wrong / 200.0) < 1e-6);
    cr_expect(table_cell(&rejection, 10, "rejected") == 0.01);
    cr_expect(table_cell(&rejection, 100, "rejected") == 0.1);
    cr_expect(table_cell(&rejection, 100, "error_by_margin") < wrong / 200.0,
              "it rejects the wrong ones");
    Ran ran = lenet5_ok(dir, "test --data . --load params --image 3");
    cr_expect(strstr(ran.out, textf("test image 3, a %d\n", s.data.label[3])) != NULL, "%s",
              ran.out);
    workspace_free(&s.space);
}
