/*
 * Parameters in files: read back, refused, saved all or nothing.
 */
#include "safetensors.h"
#include "support/suite.h"

#include <jansson.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(common_safetensors, .init = limited, .timeout = 60);

static real two[6] = {1, 2, 3, 4, 5, (real)-0.5}, one[2] = {7, 8};
static Tensor pair[2] = {{"C1.weight", 2, {2, 3}, two}, {"C1.bias", 1, {2}, one}};

/* Room for the values that are read back: zeros. */
static real w[6], b[2];
static Tensor back[2] = {{"C1.weight", 2, {2, 3}, w}, {"C1.bias", 1, {2}, b}};

static void expect_loaded(const char *path) {
    Error error;
    memset(w, 0, sizeof w);
    memset(b, 0, sizeof b);
    cr_assert(safetensors_load(path, 2, back, &error), "%s", error.text);
    expect_list("weight", 6, w, two, 0);
    expect_list("bias", 2, b, one, 0);
}

Test(common_safetensors, round_trip) {
    const char *path = in(folder(), "a.safetensors");
    const Metadata entry[] = {{"activation", "relu"}, {"seed", "1"}};
    Safetensors file;
    Error error;
    cr_assert(safetensors_save(path, 2, pair, 2, entry, &error), "%s", error.text);
    expect_loaded(path);
    cr_assert(safetensors_open(path, &file, &error), "%s", error.text);
    cr_expect_str_eq(safetensors_metadata(&file, "seed"), "1");
    cr_expect(safetensors_metadata(&file, "none") == NULL);
    cr_expect_str_eq(safetensors_metadata(&file, "activation"), "relu");
    safetensors_close(&file);
}

/* The file is closed: saved, read, refused. */
Test(common_safetensors, closes) {
    const char *dir = folder(), *open = listing("/dev/fd");
    Error error;
    cr_assert(safetensors_save(in(dir, "a"), 2, pair, 0, NULL, &error), "%s", error.text);
    expect_loaded(in(dir, "a"));
    expect_error(safetensors_load(in(dir, "a"), 1, pair, &error), &error, "does not have");
    write_file(in(dir, "b"), "abc", 3);
    expect_error(safetensors_load(in(dir, "b"), 2, back, &error), &error,
                 "not a safetensors file, but text");
    cr_expect_str_eq(listing("/dev/fd"), open);
}

/* One open file gives its tensors as often as asked, whatever becomes of its name. */
Test(common_safetensors, open_file) {
    const char *path = in(folder(), "a.safetensors");
    Safetensors file;
    Error error;
    cr_assert(safetensors_save(path, 2, pair, 0, NULL, &error), "%s", error.text);
    cr_assert(safetensors_open(path, &file, &error), "%s", error.text);
    cr_assert(remove(path) == 0);
    expect_error(safetensors_read(&file, 1, back, &error), &error, "does not have");
    for (int k = 0; k < 2; k++) {
        memset(w, 0, sizeof w);
        cr_assert(safetensors_read(&file, 2, back, &error), "%s", error.text);
        expect_list("weight", 6, w, two, 0);
    }
    safetensors_close(&file);
}

/* The bytes: length, JSON, then 1.0f = 00 00 80 3f first. */
Test(common_safetensors, bytes) {
    const char *path = in(folder(), "a.safetensors");
    const uint8_t first[4] = {0, 0, 0x80, 0x3f};
    Error error;
    size_t size;
    cr_assert(safetensors_save(path, 2, pair, 0, NULL, &error), "%s", error.text);
    const uint8_t *byte = (const uint8_t *)read_file(path, &size);
    size_t header = byte[0] + 256u * byte[1];
    cr_assert(header % 8 == 0 && size == 8 + header + 4 * 8, "header %zu, file %zu", header, size);
    cr_expect(byte[8] == '{');
    cr_expect(memcmp(byte + 8 + header, first, 4) == 0);
}

/* Other writers may put the tensors in another order. */
Test(common_safetensors, another_order) {
    const char *path = in(folder(), "a.safetensors");
    const char *json = "{\"C1.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[8,32]},"
                       "\"C1.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}";
    const float numbers[8] = {7, 8, 1, 2, 3, 4, 5, -0.5f};
    uint8_t file[8 + 200 + 32] = {(uint8_t)strlen(json)};
    size_t length = strlen(json);
    memcpy(file + 8, json, length);
    memcpy(file + 8 + length, numbers, sizeof numbers); /* this machine is little-endian */
    write_file(path, file, 8 + length + sizeof numbers);
    expect_loaded(path);
}

