/* The list of exercises.toml as C; exercises.py writes it. */
#include "rubric.h"

#include "rubric.inc"

const int exercises_count = (int)(sizeof exercises / sizeof *exercises);
const int items_count = (int)(sizeof items / sizeof *items);
