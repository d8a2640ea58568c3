/* Running and judging the cases of an item; see exam.h. */
#include "exam.h"

#include "case.h"
#include "expected.h"
#include "fail.h"
#include "report.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CRASHES = 2 }; /* after which no more cases are tried */

/* The examination of one item. */
struct Exam {
    const Item *item;
    Port *port;
    uint64_t seed;
    Case *cases;
    int count, asked; /* cases that were run, and all so far */
    int crashes;
    enum { UNASKED, STALE, NOT_STALE } state; /* whether a function keeps something between calls */
    bool once;                                /* one case is enough, and its output is not shown */
    bool stopped; /* a TODO, a loop or crashes: more cases would say the same */
    Findings findings;
};

const char *verdict_word(Verdict verdict) {
    static const char *const word[] = {"PASS", "FAIL", "TODO", "BLOCKED", "ERROR"};
    return word[verdict];
}

Verdict verdict_named(const char *word) {
    Verdict verdict = VERDICT_PASS;
    while (verdict < VERDICT_ERROR && strcmp(verdict_word(verdict), word) != 0)
        verdict++;
    return verdict;
}

Rng exam_rng(const Exam *exam) {
    return rng_seed(exam->seed, (uint64_t)(exam->item - items) + 1);
}

int exam_count(const Exam *exam) {
    return exam->asked;
}

/* ------------------------------------------------------------------ one case ------------- */

bool case_wrong(const Case *c, Slot slot, size_t i) {
    double got = c->got[slot][i], want = c->want[slot][i];
    if (isnan(got) || isnan(want)) return !(isnan(got) && isnan(want));
    if (got == want) return false;
    return !(fabs(got - want) <= expected_slack(&c->sent, want));
}

static void compare(Case *c) {
    expected_right(&c->sent, c->want);
    for (int s = 0; s < SLOTS; s++) {
        if (!case_compares(c, s)) continue;
        for (size_t i = 0; i < c->sent.array[s].count; i++)
            if (case_wrong(c, s, i) && c->wrong[s]++ == 0) c->first[s] = i;
    }
}

static void free_numbers(Case *c) {
    free(c->before[SLOTS]);
    free(c->got[SLOTS]);
    free(c->want[SLOTS]);
}

static Case *run(Exam *exam, Call call, bool own) {
    exam->asked++;
    if (exam->stopped) {
        call_free(&call);
        return NULL;
    }
    exam->cases = realloc(exam->cases, (size_t)(exam->count + 1) * sizeof *exam->cases);
    contract(exam->cases != NULL, "no memory for a test");
    Case *c = &exam->cases[exam->count++];
    call.silent = exam->once;
    *c = (Case){.sent = call, .back = call_copy(&call), .own = own};
    c->reply = exam->port->run(exam->port, &c->sent, &c->back);
    Outcome end = c->reply.outcome;
    exam->crashes += end == CALL_CRASHED;
    exam->stopped =
        end == CALL_TODO || end == CALL_ENDLESS || end == CALL_NOWHERE || exam->crashes == CRASHES;
    call_doubles(&c->sent, c->before);
    call_doubles(&c->sent, c->want);
    call_doubles(&c->back, c->got);
    return c;
}

static bool all_right(const Case *c) {
    for (int s = 0; s < SLOTS; s++)
        if (c->wrong[s] > 0) return false;
    return true;
}

/* Whether a case that came out wrong after another call comes out right in a separate process. */
static bool right_alone(const Exam *exam, const Case *c) {
    Case alone = {.sent = c->sent, .back = call_copy(&c->sent)};
    alone.sent.fresh = true;
    alone.reply = exam->port->run(exam->port, &alone.sent, &alone.back);
    call_doubles(&alone.sent, alone.before);
    call_doubles(&alone.sent, alone.want);
    call_doubles(&alone.back, alone.got);
    if (alone.reply.outcome == CALL_DONE) compare(&alone);
    bool right = alone.reply.outcome == CALL_DONE && all_right(&alone);
    free_numbers(&alone);
    call_free(&alone.back);
    return right;
}

