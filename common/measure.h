/**
 * @file measure.h
 * @brief The figures that programs report: seconds, medians, memory, large numbers.
 */
#ifndef MEASURE_H
#define MEASURE_H

#include <stddef.h>

/**
 * @brief A clock that only goes forward.
 * @return seconds since some fixed moment
 */
double seconds_now(void);

/**
 * @brief The processor time of the calling thread: other programs do not count.
 * @return seconds since some fixed moment
 */
double thread_seconds(void);

/**
 * @brief The middle value, or the mean of the two middle ones.
 * @param value the values; sorted in place
 * @param n     how many, at least 1
 * @return the median
 */
double median(double *value, int n);

/**
 * @brief The most memory that the process has had so far.
 * @return MB of 10^6 bytes
 */
double peak_memory_mb(void);

/**
 * @brief A number to print: NaN loses its sign, which printf would show; x86 makes negative ones.
 * @param value any number
 * @return value, or the NaN that prints as nan
 */
double unsigned_nan(double value);

/**
 * @brief A whole number with commas, as tables print it: 61706 becomes 61,706.
 * @param value at least 0
 * @param size  room in text; 27 holds any long
 * @return text
 */
char *with_commas(long value, char *text, size_t size);

#endif
