/*
 * Drawings: PNG, JPEG, and files that are neither.
 */
#include "image.h"
#include "kind.h"
#include "pixels.h"
#include "support/suite.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <jpeglib.h>

TestSuite(common_image, .init = limited, .timeout = 60);

static void write_png(const char *path, png_uint_32 format, int w, int h, const void *pixels) {
    png_image png = {.version = PNG_IMAGE_VERSION,
                     .width = (png_uint_32)w,
                     .height = (png_uint_32)h,
                     .format = format};
    cr_assert(png_image_write_to_file(&png, path, 0, pixels, 0, NULL), "%s: %s", path, png.message);
}

static void expect_grey(const char *path, int w, int h, const uint8_t *want) {
    Grey grey;
    Error error;
    cr_assert(grey_read(path, &grey, &error), "%s", error.text);
    cr_assert(grey.w == w && grey.h == h, "%s: %d x %d", path, grey.w, grey.h);
    for (int i = 0; i < w * h; i++)
        cr_expect(abs(grey.byte[i] - want[i]) <= 1, "%s: pixel %d is %d, want %d", path, i,
                  grey.byte[i], want[i]);
    grey_free(&grey);
}

Test(common_image, reads_png) {
    const char *dir = folder();
    static const uint8_t level[6] = {0, 51, 102, 153, 204, 255}; /* 3 wide, 2 high */
    /* colours of one brightness each; and black, ever less of it, over pixels that must become
       white */
    static const uint8_t rgb[18] = {0,   0,   0,   51,  51,  51,  102, 102, 102,
                                    153, 153, 153, 204, 204, 204, 255, 255, 255};
    static const uint8_t alpha[12] = {0, 255, 0, 204, 0, 153, 0, 102, 0, 51, 0, 0};
    write_png(in(dir, "grey"), PNG_FORMAT_GRAY, 3, 2, level);
    write_png(in(dir, "rgb"), PNG_FORMAT_RGB, 3, 2, rgb);
    write_png(in(dir, "alpha"), PNG_FORMAT_GA, 3, 2, alpha);
    expect_grey(in(dir, "grey"), 3, 2, level);
    expect_grey(in(dir, "rgb"), 3, 2, level);
    Grey grey;
    Error error;
    cr_assert(grey_read(in(dir, "alpha"), &grey, &error), "%s", error.text);
    for (int i = 0; i < 6; i++) /* alpha is linear in light, grey is not: only the order is exact */
        cr_expect(i == 0 ? grey.byte[0] == 0 : grey.byte[i] > grey.byte[i - 1], "pixel %d: %d", i,
                  grey.byte[i]);
    cr_expect(grey.byte[5] == 255, "nothing at all is white: %d", grey.byte[5]);
    grey_free(&grey);
}

Test(common_image, refuses) {
    const char *dir = folder(), *path = in(dir, "file");
    static const struct {
        const char *why;
        size_t size;
        const char *bytes;
    } bad[] = {
        {"neither PNG nor JPEG but an empty file", 0, ""},
        {"but a GIF image: convert FILE -auto-orient drawing.png", 4, "GIF8"},
        {"a PGM image: convert", 15, "P5 1 1 255\n\1\2\3\4"},
        {"an unknown kind of file", 7, "\211PNG\r\n\032"},
        {"not a valid PNG: its last bytes", 8, "\211PNG\r\n\032\n"},
    };
    Grey grey;
    Error error;
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        write_file(path, bad[k].bytes, bad[k].size);
        expect_error(grey_read(path, &grey, &error), &error, bad[k].why);
        cr_expect(grey.byte == NULL);
    }
    grey = (Grey){7, 7, NULL};
    expect_error(grey_read(in(dir, "missing"), &grey, &error), &error, "No such file");
    cr_expect(grey.h == 0 && grey.w == 0 && grey.byte == NULL, "nothing is left of it");
    expect_error(grey_read("/dev/zero", &grey, &error), &error, "not a regular file");
    static uint8_t pixels[5000];
    write_png(in(dir, "wide"), PNG_FORMAT_GRAY, 5000, 1, pixels);
    expect_error(grey_read(in(dir, "wide"), &grey, &error), &error, "at most 4096 per side");
    write_png(in(dir, "high"), PNG_FORMAT_GRAY, 1, 5000, pixels);
    expect_error(grey_read(in(dir, "high"), &grey, &error), &error, "at most 4096 per side");
    write_png(in(dir, "largest"), PNG_FORMAT_GRAY, 1, 4096, pixels);
    expect_grey(in(dir, "largest"), 1, 4096, pixels);
}

