/**
 * @file pixels.h
 * @brief Decoded images in colour, upright or not, which image.c turns grey.
 */
#ifndef PIXELS_H
#define PIXELS_H

#include "fail.h"

#include <stdint.h>
#include <stdio.h>

/** A decoded image. */
typedef struct Pixels {
    int h;           ///< rows, as stored
    int w;           ///< columns, as stored
    int orientation; ///< EXIF's: 1 upright, 2 to 8 turned or mirrored
    uint8_t *rgba;   ///< (h, w, 4): red, green, blue, opacity; the caller frees it
} Pixels;

/**
 * @brief Decodes a PNG: any depth, colours and transparency (libpng).
 * @param path   the file's name, for messages
 * @param file   open, at its beginning
 * @param bytes  its length
 * @param pixels filled; rgba may be set on failure too
 * @param error  filled on failure
 */
bool pixels_of_png(const char *path, FILE *file, long bytes, Pixels *pixels, Error *error);

/** @brief The same for a JPEG (libjpeg). One of more than PICTURE_MAX per side is read at half its
    size. */
bool pixels_of_jpeg(const char *path, FILE *file, Pixels *pixels, Error *error);

/**
 * @brief Reads the orientation from EXIF data.
 * @param tiff EXIF without its name: it begins with II or MM
 * @param n    bytes of it
 * @return 1 to 8; 1 if there is none
 */
int exif_orientation(const uint8_t *tiff, size_t n);

#endif
