/* SplitMix64 and the distributions that are made of it; see rng.h. */
#include "rng.h"

#include "elementary.h"
#include "fail.h"

#include <math.h>

uint64_t rng_next(Rng *rng) {
    /* The constants are the paper's. An odd step reaches all 2^64 states before one comes again. */
    rng->state += 0x9e3779b97f4a7c15u;
    uint64_t z = rng->state;
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

/* 53 random bits, as many as a double can hold, as a fraction in [0, 1). */
static double fraction(Rng *rng) {
    return (double)(rng_next(rng) >> 11) * 0x1p-53;
}

double rng_uniform(Rng *rng, double lo, double hi) {
    return lo + (hi - lo) * fraction(rng);
}

/* Box and Muller: the radius from one uniform number, the angle from another. */
double rng_normal(Rng *rng) {
    /* A point in the plane by radius and angle; its other coordinate is given up, so that there is
       no half of a pair to remember. */
    const double two_pi = 6.283185307179586;
    double radius = sqrt(-2 * our_log(1 - fraction(rng))); /* 1 - fraction is never 0 */
    return radius * our_cos(two_pi * fraction(rng));
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
    /* entry i gets one of those up to i, itself included; entries after i are settled */
    for (int i = n - 1; i > 0; i--) {
        int j = rng_below(rng, i + 1);
        int swap = list[i];
        list[i] = list[j];
        list[j] = swap;
    }
}