/* The file is closed, read or refused. */
Test(common_image, closes) {
    const char *dir = folder(), *open = listing("/dev/fd");
    Grey grey;
    Error error;
    const uint8_t level[2] = {0, 255};
    write_png(in(dir, "good"), PNG_FORMAT_GRAY, 2, 1, level);
    write_file(in(dir, "bad"), "GIF8", 4);
    expect_grey(in(dir, "good"), 2, 1, level);
    expect_error(grey_read(in(dir, "bad"), &grey, &error), &error, "neither PNG nor JPEG");
    cr_expect_str_eq(listing("/dev/fd"), open);
}

/* Cut anywhere, with a byte more, or with one bit changed in its data. */
Test(common_image, refuses_damaged_png) {
    const char *path = in(folder(), "file");
    Grey grey;
    Error error;
    Rng rng = rng_seed(1, 0);
    uint8_t pixels[900];
    size_t size;
    for (int i = 0; i < 900; i++)
        pixels[i] = (uint8_t)rng_below(&rng, 256);
    write_png(path, PNG_FORMAT_GRAY, 30, 30, pixels);
    char *whole = read_file(path, &size);
    cr_assert(size > 900, "%zu bytes", size);
    for (size_t cut = 8; cut < size - 12; cut += 41) {
        write_file(path, whole, cut);
        expect_error(grey_read(path, &grey, &error), &error, "not a valid PNG");
    }
    write_file(path, whole, size + 1);
    expect_error(grey_read(path, &grey, &error), &error, "last bytes are not its end");
    whole[500] ^= 1;
    write_file(path, whole, size);
    expect_error(grey_read(path, &grey, &error), &error, "not a valid PNG");
}

/* Two by two pixels, and a thousand bytes more after them: libpng itself only warns. */
Test(common_image, refuses_data_after_the_pixels) {
    static const uint8_t png[] = {
        0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0x00, 0x00, 0x00, 0x0d, 0x49, 0x48,
        0x44, 0x52, 0x00, 0x00, 0x00, 0x02, 0x00, 0x00, 0x00, 0x02, 0x08, 0x00, 0x00, 0x00,
        0x00, 0x57, 0xdd, 0x52, 0xf8, 0x00, 0x00, 0x00, 0x16, 0x49, 0x44, 0x41, 0x54, 0x78,
        0x9c, 0x63, 0x60, 0x64, 0x62, 0x60, 0x66, 0x61, 0x18, 0x05, 0xa3, 0x60, 0x14, 0x0c,
        0x7b, 0x00, 0x00, 0x2b, 0x15, 0x00, 0x0b, 0xb3, 0x45, 0x38, 0x6e, 0x00, 0x00, 0x00,
        0x00, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82};
    const char *path = in(folder(), "file");
    Grey grey;
    Error error;
    write_file(path, png, sizeof png);
    expect_error(grey_read(path, &grey, &error), &error, "more data than its pixels need");
}

/* A PNG of one pixel with `count` chunks of compressed text before its data, of `bytes` bytes each;
   each says that it has `length`. */
static void write_png_with_text(const char *path, int count, size_t bytes, uint32_t length) {
    enum { IHDR_END = 33 };
    const uint8_t white = 255, head[8] = {(uint8_t)(length >> 24),
                                          (uint8_t)(length >> 16),
                                          (uint8_t)(length >> 8),
                                          (uint8_t)length,
                                          'z',
                                          'T',
                                          'X',
                                          't'};
    size_t size, chunk = bytes + 12;
    write_png(path, PNG_FORMAT_GRAY, 1, 1, &white);
    char *plain = read_file(path, &size), *with = calloc(1, size + (size_t)count * chunk);
    cr_assert(with && size > IHDR_END);
    memcpy(with, plain, IHDR_END);
    for (int k = 0; k < count; k++)
        memcpy(with + IHDR_END + (size_t)k * chunk, head, sizeof head);
    memcpy(with + IHDR_END + (size_t)count * chunk, plain + IHDR_END, size - IHDR_END);
    write_file(path, with, size + (size_t)count * chunk);
    free(with);
}