/* A header and the bytes after it, as a file. */
static void write_bytes(const char *path, const char *header, const void *data, size_t bytes) {
    size_t length = strlen(header);
    uint8_t *file = kept(8 + length + bytes);
    for (int i = 0; i < 8; i++)
        file[i] = (uint8_t)(length >> (8 * i));
    memcpy(file + 8, header, length);
    memcpy(file + 8 + length, data, bytes);
    write_file(path, file, 8 + length + bytes);
}

/* The other types: numbers that have a few bits are the same in all. */
Test(common_safetensors, other_types) {
    const char *path = in(folder(), "a.safetensors");
    static const uint16_t half[8] = {0x3c00, 0x4000, 0x4200, 0x4400, 0x4500, 0xb800, 7, 8};
    static const uint16_t brain[8] = {0x3f80, 0x4000, 0x4040, 0x4080, 0x40a0, 0xbf00, 7, 8};
    static const double wide[8] = {1, 2, 3, 4, 5, -0.5, 7, 8};
    static const struct {
        const char *dtype;
        const void *number;
        int bytes;
    } type[3] = {{"F16", half, 2}, {"BF16", brain, 2}, {"F64", wide, 8}};
    Error error;
    for (int k = 0; k < 3; k++) {
        int n = type[k].bytes;
        const char *header =
            textf("{\"C1.weight\":{\"dtype\":\"%s\",\"shape\":[2,3],\"data_offsets\":[0,%d]},"
                  "\"C1.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[%d,%d]}}",
                  type[k].dtype, 6 * n, 6 * n, 6 * n + 8);
        uint8_t data[6 * 8 + 8];
        const float bias[2] = {7, 8};
        memcpy(data, type[k].number, 6 * (size_t)n);
        memcpy(data + 6 * n, bias, 8);
        write_bytes(path, header, data, 6 * (size_t)n + 8);
        expect_loaded(path);
    }
    /* a number that no float can hold is none */
    const double large[1] = {1e39};
    Tensor scalar[1] = {{"x", 1, {1}, w}};
    write_bytes(path, "{\"x\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,8]}}", large, 8);
    expect_error(safetensors_load(path, 1, scalar, &error), &error, "number 0 is not finite");
}

/* Every half-precision number there is: smallest, largest, negative zero; infinity is refused. */
Test(common_safetensors, half_precision) {
    const char *path = in(folder(), "a.safetensors");
    const char *header = "{\"x\":{\"dtype\":\"F16\",\"shape\":[1],\"data_offsets\":[0,2]}}";
    static const struct {
        uint16_t bits;
        double value;
    } number[] = {{0x0001, 5.9604644775390625e-8},
                  {0x03ff, 6.0975551605224609375e-5},
                  {0x0400, 6.103515625e-5},
                  {0x7bff, 65504},
                  {0x8000, 0},
                  {0xc248, -3.140625}};
    Tensor scalar[1] = {{"x", 1, {1}, w}};
    Error error;
    for (size_t k = 0; k < sizeof number / sizeof *number; k++) {
        write_bytes(path, header, &number[k].bits, 2);
        cr_assert(safetensors_load(path, 1, scalar, &error), "%s", error.text);
        cr_expect((double)w[0] == number[k].value, "%04x: %.9g", number[k].bits, (double)w[0]);
    }
    for (int k = 0; k < 2; k++) {
        write_bytes(path, header, (const uint16_t[1]){k ? 0xfc00 : 0x7e00}, 2);
        expect_error(safetensors_load(path, 1, scalar, &error), &error, "is not finite");
    }
}

/* Names of other programs, and a layer that sees a whole map as a convolution. */
Test(common_safetensors, other_names) {
    const char *path = in(folder(), "a.safetensors");
    const float numbers[8] = {1, 2, 3, 4, 5, -0.5f, 7, 8};
    static const char *const headers[] = {
        "{\"conv1.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
        "\"conv1.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}}",
        "{\"module.features.0.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
        "\"__metadata__\":{\"format\":\"pt\"},"
        "\"module.features.0.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}}",
        "{\"weight\":{\"dtype\":\"F32\",\"shape\":[2,3,1,1],\"data_offsets\":[0,24]},"
        "\"bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}}"};
    for (size_t k = 0; k < sizeof headers / sizeof *headers; k++) {
        write_bytes(path, headers[k], numbers, sizeof numbers);
        expect_loaded(path);
    }
}

/* The seeds of `make trust-fuzz` must be readable, or it looks at refusals only. */
Test(common_safetensors, seeds_of_the_fuzzer) {
    static const char *const files[2] = {"tests/trust/fuzz/seeds/safetensors/two",
                                         "tests/trust/fuzz/seeds/safetensors/other_order"};
    Error error;
    for (int k = 0; k < 2; k++)
        cr_expect(safetensors_load(files[k], 2, back, &error), "%s", error.text);
}

