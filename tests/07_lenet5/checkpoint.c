/*
 * A run on disk: what is saved is read back, and the resumed run has the same bits.
 */
#include "07_lenet5/workbench/checkpoint.h"

#include "support.h"

#include <string.h>

TestSuite(ch07_checkpoint, .timeout = 120);

/* Trains from a place to a number of steps; moves the place along as a run would. */
static void walk(Trainer *t, Place *place, long until) {
    while (place->iteration < until) {
        if (place->first == 0) trainer_begin(t, place->epoch);
        trainer_step(t, place->first);
        place->iteration++;
        place->first += t->plan.batch;
        if (place->first < t->data->n) continue;
        place->first = 0;
        place->epoch++;
    }
}

static void expect_same_place(const Place *got, const Place *want) {
    cr_expect(got->epoch == want->epoch, "epoch %d, want %d", got->epoch, want->epoch);
    cr_expect(got->first == want->first, "image %d, want %d", got->first, want->first);
    cr_expect(got->iteration == want->iteration, "iteration %ld, want %ld", got->iteration,
              want->iteration);
    cr_expect(got->correct == want->correct, "%d correct, want %d", got->correct, want->correct);
    cr_expect(got->log_bytes == want->log_bytes, "log of %ld bytes, want %ld", got->log_bytes,
              want->log_bytes);
    cr_expect(got->loss == want->loss && got->since_line == want->since_line, "another loss");
}

static void expect_same_settings(const Recipe *got, const Recipe *want) {
    char a[32], b[32];
    for (int k = 0; k < SETTINGS; k++)
        cr_expect_str_eq(recipe_get(got, k, a, sizeof a), recipe_get(want, k, b, sizeof b), "%s",
                         settings[k].key);
}

/* Five steps per epoch, three epochs. */
enum { BATCH = 40, IMAGES = 5 * BATCH, STEPS = 15 };

/* A run that is stopped after some steps and resumed by another trainer, on another number of
   threads, must end where the whole run ends. */
static void check_stop(const char *path, const Recipe *recipe, const Trainer *whole, long steps) {
    Recipe read;
    Error error;
    uint64_t seed = 0;
    Place place = {.epoch = 1, .loss = 0.1, .correct = 7, .since_line = 0.3, .log_bytes = 99}, got;
    size_t params = network_params(whole->net);
    Trainer first = planned(whole->net, whole->data, 1, recipe->plan);
    walk(&first, &place, steps);
    cr_assert(checkpoint_save(path, recipe, &first, &place, &error), "%s", error.text);
    trainer_free(&first);
    cr_assert(checkpoint_read(path, &read, &seed, &got, &error), "%s", error.text);
    cr_expect(seed == 1, "seed %llu", (unsigned long long)seed);
    expect_same_place(&got, &place);
    expect_same_settings(&read, recipe);
    Trainer second = planned(whole->net, whole->data, 2, read.plan);
    cr_assert(checkpoint_resume(path, &second, &got, &error), "%s", error.text);
    walk(&second, &got, STEPS);
    cr_expect(same_bits(params, second.params, whole->params), "%s, %ld steps: other parameters",
              recipe->name, steps);
    cr_expect(same_bits(params, trainer_result(&second), trainer_result(whole)),
              "%s, %ld steps: another mean", recipe->name, steps);
    trainer_free(&second);
}

static void expect_refused(const char *path, const Trainer *whole, const Recipe *recipe) {
    Dataset other = few(IMAGES - 1);
    Error error;
    Place place = {.epoch = 1};
    Trainer wrong = planned(whole->net, &other, 1, recipe->plan);
    expect_error(checkpoint_resume(path, &wrong, &place, &error), &error, "other training images");
    trainer_free(&wrong);
}

/* Stopped within an epoch, between two epochs, and within the last one. */
static void check_recipe(const char *name, int undistorted) {
    const char *path = in(folder(), "checkpoint");
    Dataset data = few(IMAGES);
    Recipe recipe;
    Place end = {.epoch = 1};
    cr_assert(recipe_named(name, &recipe));
    recipe.plan.batch = BATCH;
    recipe.plan.epochs = 3;
    recipe.plan.undistorted = undistorted;
    Network net = lenet5_with(&recipe.net);
    Trainer whole = planned(&net, &data, 1, recipe.plan);
    walk(&whole, &end, STEPS);
    check_stop(path, &recipe, &whole, 3);
    check_stop(path, &recipe, &whole, 5);
    check_stop(path, &recipe, &whole, 12);
    expect_refused(path, &whole, &recipe);
    trainer_free(&whole);
}

Test(ch07_checkpoint, t01_record,
     .description = "stopped anywhere, the record's run resumes bit-identically") {
    check_recipe("record", 1);
}

Test(ch07_checkpoint, t02_1998,
     .description = "and so does the original, with its copies and its curvature") {
    check_recipe("1998-distorted", 0);
}

/* What `make fuzz` starts from must be checkpoints, or it looks at refusals only. */
Test(ch07_checkpoint, t03_seeds_of_the_fuzzer, .description = "old checkpoints can be read") {
    static const char *const files[2] = {"tests/fuzz/seeds/checkpoint/report_adam",
                                         "tests/fuzz/seeds/checkpoint/1998_sdlm"};
    for (int k = 0; k < 2; k++) {
        Recipe recipe;
        Place place;
        Error error;
        uint64_t seed;
        cr_expect(checkpoint_read(files[k], &recipe, &seed, &place, &error), "%s", error.text);
    }
}
