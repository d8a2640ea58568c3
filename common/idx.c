/*
 * The IDX reader; see idx.h for the format. Plain and gzipped files are read by one function
 * through a Source; above it nothing knows which it was.
 */
#define _DEFAULT_SOURCE /* madvise() of Linux */
#include "idx.h"

#include "file.h"
#include "kind.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <zlib.h>

enum {
    DEFLATE_RATIO_MAX = 1032, /* deflate cannot shrink data by more: nearly 258 bytes in two bits */
    GZIP = 16 + MAX_WBITS     /* for zlib: a gzip header, and the largest window */
};

/* An open file, its name for messages, and the length it has on disk. A .gz is unpacked on the way;
   it may have several members one after another, as pigz and cat make them. */
typedef struct Source {
    const char *path;
    FILE *file;
    size_t length;
    uint8_t start[KIND_BYTES]; /* its first bytes, for messages */
    size_t started;            /* how many those are */
    bool packed;
    z_stream stream;        /* packed: takes from chunk */
    bool between;           /* packed: one member has ended, the next has not begun */
    uint8_t chunk[1 << 14]; /* packed: the next bytes of the file */
} Source;

/* Releases zlib's state, if there is one, and closes the file. */
static void source_close(Source *source) {
    if (source->packed) inflateEnd(&source->stream);
    fclose(source->file);
}

/* The length on disk is kept, to judge the header's claims by. */
static bool source_open(const char *path, Source *source, Error *error) {
    long bytes;
    *source = (Source){.path = path};
    if (!file_length(path, &bytes, error)) return false;
    source->length = (size_t)bytes;
    FILE *file = fopen(path, "rb");
    if (!file) return error_set(error, "%s: %s", path, strerror(errno));
    source->started = fread(source->start, 1, KIND_BYTES, file);
    rewind(file);
    source->file = file;
    /* the first bytes decide, not the name: a browser may have unpacked a .gz already */
    bool gzip = source->started >= 2 && source->start[0] == 0x1f && source->start[1] == 0x8b;
    if (gzip && inflateInit2(&source->stream, GZIP) != Z_OK) {
        source_close(source);
        return error_set(error, "%s: no memory to unpack it", path);
    }
    source->packed = gzip;
    return true;
}

/* Bytes from the file; fewer than count only at its end. A failing disk is not an end: ferror()
   knows the difference. */
static bool take_plain(Source *source, void *to, size_t count, size_t *got, Error *error) {
    errno = EIO; /* for systems that report an error without a cause */
    *got = fread(to, 1, count, source->file);
    if (!ferror(source->file)) return true;
    return error_set(error, "%s: %s", source->path, strerror(errno));
}

/* Lets zlib continue with the bytes in the chunk. The end of a member is not the end of the file:
   the next may follow. */
static bool inflate_some(Source *source, Error *error) {
    z_stream *stream = &source->stream;
    bool member = source->between; /* whether a new one begins here */
    if (member) inflateReset(stream);
    int code = inflate(stream, Z_NO_FLUSH);
    source->between = code == Z_STREAM_END;
    if (code == Z_OK || code == Z_STREAM_END) return true;
    /* no progress: the file has ended, and zlib wants more */
    if (code == Z_BUF_ERROR) return error_set(error, "%s: truncated gzip data", source->path);
    if (code == Z_DATA_ERROR && member)
        return error_set(error, "%s: more bytes after its gzip data", source->path);
    return error_set(error, "%s: damaged gzip data (%s)", source->path,
                     stream->msg ? stream->msg : zError(code));
}

/* The same through zlib, chunk by chunk, until `to` is full or the file ends between members. */
static bool take_packed(Source *source, void *to, size_t count, size_t *got, Error *error) {
    z_stream *stream = &source->stream;
    stream->next_out = to;
    stream->avail_out = (unsigned)count;
    bool ok = true;
    while (ok && stream->avail_out > 0) {
        size_t more = stream->avail_in;
        if (more == 0) {
            /* zlib has used up the chunk: the next one */
            ok = take_plain(source, source->chunk, sizeof source->chunk, &more, error);
            stream->next_in = source->chunk;
            stream->avail_in = (unsigned)more;
        }
        /* nothing follows the last member; within one, zlib says that it is cut off */
        if (ok && more == 0 && source->between) break;
        if (ok) ok = inflate_some(source, error);
    }
    *got = count - stream->avail_out;
    return ok;
}

static bool source_take(Source *source, void *to, size_t count, size_t *got, Error *error) {
    return source->packed ? take_packed(source, to, count, got, error)
                          : take_plain(source, to, count, got, error);
}

/* Reads exactly count bytes, or names the part of the file that has fewer. */
static bool source_read(Source *source, void *to, size_t count, const char *part, Error *error) {
    size_t got;
    /* zlib counts in unsigned */
    if (count > UINT_MAX)
        return error_set(error, "%s: %zu bytes are too many", source->path, count);
    if (!source_take(source, to, count, &got, error)) return false;
    if (got == count) return true;
    return error_set(error, "%s: truncated: the %s has %zu of %zu bytes", source->path, part, got,
                     count);
}

