/**
 * @file conv.h
 * @brief Convolution as one matrix product per image.
 *
 * @defgroup ch02 Chapter 2: convolution
 *
 * A filter is a small image that is laid over every window of the input; the output says how well
 * they match. f filters give f output maps:
 *
 *     x    (c, h, w)        one input image
 *     w    (f, c, k, k)     the filters; as a matrix (f, c*k*k), one filter a row
 *     b    (f)              one bias a filter, stored behind w
 *     col  (c*k*k, oh*ow)   scratch: one window a column, chapter 1
 *     y    (f, oh, ow)      oh = window_out(h), ow = window_out(w)
 *
 * @f[ y_{f,i,j} = b_f + \sum_{ch,p,q} w_{f,ch,p,q}\; x_{ch,\;i\,stride+p-pad,\;j\,stride+q-pad} @f]
 *
 * conv_forward_naive() says this in six loops and is the definition to trust. With the windows as
 * columns the triple sum is the inner product of a row of w and a column of col, so
 *
 *     y   = w * col + b          for every image
 *
 * and the derivatives are those of a matrix product, with col2im as the adjoint of im2col:
 *
 *     db += row sums of dy
 *     dw += dy * col^T
 *     dx  = col2im(w^T * dy)
 *
 * That is conv_forward_gemm() and conv_backward_gemm(), for every shape. For LeNet's own two shapes
 * direct.h forms the same sums without col, several times faster; conv_layer() picks it where it fits.
 *
 * **The story in five steps**, which `make chapter 2` runs and times again (here: C3, one image, one core
 * of the machine in the README, two for the last line):
 *
 *     six loops                     285 us      1 times     conv_forward_naive()
 *     im2col, then three loops      127 us      2 times     the same sums, regular
 *     im2col, then BLAS             6.6 us     43 times     conv_forward_gemm()
 *     in place                      2.4 us    121 times     direct.h
 *     slices on all threads         1.2 us    233 times     trainer.h
 *
 * The largest difference from the loops, whose sums are in double, is 4e-6 on outputs of order 1.
 *
 * (Mathematicians call this operation cross-correlation; their convolution flips the filter. A
 * network learns its filters, so it learns them flipped or not, and the field says convolution.)
 *
 * **The connection table.** LeCun et al. 1998 let a filter of C3 see only some of the maps of S2
 * (Table I). Bit ch of links[f] says whether filter f sees channel ch. Missing links are stored as
 * zero weights and their gradient is zero, so it is still one product; `trainable` does not count them.
 *
 * Source: LeCun et al. 1998, sections II-A and II-B; the report, "Convolution".
 * @{
 */
#ifndef CONV_H
#define CONV_H

#include "layer.h"

/**
 * @brief Table I of LeCun et al. 1998: which of the 6 maps of S2 each of the 16 filters of C3 sees.
 *
 * The first six see three neighbouring maps (cyclically), the next six see four neighbours, three
 * more see four that are not all neighbours, the last sees all: 60 links in place of 96. It breaks
 * the symmetry between filters and saves work: 1,516 parameters in place of 2,416.
 */
extern const uint16_t conv_table_1998[16];

/**
 * @brief A convolution layer.
 * @param name    unique in its network
 * @param in      shape of one input
 * @param filters number of filters f, at least 1
 * @param size    side k of the square filters
 * @param stride  step between windows
 * @param pad     zeros on each side, 0 .. size-1
 * @param links   f bit masks over at most 16 channels, kept by reference; NULL: every filter sees all.
 *                A filter with no link, or with a link to a channel that x has not, breaks the contract
 * @return the layer
 */
Layer conv_layer(const char *name, Shape in, int filters, int size, int stride, int pad,
                 const uint16_t *links);

/**
 * @brief The definition of forward: six loops, every sum in double. Same contract as Layer.forward.
 * @param layer   a convolution
 * @param n       images
 * @param w       weight and bias
 * @param x       (n, c, h, w)
 * @param y       (n, f, oh, ow), overwritten
 * @param scratch not used
 */
void conv_forward_naive(const Layer *layer, int n, const real *w, const real *x, real *y,
                        real *scratch);

/**
 * @brief The definition of backward: the forward loops, read from the output's side.
 * @param layer   a convolution
 * @param n       images
 * @param w       weight and bias
 * @param x       (n, c, h, w)
 * @param y       not used
 * @param dy      (n, f, oh, ow)
 * @param dw      weight and bias gradient, accumulated
 * @param dx      (n, c, h, w), overwritten; NULL: not wanted
 * @param scratch not used
 */
void conv_backward_naive(const Layer *layer, int n, const real *w, const real *x, const real *y,
                         const real *dy, real *dw, real *dx, real *scratch);

/**
 * @brief Forward as one matrix product per image: w * im2col(x) + b. Same contract as Layer.forward.
 * @param layer   a convolution
 * @param n       images
 * @param w       weight and bias
 * @param x       (n, c, h, w)
 * @param y       (n, f, oh, ow), overwritten
 * @param scratch im2col_size() reals
 */
void conv_forward_gemm(const Layer *layer, int n, const real *w, const real *x, real *y,
                       real *scratch);

/**
 * @brief Backward as two matrix products per image. Same contract as Layer.backward.
 * @param layer   a convolution
 * @param n       images
 * @param w       weight and bias
 * @param x       (n, c, h, w)
 * @param y       not used
 * @param dy      (n, f, oh, ow)
 * @param dw      weight and bias gradient, accumulated
 * @param dx      (n, c, h, w), overwritten; NULL: not wanted
 * @param scratch im2col_size() reals
 */
void conv_backward_gemm(const Layer *layer, int n, const real *w, const real *x, const real *y,
                        const real *dy, real *dw, real *dx, real *scratch);

/** @} */
#endif
