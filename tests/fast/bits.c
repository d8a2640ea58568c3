/*
 * A short run of each recipe ends in the project's own checksum, on every machine.
 */
#include "support/bits.h"

#include "07_lenet5/support.h"
#include "lanes.h"

#include <stdio.h>
#include <string.h>

TestSuite(fast_bits, .init = whole_network, .timeout = 120);

/* The checksum of docs/bits.tsv for this build's class. */
static uint32_t promised(const char *recipe) {
    char line[200], class[20], name[20];
    unsigned sum;
    FILE *table = fopen("docs/bits.tsv", "r");
    cr_assert(table, "docs/bits.tsv is not here");
    while (fgets(line, sizeof line, table))
        if (sscanf(line, "%19s %19s %x", class, name, &sum) == 3 && strcmp(name, recipe) == 0 &&
            strcmp(class, CLASS) == 0) {
            fclose(table);
            return sum;
        }
    cr_assert(false, "docs/bits.tsv has no line for " CLASS " %s", recipe);
    return 0;
}

Test(fast_bits, same_bits_everywhere,
     .description = "30 mini-batches of three recipes, on one and three threads") {
    static const char *const recipes[] = {"report", "record", "1998"};
    Dataset data = few(BITS_IMAGES);
    for (int k = 0; k < 3; k++)
        for (int threads = 1; threads <= 3; threads += 2) {
            uint32_t sum;
            Error error;
            cr_assert(bits_of(recipes[k], &data, threads, &sum, &error), "%s", error.text);
            cr_assert(sum == promised(recipes[k]), "%s, %d threads: got %08x, want %08x",
                      recipes[k], threads, (unsigned)sum, (unsigned)promised(recipes[k]));
        }
}
