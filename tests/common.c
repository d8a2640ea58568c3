/*
 * The ground floor: what no chapter teaches. Files are written into a folder of the test's own.
 */
#include "check.h"
#include "dataset.h"
#include "file.h"
#include "gemm.h"
#include "idx.h"
#include "image.h"
#include "measure.h"
#include "picture.h"
#include "progress.h"
#include "safetensors.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

TestSuite(common, .timeout = 60);

/* ------------------------------------------------------------------ shapes, products ----- */

Test(common, window_out) {
    cr_expect(window_out(32, 5, 1, 0) == 28);
    cr_expect(window_out(28, 2, 2, 0) == 14);
    cr_expect(window_out(28, 5, 1, 2) == 28);
    cr_expect(window_out(7, 3, 2, 0) == 3);
    cr_expect(window_out(8, 3, 2, 0) == 3); /* one row is left over */
    cr_expect(window_out(1, 3, 1, 2) == 3);
}

Test(common, window_too_large, .init = quiet, .signal = SIGABRT) {
    window_out(4, 7, 1, 1);
}

Test(common, padding_as_large_as_window, .init = quiet, .signal = SIGABRT) {
    window_out(4, 2, 1, 2);
}

Test(common, gemm_equals_definition) {
    Rng rng = rng_seed(1, 0);
    const int sizes[][3] = {{1, 7, 5},    {1, 120, 400},  {1, 1, 1},  {2, 3, 4},
                            {6, 784, 25}, {16, 100, 150}, {7, 5, 33}, {120, 25, 400}};
    gemm_single_thread();
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (int mode = 0; mode < 8; mode++) {
            int m = sizes[s][0], n = sizes[s][1], k = sizes[s][2];
            Transpose ta = mode & 1 ? TRANSPOSED : PLAIN, tb = mode & 2 ? TRANSPOSED : PLAIN;
            real beta = mode & 4 ? 1 : 0;
            real *a = integers(&rng, (size_t)(m * k)), *b = integers(&rng, (size_t)(k * n));
            real *c = integers(&rng, (size_t)(m * n)), *want = reals((size_t)(m * n));
            memcpy(want, c, (size_t)(m * n) * sizeof *c);
            char what[64];
            snprintf(what, sizeof what, "%dx%dx%d mode %d", m, n, k, mode);
            gemm(ta, tb, m, n, k, a, b, beta, c);
            gemm_naive(ta, tb, m, n, k, a, b, beta, want);
            expect_list(what, (size_t)(m * n), c, want, 0); /* whole numbers: exact */
        }
}

Test(common, gemm_by_hand) {
    const real a[6] = {1, 2, 3, 4, 5, 6};
    const real b[6] = {1, 0, 2, 1, 0, 3};
    const real plain[4] = {5, 11, 14, 23};  /* b as (3,2): 1 0 / 2 1 / 0 3        */
    const real turned[4] = {7, 10, 16, 22}; /* b as (2,3): 1 0 2 / 1 0 3, turned  */
    real c[4];
    gemm_naive(PLAIN, PLAIN, 2, 2, 3, a, b, 0, c);
    expect_list("plain", 4, c, plain, 0);
    gemm_naive(PLAIN, TRANSPOSED, 2, 2, 3, a, b, 0, c);
    expect_list("b transposed", 4, c, turned, 0);
}

Test(common, gemm_overwrites_with_beta_0) {
    const real a[4] = {2, 1, 1, 1}, b[4] = {3, 4, 5, 6};
    for (int rows = 1; rows <= 2; rows++) {                       /* one row is a case of its own */
        real c[4] = {(real)NAN, (real)NAN, (real)NAN, (real)NAN}; /* beta 0 must not read c */
        gemm(PLAIN, PLAIN, rows, 2, 2, a, b, 0, c);
        cr_expect(c[0] == 11 && c[1] == 14, "%d rows: %g %g", rows, (double)c[0], (double)c[1]);
    }
}

/* ------------------------------------------------------------------ random numbers ------- */

Test(common, rng_is_splitmix64) {
    Rng rng = {1234567}; /* the published test values of this generator */
    cr_expect(rng_next(&rng) == 6457827717110365317u);
    cr_expect(rng_next(&rng) == 3203168211198807973u);
    cr_expect(rng_next(&rng) == 9817491932198370423u);
}

