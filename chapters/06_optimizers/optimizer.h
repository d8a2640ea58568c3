/**
 * @file optimizer.h
 * @brief Five ways to walk downhill over one flat vector of parameters.
 *
 * @defgroup ch06 Chapter 6: optimizers
 *
 * backward says which way is up. An optimizer decides how far to go the other way, and all it ever
 * sees is one flat vector of parameters w and one of gradients g. It never knows what a layer is.
 *
 * With the learning rate lr, everything element by element, state starting at 0:
 *
 *     sgd        w -= lr * g
 *     momentum   v  = momentum * v - lr * g             w += v
 *     adagrad    h += g^2                               w -= lr * g / (sqrt(h) + eps)
 *     rmsprop    h  = decay * h + (1 - decay) * g^2     w -= lr * g / (sqrt(h) + eps)
 *     adam       m  = beta1 * m + (1 - beta1) * g
 *                v  = beta2 * v + (1 - beta2) * g^2
 *                w -= lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)   t = 1, 2, ...
 *
 * The report's constants: momentum 0.9, decay 0.99, beta1 0.9, beta2 0.999, eps 1e-7; its rates:
 * 0.001 for Adam, 0.01 for the others.
 *
 * **adam-twice.** m and v start at 0 and are too small at first; dividing by 1 - beta^t corrects
 * that. The report *states* the formula above, but its *listing* corrects twice: it folds the
 * factor c_t = sqrt(1 - beta2^t) / (1 - beta1^t) into the rate **and** divides m and v. Each step
 * is then c_t times Adam's: 0.32 at t = 1, 0.15 at t = 12, 0.67 at t = 600, nearly 1 at t = 3000.
 * An accidental warm-up, harmless in the end. Ours is named `adam`, the listing's is `adam-twice`.
 *
 * **sdlm** (advanced), the stochastic diagonal Levenberg-Marquardt step of LeCun et al. 1998: every
 * parameter has a rate of its own,
 *
 *     w -= lr / (mu + h) * g
 *
 * where h estimates the curvature d2L/dw2 in its direction. Where the loss curves strongly the step
 * is small; where it is flat mu (0.02) keeps it from becoming huge. Here h is **given**: it is the
 * optimizer's state, and whoever trains fills it (chapter 7 estimates it before every pass).
 *
 * **Weight decay**, with any of them: before the step every parameter shrinks by the factor 1 - lr
 * * weight_decay. It stays apart from g, so that Adam does not divide it away (Loshchilov and
 * Hutter 2019).
 *
 * An optimizer owns no memory: the caller gives it `slots` vectors of n numbers, cleared, as its
 * state.
 *
 * Source: the report, "optimizers" and its formulas for Adam; LeCun et al. 1998, equations 18 and
 * 21; Duchi et al. 2011 (AdaGrad), Tieleman and Hinton 2012 (RMSprop), Kingma and Ba 2015 (Adam).
 * @{
 */
#ifndef OPTIMIZER_H
#define OPTIMIZER_H

#include "real.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct Optimizer Optimizer;

/** Moves n parameters w, given their gradients g; state holds slots * n numbers. */
typedef void OptimizerStep(const Optimizer *o, size_t n, const real *g, real *state, real *w);

/** A rule, its constants and how many steps it has taken. */
struct Optimizer {
    const char *name;    ///< "adam": what --optimizer takes
    double lr;           ///< learning rate
    double momentum;     ///< share of the last step kept (momentum)
    double decay;        ///< share of the mean square kept (rmsprop)
    double beta1;        ///< share of the mean kept (adam)
    double beta2;        ///< share of the mean square kept (adam)
    double eps;          ///< keeps a division by a root away from 0
    double mu;           ///< keeps a division by a curvature away from 0 (sdlm)
    double weight_decay; ///< before a step, w -= lr * weight_decay * w; 0 for none
    int slots;           ///< vectors of state: 0, 1 or 2
    long t;              ///< steps taken
    OptimizerStep *step; ///< the rule; optimizer_step() calls it
};

/** Every optimizer's name, in the order above, NULL at the end. */
extern const char *const optimizer_names[];

/**
 * @brief Finds an optimizer by its name, with the report's constants and rate.
 * @param name one of optimizer_names
 * @param o    filled on success; change lr or a constant afterwards if you like
 * @return false for an unknown name
 */
bool optimizer_named(const char *name, Optimizer *o);

/**
 * @brief Takes one step: counts it, then moves every parameter.
 * @param o     the optimizer; t is advanced
 * @param n     parameters
 * @param g     their gradients, (n), only read
 * @param state (slots, n), all 0 before the first step (sdlm: the curvature); NULL when slots is 0
 * @param w     the parameters, (n), moved
 */
void optimizer_step(Optimizer *o, size_t n, const real *g, real *state, real *w);

/** @} */
#endif
