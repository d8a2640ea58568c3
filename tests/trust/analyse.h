/*
 * Included before every file that an analyser looks at (make trust-analyse). It sees one file at a
 * time and cannot know the functions of fail.c: error_set() always returns false, and contract()
 * returns only when its condition holds.
 */
#include "fail.h"

#include <stdlib.h>

#define error_set(...)       (error_set(__VA_ARGS__), false)
#define contract(holds, ...) ((holds) ? (void)0 : abort())
