/* Changes of lists; see oracle.h. */
#include "fail.h"
#include "oracle.h"

#include <stdlib.h>
#include <string.h>

void fill(double *v, int n, double value) {
    for (int i = 0; i < n; i++)
        v[i] = value;
}

void repeat_first(double *v, int parts, int one) {
    for (int i = one; i < parts * one; i++)
        v[i] = v[i - one];
}

double *scrap(int count) {
    double *room = calloc((size_t)count + 1, sizeof *room);
    contract(room != NULL, "no memory for a test");
    return room;
}

void read_transposed(double *m, int rows, int columns) {
    double *stored = scrap(rows * columns);
    memcpy(stored, m, (size_t)(rows * columns) * sizeof *m);
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++)
            m[i * columns + j] = stored[j * rows + i];
    free(stored);
}

double look(const double *v, int count, int i) {
    return i >= 0 && i < count ? v[i] : ANYTHING;
}
