/**
 * @file network.h
 * @brief A network: a table of layers, run forwards and backwards.
 *
 * @addtogroup ch07
 *
 * All parameters are one flat vector, layer after layer, the weight before the bias; the gradient
 * is another of the same length. With w[i] a layer's part of it, for n images:
 *
 *     y[0] = images                                 y[i]   (n, c, h, w) of layer i's input
 *     y[i+1] = layer[i](w[i], y[i])                 i = 0 .. layers-1
 *     loss(y[layers], label)                        summed over the images
 *
 *     d = scale * dloss/dy[layers]
 *     d = layer[i].backward(d),  grad[i] += ...     i = layers-1 .. 0
 *
 * Source: the report, "LeNet5", `predict` and `gradient`.
 * @{
 */
#ifndef NETWORK_H
#define NETWORK_H

#include "dataset.h"
#include "init.h"
#include "layer.h"
#include "loss.h"
#include "safetensors.h"

#include <stdio.h>

enum {
    LAYERS_MAX = 16, ///< LeNet-5 with its activations as layers has 11, the original 12
    MICRO_BATCH = 25 ///< images that a thread takes through the layers at a time
};

/** The table of layers, and how an image becomes its input. */
typedef struct Network {
    char name[32];           ///< "lenet5"
    const char *kernels;     ///< "naive", "textbook" or "fast": the layers' functions
    Input input;             ///< from grey levels to numbers
    int pad;                 ///< border around the 28x28 images
    int layers;              ///< how many are in use
    Layer layer[LAYERS_MAX]; ///< from the input to the last affine layer
    Loss loss;               ///< after the last layer
} Network;

/** Room for n images on their way through; every thread needs one. */
typedef struct Workspace {
    int n;                   ///< most images at a time
    real *y[LAYERS_MAX + 1]; ///< y[0] the input, y[i+1] the output of layer i
    real *d[2];              ///< gradients between layers, used in turn
    real *scratch;           ///< for the layer that needs most
    real *score;             ///< (n, classes) from the loss
    int *decision;           ///< (n) from the loss
    uint8_t *label;          ///< (n) the true classes
} Workspace;

/**
 * @brief Appends a layer.
 * @param net the network; the new layer's input must be the last one's output
 * @return the new layer's output shape, the next one's input
 */
Shape network_add(Network *net, Layer layer);

/**
 * @brief The shape after the last layer so far.
 * @return the input image's shape when there is no layer yet
 */
Shape network_out(const Network *net);

/**
 * @brief Where a layer's parameters begin in the flat vector.
 * @param layer which layer, 0 .. layers; `layers` gives the length of the vector
 * @return offset in numbers
 */
size_t network_offset(const Network *net, int layer);

/**
 * @brief Length of the flat parameter vector.
 * @return stored parameters, missing links included
 */
size_t network_params(const Network *net);

/**
 * @brief How many parameters learn: network_params() without the places of missing links.
 * @return the sum of the layers' trainable parameters
 */
long network_trainable(const Network *net);

/**
 * @brief Gives every layer its initial parameters.
 * @param seed   the run's seed
 * @param params network_params() numbers, overwritten
 */
void network_init(const Network *net, Init init, uint64_t seed, real *params);

/**
 * @brief Names, shapes and places of all parameters: "C1.weight", "C1.bias", ...
 * @param tensor room for 2 * LAYERS_MAX
 * @return how many
 */
int network_tensors(const Network *net, real *params, Tensor *tensor);

/** @brief Prints the table of layers: name, kind, shapes, trainable parameters, connections. */
void network_print(FILE *out, const Network *net);

/**
 * @brief Allocates room for n images.
 * @param n     most images at a time
 * @param space filled on success; workspace_free() releases it
 * @param error filled when there is no memory
 * @return whether it worked
 */
bool workspace_new(const Network *net, int n, Workspace *space, Error *error);

/** @brief Releases a workspace; all zero is fine as well. */
void workspace_free(Workspace *space);

/**
 * @brief Allocates a workspace of MICRO_BATCH images for each of some threads.
 * @param error filled when there is no memory
 * @return the workspaces, or NULL; workspaces_free() releases them
 */
Workspace *workspaces_new(const Network *net, int threads, Error *error);

/**
 * @brief Releases the workspaces of workspaces_new().
 * @param space the workspaces, or NULL
 */
void workspaces_free(Workspace *space, int threads);

/**
 * @brief Puts images and labels of a data set into y[0] and label.
 * @param first the first image
 * @param n     how many, at most space->n
 */
void network_input(const Network *net, const Dataset *data, int first, int n, Workspace *space);

/**
 * @brief Runs n images through every layer and the loss.
 * @param n     images in space->y[0], labels in space->label
 * @param space y, score and decision are filled
 * @return the summed loss
 */
double network_forward(const Network *net, int n, const real *params, Workspace *space);

/**
 * @brief Runs the gradient back through every layer. network_forward() went before.
 * @param scale 1/N of the whole batch, for a mean
 * @param space as network_forward() left it
 * @param grad  the flat gradient, accumulated
 */
void network_backward(const Network *net, int n, const real *params, real scale, Workspace *space,
                      real *grad);

/** @} */
#endif
