/* Any bytes as settings, "key=value" per line, on top of a recipe: accepted values are given
   back. */
#include "07_lenet5/workbench/recipe.h"

#include "input.h"

#include <stdlib.h>
#include <string.h>

/* What recipe_get() says, recipe_set() takes, and nothing changes. */
static void promise_given_back(const Recipe *recipe, int setting) {
    char value[64], again[64];
    Recipe copy = *recipe;
    Error error;
    const char *key = settings[setting].key;
    recipe_get(recipe, setting, value, sizeof value);
    /* these two change other settings as well */
    if (strcmp(key, "net") == 0 || strcmp(key, "optimizer") == 0) return;
    promise(recipe_set(&copy, setting, value, &error), "a setting's own value is valid");
    recipe_get(&copy, setting, again, sizeof again);
    promise(strcmp(value, again) == 0, "a setting keeps its value");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1), *rest;
    Recipe recipe;
    Error error = {""};
    if (!text) return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    promise(recipe_named("report", &recipe), "there is a report");
    for (char *key = strtok_r(text, "\n", &rest); key; key = strtok_r(NULL, "\n", &rest)) {
        char *value = strchr(key, '=');
        if (!value) {
            Recipe other;
            if (recipe_named(key, &other)) recipe = other;
            continue;
        }
        *value++ = '\0';
        int setting = setting_named(key);
        if (setting < 0) continue;
        if (!recipe_set(&recipe, setting, value, &error))
            promise(strncmp(error.text, key, strlen(key)) == 0, "an error begins with the key");
        promise_given_back(&recipe, setting);
    }
    if (recipe_check(&recipe, &error)) {
        Network net = lenet5_with(&recipe.net);
        promise(network_params(&net) > 50000, "it is a network");
    }
    free(text);
    return 0;
}
