/**
 * @file filter.h
 * @brief The system calls that a program in the sandbox may make: a seccomp filter.
 *
 * It refuses by list. Everything on it has one of three reasons: it reaches other programs or
 * machines (sockets, ptrace, keys), it takes memory that no limit counts or that stays (System V,
 * memfd), or it changes settings of the administrator (mounts, namespaces). FILTER_RUN also refuses
 * to open anything for writing and to create, rename or remove files: a probe answers on
 * descriptors that are open already. Refused calls fail with EPERM and the program continues.
 */
#ifndef FILTER_H
#define FILTER_H

#include <stdbool.h>

/** Which list. */
typedef enum Filter {
    FILTER_NONE,    ///< no filter
    FILTER_COMPILE, ///< for compiler and linker, which write files
    FILTER_RUN,     ///< for the probe
    FILTER_DEBUG    ///< for a debugger and its program: as for a compiler, with ptrace
} Filter;

/**
 * @brief Puts the filter on this process and all that come of it; there is no way back.
 * @param filter which list; PR_SET_NO_NEW_PRIVS is set already
 * @return false when the kernel has no filters
 */
bool filter_install(Filter filter);

#endif
