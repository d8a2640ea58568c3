/*
 * Training from nothing, a mini-batch at a time.
 */
#include "07_lenet5/evaluate.h"
#include "07_lenet5/lenet5.h"
#include "07_lenet5/trainer.h"
#include "damage.h"
#include "play.h"

#include <stdlib.h>

static Dataset images[2]; /* to train on, to test on */
static int *answers;      /* to the test images */
static Network net;
static Trainer trainer;
static Damage damage;
static int epoch, first; /* the next mini-batch begins at image `first` of this epoch */
static int correct;
static Error error;

uint8_t *practice_images(bool test, int n) {
    Dataset *set = &images[test];
    free(set->image);
    uint8_t *byte = malloc((size_t)n * (IMAGE_BYTES + 1));
    *set = (Dataset){byte ? n : 0, byte, byte ? byte + (size_t)n * IMAGE_BYTES : NULL};
    if (test) {
        free(answers);
        answers = calloc((size_t)n, sizeof *answers);
    }
    return byte;
}

bool practice_begin(int activation, int optimizer, double lr, int batch, int seed, Damage wanted) {
    Plan plan = {.init = INIT_UNIFORM, .batch = batch, .epochs = 1};
    const Dataset *set = &images[0];
    optimizer_named(optimizer_names[optimizer], &plan.optimizer);
    plan.optimizer.lr = lr;
    if (plan.batch > set->n) plan.batch = set->n;
    trainer_free(&trainer);
    net = lenet5((Activation)activation);
    network_accelerate(&net);
    damage = wanted;
    damage_layers(&net, damage);
    epoch = 0;
    first = set->n;
    if (!trainer_new(&trainer, &net, set, &plan, (uint64_t)seed, &error)) return false;
    damage_params(&net, damage, true, trainer.params);
    return true;
}

/* A new epoch, when the last one has shown every image. */
static void turn_over(void) {
    if (first < images[0].n) return;
    epoch++;
    first = 0;
    trainer_begin(&trainer, epoch);
}

int practice_next(void) {
    turn_over();
    return trainer.order[trainer.start + first];
}

double practice_step(void) {
    turn_over();
    Step step = trainer_step(&trainer, first);
    damage_params(&net, damage, false, trainer.params);
    first += trainer.plan.batch;
    correct = step.correct;
    return step.loss;
}

int practice_correct(void) {
    return correct;
}

int practice_test(void) {
    const Dataset *set = &images[1];
    Prediction *each = calloc((size_t)set->n, sizeof *each);
    int right = each && predict(&net, trainer.params, set, 1, each, &error) ? 0 : -1;
    for (int i = 0; right >= 0 && i < set->n; i++) {
        answers[i] = each[i].digit;
        right += each[i].digit == set->label[i];
    }
    free(each);
    return right;
}

int *practice_answers(void) {
    return answers;
}

real *practice_params(void) {
    return trainer.params;
}

const char *practice_optimizer(int k) {
    return optimizer_names[k];
}

double practice_rate(int k) {
    Optimizer o;
    return optimizer_named(optimizer_names[k], &o) ? o.lr : 0;
}

uint32_t play_checksum(const real *number, int n) {
    const uint8_t *byte = (const uint8_t *)number;
    uint32_t crc = ~0u;
    for (size_t i = 0; i < (size_t)n * sizeof *number; i++) {
        crc ^= byte[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xedb88320u : crc >> 1;
    }
    return ~crc;
}
