/* Any bytes as an IDX file, plain or gzipped. */
#include "idx.h"

#include "input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Idx idx;
    Error error;
    const char *path = input_file(data, size);
    if (!idx_read(path, &idx, &error)) {
        promise_one_line(path, &error);
        promise(!idx.byte && idx.dims == 0, "nothing is left of a file that was refused");
        return 0;
    }
    size_t count = 1;
    unsigned sum = 0;
    for (int d = 0; d < idx.dims; d++)
        count *= (size_t)idx.dim[d];
    for (size_t i = 0; i < count; i++)
        sum += idx.byte[i]; /* every byte that was promised is there */
    promise(idx.dims >= 1 && count >= 1 && sum <= 255 * count, "dimensions are at least 1");
    idx_free(&idx);
    return 0;
}
