/*
 * Before main(): does this processor have all units that the program was compiled for, and is there
 * room for OpenBLAS? See processor.h.
 *
 * The Makefile compiles this file, and no other, for any processor of the architecture. It must not
 * call the chapters' or common/'s functions, which are compiled for one.
 */
#include "processor.h"

#include <stddef.h>
#include <sys/resource.h>
#include <unistd.h>

/* Addresses in megabytes: for libraries and data, and for each processor, as OpenBLAS takes a
   buffer of 128 MB for every product that is computed at a time, and tries for ever to get it. */
enum { LEAST_MB = 256, BUFFER_MB = 136, STACK_MB = 8 };

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

/* Ends the program with one line. exit() would run code that has not begun yet. */
static void refuse(const char *line, size_t length) {
    if (write(STDERR_FILENO, line, length) < 0) _exit(2);
    _exit(1);
}

/* All other code of a program may already use an instruction that is missing here. */
static void check_machine(void) {
    static const char newer[] = "error: built for a newer processor than this one: build again "
                                "here (make build), or for any (make PORTABLE=1 build)\n";
    static const char room[] =
        "error: too little address space (ulimit -v) for as many processors: "
        "OpenBLAS would wait for memory forever\n";
    struct rlimit limit;
    if ((units_built_for & ~units_here()) != 0) refuse(newer, sizeof newer - 1);
    long need = LEAST_MB + sysconf(_SC_NPROCESSORS_ONLN) * (BUFFER_MB + STACK_MB);
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur < (rlim_t)need << 20)
        refuse(room, sizeof room - 1);
}

/* Before the libraries begin, where the system can do that; else before main(), which is itself
   compiled for one processor. */
#ifdef __linux__
__attribute__((section(".preinit_array"), used)) static void (*const first)(void) = check_machine;
#else
__attribute__((constructor)) static void first(void) {
    check_machine();
}
#endif
