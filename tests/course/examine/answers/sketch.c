/* Lists of numbers in a few; see sketch.h. */
#include "sketch.h"

#include "course/examine/expected.h"

#include <stdio.h>
#include <string.h>

/* A hash that runs on: FNV-1a. */
static uint64_t mixed(uint64_t hash, uint64_t value) {
    for (int k = 0; k < 8; k++, value >>= 8)
        hash = (hash ^ (value & 255)) * 0x100000001b3;
    return hash;
}

enum { BEGIN = 17 };

static double weight(size_t i, int which) {
    uint64_t hash = mixed(BEGIN, 2 * i + (uint64_t)which);
    double size = 1 + (double)(hash >> 20 & 1022);
    return hash >> 40 & 1 ? size : -size;
}

void sketch_add(Sketch *s, size_t i, double value, double slack) {
    if (!isfinite(value)) {
        uint64_t kind = isnan(value) ? 1 : value > 0 ? 2 : 3;
        s->places = mixed(s->places, 4 * i + kind);
        return;
    }
    for (int k = 0; k < 2; k++) {
        s->sum[k] += weight(i, k) * value;
        s->size += fabs(weight(i, k) * value);
        s->room += fabs(weight(i, k)) * slack;
    }
}

bool sketch_same(const Sketch *got, const Sketch *want) {
    double room = got->room + 1e-11 * got->size;
    for (int k = 0; k < 2; k++)
        if (!(fabs(got->sum[k] - want->sum[k]) <= room)) return false;
    return got->places == want->places;
}

double sketch_slack(const Call *call, double value) {
    if (call->tolerance == 0 && 64 * value == floor(64 * value)) return 0; /* products of eighths */
    return fmax(1e-6 * fmax(1, fabs(value)), expected_slack(call, value));
}

static uint64_t key_of_text(uint64_t key, const char *text) {
    for (; *text; text++)
        key = mixed(key, (uint64_t)(unsigned char)*text);
    return key;
}

uint64_t call_key(const Call *call) {
    const Geometry *g = &call->g;
    const int numbers[10] = {g->n,     g->in.c,  g->in.h, g->in.w,   g->out.c,
                             g->out.h, g->out.w, g->size, g->stride, g->pad};
    uint64_t key = mixed(BEGIN, call->function);
    for (int k = 0; k < 10; k++)
        key = mixed(key, (uint64_t)numbers[k]);
    for (int k = 0; k < NUMBERS_MAX; k++)
        key = mixed(key, (uint64_t)call->number[k]);
    for (int k = 0; k < CONSTANTS_MAX; k++) {
        char text[32];
        snprintf(text, sizeof text, "%.9g", call->constant[k]);
        key = key_of_text(key, text);
    }
    for (int s = 0; s < SLOTS; s++) {
        const Array *a = &call->array[s];
        if (!a->present) continue;
        key = mixed(key, (uint64_t)s * 16 + a->role * 4 + a->kind);
        key = mixed(key, a->count);
    }
    return key;
}

Sketch call_inputs(const Call *call) {
    Sketch inputs = {.places = BEGIN};
    size_t place = 0;
    for (int s = 0; s < SLOTS; s++) {
        const Array *a = &call->array[s];
        if (!a->present || (a->role != GIVEN && a->role != SUM)) continue;
        for (size_t i = 0; i < a->count; i++) {
            double value = call_get(call, s, i);
            sketch_add(&inputs, place++, value, 1e-6 * fabs(value));
        }
    }
    return inputs;
}