Test(common, rng_uniform_and_normal) {
    Rng rng = rng_seed(1, 2);
    double sum = 0, squares = 0, least = 9, most = -9;
    for (int i = 0; i < 100000; i++) {
        double x = rng_normal(&rng), u = rng_uniform(&rng, -2, 3);
        sum += x, squares += x * x;
        least = fmin(least, u), most = fmax(most, u);
    }
    /* standard errors: 0.003 for the mean, 0.0045 for the variance */
    cr_expect(fabs(sum / 1e5) < 0.015, "mean %g", sum / 1e5);
    cr_expect(fabs(squares / 1e5 - 1) < 0.022, "variance %g", squares / 1e5);
    cr_expect(least >= -2 && least < -1.99 && most < 3 && most > 2.99, "%g %g", least, most);
}

Test(common, rng_below_and_shuffle) {
    Rng rng = rng_seed(1, 2);
    int count[7] = {0}, list[100], seen[100] = {0}, moved = 0;
    for (int i = 0; i < 70000; i++)
        count[rng_below(&rng, 7)]++;
    for (int k = 0; k < 7; k++)
        cr_expect(abs(count[k] - 10000) < 500, "%d: %d", k, count[k]);
    for (int i = 0; i < 100; i++)
        list[i] = i;
    rng_shuffle(&rng, list, 100);
    for (int i = 0; i < 100; i++)
        seen[list[i]]++, moved += list[i] != i;
    for (int i = 0; i < 100; i++)
        cr_expect(seen[i] == 1, "%d appears %d times", i, seen[i]);
    cr_expect(moved > 80, "only %d of 100 moved", moved);
    Rng a = rng_seed(1, 'w'), b = rng_seed(1, 's'), c = rng_seed(2, 'w');
    cr_expect(a.state != b.state && a.state != c.state && b.state != c.state);
}

Test(common, layer_init_follows_fan_in) {
    static const uint16_t links[2] = {1, 7};
    Layer l = {.in = {3, 9, 9}, .size = 5, .links = links, .weight = {2, 3, 5, 5}, .bias = 2};
    cr_assert_eq(layer_weights(&l), 150);
    cr_assert_eq(layer_params(&l), 152);
    cr_expect(layer_fan_in(&l, 0) == 25 && layer_fan_in(&l, 1) == 75);
    real w[152];
    Rng rng = rng_seed(1, 0);
    layer_init(&l, INIT_LECUN, w, &rng);
    double most[2] = {0, 0};
    for (int i = 0; i < 150; i++)
        most[i / 75] = fmax(most[i / 75], fabs((double)w[i]));
    cr_expect(most[0] <= 2.4 / 25 && most[0] > 2.0 / 25, "%g", most[0]);
    cr_expect(most[1] <= 2.4 / 75 && most[1] > 2.2 / 75, "%g", most[1]);
    for (int i = 25; i < 75; i++)
        cr_expect(w[i] == 0, "missing link w[%d] = %g", i, (double)w[i]);
    cr_expect(w[150] != 0 && w[151] != 0, "LeCun draws biases too");
}

/* 40 units with 200 inputs: schemes that confuse the two are far off. */
Test(common, layer_init_scales) {
    Layer l = {.in = {200, 1, 1}, .weight = {40, 200}, .bias = 40};
    const struct {
        Init init;
        double variance;
        bool biases;
    } scheme[] = {
        {INIT_UNIFORM, 1.0 / 3 / 200, true}, /* U(-a, a) has variance a^2 / 3 */
        {INIT_HE, 2.0 / 200, false},
        {INIT_NORMAL, 1e-4, false},
        {INIT_LECUN, 2.4 * 2.4 / 200 / 200 / 3, true},
    };
    real *w = reals(8040);
    for (size_t k = 0; k < sizeof scheme / sizeof *scheme; k++) {
        Rng rng = rng_seed(1, 0);
        double squares = 0, biases = 0;
        layer_init(&l, scheme[k].init, w, &rng);
        for (int i = 0; i < 8000; i++)
            squares += (double)w[i] * (double)w[i] / 8000;
        for (int i = 8000; i < 8040; i++)
            biases += (double)w[i] * (double)w[i] / 40;
        cr_expect(fabs(squares / scheme[k].variance - 1) < 0.1, "scheme %zu: variance %g, want %g",
                  k, squares, scheme[k].variance);
        cr_expect((biases > 0) == scheme[k].biases, "scheme %zu: biases %g", k, biases);
    }
}

/* ------------------------------------------------------------------ IDX files ------------ */

static const uint8_t small_idx[] = {0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6};

Test(common, idx_plain_and_gzipped) {
    const char *dir = folder();
    Error error;
    Idx idx;
    write_file(in(dir, "plain"), small_idx, sizeof small_idx);
    gzFile gz = gzopen(in(dir, "packed.gz"), "wb");
    cr_assert(gz && gzwrite(gz, small_idx, sizeof small_idx) > 0 && gzclose(gz) == Z_OK);
    for (int k = 0; k < 2; k++) {
        bool ok = idx_read(in(dir, k ? "packed.gz" : "plain"), &idx, &error);
        cr_assert(ok, "%s", error.text);
        cr_expect(idx.dims == 2 && idx.dim[0] == 2 && idx.dim[1] == 3);
        cr_expect(memcmp(idx.byte, small_idx + 12, 6) == 0);
        idx_free(&idx);
    }
}

