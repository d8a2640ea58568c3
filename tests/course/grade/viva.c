/*
 * Runs one call of a submission's function under a debugger, for questions about it (viva.py):
 *
 *     viva FILE SLOT ENTRY
 *
 * FILE holds the call (ask.c). Between viva_begin() and viva_end() the function runs, and nothing
 * else; viva_entry is the address of the entry that is asked about, which is printed at the end.
 */
#include "course/examine/here.h"
#include "gemm.h"

#include <stdio.h>
#include <stdlib.h>

void *viva_entry; /* for the debugger */

void __attribute__((noinline)) viva_begin(void) {
    __asm__ volatile("");
}

void __attribute__((noinline)) viva_end(void) {
    __asm__ volatile("");
}

static const size_t size_of[] = {sizeof(real), sizeof(double), sizeof(int), sizeof(uint8_t)};

static bool read_call(const char *path, Call *call) {
    FILE *f = fopen(path, "rb");
    if (!f || fread(call, sizeof *call, 1, f) != 1) return false;
    call->block = malloc(call->bytes);
    bool ok = call->block && fread(call->block, call->bytes, 1, f) == 1;
    fclose(f);
    return ok;
}

int main(int argc, char **argv) {
    Call call;
    if (argc != 4 || !read_call(argv[1], &call)) return 2;
    int slot = atoi(argv[2]);
    size_t entry = strtoul(argv[3], NULL, 10);
    viva_entry = (char *)call_at(&call, slot) + entry * size_of[call.array[slot].kind];
    gemm_single_thread();
    viva_begin();
    bool ran = call_here(&call);
    viva_end();
    printf("%.9g\n", call_get(&call, slot, entry));
    return ran ? 0 : 1;
}