void examine(Exam *exam, Call call) {
    Case *c = run(exam, call, false);
    if (!c || c->reply.outcome != CALL_DONE) return;
    compare(c);
    if (exam->state == UNASKED && !all_right(c))
        exam->state = right_alone(exam, c) ? STALE : NOT_STALE;
}

const Call *examine_only(Exam *exam, Call call) {
    Case *c = run(exam, call, true);
    return c && c->reply.outcome == CALL_DONE ? &c->back : NULL;
}

void reject(Exam *exam, const char *id, const char *format, ...) {
    char text[300];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    for (int k = 0; k < exam->findings.count; k++)
        if (strcmp(exam->findings.list[k].id, id) == 0) { /* of an earlier case */
            exam->findings.more++;
            return;
        }
    findings_add(&exam->findings, exam->count - 1, id, text, NULL);
}

/* ------------------------------------------------------------------ findings ------------- */

/* All crashes come with dx = NULL, and every other case of that kind returns. */
static bool only_without_dx(const Exam *exam) {
    int without = 0, with = 0;
    for (int k = 0; k < exam->count; k++) {
        const Case *c = &exam->cases[k];
        bool dx = c->sent.array[A_DX].present, backward = c->sent.array[A_DY].present;
        if (c->reply.outcome == CALL_CRASHED && (dx || !backward)) return false;
        without += c->reply.outcome == CALL_CRASHED;
        with += c->reply.outcome == CALL_DONE && dx;
    }
    return without > 0 && with > 0;
}

static void find_ends(Exam *exam) {
    bool no_dx = only_without_dx(exam);
    int ended = 0, rules = 0;
    for (int k = 0; k < exam->count; k++) {
        const Case *c = &exam->cases[k];
        char text[200], broken[80];
        const char *rule = NULL;
        if (c->reply.outcome != CALL_DONE && ended++ > 0) {
            exam->findings.more++;
            continue;
        }
        if (c->reply.outcome != CALL_DONE) {
            describe_end(&c->reply, text, sizeof text);
            bool crash = c->reply.outcome == CALL_CRASHED;
            const char *id = c->reply.outcome == CALL_ENDLESS ? "endless" : "-";
            findings_add(&exam->findings, k, crash && no_dx ? "no-dx" : id, text,
                         crash && no_dx ? "dx may be NULL: then it is not wanted" : NULL);
            continue;
        }
        rule = call_broken(&c->sent, &c->back, broken, sizeof broken);
        if (rule && rules++ > 0)
            exam->findings.more++;
        else if (rule)
            findings_add(&exam->findings, k, rule, broken, NULL);
    }
}

static const Cause stale = {
    "static-state",
    "right alone, wrong after another call: is something kept in a static variable?"};

/* One finding for each array: the first case in which it is wrong. */
static void find_numbers(Exam *exam) {
    for (int s = 0; s < SLOTS; s++) {
        bool told = false;
        for (int k = 0; k < exam->count; k++) {
            const Case *c = &exam->cases[k];
            char text[300];
            if (!case_compares(c, s) || c->wrong[s] == 0) continue;
            if (told) {
                exam->findings.more++;
                continue;
            }
            Cause cause = exam->state == STALE ? stale : likely_cause(exam->cases, exam->count, s);
            describe_numbers(c, s, text, sizeof text);
            findings_add(&exam->findings, k, cause.id, text, cause.text);
            told = true;
        }
    }
}

/* ------------------------------------------------------------------ the verdict ---------- */

static void exam_free(Exam *exam) {
    for (int k = 0; k < exam->count; k++) {
        Case *c = &exam->cases[k];
        free_numbers(c);
        call_free(&c->sent);
        call_free(&c->back);
    }
    free(exam->cases);
    findings_free(&exam->findings);
}

/* An exercise that is not written yet: this one, or one that it calls. */
static Result todo_result(const Exam *exam, const char *todo) {
    const char *own = exercises[exam->item->exercise].id;
    bool mine = strncmp(todo, own, strlen(own)) == 0;
    Result result = {.verdict = mine ? VERDICT_TODO : VERDICT_BLOCKED};
    result.text = report_line("%s", todo);
    /* another process may write anything */
    for (char *c = result.text; c[1]; c++)
        if (!isprint((unsigned char)*c)) *c = '?';
    return result;
}

