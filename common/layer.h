/**
 * @file layer.h
 * @brief The spine: what a layer is, what a loss is, and the contract that both keep.
 *
 * A layer is an immutable description; it owns no memory. Parameters, activations, gradients and
 * scratch belong to the caller. So a layer is a pure function: any number of threads may run it, one
 * harness (gradcheck.h) can check every layer, and a known-wrong layer is one changed pointer.
 *
 * Every forward and backward keeps these rules:
 *
 * - `x` holds n inputs of shape `in`, `y` n outputs of shape `out`, image after image.
 * - `w` holds the weight first and the bias behind it; `dw` has the same layout.
 * - `dw` **accumulates**: the caller clears it. `dx` is **overwritten**; NULL means not wanted.
 * - Nobody writes into `w`, `x`, `y` or `dy` of somebody else. No two arguments overlap.
 * - Backward recomputes what it needs from `x` and `y`, so there is no hidden cache to get stale.
 * - `scratch` is working memory of `scratch` reals, undefined on entry, independent of n.
 * - The 1/N of a mean over the batch lives in the loss's `scale` and nowhere else.
 * - NaN travels: a NaN that goes in comes out, or a diverged run would hide behind a finite loss.
 */
#ifndef LAYER_H
#define LAYER_H

#include "real.h"
#include "rng.h"
#include "shape.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Layer Layer;

/** One layer: geometry, parameters and the two functions that are its meaning. */
struct Layer {
    char name[16];         ///< "C1": unique in a network, names its tensors in files
    const char *kind;      ///< "conv", "max pool", "affine", "relu", ...
    Shape in;              ///< one input image
    Shape out;             ///< one output image
    int size;              ///< side of the window, 0 where there is none
    int stride;            ///< step of the window
    int pad;               ///< padding on each side
    const uint16_t *links; ///< bit c of links[f]: filter f sees channel c; NULL: it sees all
    int weight[4];         ///< dimensions of the weight, unused ones 0; weight[0] = 0: no weight
    int bias;              ///< length of the bias, 0 for none
    int trainable;         ///< parameters that learn; fewer than stored where links are missing
    long connections;      ///< links of one image, biases counted (the paper's column)
    long macs;             ///< multiplications with an addition, one image, forward
    size_t scratch;        ///< reals of working memory, for any n and both directions

    /** y = layer(x) for n images. */
    void (*forward)(const Layer *layer, int n, const real *w, const real *x, real *y,
                    real *scratch);
    /** dw += dL/dw and dx = dL/dx, given dy = dL/dy and what forward saw (x) and made (y). */
    void (*backward)(const Layer *layer, int n, const real *w, const real *x, const real *y,
                     const real *dy, real *dw, real *dx, real *scratch);
    /** The same for second derivatives: hw += diagonal of d2L/dw2, hx = diagonal of d2L/dx2, given
        hy; Gauss-Newton, see layer_curvature_linear(). Rules as for backward. */
    void (*curvature)(const Layer *layer, int n, const real *w, const real *x, const real *y,
                      const real *hy, real *hw, real *hx, real *scratch);
};

typedef struct Loss Loss;

/** The end of a network: a number to make small, and a decision. */
struct Loss {
    char name[24];          ///< "softmax cross-entropy"
    int in;                 ///< inputs of one image
    int classes;            ///< scores of one image, one per class
    const char (*code)[85]; ///< RBF: one string a class, '#' for +1 and '.' for -1; else NULL
    double j;               ///< RBF: the constant of the competitive loss; infinity: no competition

    /** Summed loss of n images; fills score (n, classes) and decision (n). */
    double (*forward)(const Loss *loss, int n, const real *x, const uint8_t *label, real *score,
                      int *decision);
    /** dx = scale * dloss/dx, from the scores that forward filled; scale is 1/N for a mean. */
    void (*backward)(const Loss *loss, int n, const real *x, const uint8_t *label,
                     const real *score, real scale, real *dx);
    /** hx = diagonal of d2loss/dx2, from the scores that forward filled; not averaged. */
    void (*curvature)(const Loss *loss, int n, const real *x, const uint8_t *label,
                      const real *score, real *hx);
};

/** How to draw the first weights. */
typedef enum Init {
    INIT_UNIFORM, ///< weight and bias U(-1/sqrt(fan_in), 1/sqrt(fan_in)): what PyTorch starts with
    INIT_HE,     ///< weight N(0, 2/fan_in), bias 0: keeps the variance behind ReLU (He et al. 2015)
    INIT_NORMAL, ///< weight N(0, 0.01^2), bias 0: the report's class takes a fixed deviation
    INIT_LECUN   ///< weight and bias U(-2.4/fan_in, 2.4/fan_in): LeCun et al. 1998, appendix A
} Init;

