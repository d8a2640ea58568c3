/* Seconds, medians, memory, commas; see measure.h. */
#include "measure.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double median(double *value, int n) {
    qsort(value, (size_t)n, sizeof *value, compare_doubles);
    return n % 2 ? value[n / 2] : (value[n / 2 - 1] + value[n / 2]) / 2;
}

double peak_memory_mb(void) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss * 1024e-6; /* Linux counts in KiB */
}

char *with_commas(long value, char *text, size_t size) {
    char digits[24];
    int length = snprintf(digits, sizeof digits, "%ld", value);
    size_t end = 0;
    for (int i = 0; i < length && end + 2 < size; i++) {
        if (i > 0 && (length - i) % 3 == 0) text[end++] = ',';
        text[end++] = digits[i];
    }
    text[end] = '\0';
    return text;
}
