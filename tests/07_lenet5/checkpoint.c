/*
 * A run on disk: it is read back as it was saved, and the resumed run has the same bits.
 */
#include "07_lenet5/workbench/checkpoint.h"

#include "support.h"

#include <string.h>

TestSuite(ch07_checkpoint, .init = whole_network, .timeout = 120);

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
    Checkpoint c;
    Error error;
    Place place = {.epoch = 1, .loss = 0.1, .since_line = 0.3, .log_bytes = 99};
    size_t params = network_params(whole->net);
    Trainer first = planned(whole->net, whole->data, 1, recipe->plan);
    walk(&first, &place, steps);
    place.correct = place.first > 0 ? 7 : 0;
    cr_assert(checkpoint_save(path, recipe, &first, &place, &error), "%s", error.text);
    trainer_free(&first);
    cr_assert(checkpoint_open(path, &c, &error), "%s", error.text);
    cr_expect(c.seed == 1, "seed %llu", (unsigned long long)c.seed);
    expect_same_place(&c.place, &place);
    expect_same_settings(&c.recipe, recipe);
    Trainer second = planned(whole->net, whole->data, 2, c.recipe.plan);
    cr_assert(checkpoint_resume(&c, &second, &error), "%s", error.text);
    walk(&second, &c.place, STEPS);
    checkpoint_close(&c);
    cr_expect(same_bits(params, second.params, whole->params), "%s, %ld steps: other parameters",
              recipe->name, steps);
    cr_expect(same_bits(params, trainer_result(&second), trainer_result(whole)),
              "%s, %ld steps: another mean", recipe->name, steps);
    trainer_free(&second);
}

