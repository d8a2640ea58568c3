/* Any bytes as a drawing, PNG or PGM, and then all that `predict` does before the network. */
#include "image.h"

#include "07_lenet5/workbench/preprocess.h"
#include "input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Grey grey;
    Error error;
    uint8_t byte[IMAGE_BYTES];
    const char *path = input_file(data, size);
    if (!grey_read(path, &grey, &error)) {
        promise_one_line(path, &error);
        promise(!grey.byte, "nothing is left of a file that was refused");
        return 0;
    }
    promise(grey.w >= 1 && grey.h >= 1 && grey.w <= PICTURE_MAX && grey.h <= PICTURE_MAX,
            "no picture is larger than PICTURE_MAX");
    unsigned sum = 0;
    if (preprocess_digit(&grey, byte, &error))
        for (int p = 0; p < IMAGE_BYTES; p++)
            sum += byte[p];
    promise(sum <= 255u * IMAGE_BYTES, "every pixel is there");
    grey_free(&grey);
    return 0;
}
