/**
 * @file elementary.h
 * @brief exp, log, sin, cos and powers with the same bits on every machine.
 *
 * The C library's are as accurate, but not the same: glibc has other code for processors with fused
 * multiply-add, and other libraries have other code altogether. One last digit in an initial weight
 * or in a probability, and after ten epochs no digit of two runs agrees. These use +, -, * and / of
 * doubles only, which IEEE 754 defines to the last bit; `-ffp-contract=off` keeps the compiler from
 * joining two of them. They are used wherever a value reaches a parameter or a decision.
 *
 * Each result but a power is within one unit in the last place of the true value.
 */
#ifndef ELEMENTARY_H
#define ELEMENTARY_H

/**
 * @brief e to the power of x.
 * @param x any number
 * @return e^x; infinity above 709.78, 0 below -745.13, NaN for NaN
 */
double our_exp(double x);

/**
 * @brief The natural logarithm.
 * @param x any number
 * @return log x; -infinity for 0, NaN below 0 and for NaN
 */
double our_log(double x);

/**
 * @brief Sine.
 * @param x an angle, |x| at most 100000 (a broken contract beyond)
 * @return sin x; NaN for NaN
 */
double our_sin(double x);

/**
 * @brief Cosine.
 * @param x an angle, |x| at most 100000 (a broken contract beyond)
 * @return cos x; NaN for NaN
 */
double our_cos(double x);

/**
 * @brief A power.
 * @param base above or equal to 0
 * @param n    the exponent, above 0
 * @return base^n, within |n log base| + 1 units in the last place
 */
double our_power(double base, double n);

#endif