/* libpng gets memory for a chunk before it has read it, 2 GB for a file of a hundred bytes; and it
   unpacks text that is not needed, 8 MB from 8 kB, a thousand times. */
Test(common_image, refuses_png_that_would_take_much_memory) {
    const char *path = in(folder(), "file");
    Grey grey;
    Error error;
    write_png_with_text(path, 1, 5, 5);
    cr_expect(grey_read(path, &grey, &error), "a little text does not matter: %s", error.text);
    grey_free(&grey);
    write_png_with_text(path, 1, 5, 0x7ffffff0);
    expect_error(grey_read(path, &grey, &error), &error, "the chunk at byte 33 is cut off");
    write_png_with_text(path, 13, 8000, 8000);
    expect_error(grey_read(path, &grey, &error), &error, "104000 bytes of compressed text");
}

/* ------------------------------------------------------------------ kinds ---------------- */

Test(common_image, kinds, .description = "files are named by their first bytes") {
    static const struct {
        const char *name;
        size_t size;
        const char *bytes;
    } files[] = {{"a HEIC image", 12, "\0\0\0\30ftypheic"},
                 {"a WebP image", 12, "RIFF\1\2\3\4WEBP"},
                 {"a BMP image", 6, "BM\1\2\3\4"},
                 {"a TIFF image", 8, "II*\0\10\0\0\0"},
                 {"a PDF document", 8, "%PDF-1.7"},
                 {"a page of HTML", 15, "\n<!DOCTYPE HTML"},
                 {"an SVG drawing (XML)", 5, "<svg "},
                 {"a zip archive", 4, "PK\3\4"},
                 {"text", 6, "hello\n"},
                 {"an unknown kind of file", 3, "\1\2\3"},
                 {"a pointer of Git LFS", 24, "version https://git-lfs."}};
    for (size_t k = 0; k < sizeof files / sizeof *files; k++)
        cr_expect_str_eq(kind_of((const uint8_t *)files[k].bytes, files[k].size).name,
                         files[k].name);
    /* no byte beyond the end is looked at */
    cr_expect_str_eq(kind_of((const uint8_t *)"%PDF", 3).name, "text");
}

/* ------------------------------------------------------------------ colours -------------- */

/* Left half ink, right half paper: both must differ by at least half of all levels. */
static void expect_contrast(const char *name, const uint8_t ink[4], const uint8_t paper[4]) {
    enum { SIDE = 8 };
    const char *path = in(folder(), "colours");
    uint8_t rgba[4 * SIDE * SIDE];
    Grey grey;
    Error error;
    for (int i = 0; i < SIDE * SIDE; i++)
        memcpy(rgba + 4 * i, i % SIDE < SIDE / 2 ? ink : paper, 4);
    write_png(path, PNG_FORMAT_RGBA, SIDE, SIDE, rgba);
    cr_assert(grey_read(path, &grey, &error), "%s", error.text);
    int contrast = abs(grey.byte[0] - grey.byte[SIDE - 1]);
    cr_expect(contrast >= 128, "%s: contrast %d", name, contrast);
    grey_free(&grey);
}

Test(common_image, colours, .description = "ink that luminance does not show") {
    const uint8_t white[4] = {255, 255, 255, 255}, nothing[4] = {0, 0, 0, 0};
    expect_contrast("yellow on white", (const uint8_t[]){255, 235, 40, 255}, white);
    expect_contrast("red on green", (const uint8_t[]){220, 60, 60, 255},
                    (const uint8_t[]){60, 150, 60, 255});
    expect_contrast("blue on red", (const uint8_t[]){60, 60, 200, 255},
                    (const uint8_t[]){200, 60, 60, 255});
    expect_contrast("white on nothing", white, nothing);
    expect_contrast("yellow on nothing", (const uint8_t[]){255, 235, 60, 255}, nothing);
    expect_contrast("black on nothing", (const uint8_t[]){0, 0, 0, 255}, nothing);
}

