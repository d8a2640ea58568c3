/*
 * The playground's computations, done here: the same C, compiled for this machine without fused
 * multiply-add.
 *
 *     native bits N                checksum of all parameters after 30 batches of the report's
 *                                  recipe, on the first N training images
 *     native report N FOLDER       the report's network, with the page's parameters in FOLDER:
 *                                  every value and every gradient of the first N test images as
 *                                  floats, layer after layer, then the scores
 *     native original N FOLDER     the same for the network of 1998
 */
#include "05_softmax_ce/rbf.h"
#include "07_lenet5/lenet5.h"
#include "dataset.h"
#include "play.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BATCHES = 30, ADAM = 4 };

static Dataset load(const char *prefix) {
    Dataset data;
    Error error;
    if (!dataset_load(MNIST_DIR, prefix, &data, &error)) fail_with(&error);
    return data;
}

/* As the worker of the page does it. */
static void print_checksum(int n) {
    Dataset data = load("train");
    uint8_t *room = practice_images(false, n);
    memcpy(room, data.image, (size_t)n * IMAGE_BYTES);
    memcpy(room + (size_t)n * IMAGE_BYTES, data.label, (size_t)n);
    dataset_free(&data);
    practice_begin(ACTIVATION_RELU, ADAM, 0.001, 100, 1, NOTHING);
    for (int k = 0; k < BATCHES; k++)
        practice_step();
    look_network(false, ACTIVATION_RELU);
    printf("%08x\n", (unsigned)play_checksum(practice_params(), look_count()));
}

static void load_params(bool original, const char *folder) {
    Network net = original ? lenet5_with(&lenet5_1998) : lenet5(ACTIVATION_RELU);
    Tensor tensor[2 * LAYERS_MAX];
    Error error;
    char path[400];
    int count = network_tensors(&net, look_params(), tensor);
    snprintf(path, sizeof path, "%s/%s.safetensors", folder, original ? "original" : "report");
    if (!safetensors_load(path, count, tensor, &error)) fail_with(&error);
}

static void write_layers(bool original, int n, const char *folder) {
    Dataset data = load("t10k");
    look_network(original, ACTIVATION_RELU);
    load_params(original, folder);
    for (int i = 0; i < n; i++) {
        memcpy(look_image(), data.image + (size_t)i * IMAGE_BYTES, IMAGE_BYTES);
        look_forward();
        look_backward(data.label[i]);
        for (int at = 0; at <= look_layers(); at++) {
            int layer = at < look_layers() ? at : at - 1, end = at < look_layers() ? 0 : 3;
            int size = look_fact(layer, (Fact)(IN_CHANNELS + end)) *
                       look_fact(layer, (Fact)(IN_ROWS + end)) *
                       look_fact(layer, (Fact)(IN_COLUMNS + end));
            fwrite(look_y(at), sizeof(real), (size_t)size, stdout);
            fwrite(look_dy(at), sizeof(real), (size_t)size, stdout);
        }
        fwrite(look_scores(), sizeof(real), CLASSES, stdout);
    }
    dataset_free(&data);
}

int main(int argc, char **argv) {
    int n = argc > 2 ? atoi(argv[2]) : 0;
    if (n > 0 && argc == 3)
        print_checksum(n);
    else if (n > 0 && argc == 4)
        write_layers(strcmp(argv[1], "original") == 0, n, argv[3]);
    else
        fail(EXIT_USAGE,
             "usage: native bits N, native report N FOLDER or native original N FOLDER");
    return 0;
}