/* The result of all cases together. */
static Result conclude(Exam *exam) {
    Result result = {.verdict = VERDICT_PASS};
    const Case *last = exam->count > 0 ? &exam->cases[exam->count - 1] : NULL;
    if (!last || last->reply.outcome == CALL_NOWHERE) {
        result.verdict = VERDICT_ERROR;
        result.text = report_line("no call could be run");
        return result;
    }
    if (last->reply.outcome == CALL_TODO) return todo_result(exam, last->reply.todo);
    find_ends(exam);
    find_numbers(exam);
    if (exam->findings.count == 0) return result;
    result.endless = last->reply.outcome == CALL_ENDLESS;
    result.verdict = VERDICT_FAIL;
    result.text = report_findings(exam->item, exam->cases, exam->count, &exam->findings);
    findings_causes(&exam->findings, result.causes, sizeof result.causes);
    return result;
}

/* Examines an item, whatever became of the exercises that it builds on. */
static Result exam_alone(const Sitting *s, const Item *item, bool once) {
    Exam exam = {.item = item, .port = s->port, .seed = s->seed, .once = once};
    item->cases(&exam);
    Result result = conclude(&exam);
    exam_free(&exam);
    return result;
}

/* ------------------------------------------------------------------ what comes first ----- */

static Known *known_of(Sitting *s, const Item *item) {
    contract(items_count <= ITEMS_MAX, "more than %d items", ITEMS_MAX);
    return &s->known[item - items];
}

/* An item of the same exercise whose function did not return: it is not called again. */
static const Item *endless_before(Sitting *s, const Item *item) {
    for (const Item *other = items; other < items + items_count; other++)
        if (other->exercise == item->exercise && other != item && known_of(s, other)->known &&
            known_of(s, other)->endless)
            return other;
    return NULL;
}

/* Whether a graded item of a needed exercise passes; it is examined if that is unknown. */
static bool passes(Sitting *s, const Item *item) {
    Known *known = known_of(s, item);
    if (!known->known && s->alone) return true;
    if (!known->known) free(exam_item(s, item).text);
    return known->verdict == VERDICT_PASS;
}

/* The first graded item that an item builds on and that does not pass, NULL if all do. */
static const Item *obstacle(Sitting *s, const Item *item) {
    const Exercise *exercise = &exercises[item->exercise];
    for (int k = 0; exercise->needs[k]; k++)
        for (const Item *other = items; other < items + items_count; other++) {
            bool needed = strcmp(exercises[other->exercise].id, exercise->needs[k]) == 0;
            if (needed && other->points > 0 && !passes(s, other)) return other;
        }
    return NULL;
}

static Result blocked(const Item *first, const Known *known) {
    const char *state = "does not pass yet";
    if (known->verdict == VERDICT_TODO) state = "is not written yet";
    if (known->endless) state = "does not return";
    const char *title = exercises[first->exercise].title;
    return (Result){.verdict = VERDICT_BLOCKED,
                    .text = report_line("%s %s comes first: it %s", first->id, title, state)};
}

/* After an obstacle: an item that is not written itself is TODO, whatever it waits for, and in the
   judge's probe an item that passes all the same has its points. */
static Result exam_after(Sitting *s, const Item *item, const Item *first) {
    const Known *known = known_of(s, first);
    if (known->endless) return blocked(first, known);
    Result own = exam_alone(s, item, true);
    bool stands = own.verdict == VERDICT_TODO || (s->alone && own.verdict == VERDICT_PASS);
    if (stands) return own;
    free(own.text);
    return blocked(first, known);
}

Result exam_item(Sitting *s, const Item *item) {
    const Item *first = endless_before(s, item);
    if (!first) first = obstacle(s, item);
    Result result = first ? exam_after(s, item, first) : exam_alone(s, item, false);
    *known_of(s, item) = (Known){true, result.endless, result.verdict};
    return result;
}
