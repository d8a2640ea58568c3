/*
 * Reading and writing safetensors; see safetensors.h for the format. jansson parses the JSON.
 *
 * Reading trusts nothing: a length, a shape and an offset are claims, each compared with the file
 * and with the tensors that are expected before anything is done with it.
 */
#include "safetensors.h"

#include "file.h"
#include "kind.h"

#include <errno.h>
#include <jansson.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define SUM_KEY  "checksum"
#define SUM_MARK "crc:"

enum {
    HEADER_MAX = 1 << 20, /* ours has about 900 bytes; a header of a gigabyte is an attack */
    LENGTH_BYTES = 8,
    SUM_TEXT = sizeof SUM_MARK + 8
};

/* No tensor has more dimensions than a convolution's weight: 4. */
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

/* The bits of a float as an integer, whose bytes can be taken one by one. */
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

/* ------------------------------------------------------------------ the checksum --------- */

/* Of one text, with its final zero, so that no letter can move from one text to the next. */
static uLong sum_text(uLong crc, const char *text) {
    return crc32_z(crc, (const uint8_t *)text, strlen(text) + 1);
}

/* Of a tensor: its name, and its numbers as the file has them. */
static uLong sum_tensor(const Tensor *tensor) {
    uLong crc = sum_text(0, tensor->name);
    for (size_t k = 0; k < tensor_size(tensor); k++) {
        uint8_t byte[4];
        put_float((float)tensor->data[k], byte);
        crc = crc32_z(crc, byte, sizeof byte);
    }
    return crc;
}

/* Of all, as text. The parts are added up, so their order does not count. */
static void sum_all(const json_t *metadata, int tensors, const Tensor *tensor,
                    char text[SUM_TEXT]) {
    const char *key;
    json_t *value;
    uLong sum = 0;
    json_object_foreach((json_t *)metadata, key, value) {
        const char *word = json_string_value(value);
        if (word && strcmp(key, SUM_KEY) != 0) sum += sum_text(sum_text(0, key), word);
    }
    for (int i = 0; i < tensors; i++)
        sum += sum_tensor(&tensor[i]);
    snprintf(text, SUM_TEXT, SUM_MARK "%08lx", sum & 0xffffffff);
}

/* The checksum that a file has; NULL: none. */
static const char *sum_of(const json_t *metadata) {
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)metadata, key, value) {
        const char *word = json_string_value(value);
        if (strcmp(key, SUM_KEY) == 0) return word ? word : "";
        /* a bit of the key has flipped: no checksum fits */
        if (word && strncmp(word, SUM_MARK, strlen(SUM_MARK)) == 0) return "";
    }
    return NULL;
}

/* ------------------------------------------------------------------ writing -------------- */

/* {"dtype": "F32", "shape": [...], "data_offsets": [begin, end]} or NULL. json_pack() takes over
   the shape, also when it fails. */
