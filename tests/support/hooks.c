/*
 * The last word over every test binary.
 *
 * Criterion 2.4.1 calls a test passed when its process leaves with exit(0) before the end, and
 * when it fails after its verdict (a leak that the sanitizer finds at exit). A hook that runs
 * before the totals are printed turns both into failures, makes a run in which no test matched an
 * error, and prints what the items of the rubric are worth.
 */
#include "check.h"
#include "course/examine/rubric.h"
#include "todo.h"

#include <criterion/criterion.h>
#include <criterion/hooks.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct criterion_test_stats TestStats;
typedef struct criterion_suite_stats SuiteStats;
typedef struct criterion_global_stats Totals;

/* A test that reaches an exercise that is not written yet ends here: skipped, not failed. */
static void skip_todo(const char *text) {
    cr_skip_test("TODO %s", text);
}

__attribute__((constructor)) static void watch_todo(void) {
    todo_told = skip_todo;
}

/* ------------------------------------------------------------------ limits --------------- */

typedef struct criterion_ordered_set_node Node;

static void extend(struct criterion_test_extra_data *d) {
    if (d) d->timeout *= patience();
}

/* Criterion's own --timeout can only shorten a limit. */
ReportHook(PRE_ALL)(struct criterion_test_set *all) {
    for (Node *suite = all->suites->first; suite; suite = suite->next) {
        const struct criterion_suite_set *s = (void *)(suite + 1);
        extend(s->suite.data);
        Node *first = s->tests ? s->tests->first : NULL; /* a suite may be empty */
        for (Node *test = first; test; test = test->next) {
            const struct criterion_test *t = (void *)(test + 1);
            extend(t->data);
        }
    }
}

/* ------------------------------------------------------------------ verdicts ------------- */

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

static void fail_hidden(Totals *all, SuiteStats *suite, TestStats *t) {
    const char *why = hidden_failure(t);
    if (!why) return;
    t->test_status = CR_STATUS_FAILED;
    suite->tests_passed--;
    suite->tests_failed++;
    all->tests_passed--;
    all->tests_failed++;
    fprintf(stderr, "[FAIL] %s::%s: %s\n", t->test->category, t->test->name, why);
}

/* Whether the reason why a test was skipped begins with this word. */
static bool waits(const TestStats *t, const char *word) {
    bool skipped = t->test_status == CR_STATUS_SKIPPED && t->message;
    return skipped && strncmp(t->message, word, strlen(word)) == 0;
}

static const char *verdict_of(const TestStats *t) {
    if (waits(t, "TODO")) return "TODO";
    if (waits(t, "BLOCKED")) return "BLOCKED";
    return passed(t) ? "PASS" : "FAIL";
}

/* ------------------------------------------------------------------ the rubric ----------- */

/* The points of a binary's items. */
typedef struct Points {
    int items, passed, won, total;
    FILE *file; /* where run.sh wants them, or NULL */
} Points;

/* The item that a test examines, NULL for the others. */
static const Item *item_of(const TestStats *t) {
    const char *id = t->test->data->description;
    return id ? item_named(id) : NULL;
}

static void count_item(Points *points, const Item *item, const TestStats *t) {
    int won = passed(t) ? item->points : 0;
    points->items++;
    points->passed += passed(t);
    points->won += won;
    points->total += item->points;
    if (points->file)
        fprintf(points->file, "%s\t%s\t%d\t%d\n", item->id, verdict_of(t), won, item->points);
}

/* One line per item, and the reason for TODO and BLOCKED, unless the line before had it too. */
static const char *print_item(const Item *item, const TestStats *t, const char *before) {
    const char *verdict = verdict_of(t), *reason = waits(t, verdict) ? t->message : NULL;
    int won = passed(t) ? item->points : 0;
    char points[16];
    snprintf(points, sizeof points, "%d of %d", won, item->points);
    fprintf(stderr, "  %-8s %-16s %s  %s\n", verdict, item->id,
            item->points > 0 ? points : "  -   ", item->title);
    if (reason && !(before && strcmp(reason, before) == 0))
        fprintf(stderr, "           %s\n", reason + strlen(verdict) + 1);
    return reason;
}

static void print_items(const Totals *all, const Points *points) {
    int waiting = 0;
    fprintf(stderr, "\n");
    for (const SuiteStats *s = all->suites; s; s = s->next) {
        const char *before = NULL;
        /* Criterion's list is the wrong way round. */
        for (int i = 0; i < items_count; i++)
            for (const TestStats *t = s->tests; t; t = t->next)
                if (item_of(t) == &items[i]) before = print_item(&items[i], t, before);
        for (const TestStats *t = s->tests; t; t = t->next)
            waiting += !item_of(t) && waits(t, verdict_of(t));
    }
    if (waiting > 0) fprintf(stderr, "  %d other tests wait for these\n", waiting);
    fprintf(stderr, "%d of %d points\n", points->won, points->total);
}

/* All passed and not asked for details: a line says so. */
static void print_points(const Totals *all, const Points *points) {
    if (points->items == 0) return;
    if (points->passed == points->items && getenv("SHORT"))
        fprintf(stderr, "%d items: %d of %d points\n", points->items, points->won, points->total);
    else
        print_items(all, points);
}

ReportHook(POST_ALL)(Totals *all) {
    const char *path = getenv("POINTS");
    Points points = {.file = path ? fopen(path, "a") : NULL};
    int ran = 0;
    for (SuiteStats *s = all->suites; s; s = s->next)
        for (TestStats *t = s->tests; t; t = t->next) {
            if (t->test->data->disabled) continue;
            fail_hidden(all, s, t);
            const Item *item = item_of(t);
            if (item) count_item(&points, item, t);
            /* a test that had to wait is no success */
            all->errors += waits(t, verdict_of(t));
            ran++;
        }
    print_points(all, &points);
    if (points.file) fclose(points.file);
    if (ran == 0) {
        all->errors++;
        fprintf(stderr, "[FAIL] no test matched\n");
    }
}
