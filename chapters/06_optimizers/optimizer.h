/**
 * @file optimizer.h
 * @brief Five ways to walk downhill over one flat vector of parameters.
 *
 * @defgroup ch06 6: Optimizers
 *
 * Lesson: chapters/06_optimizers/README.md
 *
 *     w      (n)           parameters
 *     g      (n)           their gradients
 *     state  (slots, n)    the memory of a rule, 0 before the first step
 *
 * Element by element, with the learning rate lr:
 *
 *     sgd        w -= lr * g
 *     momentum   v  = momentum * v - lr * g             w += v
 *     adagrad    h += g^2                               w -= lr * g / (sqrt(h) + eps)
 *     rmsprop    h  = decay * h + (1 - decay) * g^2     w -= lr * g / (sqrt(h) + eps)
 *     adam       m  = beta1 * m + (1 - beta1) * g
 *                v  = beta2 * v + (1 - beta2) * g^2
 *                w -= lr * (m / (1 - beta1^t)) / (sqrt(v / (1 - beta2^t)) + eps)   t = 1, 2, ...
 *     adam-twice the report's listing of Adam: lr * sqrt(1 - beta2^t) / (1 - beta1^t) as its rate
 *     sdlm       w -= lr / (mu + h) * g                 h: curvatures, given as the state
 *
 * Before any of them, w -= lr * weight_decay * w.
 *
 * Source: the report, "optimizers" and its formulas for Adam; LeCun et al. 1998, equations 18 and
 * 21 (sdlm); Duchi et al. 2011 (AdaGrad), Tieleman and Hinton 2012 (RMSprop), Kingma and Ba 2015
 * (Adam), Loshchilov and Hutter 2019 (decay apart from g).
 * @{
 */
#ifndef OPTIMIZER_H
#define OPTIMIZER_H

#include "real.h"

#include <stdbool.h>
#include <stddef.h>

typedef struct Optimizer Optimizer;

enum {
    SLOTS_MAX = 2 ///< most numbers per parameter that a rule remembers
};

/** Moves n parameters w, given their gradients g; state[k] is slot k of each, (n) numbers. */
typedef void OptimizerStep(const Optimizer *o, size_t n, const real *g, real **state, real *w);

/** A rule, its constants and how many steps it has taken. */
struct Optimizer {
    const char *name;    ///< "adam", as in --optimizer adam
    double lr;           ///< learning rate
    double momentum;     ///< share of the last step kept (momentum)
    double decay;        ///< share of the mean square kept (rmsprop)
    double beta1;        ///< share of the mean kept (adam)
    double beta2;        ///< share of the mean square kept (adam)
    double eps;          ///< keeps a division by a root away from 0
    double mu;           ///< keeps a division by a curvature away from 0 (sdlm)
    double weight_decay; ///< before a step, w -= lr * weight_decay * w; 0 for none
    int slots;           ///< vectors of state: 0 .. SLOTS_MAX
    long t;              ///< steps taken
    OptimizerStep *step; ///< the rule; optimizer_move() calls it
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

/**
 * @brief The same without the counting: for a step that is taken in parts, some parameters each.
 * @param o     the optimizer; t counts the step already
 * @param n     parameters of this part
 * @param g     their gradients, (n), only read
 * @param state where each slot of theirs begins, (n) numbers
 * @param w     the parameters, (n), moved
 */
void optimizer_move(const Optimizer *o, size_t n, const real *g, real **state, real *w);

/** @} */
#endif
