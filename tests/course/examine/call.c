/* The record of a call; see call.h. */
#include "call.h"

#include "fail.h"
#include "support/fence.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { GUARD = FENCE_BYTES, ALIGN = 64 };

static const size_t size_of[] = {sizeof(real), sizeof(double), sizeof(int), sizeof(uint8_t)};

static void *memory(size_t bytes) {
    void *block = aligned_alloc(ALIGN, (bytes / ALIGN + 1) * ALIGN);
    contract(block != NULL, "no memory for a test");
    return block;
}

Call call_new(Function function, Geometry g, const char *format, ...) {
    Call call = {.function = function, .g = g};
    va_list args;
    va_start(args, format);
    vsnprintf(call.text, sizeof call.text, format, args);
    va_end(args);
    return call;
}

void call_array(Call *call, Slot slot, Kind kind, Role role, const char *name, const char *axis,
                const int *extent) {
    Array *a = &call->array[slot];
    *a = (Array){.kind = kind, .role = role, .axes = 1, .count = 1};
    snprintf(a->name, sizeof a->name, "%s", name);
    snprintf(a->axis, sizeof a->axis, "%s", axis);
    for (const char *c = axis; *c; c++)
        a->axes += *c == ',' || *c == '|';
    for (int k = 0; k < a->axes; k++) {
        a->extent[k] = extent[k];
        a->count *= (size_t)extent[k];
    }
    a->present = a->count > 0;
}

/* The bias follows the weight without a gap, and db follows dw. */
static bool joined(const Call *call, int slot) {
    bool second = slot == A_B || slot == A_DB;
    return second && call->array[slot - 1].present;
}

static size_t bytes_of(const Array *a) {
    return a->count * size_of[a->kind];
}

/* An entry's content before the call. */
static double before(Role role, size_t i) {
    if (role == RESULT) return call_untouched(i);
    if (role == SUM) return 5 + (double)(i % 7);
    return role == SCRATCH ? (double)NAN : 0;
}

void call_ready(Call *call) {
    size_t end = 0;
    for (int s = 0; s < SLOTS; s++) {
        Array *a = &call->array[s];
        if (!a->present) continue;
        a->offset = joined(call, s) ? end : (end + GUARD + ALIGN - 1) / ALIGN * ALIGN;
        end = a->offset + bytes_of(a);
    }
    call->bytes = (end + GUARD + ALIGN - 1) / ALIGN * ALIGN;
    call->block = memory(call->bytes);
    fence_set(call->block, call->bytes);
    for (int s = 0; s < SLOTS; s++)
        for (size_t i = 0; call->array[s].present && i < call->array[s].count; i++)
            call_set(call, s, i, before(call->array[s].role, i));
}

Call call_copy(const Call *call) {
    Call copy = *call;
    copy.block = memory(call->bytes);
    memcpy(copy.block, call->block, call->bytes);
    return copy;
}

void call_free(Call *call) {
    free(call->block);
    call->block = NULL;
}

void *call_at(const Call *call, Slot slot) {
    const Array *a = &call->array[slot];
    return a->present ? call->block + a->offset : NULL;
}

double call_get(const Call *call, Slot slot, size_t i) {
    const void *at = call_at(call, slot);
    switch (call->array[slot].kind) {
    case REALS:
        return (double)((const real *)at)[i];
    case DOUBLES:
        return ((const double *)at)[i];
    case INTS:
        return ((const int *)at)[i];
    default:
        return ((const uint8_t *)at)[i];
    }
}

void call_set(Call *call, Slot slot, size_t i, double value) {
    void *at = call_at(call, slot);
    switch (call->array[slot].kind) {
    case REALS:
        ((real *)at)[i] = (real)value;
        break;
    case DOUBLES:
        ((double *)at)[i] = value;
        break;
    case INTS:
        ((int *)at)[i] = (int)value;
        break;
    default:
        ((uint8_t *)at)[i] = (uint8_t)value;
        break;
    }
}

void call_doubles(const Call *call, double *v[SLOTS + 1]) {
    size_t total = 1;
    for (int s = 0; s < SLOTS; s++)
        total += call->array[s].present ? call->array[s].count : 0;
    double *next = memory(total * sizeof *next);
    v[SLOTS] = next;
    for (int s = 0; s < SLOTS; s++) {
        const Array *a = &call->array[s];
        v[s] = a->present ? next : NULL;
        for (size_t i = 0; a->present && i < a->count; i++)
            *next++ = call_get(call, s, i);
    }
}

/* ------------------------------------------------------------------ guards --------------- */

/* The gap after an array: from the array's end to the next one's beginning. */
typedef struct Gap {
    size_t from, to;       /* bytes of the block */
    const char *a, *after; /* the arrays before and after it, NULL at the ends */
} Gap;

/* All gaps of a block; returns how many. */
static int find_gaps(const Call *call, Gap gap[SLOTS + 1]) {
    int count = 0;
    gap[0] = (Gap){.from = 0};
    for (int s = 0; s < SLOTS; s++) {
        const Array *a = &call->array[s];
        if (!a->present) continue;
        gap[count].to = a->offset;
        gap[count].after = a->name;
        if (gap[count].to > gap[count].from) count++;
        gap[count] = (Gap){.from = a->offset + bytes_of(a), .a = a->name};
    }
    gap[count++].to = call->bytes;
    return count;
}

static size_t first_change(const Call *call, const Call *back, size_t from, size_t to) {
    size_t i = from;
    while (i < to && call->block[i] == back->block[i])
        i++;
    return i;
}

const char *call_broken(const Call *call, const Call *back, char *text, size_t size) {
    Gap gap[SLOTS + 1];
    int gaps = find_gaps(call, gap);
    for (int k = 0; k < gaps; k++) {
        size_t i = first_change(call, back, gap[k].from, gap[k].to);
        if (i == gap[k].to) continue;
        bool low = gap[k].a == NULL || i - gap[k].from > gap[k].to - i;
        if (low && gap[k].after)
            snprintf(text, size, "writes before the beginning of %s", gap[k].after);
        else
            snprintf(text, size, "writes past the end of %s", gap[k].a);
        return "writes-outside";
    }
    for (int s = 0; s < SLOTS; s++) {
        const Array *a = &call->array[s];
        if (!a->present || a->role != GIVEN) continue;
        size_t end = a->offset + bytes_of(a);
        if (first_change(call, back, a->offset, end) == end) continue;
        snprintf(text, size, "writes into the caller's %s, which may only be read", a->name);
        return "writes-input";
    }
    return NULL;
}

/* Parts of the address sanitizer; null without it. */
extern void __asan_poison_memory_region(void const volatile *at, size_t size) __attribute__((weak));
extern void __asan_unpoison_memory_region(void const volatile *at, size_t size)
    __attribute__((weak));

void call_guard(const Call *call, bool forbid) {
    Gap gap[SLOTS + 1];
    int gaps = find_gaps(call, gap);
    for (int k = 0; __asan_poison_memory_region && k < gaps; k++) {
        unsigned char *from = call->block + gap[k].from;
        if (forbid)
            __asan_poison_memory_region(from, gap[k].to - gap[k].from);
        else
            __asan_unpoison_memory_region(from, gap[k].to - gap[k].from);
    }
}
