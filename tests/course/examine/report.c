/* The words of a report; see report.h. */
#include "report.h"

#include "expected.h"
#include "fail.h"
#include "measure.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 3 }; /* findings of an item that are shown */

void findings_add(Findings *findings, int where, const char *id, const char *text,
                  const char *cause) {
    size_t bytes = (size_t)(findings->count + 1) * sizeof *findings->list;
    findings->list = realloc(findings->list, bytes);
    contract(findings->list != NULL, "no memory for a test");
    Finding *f = &findings->list[findings->count++];
    *f = (Finding){.where = where};
    snprintf(f->id, sizeof f->id, "%s", id);
    snprintf(f->text, sizeof f->text, "%s", text);
    snprintf(f->cause, sizeof f->cause, "%s", cause ? cause : "");
}

void findings_free(Findings *findings) {
    free(findings->list);
    *findings = (Findings){0};
}

static int shown(const Findings *findings) {
    return findings->count < SHOWN ? findings->count : SHOWN;
}

void findings_causes(const Findings *findings, char *text, size_t size) {
    text[0] = '\0';
    for (int k = 0; k < shown(findings); k++) {
        size_t length = strlen(text);
        snprintf(text + length, size - length, "%s%s", k ? "," : "", findings->list[k].id);
    }
}

/* ------------------------------------------------------------------ one finding ---------- */

void describe_end(const Reply *reply, char *text, size_t size) {
    switch (reply->outcome) {
    case CALL_CRASHED:
        if (reply->detail == 0)
            snprintf(text, size, "stopped by a sanitizer: its report above names the line");
        else
            snprintf(text, size, "crashed: %s", strsignal(reply->detail));
        break;
    case CALL_ENDLESS:
        snprintf(text, size, "did not return within %d s: does a loop never end?", reply->detail);
        break;
    case CALL_GARBLED:
        snprintf(text, size, "something else came back than the results of the call");
        break;
    default:
        snprintf(text, size, "ended the program, with exit code %d", reply->detail);
    }
}

/* Two numbers with as many digits as show their difference, NaN without a sign. */
static void numbers(double a, double b, char *first, char *second, size_t size) {
    for (int digits = 7; digits <= 17; digits += 2) {
        snprintf(first, size, "%.*g", digits, unsigned_nan(a));
        snprintf(second, size, "%.*g", digits, unsigned_nan(b));
        if (strcmp(first, second) != 0) break;
    }
}

/* "y (f,i,j) = (0,0,0) of image 0", from the names of the axes. */
static void place(const Array *a, size_t i, char *text, size_t size) {
    int index[AXES_MAX];
    char at[64] = "";
    bool images = strncmp(a->axis, "image,", 6) == 0;
    for (int k = a->axes - 1; k >= 0; k--) {
        index[k] = (int)(i % (size_t)a->extent[k]);
        i /= (size_t)a->extent[k];
    }
    const char *name = a->axis + (images ? 6 : 0), *c = name;
    for (int k = images; k < a->axes; k++) {
        size_t length = strlen(at);
        c += strcspn(c, ",|");
        const char *after = k == a->axes - 1 ? "" : *c == '|' ? "|" : ",";
        snprintf(at + length, sizeof at - length, "%d%s", index[k], after);
        c += *c != '\0';
    }
    if (a->count == 1)
        snprintf(text, size, "%s", a->name);
    else
        snprintf(text, size, "%s (%s) = (%s)", a->name, name, at);
    size_t length = strlen(text);
    if (images) snprintf(text + length, size - length, " of image %d", index[0]);
}

void describe_numbers(const Case *c, Slot slot, char *text, size_t size) {
    const Array *a = &c->sent.array[slot];
    size_t i = c->first[slot];
    char where[120], got[40], want[40];
    place(a, i, where, sizeof where);
    double base = a->role == SUM ? c->before[slot][i] : 0;
    numbers(c->got[slot][i] - base, c->want[slot][i] - base, got, want, sizeof got);
    size_t end = strlen(want);
    /* Where little is missing, how much is allowed. */
    double slack = expected_slack(&c->sent, c->want[slot][i]);
    if (fabs(c->got[slot][i] - c->want[slot][i]) < 100 * slack)
        snprintf(want + end, sizeof want - end, " within %g", c->sent.tolerance);
    if (a->role == RESULT && c->got[slot][i] == c->before[slot][i])
        snprintf(got, sizeof got, "nothing (not written)");
    const char *verb = a->role == SUM ? "grew by" : "got";
    if (a->count == 1)
        snprintf(text, size, "%s: %s %s, want %s", where, verb, got, want);
    else
        snprintf(text, size, "%s: %s %s, want %s; %zu of %zu entries are wrong", where, verb, got,
                 want, c->wrong[slot], a->count);
}

/* ------------------------------------------------------------------ the text ------------- */

char *report_line(const char *format, ...) {
    char line[600];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line - 1, format, args);
    va_end(args);
    strcat(line, "\n");
    char *text = strdup(line);
    contract(text != NULL, "no memory for a test");
    return text;
}

/* The cause of a finding; of several with the same one it stands after the last. */
static void print_cause(FILE *out, const Findings *findings, int k, const Case *cases,
                        int chapter) {
    const Finding *f = &findings->list[k], *next = f + 1;
    bool again = k + 1 < shown(findings) && f->where == next->where && f->cause[0] &&
                 strcmp(f->cause, next->cause) == 0;
    const Reply *reply = &cases[f->where].reply;
    if (again) return;
    if (f->cause[0])
        fprintf(out, "    %s: %s\n", f->id[0] == '~' ? "note" : "likely cause", f->cause);
    else if (reply->outcome == CALL_CRASHED && reply->detail)
        fprintf(out, "    make test %d SANITIZE=1 names the line\n", chapter);
}

char *report_findings(const Item *item, const Case *cases, int count, const Findings *findings) {
    char *text = NULL;
    size_t size = 0;
    const Exercise *exercise = &exercises[item->exercise];
    FILE *out = open_memstream(&text, &size);
    contract(out != NULL, "no memory for a test");
    fprintf(out, "%s %s: %s\n", item->id, exercise->title, item->title);
    for (int k = 0, last = -1; k < shown(findings); k++) {
        const Finding *f = &findings->list[k];
        if (f->where != last)
            fprintf(out, "  case %d of %d: %s\n", f->where + 1, count, cases[f->where].sent.text);
        last = f->where;
        fprintf(out, "    %s\n", f->text);
        print_cause(out, findings, k, cases, atoi(exercise->id));
    }
    int more = findings->count - shown(findings) + findings->more;
    if (more > 0) fprintf(out, "  and %d more\n", more);
    fprintf(out, "  read: %s\n", exercise->lesson);
    fclose(out);
    return text;
}
