/* Any bytes as the log of a run that is resumed, cut at a place that two more bytes name. */
#include "07_lenet5/workbench/log.h"

#include "input.h"

#include <stdlib.h>
#include <string.h>

/* The whole file; free() releases it. */
static uint8_t *read_all(const char *path, size_t *size) {
    static const size_t most = 1 << 16;
    FILE *file = fopen(path, "rb");
    uint8_t *all = malloc(most);
    promise(file && all, "the file is there");
    *size = fread(all, 1, most, file);
    fclose(file);
    return all;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Log log;
    Error error;
    if (size < 2) return 0;
    long bytes = data[0] + 256L * data[1];
    const char *path = input_file(data + 2, size - 2);
    bool resumed = log_resume(&log, path, bytes, &error);
    size_t length;
    if (resumed) {
        promise(bytes == 0 || log_sync(&log) == bytes, "it is as long as it was");
        log_batch(&log, 7, 1, 0.5);
        promise(log_close(&log, &error), "a line can be added");
    } else {
        promise_one_line(path, &error);
    }
    uint8_t *now = read_all(path, &length);
    if (resumed && bytes > 0) {
        promise(length > (size_t)bytes, "the new line is there");
        promise(memcmp(now, data + 2, (size_t)bytes) == 0, "what came before is as it was");
        promise(now[bytes - 1] == '\n' && now[length - 1] == '\n', "lines end");
    }
    if (!resumed)
        promise(length == size - 2 && memcmp(now, data + 2, length) == 0, "refused: as it was");
    free(now);
    return 0;
}
