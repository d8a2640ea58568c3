/*
 * Between Criterion and the project: limits, verdicts that Criterion 2.4.1 gets wrong, and silence,
 * because summary.c says everything.
 */
#include "notes.h"
#include "suite.h"
#include "summary.h"
#include "todo.h"

#include <criterion/hooks.h>
#include <criterion/logging.h>
#include <criterion/options.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

typedef struct criterion_test_extra_data Extra;

/* A test that reaches an exercise that is not written yet ends here: skipped, not failed. */
static void skip_todo(const char *text) {
    cr_skip_test("TODO %s", text);
}

__attribute__((constructor)) static void begin(void) {
    static struct criterion_logger silent;
    criterion_options.logger = &silent;
    todo_told = skip_todo;
}

/* ------------------------------------------------------------------ limits --------------- */

/* A test's limit counts its processor time; wall time is a wide net behind it. */
enum { WIDE = 5 };

int patience(void) {
    const char *times = getenv("PATIENCE");
    return times && atoi(times) > 1 ? atoi(times) : 1;
}

/* The limit of a test or suite, 0 for none. Its data lie unaligned in the test's process. */
static double timeout_of(const Extra *d) {
    double seconds = 0;
    if (d) memcpy(&seconds, (const char *)d + offsetof(Extra, timeout), sizeof seconds);
    return seconds;
}

void limited(void) {
    double seconds = timeout_of(criterion_current_test->data);
    if (seconds == 0) seconds = timeout_of(criterion_current_suite->data);
    if (seconds == 0) return;
    rlim_t limit = (rlim_t)(seconds * patience());
    setrlimit(RLIMIT_CPU, &(struct rlimit){limit, limit + 1});
}

static void widen(Extra *d) {
    if (d) d->timeout *= WIDE * patience();
}

static void widen_tests(struct criterion_ordered_set *tests) {
    FOREACH_SET(struct criterion_test * t, tests) {
        widen(t->data);
    }
}

/* Criterion's own --timeout can only shorten a limit. */
static void widen_limits(struct criterion_ordered_set *suites) {
    FOREACH_SET(struct criterion_suite_set * s, suites) {
        widen(s->suite.data);
        if (s->tests) widen_tests(s->tests); /* a suite may be empty */
    }
}

static bool own_folder; /* no run.sh removes it */

ReportHook(PRE_ALL)(struct criterion_test_set *all) {
    own_folder = notes_begin();
    widen_limits(all->suites);
}

/* ------------------------------------------------------------------ hidden failures ------ */

/*
 * Criterion calls a test passed when its process leaves with exit(0) before the end, and when it
 * fails after its verdict (a leak that the sanitizer finds at exit). NULL if it really passed.
 */
static const char *hidden_failure(const TestStats *t) {
    const Extra *d = t->test->data;
    if (!test_passed(t) || d->disabled) return NULL;
    if (!d->signal && !d->exit_code && t->elapsed_time == 0.0f)
        return "left before its end: does the tested code call exit()?";
    if (!d->signal && t->exit_code != d->exit_code)
        return "passed, but its process failed afterwards: a leak or a late memory error?";
    return NULL;
}

static void fail_hidden(Totals *all, SuiteStats *suite, TestStats *t) {
    const char *why = hidden_failure(t);
    if (!why) return;
    t->test_status = CR_STATUS_FAILED;
    t->message = why;
    suite->tests_passed--;
    suite->tests_failed++;
    all->tests_passed--;
    all->tests_failed++;
}

/* A run in which no test matched, or a test had to wait, is not a success. */
ReportHook(POST_ALL)(Totals *all) {
    int ran = 0;
    for (SuiteStats *s = all->suites; s; s = s->next)
        for (TestStats *t = s->tests; t; t = t->next) {
            if (t->test->data->disabled) continue;
            fail_hidden(all, s, t);
            all->errors += test_waits(t);
            ran++;
        }
    if (ran == 0) {
        all->errors++;
        fprintf(stderr, "no test matched\n");
    }
    print_summary(all);
    if (own_folder) notes_end();
}
