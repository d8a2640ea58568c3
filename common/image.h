/**
 * @file image.h
 * @brief Reading a drawn or photographed image: PNG of any depth, as bytes of grey (libpng).
 *
 * Colours become grey, transparency becomes white, 16 bits become 8. The input is validated
 * completely: a file that is not regular, too large, truncated or followed by something else is
 * refused.
 */
#ifndef IMAGE_H
#define IMAGE_H

#include "fail.h"

#include <stdint.h>

enum {
    PICTURE_MAX = 4096 ///< pixels per side: 16 MB of grey
};

/** A grey image. */
typedef struct Grey {
    int h;         ///< rows
    int w;         ///< columns
    uint8_t *byte; ///< (h, w), 0 = black, 255 = white; grey_free() releases it
} Grey;

/**
 * @brief Reads a PNG file.
 * @param grey  filled on success, all zero otherwise
 * @param error filled on failure: the file and the problem
 */
bool grey_read(const char *path, Grey *grey, Error *error);

/** @brief Releases an image and clears the struct; all zero is fine too. */
void grey_free(Grey *grey);

#endif