/**
 * @brief How many numbers the weight of a layer holds, missing links included.
 * @param layer the layer
 * @return the product of its weight dimensions, 0 for a layer without weight
 */
size_t layer_weights(const Layer *layer);

/**
 * @brief How many numbers a layer stores: weight and bias.
 * @param layer the layer
 * @return layer_weights() + bias
 */
size_t layer_params(const Layer *layer);

/**
 * @brief Inputs of one unit of a layer with weights.
 * @param layer  the layer
 * @param filter which output channel or unit
 * @return how many weights reach it, missing links not counted
 */
int layer_fan_in(const Layer *layer, int filter);

/**
 * @brief Whether a stored weight belongs to a link that exists.
 * @param layer the layer
 * @param i     number of the weight, 0 .. layer_weights() - 1
 * @return false where links leave filter and channel unconnected; such weights stay 0
 */
bool layer_linked(const Layer *layer, size_t i);

/**
 * @brief Sets the gradient of links that do not exist to 0.
 * @param layer the layer; without a connection table nothing happens
 * @param dw    its weight gradient
 */
void layer_clear_unlinked(const Layer *layer, real *dw);

/**
 * @brief Curvature of a layer that is linear in w and in x: backward once more on squared quantities.
 *
 * If y = sum w*x + b, a second derivative of L by y reaches w and x through squared factors only:
 *
 *     d2L/dw2 = sum d2L/dy2 * x^2        d2L/dx2 = sum w^2 * d2L/dy2        d2L/db2 = sum d2L/dy2
 *
 * which is what backward computes for dy when it is given w^2 and x^2 (LeCun et al. 1998, equations 23, 25
 * and 27; the off-diagonal terms of d2L/dy2 are dropped). scratch holds layer_curvature_scratch() reals.
 *
 * @param layer   a convolution, subsampling or affine layer
 * @param n       images
 * @param w       weight and bias
 * @param x       n inputs
 * @param y       what forward made of them
 * @param hy      diagonal second derivatives by y
 * @param hw      those by weight and bias, accumulated
 * @param hx      those by x, overwritten; NULL: not wanted
 * @param scratch working memory
 */
void layer_curvature_linear(const Layer *layer, int n, const real *w, const real *x, const real *y,
                            const real *hy, real *hw, real *hx, real *scratch);

/**
 * @brief Curvature of an element-wise layer: hx = f'(x)^2 * hy, backward applied twice.
 *
 * The term f''(x) dL/dy of the exact second derivative is dropped (the Gauss-Newton approximation of LeCun
 * et al. 1998, equation 27), which keeps the result from becoming negative.
 *
 * @param layer   an activation
 * @param n       images
 * @param w       not used
 * @param x       n inputs
 * @param y       what forward made of them
 * @param hy      diagonal second derivatives by y
 * @param hw      not used
 * @param hx      those by x, overwritten; NULL: not wanted
 * @param scratch working memory: one image of x
 */
void layer_curvature_elementwise(const Layer *layer, int n, const real *w, const real *x,
                                 const real *y, const real *hy, real *hw, real *hx, real *scratch);

/**
 * @brief Working memory of a layer's curvature, on top of what backward needs.
 * @param layer any layer
 * @return reals: scratch, squared parameters and one squared image
 */
size_t layer_curvature_scratch(const Layer *layer);

/**
 * @brief Draws the first parameters of a layer. Missing links get 0.
 * @param layer the layer; one without parameters draws nothing
 * @param init  the scheme
 * @param w     layer_params() reals, overwritten
 * @param rng   the generator, advanced
 */
void layer_init(const Layer *layer, Init init, real *w, Rng *rng);

/**
 * @brief One line about a layer: name, kind, shapes, trainable parameters, connections.
 * @param layer the layer
 * @param line  where to write
 * @param size  room in line; 100 is enough
 */
void layer_summary(const Layer *layer, char *line, size_t size);

/**
 * @brief A whole number with commas, as tables print it: 61706 becomes 61,706.
 * @param value  at least 0
 * @param text   where to write
 * @param size   room in text; 27 holds any long
 * @return text
 */
char *with_commas(long value, char *text, size_t size);

#endif
