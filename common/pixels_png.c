/*
 * PNG as pixels; see pixels.h. libpng decodes, but only files that pass the checks here, since a
 * drawing comes from anywhere.
 */
#include "image.h"
#include "pixels.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>

enum {
    SIGNATURE = 8,    /* bytes that every PNG begins with */
    CHUNK = 12,       /* bytes of a chunk that are not its data: length, type, checksum */
    EXIF_MAX = 4096,  /* bytes of EXIF data that are looked at */
    TEXT_MAX = 100000 /* bytes of compressed text, which may become 100 MB */
};

/* The file begins as a PNG, and does not continue as one. */
static bool bad_png(const char *path, const char *why, Error *error) {
    return error_set(error, "%s: not a valid PNG: %s", path, why);
}

/* The orientation in the chunk that begins at byte `at`. */
static int chunk_orientation(FILE *file, long at, uint32_t length) {
    uint8_t exif[EXIF_MAX];
    if (fseek(file, at + CHUNK - 4, SEEK_SET) != 0) return 1;
    size_t got = fread(exif, 1, length < EXIF_MAX ? length : EXIF_MAX, file);
    return exif_orientation(exif, got);
}

/* libpng would allocate as much as a chunk claims, unpack all text, and stop at the last pixel.
   So every chunk must lie within the file, compressed text must be short, and nothing may follow
   the end. */
static bool check_chunks(const char *path, FILE *file, long bytes, int *orientation, Error *error) {
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
        if (memcmp(head + 4, "eXIf", 4) == 0) *orientation = chunk_orientation(file, at, length);
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

/* Room for as many pixels as the header announces, if that is not too many. */
static bool make_room(const char *path, png_image *png, Pixels *p, Error *error) {
    if (png->width > PICTURE_MAX || png->height > PICTURE_MAX)
        return error_set(error, "%s: %u x %u pixels; at most %d per side are supported", path,
                         png->width, png->height, PICTURE_MAX);
    /* libpng turns palettes, grey levels and depths into this */
    png->format = PNG_FORMAT_RGBA;
    p->h = (int)png->height;
    p->w = (int)png->width;
    p->rgba = malloc(PNG_IMAGE_SIZE(*png));
    if (!p->rgba) return error_set(error, "%s: no memory for its pixels", path);
    return true;
}

static bool read_pixels(const char *path, png_image *png, Pixels *p, Error *error) {
    if (!make_room(path, png, p, error)) return false;
    if (!png_image_finish_read(png, NULL, p->rgba, 0, NULL))
        return bad_png(path, png->message, error);
    /* libpng only warns of this */
    if (strstr(png->message, "Too much image data"))
        return error_set(error, "%s: more data than its pixels need", path);
    return true;
}

/* png_image_free() belongs to a successful begin, whatever comes after it. */
bool pixels_of_png(const char *path, FILE *file, long bytes, Pixels *pixels, Error *error) {
    png_image png = {.version = PNG_IMAGE_VERSION};
    *pixels = (Pixels){.orientation = 1};
    if (!check_chunks(path, file, bytes, &pixels->orientation, error)) return false;
    rewind(file);
    if (!png_image_begin_read_from_stdio(&png, file)) return bad_png(path, png.message, error);
    bool ok = read_pixels(path, &png, pixels, error);
    png_image_free(&png);
    return ok;
}
