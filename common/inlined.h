/**
 * @file inlined.h
 * @brief INLINED: for the bodies of fast kernels (the rooms marked "advanced").
 *
 * A body is written once, for any geometry, and called with constants; inlined, its small loops
 * vanish. Under DEBUG=1 it is a function like any other, or gdb would step through every iteration.
 */
#ifndef INLINED_H
#define INLINED_H

#ifdef __OPTIMIZE__
#define INLINED static inline __attribute__((always_inline)) ///< inlined wherever it is called
#else
#define INLINED static
#endif

#endif
