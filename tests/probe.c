/* The double half of a comparison: loss and gradient as raw doubles on stdout; see probe.h. */
#include "probe.h"

#include <stdio.h>

int main(void) {
    static double numbers[1 + PROBE_PARAMS];
    if (!probe(&numbers[0], &numbers[1])) return 1;
    return fwrite(numbers, sizeof *numbers, 1 + PROBE_PARAMS, stdout) != 1 + PROBE_PARAMS;
}
