/**
 * @file regular.h
 * @brief The first question to a file that shall be read: is it one?
 *
 * A pipe may keep a reader waiting and a device may never end; neither has a length to check a header against.
 */
#ifndef REGULAR_H
#define REGULAR_H

#include "fail.h"

/**
 * @brief Asks for a regular file, through links.
 * @param path  the file
 * @param bytes filled with its length
 * @param error filled on failure: there is nothing, or something else
 * @return whether it is one
 */
bool regular_file(const char *path, long *bytes, Error *error);

#endif