Test(common, idx_refuses) {
    const char *dir = folder(), *path = in(dir, "file");
    static const struct {
        const char *why;
        size_t size;
        uint8_t bytes[24];
    } bad[] = {
        {"truncated: the magic number has 3 of 4", 3, {0, 0, 8}},
        {"truncated: the magic number has 0 of 4", 0, {0}},
        {"not an IDX file", 8, {'%', 'P', 'D', 'F', '-', '1', '.', '4'}},
        {"not an IDX file", 12, {0, 0, 13, 1, 0, 0, 0, 1, 0, 0, 0, 0}}, /* floats */
        {"0 dimensions", 4, {0, 0, 8, 0}},
        {"9 dimensions", 4, {0, 0, 8, 9}},
        {"truncated: the header", 7, {0, 0, 8, 1, 0, 0, 0}},
        {"dimension 0 is 0", 8, {0, 0, 8, 1, 0, 0, 0, 0}},
        {"dimension 0 is 4294967295", 8, {0, 0, 8, 1, 255, 255, 255, 255}},
        {"truncated: the data has 3 of 5 bytes", 11, {0, 0, 8, 1, 0, 0, 0, 5, 1, 2, 3}},
        {"more bytes than", 11, {0, 0, 8, 1, 0, 0, 0, 2, 1, 2, 3}},
        /* 2^31-1 cubed does not fit, 2^31-1 images of one byte would be 2 GB */
        {"truncated: its header announces 2147483647", 8, {0, 0, 8, 1, 127, 255, 255, 255}},
    };
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        Idx idx;
        Error error;
        write_file(path, bad[k].bytes, bad[k].size);
        bool ok = idx_read(path, &idx, &error);
        expect_error(ok, &error, bad[k].why);
        expect_error(ok, &error, path); /* and it names the file */
        cr_expect(idx.byte == NULL);
    }
    Idx idx;
    Error error;
    expect_error(idx_read(in(dir, "missing"), &idx, &error), &error, "No such file");
    expect_error(idx_read(dir, &idx, &error), &error, "not a regular file");
    cr_assert(symlink("/dev/zero", in(dir, "link")) == 0); /* endless, through a link */
    expect_error(idx_read(in(dir, "link"), &idx, &error), &error, "not a regular file");
}

Test(common, idx_refuses_damaged_gzip) {
    const char *dir = folder();
    uint8_t big[4000 + 8] = {0, 0, 8, 1, 0, 0, 15, 160};
    Rng rng = rng_seed(1, 0);
    for (int i = 8; i < 4008; i++)
        big[i] = (uint8_t)rng_below(&rng, 3);
    gzFile gz = gzopen(in(dir, "good.gz"), "wb");
    cr_assert(gz && gzwrite(gz, big, sizeof big) > 0 && gzclose(gz) == Z_OK);
    struct stat info;
    cr_assert(stat(in(dir, "good.gz"), &info) == 0);
    size_t size = (size_t)info.st_size;
    uint8_t *whole = malloc(size);
    FILE *file = fopen(in(dir, "good.gz"), "rb");
    cr_assert(whole && file && fread(whole, 1, size, file) == size);
    fclose(file);
    Idx idx;
    Error error;
    write_file(in(dir, "cut.gz"), whole, size / 2);
    expect_error(idx_read(in(dir, "cut.gz"), &idx, &error), &error, "cut.gz");
    write_file(in(dir, "tail.gz"), whole, size - 4); /* data complete, length field missing */
    expect_error(idx_read(in(dir, "tail.gz"), &idx, &error), &error, "gzip");
    write_file(in(dir, "more.gz"), whole, size);
    file = fopen(in(dir, "more.gz"), "ab");
    cr_assert(file && fputs("behind it", file) >= 0 && fclose(file) == 0);
    expect_error(idx_read(in(dir, "more.gz"), &idx, &error), &error, "after its gzip data");
    whole[size - 6] ^= 1; /* the checksum */
    write_file(in(dir, "sum.gz"), whole, size);
    expect_error(idx_read(in(dir, "sum.gz"), &idx, &error), &error, "gzip");
    free(whole);
}

/* ------------------------------------------------------------------ data sets ------------ */

/* Writes a set of n images whose label files may lie. */
static void write_set(const char *dir, int n, int labels, int side, uint8_t label) {
    size_t pixels = (size_t)(n * side * side);
    uint8_t *images = calloc(16 + pixels, 1), *list = calloc(8 + (size_t)labels, 1);
    cr_assert(images && list);
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
    free(images), free(list);
}

