/**
 * @file image.h
 * @brief Reading a drawn or photographed image, PNG or JPEG, as upright bytes of grey.
 *
 * Transparency becomes white. Grey is the luminance; where another plane has more than twice its
 * contrast (red, green, blue, opacity: yellow ink, red on green, white ink on nothing), it is that.
 * EXIF's orientation is applied. The input is validated completely: a file that is not regular, too
 * large or truncated is refused, and one of another kind is called by its name.
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
 * @brief Reads a PNG or JPEG file. JPEG of up to 8192 pixels per side is read at half its size.
 * @param grey  filled on success, all zero otherwise
 * @param error filled on failure: the file and the problem
 */
bool grey_read(const char *path, Grey *grey, Error *error);

/** @brief Releases an image and clears the struct; all zero is fine too. */
void grey_free(Grey *grey);

#endif
