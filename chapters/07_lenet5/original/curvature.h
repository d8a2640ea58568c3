/**
 * @file curvature.h
 * @brief Second derivatives, as the training of 1998 needs them. Advanced.
 *
 * @addtogroup ch07
 *
 * hy = d2L/dy2 comes in, hx = d2L/dx2 goes out, hw = d2L/dw2 stays; without off-diagonal terms and
 * without f'' (Gauss-Newton), so never negative:
 *
 *     y = sum w*x + b     hw = sum hy * x^2,  hb = sum hy,  hx = sum w^2 * hy
 *     y = f(x)            hx = f'(x)^2 * hy
 *     y = max x           hx = hy where the maximum was, else 0
 *
 * Source: LeCun et al. 1998, appendix C, equations 23 to 27.
 * @{
 */
#ifndef CURVATURE_H
#define CURVATURE_H

#include "07_lenet5/trainer.h"

enum {
    CURVATURE_IMAGES = 500 ///< images for one estimate: the paper's number
};

/**
 * @brief Second derivatives back through one layer.
 * @param layer   any layer
 * @param x       n inputs
 * @param y       the outputs that forward gave for them
 * @param hy      second derivatives by y
 * @param hw      those by the parameters, accumulated
 * @param hx      those by x, overwritten; NULL: not wanted
 * @param scratch layer->scratch + layer_params() + one input of working memory
 */
void layer_curvature(const Layer *layer, int n, const real *w, const real *x, const real *y,
                     const real *hy, real *hw, real *hx, real *scratch);

/**
 * @brief Second derivatives back through a network.
 * @param n     images; network_forward() went before
 * @param space as network_forward() left it
 * @param h     one number for each parameter, summed over the images, accumulated, none negative
 */
void network_curvature(const Network *net, int n, const real *params, Workspace *space, real *h);

/**
 * @brief Estimates the curvature of every parameter: the mean over some images.
 * @param trainer the run; its optimizer's state becomes the curvature
 * @param first   place in the order where the images begin
 * @param n       how many, at least 1
 */
void curvature_estimate(Trainer *trainer, int first, int n);

/** @brief A new estimate for each epoch, from other images each time: Plan.prepare for sdlm. */
void curvature_prepare(Trainer *trainer);

/** @} */
#endif