Test(common, dataset_refuses) {
    const char *dir = folder();
    Dataset data;
    Error error;
    expect_error(dataset_load(dir, "t10k", &data, &error), &error, "t10k-images-idx3-ubyte[.gz]");
    write_set(dir, 3, 4, 28, 1);
    expect_error(dataset_load(dir, "t10k", &data, &error), &error, "has 3 images but");
    write_set(dir, 3, 3, 20, 1);
    expect_error(dataset_load(dir, "t10k", &data, &error), &error, "not images of 28x28");
    write_set(dir, 3, 3, 28, 10);
    expect_error(dataset_load(dir, "t10k", &data, &error), &error, "label 0 is 10");
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

Test(common, mnist_is_the_official_one) {
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
        char command[200], line[100] = "";
        snprintf(command, sizeof command, "gzip -dc " MNIST_DIR "/%s.gz | sha256sum", file[k][0]);
        FILE *pipe = popen(command, "r");
        cr_assert(pipe && fgets(line, sizeof line, pipe), "cannot run %s", command);
        pclose(pipe);
        cr_expect(strncmp(line, file[k][1], 64) == 0, "%s: %s", file[k][0], line);
    }
    Dataset train, test;
    Error error;
    cr_assert(dataset_load(MNIST_DIR, "train", &train, &error), "%s", error.text);
    cr_assert(dataset_load(MNIST_DIR, "t10k", &test, &error), "%s", error.text);
    cr_expect(train.n == 60000 && test.n == 10000);
    cr_expect(train.label[0] == 5 && test.label[0] == 7);
    dataset_free(&train), dataset_free(&test);
}

/* Debian's dataset-fashion-mnist, as it is; skipped where it is not installed. */
Test(common, fashion_mnist) {
    const char *dir = "/usr/share/datasets/fashion-mnist";
    Dataset train, test;
    Error error;
    if (access(dir, R_OK) != 0) cr_skip_test("package dataset-fashion-mnist is not installed");
    cr_assert(dataset_load(dir, "train", &train, &error), "%s", error.text);
    cr_assert(dataset_load(dir, "t10k", &test, &error), "%s", error.text);
    cr_expect(train.n == 60000 && test.n == 10000 && train.label[0] == 9 && test.label[0] == 9);
    dataset_free(&train), dataset_free(&test);
}

/* ------------------------------------------------------------------ safetensors ---------- */

static real two[6] = {1, 2, 3, 4, 5, (real)-0.5}, one[2] = {7, 8};
static Tensor pair[2] = {{"C1.weight", 2, {2, 3}, two}, {"C1.bias", 1, {2}, one}};

Test(common, safetensors_round_trip) {
    const char *path = in(folder(), "a.safetensors");
    const Metadata entry[] = {{"activation", "relu"}, {"seed", "1"}};
    Error error;
    cr_assert(safetensors_save(path, 2, pair, 2, entry, &error), "%s", error.text);
    real w[6] = {0}, b[2] = {0};
    Tensor back[2] = {{"C1.weight", 2, {2, 3}, w}, {"C1.bias", 1, {2}, b}};
    cr_assert(safetensors_load(path, 2, back, &error), "%s", error.text);
    expect_list("weight", 6, w, two, 0);
    expect_list("bias", 2, b, one, 0);
    Field field[3] = {{.key = "seed"}, {.key = "none"}, {.key = "activation"}};
    cr_assert(safetensors_metadata(path, 3, field, &error), "%s", error.text);
    cr_expect_str_eq(field[0].value, "1");
    cr_expect_str_eq(field[1].value, "");
    cr_expect_str_eq(field[2].value, "relu");

    /* So does what make fuzz starts from: or it would look at refusals only. */
    cr_expect(safetensors_load("tests/fuzz/seeds/safetensors/two", 2, back, &error), "%s",
              error.text);
    cr_expect(safetensors_load("tests/fuzz/seeds/safetensors/other_order", 2, back, &error), "%s",
              error.text);

    /* Other writers may put the tensors in another order. */
    uint8_t turned[8 + 200 + 32] = {0};
    const char *json = "{\"C1.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[8,32]},"
                       "\"C1.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
    size_t length = strlen(json);
    const float numbers[8] = {7, 8, 1, 2, 3, 4, 5, -0.5f};
    turned[0] = (uint8_t)length;
    memcpy(turned + 8, json, length);
    memcpy(turned + 8 + length, numbers, sizeof numbers); /* this machine is little-endian */
    write_file(path, turned, 8 + length + sizeof numbers);
    memset(w, 0, sizeof w), memset(b, 0, sizeof b);
    cr_assert(safetensors_load(path, 2, back, &error), "%s", error.text);
    expect_list("weight", 6, w, two, 0);
    expect_list("bias", 2, b, one, 0);
    cr_assert(safetensors_save(path, 2, pair, 2, entry, &error), "%s", error.text);

    /* The bytes: length, JSON, then 1.0f = 00 00 80 3f first. */
    uint8_t byte[400];
    FILE *file = fopen(path, "rb");
    size_t size = fread(byte, 1, sizeof byte, file), header = byte[0] + 256u * byte[1];
    fclose(file);
    cr_expect(header % 8 == 0 && size == 8 + header + 4 * 8, "header %zu, file %zu", header, size);
    cr_expect(byte[8] == '{');
    const uint8_t first[4] = {0, 0, 0x80, 0x3f};
    cr_expect(memcmp(byte + 8 + header, first, 4) == 0);
}

