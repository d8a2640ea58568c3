/*
 * Regular files, locks, and writing a file in three steps: temporary, sync, rename. See file.h.
 *
 * Between two system calls another process may do anything: remove, rename, replace. Comments say
 * where that matters.
 */
#define _XOPEN_SOURCE 700 /* realpath */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNFINISHED ".unfinished" /* next to an output until it is complete */
#define LOCK       ".lock"       /* next to a file that is replaced again and again */

/* stat() looks through links, so a link to a regular file is one. */
bool file_length(const char *path, long *bytes, Error *error) {
    struct stat info;
    if (stat(path, &info) != 0) return error_set(error, "%s: %s", path, strerror(errno));
    if (!S_ISREG(info.st_mode)) return error_set(error, "%s: not a regular file", path);
    *bytes = (long)info.st_size;
    return true;
}

/* One file has one inode on one device, however many names. */
static bool same_inode(const struct stat *a, const struct stat *b) {
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* The name in a path, and its folder. */
static bool split(const char *path, struct stat *folder, const char **name) {
    char above[PATH_MAX] = ".";
    const char *slash = strrchr(path, '/');
    *name = slash ? slash + 1 : path;
    if (slash) snprintf(above, sizeof above, "%.*s", (int)(slash - path) + 1, path);
    return stat(above, folder) == 0;
}

/* Paths as text say little: ./x, x and a link to x are one file. */
bool file_same(const char *a, const char *b) {
    struct stat first, second;
    const char *name[2];
    bool exists[2] = {stat(a, &first) == 0, stat(b, &second) == 0};
    if (exists[0] && exists[1]) return same_inode(&first, &second);
    if (exists[0] || exists[1]) return false;
    /* files that do not exist yet: the same name in the same folder */
    if (!split(a, &first, &name[0]) || !split(b, &second, &name[1])) return false;
    return same_inode(&first, &second) && strcmp(name[0], name[1]) == 0;
}

/* The file itself where the path is a link; the path where there is no file yet. */
static bool without_links(const char *path, char target[PATH_MAX]) {
    if (realpath(path, target)) return true;
    return errno == ENOENT && snprintf(target, PATH_MAX, "%s", path) < PATH_MAX;
}

/* Whether FILE.unfinished or FILE.lock, which an output makes on its way, is another file. */
static bool makes(const char *output, const char *other) {
    static const char *const suffix[] = {UNFINISHED, LOCK};
    char target[PATH_MAX], beside[PATH_MAX];
    if (!without_links(output, target)) return false;
    for (int k = 0; k < 2; k++) {
        int length = snprintf(beside, sizeof beside, "%s%s", target, suffix[k]);
        if (length < PATH_MAX && file_same(beside, other)) return true;
    }
    return false;
}

bool file_disjoint(const char *a, const char *b) {
    return !file_same(a, b) && !makes(a, b) && !makes(b, a);
}

/* ------------------------------------------------------------------ locks ---------------- */

/* Locks an open file for this process. On a file system without locks this succeeds: a run there is
   worth more than the protection. However the process ends, its lock ends with it. */
static bool lock_file(int file) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(file, F_SETLK, &whole) == 0 || (errno != EACCES && errno != EAGAIN);
}

/* Opens a file, made when there is none, and locks it; -1 and errno when that fails, EAGAIN when
   another process has the lock. The last owner may rename or remove the file between our open and
   our lock; then we hold a lock on a file without that name, and start again. */
static int open_locked(const char *path) {
    for (;;) {
        struct stat mine, named;
        int file = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0666);
        if (file < 0) return -1;
        bool locked = lock_file(file);
        bool regular = fstat(file, &mine) == 0 && S_ISREG(mine.st_mode);
        if (locked && regular && stat(path, &named) == 0 && same_inode(&mine, &named)) return file;
        close(file);
        errno = locked ? EINVAL : EAGAIN;
        if (!locked || !regular) return -1;
    }
}

/* The process that holds the lock of a file; 0 when it has ended meanwhile. (Closing a file gives
   up this process's own locks on it; it has none here.) */
static long holder_of(const char *path) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0) return 0;
    bool asked = fcntl(file, F_GETLK, &whole) == 0 && whole.l_type != F_UNLCK;
    close(file);
    return asked ? (long)whole.l_pid : 0;
}

/* A file can be replaced by a file; a pipe, a device or a folder cannot. */
static bool is_regular(const char *path, const struct stat *info, Error *error) {
    if (S_ISREG(info->st_mode)) return true;
    return error_set(error, "%s: cannot save there: not a regular file", path);
}

/* The lock of PATH is PATH.lock, an empty file: one with content is not ours to remove. */
static bool is_a_lock(const char *path) {
    struct stat info;
    return lstat(path, &info) != 0 || (S_ISREG(info.st_mode) && info.st_size == 0);
}

