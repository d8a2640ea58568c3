/*
 * Reading and writing safetensors; see safetensors.h for the format. The JSON is jansson's work.
 */
#include "safetensors.h"

#include "file.h"

#include <errno.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEADER_MAX = 1 << 20, /* ours has about 900 bytes; a header of a gigabyte is an attack */
    LENGTH_BYTES = 8
};

size_t tensor_size(const Tensor *tensor) {
    size_t size = 1;
    for (int d = 0; d < tensor->dims; d++)
        size *= (size_t)tensor->dim[d];
    return size;
}

/* ------------------------------------------------------------------ numbers and bytes ---- */

/* Byte by byte, so that the file is little-endian on any machine. */
static void put_u64(uint64_t value, uint8_t *byte) {
    for (int i = 0; i < LENGTH_BYTES; i++)
        byte[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get_u64(const uint8_t *byte) {
    uint64_t value = 0;
    for (int i = 0; i < LENGTH_BYTES; i++)
        value |= (uint64_t)byte[i] << (8 * i);
    return value;
}

static void put_float(float value, uint8_t *byte) {
    uint32_t bits;
    memcpy(&bits, &value, 4);
    for (int i = 0; i < 4; i++)
        byte[i] = (uint8_t)(bits >> (8 * i));
}

static float get_float(const uint8_t *byte) {
    uint32_t bits = 0;
    for (int i = 0; i < 4; i++)
        bits |= (uint32_t)byte[i] << (8 * i);
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

/* ------------------------------------------------------------------ writing -------------- */

/* {"dtype": "F32", "shape": [...], "data_offsets": [begin, end]} or NULL. */
static json_t *tensor_json(const Tensor *tensor, size_t begin) {
    json_int_t end = (json_int_t)(begin + 4 * tensor_size(tensor));
    json_t *shape = json_array();
    for (int d = 0; d < tensor->dims; d++)
        if (json_array_append_new(shape, json_integer(tensor->dim[d])) != 0) {
            json_decref(shape);
            return NULL;
        }
    return json_pack("{s:s, s:o, s:[I,I]}", "dtype", "F32", "shape", shape, "data_offsets",
                     (json_int_t)begin, end);
}

/* The whole header, or NULL when there is no memory: jansson passes failures on. */
static json_t *header_json(int tensors, const Tensor *tensor, int entries, const Metadata *entry) {
    json_t *header = json_object(), *metadata = json_object();
    size_t begin = 0;
    bool ok = true;
    for (int i = 0; i < entries; i++)
        ok = json_object_set_new(metadata, entry[i].key, json_string(entry[i].value)) == 0 && ok;
    ok = json_object_set_new(header, "__metadata__", metadata) == 0 && ok;
    for (int i = 0; i < tensors; i++) {
        json_t *one = tensor_json(&tensor[i], begin);
        ok = json_object_set_new(header, tensor[i].name, one) == 0 && ok;
        begin += 4 * tensor_size(&tensor[i]);
    }
    if (ok) return header;
    json_decref(header);
    return NULL;
}

/* The header as text, padded with blanks so that the data starts at a multiple of 8; or NULL. */
static char *header_text(int tensors, const Tensor *tensor, int entries, const Metadata *entry) {
    json_t *header = header_json(tensors, tensor, entries, entry);
    char *compact = header ? json_dumps(header, JSON_COMPACT) : NULL;
    json_decref(header);
    size_t length = compact ? strlen(compact) : 0, padded = (length + 7) / 8 * 8;
    char *text = compact ? malloc(padded + 1) : NULL;
    if (text) snprintf(text, padded + 1, "%-*s", (int)padded, compact);
    free(compact);
    return text;
}

static void write_content(FILE *file, const char *header, int tensors, const Tensor *tensor) {
    uint8_t length[LENGTH_BYTES];
    put_u64(strlen(header), length);
    fwrite(length, 1, sizeof length, file);
    fwrite(header, 1, strlen(header), file);
    for (int i = 0; i < tensors; i++)
        for (size_t k = 0; k < tensor_size(&tensor[i]); k++) {
            uint8_t byte[4];
            put_float((float)tensor[i].data[k], byte);
            fwrite(byte, 1, 4, file);
        }
}

/* A file that safetensors_load() would refuse must not replace a good one. */
static bool all_finite(const char *path, int tensors, const Tensor *tensor, Error *error) {
    for (int i = 0; i < tensors; i++)
        for (size_t k = 0; k < tensor_size(&tensor[i]); k++)
            if (!isfinite((float)tensor[i].data[k]))
                return error_set(error, "%s: not saved: %s: number %zu is not finite", path,
                                 tensor[i].name, k);
    return true;
}

bool safetensors_save(const char *path, int tensors, const Tensor *tensor, int entries,
                      const Metadata *entry, Error *error) {
    Output output;
    if (!all_finite(path, tensors, tensor, error)) return false;
    char *header = header_text(tensors, tensor, entries, entry);
    if (!header) return error_set(error, "%s: no memory for the header", path);
    bool ok = output_open(&output, path, error);
    if (ok) write_content(output.stream, header, tensors, tensor);
    free(header);
    return ok && output_commit(&output, error);
}

bool safetensors_can_save(const char *path, Error *error) {
    Output output;
    if (!output_open(&output, path, error)) return false;
    output_discard(&output);
    return true;
}

/* ------------------------------------------------------------------ reading -------------- */

/* An open file: its parsed header and where the data begins. */
typedef struct Reader {
    const char *path;
    FILE *file;
    json_t *header;
    uint64_t data_bytes;
} Reader;

static void reader_close(Reader *reader) {
    if (reader->file) fclose(reader->file);
    json_decref(reader->header);
}

/* Reads the length and the JSON after it. */
static bool read_header(Reader *reader, uint64_t file_bytes, Error *error) {
    uint8_t length[LENGTH_BYTES];
    if (fread(length, 1, sizeof length, reader->file) != sizeof length)
        return error_set(error, "%s: truncated: not a safetensors file", reader->path);
    uint64_t bytes = get_u64(length);
    if (bytes > HEADER_MAX || bytes > file_bytes - LENGTH_BYTES)
        return error_set(error, "%s: not a safetensors file: its header would have %llu bytes",
                         reader->path, (unsigned long long)bytes);
    char *text = malloc(bytes + 1);
    if (!text) return error_set(error, "%s: no memory for the header", reader->path);
    bool whole = fread(text, 1, bytes, reader->file) == bytes;
    json_error_t why = {.text = "not a JSON object"};
    if (whole) reader->header = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &why);
    free(text);
    if (!json_is_object(reader->header))
        return error_set(error, "%s: bad header, byte %d: %s", reader->path, why.position,
                         why.text);
    reader->data_bytes = file_bytes - LENGTH_BYTES - bytes;
    return true;
}

static bool reader_open(const char *path, Reader *reader, Error *error) {
    *reader = (Reader){.path = path};
    long bytes;
    if (!file_length(path, &bytes, error)) return false;
    reader->file = fopen(path, "rb");
    if (!reader->file) return error_set(error, "%s: %s", path, strerror(errno));
    if (read_header(reader, (uint64_t)bytes, error)) return true;
    reader_close(reader);
    return false;
}

/* Whether the header's entry has the type and shape that the network expects. */
static bool check_entry(const Reader *reader, const Tensor *tensor, const json_t *entry,
                        Error *error) {
    const char *dtype = json_string_value(json_object_get(entry, "dtype"));
    const json_t *shape = json_object_get(entry, "shape");
    if (!dtype || strcmp(dtype, "F32") != 0)
        return error_set(error, "%s: %s has type %.16s, expected F32", reader->path, tensor->name,
                         dtype ? dtype : "(none)");
    bool same = json_array_size(shape) == (size_t)tensor->dims;
    for (int d = 0; same && d < tensor->dims; d++) {
        const json_t *length = json_array_get(shape, (size_t)d);
        same = json_is_integer(length) && json_integer_value(length) == tensor->dim[d];
    }
    if (same) return true;
    char *got = json_dumps(shape, JSON_COMPACT | JSON_ENCODE_ANY), want[64] = "";
    for (int d = 0, at = 0; d < tensor->dims; d++)
        at += snprintf(want + at, sizeof want - (size_t)at, d ? ",%d" : "%d", tensor->dim[d]);
    error_set(error, "%s: %s has shape %.64s, the network expects [%s]", reader->path, tensor->name,
              got ? got : "(none)", want);
    free(got);
    return false;
}

/* Reads one tensor's bytes from its offsets and checks every number. */
static bool read_tensor(const Reader *reader, const Tensor *tensor, const json_t *entry,
                        Error *error) {
    const json_t *offsets = json_object_get(entry, "data_offsets");
    bool numbers =
        json_is_integer(json_array_get(offsets, 0)) && json_is_integer(json_array_get(offsets, 1));
    json_int_t begin = json_integer_value(json_array_get(offsets, 0));
    json_int_t end = json_integer_value(json_array_get(offsets, 1));
    size_t count = tensor_size(tensor);
    if (json_array_size(offsets) != 2 || !numbers || begin < 0 || end < begin ||
        end - begin != (json_int_t)(4 * count) || (uint64_t)end > reader->data_bytes)
        return error_set(error, "%s: %s: its data_offsets do not fit its shape or the file",
                         reader->path, tensor->name);
    uint8_t *byte = malloc(4 * count);
    if (!byte) return error_set(error, "%s: no memory for %s", reader->path, tensor->name);
    long start = ftell(reader->file);
    bool ok = fseek(reader->file, start + (long)begin, SEEK_SET) == 0 &&
              fread(byte, 4, count, reader->file) == count &&
              fseek(reader->file, start, SEEK_SET) == 0;
    if (!ok) error_set(error, "%s: %s: cannot read its data", reader->path, tensor->name);
    for (size_t k = 0; ok && k < count; k++) {
        float value = get_float(byte + 4 * k);
        ok = isfinite(value);
        if (!ok)
            error_set(error, "%s: %s: number %zu is not finite", reader->path, tensor->name, k);
        tensor->data[k] = (real)value;
    }
    free(byte);
    return ok;
}

/* Every tensor of the file must be one of ours. */
static bool no_strangers(const Reader *reader, int tensors, const Tensor *tensor, Error *error) {
    const char *name;
    json_t *entry;
    json_object_foreach(reader->header, name, entry) {
        bool known = strcmp(name, "__metadata__") == 0;
        for (int i = 0; i < tensors; i++)
            known = known || strcmp(name, tensor[i].name) == 0;
        if (!known)
            return error_set(error, "%s: holds a tensor %.64s that this network does not have",
                             reader->path, name);
    }
    return true;
}

/* Where a tensor's data begins; read_tensor() has checked that it is a number. */
static json_int_t begin_of(const Reader *reader, const Tensor *tensor) {
    const json_t *entry = json_object_get(reader->header, tensor->name);
    return json_integer_value(json_array_get(json_object_get(entry, "data_offsets"), 0));
}

/* Together the tensors must cover the data: no two overlap, nothing is left over. */
static bool covers(const Reader *reader, int tensors, const Tensor *tensor, Error *error) {
    uint64_t used = 0;
    for (int i = 0; i < tensors; i++) {
        json_int_t begin = begin_of(reader, &tensor[i]);
        used += 4 * tensor_size(&tensor[i]);
        for (int k = 0; k < i; k++) {
            json_int_t other = begin_of(reader, &tensor[k]);
            if (begin < other + (json_int_t)(4 * tensor_size(&tensor[k])) &&
                other < begin + (json_int_t)(4 * tensor_size(&tensor[i])))
                return error_set(error, "%s: the data of %s and %s overlap", reader->path,
                                 tensor[k].name, tensor[i].name);
        }
    }
    return used == reader->data_bytes ||
           error_set(error, "%s: %llu bytes of data, its tensors use %llu", reader->path,
                     (unsigned long long)reader->data_bytes, (unsigned long long)used);
}

bool safetensors_load(const char *path, int tensors, const Tensor *tensor, Error *error) {
    Reader reader;
    if (!reader_open(path, &reader, error)) return false;
    bool ok = no_strangers(&reader, tensors, tensor, error);
    for (int i = 0; ok && i < tensors; i++) {
        const json_t *entry = json_object_get(reader.header, tensor[i].name);
        ok = entry ? check_entry(&reader, &tensor[i], entry, error) &&
                         read_tensor(&reader, &tensor[i], entry, error)
                   : error_set(error, "%s: tensor %s is missing", path, tensor[i].name);
    }
    ok = ok && covers(&reader, tensors, tensor, error);
    reader_close(&reader);
    return ok;
}

bool safetensors_metadata(const char *path, int fields, Field *field, Error *error) {
    Reader reader;
    if (!reader_open(path, &reader, error)) return false;
    const json_t *metadata = json_object_get(reader.header, "__metadata__");
    for (int k = 0; k < fields; k++) {
        const char *found = json_string_value(json_object_get(metadata, field[k].key));
        snprintf(field[k].value, sizeof field[k].value, "%s", found ? found : "");
    }
    reader_close(&reader);
    return true;
}
