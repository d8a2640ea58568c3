/*
 * Shared by the mains of the chapters; see lesson.h. A main may end the program, so these functions
 * do, and a lesson's main reads as a list of steps.
 */
#include "lesson.h"

#include "gemm.h"

#include <stdlib.h>

Lesson lesson_start(int argc, char **argv) {
    /* before anything multiplies: speed is measured on one thread everywhere */
    gemm_single_thread();
    return (Lesson){argc > 1 ? argv[1] : "build/data", argc > 2 ? argv[2] : MNIST_DIR};
}

/* Zeros, at least one: calloc(0) may return NULL, which would look like a failure. */
real *lesson_reals(size_t count) {
    real *memory = calloc(count > 0 ? count : 1, sizeof *memory);
    if (!memory) fail(EXIT_FAILURE, "no memory for %zu numbers", count);
    return memory;
}

/* Every lesson looks at the same digits. */
void lesson_digit(const Lesson *lesson, int label, int pad, real *x) {
    Error error;
    if (!dataset_digit(lesson->mnist, label, pad, x, &error)) fail_with(&error);
}

Dataset lesson_set(const Lesson *lesson, const char *prefix) {
    Dataset data;
    Error error;
    if (!dataset_load(lesson->mnist, prefix, &data, &error)) fail_with(&error);
    return data;
}

/* The data behind a picture; its curves are drawn by gnuplot, and no picture is drawn here. */
Output lesson_table(const Lesson *lesson, const char *name) {
    Output table;
    Error error;
    if (!output_open_in(&table, lesson->folder, name, &error)) fail_with(&error);
    return table;
}

void lesson_table_end(Output *table, const char *picture) {
    Error error;
    if (!output_commit(table, &error)) fail_with(&error);
    printf("\nwrote %s, for make plot-%s\n", table->path, picture);
}
