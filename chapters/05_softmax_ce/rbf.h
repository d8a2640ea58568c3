/**
 * @file rbf.h
 * @brief The output of 1998: distances to drawings of the digits. Advanced; skip on first reading.
 *
 * @addtogroup ch05
 *
 * **RBF output** (advanced). LeCun et al. 1998 do not ask the last layer for probabilities. Each
 * class has a fixed code, a drawing of the digit in 7x12 black and white pixels, +1 and -1; the 84
 * units of F6 are to draw it. The output of class i is the squared distance from F6's state x to
 * its code, a penalty: the smallest one decides.
 *
 *     y_i = sum_k (x_k - code_ik)^2                                                          (7)
 *
 *     x         (n, 84)         F6's state
 *     score     (n, 10)         the penalties y_i
 *     decision  (n)             the class with the smallest penalty, the first one on a tie
 *
 * **Two losses**, t the true class:
 *
 *     (8)   loss = y_t
 *     (9)   loss = y_t + log( e^-j + sum_i e^-y_i )          i over all classes, t included
 *
 * (8) pulls x to the correct code. (9) also pushes it away from other codes that are near:
 *
 *     p_i = e^-y_i / (e^-j + sum_k e^-y_k)       p_r = e^-j / (e^-j + sum_k e^-y_k) = 1 - sum p_i
 *
 *     dloss/dx_k = 2 (x_k - code_tk) - 2 sum_i p_i (x_k - code_ik)
 *
 * The constant j (Loss.constant) is the penalty of "none of these": classes with y_i above j are
 * not pushed up any further, and a sample with y_t well below j counts as learned and stops
 * pulling. The paper gives j no value. With the 0.1 of many copies p_i vanishes wherever y_i is
 * more than a few, so that (9) becomes (8): codes are at least 48 apart. Competition needs a j of
 * the order of the distances. j = infinity gives (8).
 *
 * **Curvature.** (8): d2loss/dx2 = 2. (9), exactly: 2 p_r + 4 (sum_i p_i d_i^2 - (sum_i p_i d_i)^2)
 * with d_i = x_k - code_ik; a variance, so never negative. The RBF is part of the loss and not a
 * layer: as a layer its Gauss-Newton curvature would vanish where x reaches its code.
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
 * @brief What a code asks of one unit of F6.
 * @param code one of rbf_codes
 * @param k    which unit, 0 .. CODE-1
 * @return +1 for black, -1 for white
 */
static inline real rbf_target(const char *code, int k) {
    return code[k] == '#' ? 1 : -1;
}

/**
 * @brief The RBF loss over the ten digit codes.
 * @param j the constant of (9), positive; HUGE_VAL gives (8)
 * @return the loss: 84 inputs, 10 classes
 */
Loss rbf_loss(double j);

/** @} */
#endif
