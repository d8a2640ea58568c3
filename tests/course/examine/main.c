/*
 * Examines items of the chapters that are linked, and writes a line for each:
 *
 *     item <tab> verdict <tab> points won <tab> points <tab> causes
 *
 *     build/exam/02_conv [-v] [-s SEED] [ITEM ...]
 *
 * Without items, all of its chapter. -v: reports on stderr. -s: different data. Exit
 * code 0 when it worked, whatever the verdicts; 2 for a wrong command line.
 */
#include "exam.h"
#include "gemm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Examines one item; returns whether that worked. */
static bool examine_and_print(Sitting *sitting, const Item *item, bool verbose) {
    Result result = exam_item(sitting, item);
    int won = result.verdict == VERDICT_PASS ? item->points : 0;
    printf("%s\t%s\t%d\t%d\t%s\n", item->id, verdict_word(result.verdict), won, item->points,
           result.causes);
    fflush(stdout);
    if (verbose && result.text) fputs(result.text, stderr);
    free(result.text);
    return result.verdict != VERDICT_ERROR;
}

/* The items of the chapter whose name the program has. */
static bool examine_own(Sitting *sitting, const char *program, bool verbose) {
    const char *slash = strrchr(program, '/'), *own = slash ? slash + 1 : program;
    bool ok = true;
    for (int i = 0; i < items_count; i++) {
        if (strncmp(items[i].id, own, 2) != 0) continue;
        if (!examine_and_print(sitting, &items[i], verbose)) ok = false;
    }
    return ok;
}

int main(int argc, char **argv) {
    bool verbose = false, ok = true;
    Port port = port_forked();
    Sitting sitting = {.port = &port, .seed = 1};
    for (int option; (option = getopt(argc, argv, "vs:")) != -1;) {
        if (option == '?') return 2;
        if (option == 'v') verbose = true;
        if (option == 's') sitting.seed = strtoull(optarg, NULL, 10);
    }
    gemm_single_thread();
    if (optind == argc) return examine_own(&sitting, argv[0], verbose) ? 0 : 1;
    for (int k = optind; k < argc; k++) {
        const Item *item = item_named(argv[k]);
        if (!item) fprintf(stderr, "error: there is no item %s\n", argv[k]);
        if (!item) return 2;
        if (!examine_and_print(&sitting, item, verbose)) ok = false;
    }
    return ok ? 0 : 1;
}
