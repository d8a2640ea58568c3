/**
 * @file here.h
 * @brief Runs a call in this process: the only code that touches the functions under examination.
 *
 * A chapter's calls are in NN/here.c, which is linked where the chapter is.
 */
#ifndef HERE_H
#define HERE_H

#include "call.h"

/**
 * @brief Runs a call on its block.
 * @param call the call; its arrays are given to the function as they are
 * @return false when the function's chapter is not linked
 */
bool call_here(const Call *call);

/** Runs the calls of one chapter; false for functions of other chapters. */
typedef bool CallChapter(const Call *call);

/* One for each chapter; null where the chapter is not linked. */
extern CallChapter call_01 __attribute__((weak));
extern CallChapter call_02 __attribute__((weak));
extern CallChapter call_03 __attribute__((weak));
extern CallChapter call_04 __attribute__((weak));
extern CallChapter call_05 __attribute__((weak));
extern CallChapter call_06 __attribute__((weak));
extern CallChapter call_07 __attribute__((weak));

#endif