/* A file with this header and so many data bytes, all 0 except the last float when asked for. */
static void write_tensors(const char *path, const char *header, size_t data, bool nan_at_end) {
    size_t length = strlen(header);
    uint8_t *bytes = calloc(8 + length + data + 1, 1);
    cr_assert(bytes != NULL);
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(length >> (8 * i));
    memcpy(bytes + 8, header, length);
    if (nan_at_end) memset(bytes + 8 + length + data - 4, 255, 4);
    write_file(path, bytes, 8 + length + data);
    free(bytes);
}

Test(common, safetensors_refuses) {
    const char *path = in(folder(), "a.safetensors");
    static const struct {
        const char *why, *header;
        size_t data;
    } bad[] = {
        {"bad header", "{\"C1.weight\": ", 0},
        {"bad header", "[1, 2]", 0},
        {"C1.weight is missing", "{}", 0},
        {"C1.bias is missing",
         "{\"C1.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}", 24},
        {"type F16", "{\"C1.weight\":{\"dtype\":\"F16\",\"shape\":[2,3],\"data_offsets\":[0,24]}}",
         24},
        {"shape [3,2]",
         "{\"C1.weight\":{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":[0,24]}}", 24},
        {"shape [6]", "{\"C1.weight\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24]}}",
         24},
        {"data_offsets",
         "{\"C1.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,20]}}", 24},
        {"data_offsets",
         "{\"C1.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[8,32]}}", 24},
        {"data_offsets",
         "{\"C1.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[-24,0]}}", 24},
        {"C9.weight", "{\"C9.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}",
         24},
        {"bad header", "{\"C1.bias\":{},\"C1.bias\":{}}", 24},
        {"data_offsets",
         "{\"C1.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[1,-"
         "9223372036854775808]}}",
         24},
        {"C1.weight and C1.bias overlap",
         "{\"C1.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
         "\"C1.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[16,24]}}",
         32},
        {"40 bytes of data, its tensors use 32",
         "{\"C1.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
         "\"C1.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}}",
         40},
    };
    real w[6], b[2];
    Tensor want[2] = {{"C1.weight", 2, {2, 3}, w}, {"C1.bias", 1, {2}, b}};
    Error error;
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        write_tensors(path, bad[k].header, bad[k].data, false);
        expect_error(safetensors_load(path, 2, want, &error), &error, bad[k].why);
    }
    write_tensors(path,
                  "{\"C1.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
                  "\"C1.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}}",
                  32, true);
    expect_error(safetensors_load(path, 2, want, &error), &error,
                 "C1.bias: number 1 is not finite");
    write_file(path, "\377\377\377\377\377\377\377\377{}", 10);
    expect_error(safetensors_load(path, 2, want, &error), &error, "not a safetensors file");
    write_file(path, "abc", 3);
    expect_error(safetensors_load(path, 2, want, &error), &error, "truncated");
}

Test(common, safetensors_saves_all_or_nothing) {
    const char *dir = folder();
    Error error;
    expect_error(safetensors_can_save(in(dir, "no/a"), &error), &error, "No such file");
    expect_error(safetensors_can_save(dir, &error), &error, "not a regular file");
    expect_error(safetensors_can_save(in(dir, "new/"), &error), &error, "cannot save there");
    char longest[400];
    snprintf(longest, sizeof longest, "%s/%0250d", dir,
             0); /* a legal name, but not with .tmp behind it */
    expect_error(safetensors_can_save(longest, &error), &error, "too long");
    cr_expect(safetensors_can_save(in(dir, "a"), &error), "%s", error.text);
    expect_error(safetensors_save(in(dir, "no/a"), 2, pair, 0, NULL, &error), &error,
                 "cannot save");
    expect_error(safetensors_save(dir, 2, pair, 0, NULL, &error), &error, "cannot save");
    char command[300]; /* neither in the folder nor beside it */
    snprintf(command, sizeof command, "test -z \"$(ls -A %s; ls -d %s.*.tmp 2>/dev/null)\"", dir,
             dir);
    cr_expect(system(command) == 0, "a half-written file was left behind");
}

