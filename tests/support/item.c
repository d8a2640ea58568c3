/* Items as tests; see item.h. */
#include "item.h"

#include "course/examine/exam.h"
#include "notes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static Note note_of(const Item *item);

#ifdef REAL_DOUBLE

/* The double build only looks up the verdicts of the float build, which runs before it. */
static Note examine_now(const Item *item) {
    (void)item;
    return (Note){"PASS", ""};
}

#else

enum { SEED = 1 };

/* An item's requirements are examined first, so that each has its own note. */
static void examine_needs(const Item *item) {
    const Exercise *exercise = &exercises[item->exercise];
    for (int k = 0; exercise->needs[k]; k++)
        for (const Item *other = items; other < items + items_count; other++) {
            bool needed = strcmp(exercises[other->exercise].id, exercise->needs[k]) == 0;
            if (needed && other->points > 0) note_of(other);
        }
}

/* All that this run knows. */
static Sitting sitting_with(Port *port) {
    Sitting sitting = {.port = port, .seed = SEED};
    for (int i = 0; i < items_count; i++) {
        Known *known = &sitting.known[i];
        Note note;
        known->known = note_find(&items[i], &note);
        if (!known->known) continue;
        known->endless = strstr(note.causes, "endless") != NULL;
        known->verdict = verdict_named(note.verdict);
    }
    return sitting;
}

static Note examine_now(const Item *item) {
    Note note;
    Port port = port_forked();
    examine_needs(item);
    Sitting sitting = sitting_with(&port);
    Result result = exam_item(&sitting, item);
    snprintf(note.verdict, sizeof note.verdict, "%s", verdict_word(result.verdict));
    snprintf(note.causes, sizeof note.causes, "%s", result.causes);
    note_add(item, &note, result.text);
    free(result.text);
    return note;
}

#endif

static Note note_of(const Item *item) {
    Note note;
    return note_find(item, &note) ? note : examine_now(item);
}

void examine_as_test(const char *id) {
    const Item *item = item_named(id);
    cr_assert(item != NULL, "there is no item %s", id);
    Note note = note_of(item);
    if (strcmp(note.verdict, "PASS") == 0) return;
    bool waits = strcmp(note.verdict, "TODO") == 0 || strcmp(note.verdict, "BLOCKED") == 0;
    if (waits) cr_skip_test("%s", note.verdict);
    cr_assert_fail("%s", note.verdict);
}

void needs(const char *id) {
    int found = 0;
    for (const Item *item = items; item < items + items_count; item++) {
        if (strncmp(item->id, id, strlen(id)) != 0) continue;
        found++;
        if (strcmp(note_of(item).verdict, "PASS") != 0)
            cr_skip_test("BLOCKED %s comes first", item->id);
    }
    cr_assert(found > 0, "there is no item %s", id);
}
