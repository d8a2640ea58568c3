/* Data for cases; see data.h. */
#include "data.h"

#include "fail.h"

#include <stdlib.h>

void data_multiples(Call *call, Slot slot, Rng *rng, double most, double unit) {
    int units = (int)(most / unit);
    for (size_t i = 0; i < call->array[slot].count; i++)
        call_set(call, slot, i, unit * (rng_below(rng, 2 * units + 1) - units));
}

void data_nonzero(Call *call, Slot slot, Rng *rng, double most, double unit) {
    int units = (int)(most / unit);
    for (size_t i = 0; i < call->array[slot].count; i++) {
        double size = unit * (1 + rng_below(rng, units));
        call_set(call, slot, i, rng_below(rng, 2) ? size : -size);
    }
}

void data_spread(Call *call, Slot slot) {
    static const double factor[3] = {1, 0x1p20, 0x1p-20};
    for (size_t i = 0; i < call->array[slot].count; i++)
        call_set(call, slot, i, factor[i % 3] * call_get(call, slot, i));
}

void data_distinct(Call *call, Slot slot, Rng *rng, double low, double step) {
    int count = (int)call->array[slot].count;
    int *order = malloc((size_t)(count + 1) * sizeof *order);
    contract(order != NULL, "no memory for a test");
    for (int i = 0; i < count; i++)
        order[i] = i;
    rng_shuffle(rng, order, count);
    for (int i = 0; i < count; i++)
        call_set(call, slot, (size_t)i, low + step * order[i]);
    free(order);
}

void data_normals(Call *call, Slot slot, Rng *rng, double deviation) {
    for (size_t i = 0; i < call->array[slot].count; i++)
        call_set(call, slot, i, deviation * rng_normal(rng));
}

void data_list(Call *call, Slot slot, const double *v) {
    for (size_t i = 0; i < call->array[slot].count; i++)
        call_set(call, slot, i, v[i]);
}

void data_out(Geometry *g, int channels) {
    g->out = window_shape(g->in, channels, g->size, g->stride, g->pad);
}

Geometry data_window(Rng *rng, int filters) {
    Geometry g = {.n = 2 + rng_below(rng, 2), .size = 2 + rng_below(rng, 3)};
    g.stride = 1 + rng_below(rng, 3);
    g.pad = rng_below(rng, g.size);
    int h = g.size + 1 + rng_below(rng, 4);
    g.in = (Shape){2 + rng_below(rng, 2), h, h + 1 + rng_below(rng, 3)};
    data_out(&g, filters ? filters : g.in.c);
    return g;
}
