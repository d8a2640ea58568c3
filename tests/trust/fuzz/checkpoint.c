/* Any bytes as a checkpoint: the settings and the place that a run would continue with. */
#include "07_lenet5/workbench/checkpoint.h"

#include "input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Checkpoint c;
    char other[200] = "";
    Error error;
    const Network net = {.kernels = "fast"};
    const char *path = input_file(data, size);
    if (!checkpoint_open(path, &c, &error)) {
        promise_one_line(path, &error);
        return 0;
    }
    const Place *place = &c.place;
    promise(recipe_check(&c.recipe, &error), "its settings fit together");
    promise(place->epoch >= 1 && place->epoch <= c.recipe.plan.epochs + 1,
            "its epoch is one of the run's");
    promise(checkpoint_same_bits(&c, &net, other, sizeof other) || *other, "its program is named");
    promise(place->first >= 0 && place->correct >= 0 && place->iteration >= 0, "its place is one");
    checkpoint_close(&c);
    return 0;
}
