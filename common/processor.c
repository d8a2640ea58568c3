/*
 * Before main(): has this processor what the program was compiled for? See processor.h.
 *
 * The Makefile compiles this file, and no other, for any processor of the architecture. It must not
 * call the chapters' or common/'s functions, which are compiled for one.
 */
#include "processor.h"

#include <unistd.h>

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif

/* The units of this processor, of those that are asked for at all. */
static int units_here(void) {
    int units = 0;
#ifdef __x86_64__
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx")) units |= UNIT_AVX;
    if (__builtin_cpu_supports("avx2")) units |= UNIT_AVX2;
    if (__builtin_cpu_supports("fma")) units |= UNIT_FMA;
    if (__builtin_cpu_supports("bmi2")) units |= UNIT_BMI2;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw"))
        units |= UNIT_AVX512;
#elif defined(__aarch64__) && defined(__linux__)
    unsigned long can = getauxval(AT_HWCAP);
    if (can & HWCAP_SVE) units |= UNIT_SVE;
    if (can & HWCAP_ATOMICS) units |= UNIT_LSE;
#else
    units = units_built_for; /* no way to ask */
#endif
    return units;
}

/* As a constructor: main() itself is compiled with these instructions. */
__attribute__((constructor)) static void check_processor(void) {
    static const char text[] = "error: built for a newer processor than this one: build again here "
                               "(make build), or for any (make PORTABLE=1 build)\n";
    if ((units_built_for & ~units_here()) == 0) return;
    if (write(STDERR_FILENO, text, sizeof text - 1) < 0) _exit(2);
    _exit(1);
}
