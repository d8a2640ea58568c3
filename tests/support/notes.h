/**
 * @file notes.h
 * @brief Notes that the tests of one run share: the verdicts and reports of the items.
 *
 * Every test is a process, and an item is examined once per run. Its verdict is in the run's
 * folder, which tests/support/run.sh makes and removes; a binary that is started alone makes its
 * own. The environment names it: RUN.
 *
 *     items.tsv    a line for each examined item: item, verdict, points won, points, causes
 *     02.4-exact   the report of an item that did not pass
 *     score.tsv    added up by run.sh: items and failed tests of the binaries so far
 */
#ifndef NOTES_H
#define NOTES_H

#include "course/examine/rubric.h"

#include <stdbool.h>

/** The verdict on an item. */
typedef struct Note {
    char verdict[8]; ///< "PASS"
    char causes[96]; ///< the likely cause of each finding: "no-bias,-"
} Note;

/**
 * @brief The folder of this run.
 * @return its path; it exists
 */
const char *notes_folder(void);

/**
 * @brief Makes the folder and tells later processes, unless run.sh has done so.
 * @return whether it was made here, and notes_end() is to remove it
 */
bool notes_begin(void);

/** Removes the folder with all that is in it. */
void notes_end(void);

/**
 * @brief Looks for an item that was examined in this run.
 * @param item which
 * @param note filled if it was
 * @return whether it was
 */
bool note_find(const Item *item, Note *note);

/**
 * @brief Adds an item that was examined.
 * @param item   which
 * @param note   the verdict
 * @param report the text for the student, NULL for none
 */
void note_add(const Item *item, const Note *note, const char *report);

/**
 * @brief The report on an item.
 * @param item which
 * @return the text, "" if there is none; free() it
 */
char *note_report(const Item *item);

#endif
