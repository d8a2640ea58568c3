/**
 * @file real.h
 * @brief The number type used everywhere: `real`.
 *
 * `real` is float in the programs that run and double in the build that checks gradients
 * (compiled with -DREAL_DOUBLE): a numerical derivative loses half its digits, and half of
 * float's seven is too few. A binary holds one of the two, never both.
 *
 * <tgmath.h> lets the same line call expf() or exp(). Constants are written (real)0.5, so that
 * a float build never drifts into double arithmetic by accident.
 */
#ifndef REAL_H
#define REAL_H

#include <tgmath.h>

#ifdef REAL_DOUBLE
typedef double real;
#else
typedef float real; ///< float, or double under -DREAL_DOUBLE
#endif

#endif
