/* The IDX reader; see idx.h for the format. */
#include "idx.h"

#include "file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

/* Deflate cannot shrink data by more than this: 258 bytes in two bits, nearly. */
enum { DEFLATE_RATIO_MAX = 1032 };

/* An open file, its name for messages, and the length it has on disk. */
typedef struct Source {
    const char *path;
    gzFile file;
    long length;
} Source;

static bool source_open(const char *path, Source *source, Error *error) {
    long bytes;
    if (!file_length(path, &bytes, error)) return false;
    gzFile file = gzopen(path, "rb");
    if (!file) return error_set(error, "%s: %s", path, errno ? strerror(errno) : "out of memory");
    *source = (Source){path, file, bytes};
    return true;
}

/* Reads exactly count bytes, or says why there are fewer. */
static bool source_read(Source *source, void *to, size_t count, const char *what, Error *error) {
    size_t done = 0;
    while (done < count) {
        size_t step = count - done < INT_MAX ? count - done : INT_MAX;
        int got = gzread(source->file, (char *)to + done, (unsigned)step);
        if (got < 0) {
            int code;
            return error_set(error, "%s: damaged gzip data in the %s (%s)", source->path, what,
                             gzerror(source->file, &code));
        }
        if (got == 0)
            return error_set(error, "%s: truncated: the %s has %zu of %zu bytes", source->path,
                             what, done, count);
        done += (size_t)got;
    }
    return true;
}

/* Nothing may follow the last byte; reaching the end also checks a .gz's checksum. */
static bool source_at_end(Source *source, Error *error) {
    char extra;
    int got = gzread(source->file, &extra, 1);
    int code = Z_OK;
    const char *why = gzerror(source->file, &code);
    if (got < 0 || code == Z_BUF_ERROR)
        return error_set(error, "%s: damaged or truncated gzip data (%s)", source->path, why);
    if (got > 0) return error_set(error, "%s: more bytes than its header announces", source->path);
    return true;
}

/* zlib ignores bytes after its data; but a .gz ends with the length of what was packed, modulo
   2^32. */
static bool ends_with_length(const Source *source, size_t length, Error *error) {
    uint8_t b[4];
    FILE *file = fopen(source->path, "rb");
    bool read = file && fseek(file, -4, SEEK_END) == 0 && fread(b, 1, 4, file) == 4;
    if (file) fclose(file);
    return (read && ((uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 |
                     (uint32_t)b[3] << 24) == (uint32_t)length) ||
           error_set(error, "%s: more bytes after its gzip data", source->path);
}

/* The header: magic, dimensions; *count becomes their product. */
static bool read_header(Source *source, Idx *idx, size_t *count, Error *error) {
    uint8_t magic[4];
    if (!source_read(source, magic, 4, "magic number", error)) return false;
    if (magic[0] != 0 || magic[1] != 0 || magic[2] != 8)
        return error_set(error,
                         "%s: not an IDX file of bytes: it starts with %02x %02x %02x %02x, "
                         "expected 00 00 08 and the number of dimensions",
                         source->path, magic[0], magic[1], magic[2], magic[3]);
    if (magic[3] < 1 || magic[3] > IDX_DIMS_MAX)
        return error_set(error, "%s: %d dimensions, expected 1 to %d", source->path, magic[3],
                         IDX_DIMS_MAX);
    idx->dims = magic[3];
    *count = 1;
    for (int d = 0; d < idx->dims; d++) {
        uint8_t b[4];
        if (!source_read(source, b, 4, "header", error)) return false;
        uint32_t length =
            (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | (uint32_t)b[3];
        if (length == 0 || length > INT_MAX || *count > SIZE_MAX / length)
            return error_set(error, "%s: dimension %d is %u", source->path, d, length);
        idx->dim[d] = (int)length;
        *count *= length;
    }
    return true;
}

/* Header, size check, data, end. */
static bool read_all(Source *source, Idx *idx, Error *error) {
    size_t count = 0;
    if (!read_header(source, idx, &count, error)) return false;
    size_t most = (size_t)source->length * (gzdirect(source->file) ? 1 : DEFLATE_RATIO_MAX);
    if (count > most)
        return error_set(error,
                         "%s: truncated: its header announces %zu bytes of data, the file has %zu",
                         source->path, count, (size_t)source->length);
    idx->byte = malloc(count);
    if (!idx->byte) return error_set(error, "%s: no memory for %zu bytes", source->path, count);
    size_t length = 4 + 4 * (size_t)idx->dims + count;
    return source_read(source, idx->byte, count, "data", error) && source_at_end(source, error) &&
           (gzdirect(source->file) || ends_with_length(source, length, error));
}

bool idx_read(const char *path, Idx *idx, Error *error) {
    *idx = (Idx){0};
    Source source = {0};
    if (!source_open(path, &source, error)) return false;
    bool ok = read_all(&source, idx, error);
    gzclose(source.file);
    if (!ok) idx_free(idx);
    return ok;
}

void idx_free(Idx *idx) {
    free(idx->byte);
    *idx = (Idx){0};
}
