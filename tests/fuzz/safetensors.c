/* Any bytes as saved parameters: a matrix and a vector are expected. */
#include "safetensors.h"

#include "input.h"

#include <math.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    real w[6] = {0}, b[2] = {0};
    Tensor want[2] = {{"C1.weight", 2, {2, 3}, w}, {"C1.bias", 1, {2}, b}};
    Error error;
    Field recipe = {.key = "recipe"};
    const char *path = input_file(data, size);
    bool loaded = safetensors_load(path, 2, want, &error);
    if (loaded) {
        for (int i = 0; i < 6; i++)
            promise(isfinite(w[i]), "loaded numbers are finite");
        for (int i = 0; i < 2; i++)
            promise(isfinite(b[i]), "loaded numbers are finite");
    } else {
        promise_one_line(path, &error);
    }
    bool found = safetensors_metadata(path, 1, &recipe, &error);
    promise(found || !loaded, "what can be loaded can be asked for its metadata");
    promise(!found || memchr(recipe.value, '\0', sizeof recipe.value),
            "a value ends within its room");
    return 0;
}
