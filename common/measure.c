/* Seconds, medians, memory, numbers to print; see measure.h. */
#include "measure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

/* CLOCK_MONOTONIC, as the time of day may be set during a run. */
double seconds_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* Waiting and other programs do not count, as they do for seconds_now(). */
double thread_seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/* For qsort(): -1, 0 or 1. A difference would overflow an int. */
static int compare_doubles(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The median of times, not their mean: a single interruption makes one of them long. */
double median(double *value, int n) {
    qsort(value, (size_t)n, sizeof *value, compare_doubles);
    if (n % 2 == 1) return value[n / 2];
    return (value[n / 2 - 1] + value[n / 2]) / 2;
}

/* Linux's VmHWM, in KiB, is that of this program alone; ru_maxrss is inherited through exec, from a
   shell or from make, and only serves elsewhere. */
double peak_memory_mb(void) {
    char line[128];
    long peak = 0;
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(line, sizeof line, status))
        if (sscanf(line, "VmHWM: %ld kB", &peak) == 1) break;
    if (status) fclose(status);
    struct rusage usage;
    if (peak == 0 && getrusage(RUSAGE_SELF, &usage) == 0) peak = usage.ru_maxrss;
    return (double)peak * 1024e-6;
}

/* The NaN of <math.h> has no sign. */
double unsigned_nan(double value) {
    return isnan(value) ? (double)NAN : value;
}

char *with_commas(long value, char *text, size_t size) {
    char digits[24]; /* enough for 64 bits */
    int length = snprintf(digits, sizeof digits, "%ld", value);
    size_t end = 0;
    for (int i = 0; i < length && end + 2 < size; i++) {
        /* a comma before every group of three that are left */
        if (i > 0 && (length - i) % 3 == 0) text[end++] = ',';
        text[end++] = digits[i];
    }
    text[end] = '\0';
    return text;
}
