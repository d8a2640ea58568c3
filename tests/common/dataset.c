/*
 * Data sets: images with their labels.
 */
#include "dataset.h"
#include "support/suite.h"

#include <string.h>
#include <unistd.h>

TestSuite(common_dataset, .init = limited, .timeout = 60);

/* Writes a set of n images whose label files may lie. */
static void write_set(const char *dir, int n, int labels, int side, uint8_t label) {
    size_t pixels = (size_t)(n * side * side);
    uint8_t *images = kept(16 + pixels), *list = kept(8 + (size_t)labels);
    const uint8_t head[16] = {
        0, 0, 8, 3, 0, 0, 0, (uint8_t)n, 0, 0, 0, (uint8_t)side, 0, 0, 0, (uint8_t)side};
    memcpy(images, head, 16);
    const uint8_t label_head[8] = {0, 0, 8, 1, 0, 0, 0, (uint8_t)labels};
    memcpy(list, label_head, 8);
    memset(list + 8, label, (size_t)labels);
    for (size_t i = 0; i < pixels; i++)
        images[16 + i] = (uint8_t)(i % 256);
    images[16 + pixels - 1] = 255;
    write_file(in(dir, "t10k-images-idx3-ubyte"), images, 16 + pixels);
    write_file(in(dir, "t10k-labels-idx1-ubyte"), list, 8 + (size_t)labels);
}

Test(common_dataset, refuses) {
    const char *dir = folder();
    Dataset data;
    Error error;
    expect_error(dataset_load(dir, "t10k", &data, &error), &error, "t10k-images-idx3-ubyte[.gz]");
    write_set(dir, 3, 4, 28, 1);
    expect_error(dataset_load(dir, "t10k", &data, &error), &error, "has 3 images but");
    write_set(dir, 3, 3, 20, 1);
    expect_error(dataset_load(dir, "t10k", &data, &error), &error,
                 "not images of 28x28: it holds 3 of 20x20");
    write_set(dir, 3, 3, 28, 10);
    expect_error(dataset_load(dir, "t10k", &data, &error), &error, "label 0 is 10");
}

/* Other programs' names for the files, and where they put them. */
Test(common_dataset, other_places) {
    static const char *const commands[] = {
        "for f in *-ubyte; do mv $f ${f%-idx*}.idx${f#*-idx}; done",
        "gzip *",
        "for f in *.gz; do n=${f%.gz}; mkdir $n; gzip -dc $f > $n/$n; rm $f; done",
    };
    const char *dir = folder();
    Dataset data;
    Error error;
    write_set(dir, 3, 3, 28, 9);
    for (size_t k = 0; k < sizeof commands / sizeof *commands; k++) {
        cr_assert(system(textf("cd %s && %s", dir, commands[k])) == 0);
        cr_assert(dataset_load(dir, "t10k", &data, &error), "%s: %s", listing(dir), error.text);
        cr_expect(data.n == 3 && data.label[2] == 9);
        dataset_free(&data);
    }
}

Test(common_dataset, images) {
    const char *dir = folder();
    Dataset data;
    Error error;
    write_set(dir, 3, 3, 28, 9);
    cr_assert(dataset_load(dir, "t10k", &data, &error), "%s", error.text);
    cr_expect(data.n == 3 && data.label[2] == 9 && data.image[3 * 784 - 1] == 255);
    real x[32 * 32];
    dataset_image(&data, 1, (Input){(real)-0.1, (real)1.175}, 2, x);
    cr_expect(x[0] == (real)-0.1 && x[31] == (real)-0.1, "the border is background");
    cr_expect(x[2 * 32 + 1] == (real)-0.1 && x[30 * 32 + 29] == (real)-0.1, "on all four sides");
    /* pixel p of image 1 is byte (784 + p) % 256, and v = -0.1 + 1.275 * byte / 255 */
    for (int p = 0; p < 784; p++) {
        double want = -0.1 + 1.275 * ((784 + p) % 256) / 255;
        double got = (double)x[(2 + p / 28) * 32 + 2 + p % 28];
        cr_expect(fabs(got - want) < 1e-6, "pixel %d: got %g, want %g", p, got, want);
    }
    real byte255[28 * 28];
    dataset_image(&data, 2, (Input){0, 1}, 0, byte255);
    cr_expect(byte255[783] == 1, "full ink is hi: %g", (double)byte255[783]);
    dataset_free(&data);
}

Test(common_dataset, mnist_is_the_official_one) {
    static const char *const file[4][2] = {
        {"train-images-idx3-ubyte",
         "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db"},
        {"train-labels-idx1-ubyte",
         "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5"},
        {"t10k-images-idx3-ubyte",
         "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7"},
        {"t10k-labels-idx1-ubyte",
         "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"},
    };
    for (int k = 0; k < 4; k++) {
        /* as it came, and as make unpacked it */
        const char *packed = textf(MNIST_DIR "/%s.gz", file[k][0]);
        const char *plain = textf(MNIST_DIR "/%s", file[k][0]);
        const char *command =
            textf("gzip -dc %s | sha256sum; test ! -e %s || sha256sum %s", packed, plain, plain);
        char line[200];
        FILE *pipe = popen(command, "r");
        int lines = 0;
        while (pipe && fgets(line, sizeof line, pipe)) {
            cr_expect(strncmp(line, file[k][1], 64) == 0, "%s: %s", file[k][0], line);
            lines++;
        }
        cr_assert(lines >= 1 && pclose(pipe) == 0, "cannot run %s", command);
    }
    Dataset train, test;
    Error error;
    cr_assert(dataset_load(MNIST_DIR, "train", &train, &error), "%s", error.text);
    cr_assert(dataset_load(MNIST_DIR, "t10k", &test, &error), "%s", error.text);
    cr_expect(train.n == 60000 && test.n == 10000);
    cr_expect(train.label[0] == 5 && test.label[0] == 7);
    dataset_free(&train);
    dataset_free(&test);
}

/* Debian's dataset-fashion-mnist, as it is; skipped where it is not installed. */
Test(common_dataset, fashion_mnist) {
    const char *dir = "/usr/share/datasets/fashion-mnist";
    Dataset train, test;
    Error error;
    if (access(dir, R_OK) != 0) cr_skip_test("package dataset-fashion-mnist is not installed");
    cr_assert(dataset_load(dir, "train", &train, &error), "%s", error.text);
    cr_assert(dataset_load(dir, "t10k", &test, &error), "%s", error.text);
    cr_expect(train.n == 60000 && test.n == 10000 && train.label[0] == 9 && test.label[0] == 9);
    dataset_free(&train);
    dataset_free(&test);
}