static json_t *tensor_json(const Tensor *tensor, size_t begin) {
    /* offsets count from the end of the header, which is not known yet */
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

/* The whole header, or NULL when there is no memory. jansson's functions take a NULL and fail in
   turn, so it is enough to look at the results, and to release the whole. */
static json_t *header_json(int tensors, const Tensor *tensor, int entries, const Metadata *entry) {
    json_t *header = json_object(), *metadata = json_object();
    size_t begin = 0;
    bool ok = true;
    for (int i = 0; i < entries; i++)
        if (json_object_set_new(metadata, entry[i].key, json_string(entry[i].value)) != 0)
            ok = false;
    char sum[SUM_TEXT];
    sum_all(metadata, tensors, tensor, sum);
    if (json_object_set_new(metadata, SUM_KEY, json_string(sum)) != 0) ok = false;
    /* from here on the header owns the metadata, and everything else that is set in it */
    if (json_object_set_new(header, "__metadata__", metadata) != 0) ok = false;
    for (int i = 0; i < tensors; i++) {
        json_t *one = tensor_json(&tensor[i], begin);
        if (json_object_set_new(header, tensor[i].name, one) != 0) ok = false;
        begin += 4 * tensor_size(&tensor[i]);
    }
    if (ok) return header;
    json_decref(header);
    return NULL;
}

/* The text of a header, or NULL. It is read back: jansson 2.14 overlooks some failed allocations
   while it writes, and leaves out a piece. */
static char *checked_text(const json_t *header) {
    char *text = json_dumps(header, JSON_COMPACT);
    json_t *back = NULL;
    if (text) back = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    bool same = back && json_equal(header, back);
    json_decref(back);
    if (same) return text;
    free(text);
    return NULL;
}

/* The header as text, padded with blanks so that the data starts at a multiple of 8; or NULL. */
static char *header_text(int tensors, const Tensor *tensor, int entries, const Metadata *entry) {
    json_t *header = header_json(tensors, tensor, entries, entry);
    if (!header) return NULL;
    char *compact = checked_text(header);
    json_decref(header);
    if (!compact) return NULL;
    /* programs that map the file into memory read its floats where they are */
    size_t padded = (strlen(compact) + 7) / 8 * 8;
    char *text = malloc(padded + 1);
    if (text) snprintf(text, padded + 1, "%-*s", (int)padded, compact);
    free(compact);
    return text;
}

/* Length, header, numbers. Whether all of it arrived is asked once, by output_commit(). */
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

/* A diverged network must not replace a good file: safetensors_read() would refuse it. */
static bool all_finite(const char *path, int tensors, const Tensor *tensor, Error *error) {
    for (int i = 0; i < tensors; i++)
        for (size_t k = 0; k < tensor_size(&tensor[i]); k++)
            if (!isfinite((float)tensor[i].data[k]))
                return error_set(error, "%s: not saved: %s: number %zu is not finite", path,
                                 tensor[i].name, k);
    return true;
}

/* An entry without a value would leave the file without a setting of its run. */
static bool all_said(const char *path, int entries, const Metadata *entry, Error *error) {
    for (int i = 0; i < entries; i++)
        if (!entry[i].value)
            return error_set(error, "%s: not saved: its metadata has no value for '%s'", path,
                             entry[i].key);
    return true;
}

/* Checked, composed, written, renamed; whichever fails, an older file is untouched. */
bool safetensors_save(const char *path, int tensors, const Tensor *tensor, int entries,
                      const Metadata *entry, Error *error) {
    Output output;
    if (!all_finite(path, tensors, tensor, error)) return false;
    if (!all_said(path, entries, entry, error)) return false;
    /* everything that can fail for want of memory comes before the file is touched */
    char *header = header_text(tensors, tensor, entries, entry);
    if (!header) return error_set(error, "%s: no memory for the header", path);
    bool ok = output_open(&output, path, error);
    if (ok) write_content(output.stream, header, tensors, tensor);
    free(header);
    if (!ok) return false;
    return output_commit(&output, error);
}

/* dir/a.safetensors becomes FOLDER/a-rescued.safetensors, or -rescued2, ...; whether it fits. */
static bool rescue_name(const char *path, const char *folder, int number, char name[PATH_MAX]) {
    static const char ending[] = ".safetensors";
    const char *slash = strrchr(path, '/'), *last = slash ? slash + 1 : path;
    size_t length = strlen(last), cut = sizeof ending - 1;
    char suffix[16] = "";
    if (length > cut && strcmp(last + length - cut, ending) == 0) length -= cut;
    if (number > 1) snprintf(suffix, sizeof suffix, "%d", number);
    int end =
        snprintf(name, PATH_MAX, "%s/%.*s-rescued%s%s", folder, (int)length, last, suffix, ending);
    return end < PATH_MAX;
}

/* Under the first of nine names in a folder that is free. */
static bool rescue_in(const char *folder, const char *path, int tensors, const Tensor *tensor,
                      int entries, const Metadata *entry, char name[PATH_MAX]) {
    enum { NAMES = 9 };
    Error ignored;
    for (int k = 1; k <= NAMES; k++) {
        if (!rescue_name(path, folder, k, name)) return false;
        if (access(name, F_OK) == 0) continue;
        /* if it is the metadata that cannot be saved, the numbers can still be */
        return safetensors_save(name, tensors, tensor, entries, entry, &ignored) ||
               safetensors_save(name, tensors, tensor, 0, NULL, &ignored);
    }
    return false;
}

bool safetensors_rescue(const char *path, int tensors, const Tensor *tensor, int entries,
                        const Metadata *entry, char name[PATH_MAX]) {
    char folder[PATH_MAX] = ".";
    const char *slash = strrchr(path, '/'), *temporary = getenv("TMPDIR");
    if (slash) snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
    const char *const folders[] = {folder, ".", temporary ? temporary : "/tmp"};
    for (size_t k = 0; k < sizeof folders / sizeof *folders; k++)
        if (rescue_in(folders[k], path, tensors, tensor, entries, entry, name)) return true;
    return false;
}

/* ------------------------------------------------------------------ reading -------------- */

/* Remedies, and a name that four marks share. */
static const char torch[] = "in PyTorch, save_file(net.state_dict(), \"net.safetensors\") of "
                            "safetensors.torch writes one";
static const char numpy[] = "in NumPy, save_file(dict(numpy.load(FILE)), \"net.safetensors\") of "
                            "safetensors.numpy writes one";
static const char pickle[] = "a pickle, as Python and older PyTorch write them";

/* Files of parameters that are none of ours; the others, kind.h knows. */
static const Mark parameter_marks[] = {
    {0, 4, "PK\3\4", {"a zip archive, as PyTorch (.pth, .pt) and NumPy (.npz) write them", torch}},
    {0, 2, "\200\2", {pickle, torch}},
    {0, 2, "\200\3", {pickle, torch}},
    {0, 2, "\200\4", {pickle, torch}},
    {0, 2, "\200\5", {pickle, torch}},
    {0,
     8,
     "\211HDF\r\n\032\n",
     {"an HDF5 file, as Keras (.h5) writes them",
      "docs/files.md says how its weights are to be turned"}},
    {0, 6, "\223NUMPY", {"a NumPy array (.npy)", numpy}},
    {0, 6, "MATLAB", {"a MATLAB file (.mat)", numpy}},
    {0, 4, "GGUF", {"a GGUF file", "only safetensors are read"}},
    {0, 3, "\0\0\010", {"an IDX file, images or labels", "it belongs to --data"}},
};

static Kind parameter_kind(const uint8_t *start, size_t n) {
    bool zip = n >= 4 && memcmp(start, "PK\3\4", 4) == 0;
    for (size_t k = 0; zip && k + 4 <= n; k++)
        if (memcmp(start + k, ".npy", 4) == 0)
            return (Kind){"a zip archive of NumPy arrays (.npz)", numpy};
    const Kind *known =
        kind_among(parameter_marks, sizeof parameter_marks / sizeof *parameter_marks, start, n);
    return known ? *known : (Kind){kind_of(start, n).name, "only safetensors are read"};
}

/* A file that does not begin as safetensors do: its kind, and how to convert it. */
static bool another_kind(const Safetensors *file, Error *error) {
    uint8_t start[KIND_BYTES];
    rewind(file->stream);
    size_t n = fread(start, 1, sizeof start, file->stream);
    Kind kind = parameter_kind(start, n);
    return error_set(error, "%s: not a safetensors file, but %s: %s", file->path, kind.name,
                     kind.remedy);
}

/* Fills the text of the header, whose length is in the file's first bytes. */
static bool read_text(Safetensors *file, uint64_t file_bytes, char **text, uint64_t *bytes,
                      Error *error) {
    uint8_t length[LENGTH_BYTES];
    if (file_bytes < LENGTH_BYTES) return another_kind(file, error);
    errno = EIO;
    if (fread(length, 1, sizeof length, file->stream) != sizeof length)
        return error_set(error, "%s: %s", file->path, strerror(errno));
    /* A length is only a claim: it is compared with the file before memory is allocated for it. */
    *bytes = get_u64(length);
    if (*bytes > HEADER_MAX) return another_kind(file, error);
    if (*bytes > file_bytes - LENGTH_BYTES)
        return error_set(error,
                         "%s: truncated, or not a safetensors file: its header would have "
                         "%llu bytes",
                         file->path, (unsigned long long)*bytes);
    *text = malloc(*bytes + 1);
    if (!*text) return error_set(error, "%s: no memory for the header", file->path);
    errno = EIO;
    if (fread(*text, 1, *bytes, file->stream) == *bytes) return true;
    return error_set(error, "%s: %s", file->path, strerror(errno));
}

/* Parses the header; the data begins after it. */
static bool read_header(Safetensors *file, uint64_t file_bytes, Error *error) {
    char *text = NULL;
    uint64_t bytes = 0;
    json_error_t why = {.position = 0};
    bool whole = read_text(file, file_bytes, &text, &bytes, error);
    if (whole) file->header = json_loadb(text, bytes, JSON_REJECT_DUPLICATES, &why);
    free(text);
    if (!whole) return false;
    if (!json_is_object(file->header))
        return error_set(error, "%s: bad header, byte %d: %s", file->path, why.position,
                         *why.text ? why.text : "not a JSON object");
    file->begin = LENGTH_BYTES + (long)bytes;
    file->bytes = file_bytes - LENGTH_BYTES - bytes;
    return true;
}

/* The path is kept and not copied, as every message begins with it. */
bool safetensors_open(const char *path, Safetensors *file, Error *error) {
    long bytes;
    *file = (Safetensors){.path = path};
    if (!file_length(path, &bytes, error)) return false;
    file->stream = fopen(path, "rb");
    if (!file->stream) return error_set(error, "%s: %s", path, strerror(errno));
    /* a file that is refused is closed again: the caller has nothing to release */
    if (read_header(file, (uint64_t)bytes, error)) return true;
    safetensors_close(file);
    return false;
}

void safetensors_close(Safetensors *file) {
    if (file->stream) fclose(file->stream);
    json_decref(file->header);
    *file = (Safetensors){0};
}

/* A file without metadata answers like one without the entry. */
const char *safetensors_metadata(const Safetensors *file, const char *key) {
    const json_t *metadata = json_object_get(file->header, "__metadata__");
    return json_string_value(json_object_get(metadata, key));
}

/* ------------------------------------------------------------------ types ---------------- */

/* A type of number that is read: how many bytes it has, and their value. */
typedef struct Type {
    const char *name;
    size_t bytes;
    double (*number)(const uint8_t *byte);
} Type;

/* The type that we write. */
static double from_f32(const uint8_t *byte) {
    return (double)get_float(byte);
}

/* memcpy() and not a cast of the pointer: the address may be odd, and the compiler may assume that
   a double is never read through bytes. */
static double from_f64(const uint8_t *byte) {
    uint64_t bits = get_u64(byte);
    double value;
    memcpy(&value, &bits, 8);
    return value;
}

/* 16 bits of bfloat16 are the upper half of a float. */
static double from_bf16(const uint8_t *byte) {
    const uint8_t whole[4] = {0, 0, byte[0], byte[1]};
    return (double)get_float(whole);
}

/* 16 bits: sign, 5 bits of exponent (bias 15), 10 of fraction: +-(1 + fraction/1024) * 2^(e-15);
   exponent 0 has no 1 before the fraction, exponent 31 is infinity or NaN. */
static double from_f16(const uint8_t *byte) {
    int bits = byte[0] | byte[1] << 8;
    int exponent = bits >> 10 & 31, fraction = bits & 1023;
    double value = ldexp(1024 + fraction, exponent - 25);
    if (exponent == 0) value = ldexp(fraction, -24);
    if (exponent == 31) value = (double)NAN; /* infinity is refused like NaN */
    return bits & 0x8000 ? -value : value;
}

/* Everything that networks are saved in today; quantised types would need a scale. */
static const Type types[] = {
    {"F32", 4, from_f32}, {"F64", 8, from_f64}, {"F16", 2, from_f16}, {"BF16", 2, from_bf16}};

/* The type of an entry, NULL when it is none of ours. */
static const Type *type_of(const json_t *entry) {
    const char *name = json_string_value(json_object_get(entry, "dtype"));
    for (size_t k = 0; name && k < sizeof types / sizeof *types; k++)
        if (strcmp(name, types[k].name) == 0) return &types[k];
    return NULL;
}

/* ------------------------------------------------------------------ names ---------------- */

/* Whether an entry has a tensor's shape. A layer that sees all of a map is a convolution for some
   and an affine layer for others, with the same numbers in the same order: [120,16,5,5] and
   [120,400]. */
static bool same_shape(const json_t *shape, const Tensor *tensor) {
    size_t dims = json_array_size(shape);
    json_int_t rest = 1, want = (json_int_t)(tensor_size(tensor) / (size_t)tensor->dim[0]);
    /* an entry that is not an integer, or missing, counts as 0, which no dimension is */
    if (json_integer_value(json_array_get(shape, 0)) != tensor->dim[0]) return false;
    if (dims == (size_t)tensor->dims) {
        for (size_t d = 1; d < dims; d++)
            if (json_integer_value(json_array_get(shape, d)) != tensor->dim[d]) return false;
        return true;
    }
    if (dims != 4 || tensor->dims != 2) return false;
    /* c * k * k must be the inputs; compared by division, as the product could overflow */
    for (size_t d = 1; d < dims; d++) {
        json_int_t length = json_integer_value(json_array_get(shape, d));
        if (length < 1 || length > want / rest) return false;
        rest *= length;
    }
    return rest == want;
}

/* The part after the last dot: "weight", "bias". */
static const char *last_word(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot ? dot + 1 : name;
}

/* The file's tensor number `which`, from 0, with this shape and last word, as other programs have
   other names for the layers: "conv1.weight", "module.features.0.weight". NULL when there are not
   so many. */
static const char *name_by_shape(const Safetensors *file, const Tensor *tensor, int which) {
    const char *name;
    json_t *entry;
    json_object_foreach(file->header, name, entry) {
        if (strcmp(last_word(name), last_word(tensor->name)) != 0) continue;
        if (!same_shape(json_object_get(entry, "shape"), tensor)) continue;
        if (which-- == 0) return name;
    }
    return NULL;
}

/* Whether the file has a tensor of one of our names. Then it must have all of them: a file that is
   ours and damaged should not be read by shapes. */
static bool speaks_our_names(const Safetensors *file, int tensors, const Tensor *tensor) {
    for (int i = 0; i < tensors; i++)
        if (json_object_get(file->header, tensor[i].name)) return true;
    return false;
}

/* "C1.weight C1.bias ...", for messages. */
static void list_names(int tensors, const Tensor *tensor, char *list, size_t size) {
    size_t at = 0;
    list[0] = '\0';
    for (int i = 0; i < tensors && at < size; i++)
        at += (size_t)snprintf(list + at, size - at, i ? " %s" : "%s", tensor[i].name);
}

/* A shape as text: "[6,1,5,5]". */
static const char *shape_text(const json_t *shape, char *text, size_t size) {
    size_t at = (size_t)snprintf(text, size, "[");
    for (size_t d = 0; d < json_array_size(shape) && at < size; d++)
        at += (size_t)snprintf(text + at, size - at,
                               d ? ",%" JSON_INTEGER_FORMAT : "%" JSON_INTEGER_FORMAT,
                               json_integer_value(json_array_get(shape, d)));
    if (at < size) snprintf(text + at, size - at, "]");
    return text;
}

/* How much a file's tensor is like one of ours: its last word, how many numbers it has, and its
   dimensions, in their places or others. */
static int likeness(const char *name, const json_t *shape, const Tensor *tensor) {
    size_t dims = json_array_size(shape);
    int points = strcmp(last_word(name), last_word(tensor->name)) == 0 ? 4 : 0;
    double numbers = 1;
    for (size_t d = 0; d < dims; d++) {
        json_int_t length = json_integer_value(json_array_get(shape, d));
        bool known = false;
        for (int i = 0; i < tensor->dims; i++)
            known = known || length == tensor->dim[i];
        numbers *= (double)length;
        if (d < (size_t)tensor->dims && length == tensor->dim[d]) points += 3;
        if (known) points += 2;
    }
    return points + (numbers == (double)tensor_size(tensor) ? 6 : 0);
}

/* Whether a shape has our dimensions in this order. */
static bool in_order(const json_t *shape, const Tensor *tensor, const int *order) {
    if (json_array_size(shape) != (size_t)tensor->dims) return false;
    for (int d = 0; d < tensor->dims; d++)
        if (json_integer_value(json_array_get(shape, (size_t)d)) != tensor->dim[order[d]])
            return false;
    return true;
}

/* The probable cause of another shape. */
static const char *probable_cause(const json_t *shape, const Tensor *tensor) {
    static const int turned[] = {1, 0}, channels_last[] = {2, 3, 1, 0};
    json_int_t first = json_integer_value(json_array_get(shape, 0));
    json_int_t second = json_integer_value(json_array_get(shape, 1));
    if (same_shape(shape, tensor)) return "the same numbers under another name";
    if (tensor->dims == 2 && in_order(shape, tensor, turned))
        return "transposed: here a row is an output";
    if (tensor->dims == 4 && in_order(shape, tensor, channels_last))
        return "channels last, as Keras has them";
    if (json_array_size(shape) != (size_t)tensor->dims) return "another kind of layer";
    if (tensor->dims == 2 && first == tensor->dim[0] && second < tensor->dim[1])
        return "fewer inputs: a network whose first convolution has no padding?";
    if (tensor->dims == 2 && first == tensor->dim[0]) return "more inputs: larger images?";
    if (tensor->dims <= 2 && (tensor->dims == 1 || second == tensor->dim[1]))
        return "another number of outputs: other classes?";
    return "another network";
}

/* A tensor that is not there: names the nearest of those that are, and why it may be another. */
static bool not_found(const Safetensors *file, const Tensor *tensor, Error *error) {
    const char *name, *nearest = NULL, *second = name_by_shape(file, tensor, 1);
    char got[64], want[64] = "";
    int best = -1;
    json_t *entry;
    for (int d = 0, at = 0; d < tensor->dims; d++)
        at += snprintf(want + at, sizeof want - (size_t)at, d ? ",%d" : "%d", tensor->dim[d]);
    if (second)
        return error_set(error,
                         "%s: tensor %s is missing, and no tensor's shape identifies it: "
                         "%.64s and %.64s are both [%s]",
                         file->path, tensor->name, name_by_shape(file, tensor, 0), second, want);
    json_object_foreach(file->header, name, entry) {
        int points = likeness(name, json_object_get(entry, "shape"), tensor);
        if (strcmp(name, "__metadata__") == 0 || points <= best) continue;
        best = points;
        nearest = name;
    }
    if (!nearest)
        return error_set(error, "%s: tensor %s is missing: it holds no tensors", file->path,
                         tensor->name);
    const json_t *shape = json_object_get(json_object_get(file->header, nearest), "shape");
    return error_set(error,
                     "%s: tensor %s [%s] is missing, and no tensor's shape identifies it; the "
                     "nearest is %.64s %s: %s",
                     file->path, tensor->name, want, nearest, shape_text(shape, got, sizeof got),
                     probable_cause(shape, tensor));
}

/* A tensor of ours that a file with our names lacks: names the others, as a user may have loaded
   another network's file. */
static bool missing(const Safetensors *file, int tensors, const Tensor *tensor, const char *name,
                    Error *error) {
    char list[300];
    list_names(tensors, tensor, list, sizeof list);
    return error_set(error, "%s: tensor %s is missing; expected: %s", file->path, name, list);
}

/* name[i] becomes the file's name for tensor i: ours, or that of the only tensor of its shape. */
static bool find_names(const Safetensors *file, int tensors, const Tensor *tensor,
                       const char **name, Error *error) {
    contract(tensor || tensors == 0, "no tensors to read");
    bool ours = speaks_our_names(file, tensors, tensor);
    for (int i = 0; i < tensors; i++) {
        name[i] = ours ? tensor[i].name : name_by_shape(file, &tensor[i], 0);
        /* two tensors of one shape, theirs or ours, could be either */
        bool found = name[i] && (ours || !name_by_shape(file, &tensor[i], 1));
        for (int k = 0; found && k < i; k++)
            found = strcmp(name[i], name[k]) != 0;
        if (!found) return not_found(file, &tensor[i], error);
    }
    return true;
}

/* ------------------------------------------------------------------ tensors -------------- */

/* Whether the header's entry has a type that is read, and the shape that the network expects. */
static bool check_entry(const Safetensors *file, const Tensor *tensor, const char *name,
                        const json_t *entry, Error *error) {
    const char *dtype = json_string_value(json_object_get(entry, "dtype"));
    const json_t *shape = json_object_get(entry, "shape");
    if (!type_of(entry))
        return error_set(error, "%s: %.64s has type %.16s, expected F32, F64, F16 or BF16",
                         file->path, name, dtype ? dtype : "(none)");
    if (same_shape(shape, tensor)) return true;
    char got[64], want[64] = "";
    for (int d = 0, at = 0; d < tensor->dims; d++)
        at += snprintf(want + at, sizeof want - (size_t)at, d ? ",%d" : "%d", tensor->dim[d]);
    return error_set(error, "%s: %.64s has shape %s, the network expects [%s]: %s", file->path,
                     name, json_is_array(shape) ? shape_text(shape, got, sizeof got) : "(none)",
                     want, probable_cause(shape, tensor));
}

/* Where a tensor's data is, if that fits its shape and the file. */
static bool read_offsets(const Safetensors *file, const Tensor *tensor, const json_t *entry,
                         uint64_t *begin, Error *error) {
    const json_t *offsets = json_object_get(entry, "data_offsets");
    /* a missing or wrong entry gives NULL, and the integer 0 */
    const json_t *from = json_array_get(offsets, 0), *to = json_array_get(offsets, 1);
    json_int_t low = json_integer_value(from), high = json_integer_value(to);
    json_int_t bytes = (json_int_t)(type_of(entry)->bytes * tensor_size(tensor));
    bool pair = json_array_size(offsets) == 2 && json_is_integer(from) && json_is_integer(to);
    /* high >= low comes first: without it the difference may overflow */
    bool fits = low >= 0 && high >= low && high - low == bytes && (uint64_t)high <= file->bytes;
    *begin = (uint64_t)low;
    if (pair && fits) return true;
    return error_set(error, "%s: %s: its data_offsets do not fit its shape or the file", file->path,
                     tensor->name);
}

/* Reads count bytes of the data, from `begin` on; false and errno when that fails. */
static bool read_bytes(const Safetensors *file, uint64_t begin, size_t count, uint8_t *byte) {
    errno = EIO;
    if (fseek(file->stream, file->begin + (long)begin, SEEK_SET) != 0) return false;
    return fread(byte, 1, count, file->stream) == count;
}

/* Reads one tensor's numbers from its offsets and checks every one: a NaN in a weight would spread
   through every answer of the network. */
static bool read_tensor(const Safetensors *file, const Tensor *tensor, const json_t *entry,
                        Error *error) {
    const Type *type = type_of(entry);
    size_t count = tensor_size(tensor);
    uint64_t begin;
    if (!read_offsets(file, tensor, entry, &begin, error)) return false;
    /* read_offsets() has made sure that the file is that long */
    uint8_t *byte = malloc(type->bytes * count);
    if (!byte) return error_set(error, "%s: no memory for %s", file->path, tensor->name);
    bool ok = read_bytes(file, begin, type->bytes * count, byte);
    if (!ok)
        error_set(error, "%s: %s: cannot read its data: %s", file->path, tensor->name,
                  strerror(errno));
    for (size_t k = 0; ok && k < count; k++) {
        /* a double that is too large for a float becomes infinity here, and is refused as well */
        float value = (float)type->number(byte + type->bytes * k);
        tensor->data[k] = (real)value;
        ok = isfinite(value);
        if (!ok) error_set(error, "%s: %s: number %zu is not finite", file->path, tensor->name, k);
    }
    free(byte);
    return ok;
}

/* Every tensor of the file must be one of ours: a network with one more layer would be a different
   one. All others are named, as far as there is room. */
static bool no_strangers(const Safetensors *file, int tensors, const char *const *ours,
                         Error *error) {
    const char *name;
    char list[200] = "";
    size_t at = 0;
    json_t *entry;
    json_object_foreach(file->header, name, entry) {
        bool known = strcmp(name, "__metadata__") == 0;
        for (int i = 0; i < tensors; i++) {
            contract(ours[i] != NULL, "tensor %d has no name", i);
            known = known || strcmp(name, ours[i]) == 0;
        }
        if (!known && at < sizeof list)
            at += (size_t)snprintf(list + at, sizeof list - at, at ? ", %.64s" : "%.64s", name);
    }
    if (at == 0) return true;
    return error_set(error, "%s: holds tensors that this network does not have: %s", file->path,
                     list);
}

/* Where the data of entry `name` begins and ends; read_offsets() has checked both. */
static void extent(const Safetensors *file, const char *name, json_int_t at[2]) {
    const json_t *offsets = json_object_get(json_object_get(file->header, name), "data_offsets");
    for (size_t k = 0; k < 2; k++)
        at[k] = json_integer_value(json_array_get(offsets, k));
}

/* Together the tensors must cover the data: no two overlap, nothing is left over. The format
   demands it, so that a file cannot hide anything between its tensors. */
static bool covers(const Safetensors *file, int tensors, const char *const *name, Error *error) {
    uint64_t used = 0;
    /* ten tensors or twenty: comparing each with each is quick enough */
    for (int i = 0; i < tensors; i++) {
        json_int_t mine[2], other[2];
        extent(file, name[i], mine);
        used += (uint64_t)(mine[1] - mine[0]);
        for (int k = 0; k < i; k++) {
            extent(file, name[k], other);
            if (mine[0] < other[1] && other[0] < mine[1])
                return error_set(error, "%s: the data of %.64s and %.64s overlap", file->path,
                                 name[k], name[i]);
        }
    }
    if (used == file->bytes) return true;
    return error_set(error, "%s: %llu bytes of data, its tensors use %llu", file->path,
                     (unsigned long long)file->bytes, (unsigned long long)used);
}

/* Everything that is checked, and then the numbers; `name` gets the file's names for them. */
static bool read_all(const Safetensors *file, int tensors, const Tensor *tensor, const char **name,
                     Error *error) {
    if (!find_names(file, tensors, tensor, name, error)) return false;
    if (!no_strangers(file, tensors, name, error)) return false;
    for (int i = 0; i < tensors; i++) {
        const json_t *entry = json_object_get(file->header, name[i]);
        if (!entry) return missing(file, tensors, tensor, name[i], error);
        if (!check_entry(file, &tensor[i], name[i], entry, error)) return false;
        if (!read_tensor(file, &tensor[i], entry, error)) return false;
    }
    return covers(file, tensors, name, error);
}

/* Whether the values are the ones that were written, by the checksum if there is one. */
static bool undamaged(const Safetensors *file, int tensors, const Tensor *tensor, Error *error) {
    const json_t *metadata = json_object_get(file->header, "__metadata__");
    const char *said = sum_of(metadata);
    char sum[SUM_TEXT];
    if (!said) return true;
    sum_all(metadata, tensors, tensor, sum);
    if (strcmp(said, sum) == 0) return true;
    return error_set(error, "%s: damaged or edited: its checksum is %.20s, its content has %s",
                     file->path, said, sum);
}

/* Names first, since other programs call the tensors differently. */
bool safetensors_read(const Safetensors *file, int tensors, const Tensor *tensor, Error *error) {
    const char **name = calloc((size_t)tensors, sizeof *name);
    if (!name) return error_set(error, "%s: no memory for its names", file->path);
    bool ok = read_all(file, tensors, tensor, name, error);
    free(name);
    return ok && undamaged(file, tensors, tensor, error);
}

bool safetensors_load(const char *path, int tensors, const Tensor *tensor, Error *error) {
    Safetensors file;
    if (!safetensors_open(path, &file, error)) return false;
    bool ok = safetensors_read(&file, tensors, tensor, error);
    safetensors_close(&file);
    return ok;
}

/* ------------------------------------------------------------------ replacing ------------ */

/* Whether a file is not there, is empty, or begins with the length of a header and a header. */
static bool begins_as_ours(const char *path) {
    uint8_t start[LENGTH_BYTES + 1];
    FILE *file = fopen(path, "rb");
    if (!file) return true; /* opening it for writing will report the error */
    size_t got = fread(start, 1, sizeof start, file);
    fclose(file);
    return got == 0 || (got == sizeof start && get_u64(start) <= HEADER_MAX && start[8] == '{');
}

bool safetensors_may_replace(const char *path, const char *key, bool wanted, Error *error) {
    char beside[PATH_MAX];
    Safetensors file;
    Error why;
    long bytes;
    if (snprintf(beside, sizeof beside, "%s.unfinished", path) >= PATH_MAX)
        return error_set(error, "%.200s...: the path is too long", path);
    if (file_length(beside, &bytes, &why) && !begins_as_ours(beside))
        return error_set(error, "%s: exists and is not ours: rename it, or choose another name",
                         beside);
    if (!file_length(path, &bytes, &why) || bytes == 0) return true;
    if (begins_as_ours(path) && safetensors_open(path, &file, &why)) {
        bool has = safetensors_metadata(&file, key) != NULL;
        safetensors_close(&file);
        if (has == wanted) return true;
    }
    return error_set(error, "%s: exists and is not %s: remove it, or choose another name", path,
                     wanted ? "a checkpoint" : "a file of parameters");
}