/* ------------------------------------------------------------------ drawings ------------- */

static void write_png(const char *path, png_uint_32 format, int w, int h, const void *pixels) {
    png_image png = {.version = PNG_IMAGE_VERSION,
                     .width = (png_uint_32)w,
                     .height = (png_uint_32)h,
                     .format = format};
    cr_assert(png_image_write_to_file(&png, path, 0, pixels, 0, NULL), "%s: %s", path, png.message);
}

static void expect_grey(const char *path, int w, int h, const uint8_t *want) {
    Grey grey;
    Error error;
    cr_assert(grey_read(path, &grey, &error), "%s", error.text);
    cr_assert(grey.w == w && grey.h == h, "%s: %d x %d", path, grey.w, grey.h);
    for (int i = 0; i < w * h; i++)
        cr_expect(abs(grey.byte[i] - want[i]) <= 1, "%s: pixel %d is %d, want %d", path, i,
                  grey.byte[i], want[i]);
    grey_free(&grey);
}

Test(common, image_reads_png_and_pgm) {
    const char *dir = folder();
    static const uint8_t level[6] = {0, 51, 102, 153, 204, 255}; /* 3 wide, 2 high */
    /* colours of one brightness each; and black, ever less of it, over what must become white */
    static const uint8_t rgb[18] = {0,   0,   0,   51,  51,  51,  102, 102, 102,
                                    153, 153, 153, 204, 204, 204, 255, 255, 255};
    static const uint8_t alpha[12] = {0, 255, 0, 204, 0, 153, 0, 102, 0, 51, 0, 0};
    write_png(in(dir, "grey"), PNG_FORMAT_GRAY, 3, 2, level);
    write_png(in(dir, "rgb"), PNG_FORMAT_RGB, 3, 2, rgb);
    write_png(in(dir, "alpha"), PNG_FORMAT_GA, 3, 2, alpha);
    expect_grey(in(dir, "grey"), 3, 2, level);
    expect_grey(in(dir, "rgb"), 3, 2, level);
    Grey grey;
    Error error;
    cr_assert(grey_read(in(dir, "alpha"), &grey, &error), "%s", error.text);
    for (int i = 0; i < 6; i++) /* alpha is linear in light, grey is not: only the order is exact */
        cr_expect(i == 0 ? grey.byte[0] == 0 : grey.byte[i] > grey.byte[i - 1], "pixel %d: %d", i,
                  grey.byte[i]);
    cr_expect(grey.byte[5] == 255, "nothing at all is white: %d", grey.byte[5]);
    grey_free(&grey);
    static const char text[] = "P2 # a comment\n3 2\n5\n0 1 2\n3 # another\n4 5\n";
    static const char bytes[] = "P5\n3 2\n255\n\0\63\146\231\314\377";
    static const char wide[] = "P5 3 2 65535\n\0\0\63\63\146\146\231\231\314\314\377\377";
    write_file(in(dir, "text"), text, sizeof text - 1);
    write_file(in(dir, "bytes"), bytes, sizeof bytes - 1);
    write_file(in(dir, "wide"), wide, sizeof wide - 1);
    expect_grey(in(dir, "text"), 3, 2, level);
    expect_grey(in(dir, "bytes"), 3, 2, level);
    expect_grey(in(dir, "wide"), 3, 2, level);
}

