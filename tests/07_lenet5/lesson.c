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
    check_log(in(dir, "out/07_fast.tsv"), number_after(first + 1, "Test accuracy "));
    /* the same runs as the workbench makes them, bit for bit */
    static const char *const kernels[2] = {"textbook", "fast"};
    for (int k = 0; k < 2; k++) {
        lenet5_ok(dir, "train --data . --epochs 1 --kernels %s --save %s", kernels[k], kernels[k]);
        real *lesson = params_in(textf("%s/out/07_%s.safetensors", dir, kernels[k]));
        cr_expect(same_bits(PARAMS, lesson, params_in(in(dir, kernels[k]))),
                  "%s: the workbench trains to other parameters", kernels[k]);
    }
    Ran test = lenet5_ok(dir, "test --data . --load textbook");
    cr_expect(number_after(test.out, "test_accuracy=") == accuracy, "%s", test.out);
}