/* A file with this header and that many data bytes, all 0 except the last float when asked for. */
static void write_tensors(const char *path, const char *header, size_t data, bool nan_at_end) {
    size_t length = strlen(header);
    uint8_t *bytes = kept(8 + length + data + 1);
    for (int i = 0; i < 8; i++)
        bytes[i] = (uint8_t)(length >> (8 * i));
    memcpy(bytes + 8, header, length);
    if (nan_at_end) memset(bytes + 8 + length + data - 4, 255, 4);
    write_file(path, bytes, 8 + length + data);
}

/* A header's entry for the weight; the bias after it. */
#define WEIGHT(dtype, shape, offsets) \
    "{\"C1.weight\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"
#define BIAS_AND ",\"C1.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}"
#define BIAS     BIAS_AND "}"

Test(common_safetensors, refuses) {
    const char *path = in(folder(), "a.safetensors");
    static const struct {
        const char *why, *header;
        size_t data;
    } bad[] = {
        {"bad header", "{\"C1.weight\": ", 0},
        {"bad header, byte 6: not a JSON object", "[1, 2]", 0},
        {"C1.weight is missing", "{}", 0},
        {"C1.bias is missing",
         "{\"C1.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}", 24},
        {"type I8, expected F32", WEIGHT("I8", "[2,3]", "[0,24]") BIAS, 32},
        {"type , expected", WEIGHT("", "[2,3]", "[0,24]") BIAS, 32},
        {"type (none)", "{\"C1.weight\":{}" BIAS, 32},
        {"shape [3,2], the network expects [2,3]", WEIGHT("F32", "[3,2]", "[0,24]") BIAS, 32},
        {"shape [6]", WEIGHT("F32", "[6]", "[0,24]") BIAS, 32},
        {"shape [1,2,3]", WEIGHT("F32", "[1,2,3]", "[0,24]") BIAS, 32},
        {"shape [2,3,1,2]", WEIGHT("F32", "[2,3,1,2]", "[0,24]") BIAS, 32},
        {"shape [2,0,3,1]", WEIGHT("F32", "[2,0,3,1]", "[0,24]") BIAS, 32},
        {"shape [2,0], the network", WEIGHT("F32", "[2,3.0]", "[0,24]") BIAS, 32},
        {"data_offsets", WEIGHT("F32", "[2,3]", "[0,20]") BIAS, 32},
        {"data_offsets", WEIGHT("F32", "[2,3]", "[0,24,48]") BIAS, 32},
        {"data_offsets", WEIGHT("F32", "[2,3]", "[0,24.0]") BIAS, 32},
        {"data_offsets", WEIGHT("F16", "[2,3]", "[0,24]") BIAS, 32},
        {"data_offsets", WEIGHT("F32", "[2,3]", "[16,40]") BIAS, 32},
        {"data_offsets", WEIGHT("F32", "[2,3]", "[-24,0]") BIAS, 32},
        {"holds tensors that this network does not have: C9.weight, C9.bias",
         WEIGHT("F32", "[2,3]", "[0,24]") BIAS_AND ",\"C9.weight\":{},\"C9.bias\":{}}", 32},
        /* names of others: nothing has the shape, two things have it, a word that is not ours */
        {"C1.bias [2] is missing, and no tensor's shape identifies it; the nearest is c.weight "
         "[2,3]",
         "{\"c.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}", 24},
        {"C1.weight is missing, and no tensor's shape identifies it: c.weight and d.weight are "
         "both",
         "{\"c.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
         "\"d.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[24,48]},"
         "\"c.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[48,56]}}",
         56},
        {"C1.bias [2] is missing, and no tensor's shape",
         "{\"c.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
         "\"c.running_mean\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}}",
         32},
        {"bad header", "{\"C1.bias\":{},\"C1.bias\":{}}", 24},
        {"data_offsets", WEIGHT("F32", "[2,3]", "[1,-9223372036854775808]") BIAS, 32},
        {"C1.weight and C1.bias overlap",
         "{\"C1.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
         "\"C1.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[16,24]}}",
         32},
        {"40 bytes of data, its tensors use 32",
         "{\"C1.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
         "\"C1.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}}",
         40},
    };
    Error error;
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        write_tensors(path, bad[k].header, bad[k].data, false);
        expect_error(safetensors_load(path, 2, back, &error), &error, bad[k].why);
    }
    write_tensors(path,
                  "{\"C1.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]},"
                  "\"C1.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[24,32]}}",
                  32, true);
    expect_error(safetensors_load(path, 2, back, &error), &error,
                 "C1.bias: number 1 is not finite");
    write_file(path, "\377\377\377\377\377\377\377\377{}", 10);
    expect_error(safetensors_load(path, 2, back, &error), &error, "not a safetensors file");
    write_file(path, "\377\3\0\0\0\0\0\0{}", 10);
    expect_error(safetensors_load(path, 2, back, &error), &error,
                 "truncated, or not a safetensors");
}

