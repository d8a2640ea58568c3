/*
 * Parameters in files: read back, refused, saved all or nothing.
 */
#include "safetensors.h"
#include "../check.h"

#include <string.h>
#include <sys/stat.h>

TestSuite(common_safetensors, .timeout = 60);

static real two[6] = {1, 2, 3, 4, 5, (real)-0.5}, one[2] = {7, 8};
static Tensor pair[2] = {{"C1.weight", 2, {2, 3}, two}, {"C1.bias", 1, {2}, one}};

/* Room for what is read back: zeros. */
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
    Field field[3] = {{.key = "seed"}, {.key = "none"}, {.key = "activation"}};
    Error error;
    cr_assert(safetensors_save(path, 2, pair, 2, entry, &error), "%s", error.text);
    expect_loaded(path);
    cr_assert(safetensors_metadata(path, 3, field, &error), "%s", error.text);
    cr_expect_str_eq(field[0].value, "1");
    cr_expect_str_eq(field[1].value, "");
    cr_expect_str_eq(field[2].value, "relu");
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

/* What `make fuzz` starts from must be readable: or it would look at refusals only. */
Test(common_safetensors, seeds_of_the_fuzzer) {
    static const char *const files[2] = {"tests/fuzz/seeds/safetensors/two",
                                         "tests/fuzz/seeds/safetensors/other_order"};
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

Test(common_safetensors, refuses) {
    const char *path = in(folder(), "a.safetensors");
    static const struct {
        const char *why, *header;
        size_t data;
    } bad[] = {
        {"bad header", "{\"C1.weight\": ", 0},
        {"bad header", "[1, 2]", 0},
        {"C1.weight is missing", "{}", 0},
        {"C1.bias is missing",
         "{\"C1.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}", 24},
        {"type F16", "{\"C1.weight\":{\"dtype\":\"F16\",\"shape\":[2,3],\"data_offsets\":[0,24]}}",
         24},
        {"shape [3,2]",
         "{\"C1.weight\":{\"dtype\":\"F32\",\"shape\":[3,2],\"data_offsets\":[0,24]}}", 24},
        {"shape [6]", "{\"C1.weight\":{\"dtype\":\"F32\",\"shape\":[6],\"data_offsets\":[0,24]}}",
         24},
        {"data_offsets",
         "{\"C1.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,20]}}", 24},
        {"data_offsets",
         "{\"C1.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[8,32]}}", 24},
        {"data_offsets",
         "{\"C1.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[-24,0]}}", 24},
        {"C9.weight", "{\"C9.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[0,24]}}",
         24},
        {"bad header", "{\"C1.bias\":{},\"C1.bias\":{}}", 24},
        {"data_offsets",
         "{\"C1.weight\":{\"dtype\":\"F32\",\"shape\":[2,3],\"data_offsets\":[1,-"
         "9223372036854775808]}}",
         24},
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
    write_file(path, "abc", 3);
    expect_error(safetensors_load(path, 2, back, &error), &error, "truncated");
}

Test(common_safetensors, saves_all_or_nothing) {
    const char *outer = folder(), *dir = in(outer, "inner");
    Error error;
    cr_assert(mkdir(dir, 0777) == 0);
    expect_error(safetensors_can_save(in(dir, "no/a"), &error), &error, "No such file");
    expect_error(safetensors_can_save(dir, &error), &error, "not a regular file");
    expect_error(safetensors_can_save(in(dir, "new/"), &error), &error, "cannot save there");
    /* a legal name, but not with .tmp after it */
    expect_error(safetensors_can_save(textf("%s/%0250d", dir, 0), &error), &error, "too long");
    cr_expect(safetensors_can_save(in(dir, "a"), &error), "%s", error.text);
    expect_error(safetensors_save(in(dir, "no/a"), 2, pair, 0, NULL, &error), &error,
                 "cannot save");
    expect_error(safetensors_save(dir, 2, pair, 0, NULL, &error), &error, "cannot save");
    /* neither in the folder nor beside it */
    cr_expect_str_eq(listing(dir), "", "a half-written file was left behind");
    cr_expect_str_eq(listing(outer), "inner", "a half-written file was left behind");
}
