/**
 * @file lanes.h
 * @brief Several reals in one instruction, for the fast kernels (the folders marked "advanced").
 *
 * `Lanes` is a vector of 16, 8 or 4 floats, an extension of GCC and clang: + and * work lane by
 * lane, a number times a vector multiplies every lane, and a comparison gives all ones or all
 * zeros in each lane. The same code serves every width:
 *
 *     processor                        LANES   REGISTERS
 *     x86-64 with AVX-512                 16          32
 *     x86-64 with AVX2 and FMA             8          16
 *     any other x86-64 (SSE2)              4          16
 *     ARM, 64 bits (NEON)                  4          32
 *     WebAssembly (SIMD128)                4          16
 *
 * How many sums a kernel forms at a time follows from REGISTERS: they must all have one.
 *
 * The width may not show in the result. A sum whose terms are spread over lanes is spread over
 * sixteen, whatever LANES is (narrower vectors make several passes), and they are added in one
 * order. Products are added by fused(), which rounds once where the processor can, and only there:
 * so there are two classes of processors, with fused multiply-add and without, and within a class
 * all bits are the same.
 * LANES is 0, and there is nothing else in this file, for other processors and for doubles.
 */
#ifndef LANES_H
#define LANES_H

#include "inlined.h"
#include "real.h"

#include <stdint.h>
#ifdef __FMA__
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

enum {
    SIXTEEN = 16 ///< lanes over which a sum is spread
};

/** @def CLASS
 *  @brief The class of processors that this build is for; see docs/bits.md. */
#if defined(__FMA__) || defined(__aarch64__)
#define CLASS "fma"
#else
#define CLASS "plain"
#endif

/** @def LANES
 *  @brief Floats in one vector; 0 where there are no kernels made of them. */
#ifdef REAL_DOUBLE
#define LANES 0
#elif defined(__AVX512F__)
#define LANES     16
#define REGISTERS 32
#elif defined(__AVX2__) && defined(__FMA__)
#define LANES     8
#define REGISTERS 16
#elif defined(__x86_64__) || defined(__wasm_simd128__)
#define LANES     4
#define REGISTERS 16
#elif defined(__aarch64__)
#define LANES     4
#define REGISTERS 32
#else
#define LANES 0
#endif

#if LANES

typedef real Lanes __attribute__((vector_size(LANES * sizeof(real))));

/** One lane is all ones or all zeros. */
typedef int32_t Mask __attribute__((vector_size(LANES * sizeof(real))));

/** The same at any address; memory is real, so the compiler must expect both types. */
typedef real LooseLanes __attribute__((vector_size(LANES * sizeof(real)), aligned(4), may_alias));

/** LANES numbers, which begin at any address. */
INLINED Lanes load(const real *from) {
    return *(const LooseLanes *)from;
}

/** The same, and they stay in a register: gcc 12 would load them again for each product. */
INLINED Lanes load_once(const real *from) {
    Lanes value = load(from);
#ifdef __x86_64__
    __asm__("" : "+x"(value));
#elif defined(__aarch64__)
    __asm__("" : "+w"(value));
#endif
    return value;
}

INLINED void store(real *to, Lanes value) {
    *(LooseLanes *)to = value;
}

/** The same number in every lane. */
INLINED Lanes all_lanes(real value) {
    return value - (Lanes){0};
}

/** a * b + c, rounded once; twice where the processor has no such instruction. */
INLINED Lanes fused(Lanes a, Lanes b, Lanes c) {
#if LANES == 16
    return (Lanes)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif LANES == 8
    return (Lanes)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#elif defined(__FMA__)
    return (Lanes)_mm_fmadd_ps((__m128)a, (__m128)b, (__m128)c);
#elif defined(__aarch64__)
    return (Lanes)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
#else
    return a * b + c;
#endif
}

/** The same of single numbers. */
INLINED real fused_one(real a, real b, real c) {
#if defined(__FMA__) || defined(__aarch64__)
    return __builtin_fmaf(a, b, c);
#else
    return a * b + c;
#endif
}

/** The sum of sixteen lanes, from the first to the last. */
INLINED real sum_of(const real lane[SIXTEEN]) {
    real sum = 0;
    for (int i = 0; i < SIXTEEN; i++)
        sum += lane[i];
    return sum;
}

/** @def SHUFFLE
 *  @brief Lanes of a and b in another order: numbers below the width count those of a. MASK is the
 *         type of whole numbers that is as wide. */
#ifdef __clang__
#define SHUFFLE(MASK, a, b, ...) __builtin_shufflevector(a, b, __VA_ARGS__)
#else
#define SHUFFLE(MASK, a, b, ...) __builtin_shuffle(a, b, (MASK){__VA_ARGS__})
#endif

typedef real Four __attribute__((vector_size(4 * sizeof(real))));
typedef int32_t FourMask __attribute__((vector_size(4 * sizeof(real))));
typedef real LooseFour __attribute__((vector_size(4 * sizeof(real)), aligned(4), may_alias));

/** to[j][i] = from[i][j] for i and j below 4: rows of `from` and `to` are that far apart. */
INLINED void transpose_4x4(int from_row, const real *from, int to_row, real *to) {
    Four a = *(const LooseFour *)from, b = *(const LooseFour *)(from + from_row);
    Four c = *(const LooseFour *)(from + 2 * from_row),
         d = *(const LooseFour *)(from + 3 * from_row);
    Four ab_left = SHUFFLE(FourMask, a, b, 0, 4, 1, 5),
         ab_right = SHUFFLE(FourMask, a, b, 2, 6, 3, 7);
    Four cd_left = SHUFFLE(FourMask, c, d, 0, 4, 1, 5),
         cd_right = SHUFFLE(FourMask, c, d, 2, 6, 3, 7);
    *(LooseFour *)to = SHUFFLE(FourMask, ab_left, cd_left, 0, 1, 4, 5);
    *(LooseFour *)(to + to_row) = SHUFFLE(FourMask, ab_left, cd_left, 2, 3, 6, 7);
    *(LooseFour *)(to + 2 * to_row) = SHUFFLE(FourMask, ab_right, cd_right, 0, 1, 4, 5);
    *(LooseFour *)(to + 3 * to_row) = SHUFFLE(FourMask, ab_right, cd_right, 2, 3, 6, 7);
}

/** to[j][i] = from[i][j]: from (rows, columns) without gaps, to (columns, to_row), where entries
    past `rows` of each row become 0. */
INLINED void transpose_rows(int rows, int columns, const real *from, int to_row, real *to) {
    const int whole_rows = rows / 4 * 4, whole_columns = columns / 4 * 4;
    for (int j = 0; j < whole_columns; j += 4) /* `to` in its order, or it would leave the cache */
        for (int i = 0; i < whole_rows; i += 4)
            transpose_4x4(columns, from + i * columns + j, to_row, to + j * to_row + i);
    for (int i = 0; i < rows; i++) /* rows left over from the blocks */
        for (int j = i < whole_rows ? whole_columns : 0; j < columns; j++)
            to[j * to_row + i] = from[i * columns + j];
    for (int j = 0; j < columns; j++)
        for (int i = rows; i < to_row; i++)
            to[j * to_row + i] = 0;
}

/** to[j][i] = from[i][j]: from (rows, columns), to (columns, rows), both without gaps. */
INLINED void transpose(int rows, int columns, const real *from, real *to) {
    transpose_rows(rows, columns, from, rows, to);
}

#endif
#endif
