/*
 * Regular files, and writing one in three steps: temporary, sync, rename. See file.h.
 */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool file_length(const char *path, long *bytes, Error *error) {
    struct stat info;
    if (stat(path, &info) != 0) return error_set(error, "%s: %s", path, strerror(errno));
    if (!S_ISREG(info.st_mode)) return error_set(error, "%s: not a regular file", path);
    *bytes = (long)info.st_size;
    return true;
}

/* Opens output->temporary; -1 and errno when that fails. */
static int open_temporary(Output *output) {
    int length = snprintf(output->temporary, PATH_MAX, "%s.%ld.tmp", output->path, (long)getpid());
    if (length >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return -1;
    }
    /* A killed process with the same number may have left one. */
    unlink(output->temporary);
    return open(output->temporary, O_WRONLY | O_CREAT | O_EXCL, 0666);
}

bool output_open(Output *output, const char *path, Error *error) {
    struct stat info;
    *output = (Output){.stream = NULL};
    /* Renaming would replace a pipe or a device by a file. */
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
        return error_set(error, "%s: cannot save there: not a regular file", path);
    if (snprintf(output->path, PATH_MAX, "%s", path) >= PATH_MAX)
        return error_set(error, "%.200s...: the path is too long", path);
    int file = open_temporary(output);
    if (file >= 0) output->stream = fdopen(file, "wb");
    if (output->stream) return true;
    error_set(error, "%s: cannot save there: %s", path, strerror(errno));
    if (file >= 0) {
        close(file);
        unlink(output->temporary);
    }
    return false;
}

bool output_open_in(Output *output, const char *folder, const char *name, Error *error) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= PATH_MAX)
        return error_set(error, "%.200s...: the path is too long", folder);
    return output_open(output, path, error);
}

bool output_commit(Output *output, Error *error) {
    FILE *stream = output->stream;
    /* The reason of a write that failed earlier is not known any more. */
    errno = EIO;
    bool ok = !ferror(stream) && fflush(stream) == 0 && fsync(fileno(stream)) == 0;
    int why = errno;
    if (fclose(stream) != 0 && ok) {
        ok = false;
        why = errno;
    }
    if (ok && rename(output->temporary, output->path) != 0) {
        ok = false;
        why = errno;
    }
    output->stream = NULL;
    if (ok) return true;
    unlink(output->temporary);
    return error_set(error, "%s: cannot save: %s", output->path, strerror(why));
}

void output_discard(Output *output) {
    fclose(output->stream);
    unlink(output->temporary);
    output->stream = NULL;
}
