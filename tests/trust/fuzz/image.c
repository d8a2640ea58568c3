/* Any bytes as a drawing, and then all that `predict` does before the network. */
#include "image.h"

#include "07_lenet5/workbench/preprocess.h"
#include "input.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { SIGNATURE = 8, CHUNK = 12, PART = 4096 };

static void put_u32(size_t value, uint8_t *byte) {
    for (int i = 0; i < 4; i++)
        byte[i] = (uint8_t)(value >> (24 - 8 * i));
}

/* Whether a whole chunk begins here: length, type, that many bytes, checksum. */
static bool is_chunk(const uint8_t *data, size_t size, size_t at) {
    return size >= CHUNK && at <= size - CHUNK && png_get_uint_32(data + at) <= size - CHUNK - at;
}

static void mend_checksum(uint8_t *chunk) {
    size_t length = png_get_uint_32(chunk);
    put_u32(crc32_z(0, chunk + 4, length + 4), chunk + 8 + length);
}

/* Changes the bytes of one chunk; its length and its checksum follow. */
static size_t change_chunk(uint8_t *data, size_t size, size_t most, size_t at) {
    uint8_t part[PART], *bytes = data + at + 8;
    size_t length = png_get_uint_32(data + at), room = length + most - size;
    if (length > PART || room == 0) return size;
    memcpy(part, bytes, length);
    size_t now = LLVMFuzzerMutate(part, length, room < PART ? room : PART);
    memmove(bytes + now, bytes + length, data + size - (bytes + length));
    memcpy(bytes, part, now);
    put_u32(now, data + at);
    mend_checksum(data + at);
    return size - length + now;
}

/* In a PNG a change of one chunk, or any change with checksums that fit; else what libFuzzer thinks
   of. Without this, libpng refuses nearly every change for its checksum. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed) {
    size_t at = SIGNATURE;
    bool one = seed & 1;
    srand(seed);
    for (; one && is_chunk(data, size, at); at += png_get_uint_32(data + at) + CHUNK)
        if (rand() % 4 == 0) return change_chunk(data, size, most, at);
    size = LLVMFuzzerMutate(data, size, most);
    for (at = SIGNATURE; rand() % 8 && is_chunk(data, size, at);
         at += png_get_uint_32(data + at) + CHUNK)
        mend_checksum(data + at);
    return size;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Grey grey;
    Error error;
    uint8_t byte[IMAGE_BYTES];
    const char *path = input_file(data, size);
    if (!grey_read(path, &grey, &error)) {
        promise_one_line(path, &error);
        promise(!grey.byte, "nothing is left of a file that was refused");
        return 0;
    }
    promise(grey.w >= 1 && grey.h >= 1 && grey.w <= PICTURE_MAX && grey.h <= PICTURE_MAX,
            "no picture is larger than PICTURE_MAX");
    unsigned sum = 0;
    if (preprocess_digit(&grey, byte, &error))
        for (int p = 0; p < IMAGE_BYTES; p++)
            sum += byte[p];
    promise(sum <= 255u * IMAGE_BYTES, "every pixel is there");
    grey_free(&grey);
    return 0;
}
