/* Any bytes as saved parameters: a matrix and a vector are expected. */
#include "safetensors.h"

#include "input.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Words that mean something in a header. */
static const char *const words[] = {"\"F32\"",
                                    "\"F16\"",
                                    "\"BF16\"",
                                    "\"F64\"",
                                    "\"I8\"",
                                    "[2,3]",
                                    "[2,3,1,1]",
                                    "[2]",
                                    "[0,24]",
                                    "[24,32]",
                                    "[0,12]",
                                    "[12,20]",
                                    "[0,48]",
                                    "[48,56]",
                                    "-1",
                                    "4294967296",
                                    "1e99",
                                    "9223372036854775807",
                                    "\"C1.weight\"",
                                    "\"C1.bias\"",
                                    "\"a.weight\"",
                                    "\"a.bias\"",
                                    "\"__metadata__\"",
                                    "{}"};

/* Where a word of JSON ends that begins here: a string, a list of numbers, a number. */
static size_t word_end(const uint8_t *text, size_t at, size_t size) {
    size_t end = at + 1;
    if (text[at] == '"' || text[at] == '[') {
        while (end < size && text[end] != (text[at] == '"' ? '"' : ']'))
            end++;
        return end < size ? end + 1 : size;
    }
    while (end < size && strchr(",]}:", text[end]) == NULL)
        end++;
    return end;
}

/* Replaces text[from .. to-1] by a word; the rest moves. */
static size_t replace(uint8_t *text, size_t size, size_t most, size_t from, size_t to,
                      const char *word) {
    size_t length = strlen(word);
    if (size - (to - from) + length > most) return size;
    memmove(text + from + length, text + to, size - to);
    memcpy(text + from, word, length);
    return size - (to - from) + length;
}

/* Another word in the header, whose length follows; else what libFuzzer thinks of. Without this,
   nearly every change is refused at its first byte. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t most, unsigned seed) {
    size_t header = 0;
    srand(seed);
    for (int i = 0; i < 8 && size > 8; i++)
        header |= (size_t)data[i] << (8 * i);
    if (size < 16 || header < 4 || header > size - 8 || rand() % 4 == 0)
        return LLVMFuzzerMutate(data, size, most);
    size_t at = (size_t)rand() % header;
    while (at < header && strchr("\"[-0123456789", data[8 + at]) == NULL)
        at++;
    if (at >= header) return LLVMFuzzerMutate(data, size, most);
    size_t end = word_end(data + 8, at, header);
    const char *word = words[(size_t)rand() % (sizeof words / sizeof *words)];
    size_t now = replace(data + 8, size - 8, most - 8, at, end, word) + 8;
    header += now - size; /* modulo 2^64: it may have shrunk */
    for (int i = 0; i < 8; i++)
        data[i] = (uint8_t)(header >> (8 * i));
    return now;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    real w[6] = {0}, b[2] = {0};
    Tensor want[2] = {{"C1.weight", 2, {2, 3}, w}, {"C1.bias", 1, {2}, b}};
    Error error;
    Safetensors file;
    const char *path = input_file(data, size);
    bool loaded = safetensors_load(path, 2, want, &error);
    if (loaded) {
        for (int i = 0; i < 6; i++)
            promise(isfinite(w[i]), "loaded numbers are finite");
        for (int i = 0; i < 2; i++)
            promise(isfinite(b[i]), "loaded numbers are finite");
    } else {
        promise_one_line(path, &error);
    }
    bool opened = safetensors_open(path, &file, &error);
    promise(opened || !loaded, "what can be loaded can be opened");
    if (!opened) return 0;
    const char *recipe = safetensors_metadata(&file, "recipe");
    promise(!recipe || strlen(recipe) <= size, "a value is as long as the file at most");
    promise(safetensors_read(&file, 2, want, &error) == loaded, "it can be read or not, always");
    safetensors_close(&file);
    return 0;
}
