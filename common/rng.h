/**
 * @file rng.h
 * @brief Random numbers whose whole state is one 64-bit word that the caller owns.
 *
 * SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators"): a
 * counter that moves by an odd constant, and a hash that scrambles it. The same seed gives the same
 * numbers on every machine. There is no hidden state, no time(), nothing to lock.
 */
#ifndef RNG_H
#define RNG_H

#include <stdint.h>

/** The generator: copy it to fork a run, save it to resume one. */
typedef struct Rng {
    uint64_t state; ///< the counter
} Rng;

/**
 * The streams of a run: everything that it needs random numbers for. Different streams share no
 * numbers in practice, so one more number from one never shifts another. All are below 256, and a
 * stream that is needed once per epoch adds 256 for each.
 */
enum {
    STREAM_EXAMPLES = 0,  ///< the numbers in lessons and tests
    STREAM_WEIGHTS = 'w', ///< initial weights
    STREAM_SHUFFLE = 's', ///< the order of the images
    STREAM_AUGMENT = 'd'  ///< augmented images: plus 256 * epoch, or 256 * copy
};

/**
 * @brief A generator for one purpose of one run.
 * @param seed   the run's seed
 * @param stream one of the streams above
 */
Rng rng_seed(uint64_t seed, uint64_t stream);

/**
 * @brief 64 random bits.
 * @param rng the generator, advanced by one
 * @return uniform over all 64-bit values
 */
uint64_t rng_next(Rng *rng);

/**
 * @brief A uniform number.
 * @param lo lower end, included
 * @param hi upper end, excluded (up to rounding)
 * @return uniform in [lo, hi)
 */
double rng_uniform(Rng *rng, double lo, double hi);

/**
 * @brief A normal number, mean 0 and standard deviation 1 (Box and Muller 1958).
 * @param rng the generator, advanced by two
 * @return a draw from N(0, 1)
 */
double rng_normal(Rng *rng);

/**
 * @brief A whole number below n, every one equally likely (no modulo bias).
 * @param n at least 1
 * @return 0 .. n-1
 */
int rng_below(Rng *rng, int n);

/**
 * @brief Puts a list in random order (Fisher and Yates; all n! orders equally likely).
 * @param list n entries, permuted in place
 */
void rng_shuffle(Rng *rng, int *list, int n);

#endif
