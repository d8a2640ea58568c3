/*
 * 07_lenet5 predict: drawings from files.
 */
#include "07_lenet5/augment.h"
#include "07_lenet5/workbench/inspect.h"
#include "07_lenet5/workbench/preprocess.h"
#include "program.h"
#include "support.h"

#include <jansson.h>
#include <png.h>
#include <string.h>

TestSuite(ch07_predict, .init = whole_network, .timeout = 120);

static void write_drawing(const char *path, const Grey *grey) {
    png_image png = {.version = PNG_IMAGE_VERSION,
                     .width = (png_uint_32)grey->w,
                     .height = (png_uint_32)grey->h,
                     .format = PNG_FORMAT_GRAY};
    cr_assert(png_image_write_to_file(&png, path, 0, grey->byte, 0, NULL), "%s", png.message);
}

/* A small set with trained parameters p and the drawings a.png (light on dark) and b.png. */
static const char *drawings(Grey grey[2]) {
    const char *dir = small_set();
    Dataset data = few(2);
    for (int i = 0; i < 2; i++) {
        grey[i] = drawing_of(data.image + i * IMAGE_BYTES, i);
        write_drawing(in(dir, i ? "b.png" : "a.png"), &grey[i]);
    }
    Grey blank = grey[0];
    blank.byte = kept((size_t)blank.w * (size_t)blank.h);
    write_drawing(in(dir, "blank.png"), &blank);
    lenet5_ok(dir, "train --data . --epochs 12 --batch 20 --evaluate end --save p");
    return dir;
}

/* The saved network's answer for a drawing. */
static Prediction predicted(const char *path, const Grey *grey) {
    Network net = lenet5(ACTIVATION_RELU);
    Tensor tensor[2 * LAYERS_MAX];
    Error error;
    Prediction prediction;
    uint8_t byte[IMAGE_BYTES], label = 0;
    const Dataset one = {1, byte, &label};
    real *params = zeros(network_params(&net));
    int count = network_tensors(&net, params, tensor);
    cr_assert(safetensors_load(path, count, tensor, &error), "%s", error.text);
    cr_assert(preprocess_digit(grey, byte, &error), "%s", error.text);
    cr_assert(inspect_image(NULL, &net, params, &one, 0, &prediction, &error), "%s", error.text);
    return prediction;
}

/* One line of --json against that. */
static void expect_json(const char *line, const char *file, const Prediction *want) {
    json_error_t why;
    json_t *object = json_loads(line, JSON_DISABLE_EOF_CHECK, &why);
    json_t *list = json_object_get(object, "probabilities"),
           *digit = json_object_get(object, "digit");
    cr_assert(json_array_size(list) == CLASSES && json_is_integer(digit), "%s", line);
    cr_expect_str_eq(json_string_value(json_object_get(object, "file")), file);
    cr_expect(json_integer_value(digit) == want->digit, "%s", line);
    cr_expect(json_boolean_value(json_object_get(object, "unsure")) ==
                  (want->probability[want->digit] < 0.5),
              "%s", line);
    for (size_t k = 0; k < CLASSES; k++) {
        double p = json_real_value(json_array_get(list, k));
        cr_expect(fabs(p - want->probability[k]) < 1e-5, "class %zu: %g, want %g", k, p,
                  want->probability[k]);
    }
    json_decref(object);
}

Test(ch07_predict, json, .description = "one JSON object per drawing, in the given order") {
    Grey grey[2];
    const char *dir = drawings(grey);
    Ran ran = lenet5_ok(dir, "predict a.png --load p --json b.png");
    const char *second = strchr(ran.out, '\n');
    cr_assert(second != NULL, "%s", ran.out);
    Prediction a = predicted(in(dir, "p"), &grey[0]), b = predicted(in(dir, "p"), &grey[1]);
    expect_json(ran.out, "a.png", &a);
    expect_json(second + 1, "b.png", &b);
}

Test(ch07_predict, text, .description = "size, digit and probability for people") {
    Grey grey[2];
    const char *dir = drawings(grey);
    Ran ran = lenet5_ok(dir, "predict --load p a.png");
    Prediction a = predicted(in(dir, "p"), &grey[0]);
    const char *last = textf("a.png: %d (%.2f %%)\n", a.digit, 100 * a.probability[a.digit]);
    cr_expect(strstr(ran.out, "a.png: 260 x 300 pixels") != NULL, "%s", ran.out);
    cr_expect(strstr(ran.out, last) != NULL, "no '%s': %s", last, ran.out);
    /* a bar for each digit, half a column per percent */
    static const char full[] = "##################################################";
    for (int k = 0; k < CLASSES; k++) {
        double p = a.probability[k];
        const char *bar = textf("\n  %d  %6.2f %%  %.*s\n", k, 100 * p, (int)lround(50 * p), full);
        cr_expect(strstr(ran.out, bar) != NULL, "no '%s': %s", bar, ran.out);
    }
}

Test(ch07_predict, bad_drawing,
     .description = "one line of error, and the next drawing is still read") {
    Grey grey[2];
    const char *dir = drawings(grey);
    Ran ran = lenet5_in(dir, "predict --load p blank.png");
    const char *end = strchr(ran.err, '\n');
    cr_expect(ran.code == 1, "exit code %d", ran.code);
    cr_expect(strstr(ran.err, "blank.png: no digit") && end && !end[1], "%s", ran.err);
    ran = lenet5_in(dir, "predict --json --load p blank.png b.png");
    cr_expect(ran.code == 1, "exit code %d", ran.code);
    cr_expect(strstr(ran.out, "\"b.png\"") != NULL, "the next one is not read: %s", ran.out);
}

