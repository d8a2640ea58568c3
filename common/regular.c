/* Is it a file? See regular.h. */
#include "regular.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

bool regular_file(const char *path, long *bytes, Error *error) {
    struct stat info;
    if (stat(path, &info) != 0) return error_set(error, "%s: %s", path, strerror(errno));
    if (!S_ISREG(info.st_mode)) return error_set(error, "%s: not a regular file", path);
    *bytes = (long)info.st_size;
    return true;
}
