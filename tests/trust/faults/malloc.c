/*
 * Preloaded under a program: the FAULT-th call of malloc, calloc or realloc fails, once. How many
 * there were is written to the file FAULT_COUNT. See faults.py.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static void *(*next_malloc)(size_t);
static void *(*next_calloc)(size_t, size_t);
static void *(*next_realloc)(void *, size_t);
static void (*next_free)(void *);
static long calls, fault = -1; /* below 0: nothing is counted */

/* The libraries' own beginnings ask for memory before our constructor runs, and dlsym() may ask
   before it has found whom to ask. */
static char early[4096];
static size_t early_used;

static void *early_memory(size_t bytes) {
    void *memory = early + early_used;
    early_used += (bytes + 15) / 16 * 16;
    return early_used <= sizeof early ? memory : NULL;
}

static void *next(const char *name) {
    return dlsym(RTLD_NEXT, name);
}

/* Whether the functions are known; false while they are being looked for. */
static int ready(void) {
    static int looking;
    if (next_realloc) return 1;
    if (looking) return 0;
    looking = 1;
    next_malloc = (void *(*)(size_t))next("malloc");
    next_calloc = (void *(*)(size_t, size_t))next("calloc");
    next_free = (void (*)(void *))next("free");
    next_realloc = (void *(*)(void *, size_t))next("realloc");
    looking = 0;
    return 1;
}

/* Between constructor and destructor the program runs; the loader around it is left alone. */
__attribute__((constructor)) static void begin(void) {
    fault = getenv("FAULT") ? atol(getenv("FAULT")) : 0;
}

__attribute__((destructor)) static void end(void) {
    const char *path = getenv("FAULT_COUNT");
    char text[32];
    fault = -1;
    int length = snprintf(text, sizeof text, "%ld\n", calls);
    int file = path ? open(path, O_WRONLY | O_CREAT | O_TRUNC, 0666) : -1;
    if (file < 0) return;
    if (write(file, text, (size_t)length) != length) _exit(125);
    close(file);
}

static int fails(void) {
    if (fault < 0 || __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED) != fault) return 0;
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t bytes) {
    if (!ready()) return early_memory(bytes);
    return fails() ? NULL : next_malloc(bytes);
}

void *calloc(size_t count, size_t bytes) {
    if (!ready()) return early_memory(count * bytes); /* static: zeros */
    return fails() ? NULL : next_calloc(count, bytes);
}

void *realloc(void *memory, size_t bytes) {
    if (!ready()) return NULL;
    return fails() ? NULL : next_realloc(memory, bytes);
}

void free(void *memory) {
    const char *byte = memory;
    if (byte >= early && byte < early + sizeof early) return;
    if (ready()) next_free(memory);
}
