/*
 * JPEG as pixels; see pixels.h. Phones write nothing else.
 *
 * libjpeg reports an error by a function that must not return. It jumps back to pixels_of_jpeg(),
 * which cleans up; so all that is to be cleaned up lies in structures, not in local variables.
 */
#include "image.h"
#include "pixels.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

/* after stdio.h and stdlib.h, which it needs */
#include <jerror.h>
#include <jpeglib.h>

enum {
    EXIF_NAME = 6,         /* bytes before the EXIF data: "Exif" and two zeros */
    EXIF_MAX = 4096,       /* bytes of it that are looked at */
    MEMORY_MAX = 90000000, /* bytes for the coefficients of a progressive image */
    SCANS_MAX = 100        /* of a progressive image; each takes time over all pixels */
};

typedef struct Decoder {
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf failed;
    char why[2 * JMSG_LENGTH_MAX];
} Decoder;

static _Noreturn void give_up(Decoder *d) {
    longjmp(d->failed, 1);
}

static void on_error(j_common_ptr jpeg) {
    Decoder *d = jpeg->client_data;
    char text[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, text);
    snprintf(d->why, sizeof d->why, "not a valid JPEG: %s", text);
    give_up(d);
}

/* libjpeg only warns of data that are damaged or cut off, and makes up the rest. Bytes between the
   parts are harmless, and some cameras write them. */
static void on_message(j_common_ptr jpeg, int level) {
    if (level < 0 && jpeg->err->msg_code != JWRN_EXTRANEOUS_DATA) on_error(jpeg);
}

static void on_progress(j_common_ptr jpeg) {
    Decoder *d = jpeg->client_data;
    if (d->jpeg.input_scan_number <= SCANS_MAX) return;
    snprintf(d->why, sizeof d->why, "a JPEG of more than %d scans", SCANS_MAX);
    give_up(d);
}

/* The header; then the size at which the image is decoded: halved if it is too large. */
static void begin(Decoder *d, FILE *file) {
    struct jpeg_decompress_struct *jpeg = &d->jpeg;
    jpeg_create_decompress(jpeg);
    jpeg->mem->max_memory_to_use = MEMORY_MAX;
    jpeg->progress = &d->progress;
    d->progress.progress_monitor = on_progress;
    jpeg_stdio_src(jpeg, file);
    jpeg_save_markers(jpeg, JPEG_APP0 + 1, EXIF_MAX);
    jpeg_read_header(jpeg, TRUE);
    /* the inks of a printing press, which libjpeg does not turn into light */
    if (jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK) {
        snprintf(d->why, sizeof d->why, "a JPEG in CMYK: convert FILE -colorspace sRGB x.png");
        give_up(d);
    }
    jpeg->out_color_space = JCS_RGB;
    for (jpeg->scale_denom = 1; jpeg->scale_denom <= 2; jpeg->scale_denom *= 2) {
        jpeg_calc_output_dimensions(jpeg);
        if (jpeg->output_width <= PICTURE_MAX && jpeg->output_height <= PICTURE_MAX) return;
    }
    snprintf(d->why, sizeof d->why, "%u x %u pixels; at most %d per side are supported",
             jpeg->image_width, jpeg->image_height, 2 * PICTURE_MAX);
    give_up(d);
}

static int orientation(const struct jpeg_decompress_struct *jpeg) {
    for (jpeg_saved_marker_ptr m = jpeg->marker_list; m; m = m->next)
        if (m->data_length > EXIF_NAME && memcmp(m->data, "Exif\0", EXIF_NAME) == 0)
            return exif_orientation(m->data + EXIF_NAME, m->data_length - EXIF_NAME);
    return 1;
}

/* Row by row, each first as red, green, blue in the front part of its place. */
static void decode(Decoder *d, Pixels *p) {
    struct jpeg_decompress_struct *jpeg = &d->jpeg;
    jpeg_start_decompress(jpeg);
    *p = (Pixels){(int)jpeg->output_height, (int)jpeg->output_width, orientation(jpeg), NULL};
    size_t w = jpeg->output_width, row = 4 * w;
    p->rgba = malloc(row * jpeg->output_height);
    if (!p->rgba) {
        snprintf(d->why, sizeof d->why, "no memory for its pixels");
        give_up(d);
    }
    while (jpeg->output_scanline < jpeg->output_height) {
        uint8_t *to = p->rgba + row * jpeg->output_scanline;
        jpeg_read_scanlines(jpeg, &to, 1);
        /* from the end, so that nothing is overwritten before it is moved */
        for (size_t q = w; q-- > 0;) {
            memmove(to + 4 * q, to + 3 * q, 3);
            to[4 * q + 3] = 255;
        }
    }
    jpeg_finish_decompress(jpeg);
}

bool pixels_of_jpeg(const char *path, FILE *file, Pixels *pixels, Error *error) {
    Decoder d = {0};
    d.jpeg.err = jpeg_std_error(&d.errors);
    d.jpeg.client_data = &d;
    d.errors.error_exit = on_error;
    d.errors.emit_message = on_message;
    bool ok = setjmp(d.failed) == 0;
    if (ok) {
        begin(&d, file);
        decode(&d, pixels);
    } else {
        error_set(error, "%s: %s", path, d.why);
    }
    jpeg_destroy_decompress(&d.jpeg);
    return ok;
}
