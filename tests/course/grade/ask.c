/*
 * Writes down one case of an item, for questions about it (viva.py):
 *
 *     ask SEED ITEM CASE FILE
 *
 * FILE gets the call as viva.c reads it, the output a description in JSON: the case and its arrays
 * before the call. Exit code 1 when the item has no such case.
 */
#include "course/examine/exam.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

/* A port that runs nothing, and keeps one of the calls. */
typedef struct Collector {
    Port port; /* first: a Port is a Collector */
    int left;  /* calls to pass over */
    Call call;
} Collector;

static Reply collect(Port *port, const Call *call, Call *back) {
    Collector *c = (Collector *)port;
    (void)back;
    if (call->fresh || c->left-- > 0) return (Reply){.outcome = CALL_DONE}; /* fresh: once more */
    if (!c->call.block) c->call = call_copy(call);
    return (Reply){.outcome = CALL_NOWHERE};
}

static json_t *numbers(const Call *call, int slot) {
    json_t *list = json_array();
    for (size_t i = 0; i < call->array[slot].count; i++) {
        double value = call_get(call, slot, i);
        json_array_append_new(list, isfinite(value) ? json_real(value) : json_null());
    }
    return list;
}

static json_t *describe(const Call *call) {
    json_t *arrays = json_array();
    for (int s = 0; s < SLOTS; s++) {
        const Array *a = &call->array[s];
        if (!a->present) continue;
        json_t *extent = json_array();
        for (int k = 0; k < a->axes; k++)
            json_array_append_new(extent, json_integer(a->extent[k]));
        json_array_append_new(arrays, json_pack("{s:i, s:s, s:s, s:i, s:i, s:o, s:o}", "slot", s,
                                                "name", a->name, "axis", a->axis, "kind",
                                                (int)a->kind, "role", (int)a->role, "extent",
                                                extent, "values", numbers(call, s)));
    }
    return json_pack("{s:s, s:o}", "text", call->text, "arrays", arrays);
}

static bool write_call(const Call *call, const char *path) {
    FILE *f = fopen(path, "wb");
    if (!f) return false;
    bool ok = fwrite(call, sizeof *call, 1, f) == 1;
    ok = ok && fwrite(call->block, call->bytes, 1, f) == 1;
    return fclose(f) == 0 && ok;
}

int main(int argc, char **argv) {
    const Item *item = argc == 5 ? item_named(argv[2]) : NULL;
    if (!item) {
        fputs("usage: ask SEED ITEM CASE FILE\n", stderr);
        return 2;
    }
    Collector c = {.port = {.run = collect, .slower = 1}, .left = atoi(argv[3])};
    Sitting sitting = {.port = &c.port, .seed = strtoull(argv[1], NULL, 10), .alone = true};
    free(exam_item(&sitting, item).text);
    if (!c.call.block || !write_call(&c.call, argv[4])) return EXIT_FAILURE;
    json_t *all = describe(&c.call);
    json_dumpf(all, stdout, JSON_COMPACT);
    json_decref(all);
    call_free(&c.call);
    return EXIT_SUCCESS;
}
