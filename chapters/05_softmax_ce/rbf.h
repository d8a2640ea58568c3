/**
 * @file rbf.h
 * @brief The output of 1998: distances to drawings of the digits. Advanced; skip on first reading.
 *
 * @addtogroup ch05
 *
 * **RBF output** (advanced), for 84 units and ten fixed codes of +1 and -1.
 *
 *     x         (n, 84)         the state of F6
 *     y         (n, 10)         the penalties: loss.h's output
 *     decision  (n)             the class with the smallest penalty, the first one on a tie
 *
 *     (7)   y_i  = sum_k (x_k - code_ik)^2
 *     (8)   loss = y_t                                       t the true class
 *     (9)   loss = y_t + log( e^-j + sum_i e^-y_i )          i over all classes, t included
 *
 *     p_i = e^-y_i / (e^-j + sum_k e^-y_k)                   for (8), all p_i are 0
 *     dx_k = scale * (2 (x_k - code_tk) - 2 sum_i p_i (x_k - code_ik))
 *     hx_k = 2 (1 - sum_i p_i) + 4 (sum_i p_i d_i^2 - (sum_i p_i d_i)^2),  d_i = x_k - code_ik
 *
 * hx is the exact second derivative; the second bracket is a variance, so it is never negative. The
 * RBF is part of the loss and not a layer, because the Gauss-Newton curvature of a layer would
 * vanish where x reaches its code.
 *
 * Source: LeCun et al. 1998, section II-B, equations 7, 8, 9 and Fig. 3.
 * @{
 */
#ifndef RBF_H
#define RBF_H

#include "loss.h"

enum {
    CODE_ROWS = 12,                 ///< a code is a drawing of 12 rows
    CODE_COLUMNS = 7,               ///< of 7 pixels
    CODE = CODE_ROWS * CODE_COLUMNS ///< 84: why F6 has 84 units
};

/**
 * The codes of the digits 0 to 9, rows of 7 one after another: '#' is black, +1, '.' is white, -1
 * (Fig. 3; the bars above 0, 2, 4 and 5 are in the figure).
 */
extern const char rbf_codes[10][CODE + 1];

/**
 * @brief The target that a code sets for one unit of F6.
 * @param code one of rbf_codes
 * @param k    which unit, 0 .. CODE-1
 * @return +1 for black, -1 for white
 */
static inline real rbf_target(const char *code, int k) {
    return code[k] == '#' ? 1 : -1;
}

/**
 * @brief The RBF loss over the ten digit codes.
 * @param j the constant of (9), positive; HUGE_VAL asks for (8)
 * @return the loss: 84 inputs, 10 classes
 */
Loss rbf_loss(double j);

/** @} */
#endif
