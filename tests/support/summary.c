/*
 * The summary of a test binary; see summary.h.
 *
 * A line for each exercise, or for each of its items where their verdicts differ; then the report
 * of the first failed item, and the first finding of each failed test. The most useful part is
 * last. run.sh adds the line that ends the run.
 */
#include "summary.h"

#include "course/examine/rubric.h"
#include "notes.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool test_passed(const TestStats *t) {
    return t->test_status == CR_STATUS_PASSED && !t->crashed;
}

bool test_waits(const TestStats *t) {
    bool skipped = t->test_status == CR_STATUS_SKIPPED && t->message;
    return skipped &&
           (strncmp(t->message, "TODO", 4) == 0 || strncmp(t->message, "BLOCKED", 7) == 0);
}

/* ------------------------------------------------------------------ items ---------------- */

enum { MOST = 64 }; /* items of a binary */

/* An item of this binary and its verdict. */
typedef struct Entry {
    const Item *item;
    Note note;
} Entry;

/* The item that a test examines, NULL for the others. */
static const Item *item_of(const TestStats *t) {
    const char *id = t->test->data->description;
    return id ? item_named(id) : NULL;
}

static bool examined_here(const Totals *all, const Item *item) {
    for (const SuiteStats *s = all->suites; s; s = s->next)
        for (const TestStats *t = s->tests; t; t = t->next)
            if (!t->test->data->disabled && item_of(t) == item) return true;
    return false;
}

/* The items of this binary, in the order of the list; returns how many. */
static int list_items(const Totals *all, Entry entry[MOST]) {
    int count = 0;
    for (int i = 0; i < items_count && count < MOST; i++) {
        if (!examined_here(all, &items[i])) continue;
        entry[count].item = &items[i];
        /* nothing noted: the examination itself was stopped */
        if (!note_find(&items[i], &entry[count].note)) entry[count].note = (Note){"ERROR", ""};
        count++;
    }
    return count;
}

static bool is(const Entry *e, const char *verdict) {
    return strcmp(e->note.verdict, verdict) == 0;
}

static bool failed(const Entry *e) {
    return is(e, "FAIL") || is(e, "ERROR");
}

static int won(const Entry *e) {
    return is(e, "PASS") ? e->item->points : 0;
}

/* How many entries from here on belong to one exercise. */
static int group(const Entry *entry, int left) {
    int count = 1;
    while (count < left && entry[count].item->exercise == entry->item->exercise)
        count++;
    return count;
}

/* ------------------------------------------------------------------ the table ------------ */

static void print_line(const char *verdict, const char *id, int won, int points,
                       const char *title) {
    char text[16] = "  -   ";
    if (points > 0) snprintf(text, sizeof text, "%d of %d", won, points);
    fprintf(stderr, "  %-8s %-16s %s  %s\n", verdict, id, text, title);
}

/* The obstacle of a blocked item, unless the line before named it. */
static void print_obstacle(const Entry *e) {
    static char *before;
    char *reason = note_report(e->item);
    if (!before || strcmp(reason, before) != 0) fprintf(stderr, "           %s", reason);
    free(before);
    before = reason;
}

/* One exercise: `count` entries. */
static void print_exercise(const Entry *entry, int count) {
    const Exercise *exercise = &exercises[entry->item->exercise];
    int points = 0, all_won = 0;
    bool same = true;
    for (int k = 0; k < count; k++) {
        same = same && is(&entry[k], entry->note.verdict);
        points += entry[k].item->points;
        all_won += won(&entry[k]);
    }
    if (same) print_line(entry->note.verdict, exercise->id, all_won, points, exercise->title);
    if (same && is(entry, "BLOCKED")) print_obstacle(entry);
    for (int k = 0; !same && k < count; k++) {
        const Item *item = entry[k].item;
        print_line(entry[k].note.verdict, item->id, won(&entry[k]), item->points, item->title);
        if (is(&entry[k], "BLOCKED")) print_obstacle(&entry[k]);
    }
}

/* Of several binaries, one in which all passed gets a line. */
static bool print_short(const Totals *all, const Entry *entry, int count) {
    int points = 0;
    bool passed = all->tests_failed + all->tests_crashed + all->errors == 0;
    if (!passed || !getenv("SEVERAL")) return false;
    for (int k = 0; k < count; k++)
        points += won(&entry[k]);
    fprintf(stderr, "%zu tests passed", all->tests_passed);
    if (count > 0) fprintf(stderr, ", %d points", points);
    fprintf(stderr, "\n");
    return true;
}

static void print_exercises(const Entry *entry, int count) {
    for (int k = 0, size; k < count; k += size) {
        size = group(entry + k, count - k);
        print_exercise(entry + k, size);
    }
}

/* ------------------------------------------------------------------ the errors ----------- */

/* The first failed item, in the words of the examination. One mistake at a time: others that fail
   are told when this one passes. */
