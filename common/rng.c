/* SplitMix64 and what we draw from it; see rng.h. */
#include "rng.h"

#include "fail.h"

#include <math.h>

uint64_t rng_next(Rng *rng) {
    uint64_t z = (rng->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

Rng rng_seed(uint64_t seed, uint64_t stream) {
    /* Hash the seed, add the stream, hash again: neighbouring seeds end far apart. */
    Rng a = {seed};
    Rng b = {rng_next(&a) + stream};
    return (Rng){rng_next(&b)};
}

/* 53 random bits as a fraction in [0, 1): what a double can hold. */
static double fraction(Rng *rng) {
    return (double)(rng_next(rng) >> 11) * 0x1p-53;
}

double rng_uniform(Rng *rng, double lo, double hi) {
    return lo + (hi - lo) * fraction(rng);
}

double rng_normal(Rng *rng) {
    const double two_pi = 6.283185307179586;
    double radius = sqrt(-2 * log(1 - fraction(rng))); /* 1 - fraction is never 0 */
    return radius * cos(two_pi * fraction(rng));
}

int rng_below(Rng *rng, int n) {
    contract(n >= 1, "rng_below(%d): nothing to choose from", n);
    /* Values at or above the largest multiple of n would favour small remainders: draw again. */
    uint64_t limit = UINT64_MAX - UINT64_MAX % (uint64_t)n;
    uint64_t draw;
    do
        draw = rng_next(rng);
    while (draw >= limit);
    return (int)(draw % (uint64_t)n);
}

void rng_shuffle(Rng *rng, int *list, int n) {
    for (int i = n - 1; i > 0; i--) {
        int j = rng_below(rng, i + 1);
        int swap = list[i];
        list[i] = list[j];
        list[j] = swap;
    }
}
