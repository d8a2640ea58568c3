/*
 * Recipes and settings: named, set, read back, refused.
 */
#include "07_lenet5/workbench/recipe.h"

#include "07_lenet5/original/curvature.h"
#include "support/suite.h"

#include <string.h>

TestSuite(ch07_recipe, .init = limited, .timeout = 60);

static const char *get(const Recipe *recipe, int setting) {
    return recipe_get(recipe, setting, kept(32), 32);
}

/* Sets a value that is known to be valid. */
static void set(Recipe *recipe, const char *key, const char *value) {
    Error error;
    cr_assert(recipe_set(recipe, setting_named(key), value, &error), "%s", error.text);
}

/* A recipe is its settings: another one becomes the same when it is given them all. */
static void check_recipe(const char *name) {
    Recipe recipe, again;
    Error error;
    cr_assert(recipe_named(name, &recipe), "there is no recipe %s", name);
    cr_expect(recipe_check(&recipe, &error), "%s: %s", name, error.text);
    cr_expect_str_eq(recipe.name, name);
    cr_assert(recipe_named("report", &again));
    for (int k = 0; k < SETTINGS; k++)
        set(&again, settings[k].key, get(&recipe, k));
    for (int k = 0; k < SETTINGS; k++)
        cr_expect_str_eq(get(&again, k), get(&recipe, k), "%s: %s", name, settings[k].key);
}

Test(ch07_recipe, recipes, .description = "every recipe is valid, and is its settings") {
    char names[200];
    int count = 0;
    Recipe recipe;
    snprintf(names, sizeof names, "%s", recipe_names);
    for (char *name = strtok(names, " "); name; name = strtok(NULL, " ")) {
        check_recipe(name);
        count++;
    }
    cr_expect(count == 5, "%d recipes", count);
    cr_expect(!recipe_named("best", &recipe), "took an unknown name");
}

Test(ch07_recipe, values, .description = "every setting is found, set, and refused when wrong") {
    Recipe recipe;
    Error error;
    cr_assert(recipe_named("report", &recipe));
    for (int k = 0; k < SETTINGS; k++) {
        cr_expect(setting_named(settings[k].key) == k, "%s", settings[k].key);
        expect_error(recipe_set(&recipe, k, "nonsense", &error), &error, settings[k].key);
    }
    cr_expect(setting_named("nonsense") == -1);
    set(&recipe, "lr", "0.12345678901234567");
    cr_expect(recipe.plan.optimizer.lr == 0.12345678901234567);
    double lr = strtod(get(&recipe, setting_named("lr")), NULL);
    cr_expect(lr == 0.12345678901234567, "lr is read back as %.17g", lr);
}

Test(ch07_recipe, optimizers, .description = "another optimizer brings its rate, its slots") {
    Recipe recipe;
    Error error;
    cr_assert(recipe_named("report", &recipe));
    set(&recipe, "weight-decay", "0.5");
    set(&recipe, "optimizer", "momentum");
    cr_expect(recipe.plan.optimizer.lr == 0.01 && recipe.plan.optimizer.slots == 1);
    cr_expect(recipe.plan.optimizer.weight_decay == 0.5, "the decay is lost");
    set(&recipe, "mu", "0.1");
    expect_error(recipe_check(&recipe, &error), &error, "mu belongs to optimizer sdlm");
    cr_expect(recipe.plan.prepare == NULL, "momentum needs no curvature");
    set(&recipe, "optimizer", "sdlm");
    cr_expect(recipe.plan.prepare == curvature_prepare, "sdlm needs the curvature");
    cr_expect(recipe_check(&recipe, &error), "%s", error.text);
    set(&recipe, "optimizer", "adam");
    cr_expect(recipe.plan.prepare == NULL, "adam needs no curvature");
}

/* The network's settings reach the network. */
Test(ch07_recipe, networks, .description = "net, activation, pool, c3, head, j") {
    Recipe recipe;
    Error error;
    cr_assert(recipe_named("report", &recipe));
    set(&recipe, "net", "1998");
    cr_expect(recipe.net.rbf && recipe.net.table && recipe.net.subsample);
    cr_expect(recipe.net.activation == ACTIVATION_TANH && recipe.net.input.lo < 0);
    set(&recipe, "activation", "sigmoid");
    expect_error(recipe_check(&recipe, &error), &error, "head rbf needs activation tanh");
    set(&recipe, "head", "softmax");
    cr_expect(recipe_check(&recipe, &error), "%s", error.text);
    set(&recipe, "pool", "max");
    set(&recipe, "c3", "full");
    set(&recipe, "j", "inf");
    cr_expect(!recipe.net.rbf && !recipe.net.table && !recipe.net.subsample);
    cr_expect(isinf(recipe.net.j));
    set(&recipe, "net", "modern");
    cr_expect(recipe.net.activation == ACTIVATION_RELU && recipe.net.input.lo == 0);
}

/* The ends of every number's range are in it; numbers just outside are refused. */
static const struct {
    const char *key, *below, *least, *most, *above;
} ranges[] = {
    {"j", "9e-301", "1e-300", "inf", NULL},
    {"input_black", "-1000001", "-1e6", "1e6", "1000001"},
    {"input_white", "-1000001", "-1e6", "1e6", "1000001"},
    {"lr", "9e-31", "1e-30", "1e30", "1.1e30"},
    {"mu", "-1e-9", "0", "1e30", "1.1e30"},
    {"weight-decay", "-1e-9", "0", "1e3", "1000.1"},
    {"warmup", "-1e-9", "0", "1e5", "100000.1"},
    {"average", "-1e-9", "0", "0.999999", "0.9999991"},
    {"batch", "0", "1", "1000000", "1000001"},
    {"epochs", "0", "1", "100000", "100001"},
    {"shift", "-1e-9", "0", "28", "28.1"},
    {"rotate", "-1e-9", "0", "180", "180.1"},
    {"scale", "-1e-9", "0", "0.9", "0.91"},
    {"squeeze", "-1e-9", "0", "0.9", "0.91"},
    {"shear", "-1e-9", "0", "5", "5.1"},
    {"bend", "-1e-9", "0", "20", "20.1"},
    {"undistorted", "-1", "0", "100000", "100001"},
    {"copies", "-1", "0", "100", "101"},
};

Test(ch07_recipe, ranges, .description = "the ends of every range, and just outside") {
    Recipe recipe;
    Error error;
    size_t numbers = 0;
    cr_assert(recipe_named("report", &recipe));
    for (int k = 0; k < SETTINGS; k++)
        numbers += settings[k].words == NULL;
    cr_expect(numbers == sizeof ranges / sizeof *ranges, "%zu settings are numbers", numbers);
    for (size_t k = 0; k < sizeof ranges / sizeof *ranges; k++) {
        int setting = setting_named(ranges[k].key);
        const char *outside[2] = {ranges[k].below, ranges[k].above};
        set(&recipe, ranges[k].key, ranges[k].least);
        set(&recipe, ranges[k].key, ranges[k].most);
        for (int i = 0; i < 2; i++)
            if (outside[i])
                expect_error(recipe_set(&recipe, setting, outside[i], &error), &error,
                             textf("%s %s: expected a", ranges[k].key, outside[i]));
    }
}