/* Nothing may follow the last byte; reaching the end also checks a .gz's checksum. */
static bool source_at_end(Source *source, Error *error) {
    char extra;
    size_t got;
    if (!source_take(source, &extra, 1, &got, error)) return false;
    if (got == 0) return true;
    return error_set(error, "%s: more bytes than its header announces", source->path);
}

/* A number of the header, the largest byte first. */
static uint32_t big_endian(const uint8_t byte[4]) {
    return (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 |
           (uint32_t)byte[3];
}

/* A number written the other way round, as most machines have them in memory. */
static uint32_t turned(uint32_t n) {
    return n >> 24 | (n >> 8 & 0xff00) | (n << 8 & 0xff0000) | n << 24;
}

/* A file that does not begin as an IDX file of bytes: its type, if it is an IDX file at all, or the
   kind of file that it is. */
static bool wrong_start(const Source *source, const uint8_t magic[4], Error *error) {
    static const char *const types[16] = {
        [9] = "signed bytes", [11] = "16-bit integers", [12] = "32-bit integers",
        [13] = "floats",      [14] = "doubles",
    };
    if (magic[0] == 0 && magic[1] == 0 && magic[2] < 16 && types[magic[2]])
        return error_set(error,
                         "%s: its numbers are %s (type %02x); only unsigned bytes (08), from 0 to "
                         "255, are read",
                         source->path, types[magic[2]], magic[2]);
    if (magic[3] == 0 && magic[2] == 0 && magic[1] == 8)
        return error_set(error, "%s: little-endian: an IDX file begins 00 00 08, this one %02x 08",
                         source->path, magic[0]);
    Kind kind = source->packed ? kind_of(magic, 4) : kind_of(source->start, source->started);
    return error_set(error,
                     "%s: not an IDX file of bytes, but %s: it starts with %02x %02x %02x %02x, "
                     "expected 00 00 08 and the number of dimensions",
                     source->path, kind.name, magic[0], magic[1], magic[2], magic[3]);
}

/* The header: magic, dimensions; *count becomes their product. */
static bool read_header(Source *source, Idx *idx, size_t *count, Error *error) {
    uint8_t magic[4];
    if (source->length == 0) return error_set(error, "%s: truncated: it is empty", source->path);
    if (!source_read(source, magic, 4, "magic number", error)) return false;
    /* 8 stands for unsigned bytes; the format has other types, which no image is made of */
    if (magic[0] != 0 || magic[1] != 0 || magic[2] != 8) return wrong_start(source, magic, error);
    if (magic[3] < 1 || magic[3] > IDX_DIMS_MAX)
        return error_set(error, "%s: %d dimensions, expected 1 to %d", source->path, magic[3],
                         IDX_DIMS_MAX);
    idx->dims = magic[3];
    *count = 1;
    for (int d = 0; d < idx->dims; d++) {
        uint8_t b[4];
        if (!source_read(source, b, 4, "header", error)) return false;
        uint32_t length = big_endian(b);
        /* no data set has 16 million images; with its bytes swapped the number may be a usual
           one */
        if (length >= 1 << 24 && turned(length) > 0 && turned(length) < 1 << 24)
            return error_set(error, "%s: dimension %d is %u; little-endian? Then it is %u",
                             source->path, d, length, turned(length));
        /* the product is checked before it is formed, as it could overflow */
        if (length == 0 || length > INT_MAX || *count > SIZE_MAX / length)
            return error_set(error, "%s: dimension %d is %u", source->path, d, length);
        idx->dim[d] = (int)length;
        *count *= length;
    }
    return true;
}

/* Room for the data. A system hands out memory by pages of 4 KB when each is first touched: 11,500
   times for MNIST's images, 0.1 s on a virtual machine. Linux has pages of 2 MB on request. */
static uint8_t *room_for(size_t count) {
    enum { LARGE_PAGE = 1 << 21 };
    if (count < LARGE_PAGE) return malloc(count);
    uint8_t *room = aligned_alloc(LARGE_PAGE, (count + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE);
#ifdef MADV_HUGEPAGE
    if (room) madvise(room, count, MADV_HUGEPAGE);
#endif
    return room;
}

/* Header, size check, data, end: a file with more than that is another. */
static bool read_all(Source *source, Idx *idx, Error *error) {
    size_t count = 0;
    if (!read_header(source, idx, &count, error)) return false;
    /* A header is only a claim: it is compared with the file before memory is allocated. */
    size_t most = source->length * (source->packed ? DEFLATE_RATIO_MAX : 1);
    if (count > most)
        return error_set(error,
                         "%s: truncated: its header announces %zu bytes of data, the file has %zu",
                         source->path, count, source->length);
    idx->byte = room_for(count);
    if (!idx->byte) return error_set(error, "%s: no memory for %zu bytes", source->path, count);
    if (!source_read(source, idx->byte, count, "data", error)) return false;
    return source_at_end(source, error);
}

/* All or nothing: the bytes of a bad file are released. */
bool idx_read(const char *path, Idx *idx, Error *error) {
    *idx = (Idx){0};
    Source source;
    if (!source_open(path, &source, error)) return false;
    bool ok = read_all(&source, idx, error);
    source_close(&source);
    if (!ok) idx_free(idx);
    return ok;
}

void idx_free(Idx *idx) {
    free(idx->byte);
    *idx = (Idx){0};
}
