/*
 * Write beside, flush, rename.
 */
#include "beside.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool beside_open(const char *path, Beside *beside, Error *error) {
    struct stat info;
    *beside = (Beside){.file = NULL};
    /* renaming would put a file in the place of a pipe or a device */
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
        return error_set(error, "%s: cannot save there: not a regular file", path);
    int length = snprintf(beside->name, PATH_MAX, "%s.%ld.tmp", path, (long)getpid());
    snprintf(beside->path, PATH_MAX, "%s", path);
    int file = -1;
    if (length < PATH_MAX) {
        unlink(beside->name); /* left by a process of this number that was killed */
        file = open(beside->name, O_WRONLY | O_CREAT | O_EXCL, 0666);
    } else {
        errno = ENAMETOOLONG;
    }
    beside->file = file < 0 ? NULL : fdopen(file, "wb");
    if (file >= 0 && !beside->file) close(file), unlink(beside->name);
    return beside->file || error_set(error, "%s: cannot save there: %s", path, strerror(errno));
}

bool beside_close(Beside *beside, Error *error) {
    FILE *file = beside->file;
    errno = EIO; /* for a write that failed long ago */
    bool ok = !ferror(file) && fflush(file) == 0 && fsync(fileno(file)) == 0;
    int why = errno;
    if (fclose(file) != 0 && ok) ok = false, why = errno;
    if (ok && rename(beside->name, beside->path) != 0) ok = false, why = errno;
    beside->file = NULL;
    if (ok) return true;
    unlink(beside->name);
    return error_set(error, "%s: cannot save: %s", beside->path, strerror(why));
}

void beside_drop(Beside *beside) {
    fclose(beside->file);
    unlink(beside->name);
    beside->file = NULL;
}