/* ------------------------------------------------------------------ orientation ---------- */

/* EXIF with one entry, as II or MM: the orientation. Returns its length. */
static size_t exif(bool little, int orientation, uint8_t byte[26]) {
    static const uint8_t big[26] = "MM\0*\0\0\0\10\0\1\1\22\0\3\0\0\0\1";
    static const uint8_t small[26] = "II*\0\10\0\0\0\1\0\22\1\3\0\1\0\0\0";
    memcpy(byte, little ? small : big, 26);
    byte[little ? 18 : 19] = (uint8_t)orientation;
    return 26;
}

Test(common_image, exif) {
    uint8_t byte[26];
    for (int o = 2; o <= 8; o++)
        for (int little = 0; little < 2; little++) {
            size_t n = exif(little, o, byte);
            cr_expect(exif_orientation(byte, n) == o, "%d", o);
            for (size_t cut = 0; cut < 22; cut++)
                cr_expect(exif_orientation(byte, cut) == 1, "cut at %zu", cut);
        }
    exif(true, 9, byte);
    cr_expect(exif_orientation(byte, sizeof byte) == 1, "there are only eight");
}

/* A PNG's chunk eXIf after its header. */
static void add_exif(const char *path, int orientation) {
    enum { IHDR_END = 33 };
    uint8_t chunk[38] = {0, 0, 0, 26, 'e', 'X', 'I', 'f'};
    size_t size, n = exif(true, orientation, chunk + 8);
    uint32_t sum = (uint32_t)crc32_z(0, chunk + 4, n + 4);
    for (int k = 0; k < 4; k++)
        chunk[34 + k] = (uint8_t)(sum >> (24 - 8 * k));
    char *plain = read_file(path, &size), *with = calloc(1, size + sizeof chunk);
    cr_assert(with != NULL);
    memcpy(with, plain, IHDR_END);
    memcpy(with + IHDR_END, chunk, sizeof chunk);
    memcpy(with + IHDR_END + sizeof chunk, plain + IHDR_END, size - IHDR_END);
    write_file(path, with, size + sizeof chunk);
    free(with);
}

