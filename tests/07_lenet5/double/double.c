/* The double half of a comparison: loss and gradient as raw doubles on stdout; see double.h. */
#include "double.h"

#include <stdio.h>

int main(void) {
    static double numbers[1 + DOUBLE_PARAMS];
    if (!probe(&numbers[0], &numbers[1])) return 1;
    return fwrite(numbers, sizeof *numbers, 1 + DOUBLE_PARAMS, stdout) != 1 + DOUBLE_PARAMS;
}
