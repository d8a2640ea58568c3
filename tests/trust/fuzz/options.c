/* Any bytes as a command line, an argument per line: the result is options, or one line that says
   no. */
#include "07_lenet5/workbench/options.h"

#include "input.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ARGUMENTS = 40 };

static void promise_words(const Error *error) {
    promise(*error->text != '\0', "an error gives a reason");
    for (const char *c = error->text; *c; c++)
        promise((unsigned char)*c >= ' ', "an error is one line of plain characters");
}

/* getopt remembers where it was in the last command line; this makes it forget. */
static void forget(void) {
    static char name[] = "x";
    char *none[2] = {name, NULL};
    optind = 0;
    getopt(1, none, "");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    char *text = malloc(size + 1), *argv[ARGUMENTS + 2] = {"07_lenet5"}, *rest;
    int argc = 1;
    Options options;
    Recipe recipe;
    Error error = {""};
    if (!text) return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    for (char *word = strtok_r(text, "\n", &rest); word && argc <= ARGUMENTS;
         word = strtok_r(NULL, "\n", &rest))
        argv[argc++] = word;
    forget();
    if (!options_read(argc, argv, &options, &error)) {
        promise_words(&error);
    } else if (!options.help) {
        promise(options.threads >= 1 && options.threads <= 256, "there are threads");
        promise(options.count == 0 || strcmp(options.command, "predict") == 0, "images: predict");
        if (options_recipe(&options, &recipe, &error) != 0)
            promise_words(&error);
        else
            promise(recipe_check(&recipe, &error), "its settings fit together");
    }
    free(text);
    return 0;
}
