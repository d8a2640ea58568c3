/**
 * @file conv.h
 * @brief Convolution as one matrix product per image.
 *
 * @defgroup ch02 2: Convolution
 *
 * Lesson: chapters/02_conv/README.md.
 *
 *     x    (c, h, w)        one input image
 *     w    (f, c, k, k)     the filters; as a matrix (f, c*k*k), one filter per row
 *     b    (f)              one bias per filter, stored after w
 *     col  (c*k*k, oh*ow)   scratch: one window per column, chapter 1
 *     y    (f, oh, ow)      oh = window_out(h), ow = window_out(w)
 *
 * @f[ y_{f,i,j} = b_f + \sum_{ch,p,q} w_{f,ch,p,q}\; x_{ch,\;i\,stride+p-pad,\;j\,stride+q-pad} @f]
 *
 * where x is 0 outside the image. The same as matrix products, for every image:
 *
 *     y   = w * col + b          db += row sums of dy
 *     dw += dy * col^T           dx  = col2im(w^T * dy)
 *
 * **Connection table** (advanced). Bit ch of links[f] says whether filter f sees channel ch. Absent
 * links are stored as zero weights and their gradient is zero, so it is still one product;
 * `trainable` does not count them.
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
 * more see four that are not all neighbours, the last sees all: 60 links instead of 96. It breaks
 * the symmetry between filters and saves work: 1,516 parameters instead of 2,416.
 */
extern const uint16_t conv_table_1998[16];

/**
 * @brief A convolution layer. It runs on conv_forward() and conv_backward().
 * @param name    unique in its network
 * @param in      shape of one input
 * @param filters number of filters f, at least 1
 * @param size    side k of the square filters
 * @param stride  step between windows
 * @param pad     zeros on each side, 0 .. size-1
 * @param links   f bit masks over at most 16 channels, kept by reference; NULL: every filter sees
 *                all. A filter with no link, or with a link to a channel that x does not have,
 *                breaks the contract
 * @return the layer; scratch is one col
 */
Layer conv_layer(const char *name, Shape in, int filters, int size, int stride, int pad,
                 const uint16_t *links);

LayerForward conv_forward_naive;   ///< The definition: one sum per output, in double.
LayerBackward conv_backward_naive; ///< The definition: one sum per weight and per pixel, in double.

LayerForward conv_forward;   ///< One matrix product per image: w * im2col(x) + b.
LayerBackward conv_backward; ///< Two matrix products per image.

/** @} */
#endif
