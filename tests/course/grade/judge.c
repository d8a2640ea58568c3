/*
 * Judges items of one submission, whose code runs in another process (channel.h); this one holds
 * the expected answers (course/NN/oracle.c) and no line of the submission.
 *
 *     judge -sSEED -bSECONDS ITEM ... -- COMMAND ...
 *
 * COMMAND starts the probe in its sandbox; all its calls together may take that many seconds.
 * Prints one JSON object: verdict, causes, report and seconds of each item, and the probe's output.
 * Exit code 0 when that worked, whatever the verdicts; 1 when the examination itself failed; 2 for
 * a wrong command line.
 */
#include "channel.h"
#include "course/examine/exam.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

/* An item may need exercises of other sources; in this probe these are the reference's. */
static json_t *judge(Sitting *sitting, const Item *item) {
    double begun = port_probe_spent(sitting->port);
    Result r = exam_item(sitting, item);
    const char *text = r.text ? r.text : "";
    json_t *object = json_pack("{s:s, s:s, s:s, s:s, s:f}", "item", item->id, "verdict",
                               verdict_word(r.verdict), "causes", r.causes, "text", text, "seconds",
                               port_probe_spent(sitting->port) - begun);
    free(r.text);
    return object;
}

static int usage(void) {
    fputs("usage: judge -sSEED -bSECONDS ITEM ... -- COMMAND ...\n", stderr);
    return 2;
}

/* Judges the items argv[first .. last-1]; returns the exit code. */
static int judge_all(char **argv, int first, int last, uint64_t seed, double budget) {
    char said[2 * SAID_MAX];
    bool failed = false;
    Port *port = port_probe(argv + last + 1, budget);
    Sitting sitting = {.port = port, .seed = seed, .alone = true};
    json_t *list = json_array();
    for (int k = first; port && k < last; k++) {
        const Item *item = item_named(argv[k]);
        if (!item) return usage();
        json_array_append_new(list, judge(&sitting, item));
        failed = failed || sitting.known[item - items].verdict == VERDICT_ERROR;
    }
    if (!port) return 1;
    port_probe_said(port, said);
    port_probe_free(port);
    json_t *all = json_pack("{s:o, s:s}", "items", list, "printed", said);
    bool printed = all && json_dumpf(all, stdout, JSON_COMPACT) == 0 && fflush(stdout) == 0;
    json_decref(all);
    return printed && !failed ? 0 : 1;
}

int main(int argc, char **argv) {
    int last = 3;
    if (argc < 6 || strncmp(argv[1], "-s", 2) != 0 || strncmp(argv[2], "-b", 2) != 0)
        return usage();
    while (last < argc && strcmp(argv[last], "--") != 0)
        last++;
    if (last + 1 >= argc) return usage();
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* it ends with the grader */
    return judge_all(argv, 3, last, strtoull(argv[1] + 2, NULL, 10), strtod(argv[2] + 2, NULL));
}