static void print_report(const Entry *entry, int count) {
    int first = -1, more = 0;
    for (int k = 0; k < count; k++) {
        if (!failed(&entry[k])) continue;
        if (first < 0)
            first = k;
        else
            more += entry[k].item->exercise != entry[first].item->exercise;
    }
    if (first < 0) return;
    char *report = note_report(entry[first].item);
    fprintf(stderr, "\n%s", *report ? report : "the examination did not end\n");
    free(report);
    if (more > 0) fprintf(stderr, "%d more failed: told when this one passes\n", more);
}

/* A failed test that is not an item, or one whose item passed: then the test itself is to blame. */
static bool failed_alone(const TestStats *t) {
    const Item *item = item_of(t);
    Note note;
    if (item && note_find(item, &note) && strcmp(note.verdict, "PASS") != 0) return false;
    return t->test_status == CR_STATUS_FAILED || t->crashed;
}

/* The first finding of a test; Criterion's list begins with the last. */
static void print_finding(const TestStats *t) {
    const struct criterion_assert_stats *a = t->asserts;
    int more = 0;
    while (a && a->next) {
        more += !a->passed;
        a = a->next;
    }
    if (t->timed_out || t->signal == SIGXCPU)
        fprintf(stderr, "  took too long: does a loop never end?\n");
    else if (a)
        fprintf(stderr, "  %s:%u: %s\n", a->file, a->line, a->message);
    else if (t->crashed)
        fprintf(stderr, "  %s:%u, or after it: %s\n", t->file, t->progress, strsignal(t->signal));
    else
        fprintf(stderr, "  %s\n", t->message ? t->message : "ended with another code");
    if (more > 0) fprintf(stderr, "  and %d more\n", more);
}

/* Failed tests from the last of a list, which is the first that ran. */
static void print_tests(const TestStats *t) {
    if (!t) return;
    print_tests(t->next);
    if (!failed_alone(t)) return;
    const char *text = t->test->data->description;
    fprintf(stderr, "\n%s/%s%s%s\n", t->test->category, t->test->name, text ? ": " : "",
            text ? text : "");
    print_finding(t);
}

static void print_waiting(const Totals *all) {
    int waiting = 0;
    for (const SuiteStats *s = all->suites; s; s = s->next)
        for (const TestStats *t = s->tests; t; t = t->next)
            waiting += !item_of(t) && test_waits(t);
    if (waiting == 1) fprintf(stderr, "  1 other test waits for these\n");
    if (waiting > 1) fprintf(stderr, "  %d other tests wait for these\n", waiting);
}

/* ------------------------------------------------------------------ for run.sh ----------- */

/* "01.2 col2im_naive (chapters/01_im2col/im2col.c:38)", taken from the report. */
static void write_next(FILE *score, const Entry *e) {
    char *report = note_report(e->item);
    const Exercise *exercise = &exercises[e->item->exercise];
    const char *where = strstr(report, ": ");
    int name = (int)strcspn(exercise->title, " ");
    if (where)
        fprintf(score, "%s %.*s (%.*s)", exercise->id, name, exercise->title,
                (int)strcspn(where + 2, ","), where + 2);
    free(report);
}

static void write_score(const Totals *all, const Entry *entry, int count) {
    char path[512];
    snprintf(path, sizeof path, "%s/score.tsv", notes_folder());
    FILE *score = fopen(path, "a");
    if (!score) return;
    for (int k = 0; k < count; k++) {
        const Entry *e = &entry[k];
        fprintf(score, "%s\t%s\t%d\t%d\t", e->item->id, e->note.verdict, won(e), e->item->points);
        if (is(e, "TODO")) write_next(score, e);
        fprintf(score, "\n");
    }
    for (const SuiteStats *s = all->suites; s; s = s->next)
        for (const TestStats *t = s->tests; t; t = t->next)
            if (failed_alone(t))
                fprintf(score, "%s/%s\tFAIL\t0\t0\t\n", t->test->category, t->test->name);
    fclose(score);
}

/* Where the first exercise that is open is explained. */
static void print_lesson(const Entry *entry, int count) {
    for (int k = 0; k < count; k++) {
        const Exercise *exercise = &exercises[entry[k].item->exercise];
        if (failed(&entry[k])) return;
        if (!is(&entry[k], "TODO")) continue;
        fprintf(stderr, "read %s, or: make hint ID=%s\n", exercise->lesson, exercise->id);
        return;
    }
}

void print_summary(const Totals *all) {
    static Entry entry[MOST];
    int count = list_items(all, entry);
    write_score(all, entry, count);
    if (print_short(all, entry, count)) return;
    print_exercises(entry, count);
    print_waiting(all);
    print_report(entry, count);
    for (const SuiteStats *s = all->suites; s; s = s->next)
        print_tests(s->tests);
    if (!getenv("SEVERAL")) print_lesson(entry, count);
}
