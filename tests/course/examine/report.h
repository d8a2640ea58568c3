/**
 * @file report.h
 * @brief The message to a student when an item fails.
 */
#ifndef REPORT_H
#define REPORT_H

#include "case.h"
#include "rubric.h"

/** Something that is wrong in one case. */
typedef struct Finding {
    int where;       ///< the case
    char id[24];     ///< the cause, "-" for none
    char text[300];  ///< the error
    char cause[120]; ///< the cause in words, empty for none
} Finding;

/** All that is wrong. */
typedef struct Findings {
    Finding *list;
    int count;
    int more; ///< further ones of the same kind, not listed
} Findings;

/**
 * @brief Adds a finding.
 * @param findings the list
 * @param where    the case
 * @param id       the cause, "-" for none
 * @param text     the error
 * @param cause    the cause in words, NULL for none
 */
void findings_add(Findings *findings, int where, const char *id, const char *text,
                  const char *cause);

/**
 * @brief Releases a list.
 * @param findings the list
 */
void findings_free(Findings *findings);

/**
 * @brief The causes of the findings that are shown, separated by commas.
 * @param findings the list
 * @param text     where to write
 * @param size     of text
 */
void findings_causes(const Findings *findings, char *text, size_t size);

/**
 * @brief How a call ended that did not return.
 * @param reply the end
 * @param text  where to write
 * @param size  of text
 */
void describe_end(const Reply *reply, char *text, size_t size);

/**
 * @brief "y (f,i,j) = (0,0,0) of image 0: got 12, want 17; 30 of 72 entries are wrong".
 * @param c    the case
 * @param slot the array
 * @param text where to write
 * @param size of text
 */
void describe_numbers(const Case *c, Slot slot, char *text, size_t size);

/**
 * @brief One line of text.
 * @param format as in printf
 * @return the line with an end of line; free() it
 */
char *report_line(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * @brief The whole report of an item: at most three findings.
 * @param item     the item
 * @param cases    its cases
 * @param count    how many
 * @param findings at least one
 * @return the text; free() it
 */
char *report_findings(const Item *item, const Case *cases, int count, const Findings *findings);

#endif