/* Grey levels as a JPEG of the best quality, 16 times as large; a block of one level stays one. */
enum { TIMES = 16 };
static void write_jpeg(const char *path, int orientation, int w, int h, const uint8_t *level) {
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    uint8_t app1[32] = "Exif\0";
    FILE *file = fopen(path, "wb");
    cr_assert(file != NULL, "%s", path);
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_stdio_dest(&jpeg, file);
    jpeg.image_width = (JDIMENSION)(w * TIMES);
    jpeg.image_height = (JDIMENSION)(h * TIMES);
    jpeg.input_components = 1;
    jpeg.in_color_space = JCS_GRAYSCALE;
    jpeg_set_defaults(&jpeg);
    jpeg_set_quality(&jpeg, 100, TRUE);
    jpeg_start_compress(&jpeg, TRUE);
    exif(false, orientation, app1 + 6);
    if (orientation > 1) jpeg_write_marker(&jpeg, JPEG_APP0 + 1, app1, sizeof app1);
    uint8_t *row = kept((size_t)(w * TIMES));
    while (jpeg.next_scanline < jpeg.image_height) {
        for (int q = 0; q < w * TIMES; q++)
            row[q] = level[(int)jpeg.next_scanline / TIMES * w + q / TIMES];
        jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    fclose(file);
}

/* The middle of each block. */
static void expect_jpeg(const char *path, int w, int h, const uint8_t *want) {
    Grey grey;
    Error error;
    cr_assert(grey_read(path, &grey, &error), "%s", error.text);
    cr_assert(grey.w == w * TIMES && grey.h == h * TIMES, "%s: %d x %d", path, grey.w, grey.h);
    for (int i = 0; i < w * h; i++) {
        int r = i / w * TIMES + TIMES / 2, q = i % w * TIMES + TIMES / 2;
        int got = grey.byte[r * grey.w + q];
        cr_expect(abs(got - want[i]) <= 2, "%s: block %d is %d, want %d", path, i, got, want[i]);
    }
    grey_free(&grey);
}

/* EXIF's orientations of the stored rows and columns, for 3 x 2 levels; by hand. */
Test(common_image, upright, .description = "all eight orientations, PNG and JPEG") {
    const char *png = in(folder(), "png"), *jpeg = in(folder(), "jpeg");
    static const uint8_t stored[6] = {0, 50, 100, 150, 200, 250};
    static const uint8_t want[9][6] = {
        {0},
        {0, 50, 100, 150, 200, 250}, /* upright */
        {100, 50, 0, 250, 200, 150}, /* mirrored */
        {250, 200, 150, 100, 50, 0}, /* by 180 degrees */
        {150, 200, 250, 0, 50, 100}, /* upside down */
        {0, 150, 50, 200, 100, 250}, /* rows are columns */
        {150, 0, 200, 50, 250, 100}, /* to be turned right */
        {250, 100, 200, 50, 150, 0}, /* columns, from the right, upwards */
        {100, 250, 50, 200, 0, 150}, /* to be turned left */
    };
    for (int o = 1; o <= 8; o++) {
        int w = o < 5 ? 3 : 2, h = o < 5 ? 2 : 3;
        write_png(png, PNG_FORMAT_GRAY, 3, 2, stored);
        if (o > 1) add_exif(png, o);
        expect_grey(png, w, h, want[o]);
        write_jpeg(jpeg, o, 3, 2, stored);
        expect_jpeg(jpeg, w, h, want[o]);
    }
}

/* ------------------------------------------------------------------ JPEG ----------------- */

Test(common_image, large_jpeg, .description = "read at half its size, or refused") {
    const char *path = in(folder(), "large");
    static const uint8_t level[513] = {0};
    Grey grey;
    Error error;
    write_jpeg(path, 1, 257, 1, level);
    cr_assert(grey_read(path, &grey, &error), "%s", error.text);
    cr_expect(grey.w == 257 * TIMES / 2 && grey.h == TIMES / 2, "%d x %d", grey.w, grey.h);
    grey_free(&grey);
    write_jpeg(path, 1, 513, 1, level);
    expect_error(grey_read(path, &grey, &error), &error,
                 textf("%s: 8208 x 16 pixels; at most 8192", path));
}

/* One block of the four inks. */
Test(common_image, jpeg_of_inks, .description = "CMYK is refused by its name") {
    const char *path = in(folder(), "inks");
    struct jpeg_compress_struct jpeg = {0};
    struct jpeg_error_mgr errors;
    uint8_t level[4 * 8] = {0}, *row = level;
    FILE *file = fopen(path, "wb");
    Grey grey;
    Error error;
    cr_assert(file != NULL, "%s", path);
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_stdio_dest(&jpeg, file);
    jpeg.image_width = jpeg.image_height = 8;
    jpeg.input_components = 4;
    jpeg.in_color_space = JCS_CMYK;
    jpeg_set_defaults(&jpeg);
    jpeg_start_compress(&jpeg, TRUE);
    for (int r = 0; r < 8; r++)
        jpeg_write_scanlines(&jpeg, &row, 1);
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    fclose(file);
    expect_error(grey_read(path, &grey, &error), &error, textf("%s: a JPEG in CMYK", path));
}

Test(common_image, refuses_damaged_jpeg) {
    const char *path = in(folder(), "file");
    static const uint8_t level[6] = {0, 50, 100, 150, 200, 250};
    Grey grey;
    Error error;
    size_t size;
    write_jpeg(path, 6, 3, 2, level);
    char *whole = read_file(path, &size);
    for (size_t cut = 3; cut < size - 2; cut += 7) {
        write_file(path, whole, cut);
        expect_error(grey_read(path, &grey, &error), &error, "not a valid JPEG");
        cr_expect(grey.byte == NULL);
    }
    write_file(path, whole, size);
    expect_jpeg(path, 2, 3, (const uint8_t[]){150, 0, 200, 50, 250, 100});
}
