/*
 * IDX files, plain and gzipped: read, or refused in one line.
 */
#include "idx.h"
#include "support/suite.h"

#include <string.h>
#include <unistd.h>
#include <zlib.h>

TestSuite(common_idx, .init = limited, .timeout = 60);

static const uint8_t small_idx[] = {0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 6};

static void write_gzipped(const char *path, const uint8_t *bytes, unsigned count) {
    gzFile gz = gzopen(path, "wb");
    cr_assert(gz != NULL, "cannot write %s", path);
    cr_assert(gzwrite(gz, bytes, count) == (int)count, "cannot write %s", path);
    cr_assert(gzclose(gz) == Z_OK, "cannot write %s", path);
}

Test(common_idx, plain_and_gzipped) {
    const char *dir = folder();
    Error error;
    Idx idx;
    write_file(in(dir, "plain"), small_idx, sizeof small_idx);
    write_gzipped(in(dir, "packed.gz"), small_idx, sizeof small_idx);
    for (int k = 0; k < 2; k++) {
        bool ok = idx_read(in(dir, k ? "packed.gz" : "plain"), &idx, &error);
        cr_assert(ok, "%s", error.text);
        cr_expect(idx.dims == 2 && idx.dim[0] == 2 && idx.dim[1] == 3);
        cr_expect(memcmp(idx.byte, small_idx + 12, 6) == 0);
        idx_free(&idx);
    }
}

/* The file is closed, read or refused. */
Test(common_idx, closes) {
    const char *dir = folder(), *open = listing("/dev/fd");
    Error error;
    Idx idx;
    write_file(in(dir, "good"), small_idx, sizeof small_idx);
    write_file(in(dir, "bad"), small_idx, 5);
    cr_assert(idx_read(in(dir, "good"), &idx, &error), "%s", error.text);
    idx_free(&idx);
    expect_error(idx_read(in(dir, "bad"), &idx, &error), &error, "truncated");
    cr_expect_str_eq(listing("/dev/fd"), open);
}

/* pigz and cat make files of several members; even one byte of data per member is read. */
Test(common_idx, many_members) {
    const char *dir = folder(), *path = in(dir, "packed.gz");
    size_t bytes = 0;
    char *all = kept(40 * sizeof small_idx);
    for (size_t i = 0; i < sizeof small_idx; i++) {
        size_t size;
        write_gzipped(path, small_idx + i, 1);
        const char *member = read_file(path, &size);
        memcpy(all + bytes, member, size);
        bytes += size;
    }
    Error error;
    Idx idx;
    write_file(path, all, bytes);
    cr_assert(idx_read(path, &idx, &error), "%s", error.text);
    cr_expect(memcmp(idx.byte, small_idx + 12, 6) == 0);
    idx_free(&idx);
    write_file(path, all, bytes - 1);
    expect_error(idx_read(path, &idx, &error), &error, "truncated gzip data");
}

Test(common_idx, refuses) {
    const char *dir = folder(), *path = in(dir, "file");
    static const struct {
        const char *why;
        size_t size;
        uint8_t bytes[24];
    } bad[] = {
        {"truncated: the magic number has 3 of 4", 3, {0, 0, 8}},
        {"truncated: it is empty", 0, {0}},
        {"not an IDX file of bytes, but a PDF", 8, {'%', 'P', 'D', 'F', '-', '1', '.', '4'}},
        {"but a page of HTML", 15, "<!DOCTYPE html>"},
        {"numbers are 32-bit integers (type 0c)", 8, {0, 0, 12, 1, 0, 0, 0, 1}},
        {"numbers are floats (type 0d)", 12, {0, 0, 13, 1, 0, 0, 0, 1, 0, 0, 0, 0}},
        {"little-endian: an IDX file begins 00 00 08", 4, {3, 8, 0, 0}},
        {"dimension 0 is 3490119680; little-endian? Then it is 2000",
         8,
         {0, 0, 8, 1, 208, 7, 0, 0}},
        /* half of gzip's first bytes */
        {"it starts with 1f 00 08 01", 4, {0x1f, 0, 8, 1}},
        {"it starts with 00 8b 08 01", 4, {0, 0x8b, 8, 1}},
        {"0 dimensions", 4, {0, 0, 8, 0}},
        {"9 dimensions", 4, {0, 0, 8, 9}},
        {"truncated: the header", 7, {0, 0, 8, 1, 0, 0, 0}},
        {"dimension 0 is 0", 8, {0, 0, 8, 1, 0, 0, 0, 0}},
        {"dimension 0 is 4294967295", 8, {0, 0, 8, 1, 255, 255, 255, 255}},
        {"truncated: the data has 3 of 5 bytes", 11, {0, 0, 8, 1, 0, 0, 0, 5, 1, 2, 3}},
        {"more bytes than", 11, {0, 0, 8, 1, 0, 0, 0, 2, 1, 2, 3}},
        /* 2^31-1 cubed does not fit, 2^31-1 images of one byte would be 2 GB */
        {"truncated: its header announces 2147483647", 8, {0, 0, 8, 1, 127, 255, 255, 255}},
    };
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        Idx idx;
        Error error;
        write_file(path, bad[k].bytes, bad[k].size);
        bool ok = idx_read(path, &idx, &error);
        expect_error(ok, &error, bad[k].why);
        expect_error(ok, &error, path); /* and it names the file */
        cr_expect(idx.byte == NULL);
    }
    Idx idx;
    Error error;
    expect_error(idx_read(in(dir, "missing"), &idx, &error), &error, "No such file");
    expect_error(idx_read(dir, &idx, &error), &error, "not a regular file");
    cr_assert(symlink("/dev/zero", in(dir, "link")) == 0); /* endless, through a link */
    expect_error(idx_read(in(dir, "link"), &idx, &error), &error, "not a regular file");
}

/* Writes a file, which must be refused with these words. */
static void expect_refused(const char *path, const void *bytes, size_t size, const char *why) {
    Idx idx;
    Error error;
    write_file(path, bytes, size);
    expect_error(idx_read(path, &idx, &error), &error, why);
}

Test(common_idx, refuses_damaged_gzip) {
    const char *dir = folder();
    uint8_t big[4000 + 8] = {0, 0, 8, 1, 0, 0, 15, 160};
    Rng rng = rng_seed(1, 0);
    size_t size;
    for (int i = 8; i < 4008; i++)
        big[i] = (uint8_t)rng_below(&rng, 3);
    write_gzipped(in(dir, "good.gz"), big, sizeof big);
    char *whole = read_file(in(dir, "good.gz"), &size);
    expect_refused(in(dir, "cut.gz"), whole, size / 2, "truncated gzip data");
    /* the data complete, the length field missing */
    expect_refused(in(dir, "tail.gz"), whole, size - 4, "truncated gzip data");
    const char *after = "after it";
    char *more = kept(size + strlen(after));
    memcpy(more, whole, size);
    memcpy(more + size, after, strlen(after));
    expect_refused(in(dir, "more.gz"), more, size + strlen(after), "after its gzip data");
    /* the beginning of a second member, and its data damaged */
    memcpy(more, whole, size);
    memcpy(more + size, whole, strlen(after));
    expect_refused(in(dir, "begun.gz"), more, size + strlen(after), "truncated gzip data");
    whole[size - 6] ^= 1; /* the checksum */
    expect_refused(in(dir, "sum.gz"), whole, size, "damaged gzip data (incorrect data check)");
}
