/*
 * Writes down the oracles' answers to the cases of `make test`, for a tree that must not hold them:
 * the correct results, number by number, and a sketch of the result of each known mistake.
 * expected.c reads it.
 *
 *     suspects FUNCTION RULE COUNT    then COUNT lines: id, tab, words
 *     call KEY SUM SUM SIZE PLACES    a call, which the next lines are about
 *     right SLOT COUNT PERIOD         then the numbers in a line, PERIOD of them: they repeat
 *     mistake NUMBER SLOT SUM SUM PLACES [FIRST LAST ...]    which entries it leaves open
 *
 * The linker puts __wrap_expected_right() where expected_right() is called: every question that is
 * asked is written down.
 */
#include "course/examine/exam.h"
#include "course/examine/expected.h"
#include "course/examine/oracle/oracle.h"
#include "fail.h"
#include "sketch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void __real_expected_right(const Call *call, double *v[SLOTS]);
void __wrap_expected_right(const Call *call, double *v[SLOTS]);

/* ------------------------------------------------------------------ once each ------------ */

enum { MOST = 4096 };

/* Whether this was not yet written. */
static bool is_new(uint64_t key, double sum) {
    static struct {
        uint64_t key;
        double sum;
    } seen[MOST];
    static int count;
    for (int k = 0; k < count; k++)
        if (seen[k].key == key && seen[k].sum == sum) return false;
    contract(count < MOST, "more than %d calls", MOST);
    seen[count].key = key;
    seen[count++].sum = sum;
    return true;
}

static void print_suspects(const Call *call) {
    int rule = call->function == CALL_OPTIMIZER ? call->number[0] : 0;
    int count = expected_suspects(call);
    if (!is_new(call->function, rule)) return;
    printf("suspects %d %d %d\n", call->function, rule, count);
    for (int s = 0; s < count; s++)
        printf("%s\t%s\n", expected_suspect(call, s).id, expected_suspect(call, s).text);
}

/* ------------------------------------------------------------------ answers -------------- */

/* After how many numbers a list repeats itself, if it does soon. */
static size_t period_of(const double *v, size_t count) {
    for (size_t period = 1; period <= 16 && period < count; period++) {
        size_t i = period;
        while (i < count && v[i] == v[i - period])
            i++;
        if (i == count) return period;
    }
    return count;
}

/* The arrays that the answer changes. */
static void print_right(const Call *call, double **right, double **before) {
    for (int s = 0; s < SLOTS; s++) {
        size_t count = call->array[s].count;
        if (!call->array[s].present) continue;
        if (memcmp(right[s], before[s], count * sizeof(double)) == 0) continue;
        size_t period = period_of(right[s], count);
        printf("right %d %zu %zu\n", s, count, period);
        for (size_t i = 0; i < period; i++)
            printf("%s%.17g", i > 0 ? " " : "", right[s][i]);
        printf("\n");
    }
}

static bool open_entry(double value) {
    return fabs(value) > ANYTHING / 1e10 && !isinf(value);
}

/* FIRST LAST of each run of entries that the mistake leaves open. */
static void print_open(const double *v, size_t count) {
    for (size_t i = 0; i < count; i++) {
        size_t first = i;
        while (i < count && open_entry(v[i]))
            i++;
        if (i > first) printf(" %zu %zu", first, i - 1);
    }
}

/* The result of one mistake, unless it leaves nearly all of an array open. */
static void print_mistake(const Call *call, int suspect, double **v) {
    for (int s = 0; s < SLOTS; s++) {
        const Array *a = &call->array[s];
        Sketch sketch = {0};
        size_t known = 0;
        if (!a->present || (a->role != RESULT && a->role != SUM)) continue;
        for (size_t i = 0; i < a->count; i++) {
            if (open_entry(v[s][i])) continue;
            sketch_add(&sketch, i, v[s][i], 0);
            known++;
        }
        if (8 * known < a->count) continue;
        printf("mistake %d %d %.17g %.17g %llu", suspect, s, sketch.sum[0], sketch.sum[1],
               (unsigned long long)sketch.places);
        print_open(v[s], a->count);
        printf("\n");
    }
}

static void print_mistakes(const Call *call) {
    const Oracle *oracle = oracle_for(call);
    for (int s = 0; s < expected_suspects(call); s++) {
        double *v[SLOTS + 1];
        call_doubles(call, v);
        oracle->run(call, s + 1, v);
        print_mistake(call, s, v);
        free(v[SLOTS]);
    }
}

void __wrap_expected_right(const Call *call, double *v[SLOTS]) {
    Sketch inputs = call_inputs(call);
    double *before[SLOTS + 1];
    call_doubles(call, before);
    __real_expected_right(call, v);
    if (is_new(call_key(call), inputs.sum[0])) {
        print_suspects(call);
        printf("call %llu %.17g %.17g %llu\n", (unsigned long long)call_key(call), inputs.sum[0],
               inputs.sum[1], (unsigned long long)inputs.places);
        print_right(call, v, before);
        print_mistakes(call);
    }
    free(before[SLOTS]);
}

/* ------------------------------------------------------------------ asking --------------- */

/* Instead of a student's function: the correct answer, so that every item goes to its end. */
static Reply run_right(Port *port, const Call *call, Call *back) {
    double *v[SLOTS + 1];
    (void)port;
    call_doubles(call, v);
    __real_expected_right(call, v);
    for (int s = 0; s < SLOTS; s++) {
        const Array *a = &call->array[s];
        if (!a->present || (a->role != RESULT && a->role != SUM)) continue;
        for (size_t i = 0; i < a->count; i++)
            call_set(back, s, i, v[s][i]);
    }
    free(v[SLOTS]);
    return (Reply){.outcome = CALL_DONE};
}

int main(void) {
    Port port = {.run = run_right, .slower = 1};
    Sitting sitting = {.port = &port, .seed = 1};
    for (int i = 0; i < items_count; i++)
        free(exam_item(&sitting, &items[i]).text);
    return 0;
}