Test(common, image_refuses) {
    const char *dir = folder(), *path = in(dir, "file");
    static const struct {
        const char *why;
        size_t size;
        const char *bytes;
    } bad[] = {
        {"neither PNG nor PGM", 0, ""},
        {"neither PNG nor PGM", 4, "GIF8"},
        {"neither PNG nor PGM", 15, "P6 1 1 255\n\1\2\3"}, /* colour */
        {"not a sound PNG", 8, "\211PNG\r\n\032\n"},
        {"bad header", 2, "P5"},
        {"bad header", 10, "P5 1 1 0\n\1"},
        {"bad header", 14, "P5 1 1 65536\n\1"},
        {"bad header", 12, "P5 1x1 255\n\1"},
        {"bad header", 13, "P5 -1 1 255\n\1"},
        {"at most 4096 a side", 16, "P5 5000 1 255\n\1\1"},
        {"at most 4096 a side", 13, "P5 0 99 255\n1"},
        {"truncated", 20, "P5 4096 4096 255\n123"}, /* 16 MB in 3 bytes */
        {"pixel 3 of 4 is missing", 14, "P5 2 2 255\n\1\1\1"},
        {"pixel 1 of 2 is above its maximum", 13, "P2 2 1 9\n9 10"},
        {"pixel 1 of 2 is missing", 13, "P2 2 1 9\n9   "},
        {"more bytes than", 13, "P5 1 1 255\n\1\1"},
    };
    Grey grey;
    Error error;
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        write_file(path, bad[k].bytes, bad[k].size);
        expect_error(grey_read(path, &grey, &error), &error, bad[k].why);
        cr_expect(grey.byte == NULL);
    }
    expect_error(grey_read(in(dir, "missing"), &grey, &error), &error, "No such file");
    expect_error(grey_read("/dev/zero", &grey, &error), &error, "not a regular file");
    static uint8_t pixels[5000];
    write_png(in(dir, "wide"), PNG_FORMAT_GRAY, 5000, 1, pixels);
    expect_error(grey_read(in(dir, "wide"), &grey, &error), &error, "at most 4096 a side");
    /* cut anywhere, a PNG is refused; and one bit changed in its data */
    Rng rng = rng_seed(1, 0);
    for (int i = 0; i < 900; i++)
        pixels[i] = (uint8_t)rng_below(&rng, 256);
    write_png(path, PNG_FORMAT_GRAY, 30, 30, pixels);
    static uint8_t whole[2000];
    FILE *file = fopen(path, "rb");
    size_t size = file ? fread(whole, 1, sizeof whole, file) : 0;
    cr_assert(file && fclose(file) == 0 && size > 900 && size < sizeof whole);
    for (size_t cut = 8; cut < size - 12; cut += 41) {
        write_file(path, whole, cut);
        expect_error(grey_read(path, &grey, &error), &error, "not a sound PNG");
    }
    write_file(path, whole, size + 1);
    expect_error(grey_read(path, &grey, &error), &error, "last bytes are not its end");
    whole[500] ^= 1;
    write_file(path, whole, size);
    expect_error(grey_read(path, &grey, &error), &error, "not a sound PNG");
}

/* ------------------------------------------------------------------ text ----------------- */

