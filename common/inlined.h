/**
 * @file inlined.h
 * @brief INLINED and KERNEL: for fast kernels (the rooms marked "advanced").
 *
 * A body is written once, for any geometry, and called with constants; inlined, its small loops
 * vanish. Under DEBUG=1 it is a function like any other, or gdb would step through every iteration.
 * A kernel is such a body with its constants, compiled by itself: two in one function would compete
 * for registers, and sums would leave them.
 */
#ifndef INLINED_H
#define INLINED_H

/** @def INLINED
 *  @brief A static function that is inlined wherever it is called, unless this is a debug build. */
#ifdef __OPTIMIZE__
#define INLINED static inline __attribute__((always_inline))
#else
#define INLINED static inline
#endif

/** @def KERNEL
 *  @brief A static function that is never inlined. */
#define KERNEL static __attribute__((noinline))

#endif
