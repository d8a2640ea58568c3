#include "support/bits.h"

#include "07_lenet5/lenet5.h"
#include "07_lenet5/workbench/recipe.h"

#include <string.h>

static uint32_t checksum(const real *params, size_t n) {
    uint32_t sum = 0x811c9dc5;
    for (size_t i = 0; i < n; i++) {
        uint8_t byte[sizeof(real)];
        memcpy(byte, &params[i], sizeof byte);
        for (size_t k = 0; k < sizeof byte; k++)
            sum = (sum ^ byte[k]) * 0x01000193;
    }
    return sum;
}

bool bits_of(const char *name, const Dataset *data, int threads, uint32_t *sum, Error *error) {
    Recipe recipe;
    Trainer t;
    if (!recipe_named(name, &recipe)) return error_set(error, "there is no recipe %s", name);
    Network net = lenet5_with(&recipe.net);
    network_accelerate(&net);
    if (!trainer_new(&t, &net, data, &recipe.plan, BITS_SEED, error)) return false;
    if (threads > 1 && !trainer_share(&t, threads, error)) {
        trainer_free(&t);
        return false;
    }
    trainer_begin(&t, 1);
    for (int k = 0; k < BITS_BATCHES; k++)
        trainer_step(&t, k * recipe.plan.batch);
    *sum = checksum(trainer_result(&t), network_params(&net));
    trainer_free(&t);
    return true;
}
