/*
 * The judge's questions, answered from a table; see expected.h. In the tree that is handed out this
 * takes the place of the oracles, which compute the answers: record.c writes the table.
 */
#include "course/examine/expected.h"

#include "fail.h"
#include "sketch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ the table ------------ */

/* The file as lines, read once. */
typedef struct Table {
    char **line;
    int lines;
} Table;

/* A whole file as a string; the table is needed as long as the program runs. */
static char *contents(const char *path) {
    FILE *file = fopen(path, "r");
    contract(file != NULL, "%s is missing: tests run in the folder of the Makefile", path);
    size_t room = 1 << 16, length = 0;
    char *text = malloc(room);
    contract(text != NULL, "no memory for a test");
    for (size_t got; (got = fread(text + length, 1, room - length - 1, file)) > 0;) {
        length += got;
        if (room - length > 1) continue;
        room *= 2;
        text = realloc(text, room);
        contract(text != NULL, "no memory for a test");
    }
    fclose(file);
    text[length] = '\0';
    return text;
}

static const Table *table(void) {
    static Table own;
    if (own.line) return &own;
    char *text = contents(ANSWERS);
    size_t count = 1;
    for (const char *c = text; *c; c++)
        count += *c == '\n';
    own.line = malloc(count * sizeof *own.line);
    contract(own.line != NULL, "no memory for a test");
    for (char *end; (end = strchr(text, '\n')); text = end + 1) {
        *end = '\0';
        own.line[own.lines++] = text;
    }
    return &own;
}

static bool begins(const char *line, const char *word) {
    return strncmp(line, word, strlen(word)) == 0;
}

/* Whether a line "call ..." is about this call. */
static bool is_about(const char *line, uint64_t key, const Sketch *inputs) {
    char *rest;
    Sketch noted = {0};
    if (!begins(line, "call ") || strtoull(line + 5, &rest, 10) != key) return false;
    noted.sum[0] = strtod(rest, &rest);
    noted.sum[1] = strtod(rest, &rest);
    noted.places = strtoull(rest, NULL, 10);
    return sketch_same(inputs, &noted);
}

/* The first line after "call ..." of this call. */
static int lines_of(const Call *call) {
    uint64_t key = call_key(call);
    Sketch inputs = call_inputs(call);
    for (int k = 0; k < table()->lines; k++)
        if (is_about(table()->line[k], key, &inputs)) return k + 1;
    contract(false, "the table of answers does not know this case (%s); it knows seed 1 only",
             call->text);
    return 0;
}

static bool goes_on(int line) {
    const Table *t = table();
    return line < t->lines && !begins(t->line[line], "call ") &&
           !begins(t->line[line], "suspects ");
}

/* Whether the oracles have nothing to say: the item judges the call itself. */
static bool not_asked(const Call *call) {
    return call->function == CALL_LENET5 || call->function == CALL_TRAINING;
}

/* ------------------------------------------------------------------ answers -------------- */

void expected_right(const Call *call, double *v[SLOTS]) {
    if (not_asked(call)) return;
    for (int k = lines_of(call); goes_on(k); k++) {
        int slot;
        size_t period;
        if (sscanf(table()->line[k], "right %d %*d %zu", &slot, &period) != 2) continue;
        char *number = table()->line[++k];
        for (size_t i = 0; i < call->array[slot].count; i++)
            v[slot][i] = i < period ? strtod(number, &number) : v[slot][i - period];
    }
}

/* The line "suspects ..." of a call's function; below 0: it has none. */
static int suspects_of(const Call *call, int *count) {
    int rule = call->function == CALL_OPTIMIZER ? call->number[0] : 0;
    *count = 0;
    for (int k = 0; k < table()->lines; k++) {
        int function, its_rule, its_count;
        if (!begins(table()->line[k], "suspects ")) continue;
        if (sscanf(table()->line[k], "suspects %d %d %d", &function, &its_rule, &its_count) != 3)
            continue;
        if (function != (int)call->function || its_rule != rule) continue;
        *count = its_count;
        return k;
    }
    return -1;
}

int expected_suspects(const Call *call) {
    int count;
    suspects_of(call, &count);
    return count;
}

Suspect expected_suspect(const Call *call, int suspect) {
    int count;
    char *line = table()->line[suspects_of(call, &count) + 1 + suspect];
    char *tab = strchr(line, '\t');
    if (tab) *tab = '\0'; /* the words follow it */
    return (Suspect){line, line + strlen(line) + 1};
}

/* Whether a list agrees with a line "mistake ..."; text: the rest after number and slot. */
static bool is_noted(const Call *call, Slot slot, const double *got, char *text) {
    Sketch noted = {0}, own = {0};
    noted.sum[0] = strtod(text, &text);
    noted.sum[1] = strtod(text, &text);
    noted.places = strtoull(text, &text, 10);
    size_t count = call->array[slot].count, first = count, last = count;
    for (size_t i = 0; i < count; i++) {
        if (*text && (first == count || i > last)) {
            first = strtoull(text, &text, 10);
            last = strtoull(text, &text, 10);
        }
        bool open = i >= first && i <= last && first < count;
        if (!open) sketch_add(&own, i, got[i], sketch_slack(call, got[i]));
    }
    return sketch_same(&own, &noted);
}

bool expected_fits(const Call *call, int suspect, Slot slot, const double *got) {
    char wanted[40];
    snprintf(wanted, sizeof wanted, "mistake %d %d ", suspect, slot);
    for (int k = lines_of(call); goes_on(k); k++)
        if (begins(table()->line[k], wanted))
            return is_noted(call, slot, got, table()->line[k] + strlen(wanted));
    return false;
}
