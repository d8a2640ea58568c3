/*
 * PNG as bytes of grey; see image.h. libpng decodes, but only files that pass the checks here,
 * since a drawing comes from anywhere.
 */
#include "image.h"

#include "file.h"

#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SIGNATURE = 8,    /* bytes that every PNG begins with */
    CHUNK = 12,       /* bytes of a chunk that are not its data: length, type, checksum */
    TEXT_MAX = 100000 /* bytes of compressed text, which may become 100 MB */
};

/* The file begins as a PNG, and does not continue as one. */
static bool bad_png(const char *path, const char *why, Error *error) {
    return error_set(error, "%s: not a valid PNG: %s", path, why);
}

/* libpng would allocate as much as a chunk claims, unpack all text, and stop at the last pixel. So
   every chunk must lie within the file, compressed text must be short, and nothing may follow the
   end. */
static bool check_chunks(const char *path, FILE *file, long bytes, Error *error) {
    static const uint8_t iend[CHUNK] = {0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82};
    uint8_t head[CHUNK] = {0};
    long at = SIGNATURE, text = 0; /* where the next chunk begins; bytes of compressed text */
    while (memcmp(head, iend, CHUNK) != 0) {
        if (fseek(file, at, SEEK_SET) != 0 || fread(head, 1, CHUNK, file) != CHUNK)
            return bad_png(path, "its last bytes are not its end", error);
        uint32_t length = png_get_uint_32(head);
        /* the checksum is part of CHUNK, so a chunk at the very end is just long enough */
        if (length > (unsigned long)(bytes - at - CHUNK))
            return error_set(error, "%s: not a valid PNG: the chunk at byte %ld is cut off", path,
                             at);
        at += (long)length + CHUNK;
        /* the two kinds of text that may be compressed */
        if (memcmp(head + 4, "zTXt", 4) == 0 || memcmp(head + 4, "iTXt", 4) == 0)
            text += (long)length;
    }
    if (at != bytes) return bad_png(path, "its last bytes are not its end", error);
    if (text <= TEXT_MAX) return true;
    return error_set(error, "%s: %ld bytes of compressed text; at most %d are read", path, text,
                     TEXT_MAX);
}

/* Everything that can be refused before libpng sees a byte. */
static bool check_file(const char *path, FILE *file, long bytes, Error *error) {
    uint8_t start[SIGNATURE] = {0};
    size_t got = fread(start, 1, sizeof start, file);
    if (got != sizeof start || png_sig_cmp(start, 0, sizeof start) != 0)
        return error_set(error, "%s: not a PNG: convert it first", path);
    if (!check_chunks(path, file, bytes, error)) return false;
    rewind(file);
    return true;
}

/* Room for as many pixels as the header announces, if that is not too many. */
static bool make_room(const char *path, png_image *png, Grey *grey, Error *error) {
    if (png->width > PICTURE_MAX || png->height > PICTURE_MAX)
        return error_set(error, "%s: %u x %u pixels; at most %d per side are supported", path,
                         png->width, png->height, PICTURE_MAX);
    /* libpng turns colours and depths into this */
    png->format = PNG_FORMAT_GRAY;
    *grey = (Grey){(int)png->height, (int)png->width, malloc(PNG_IMAGE_SIZE(*png))};
    if (!grey->byte) return error_set(error, "%s: no memory for its pixels", path);
    return true;
}

/* The pixels; where the image is transparent, white shows through. */
static bool read_pixels(const char *path, png_image *png, Grey *grey, Error *error) {
    const png_color white = {255, 255, 255};
    if (!make_room(path, png, grey, error)) return false;
    if (!png_image_finish_read(png, &white, grey->byte, 0, NULL))
        return bad_png(path, png->message, error);
    /* libpng only warns of this */
    if (strstr(png->message, "Too much image data"))
        return error_set(error, "%s: more data than its pixels need", path);
    return true;
}

/* png_image_free() belongs to a successful begin, whatever comes after it. */
static bool read_png(const char *path, FILE *file, long bytes, Grey *grey, Error *error) {
    png_image png = {.version = PNG_IMAGE_VERSION};
    if (!check_file(path, file, bytes, error)) return false;
    if (!png_image_begin_read_from_stdio(&png, file)) return bad_png(path, png.message, error);
    bool ok = read_pixels(path, &png, grey, error);
    png_image_free(&png);
    return ok;
}

/* libpng decodes the open file that was checked, not a path that may lead elsewhere by now. */
bool grey_read(const char *path, Grey *grey, Error *error) {
    long bytes;
    *grey = (Grey){0};
    if (!file_length(path, &bytes, error)) return false;
    FILE *file = fopen(path, "rb");
    if (!file) return error_set(error, "%s: %s", path, strerror(errno));
    bool ok = read_png(path, file, bytes, grey, error);
    fclose(file);
    if (!ok) grey_free(grey);
    return ok;
}

void grey_free(Grey *grey) {
    free(grey->byte);
    *grey = (Grey){0};
}
