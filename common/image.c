/*
 * From a file to upright grey levels; see image.h. The decoders are in pixels_png.c, pixels_jpeg.c.
 */
#include "image.h"

#include "file.h"
#include "kind.h"
#include "pixels.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ------------------------------------------------------------------ colours -------------- */

/* The possible sources of a pixel's grey level. A digit must be visible in it: yellow ink is in
   blue, red on green is in red or green, white ink on nothing at all is in the opacity. */
typedef enum Plane { LUMINANCE, RED, GREEN, BLUE, OPACITY, PLANES } Plane;

/* A colour as it looks on white paper. */
static int on_white(int level, int opacity) {
    return (level * opacity + 255 * (255 - opacity)) / 255;
}

static int grey_level(const uint8_t *rgba, Plane plane) {
    int rgb[3];
    if (plane == OPACITY) return 255 - rgba[3];
    for (int k = 0; k < 3; k++)
        rgb[k] = on_white(rgba[k], rgba[3]);
    if (plane != LUMINANCE) return rgb[plane - RED];
    /* luminance = 0.299 red + 0.587 green + 0.114 blue    (ITU-R BT.601) */
    return (299 * rgb[0] + 587 * rgb[1] + 114 * rgb[2] + 500) / 1000;
}

/* How much a plane varies from a pixel to the ones a little to the right and below: squares, summed
   over a part of all pixels that is large enough. Light varies slowly and does not count. */
static double variation(const Pixels *p, Plane plane) {
    int apart = (p->h > p->w ? p->h : p->w) / 100 + 1, step = apart / 4 + 1;
    double sum = 0;
    for (int r = 0; r < p->h; r += step)
        for (int q = 0; q < p->w; q += step) {
            size_t i = (size_t)r * (size_t)p->w + (size_t)q;
            int here = grey_level(p->rgba + 4 * i, plane), right = here, below = here;
            if (q + apart < p->w) right = grey_level(p->rgba + 4 * (i + (size_t)apart), plane);
            if (r + apart < p->h)
                below = grey_level(p->rgba + 4 * (i + (size_t)apart * (size_t)p->w), plane);
            sum += (right - here) * (right - here) + (below - here) * (below - here);
        }
    return sum;
}

/* Luminance, unless another plane has more than twice its contrast: the variation is quadratic. */
static Plane best_plane(const Pixels *p) {
    Plane best = LUMINANCE;
    double most = 4 * variation(p, LUMINANCE);
    for (Plane plane = RED; plane < PLANES; plane++) {
        double v = variation(p, plane);
        if (v > most) {
            best = plane;
            most = v;
        }
    }
    return best;
}

/* ------------------------------------------------------------------ upright -------------- */

/* A number of two or four bytes; EXIF says which end comes first. */
static uint32_t number(const uint8_t *byte, int n, bool little) {
    uint32_t value = 0;
    for (int k = 0; k < n; k++)
        value = value << 8 | byte[little ? n - 1 - k : k];
    return value;
}

/* TIFF: byte order, 42, the place of a directory; that has a count, and twelve bytes per entry:
   tag, type, count, value. */
int exif_orientation(const uint8_t *tiff, size_t n) {
    enum { HEAD = 8, ENTRY = 12, ORIENTATION = 0x0112 };
    if (n < HEAD || (memcmp(tiff, "II*", 4) != 0 && memcmp(tiff, "MM\0*", 4) != 0)) return 1;
    bool little = tiff[0] == 'I';
    size_t at = number(tiff + 4, 4, little);
    if (at > n - 2) return 1;
    size_t entries = number(tiff + at, 2, little);
    at += 2;
    for (size_t k = 0; k < entries && n - at >= ENTRY; k++, at += ENTRY) {
        uint32_t value = number(tiff + at + 8, 2, little);
        if (number(tiff + at, 2, little) == ORIENTATION)
            return value >= 1 && value <= 8 ? (int)value : 1;
    }
    return 1;
}

/* Where pixel (r, q) of the upright image is stored. Orientations from 5 on swap rows and
   columns. */
static size_t stored(const Pixels *p, int r, int q) {
    int o = p->orientation, row = o >= 5 ? q : r, column = o >= 5 ? r : q;
    if (o == 3 || o == 4 || o == 6 || o == 7) row = p->h - 1 - row;
    if (o == 2 || o == 3 || o == 7 || o == 8) column = p->w - 1 - column;
    return (size_t)row * (size_t)p->w + (size_t)column;
}

static bool make_grey(const Pixels *p, Grey *grey) {
    bool swapped = p->orientation >= 5;
    *grey = (Grey){swapped ? p->w : p->h, swapped ? p->h : p->w, NULL};
    grey->byte = malloc((size_t)p->h * (size_t)p->w);
    if (!grey->byte) return false;
    Plane plane = best_plane(p);
    for (int r = 0; r < grey->h; r++)
        for (int q = 0; q < grey->w; q++)
            grey->byte[(size_t)r * (size_t)grey->w + (size_t)q] =
                (uint8_t)grey_level(p->rgba + 4 * stored(p, r, q), plane);
    return true;
}

/* ------------------------------------------------------------------ files ---------------- */

/* The decoder for a file's first bytes. */
static bool read_pixels(const char *path, FILE *file, long bytes, Pixels *p, Error *error) {
    uint8_t start[KIND_BYTES];
    size_t got = fread(start, 1, sizeof start, file);
    rewind(file);
    if (got >= 8 && memcmp(start, "\211PNG\r\n\032\n", 8) == 0)
        return pixels_of_png(path, file, bytes, p, error);
    if (got >= 3 && memcmp(start, "\377\330\377", 3) == 0)
        return pixels_of_jpeg(path, file, p, error);
    Kind kind = kind_of(start, got);
    return error_set(error, "%s: neither PNG nor JPEG but %s: %s", path, kind.name, kind.remedy);
}

/* The open file is decoded that was checked, not a path that may lead elsewhere by now. */
bool grey_read(const char *path, Grey *grey, Error *error) {
    Pixels pixels = {0};
    long bytes;
    *grey = (Grey){0};
    if (!file_length(path, &bytes, error)) return false;
    FILE *file = fopen(path, "rb");
    if (!file) return error_set(error, "%s: %s", path, strerror(errno));
    bool ok = read_pixels(path, file, bytes, &pixels, error);
    fclose(file);
    if (ok && !make_grey(&pixels, grey))
        ok = error_set(error, "%s: no memory for its pixels", path);
    free(pixels.rgba);
    if (!ok) grey_free(grey);
    return ok;
}

void grey_free(Grey *grey) {
    free(grey->byte);
    *grey = (Grey){0};
}