/* The lock is on a file next to PATH and not on PATH itself, which is replaced again and again. */
bool lock_take(Lock *lock, const char *path, Error *error) {
    char target[PATH_MAX];
    struct stat info;
    *lock = (Lock){.file = -1};
    if (!without_links(path, target)) return error_set(error, "%s: %s", path, strerror(errno));
    if (stat(target, &info) == 0 && !is_regular(path, &info, error)) return false;
    if (snprintf(lock->path, PATH_MAX, "%s" LOCK, target) >= PATH_MAX)
        return error_set(error, "%.200s...: the path is too long", path);
    if (!is_a_lock(lock->path))
        return error_set(error,
                         "%s: exists but is not our lock file; rename it or choose another name "
                         "for %.150s",
                         lock->path, path);
    lock->file = open_locked(lock->path);
    if (lock->file >= 0) return true;
    if (errno == EAGAIN)
        return error_set(error, "%s: another run (process %ld) is using it", path,
                         holder_of(lock->path));
    return error_set(error, "%s: cannot save there: %s", lock->path, strerror(errno));
}

void lock_release(Lock *lock) {
    if (lock->file < 0) return;
    /* unlinked before the lock ends, or it might be another process's by then */
    unlink(lock->path);
    close(lock->file);
    lock->file = -1;
}

/* ------------------------------------------------------------------ writing -------------- */

/* Fills path and target, and the permissions of an older file, 0 where there is none. Everything
   that makes the path unfit is found here, before a temporary exists. */
static bool find_target(Output *output, const char *path, mode_t *mode, Error *error) {
    struct stat info;
    *mode = 0;
    if (snprintf(output->path, PATH_MAX, "%s", path) >= PATH_MAX)
        return error_set(error, "%.200s...: the path is too long", path);
    memcpy(output->target, output->path, PATH_MAX);
    if (stat(path, &info) == 0) {
        if (!is_regular(path, &info, error)) return false;
        *mode = info.st_mode & 0777;
        /* rename() would replace a link; the file behind it is meant */
        if (realpath(path, output->target)) return true;
        return error_set(error, "%s: cannot save there: %s", path, strerror(errno));
    }
    int why = errno;
    if (why == ENOENT && lstat(path, &info) == 0)
        return error_set(error, "%s: cannot save there: it is a link that leads nowhere", path);
    if (why == ENOENT) return true; /* a new file */
    return error_set(error, "%s: cannot save there: %s", path, strerror(why));
}

/* Gives up an output that is open or half open; errno stays as it is. */
static void give_up(Output *output) {
    int why = errno;
    unlink(output->temporary);
    /* closing the stream closes the file, and that ends the lock */
    if (output->stream)
        fclose(output->stream);
    else
        close(output->file);
    output->stream = NULL;
    errno = why;
}

/* Makes, locks and empties the temporary; false and errno when that fails. It is emptied only after
   the lock is ours: O_TRUNC would empty a file that another program is writing. */
static bool open_temporary(Output *output, mode_t mode) {
    if (snprintf(output->temporary, PATH_MAX, "%s" UNFINISHED, output->target) >= PATH_MAX) {
        errno = ENAMETOOLONG;
        return false;
    }
    output->file = open_locked(output->temporary);
    if (output->file < 0) return false;
    if (ftruncate(output->file, 0) == 0 && (mode == 0 || fchmod(output->file, mode) == 0))
        output->stream = fdopen(output->file, "wb");
    if (output->stream) return true;
    give_up(output);
    return false;
}

/* Mode 0 means that there is no older file whose permissions could be kept. */
bool output_open(Output *output, const char *path, Error *error) {
    mode_t mode;
    *output = (Output){.file = -1};
    if (!find_target(output, path, &mode, error)) return false;
    if (open_temporary(output, mode)) return true;
    return error_set(error, "%s: cannot save there: %s", path,
                     errno == EAGAIN ? "another program is writing it" : strerror(errno));
}

/* The surest way to ask is to try. */
bool output_possible(const char *path, Error *error) {
    Output output;
    if (!output_open(&output, path, error)) return false;
    output_discard(&output);
    return true;
}

bool output_open_in(Output *output, const char *folder, const char *name, Error *error) {
    char path[PATH_MAX];
    if (snprintf(path, sizeof path, "%s/%s", folder, name) >= PATH_MAX)
        return error_set(error, "%.200s...: the path is too long", folder);
    return output_open(output, path, error);
}

/* Everything that was printed reaches the disk. Bytes that a write refused are still in the stream,
   so flushing asks the system again, which then says why. */
static bool flush_output(Output *output) {
    errno = EIO;
    if (fflush(output->stream) != 0) return false;
    errno = EIO; /* it worked, but not the first time: something may be missing */
    return !ferror(output->stream) && fsync(output->file) == 0;
}

bool output_commit(Output *output, Error *error) {
    /* The content first, then the name: after a power cut the name never leads to half a file. */
    bool saved = flush_output(output) && rename(output->temporary, output->target) == 0;
    if (!saved) {
        give_up(output);
        return error_set(error, "%s: cannot save: %s", output->path, strerror(errno));
    }
    fclose(output->stream); /* nothing is left to write; this ends the lock */
    output->stream = NULL;
    return true;
}

/* An older file is untouched, since nothing has been renamed. */
void output_discard(Output *output) {
    give_up(output);
}