/* Another program's network: the nearest tensor, and the probable cause. */
Test(common_safetensors, another_network) {
    const char *path = in(folder(), "a.safetensors");
    static const struct {
        int dims, dim[4];
        const char *name, *shape, *says;
    } bad[] = {
        {2, {120, 400}, "fc1.weight", "[120,256]", "fc1.weight [120,256]: fewer inputs"},
        {2, {120, 400}, "fc1.weight", "[400,120]", "fc1.weight [400,120]: transposed"},
        {2, {10, 84}, "fc3.weight", "[26,84]", "fc3.weight [26,84]: another number of outputs"},
        {1, {10}, "fc3.bias", "[26]", "fc3.bias [26]: another number of outputs"},
        {4, {6, 1, 5, 5}, "conv2d.weight", "[5,5,1,6]", "conv2d.weight [5,5,1,6]: channels last"},
        {4, {6, 1, 5, 5}, "W1", "[6,1,5,5]", "W1 [6,1,5,5]: the same numbers under another name"},
    };
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        static real x[120 * 400];
        Tensor wanted = {"C5.weight", bad[k].dims, {0}, x};
        Error error;
        memcpy(wanted.dim, bad[k].dim, sizeof wanted.dim);
        if (strcmp(bad[k].name, "fc3.bias") == 0) strcpy(wanted.name, "C5.bias");
        write_tensors(path,
                      textf("{\"%s\":{\"dtype\":\"F32\",\"shape\":%s,\"data_offsets\":[0,4]}}",
                            bad[k].name, bad[k].shape),
                      4, false);
        expect_error(safetensors_load(path, 1, &wanted, &error), &error, bad[k].says);
    }
}

/* Of several tensors that nearly fit, the one with as many numbers. */
Test(common_safetensors, nearest_tensor) {
    const char *path = in(folder(), "a.safetensors");
    static real x[120 * 400];
    Tensor wanted = {"C5.weight", 2, {120, 400}, x};
    Error error;
    write_tensors(path,
                  "{\"fc2.weight\":{\"dtype\":\"F32\",\"shape\":[120,84],\"data_offsets\":[0,4]},"
                  "\"fc1.weight\":{\"dtype\":\"F32\",\"shape\":[400,120],\"data_offsets\":[0,4]}}",
                  4, false);
    expect_error(safetensors_load(path, 1, &wanted, &error), &error, "fc1.weight [400,120]: trans");
}

/* Files that people take for safetensors, by their first bytes. */
Test(common_safetensors, another_kind) {
    const char *path = in(folder(), "a.safetensors");
    static const struct {
        const char *bytes, *says;
    } bad[] = {
        {"PK\3\4............archive/data.pkl", "PyTorch (.pth, .pt) and NumPy (.npz) write them"},
        {"PK\3\4............W1.npy...", "NumPy arrays (.npz): in NumPy, save_file("},
        {"\200\2.....................", "a pickle"},
        {"\211HDF\r\n\032\n...........", "an HDF5 file"},
        {"\223NUMPY..................", "a NumPy array"},
        {"MATLAB 5.0 MAT-file.......", "a MATLAB file"},
        {"<!DOCTYPE html><html>.....", "a page of HTML"},
        {"version https://git-lfs.github.com/spec/v1", "a pointer of Git LFS"},
        {"abc", "not a safetensors file, but text"},
        {"", "not a safetensors file, but an empty file"},
    };
    for (size_t k = 0; k < sizeof bad / sizeof *bad; k++) {
        Error error;
        write_file(path, bad[k].bytes, strlen(bad[k].bytes));
        expect_error(safetensors_load(path, 2, back, &error), &error, bad[k].says);
    }
}

Test(common_safetensors, saves_all_or_nothing) {
    const char *outer = folder(), *dir = in(outer, "inner");
    Error error;
    cr_assert(mkdir(dir, 0777) == 0);
    expect_error(safetensors_save(in(dir, "no/a"), 2, pair, 0, NULL, &error), &error,
                 "cannot save");
    expect_error(safetensors_save(dir, 2, pair, 0, NULL, &error), &error, "cannot save");
    /* neither in the folder nor next to it */
    cr_expect_str_eq(listing(dir), "", "a half-written file was left behind");
    cr_expect_str_eq(listing(outer), "inner", "a half-written file was left behind");
}

