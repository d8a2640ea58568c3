/* Items as tests; see item.h. */
#include "item.h"

#include "course/examine/exam.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SEED = 1 };

/* The verdict becomes the end of the test; hooks.c reads the first word of a skipped one. */
static void end_test(const Result *result) {
    char reason[600];
    snprintf(reason, sizeof reason, "%s %s", verdict_word(result->verdict), result->text);
    reason[strcspn(reason, "\n")] = '\0';
    free(result->text);
    cr_skip_test("%s", reason);
}

void examine_as_test(const char *id) {
    const Item *item = item_named(id);
    Port port = port_forked();
    cr_assert(item != NULL, "there is no item %s", id);
    Result result = exam_item(item, &port, SEED);
    if (result.verdict == VERDICT_PASS) return;
    if (result.verdict == VERDICT_TODO || result.verdict == VERDICT_BLOCKED) end_test(&result);
    /* The report says all; an assertion would only add where this line is. */
    fprintf(stderr, "\n%s", result.text);
    fflush(stderr);
    _exit(EXIT_FAILURE);
}

void needs(const char *id) {
    const Item *item = item_named(id);
    Port port = port_forked();
    cr_assert(item != NULL, "there is no item %s", id);
    Result result = exam_item(item, &port, SEED);
    free(result.text);
    if (result.verdict == VERDICT_PASS) return;
    cr_skip_test("BLOCKED %s comes first", id);
}
