/**
 * @file todo.h
 * @brief The place-holder in an exercise that is not written yet.
 */
#ifndef TODO_H
#define TODO_H

enum {
    EXIT_TODO = 81 ///< exit code of a program that reached an exercise that is not written yet
};

/** Ends the program: "02.4 is not written yet: FILE:LINE, read LESSON". */
#define TODO(exercise, lesson) todo(exercise, lesson, __FILE__, __LINE__)

/** Called with the text before the program ends. Tests replace it. */
extern void (*todo_told)(const char *text);

/**
 * @brief Says which exercise is missing, and exits with EXIT_TODO.
 * @param exercise its number, "02.4"
 * @param lesson   page and section to read
 * @param file     where the code belongs
 * @param line     where in that file
 */
_Noreturn void todo(const char *exercise, const char *lesson, const char *file, int line);

#endif
