/**
 * @file play.h
 * @brief The playground's interface: a thin layer over the chapters, which know nothing of it.
 *
 * Compiled to WebAssembly these functions are called from JavaScript, compiled for this machine by
 * tests/trust/playground: the same C gives both the same numbers. playground.mk exports every
 * function that is declared here. State is static: a page has one instance, its worker another.
 *
 * - look_...      one image in one network, with everything that forward and backward compute
 * - practice_...  training from nothing
 * - lesson_...    the lessons' worked examples, with other numbers
 *
 * A broken contract ends an instance (contract() aborts, after its message); the page starts
 * another.
 */
#ifndef PLAY_H
#define PLAY_H

#include "real.h"

#include <stdbool.h>
#include <stdint.h>

/** The facts about a layer that look_fact() returns. */
typedef enum Fact {
    IN_CHANNELS,  ///< in.c
    IN_ROWS,      ///< in.h
    IN_COLUMNS,   ///< in.w
    OUT_CHANNELS, ///< out.c
    OUT_ROWS,     ///< out.h
    OUT_COLUMNS,  ///< out.w
    SIZE,         ///< side of the window, 0 where there is none
    STRIDE,       ///< step of the window
    PAD,          ///< padding
    WEIGHT_0,     ///< dimensions of the weight, 0 where there is none
    WEIGHT_1,     ///< second
    WEIGHT_2,     ///< third
    WEIGHT_3,     ///< fourth
    BIAS,         ///< length of the bias
    OFFSET        ///< where the layer's parameters begin in the flat vector
} Fact;

/**
 * @brief Builds the network to look at, on the definitions (sums in double); parameters are 0.
 * @param original   false: the report's network; true: that of 1998, whatever the activation
 * @param activation 0 ReLU, 1 sigmoid, 2 the squash of 1998
 * @return false when there is no memory: see look_error()
 */
bool look_network(bool original, int activation);

/** The range of the input: grey level 0 becomes lo, 255 hi; each network has its own. */
void look_range(real lo, real hi);

/** @return how many layers the network has */
int look_layers(void);

/** @return a layer's name, "C1.relu" */
const char *look_name(int layer);

/** @return a layer's kind, "conv" */
const char *look_kind(int layer);

/** @return a number that describes a layer */
int look_fact(int layer, Fact fact);

/** @return whether filter f of a convolution sees channel ch */
bool look_linked(int layer, int f, int ch);

/** @return how many parameters the network stores */
int look_count(void);

/** @return the flat parameter vector, look_count() numbers, to be filled */
real *look_params(void);

/** @return the flat gradient, as look_backward() left it */
real *look_gradient(void);

/** @return the values before layer i, so those after layer i - 1; 0 is the input */
real *look_y(int i);

/** @return dL/dy of the same numbers, as look_backward() left it */
real *look_dy(int i);

/** @return ten scores: probabilities, or squared distances to the codes */
real *look_scores(void);

/** @return entry k of the code of a digit, -1 or 1 */
real look_code(int digit, int k);

/** @return the constant j of the loss on codes */
double look_constant(void);

/** @return room for a drawing of h x w grey levels; NULL when there is no memory */
uint8_t *look_drawing(int h, int w);

/** @return whether the drawing could be turned into an image; if not, look_error() says why */
bool look_preprocess(void);

/** @return the image, 28 x 28 bytes: look_preprocess() writes it, look_forward() reads it */
uint8_t *look_image(void);

/** @return the predicted digit of the image */
int look_forward(void);

/** @return the loss of the image if its true digit is label; fills every dy and the gradient */
double look_backward(int label);

/** @return why a look_... function failed, one line */
const char *look_error(void);

/** Deliberate damage: the commonest mistakes of the lessons, seen from outside. */
typedef enum Damage {
    NOTHING,     ///< as it should be
    NO_BIAS,     ///< every bias is 0
    OVERWRITTEN, ///< each image's gradient replaces the one before, instead of adding to it
    FLIPPED,     ///< backward reads the filters of convolutions turned by 180 degrees
    ALL_EQUAL    ///< every weight of a layer begins with the same number
} Damage;

/**
 * @brief Makes room for images.
 * @param test false: to train on; true: to test on
 * @param n    how many
 * @return (n, 28, 28) bytes to be filled, then n labels; NULL when there is no memory
 */
uint8_t *practice_images(bool test, int n);

/**
 * @brief Begins to train a network from nothing, on the images that are there.
 * @param activation 0 ReLU, 1 sigmoid, 2 the squash of 1998
 * @param optimizer  which of optimizer_names
 * @param lr         its rate
 * @param batch      images in a mini-batch
 * @param seed       of the run
 * @param damage     the deliberate damage
 * @return false when there is no memory
 */
bool practice_begin(int activation, int optimizer, double lr, int batch, int seed, Damage damage);

/** @return the mean loss of the next mini-batch, before the step; not finite: the run diverged */
double practice_step(void);

/** @return how many images of that mini-batch were classified correctly, before the step */
int practice_correct(void);

/** @return the test images classified correctly by the present parameters; -1: no memory */
int practice_test(void);

/** @return the answers of the last practice_test(), one for each test image */
int *practice_answers(void);

/** @return the present parameters, look_count() numbers */
real *practice_params(void);

/** @return the name of an optimizer, NULL after the last */
const char *practice_optimizer(int k);

/** @return the usual rate of an optimizer */
double practice_rate(int k);

/** @return the image that the next mini-batch begins with, counted from 0 */
int practice_next(void);

/** The arrays of a worked example. */
typedef enum Room {
    X,    ///< input
    W,    ///< weights, then biases
    Y,    ///< output; col for im2col, probabilities for softmax, the path for the ravine
    DY,   ///< gradient of the output
    DW,   ///< gradient of weights and biases
    DX,   ///< gradient of the input
    ROOMS ///< how many
} Room;

/** @return room for `count` numbers, all 0, instead of the old ones */
real *lesson_room(Room which, int count);

/** @return window_out(), for the shape of an output */
int lesson_out(int in, int size, int stride, int pad);

/** Y = im2col(X), DX = col2im(DY), for one channel of h x w. */
void lesson_im2col(int h, int w, int size, int stride, int pad);

/** One filter on one channel of h x w, both ways. */
void lesson_conv(int h, int w, int size, int stride, int pad);

/** Max pooling of one channel of h x w, both ways. */
void lesson_pool(int h, int w, int size, int stride, int pad);

/** n images through a fully connected layer, both ways. */
void lesson_affine(int n, int in, int out);

/** Y = softmax(X) and DX for one image. @return the loss if its class is `label` */
double lesson_softmax(int classes, int label);

/** From the point X, Y receives the points of `steps` steps down the ravine of chapter 6. */
void lesson_ravine(int optimizer, double lr, int steps);

/** Runs the prologue's program with one rate; it prints. */
void lesson_prologue(double lr);

/** @return CRC-32 of n numbers as they lie in memory: a checksum that zlib's crc32() repeats */
uint32_t play_checksum(const real *number, int n);

#endif
