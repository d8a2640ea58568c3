/*
 * The lesson itself: the program without a command, on the small set.
 */
#include "program.h"
#include "reading.h"
#include "support.h"

#include <string.h>
#include <sys/stat.h>

TestSuite(ch07_lesson, .init = whole_network, .timeout = 60);

/* The parameters in a file of the report's network. */
static real *params_in(const char *path) {
    Network net = lenet5(ACTIVATION_RELU);
    Tensor tensor[2 * LAYERS_MAX];
    Error error;
    real *params = zeros(PARAMS);
    int count = network_tensors(&net, params, tensor);
    cr_assert(safetensors_load(path, count, tensor, &error), "%s", error.text);
    return params;
}

/* Three steps of 100 images, and the accuracy after them. */
static void check_log(const char *path, double accuracy) {
    Table log = table_of(path);
    cr_expect_str_eq(log.head, "iteration\tepoch\tloss\ttest_accuracy");
    cr_assert(log.rows == 4, "%d rows", log.rows);
    for (int row = 0; row < 3; row++) {
        cr_expect(table_cell(&log, row, "iteration") == row + 1, "row %d", row);
        cr_expect(fabs(table_cell(&log, row, "loss") - 2.3) < 1, "row %d", row);
        cr_expect(isnan(table_cell(&log, row, "test_accuracy")), "row %d", row);
    }
    cr_expect(isnan(table_cell(&log, 3, "loss")));
    cr_expect(table_cell(&log, 3, "test_accuracy") == accuracy, "accuracy %g, printed %g",
              table_cell(&log, 3, "test_accuracy"), accuracy);
}

Test(ch07_lesson, trains_saves_compares,
     .description = "textbook, then fast: table, log, parameters, confusion matrix") {
    const char *dir = small_set();
    cr_assert(mkdir(in(dir, "out"), 0777) == 0);
    Ran ran = lenet5_ok(dir, "./out .");
    cr_expect(strstr(ran.out, "61,706") != NULL, "no table of layers: %s", ran.out);
    /* it is printed after each run */
    const char *first = strstr(ran.out, "Test accuracy ");
    cr_assert(first != NULL, "%s", ran.out);
    double accuracy = number_after(first, "Test accuracy ");
    check_log(in(dir, "out/07_textbook.tsv"), accuracy);
    /* a second run only where there are faster functions: the same again would say nothing */
    static const char *const kernels[2] = {"textbook", "fast"};
    int runs = strcmp(fastest(), "fast") == 0 ? 2 : 1;
    cr_expect(exists(in(dir, "out/07_fast.tsv")) == (runs == 2), "%d runs: %s", runs, ran.out);
    if (runs == 2) check_log(in(dir, "out/07_fast.tsv"), number_after(first + 1, "Test accuracy "));
    /* the same runs as the workbench makes them, bit for bit */
    for (int k = 0; k < runs; k++) {
        lenet5_ok(dir, "train --data . --epochs 1 --kernels %s --save %s", kernels[k], kernels[k]);
        real *lesson = params_in(textf("%s/out/07_%s.safetensors", dir, kernels[k]));
        cr_expect(same_bits(PARAMS, lesson, params_in(in(dir, kernels[k]))),
                  "%s: the workbench trains to other parameters", kernels[k]);
    }
    Ran test = lenet5_ok(dir, "test --data . --load textbook");
    cr_expect(number_after(test.out, "test_accuracy=") == accuracy, "%s", test.out);
}

/* Filter f of C1 in a flat vector. */
static void expect_filter(const char *path, const char *when, int f, const real *params) {
    Table block = block_of(path, textf("%s C1 %d", when, f));
    cr_assert(block.rows == 5 && block.columns == 5, "%s C1 %d", when, f);
    for (int i = 0; i < 25; i++)
        cr_expect(fabs(block.number[i] - (double)params[25 * f + i]) < 1e-5, "%s C1 %d: weight %d",
                  when, f, i);
}

Test(ch07_lesson, pictures, .description = "filters before and after, and mistakes") {
    const char *dir = small_set();
    cr_assert(mkdir(in(dir, "out"), 0777) == 0);
    Ran ran = lenet5_ok(dir, "./out .");
    cr_expect(strstr(ran.out, "make plot-lenet5") != NULL, "%s", ran.out);
    const char *path = in(dir, "out/07_textbook_pictures.tsv");
    Network net = lenet5(ACTIVATION_RELU);
    real *initial = zeros(PARAMS), *trained = params_in(in(dir, "out/07_textbook.safetensors"));
    network_init(&net, INIT_UNIFORM, 1, initial);
    for (int f = 0; f < 6; f++) {
        expect_filter(path, "initial", f, initial);
        expect_filter(path, "trained", f, trained);
    }
    /* the surest mistake: its picture is that image */
    const char *text = read_file(path, NULL), *list = strstr(text, "# image\tlabel");
    int image, label, digit;
    cr_assert(list && sscanf(strchr(list, '\n'), "%d %d %d", &image, &label, &digit) == 3);
    Dataset data = few(SMALL_TRAIN + SMALL_TEST);
    cr_expect(data.label[SMALL_TRAIN + image] == label && digit != label, "image %d", image);
    Table picture = block_of(path, "mistake 0");
    cr_assert(picture.rows == IMAGE_SIDE && picture.columns == IMAGE_SIDE);
    for (int i = 0; i < IMAGE_BYTES; i++)
        cr_expect(fabs(picture.number[i] -
                       data.image[(SMALL_TRAIN + image) * IMAGE_BYTES + i] / 255.0) < 1e-5,
                  "pixel %d", i);
}
