/* The list of exercises.toml as C; exercises.py writes it. */
#include "rubric.h"

#include "rubric.inc"

#include <string.h>

const int exercises_count = (int)(sizeof exercises / sizeof *exercises);
const int items_count = (int)(sizeof items / sizeof *items);

const Item *item_named(const char *id) {
    for (int i = 0; i < items_count; i++)
        if (strcmp(items[i].id, id) == 0) return &items[i];
    return NULL;
}