/* More lines than a buffer holds: the first that cannot be written ends the program. */
Test(ch07_predict, full_disk, .description = "JSON that cannot be written names its drawing") {
    Grey grey[2];
    const char *dir = drawings(grey), *files = "";
    for (int k = 0; k < 60; k++)
        files = textf("%s a.png", files);
    Ran ran = lenet5_in(dir, "predict --json --load p %s > /dev/full", files);
    cr_expect(ran.code == 1, "exit code %d", ran.code);
    cr_expect_str_eq(ran.err, "error: a.png: cannot be written as JSON\n");
}

/* Names of any bytes; in JSON, which is UTF-8, other bytes become question marks. */
Test(ch07_predict, any_name, .description = "a name that is not UTF-8 ends nothing") {
    Grey grey[2];
    const char *dir = drawings(grey);
    write_drawing(in(dir, "\344\303\244\xf0.png"), &grey[0]);
    Ran ran = lenet5_in(dir, "predict --load p --json ?*?*?*.png b.png");
    cr_expect(strstr(ran.out, "\"?\303\244?.png\"") != NULL, "%s", ran.out);
    cr_expect(strstr(ran.out, "\"b.png\"") != NULL, "%s", ran.out);
}

/* Parameters of zero, for which every class has a tenth, and the settings in their file. */
static void save_zeros(const char *path, int entries, const Metadata *entry) {
    Network net = lenet5(ACTIVATION_RELU);
    Tensor tensor[2 * LAYERS_MAX];
    Error error;
    int count = network_tensors(&net, zeros(network_params(&net)), tensor);
    cr_assert(safetensors_save(path, count, tensor, entries, entry, &error), "%s", error.text);
}

Test(ch07_predict, unsure, .description = "below one half the answer says so") {
    Grey grey[2];
    const char *dir = drawings(grey);
    save_zeros(in(dir, "zero"), 0, NULL);
    Ran ran = lenet5_in(dir, "predict --load zero a.png");
    cr_expect(strstr(ran.out, "a.png: 0 (10.00 %, unsure)\n") != NULL, "%s", ran.out);
    cr_expect(strstr(ran.err, "assumed: activation=relu pool=max c3=full head=softmax "
                              "input_black=0 input_white=1") != NULL,
              "%s", ran.err);
    ran = lenet5_in(dir, "predict --json --load zero a.png");
    cr_expect(strstr(ran.out, "\"unsure\":true") != NULL, "%s", ran.out);
    ran = lenet5_ok(dir, "predict --json --load p a.png");
    cr_expect(strstr(ran.out, "\"unsure\":false") != NULL, "%s", ran.out);
    cr_expect_str_eq(ran.err, "");
    /* a flag's own setting is not listed as assumed */
    ran =
        lenet5_in(dir, "predict --load zero --net modern --set input_black=0,input_white=2 a.png");
    cr_expect_str_eq(ran.err, "");
}

Test(ch07_predict, unknown_layer, .description = "a network with other layers is refused by name") {
    Grey grey[2];
    const char *dir = drawings(grey);
    const Metadata average = {"pool", "average"};
    save_zeros(in(dir, "average"), 1, &average);
    Ran ran = lenet5_in(dir, "predict --load average a.png");
    cr_expect(ran.code == 1 && strstr(ran.err, "pool average: expected one of: max subsample"),
              "%d: %s", ran.code, ran.err);
}

enum { TURNED = 20 };

/* The first images of the small set, turned by so much, as drawings 00.png, 01.png, ... */
static void write_turned(const char *dir, double degrees) {
    Dataset data = few(TURNED);
    double angle = degrees * 3.14159265358979 / 180;
    real c = (real)cos(angle), s = (real)sin(angle), level[IMAGE_BYTES];
    const Warp warp = {.map = {{c, -s}, {s, c}}};
    const Input levels = {0, 255};
    for (int i = 0; i < TURNED; i++) {
        uint8_t byte[IMAGE_BYTES];
        warp_image_naive(&data, i, levels, 0, &warp, level);
        for (int p = 0; p < IMAGE_BYTES; p++)
            byte[p] = (uint8_t)level[p];
        Grey grey = drawing_of(byte, 0);
        write_drawing(in(dir, textf("%02d.png", i)), &grey);
    }
}

/* How many answers with one half or more are unsure all the same. */
static int doubted(const char *dir) {
    Ran ran = lenet5_in(dir, "predict --json --load p ??.png");
    int count = 0;
    for (const char *line = ran.out; *line; line = strchr(line, '\n') + 1) {
        json_t *object = json_loads(line, JSON_DISABLE_EOF_CHECK, NULL);
        json_t *list = json_object_get(object, "probabilities");
        size_t digit = (size_t)json_integer_value(json_object_get(object, "digit"));
        count += json_real_value(json_array_get(list, digit)) >= 0.5 &&
                 json_is_true(json_object_get(object, "unsure"));
        json_decref(object);
    }
    return count;
}

/* Trained on these images, the network is certain of them; lying askew they are another matter. */
Test(ch07_predict, turned, .description = "an answer that a small turn changes is unsure") {
    Grey grey[2];
    const char *dir = drawings(grey);
    write_turned(dir, 0);
    int upright = doubted(dir);
    write_turned(dir, 25);
    int askew = doubted(dir);
    cr_expect(upright <= TURNED / 4 && askew > 0, "upright %d, askew %d", upright, askew);
}