/* The message names the entry, not the memory that there was enough of. */
Test(common_safetensors, entry_without_a_value) {
    const char *dir = folder();
    const Metadata entry[2] = {{"seed", "1"}, {"kernels", NULL}};
    Error error;
    expect_error(safetensors_save(in(dir, "a"), 2, pair, 2, entry, &error), &error,
                 "no value for 'kernels'");
    cr_expect_str_eq(listing(dir), "");
}

/* The file that could not be written is a folder. */
Test(common_safetensors, rescued_in_the_same_folder) {
    const char *dir = folder(), *path = in(dir, "a.safetensors");
    const Metadata entry[2] = {{"seed", "1"}, {"kernels", NULL}};
    char name[PATH_MAX];
    Safetensors file;
    Error error;
    cr_assert(mkdir(path, 0777) == 0);
    cr_assert(safetensors_rescue(path, 2, pair, 1, entry, name));
    cr_expect_str_eq(name, in(dir, "a-rescued.safetensors"));
    expect_loaded(name);
    cr_assert(safetensors_open(name, &file, &error), "%s", error.text);
    cr_expect_str_eq(safetensors_metadata(&file, "seed"), "1");
    safetensors_close(&file);
    /* the second one replaces nothing, and leaves out metadata that cannot be saved */
    write_file(name, "a run", 5);
    cr_assert(safetensors_rescue(path, 2, pair, 2, entry, name));
    cr_expect_str_eq(name, in(dir, "a-rescued2.safetensors"));
    expect_loaded(name);
    cr_expect_str_eq(read_file(in(dir, "a-rescued.safetensors"), NULL), "a run");
}

/* The folder has gone: the present one; if that is read-only, TMPDIR. */
Test(common_safetensors, rescued_elsewhere) {
    char name[PATH_MAX], start[PATH_MAX];
    cr_assert(getcwd(start, sizeof start) != NULL);
    const char *dir = folder(), *top = *dir == '/' ? dir : in(start, dir);
    const char *here = in(top, "here"), *other = in(top, "other");
    cr_assert(mkdir(here, 0777) == 0 && mkdir(other, 0777) == 0 && chdir(here) == 0);
    cr_assert(setenv("TMPDIR", other, 1) == 0);
    cr_assert(safetensors_rescue("gone/a", 2, pair, 0, NULL, name));
    cr_expect_str_eq(name, "./a-rescued.safetensors");
    expect_loaded(name);
    /* a folder that has been removed is one in which no file can be made, for root too */
    cr_assert(remove(name) == 0 && rmdir(here) == 0);
    cr_assert(safetensors_rescue("gone/a", 2, pair, 0, NULL, name));
    cr_expect_str_eq(name, in(other, "a-rescued.safetensors"));
    cr_assert(setenv("TMPDIR", here, 1) == 0);
    cr_expect(!safetensors_rescue("gone/a", 2, pair, 0, NULL, name), "%s", name);
}

/* So many pieces of memory jansson still gets; then one time none. */
static int pieces;

static void *scarce(size_t bytes) {
    return pieces-- == 0 ? NULL : malloc(bytes);
}

/* Each piece is missing once: then nothing is saved, or all of it. */
Test(common_safetensors, no_memory_for_the_header) {
    const char *dir = folder(), *path = in(dir, "a");
    const Metadata entry[2] = {{"activation", "relu"}, {"seed", "1"}};
    int refused = 0;
    bool missed = true; /* the piece was asked for */
    for (int k = 0; missed; k++) {
        Error error;
        json_set_alloc_funcs(scarce, free);
        pieces = k;
        bool ok = safetensors_save(path, 2, pair, 2, entry, &error);
        json_set_alloc_funcs(malloc, free);
        missed = pieces < 0;
        if (!ok) {
            expect_error(ok, &error, "no memory for the header");
            cr_expect_str_eq(listing(dir), "", "piece %d", k);
            refused++;
            continue;
        }
        Safetensors file;
        expect_loaded(path);
        cr_assert(safetensors_open(path, &file, &error), "%s", error.text);
        cr_expect_str_eq(safetensors_metadata(&file, "activation"), "relu", "piece %d", k);
        cr_expect_str_eq(safetensors_metadata(&file, "seed"), "1", "piece %d", k);
        safetensors_close(&file);
        cr_assert(remove(path) == 0);
    }
    cr_expect(refused > 20, "only %d pieces are needed", refused);
}
