/*
 * The training log as a table. Lines may wait in the stream's buffer; log_sync() and log_close()
 * say whether all of them have arrived.
 */
#include "07_lenet5/workbench/log.h"

#include "measure.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char head[] = "iteration\tepoch\tloss\ttrain_accuracy\ttrain_loss\ttest_accuracy\t"
                           "test_loss\tseconds\tlearning_accuracy\n";

/* ------------------------------------------------------------------ opening -------------- */

/* Whether the file that is open for reading begins as a log does. */
static bool begins_as_log(FILE *file) {
    char first[sizeof head] = "";
    return fgets(first, sizeof first, file) && strcmp(first, head) == 0;
}

/* An older log may be replaced, and an empty file. Anything else was a slip of the user's: --log
   with the name of a source file must not erase it. */
static bool may_replace(const char *path, Error *error) {
    struct stat info;
    if (stat(path, &info) != 0) {
        /* the file that it would make might be another output of the run */
        if (lstat(path, &info) != 0) return true;
        return error_set(error, "%s: cannot write the log: it is a link that leads nowhere", path);
    }
    if (!S_ISREG(info.st_mode) || info.st_size == 0) return true;
    FILE *file = fopen(path, "r");
    bool log = file && begins_as_log(file);
    if (file) fclose(file);
    if (log) return true;
    return error_set(error, "%s: exists and is not a log: remove it, or name another", path);
}

/* As fopen(path, "w"), but a pipe without a reader is an error (ENXIO) and not an endless wait. */
static FILE *open_for_lines(const char *path) {
    int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_CLOEXEC, 0666);
    if (file < 0) return NULL;
    int flags = fcntl(file, F_GETFL);
    FILE *stream = NULL;
    if (flags >= 0 && fcntl(file, F_SETFL, flags & ~O_NONBLOCK) == 0) stream = fdopen(file, "w");
    if (!stream) close(file);
    return stream;
}

/* Lines go into the file as they are made, not into a temporary: an interrupted run leaves its
   log. */
bool log_open(Log *log, const char *path, Error *error) {
    *log = (Log){.path = path};
    if (!path) return true;
    if (!may_replace(path, error)) return false;
    log->file = open_for_lines(path);
    if (!log->file)
        return error_set(error, "%s: cannot write the log: %s", path,
                         errno == ENXIO ? "nothing reads this pipe yet" : strerror(errno));
    fputs(head, log->file);
    return true;
}

/* Whether the file's first bytes, this many, are whole lines, at least the first one. */
static bool ends_a_line(FILE *file, long bytes) {
    long least = (long)sizeof head - 1;
    if (bytes < least || fseek(file, bytes - 1, SEEK_SET) != 0) return false;
    return getc(file) == '\n';
}

/* Cuts an open log to the length that it had at the checkpoint, if it can be the log of that run.
   A file that is refused is left as it was. */
static bool cut(FILE *file, const char *path, long bytes, Error *error) {
    if (!begins_as_log(file))
        return error_set(error, "%s: is not a log: its first line differs", path);
    if (fseek(file, 0, SEEK_END) != 0 || ftell(file) < bytes)
        return error_set(error, "%s: is not the log of this run: it is too short", path);
    if (!ends_a_line(file, bytes))
        return error_set(error, "%s: is not the log of this run: no line ends at byte %ld", path,
                         bytes);
    /* Lines after the checkpoint belong to mini-batches that will be run again. */
    if (ftruncate(fileno(file), bytes) != 0 || fseek(file, 0, SEEK_END) != 0)
        return error_set(error, "%s: cannot continue the log: %s", path, strerror(errno));
    return true;
}

/* The log continues at the checkpoint, so it ends as that of a run without interruption. */
bool log_resume(Log *log, const char *path, long bytes, Error *error) {
    *log = (Log){.path = path};
    if (!path) return true;
    if (bytes == 0) return log_open(log, path, error); /* the run had no log so far */
    log->file = fopen(path, "r+");
    if (!log->file)
        return error_set(error, "%s: cannot continue the log: %s", path, strerror(errno));
    if (cut(log->file, path, bytes, error)) return true;
    fclose(log->file);
    log->file = NULL;
    return false;
}

/* ------------------------------------------------------------------ lines ---------------- */

/* Nine columns in every line, or gnuplot would take one value for another. */
void log_batch(Log *log, long iteration, int epoch, double loss) {
    if (!log->file) return;
    fprintf(log->file, "%ld\t%d\t%.9g\tnan\tnan\tnan\tnan\tnan\tnan\n", iteration, epoch,
            unsigned_nan(loss));
}

void log_probe(Log *log, long iteration, int epoch, const Evaluation *test) {
    if (!log->file) return;
    fprintf(log->file, "%ld\t%d\tnan\tnan\tnan\t%.6f\t%.9g\tnan\tnan\n", iteration, epoch,
            test->accuracy, unsigned_nan(test->loss));
}

void log_epoch(Log *log, long iteration, int epoch, const Evaluation *train, const Evaluation *test,
               double learning, double seconds) {
    if (!log->file) return;
    fprintf(log->file, "%ld\t%d\tnan\t%.6f\t%.9g\t%.6f\t%.9g\t%.3f\t%.6f\n", iteration, epoch,
            train->accuracy, unsigned_nan(train->loss), test->accuracy, unsigned_nan(test->loss),
            seconds, learning);
    /* Programs that look on, as make live does, see whole epochs. */
    fflush(log->file);
}

/* ------------------------------------------------------------------ arriving ------------- */

/* errno is set before each call, as not every failure sets it. */
long log_sync(Log *log) {
    if (!log->file) return 0;
    errno = EIO;
    if (fflush(log->file) != 0) return -1;
    /* This flush worked, but an earlier one, which a full buffer caused, may not have. */
    errno = EIO;
    if (ferror(log->file)) return -1;
    /* A pipe or a terminal has no disk to reach. */
    if (fsync(fileno(log->file)) != 0 && errno != EINVAL && errno != EROFS) return -1;
    return ftell(log->file);
}

/* The one place where a full disk is noticed if there was no checkpoint. */
bool log_close(Log *log, Error *error) {
    if (!log->file) return true;
    /* A refused write is tried once more here, which tells its cause. */
    errno = EIO;
    bool whole = fflush(log->file) == 0;
    int why = errno;
    if (ferror(log->file)) whole = false;
    if (fclose(log->file) != 0) whole = false;
    log->file = NULL;
    if (whole) return true;
    return error_set(error, "%s: the log is incomplete: %s", log->path, strerror(why));
}
