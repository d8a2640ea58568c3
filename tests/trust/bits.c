/*
 * Trains for a few mini-batches and prints the checksum of the parameters. bits.sh compiles this
 * with the chapters for other processors, so it uses no library but the one of C and its math.
 *
 *     bits FOLDER THREADS RECIPE...     FOLDER/images and FOLDER/labels: the first images, unpacked
 */
#include "support/bits.h"

#include "lanes.h"

#include <stdio.h>
#include <stdlib.h>

/* The header of an IDX file of images has 16 bytes, that of labels 8. */
static uint8_t *bytes_of(const char *folder, const char *name, long header, size_t size) {
    char path[400];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(size);
    bool ok = file && bytes && fseek(file, header, SEEK_SET) == 0;
    if (!ok || fread(bytes, 1, size, file) != size) {
        fprintf(stderr, "error: cannot read %zu bytes of %s\n", size, path);
        exit(EXIT_FAILURE);
    }
    fclose(file);
    return bytes;
}

int main(int argc, char **argv) {
    if (argc < 4) {
        fprintf(stderr, "usage: bits FOLDER THREADS RECIPE...\n");
        return 2;
    }
    Dataset data = {BITS_IMAGES, bytes_of(argv[1], "images", 16, BITS_IMAGES * IMAGE_BYTES),
                    bytes_of(argv[1], "labels", 8, BITS_IMAGES)};
    for (int k = 3; k < argc; k++) {
        uint32_t sum;
        Error error;
        if (!bits_of(argv[k], &data, atoi(argv[2]), &sum, &error)) {
            fprintf(stderr, "error: %s\n", error.text);
            return EXIT_FAILURE;
        }
        printf(CLASS "\t%s\t%08x\n", argv[k], (unsigned)sum);
    }
    free(data.image);
    free(data.label);
    return 0;
}
