/* Shared by the fuzz targets; see input.h. */
#include "input.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[64];

static void remove_file(void) {
    unlink(path);
}

static int open_file(void) {
    snprintf(path, sizeof path, "%s/fuzz-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
    int file = mkstemp(path);
    if (file < 0) {
        perror(path);
        exit(1);
    }
    atexit(remove_file);
    return file;
}

const char *input_file(const uint8_t *data, size_t size) {
    static int file = -1;
    if (file < 0) file = open_file();
    if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != (ssize_t)size) {
        perror(path);
        exit(1);
    }
    return path;
}

void promise(bool kept, const char *words) {
    if (kept) return;
    fprintf(stderr, "broken promise: %s\n", words);
    abort();
}

void promise_one_line(const char *file, const Error *error) {
    promise(strncmp(error->text, file, strlen(file)) == 0, "an error begins with the path");
    promise(strlen(error->text) > strlen(file) + 2, "an error gives a reason");
    for (const char *c = error->text; *c; c++)
        promise((unsigned char)*c >= ' ', "an error is one line of plain characters");
}
