/* PNG and PGM as bytes of grey; see image.h. */
#include "image.h"

#include "file.h"

#include <ctype.h>
#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHUNK = 12,       /* bytes of a PNG's chunk that are not its data */
    TEXT_MAX = 100000 /* compressed: may become 100 MB */
};

static bool check_size(const char *path, long w, long h, Error *error) {
    return (w >= 1 && h >= 1 && w <= PICTURE_MAX && h <= PICTURE_MAX) ||
           error_set(error, "%s: %ld x %ld pixels; at most %d a side are read", path, w, h,
                     PICTURE_MAX);
}

/* ------------------------------------------------------------------ PNG ------------------ */

/* Walks over the chunks: a length, a type, so many bytes, a checksum. libpng would allocate what a
   chunk claims, unpack all text, and stop at the last pixel. Here every chunk must lie within the
   file, compressed text must be short, and nothing may follow the end. */
static bool check_chunks(const char *path, FILE *file, long bytes, Error *error) {
    static const uint8_t iend[CHUNK] = {0, 0, 0, 0, 'I', 'E', 'N', 'D', 0xae, 0x42, 0x60, 0x82};
    uint8_t head[CHUNK] = {0};
    long at = 8, text = 0; /* after the signature, which libpng checks */
    while (memcmp(head, iend, CHUNK) != 0) {
        if (fseek(file, at, SEEK_SET) != 0 || fread(head, 1, CHUNK, file) != CHUNK)
            return error_set(error, "%s: not a sound PNG: its last bytes are not its end", path);
        uint32_t length = big_endian(head);
        if (length > (unsigned long)(bytes - at - CHUNK))
            return error_set(error, "%s: not a sound PNG: the chunk at byte %ld is cut off", path,
                             at);
        at += (long)length + CHUNK;
        if (memcmp(head + 4, "zTXt", 4) == 0 || memcmp(head + 4, "iTXt", 4) == 0)
            text += (long)length;
    }
    if (at != bytes)
        return error_set(error, "%s: not a sound PNG: its last bytes are not its end", path);
    rewind(file);
    return text <= TEXT_MAX ||
           error_set(error, "%s: %ld bytes of compressed text; at most %d are read", path, text,
                     TEXT_MAX);
}

static bool read_png(const char *path, FILE *file, long bytes, Grey *grey, Error *error) {
    png_image png = {.version = PNG_IMAGE_VERSION};
    const png_color white = {255, 255, 255};
    if (!check_chunks(path, file, bytes, error)) return false;
    if (!png_image_begin_read_from_stdio(&png, file))
        return error_set(error, "%s: not a sound PNG: %s", path, png.message);
    bool ok = check_size(path, (long)png.width, (long)png.height, error);
    if (ok) {
        png.format = PNG_FORMAT_GRAY;
        *grey = (Grey){(int)png.height, (int)png.width, malloc(PNG_IMAGE_SIZE(png))};
        ok = grey->byte || error_set(error, "%s: no memory for its pixels", path);
    }
    if (ok && !png_image_finish_read(&png, &white, grey->byte, 0, NULL))
        ok = error_set(error, "%s: not a sound PNG: %s", path, png.message);
    if (ok && strstr(png.message, "Too much image data")) /* a warning only, for libpng */
        ok = error_set(error, "%s: more data than its pixels need", path);
    png_image_free(&png);
    return ok;
}

/* ------------------------------------------------------------------ PGM ------------------ */

/* The next byte that is neither blank nor part of a comment, which runs from # to the end of its
   line. */
static int after_blanks(FILE *file) {
    int c = getc(file);
    while (isspace(c) || c == '#') {
        bool comment = c == '#';
        c = getc(file);
        while (comment && c != '\n' && c != EOF)
            c = getc(file);
    }
    return c;
}

/* The next number of a PGM and the one blank after it; -1 when there is none. */
static long pgm_number(FILE *file) {
    int c = after_blanks(file);
    long number = isdigit(c) ? 0 : -1;
    for (; isdigit(c); c = getc(file)) {
        number = 10 * number + (c - '0');
        if (number > 1000000) return -1;
    }
    return isspace(c) || c == EOF ? number : -1;
}

/* One pixel, as text or as one or two bytes; -1 at the end of the file. */
static long pgm_pixel(FILE *file, bool text, long most) {
    if (text) return pgm_number(file);
    int high = most > 255 ? getc(file) : 0, low = getc(file);
    return high == EOF || low == EOF ? -1 : 256L * high + low;
}

static bool read_pgm(const char *path, FILE *file, long bytes, Grey *grey, Error *error) {
    getc(file); /* the P */
    bool text = getc(file) == '2';
    long w = pgm_number(file), h = pgm_number(file), most = pgm_number(file);
    if (w < 0 || h < 0 || most < 1 || most > 65535)
        return error_set(error, "%s: not a sound PGM: bad header", path);
    if (!check_size(path, w, h, error)) return false;
    long least = text ? 2 * w * h - 1 : (most > 255 ? 2 : 1) * w * h; /* bytes of so many pixels */
    if (bytes < least)
        return error_set(error, "%s: truncated: %ld x %ld pixels in %ld bytes", path, w, h, bytes);
    *grey = (Grey){(int)h, (int)w, malloc((size_t)(w * h))};
    if (!grey->byte) return error_set(error, "%s: no memory for its pixels", path);
    for (long i = 0; i < w * h; i++) {
        long level = pgm_pixel(file, text, most);
        if (level < 0 || level > most)
            return error_set(error, "%s: not a sound PGM: pixel %ld of %ld is %s", path, i, w * h,
                             level < 0 ? "missing" : "above its maximum");
        grey->byte[i] = (uint8_t)((level * 255 + most / 2) / most);
    }
    return after_blanks(file) == EOF ||
           error_set(error, "%s: more bytes than its header announces", path);
}

/* ------------------------------------------------------------------ either --------------- */

static bool read_either(const char *path, FILE *file, long bytes, Grey *grey, Error *error) {
    uint8_t start[2] = {0};
    size_t got = fread(start, 1, 2, file);
    rewind(file);
    if (got == 2 && start[0] == 0x89 && start[1] == 'P')
        return read_png(path, file, bytes, grey, error);
    if (got == 2 && start[0] == 'P' && (start[1] == '2' || start[1] == '5'))
        return read_pgm(path, file, bytes, grey, error);
    return error_set(error, "%s: neither PNG nor PGM: convert it first", path);
}

bool grey_read(const char *path, Grey *grey, Error *error) {
    long bytes;
    *grey = (Grey){0};
    if (!file_length(path, &bytes, error)) return false;
    FILE *file = fopen(path, "rb");
    if (!file) return error_set(error, "%s: %s", path, strerror(errno));
    bool ok = read_either(path, file, bytes, grey, error);
    fclose(file);
    if (!ok) grey_free(grey);
    return ok;
}

void grey_free(Grey *grey) {
    free(grey->byte);
    *grey = (Grey){0};
}