static void expect_refused(const char *path, const Trainer *whole, const Recipe *recipe) {
    Dataset other = few(IMAGES - 1);
    Checkpoint c;
    Error error;
    Trainer wrong = planned(whole->net, &other, 1, recipe->plan);
    cr_assert(checkpoint_open(path, &c, &error), "%s", error.text);
    expect_error(checkpoint_resume(&c, &wrong, &error), &error, "other training images");
    checkpoint_close(&c);
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

Test(ch07_checkpoint, record,
     .description = "stopped anywhere, the record's run resumes bit-identically") {
    check_recipe("record", 1);
}

Test(ch07_checkpoint, 1998,
     .description = "and so does the original, with its copies and its curvature") {
    check_recipe("1998-distorted", 0);
}

/* Opens, resumes and closes. */
static bool resumes(const char *path, Trainer *t, Error *error) {
    Checkpoint c;
    if (!checkpoint_open(path, &c, error)) return false;
    bool ok = checkpoint_resume(&c, t, error);
    checkpoint_close(&c);
    return ok;
}

/* Every bit of the header, and some of the data: nothing that changed is resumed. */
Test(ch07_checkpoint, flipped_bits, .description = "one bit changed anywhere is noticed") {
    const char *path = in(folder(), "checkpoint"), *bad = in(folder(), "bad");
    Dataset data = few(IMAGES);
    Recipe recipe;
    Place place = {.epoch = 1, .loss = 0.1};
    Error error;
    size_t bytes;
    cr_assert(recipe_named("report", &recipe));
    recipe.plan.optimizer = optimizer_for("sgd"); /* no slots: a smaller file */
    recipe.plan.batch = BATCH;
    Network net = lenet5_with(&recipe.net);
    Trainer t = planned(&net, &data, 1, recipe.plan);
    walk(&t, &place, 3);
    cr_assert(checkpoint_save(path, &recipe, &t, &place, &error), "%s", error.text);
    char *file = read_file(path, &bytes);
    size_t header = 8 + (uint8_t)file[0] + 256u * (uint8_t)file[1], taken = 0;
    for (size_t i = 0; i < bytes; i += i < header ? 1 : 2999) {
        char before = file[i];
        file[i] ^= (char)(1 << i % 8);
        write_file(bad, file, bytes);
        bool ok = resumes(bad, &t, &error);
        /* one blank for another, between the header's end and the data */
        taken += ok && !(before == ' ' && file[i] == '\t');
        file[i] = before;
    }
    cr_expect(taken == 0, "%zu changed files were resumed", taken);
    cr_expect(resumes(path, &t, &error), "unchanged: %s", error.text);
    trainer_free(&t);
}

/* A run that is resumed replaces its own checkpoint, and so may another program: an open checkpoint
   keeps its content. */
Test(ch07_checkpoint, one_file, .description = "an open checkpoint is not read again by name") {
    const char *path = in(folder(), "checkpoint");
    Dataset data = few(IMAGES);
    Recipe recipe;
    Place place = {.epoch = 1};
    Checkpoint c;
    Error error;
    cr_assert(recipe_named("report", &recipe));
    recipe.plan.batch = BATCH;
    Network net = lenet5_with(&recipe.net);
    Trainer first = planned(&net, &data, 1, recipe.plan);
    Trainer second = planned(&net, &data, 1, recipe.plan);
    const char *before = listing("/dev/fd");
    walk(&first, &place, 3);
    cr_assert(checkpoint_save(path, &recipe, &first, &place, &error), "%s", error.text);
    cr_assert(checkpoint_open(path, &c, &error), "%s", error.text);
    walk(&second, &(Place){.epoch = 1}, 4);
    place.iteration = 4;
    place.first = 4 * BATCH;
    cr_assert(checkpoint_save(path, &recipe, &second, &place, &error), "%s", error.text);
    cr_assert(checkpoint_resume(&c, &second, &error), "%s", error.text);
    cr_expect(same_bits(network_params(&net), second.params, first.params), "other parameters");
    cr_expect(c.place.iteration == 3, "iteration %ld, want 3", c.place.iteration);
    checkpoint_close(&c);
    cr_expect_str_eq(listing("/dev/fd"), before, "a file is still open");
    trainer_free(&first);
    trainer_free(&second);
}

/* Numbers that no run has. */
Test(ch07_checkpoint, hostile_numbers, .description = "seed, place and settings in range") {
    static const struct {
        const char *from, *to, *says;
    } bad[] = {
        {"\"seed\":\"1\"", "\"seed\":\"-1\"", "its seed is '-1'"},
        {"\"seed\":\"1\"", "\"seed\":\"1180591620717411303424\"", "its seed is '11805"},
        {"\"seed\":\"1\"", "\"seed\":\" 1\"", "its seed is ' 1'"},
        {"\"seed\":\"1\"", "\"seed\":\"1x\"", "its seed is '1x'"},
        {"\"seed\":\"1\"", "\"sead\":\"1\"", "it has no seed"},
        {"\"correct\":\"0\"", "\"correct\":\"1\"", "1 correct of 0 images"},
        {"\"loss\":\"0\"", "\"loss\":\"nan\"", "its loss is 'nan'"},
        {"\"loss\":\"0\"", "\"loss\":\"-0.5\"", "its loss is '-0.5'"},
        {"\"loss\":\"0\"", "\"loss\":\"0x\"", "its loss is '0x'"},
        {"\"at_epoch\":\"4\"", "\"at_epoch\":\"5\"", "epoch 5 of 3"},
        {"\"at_epoch\":\"4\"", "\"at_epoch\":\"0\"", "epoch 0 of 3"},
        {"\"epochs\":\"3\"", "\"epochs\":\"2\"", "epoch 4 of 2"},
        {"\"batch\":\"90\"", "\"batch\":\"0\"", "batch 0: expected"},
        {"\"head\":\"softmax\"", "\"head\":\"rbf\"", "head rbf needs activation tanh"},
        {"\"recipe\":\"report\"", "\"recipe\":\"repost\"", "its recipe is 'repost'"},
    };
    const char *path = in(folder(), "bad");
    size_t bytes;
    const char *file = read_file("tests/trust/fuzz/seeds/checkpoint/report_adam", &bytes);
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        const char *at = strstr(file + 8, bad[k].from);
        cr_assert(at != NULL, "no %s", bad[k].from);
        const char *json =
            textf("%.*s%s%s", (int)(at - file) - 8, file + 8, bad[k].to, at + strlen(bad[k].from));
        char *all = kept(8 + strlen(json) + 1);
        for (int i = 0; i < 8; i++)
            all[i] = (char)(strlen(json) >> (8 * i));
        memcpy(all + 8, json, strlen(json));
        write_file(path, all, 8 + strlen(json));
        Checkpoint c;
        Error error;
        expect_error(checkpoint_open(path, &c, &error), &error, bad[k].says);
    }
}

/* The seeds of `make trust-fuzz` must be checkpoints, or it looks at refusals only. */
Test(ch07_checkpoint, seeds_of_the_fuzzer, .description = "old checkpoints can be read") {
    static const char *const files[2] = {"tests/trust/fuzz/seeds/checkpoint/report_adam",
                                         "tests/trust/fuzz/seeds/checkpoint/1998_sdlm"};
    for (int k = 0; k < 2; k++) {
        Checkpoint c;
        Error error;
        cr_assert(checkpoint_open(files[k], &c, &error), "%s", error.text);
        checkpoint_close(&c);
    }
}
