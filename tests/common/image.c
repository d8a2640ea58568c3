/*
 * Drawings: PNG.
 */
#include "image.h"
#include "support/suite.h"

#include <png.h>
#include <string.h>

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
    /* colours of one brightness each; and black, ever less of it, over what must become white */
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
        {"not a PNG", 0, ""},
        {"not a PNG", 4, "GIF8"},
        {"not a PNG", 15, "P5 1 1 255\n\1\2\3\4"},
        {"not a PNG", 7, "\211PNG\r\n\032"},
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
    expect_error(grey_read(in(dir, "bad"), &grey, &error), &error, "not a PNG");
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
   unpacks text that nobody wants, 8 MB from 8 kB, a thousand times. */
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
