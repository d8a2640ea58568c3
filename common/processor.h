/**
 * @file processor.h
 * @brief A program that cannot run on this machine says so in one line.
 *
 * -march=native takes every instruction that the building machine has. On an older one the first
 * such instruction would end the program with "Illegal instruction". So every program is linked
 * with processor.c, which asks before main(). It also looks at the address space: with less than
 * OpenBLAS reserves when it starts, the program would hang there without a word.
 */
#ifndef PROCESSOR_H
#define PROCESSOR_H

/** The units that the compiler was allowed to use beyond its architecture's minimum, as bits. */
enum Unit {
    UNIT_AVX = 1,     ///< x86-64: vectors of 256 bits
    UNIT_AVX2 = 2,    ///< the same for whole numbers
    UNIT_FMA = 4,     ///< a*b + c, rounded once
    UNIT_BMI2 = 8,    ///< shifts and bit fields; comes with AVX2
    UNIT_AVX512 = 16, ///< vectors of 512 bits, with VL, DQ and BW
    UNIT_SVE = 32,    ///< ARM: vectors of any length
    UNIT_LSE = 64     ///< ARM: atomic operations
};

/** The units that this build may use: compiled like everything else (units.c). */
extern const int units_built_for;

#endif
