/**
 * @file here.h
 * @brief Runs a call in this process: the only code that touches the functions under examination.
 *
 * Each chapter has a table of its functions in NN/here.c, which is linked where the chapter is.
 */
#ifndef HERE_H
#define HERE_H

#include "call.h"
#include "layer.h"

/** Runs a function on the arrays of a call. */
typedef void HereRun(const Call *call);

/** Makes the layer of a call. */
typedef Layer HereLayer(const Call *call);

/** The directions of a layer. */
typedef enum Direction { FORWARD, BACKWARD } Direction;

/** A function under examination: it is run, or it is one direction of a layer. */
typedef struct Here {
    Function function;   ///< which one; FUNCTIONS ends a table
    HereRun *run;        ///< runs it, unless it is a layer's
    HereLayer *layer;    ///< makes the layer
    Direction direction; ///< of the layer
} Here;

/**
 * @brief Runs a call on its block.
 * @param call the call; its arrays are given to the function as they are
 * @return false when the function's chapter is not linked
 */
bool call_here(const Call *call);

/* The tables; null where the chapter is not linked. */
extern const Here here_01[] __attribute__((weak));
extern const Here here_02[] __attribute__((weak));
extern const Here here_03[] __attribute__((weak));
extern const Here here_04[] __attribute__((weak));
extern const Here here_05[] __attribute__((weak));
extern const Here here_06[] __attribute__((weak));
extern const Here here_07[] __attribute__((weak));

#endif
