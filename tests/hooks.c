/*
 * The last word over every test binary.
 *
 * Criterion 2.4.1 calls a test passed when its process leaves with exit(0) before the end, and
 * when it fails after its verdict (a leak that the sanitizer finds at exit). This hook, which runs
 * before the totals are printed, turns both into failures, makes a run in which no test matched an
 * error, and writes what `make grade` reads.
 */
#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct criterion_test_stats TestStats;
typedef struct criterion_suite_stats SuiteStats;

static bool passed(const TestStats *t) {
    return t->test_status == CR_STATUS_PASSED && !t->crashed;
}

/* Why a test that Criterion calls passed did not really pass, or NULL. */
static const char *hidden_failure(const TestStats *t) {
    const struct criterion_test_extra_data *d = t->test->data;
    if (!passed(t) || d->disabled) return NULL;
    if (!d->signal && !d->exit_code && t->elapsed_time == 0.0f)
        return "left before its end: does the tested code call exit()?";
    if (!d->signal && t->exit_code != d->exit_code)
        return "passed, but its process failed afterwards: a leak or a late memory error?";
    return NULL;
}

static void fail_hidden(struct criterion_global_stats *all, SuiteStats *suite, TestStats *t) {
    const char *why = hidden_failure(t);
    if (!why) return;
    t->test_status = CR_STATUS_FAILED;
    suite->tests_passed--;
    suite->tests_failed++;
    all->tests_passed--;
    all->tests_failed++;
    fprintf(stderr, "[FAIL] %s::%s: %s\n", t->test->category, t->test->name, why);
}

/* One line per test: suite, name, verdict. tests/grade/grade.sh adds the points. */
static void write_verdict(FILE *out, const TestStats *t) {
    fprintf(out, "%s\t%s\t%s\n", t->test->category, t->test->name, passed(t) ? "pass" : "fail");
}

ReportHook(POST_ALL)(struct criterion_global_stats *all) {
    const char *path = getenv("VERDICTS");
    FILE *out = path ? fopen(path, "a") : NULL;
    int ran = 0;
    for (SuiteStats *s = all->suites; s; s = s->next)
        for (TestStats *t = s->tests; t; t = t->next) {
            fail_hidden(all, s, t);
            if (t->test->data->disabled) continue;
            if (out) write_verdict(out, t);
            ran++;
        }
    if (out) fclose(out);
    if (ran == 0) {
        all->errors++;
        fprintf(stderr, "[FAIL] no test matched\n");
    }
}
