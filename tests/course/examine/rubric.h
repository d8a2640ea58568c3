/**
 * @file rubric.h
 * @brief The exercises and the points of their items, from tests/course/NN/exercises.toml.
 *
 * An exercise is one marked region of a source, a function or two that the student writes. An item
 * is one graded test of an exercise. exercises.py turns the list into build/.../rubric.inc.
 */
#ifndef RUBRIC_H
#define RUBRIC_H

enum {
    NEEDS_MAX = 24 ///< most exercises that another one builds on
};

struct Exam;

/** Examines the function of an item, case by case. */
typedef void CaseList(struct Exam *exam);

/** An exercise. */
typedef struct Exercise {
    const char *id;                   ///< "02.4"
    const char *title;                ///< "conv_forward (im2col and one matrix product)"
    const char *lesson;               ///< where to read: page and section
    const char *needs[NEEDS_MAX + 1]; ///< the exercises that it builds on, NULL at the end
} Exercise;

/** An item. */
typedef struct Item {
    const char *id;    ///< "02.4-exact"
    const char *title; ///< "strides, padding, several images"
    int exercise;      ///< its exercise, an index of exercises
    int points;        ///< its worth; 0 for items beyond the course
    CaseList *cases;   ///< its cases; null in a program that examines nothing
} Item;

extern const Exercise exercises[]; ///< in the order of the list
extern const int exercises_count;  ///< how many
extern const Item items[];         ///< in the order of the list
extern const int items_count;      ///< how many

/**
 * @brief Finds an item.
 * @param id its name
 * @return the item, NULL if there is none
 */
const Item *item_named(const char *id);

#endif
