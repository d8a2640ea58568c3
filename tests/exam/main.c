/*
 * Examines items of the chapters that are linked, and writes a line for each:
 *
 *     item <tab> verdict <tab> points won <tab> points <tab> causes
 *
 *     build/exam/02 [-v] [ITEM ...]
 *
 * Without items, all of its own chapter. -v: reports on stderr. Exit code 0 when it worked, whatever
 * the verdicts.
 */
#include "exam.h"
#include "gemm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Examines one item. */
static bool examine_and_print(const Item *item, Port *port, bool verbose) {
    Result result = exam_item(item, port, 1);
    int won = result.verdict == VERDICT_PASS ? item->points : 0;
    printf("%s\t%s\t%d\t%d\t%s\n", item->id, verdict_word(result.verdict), won, item->points,
           result.causes);
    fflush(stdout);
    if (verbose && result.text) fputs(result.text, stderr);
    free(result.text);
    return result.verdict != VERDICT_ERROR;
}

int main(int argc, char **argv) {
    bool verbose = argc > 1 && strcmp(argv[1], "-v") == 0, ok = true;
    const char *own = strrchr(argv[0], '/');
    Port port = port_forked();
    gemm_single_thread();
    own = own ? own + 1 : argv[0];
    for (int i = 0; i < items_count; i++) {
        bool asked = argc == 1 + verbose && strncmp(items[i].id, own, 2) == 0;
        for (int k = 1 + verbose; k < argc; k++)
            asked = asked || strcmp(items[i].id, argv[k]) == 0;
        if (asked && !examine_and_print(&items[i], &port, verbose)) ok = false;
    }
    return ok ? 0 : 1;
}
