/*
 * Random numbers and initial parameters.
 */
#include "support/suite.h"

#include <string.h>

TestSuite(common_random, .init = limited, .timeout = 60);

Test(common_random, rng_is_splitmix64) {
    Rng rng = {1234567}; /* the published test values of this generator */
    cr_expect(rng_next(&rng) == 6457827717110365317u);
    cr_expect(rng_next(&rng) == 3203168211198807973u);
    cr_expect(rng_next(&rng) == 9817491932198370423u);
}

Test(common_random, rng_uniform_and_normal) {
    Rng rng = rng_seed(1, 2);
    double sum = 0, squares = 0, least = 9, most = -9;
    for (int i = 0; i < 100000; i++) {
        double x = rng_normal(&rng), u = rng_uniform(&rng, -2, 3);
        sum += x;
        squares += x * x;
        least = fmin(least, u);
        most = fmax(most, u);
    }
    /* standard errors: 0.003 for the mean, 0.0045 for the variance */
    cr_expect(fabs(sum / 1e5) < 0.015, "mean %g", sum / 1e5);
    cr_expect(fabs(squares / 1e5 - 1) < 0.022, "variance %g", squares / 1e5);
    cr_expect(least >= -2 && least < -1.99 && most < 3 && most > 2.99, "%g %g", least, most);
}

Test(common_random, rng_below_and_shuffle) {
    Rng rng = rng_seed(1, 2);
    int count[7] = {0}, list[100], seen[100] = {0}, moved = 0;
    for (int i = 0; i < 70000; i++)
        count[rng_below(&rng, 7)]++;
    for (int k = 0; k < 7; k++)
        cr_expect(abs(count[k] - 10000) < 500, "%d: %d", k, count[k]);
    for (int i = 0; i < 100; i++)
        list[i] = i;
    rng_shuffle(&rng, list, 100);
    for (int i = 0; i < 100; i++) {
        seen[list[i]]++;
        moved += list[i] != i;
    }
    for (int i = 0; i < 100; i++)
        cr_expect(seen[i] == 1, "%d appears %d times", i, seen[i]);
    cr_expect(moved > 80, "only %d of 100 moved", moved);
}

/* No two purposes of a run, no two epochs and no two seeds share their numbers. */
Test(common_random, streams_are_apart) {
    enum { EPOCHS = 100, STREAMS = 3 + EPOCHS };
    uint64_t state[2 * STREAMS];
    int count = 0;
    for (uint64_t seed = 1; seed <= 2; seed++) {
        state[count++] = rng_seed(seed, STREAM_EXAMPLES).state;
        state[count++] = rng_seed(seed, STREAM_WEIGHTS).state;
        state[count++] = rng_seed(seed, STREAM_SHUFFLE).state;
        for (uint64_t epoch = 0; epoch < EPOCHS; epoch++)
            state[count++] = rng_seed(seed, STREAM_AUGMENT + 256 * epoch).state;
    }
    for (int i = 0; i < count; i++)
        for (int k = 0; k < i; k++)
            cr_expect(state[i] != state[k], "streams %d and %d are the same", i, k);
}

Test(common_random, layer_init_follows_fan_in) {
    static const uint16_t links[2] = {1, 7};
    Layer l = {.in = {3, 9, 9}, .size = 5, .links = links, .weight = {2, 3, 5, 5}, .bias = 2};
    cr_assert_eq(layer_weights(&l), 150);
    cr_assert_eq(layer_params(&l), 152);
    real w[152];
    Rng rng = rng_seed(1, 0);
    layer_init(&l, INIT_LECUN, w, &rng);
    double most[2] = {0, 0};
    for (int i = 0; i < 150; i++)
        most[i / 75] = fmax(most[i / 75], fabs((double)w[i]));
    cr_expect(most[0] <= 2.4 / 25 && most[0] > 2.0 / 25, "%g", most[0]);
    cr_expect(most[1] <= 2.4 / 75 && most[1] > 2.2 / 75, "%g", most[1]);
    for (int i = 25; i < 75; i++)
        cr_expect(w[i] == 0, "missing link w[%d] = %g", i, (double)w[i]);
    cr_expect(w[150] != 0 && w[151] != 0, "LeCun draws biases too");
}

/* 40 units with 200 inputs: schemes that confuse the two are far off. */
Test(common_random, layer_init_scales) {
    Layer l = {.in = {200, 1, 1}, .weight = {40, 200}, .bias = 40};
    const struct {
        Init init;
        double variance;
        bool biases;
    } scheme[] = {
        {INIT_UNIFORM, 1.0 / 3 / 200, true}, /* U(-a, a) has variance a^2 / 3 */
        {INIT_HE, 2.0 / 200, false},
        {INIT_NORMAL, 1e-4, false},
        {INIT_LECUN, 2.4 * 2.4 / 200 / 200 / 3, true},
    };
    real *w = zeros(8040);
    for (size_t k = 0; k < sizeof scheme / sizeof *scheme; k++) {
        Rng rng = rng_seed(1, 0);
        double squares = 0, biases = 0;
        layer_init(&l, scheme[k].init, w, &rng);
        for (int i = 0; i < 8000; i++)
            squares += (double)w[i] * (double)w[i] / 8000;
        for (int i = 8000; i < 8040; i++)
            biases += (double)w[i] * (double)w[i] / 40;
        cr_expect(fabs(squares / scheme[k].variance - 1) < 0.1, "scheme %zu: variance %g, want %g",
                  k, squares, scheme[k].variance);
        cr_expect((biases > 0) == scheme[k].biases, "scheme %zu: biases %g", k, biases);
    }
}