/* What a function prints into a file, as a string. */
static char *printed(void (*print)(FILE *)) {
    static char text[4000];
    FILE *file = tmpfile();
    cr_assert(file != NULL);
    print(file);
    rewind(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void print_picture(FILE *out) {
    const real x[8] = {0, 1, 1, 0, 0, 1, 0, 1}; /* two images of 2x2 */
    picture_print(out, 2, 2, 2, x, 0, 1);
}

static void print_nan(FILE *out) {
    const real x[4] = {0, (real)NAN, 1, 1};
    picture_print(out, 1, 2, 2, x, 0, 1);
}

static void print_flat(FILE *out) {
    const real x[4] = {5, 5, 5, 5};
    picture_print(out, 1, 2, 2, x, 0, 0);
}

Test(common, pictures_without_a_terminal) {
    cr_expect_str_eq(printed(print_picture), "  ==   @\n");
    cr_expect_str_eq(printed(print_flat), "    \n");
    cr_expect_str_eq(printed(print_nan), "  =?\n");
}

static void print_progress(FILE *out) {
    Progress bar;
    progress_start(&bar, out, "epoch 1/2", 1000);
    progress_update(&bar, 100, 2.3, 0.1); /* too soon for a line */
    bar.drawn -= 60, bar.started -= 10;
    progress_update(&bar, 500, 1.5, 0.5);
    progress_end(&bar);
}

Test(common, progress_without_a_terminal) {
    const char *text = printed(print_progress);
    cr_expect(strncmp(text, "epoch 1/2   50%  loss 1.5000  accuracy 0.5000", 45) == 0, "%s", text);
    cr_expect(strstr(text, "10 s left") != NULL && strchr(text, '\n') == text + strlen(text) - 1,
              "%s", text);
    cr_expect(strchr(text, '\r') == NULL && strchr(text, '\033') == NULL, "%s", text);
}

/* The line fits any terminal; what matters least goes first. */
Test(common, progress_fits_any_width) {
    static const struct {
        int width;
        const char *want;
    } lines[] = {
        {100, "epoch  1/10 [============>           ]  50%  loss 0.1234  accuracy 0.9876  3000 "
              "images/s  10 s left"},
        {79, "epoch  1/10 [=========>         ]  50%  loss 0.1234  accuracy 0.9876  10 s left"},
        {60, "epoch  1/10 [========>        ]  50%  loss 0.1234  10 s left"},
        {40, "epoch  1/10 [====>   ]  50%  loss 0.1234"},
        {30, "epoch  1/10 [=====>     ]  50%"},
        {20, "epoch  1/10  50%"},
        {5, "epoch"},
    };
    Progress bar = {.label = "epoch  1/10", .total = 60000};
    for (size_t k = 0; k < sizeof lines / sizeof *lines; k++) {
        char line[160];
        progress_line(&bar, 30000, 0.1234, 0.9876, 10, lines[k].width, line, sizeof line);
        cr_expect((int)strlen(line) <= lines[k].width, "%zu columns: %s", strlen(line), line);
        cr_expect_str_eq(line, lines[k].want);
    }
    for (int width = 1; width < 130; width++) {
        char line[160];
        progress_line(&bar, 59999, 123.4567, 0.9, 1e-3, width, line, sizeof line);
        cr_expect((int)strlen(line) <= width, "%d columns: %s", width, line);
    }
}

Test(common, measures) {
    double odd[3] = {3, 1, 2}, even[4] = {4, 1, 3, 2};
    cr_expect(median(odd, 3) == 2 && median(even, 4) == 2.5);
    double start = seconds_now();
    cr_expect(seconds_now() >= start && peak_memory_mb() > 1 && peak_memory_mb() < 1e5);
}

Test(common, commas) {
    char text[32];
    cr_expect_str_eq(with_commas(0, text, sizeof text), "0");
    cr_expect_str_eq(with_commas(999, text, sizeof text), "999");
    cr_expect_str_eq(with_commas(61706, text, sizeof text), "61,706");
    cr_expect_str_eq(with_commas(1234567, text, sizeof text), "1,234,567");
}

static double cube(void *context) {
    double v = (double)*(real *)context;
    return v * v * v;
}

/* ((v+h)^3 - (v-h)^3) / 2h = 3v^2 + h^2, without rounding for these numbers. */
Test(common, central_difference_by_hand) {
    real v = 2;
    cr_expect(gradcheck_central(cube, &v, &v, 0.5) == 12.25 && v == 2);
    cr_expect(isnan(gradcheck_central(cube, &v, &v, 1e-20)), "no step, and yet a difference");
}

/* ------------------------------------------------------------------ tables --------------- */

/* Whether a folder holds this one thing and nothing else. */
static bool holds_only(const char *dir, const char *name) {
    char command[300];
    snprintf(command, sizeof command, "test \"$(ls -A '%s')\" = '%s'", dir, name);
    return system(command) == 0;
}

Test(common, output_gets_its_name_when_it_is_complete) {
    const char *dir = folder();
    Output table;
    Error error;
    cr_assert(output_open_in(&table, dir, "a.tsv", &error), "%s", error.text);
    fputs("x\ty\n1\t2\n", table.stream);
    cr_expect(access(in(dir, "a.tsv"), F_OK) != 0, "a half-written table has its name already");
    cr_assert(output_commit(&table, &error), "%s", error.text);
    char text[32] = "";
    FILE *file = fopen(in(dir, "a.tsv"), "r");
    cr_assert(file && fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    cr_expect_str_eq(text, "x\ty\n1\t2\n");
    cr_expect(holds_only(dir, "a.tsv"), "the temporary is still there");
    cr_assert(output_open(&table, in(dir, "a.tsv"), &error), "%s", error.text);
    output_discard(&table);
    cr_expect(holds_only(dir, "a.tsv"), "the discarded temporary is still there");
}

Test(common, output_refuses) {
    const char *dir = folder();
    Output table;
    Error error;
    expect_error(output_open_in(&table, in(dir, "absent"), "a.tsv", &error), &error,
                 "absent/a.tsv: cannot save there: No such file");
    char endless[400] = "";
    memset(endless, 'a', sizeof endless - 1);
    expect_error(output_open_in(&table, dir, endless, &error), &error, "too long");
    /* A folder appears where the table should go: nothing may be left. */
    cr_assert(output_open_in(&table, dir, "b.tsv", &error));
    cr_assert(mkdir(in(dir, "b.tsv"), 0777) == 0);
    expect_error(output_commit(&table, &error), &error, "b.tsv: cannot save: Is a directory");
    cr_expect(holds_only(dir, "b.tsv"), "half a table was left behind");
    expect_error(output_open_in(&table, dir, "b.tsv", &error), &error, "not a regular file");
    /* What is not a file stays what it is. */
    cr_assert(rmdir(in(dir, "b.tsv")) == 0 && mkfifo(in(dir, "pipe"), 0666) == 0);
    expect_error(output_open_in(&table, dir, "pipe", &error), &error, "not a regular file");
    cr_expect(holds_only(dir, "pipe"));
}

Test(common, contract_aborts, .init = quiet, .signal = SIGABRT) {
    contract(1 + 1 == 3, "C1: %d", 3);
}
